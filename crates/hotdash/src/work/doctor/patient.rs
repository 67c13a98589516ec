//! One desk under examination, with what is known of it from here.

use crate::chatwoot::api::Chatwoot;
use crate::clock::Clock;
use crate::config::{Config, DeskConfig};

/// The key of a desk that is the only one and was given none.
const ONLY_DESK: &str = "desk";

pub(super) struct Patient<'a> {
    pub(super) config: &'a Config,
    pub(super) settings: &'a DeskConfig,
    pub(super) clock: &'a Clock,
    pub(super) chatwoot: Chatwoot,
    /// The path of the address for a desk that cannot sign; `None` without a database.
    pub(super) secret_path: Option<String>,
    /// How many deliveries of this desk are kept; `None` without a database.
    pub(super) deliveries: Option<i64>,
    pub(super) fix: bool,
}

impl Patient<'_> {
    /// The name of a setting of this desk, as one sets it in the environment.
    pub(super) fn variable(&self, name: &str) -> String {
        variable(self.config, self.settings, name)
    }
}

/// With several desks, each has variables of its own.
pub(super) fn variable(config: &Config, settings: &DeskConfig, name: &str) -> String {
    if config.desks.len() == 1 && settings.key == ONLY_DESK {
        return name.to_owned();
    }
    format!("{name}_{}", settings.key.to_uppercase())
}
