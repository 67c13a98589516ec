//! The deliveries page: what came from the desk and what became of it, what never came, and what is dead.

use super::error::UiError;
use super::layout::{Framed, Nav, Shell, page};
use super::words::{self, Moment, Times};
use crate::app::App;
use crate::clock::first_id_at;
use crate::store::deliveries::{Delivery, DeliveryCounts, Wanted};
use crate::store::gaps::{Gap, Poll};
use crate::store::messages::Mover;
use crate::store::users::Role;
use crate::web::auth::{Lead, Seat, Viewer};
use crate::work::dead_letters::{self, DeadLetter};
use crate::work::reconcile::poll_id;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Redirect, Response};
use hotdash_core::conversation::Message;
use hotdash_core::event::Event;
use hotdash_core::ids::{ConversationId, DeliveryId};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Figures look so far back: reading all that ever came would take longer than anybody waits.
const DAYS: i64 = 7;
const DAY_MS: i64 = 24 * 3_600_000;
const PAGE: usize = 50;
const GAPS: i64 = 20;

/// What the list shows, and what was done just before, as they stand in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    state: String,
    #[serde(default)]
    event: String,
    #[serde(default)]
    conversation: String,
    #[serde(default)]
    before: String,
    begun: Option<usize>,
    left: Option<usize>,
    away: Option<usize>,
}

impl Filter {
    fn conversation(&self) -> Option<ConversationId> {
        self.conversation.trim().trim_start_matches('#').parse().ok().map(ConversationId)
    }

    fn wanted(&self) -> Wanted {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Wanted {
            state: some(&self.state),
            event: some(&self.event),
            conversation: self.conversation(),
            before: some(&self.before).map(DeliveryId),
        }
    }

    /// The address of the page that shows what came before this delivery.
    fn earlier(&self, last: &DeliveryId) -> String {
        let pairs = [
            ("state", self.state.trim()),
            ("event", self.event.trim()),
            ("conversation", self.conversation.trim()),
            ("before", last.as_str()),
        ];
        let filled = pairs.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> =
            filled.map(|(name, value)| format!("{name}={}", words::escape_query(value))).collect();
        format!("/deliveries?{}", query.join("&"))
    }

    fn is_narrowed(&self) -> bool {
        let fields = [&self.state, &self.event, &self.conversation, &self.before];
        fields.iter().any(|text| !text.trim().is_empty())
    }
}

#[derive(Template)]
#[template(path = "deliveries/index.html")]
struct DeliveriesPage {
    shell: Shell,
    may_replay: bool,
    told: Option<String>,
    since: Moment,
    days: i64,
    figures: Vec<Figure>,
    /// Whether the desk is compared with what is here at all.
    is_compared: bool,
    compared: Option<Look>,
    dead: Vec<DeadView>,
    /// Some of them can begin anew here.
    can_replay_all: bool,
    gaps: Vec<GapView>,
    /// How many there are in all, where not all are shown.
    gaps_in_all: Option<i64>,
    filter: Filter,
    states: [&'static str; 4],
    events: BTreeSet<String>,
    rows: Vec<Row>,
    earlier: Option<String>,
}

impl Framed for DeliveriesPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

struct Figure {
    name: &'static str,
    value: i64,
    note: String,
    class: &'static str,
}

/// How far the desk was compared with what is here.
struct Look {
    polled: Moment,
    covered: Moment,
    took: String,
    listed: i64,
    next: Option<Moment>,
}

struct DeadView {
    letter: DeadLetter,
    link: Option<String>,
    died: Moment,
}

struct GapView {
    id: String,
    what: String,
    conversation: i64,
    link: String,
    found: Moment,
    repaired: Option<Moment>,
}

/// One delivery of the list.
struct Row {
    id: String,
    state: String,
    class: &'static str,
    event: String,
    conversation: Option<i64>,
    reason: Option<String>,
    repeats: i64,
    at: Moment,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let since = seat.desk.since.max(times.now_ms - DAYS * DAY_MS);
    let counts = app.store.delivery_counts_from(seat.desk.id, &first_id_at(since)).await?;
    let gaps = app.store.gap_counts(seat.desk.id).await?;
    let dead_count = app.store.dead_count(seat.desk.id).await?;
    let dead = dead_letters::list(&app, &seat.desk).await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = app.store.deliveries(seat.desk.id, &filter.wanted(), limit).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let kept_gaps = app.store.gaps(seat.desk.id, GAPS).await?;
    page(&DeliveriesPage {
        shell: Shell::inside(&app, &seat, Nav::Deliveries).await?,
        may_replay: seat.user.role >= Role::Lead,
        told: told(&filter),
        since: times.at_ms(since),
        days: DAYS,
        figures: figures(counts, gaps, dead_count),
        is_compared: !app.config.poll_pause.is_zero(),
        compared: compared(&app, &seat, &times).await?,
        can_replay_all: dead.iter().any(|letter| !letter.is_reply),
        dead: dead.into_iter().map(|letter| dead_view(&seat, letter, &times)).collect(),
        gaps: kept_gaps.iter().map(|gap| gap_view(&seat, gap, &times)).collect(),
        gaps_in_all: Some(gaps.0).filter(|found| *found > GAPS),
        states: ["received", "processed", "rejected", "dead"],
        events: found.iter().filter_map(|delivery| delivery.event.clone()).collect(),
        earlier: found.last().filter(|_| has_more).map(|last| filter.earlier(&last.id)),
        rows: found.into_iter().map(|delivery| row(delivery, &times)).collect(),
        filter,
    })
}

/// A reload of an answer to a form: back to the page.
pub(super) async fn back() -> Redirect {
    Redirect::to("/deliveries")
}

pub(super) async fn replay(
    State(app): State<Arc<App>>,
    Lead(seat): Lead,
    Path(id): Path<String>,
) -> Result<Redirect, UiError> {
    dead_letters::replay(&app, &seat.desk, &id).await?;
    Ok(Redirect::to("/deliveries?begun=1"))
}

pub(super) async fn replay_all(State(app): State<Arc<App>>, Lead(seat): Lead) -> Result<Redirect, UiError> {
    let replayed = dead_letters::replay_all(&app, &seat.desk).await?;
    Ok(Redirect::to(&format!("/deliveries?begun={}&left={}", replayed.begun, replayed.left)))
}

pub(super) async fn put_away(
    State(app): State<Arc<App>>,
    Lead(seat): Lead,
    Path(id): Path<String>,
) -> Result<Redirect, UiError> {
    dead_letters::put_away(&app, &seat.desk, &id).await?;
    Ok(Redirect::to("/deliveries?away=1"))
}

/// What was done just before.
fn told(filter: &Filter) -> Option<String> {
    let begun = match filter.begun {
        None if filter.away.is_some() => return Some("It was put away.".to_owned()),
        None => return None,
        Some(0) => "Nothing could begin anew.".to_owned(),
        Some(1) => "One thing begins anew. What cannot be done comes back to this list.".to_owned(),
        Some(many) => format!("{many} things begin anew. What cannot be done comes back to this list."),
    };
    Some(match filter.left {
        Some(left @ 1..) => {
            format!(
                "{begun} Left: {left} {}; each is sent again from its draft.",
                plural(left, "reply", "replies")
            )
        }
        _ => begun,
    })
}

fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

fn figures(counts: DeliveryCounts, (found, open): (i64, i64), dead_letters: i64) -> Vec<Figure> {
    let figure = |name, value, note: String, class| Figure { name, value, note, class };
    let note = |count: i64, words: &str| if count == 0 { String::new() } else { format!("{count} {words}") };
    let letters = match dead_letters {
        0 => String::new(),
        1 => "1 dead letter".to_owned(),
        many => format!("{many} dead letters"),
    };
    let all = counts.received + counts.processed + counts.rejected + counts.dead;
    let trouble = |count: i64, class| if count == 0 { "" } else { class };
    vec![
        figure("Received", all, note(counts.received, "waiting"), ""),
        figure("Processed", counts.processed, String::new(), ""),
        figure("Duplicate", counts.repeats, String::new(), ""),
        figure("Rejected", counts.rejected, String::new(), trouble(counts.rejected, "warn")),
        figure("Dead", counts.dead, letters, trouble(counts.dead + dead_letters, "danger")),
        figure("Gap", found, note(open, "open"), trouble(open, "warn")),
    ]
}

async fn compared(app: &App, seat: &Seat, times: &Times) -> Result<Option<Look>, UiError> {
    let Some(Poll { covered_until, polled_at, took_ms, listed }) = app.store.poll(seat.desk.id).await? else {
        return Ok(None);
    };
    let next = app.store.due_at(&poll_id(seat.desk.id)).await?.filter(|at| *at > times.now_ms);
    Ok(Some(Look {
        polled: times.at_ms(polled_at),
        covered: times.at_ms(covered_until),
        took: words::quick(took_ms),
        listed,
        next: next.map(|at| times.at_ms(at)),
    }))
}

fn dead_view(seat: &Seat, letter: DeadLetter, times: &Times) -> DeadView {
    DeadView {
        link: letter.conversation.map(|conversation| seat.desk.link_to(conversation)),
        died: times.at_ms(letter.died_at),
        letter,
    }
}

fn gap_view(seat: &Seat, gap: &Gap, times: &Times) -> GapView {
    GapView {
        id: gap.id.clone(),
        what: missed(&gap.event),
        conversation: gap.conversation.0,
        link: seat.desk.link_to(gap.conversation),
        found: times.at_ms(gap.found_at),
        repaired: gap.repaired_at.map(|at| times.at_ms(at)),
    }
}

/// What no delivery told; never in whose words.
fn missed(event: &Event) -> String {
    match event {
        Event::MessageCreated { message, .. } => format!("{} was written", who_wrote(message)),
        Event::MessageUpdated { message, .. } if message.marks.deleted => {
            format!("{} was deleted", who_wrote(message))
        }
        Event::MessageUpdated { message, .. } if message.marks.csat.is_some() => {
            "A survey was answered".to_owned()
        }
        Event::MessageUpdated { message, .. } if message.marks.external_error.is_some() => {
            format!("{} was refused by its channel", who_wrote(message))
        }
        Event::MessageUpdated { message, .. } => format!("{} changed", who_wrote(message)),
        Event::ConversationCreated { .. } => "A conversation began".to_owned(),
        _ => "A conversation changed: its status, who has it, its labels or its priority".to_owned(),
    }
}

fn who_wrote(message: &Message) -> &'static str {
    match Mover::of(message) {
        Mover::Customer => "A customer's message",
        Mover::Human => "A colleague's reply",
        Mover::Ours => "Our reply",
        Mover::Other if message.private => "A private note",
        Mover::Other => "An automatic message",
    }
}

/// How a state looks.
pub(super) fn state_class(state: &str) -> &'static str {
    match state {
        "processed" => "ok",
        "rejected" => "warn",
        "dead" => "danger",
        _ => "",
    }
}

fn row(delivery: Delivery, times: &Times) -> Row {
    Row {
        class: state_class(&delivery.state),
        id: delivery.id.0,
        state: delivery.state,
        event: delivery.event.unwrap_or_else(|| "no event".to_owned()),
        conversation: delivery.conversation.map(|conversation| conversation.0),
        reason: delivery.reason,
        repeats: delivery.repeats,
        at: times.at_ms(delivery.received_at),
    }
}

#[cfg(test)]
mod tests;
