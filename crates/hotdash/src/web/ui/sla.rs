//! The SLA board: every clock that is not over, the most pressing first; and the proof of one conversation's deadlines.

mod proof;

pub(super) use proof::show as show_proof;

use super::error::UiError;
use super::layout::{Framed, Nav, Shell, page};
use super::words::{self, Moment, Times};
use crate::app::App;
use crate::store::StoreError;
use crate::store::sla::{GivenWarning, OpenClock};
use crate::store::waiting::Place;
use crate::web::auth::{Seat, Viewer};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hotdash_core::ids::ConversationId;
use hotdash_core::sla::{BREACH, Clock, Pause, Span, Time, in_words};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// More than anybody reads at once; the figures count all.
const BOARD: i64 = 500;
const WARNINGS: i64 = 12;
/// Of those who stand in line.
const LINE: i64 = 20;
/// From this share of the time on a clock is at risk.
const RISK: i64 = 75;

/// What the board shows, as it stands in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    inbox: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    assignee: String,
}

impl Filter {
    fn is_narrowed(&self) -> bool {
        [&self.inbox, &self.team, &self.assignee].iter().any(|word| !word.is_empty())
    }

    fn shows(&self, row: &Row) -> bool {
        let is = |wanted: &str, there: &str| wanted.is_empty() || wanted == there;
        is(&self.inbox, &row.inbox)
            && is(&self.team, row.team.as_deref().unwrap_or(NOBODY))
            && is(&self.assignee, row.assignee.as_deref().unwrap_or(NOBODY))
    }
}

/// In a filter: without a team, without an assignee.
const NOBODY: &str = "nobody";

#[derive(Template)]
#[template(path = "sla/index.html")]
struct BoardPage {
    shell: Shell,
    figures: Vec<Figure>,
    rows: Vec<Row>,
    filter: Filter,
    inboxes: BTreeSet<String>,
    teams: BTreeSet<String>,
    assignees: BTreeSet<String>,
    /// How many there are in all, where not all are shown.
    in_all: Option<i64>,
    warnings: Vec<WarningView>,
    line: Vec<InLine>,
    /// How many stand in line.
    in_line: i64,
}

impl Framed for BoardPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

struct Figure {
    name: &'static str,
    value: i64,
    note: &'static str,
    class: &'static str,
}

/// A conversation for which nobody was available.
struct InLine {
    conversation: i64,
    since: Moment,
    because: String,
    desk_link: String,
}

/// One clock of the board.
struct Row {
    conversation: i64,
    customer: String,
    desk_link: String,
    draft: Option<String>,
    kind: &'static str,
    promise: String,
    inbox: String,
    icon: &'static str,
    team: Option<String>,
    assignee: Option<String>,
    left: LeftView,
    /// Percent of the target's time, at most 100.
    share: i64,
    share_words: String,
}

/// The time left: it counts down, is over, or stands still.
pub(super) struct LeftView {
    pub(super) class: &'static str,
    pub(super) text: String,
    /// `None` = it stands still.
    pub(super) due: Option<Moment>,
    /// It counts only while the team works.
    pub(super) calendar: Option<String>,
}

/// A warning in one line.
pub(super) struct WarningView {
    pub(super) conversation: i64,
    pub(super) share: u16,
    pub(super) kind: &'static str,
    pub(super) class: &'static str,
    pub(super) due: Moment,
    /// By how much it was given late, where that is worth a word.
    pub(super) late: Option<String>,
    pub(super) because: String,
    pub(super) asked: Vec<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let open = app.store.open_sla_clocks(seat.desk.id, BOARD).await?;
    let (all, over, still) = app.store.sla_counts(seat.desk.id, times.now_ms).await?;
    let around = Around::look(&app, &seat).await?;
    let rows: Vec<Row> = open.iter().map(|open| row(&seat, open, &around, &times)).collect();
    let names = |of: fn(&Row) -> Option<&String>| {
        rows.iter().map(|row| of(row).map_or(NOBODY, String::as_str).to_owned()).collect::<BTreeSet<_>>()
    };
    let risk = rows.iter().filter(|row| row.left.class == "soon").count();
    page(&BoardPage {
        shell: Shell::inside(&app, &seat, Nav::Sla).await?,
        figures: figures(all, over, still, i64::try_from(risk).unwrap_or(i64::MAX)),
        inboxes: rows.iter().map(|row| row.inbox.clone()).collect(),
        teams: names(|row| row.team.as_ref()),
        assignees: names(|row| row.assignee.as_ref()),
        in_all: Some(all).filter(|all| *all > BOARD),
        warnings: around.warnings.iter().map(|warning| warning_view(warning, &times)).collect(),
        in_line: app.store.waiting_count(seat.desk.id).await?.0,
        line: app
            .store
            .waiting(seat.desk.id, Place::BEGINNING, LINE)
            .await?
            .into_iter()
            .map(|waits| InLine {
                conversation: waits.conversation.0,
                since: times.at_ms(waits.since),
                desk_link: seat.desk.link_to(waits.conversation),
                because: waits.because,
            })
            .collect(),
        rows: rows.into_iter().filter(|row| filter.shows(row)).collect(),
        filter,
    })
}

fn figures(all: i64, over: i64, still: i64, risk: i64) -> Vec<Figure> {
    let figure = |name, value, note, class| Figure { name, value, note, class };
    let trouble = |count: i64, class| if count == 0 { "" } else { class };
    vec![
        figure("Over", over, "the time is up", trouble(over, "danger")),
        figure("At risk", risk, "three quarters are up", trouble(risk, "warn")),
        figure("Running", all - still, "with those that are over", ""),
        figure("Standing still", still, "snoozed, or the customer's turn", ""),
    ]
}

/// What stands beside the clocks.
struct Around {
    drafts: HashMap<ConversationId, String>,
    inboxes: BTreeMap<i64, String>,
    warnings: Vec<GivenWarning>,
}

impl Around {
    async fn look(app: &App, seat: &Seat) -> Result<Self, StoreError> {
        let drafts = app.store.drafts_awaiting_people::<serde_json::Value>(seat.desk.id, BOARD).await?;
        Ok(Self {
            drafts: drafts.into_iter().map(|draft| (draft.conversation, draft.id.0)).collect(),
            inboxes: app.store.inbox_names(seat.desk.id).await?,
            warnings: app.store.last_sla_warnings(seat.desk.id, WARNINGS).await?,
        })
    }
}

fn row(seat: &Seat, open: &OpenClock, around: &Around, times: &Times) -> Row {
    let OpenClock { clock, conversation } = open;
    let time = seat.desk.sla.calendar(&clock.calendar, &seat.desk.hours);
    let (channel, icon) = words::channel(&conversation.channel);
    let share = share(clock, time, times);
    Row {
        conversation: conversation.id.0,
        customer: conversation.contact.name.clone(),
        desk_link: seat.desk.link_to(conversation.id),
        draft: around.drafts.get(&conversation.id).cloned(),
        kind: clock.kind.words(),
        promise: promise(clock),
        inbox: around
            .inboxes
            .get(&conversation.inbox.0)
            .cloned()
            .unwrap_or_else(|| format!("{channel} {}", conversation.inbox)),
        icon,
        team: conversation.team.as_ref().map(|team| team.name.clone()),
        assignee: conversation.assignee.as_ref().map(|assignee| assignee.name.clone()),
        left: left(clock, time, times),
        share: share.min(i64::from(BREACH)),
        share_words: format!("{share} % of the time is up"),
    }
}

/// `30 min (standard)`.
fn promise(clock: &Clock) -> String {
    format!("{} ({})", in_words(clock.allowed), clock.target)
}

/// Percent of the time that is up.
fn share(clock: &Clock, time: Time<'_>, times: &Times) -> i64 {
    let counted = clock.elapsed(time, times.now());
    i64::try_from(counted.as_millis() * 100 / clock.allowed.as_millis().max(1)).unwrap_or(i64::MAX)
}

pub(super) fn left(clock: &Clock, time: Time<'_>, times: &Times) -> LeftView {
    let calendar = match time {
        Time::Wall => None,
        Time::Working(_) if clock.calendar == "hours" => Some("in working time".to_owned()),
        Time::Working(_) => Some(format!("in {} time", clock.calendar)),
    };
    let due = clock.due().map(|due| times.at(due));
    match (&due, clock.spans.last()) {
        (Some(due), _) if due.ms <= times.now_ms => {
            let text = format!("overdue by {}", words::duration(times.now_ms - due.ms));
            LeftView { class: "late", text, due: Some(due.clone()), calendar }
        }
        (_, Some(Span { pause: Some(pause), .. })) => {
            let rest = clock.allowed - clock.elapsed(time, times.now());
            let rest = words::duration(i64::try_from(rest.as_millis()).unwrap_or(i64::MAX));
            let text = format!("{rest} left, {}", stands_still(*pause));
            LeftView { class: "fine", text, due: None, calendar }
        }
        (Some(due), _) => {
            let class = if share(clock, time, times) >= RISK { "soon" } else { "fine" };
            let text = format!("{} left", words::duration(due.ms - times.now_ms));
            LeftView { class, text, due: Some(due.clone()), calendar }
        }
        (None, _) => LeftView { class: "fine", text: "no deadline".to_owned(), due: None, calendar },
    }
}

/// Why, in a word or two.
fn stands_still(pause: Pause) -> &'static str {
    match pause {
        Pause::Snoozed => "snoozed",
        Pause::Resolved => "resolved",
        Pause::WaitingForCustomer => "the customer's turn",
    }
}

pub(super) fn warning_view(warning: &GivenWarning, times: &Times) -> WarningView {
    let late = warning.late.then(|| words::duration(warning.given_at - warning.due_at));
    WarningView {
        conversation: warning.id.conversation.0,
        share: warning.id.share,
        kind: warning.id.kind.words(),
        class: if warning.id.share >= BREACH { "danger" } else { "warn" },
        due: times.at_ms(warning.due_at),
        late,
        because: warning.because.clone(),
        asked: warning.actions.iter().filter_map(|reasoned| asked(&reasoned.action)).collect(),
    }
}

/// What a warning asked of the desk.
fn asked(action: &hotdash_core::action::Action) -> Option<String> {
    use hotdash_core::action::Action;
    match action {
        Action::AddLabels { labels } => Some(format!("labels {}", labels.join(", "))),
        Action::SetPriority { priority } => Some(format!("priority {}", priority.name())),
        Action::Note { .. } => Some("a note".to_owned()),
        Action::AssignAgent { name, .. } => Some(format!("assignment to {name}")),
        Action::AssignTeam { team } => Some(format!("assignment to team {team}")),
        Action::Notify { .. } => Some("a notice".to_owned()),
        _ => None,
    }
}
