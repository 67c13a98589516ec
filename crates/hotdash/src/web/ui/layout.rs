//! The frame around every page.

use super::error::UiError;
use super::icons::Icon;
use crate::app::App;
use crate::config::KnowledgeSource;
use crate::web::auth::Seat;
use crate::web::headers::ShowsChat;
use crate::work::widget::{Embed, embed, origin_of};
use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// What the rail marks as the current place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nav {
    Queue,
    Dashboard,
    Rules,
    Sla,
    Reports,
    Deliveries,
    Account,
    Nowhere,
}

/// What the frame shows.
pub(crate) struct Shell {
    pub(crate) me: Option<Me>,
    pub(crate) nav: Nav,
    /// Drafts that wait for a person; `None` where the page does not know.
    pub(crate) waiting: Option<usize>,
    /// Something is dead, or a gap is open.
    pub(crate) trouble: bool,
    /// The server's time: the browser's clock may be wrong, and time left must not be.
    pub(crate) now_ms: i64,
    pub(crate) zone: String,
    pub(crate) desk: String,
    /// At which desk one works, where there are several to choose from.
    pub(crate) place: Option<String>,
    /// The demo's desk has a page on which one plays the customer.
    pub(crate) chat: Option<String>,
    /// The desk's live chat, where one is configured.
    pub(crate) widget: Option<Embed>,
    /// Nobody is signed in any more: the live chat must forget who was.
    pub(crate) signed_out: bool,
}

pub(crate) struct Me {
    pub(crate) name: String,
    pub(crate) initials: String,
}

impl Shell {
    /// For somebody who signed in.
    pub(crate) async fn inside(app: &App, seat: &Seat, nav: Nav) -> Result<Self, UiError> {
        let me = Me { name: seat.user.name.clone(), initials: initials(&seat.user.name) };
        let settings = &seat.desk.settings;
        Ok(Self {
            me: Some(me),
            nav,
            waiting: None,
            trouble: app.store.has_trouble(seat.desk.id).await?,
            now_ms: app.clock.now_ms(),
            zone: settings.timezone.clone(),
            desk: settings.base_url.clone(),
            place: (seat.places.len() > 1).then(|| settings.shop_name.clone()),
            chat: (settings.knowledge == KnowledgeSource::DemoShop)
                .then(|| format!("{}/chat", settings.base_url)),
            widget: embed(settings, Some(&seat.user)),
            signed_out: false,
        })
    }

    /// For anybody.
    pub(crate) fn outside(app: &App) -> Self {
        Self {
            me: None,
            nav: Nav::Nowhere,
            waiting: None,
            trouble: false,
            now_ms: app.clock.now_ms(),
            zone: "UTC".to_owned(),
            desk: String::new(),
            place: None,
            chat: None,
            // Whose page this will be is not known; the first chat there is helps anybody who cannot get in.
            widget: app.desks.iter().find_map(|desk| embed(&desk.settings, None)),
            signed_out: false,
        }
    }

    pub(crate) fn signed_out(self) -> Self {
        Self { signed_out: true, ..self }
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
        matches!(
            (self.nav, nav),
            (Nav::Queue, "queue")
                | (Nav::Dashboard, "dashboard")
                | (Nav::Rules, "rules")
                | (Nav::Sla, "sla")
                | (Nav::Reports, "reports")
                | (Nav::Deliveries, "deliveries")
                | (Nav::Account, "account")
        )
    }
}

/// A page within the frame.
pub(crate) trait Framed: Template {
    fn shell(&self) -> &Shell;
}

/// Render a page.
pub(crate) fn page(template: &impl Framed) -> Result<Response, UiError> {
    let html = template.render()?;
    let mut answer = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    if let Some(widget) = &template.shell().widget {
        answer.extensions_mut().insert(ShowsChat(origin_of(&widget.base_url).to_owned()));
    }
    Ok(answer)
}

/// The first letters of the first and the last name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}
