//! The queue: what waits for a person, and beside it the draft that is being read.

use super::draft::{self, DraftView, Footer};
use super::error::UiError;
use super::layout::{Nav, Shell, page};
use super::outcome::Outcome;
use super::words::{self, Left};
use crate::app::App;
use crate::store::users::{Role, User};
use crate::web::auth::Viewer;
use crate::work::view::{self, QueueItem};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hotdash_core::ids::DraftId;
use serde::Deserialize;
use std::sync::Arc;

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

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Viewer(user): Viewer,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let items = view::queue(&app, app.config.desk.id).await?;
    let first = filtered(&items, &filter, &user, &app).first().map(|item| item.draft.clone());
    let draft = match &first {
        Some(id) => draft::load(&app, &user, id, &filter).await?,
        None => None,
    };
    let queue = queue_view(&app, &user, &items, &filter, first.as_ref());
    let outcome = draft::outcome_of(&app, &filter).await?;
    let shell = Shell::inside(&app, &user, Nav::Queue).with_waiting(queue.waiting);
    page(&QueuePage::new(shell, queue, draft, outcome, "at-list", &filter))
}

/// The list alone, for pages that are open already.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Viewer(user): Viewer,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let items = view::queue(&app, app.config.desk.id).await?;
    let queue = queue_view(&app, &user, &items, &filter, None);
    page(&QueueList { shell: Shell::inside(&app, &user, Nav::Queue), queue })
}

/// What the filter leaves, in the order of the queue.
pub(super) fn filtered<'a>(
    items: &'a [QueueItem],
    filter: &Filter,
    user: &User,
    app: &App,
) -> Vec<&'a QueueItem> {
    let needle = filter.q.trim().to_lowercase();
    items
        .iter()
        .filter(|item| shows(&filter.show, item, user, app))
        .filter(|item| needle.is_empty() || found(item, &needle))
        .collect()
}

fn shows(show: &str, item: &QueueItem, user: &User, app: &App) -> bool {
    match show {
        "mine" => {
            let assignee = item.conversation.assignee.as_ref().map(|a| &a.name);
            [assignee, item.claimed_by.as_ref()].into_iter().flatten().any(|name| *name == user.name)
        }
        "risk" => left(item, app).class != "fine",
        "held" => item.hold,
        _ => true,
    }
}

fn found(item: &QueueItem, needle: &str) -> bool {
    let texts = [&item.customer, &item.preview];
    texts.into_iter().chain(&item.conversation.labels).any(|text| text.to_lowercase().contains(needle))
}

fn left(item: &QueueItem, app: &App) -> Left {
    Left::until(item.due_at_ms, app.clock.now_ms(), app.config.sla_minutes)
}

pub(super) fn queue_view(
    app: &App,
    user: &User,
    items: &[QueueItem],
    filter: &Filter,
    current: Option<&DraftId>,
) -> QueueView {
    let tab = |name, show: &str| Tab {
        name,
        count: items.iter().filter(|item| shows(show, item, user, app)).count(),
        link: format!("/drafts{}", Filter { show: show.to_owned(), ..filter.clone() }.suffix()),
        is_current: filter.show == show,
    };
    let tabs = vec![tab("All", ""), tab("Mine", "mine"), tab("At risk", "risk"), tab("Held", "held")];
    let shown = filtered(items, filter, user, app);
    QueueView {
        items: shown.into_iter().map(|item| item_view(item, user, app, filter, current)).collect(),
        tabs,
        q: filter.q.clone(),
        show: filter.show.clone(),
        waiting: items.len(),
    }
}

fn item_view(
    item: &QueueItem,
    user: &User,
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
        left: left(item, app),
        icon,
        about: about.join(" · "),
        tag: tag(item, user),
        urgent: item.urgent,
        is_current: current == Some(&item.draft),
    }
}

/// The one thing to know before opening it.
fn tag(item: &QueueItem, user: &User) -> Option<(&'static str, String)> {
    if let Some(who) = item.claimed_by.as_ref().filter(|who| **who != user.name) {
        return Some(("", format!("{} is on it", words::first_name(who))));
    }
    if item.hold {
        return Some(("danger", "needs two".to_owned()));
    }
    if item.blocking > 0 {
        return Some(("warn", format!("{} to check", item.blocking)));
    }
    (user.role >= Role::Reviewer).then(|| ("ok", "ready".to_owned()))
}
