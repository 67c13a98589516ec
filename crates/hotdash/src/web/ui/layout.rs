//! The frame around every page.

use super::error::UiError;
use super::icons::Icon;
use crate::app::App;
use crate::config::KnowledgeSource;
use crate::store::users::User;
use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// What the rail marks as the current place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nav {
    Queue,
    Account,
    Nowhere,
}

/// What the frame shows.
pub(crate) struct Shell {
    pub(crate) me: Option<Me>,
    pub(crate) nav: Nav,
    /// Drafts that wait for a person; `None` where the page does not know.
    pub(crate) waiting: Option<usize>,
    /// The server's time: the browser's clock may be wrong, and time left must not be.
    pub(crate) now_ms: i64,
    pub(crate) zone: String,
    pub(crate) desk: String,
    /// The demo's desk has a page on which one plays the customer.
    pub(crate) chat: Option<String>,
}

pub(crate) struct Me {
    pub(crate) name: String,
    pub(crate) initials: String,
}

impl Shell {
    /// For somebody who signed in.
    pub(crate) fn inside(app: &App, user: &User, nav: Nav) -> Self {
        let me = Me { name: user.name.clone(), initials: initials(&user.name) };
        Self { me: Some(me), nav, ..Self::outside(app) }
    }

    /// For anybody.
    pub(crate) fn outside(app: &App) -> Self {
        Self {
            me: None,
            nav: Nav::Nowhere,
            waiting: None,
            now_ms: app.clock.now_ms(),
            zone: app.config.timezone.clone(),
            desk: app.config.desk.base_url.clone(),
            chat: (app.config.knowledge == KnowledgeSource::DemoShop)
                .then(|| format!("{}/chat", app.config.desk.base_url)),
        }
    }

    pub(super) fn with_waiting(self, waiting: usize) -> Self {
        Self { waiting: Some(waiting), ..self }
    }

    /// For templates: the address of an asset.
    pub(crate) fn asset(&self, name: &str) -> &'static str {
        crate::web::assets::asset(name)
    }

    pub(crate) fn scripts(&self) -> Vec<&'static str> {
        crate::web::assets::assets_in("js/").collect()
    }

    pub(crate) fn styles(&self) -> Vec<&'static str> {
        // Tokens and the order of the layers come first; the rest is in any order.
        let first = ["css/tokens.css", "css/base.css"].map(crate::web::assets::asset);
        let rest = crate::web::assets::assets_in("css/").filter(|url| !first.contains(url));
        first.into_iter().chain(rest).collect()
    }

    pub(crate) fn icon(&self, name: &str) -> Icon {
        Icon::named(name)
    }

    pub(crate) fn is_at(&self, nav: &str) -> bool {
        matches!((self.nav, nav), (Nav::Queue, "queue") | (Nav::Account, "account"))
    }
}

/// Render a page.
pub(crate) fn page(template: &impl Template) -> Result<Response, UiError> {
    let html = template.render()?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

/// The first letters of the first and the last name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}
