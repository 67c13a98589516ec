//! The queue: what waits for a person, and beside it the draft that is being read.

use super::draft::{self, DraftView, Footer};
use super::error::UiError;
use super::layout::{Framed, Nav, Shell, page};
use super::outcome::Outcome;
use super::words::{self, Left};
use crate::app::App;
use crate::store::users::Role;
use crate::web::auth::{Seat, Viewer};
use crate::work::view::{self, QueueItem};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hotdash_core::ids::DraftId;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// What the queue shows, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    pub(super) show: String,
    #[serde(default)]
    pub(super) q: String,
    /// The draft that was decided just before.
    #[serde(default)]
    pub(super) after: String,
    #[serde(default)]
    pub(super) mode: String,
}

impl Filter {
    /// For links that keep what the queue shows.
    pub(super) fn suffix(&self) -> String {
        self.with(&[("show", &self.show), ("q", &self.q)])
    }

    pub(super) fn suffix_after(&self, draft: &DraftId) -> String {
        self.with(&[("show", &self.show), ("q", &self.q), ("after", draft.as_str())])
    }

    pub(super) fn suffix_mode(&self, mode: &str) -> String {
        self.with(&[("show", &self.show), ("q", &self.q), ("mode", mode)])
    }

    #[expect(clippy::unused_self, reason = "reads like the others at the place of use")]
    fn with(&self, pairs: &[(&str, &str)]) -> String {
        let query: Vec<String> = pairs
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", words::escape_query(value)))
            .collect();
        if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) }
    }
}

/// The list as the template needs it.
pub(super) struct QueueView {
    pub(super) items: Vec<ItemView>,
    tabs: Vec<Tab>,
    q: String,
    show: String,
    /// What follows from a desk that does not answer.
    desk_down: Option<String>,
    /// All that wait, whatever is shown.
    pub(super) waiting: usize,
}

struct Tab {
    name: &'static str,
    count: usize,
    link: String,
    is_current: bool,
}

pub(super) struct ItemView {
    pub(super) id: String,
    pub(super) link: String,
    customer: String,
    preview: String,
    left: Left,
    icon: &'static str,
    about: String,
    tag: Option<(&'static str, String)>,
    urgent: bool,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "drafts/index.html")]
pub(super) struct QueuePage {
    pub(super) shell: Shell,
    pub(super) queue: QueueView,
    pub(super) draft: Option<DraftView>,
    pub(super) outcome: Option<Outcome>,
    /// On a narrow screen: the list or the draft.
    pub(super) view: &'static str,
    pub(super) suffix: String,
    pub(super) suffix_edit: String,
}

impl Framed for QueuePage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

impl QueuePage {
    pub(super) fn new(
        shell: Shell,
        queue: QueueView,
        draft: Option<DraftView>,
        outcome: Option<Outcome>,
        view: &'static str,
        filter: &Filter,
    ) -> Self {
        let (suffix, suffix_edit) = (filter.suffix(), filter.suffix_mode("edit"));
        Self { shell, queue, draft, outcome, view, suffix, suffix_edit }
    }
}

#[derive(Template)]
#[template(path = "drafts/_queue.html")]
struct QueueList {
    shell: Shell,
    queue: QueueView,
}

impl Framed for QueueList {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let items = view::queue(&app, &seat.desk).await?;
    let first = filtered(&items, &filter, &seat, &app).first().map(|item| item.draft.clone());
    let draft = match &first {
        Some(id) => draft::load(&app, &seat, id, &filter).await?,
        None => None,
    };
    let queue = queue_view(&app, &seat, &items, &filter, first.as_ref());
    let outcome = draft::outcome_of(&app, &seat, &filter).await?;
    let shell = Shell::inside(&app, &seat, Nav::Queue).await?.with_waiting(queue.waiting);
    page(&QueuePage::new(shell, queue, draft, outcome, "at-list", &filter))
}

/// The list alone, for pages that are open already.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let items = view::queue(&app, &seat.desk).await?;
    let queue = queue_view(&app, &seat, &items, &filter, None);
    page(&QueueList { shell: Shell::inside(&app, &seat, Nav::Queue).await?, queue })
}

/// What the filter leaves, in the order of the queue.
pub(super) fn filtered<'a>(
    items: &'a [QueueItem],
    filter: &Filter,
    seat: &Seat,
    app: &App,
) -> Vec<&'a QueueItem> {
    let needle = filter.q.trim().to_lowercase();
    items
        .iter()
        .filter(|item| shows(&filter.show, item, seat, app))
        .filter(|item| needle.is_empty() || found(item, &needle))
        .collect()
}

fn shows(show: &str, item: &QueueItem, seat: &Seat, app: &App) -> bool {
    match show {
        "mine" => {
            let assignee = item.conversation.assignee.as_ref().map(|a| &a.name);
            [assignee, item.claimed_by.as_ref()].into_iter().flatten().any(|name| *name == seat.user.name)
        }
        "risk" => left(item, seat, app).class != "fine",
        "held" => item.hold,
        _ => true,
    }
}

fn found(item: &QueueItem, needle: &str) -> bool {
    let texts = [&item.customer, &item.preview];
    texts.into_iter().chain(&item.conversation.labels).any(|text| text.to_lowercase().contains(needle))
}

fn left(item: &QueueItem, seat: &Seat, app: &App) -> Left {
    Left::until(item.due_at_ms, app.clock.now_ms(), seat.desk.settings.sla_minutes)
}

pub(super) fn queue_view(
    app: &App,
    seat: &Seat,
    items: &[QueueItem],
    filter: &Filter,
    current: Option<&DraftId>,
) -> QueueView {
    let tab = |name, show: &str| Tab {
        name,
        count: items.iter().filter(|item| shows(show, item, seat, app)).count(),
        link: format!("/drafts{}", Filter { show: show.to_owned(), ..filter.clone() }.suffix()),
        is_current: filter.show == show,
    };
    let tabs = vec![tab("All", ""), tab("Mine", "mine"), tab("At risk", "risk"), tab("Held", "held")];
    let shown = filtered(items, filter, seat, app);
    QueueView {
        items: shown.into_iter().map(|item| item_view(item, seat, app, filter, current)).collect(),
        tabs,
        q: filter.q.clone(),
        show: filter.show.clone(),
        waiting: items.len(),
        desk_down: seat.desk.away_for().map(desk_down),
    }
}

/// Work goes on while the desk is away; only nothing arrives there.
fn desk_down(away: Duration) -> String {
    let since = words::duration(i64::try_from(away.as_millis()).unwrap_or(i64::MAX));
    format!("The desk has not answered for {since}. What you approve waits, and leaves once when it is back.")
}

fn item_view(
    item: &QueueItem,
    seat: &Seat,
    app: &App,
    filter: &Filter,
    current: Option<&DraftId>,
) -> ItemView {
    let (channel, icon) = words::channel(&item.conversation.channel);
    let language = item.language.as_deref().filter(|code| *code != "en").map(words::language);
    let about: Vec<String> = [Some(channel), language]
        .into_iter()
        .flatten()
        .chain(item.conversation.labels.iter().cloned())
        .collect();
    ItemView {
        id: item.draft.to_string(),
        link: format!("/drafts/{}{}", item.draft, filter.suffix()),
        customer: item.customer.clone(),
        preview: item.preview.clone(),
        left: left(item, seat, app),
        icon,
        about: about.join(" · "),
        tag: tag(item, seat),
        urgent: item.urgent,
        is_current: current == Some(&item.draft),
    }
}

/// The one thing to know before opening it.
fn tag(item: &QueueItem, seat: &Seat) -> Option<(&'static str, String)> {
    if let Some(who) = item.claimed_by.as_ref().filter(|who| **who != seat.user.name) {
        return Some(("", format!("{} is on it", words::first_name(who))));
    }
    if item.hold {
        return Some(("danger", "needs two".to_owned()));
    }
    if item.blocking > 0 {
        return Some(("warn", format!("{} to check", item.blocking)));
    }
    (seat.user.role >= Role::Reviewer).then(|| ("ok", "ready".to_owned()))
}
