//! The bag of ports that every use-case gets: what the house shares, and the desks with what belongs to each.

mod desk;
mod models;
pub mod rules;

pub use desk::{Candidate, Desk, new_url_token, staff};
pub use models::{folder as models_folder, read as read_model};

use crate::chat_hook::ChatError;
use crate::chatwoot::api::AddressError;
use crate::clock::Clock;
use crate::config::Config;
use crate::knowledge::KnowledgeError;
use crate::mail::{Mail, MailError};
use crate::model::{Model, ModelAddress, ModelError};
use crate::store::{Store, StoreError};
use hotdash_core::analysis::Analyzer;
use hotdash_core::hours::HoursError;
use hotdash_core::ids::{ConversationId, DeskId, DraftId};
use hotdash_core::learn::Task;
use std::sync::Arc;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

/// A browser that fell further behind reads the page again.
const NOTICES: usize = 256;

/// Everything a use-case may need.
pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub store: Store,
    pub model: Option<Model>,
    /// Lists and models, where the data directory holds learned ones.
    analyzer: Option<Analyzer>,
    /// Where notices to people of ours go out.
    pub mail: Option<Mail>,
    /// In the order of their numbers; at least one.
    pub desks: Vec<Arc<Desk>>,
    /// What changed, for open pages.
    pub notices: broadcast::Sender<(DeskId, Notice)>,
    /// There is work to claim.
    pub work: Notify,
    /// A clock may be due earlier than the one that is waited for.
    pub clocks: Notify,
    /// The process was asked to stop: what would go on for ever (live news of open pages) ends.
    pub stopping: CancellationToken,
}

/// Something an open page wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    QueueChanged,
    DraftChanged(DraftId),
    ConversationChanged(ConversationId),
    /// Something became a dead letter or a gap, or is none any more.
    TroubleChanged,
    /// A clock began, ended, or was warned about.
    SlaChanged,
    /// A report was made or mailed.
    ReportsChanged,
}

/// Why hotdash cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("CHATWOOT_BASE_URL or CHATWOOT_TOKEN: {0}")]
    Address(#[from] AddressError),
    #[error("HOTDASH_KNOWLEDGE_DIR: {0}")]
    Knowledge(#[from] KnowledgeError),
    #[error("OPENAI_BASE_URL: {0}")]
    Model(#[from] ModelError),
    #[error("HOTDASH_HOURS_FILE: {0}")]
    Hours(#[from] HoursError),
    #[error("HOTDASH_SLA_FILE: {}", problems.join("; "))]
    Sla { problems: Vec<String> },
    #[error("HOTDASH_AGENTS_FILE: {}", problems.join("; "))]
    Agents { problems: Vec<String> },
    #[error("HOTDASH_RULES_FILE: {}", problems.join("; "))]
    Rules { problems: Vec<String> },
    #[error("HOTDASH_TEMPLATES_FILE: {}", problems.join("; "))]
    Templates { problems: Vec<String> },
    #[error(transparent)]
    Learned(#[from] models::ModelFileError),
    #[error("SMTP_URL: {0}")]
    Mail(#[from] MailError),
    #[error("HOTDASH_NOTIFY_WEBHOOK: {0}")]
    Chat(#[from] ChatError),
    #[error(
        "version {version} of the rules edited in hotdash does not fit what it stands on: {}. Mend the file, or go one \
         version back with `hotdash rules return`", problems.join("; ")
    )]
    EditedRules { version: i64, problems: Vec<String> },
    #[error("desk {desk}: {error}")]
    Desk { desk: String, error: Box<StartError> },
}

impl App {
    /// Open every port. Calls nobody but the database.
    pub async fn build(config: Config, clock: Clock) -> Result<Arc<Self>, StartError> {
        let store = Store::open(&config.database_url).await?;
        let analyzer = models::load(&models::folder(&config.data_dir))?;
        let intents = analyzer.as_ref().map_or(&[][..], |analyzer| analyzer.learned_labels(Task::Intent));
        let mut desks: Vec<Arc<Desk>> = Vec::new();
        for settings in &config.desks {
            let opened = Desk::open(settings.clone(), &store, &clock, &desks, intents).await;
            let named = |error| StartError::Desk { desk: settings.key.clone(), error: Box::new(error) };
            desks.push(Arc::new(opened.map_err(named)?));
        }
        desks.sort_by_key(|desk| desk.id);
        let model = config.model.as_ref().map(|m| {
            Model::new(ModelAddress {
                base_url: m.base_url.clone(),
                key: m.key.clone(),
                model: m.name.clone(),
                timeout: m.timeout,
            })
        });
        let mail =
            config.mail.as_ref().map(|mail| Mail::new(&mail.url, mail.from.as_deref(), &config.public_url));
        Ok(Arc::new(Self {
            mail: mail.transpose()?,
            model: model.transpose()?,
            analyzer,
            notices: broadcast::channel(NOTICES).0,
            work: Notify::new(),
            clocks: Notify::new(),
            stopping: CancellationToken::new(),
            desks,
            store,
            clock,
            config,
        }))
    }

    /// A desk that is served; `None` when it was taken out of the settings.
    #[must_use]
    pub fn desk(&self, id: DeskId) -> Option<&Arc<Desk>> {
        self.desks.iter().find(|desk| desk.id == id)
    }

    /// What is known of messages: the shipped lists and models, and what was learned from the desk's own labels.
    #[must_use]
    pub fn analyzer(&self) -> &Analyzer {
        self.analyzer.as_ref().unwrap_or_else(|| Analyzer::shipped())
    }

    /// Tell open pages of a desk. Nobody listening is fine.
    pub fn tell(&self, desk: DeskId, notice: Notice) {
        let _ = self.notices.send((desk, notice));
    }
}

/// Hours of a team that never closes: whoever tries the demo at night should see a conversation assigned.
pub const AROUND_THE_CLOCK: &str = r#"
zone = "UTC"
holidays = []
[weekdays]
monday = ["00:00-24:00"]
tuesday = ["00:00-24:00"]
wednesday = ["00:00-24:00"]
thursday = ["00:00-24:00"]
friday = ["00:00-24:00"]
saturday = ["00:00-24:00"]
sunday = ["00:00-24:00"]
"#;
