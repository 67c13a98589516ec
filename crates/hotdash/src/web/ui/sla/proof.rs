//! Why a deadline is when it is: the intervals that were counted, the pauses with their reasons, the warnings given.

use super::{LeftView, WarningView, left, promise, warning_view};
use crate::app::App;
use crate::store::sla::KeptClock;
use crate::web::auth::{Seat, Viewer};
use crate::web::ui::error::UiError;
use crate::web::ui::layout::{Framed, Nav, Shell, page};
use crate::web::ui::words::{self, Moment, Times};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use hotdash_core::ids::ConversationId;
use hotdash_core::sla::{ClockState, Time, in_words};
use std::sync::Arc;

/// More intervals than that say no more.
const INTERVALS: usize = 60;

#[derive(Template)]
#[template(path = "sla/show.html")]
struct ProofPage {
    shell: Shell,
    conversation: i64,
    customer: String,
    desk_link: String,
    drafts: Vec<(String, &'static str, Moment)>,
    clocks: Vec<ClockView>,
    warnings: Vec<WarningView>,
}

impl Framed for ProofPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

struct ClockView {
    id: &'static str,
    kind: &'static str,
    tag: (&'static str, &'static str),
    sentence: String,
    start: Moment,
    promise: String,
    calendar: String,
    /// While it is not over.
    left: Option<LeftView>,
    due: Option<Moment>,
    ended: Option<Moment>,
    counted: String,
    intervals: Vec<IntervalView>,
    /// Their sum, where it is the whole of what is promised.
    sum: Option<String>,
    more: usize,
    pauses: Vec<PauseView>,
}

struct IntervalView {
    from: Moment,
    until: Moment,
    length: String,
}

struct PauseView {
    from: Moment,
    until: Option<Moment>,
    why: &'static str,
    length: Option<String>,
}

pub(in crate::web::ui) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Path(id): Path<i64>,
) -> Result<Response, UiError> {
    let id = ConversationId(id);
    let Some(conversation) = app.store.conversation(seat.desk.id, id).await? else {
        return Err(UiError::NotFound);
    };
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let clocks = app.store.sla_clocks(seat.desk.id, id).await?;
    let warnings = app.store.sla_warnings(seat.desk.id, id).await?;
    let drafts = app.store.drafts_of::<serde_json::Value>(seat.desk.id, id).await?;
    page(&ProofPage {
        shell: Shell::inside(&app, &seat, Nav::Sla).await?,
        conversation: id.0,
        customer: conversation.contact.name.clone(),
        desk_link: seat.desk.link_to(id),
        drafts: drafts
            .into_iter()
            .map(|draft| (draft.id.0, words::draft_state(draft.state), times.at_ms(draft.created_at)))
            .collect(),
        clocks: clocks.iter().map(|kept| clock_view(&seat, kept, &times)).collect(),
        warnings: warnings.iter().map(|warning| warning_view(warning, &times)).collect(),
    })
}

fn clock_view(seat: &Seat, kept: &KeptClock, times: &Times) -> ClockView {
    let clock = &kept.clock;
    let time = seat.desk.sla.calendar(&clock.calendar, &seat.desk.hours);
    let proof = clock.proof(time);
    let state = clock.at(times.now());
    let more = proof.len().saturating_sub(INTERVALS);
    let moment = |at| times.at(at);
    let pauses = clock.spans.iter().filter_map(|span| {
        Some(PauseView {
            from: moment(span.from),
            until: span.until.map(moment),
            why: span.pause?.words(),
            length: span.until.map(|until| in_words(until.duration_since(span.from))),
        })
    });
    ClockView {
        id: clock.kind.name(),
        kind: clock.kind.words(),
        tag: tag(state),
        sentence: sentence(state, clock.end.is_some()),
        start: moment(clock.start),
        promise: promise(clock),
        calendar: calendar(&clock.calendar, time),
        left: clock.end.is_none().then(|| left(clock, time, times)),
        due: clock.due().map(moment),
        ended: clock.end.map(|end| moment(end.at)),
        counted: in_words(clock.elapsed(time, times.now())),
        sum: (clock.due().is_some())
            .then(|| in_words(proof.iter().map(hotdash_core::hours::Interval::length).sum())),
        intervals: proof
            .iter()
            .take(INTERVALS)
            .map(|one| IntervalView {
                from: moment(one.from),
                until: moment(one.until),
                length: in_words(one.length()),
            })
            .collect(),
        more,
        pauses: pauses.collect(),
    }
}

fn tag(state: ClockState) -> (&'static str, &'static str) {
    match state {
        ClockState::Running => ("", "running"),
        ClockState::Paused(_) => ("", "stands still"),
        ClockState::Met => ("ok", "met"),
        ClockState::Breached => ("danger", "missed"),
        ClockState::Stopped => ("", "not needed any more"),
    }
}

fn sentence(state: ClockState, is_over: bool) -> String {
    match state {
        ClockState::Running => "It runs.".to_owned(),
        ClockState::Paused(pause) => format!("It stands still: {}.", pause.words()),
        ClockState::Met => "It was kept in time.".to_owned(),
        ClockState::Breached if is_over => "It was kept too late.".to_owned(),
        ClockState::Breached => "The time is up.".to_owned(),
        ClockState::Stopped => {
            "It ended before its time: resolved without a reply, or given to a bot.".to_owned()
        }
    }
}

fn calendar(name: &str, time: Time<'_>) -> String {
    match time {
        Time::Wall => "the wall clock".to_owned(),
        Time::Working(hours) if name == "hours" => format!("the desk's hours, {}", hours.zone()),
        Time::Working(hours) => format!("{name}, {}", hours.zone()),
    }
}
