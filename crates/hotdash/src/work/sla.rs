//! SLA clocks: kept with what they follow from, and their warnings given once, at their instants.
//!
//! Ingest computes the clocks of a conversation in the transaction that keeps its event. The next warning of each clock
//! stands in an indexed column; [`give_due`] gives what is due. A warning is a row with a unique key, written together
//! with what it asks for, so neither a restart nor another replica nor a clock set back repeats it.

use super::ingest::Heard;
use super::{JobError, Step, change_for, job, want_soon};
use crate::app::{App, Desk, Notice};
use crate::store::effects::NewEffect;
use crate::store::facts::touch;
use crate::store::jobs::{Job, enqueue_once, forget_dead};
use crate::store::sla::{
    GivenWarning, KeptClock, KeptHistory, WarningId, advance_clock, drop_clock, give_warning, keep_clock,
    keep_history,
};
use crate::store::{Batch, StoreError};
use futures_util::future::join_all;
use hotdash_core::conversation::Conversation;
use hotdash_core::decide::SlaState;
use hotdash_core::event::Event;
use hotdash_core::ids::{ConversationId, DeskId, EffectId, JobId};
use hotdash_core::sla::{About, BREACH, Clock, ClockState, History, Kind, Mark};
use jiff::Timestamp;
use std::collections::HashSet;
use std::time::Duration;

/// What is noticed later than that was missed: hotdash was down, or its machine asleep.
const LATE_MS: i64 = 2_000;
/// Warnings that are given side by side; they share their commits.
const AT_ONCE: i64 = 512;
/// Messages from which the facts of a conversation are gathered that was here before its clocks.
const THREAD: i64 = 1_000;

/// What events mean for the clocks of their conversation. All that come with one commit come together: the facts are
/// kept once.
pub(super) async fn follow(
    app: &App,
    desk: &Desk,
    id: ConversationId,
    events: &[(&Event, Heard)],
    batch: &mut Batch,
) -> Result<Option<Notice>, StoreError> {
    // Somebody types: nothing was said yet.
    let events: Vec<_> = events.iter().filter(|(event, _)| !matches!(event, Event::Typing { .. })).collect();
    let told = events.iter().filter_map(|(event, _)| event.conversation());
    let Some(newest) = told.max_by_key(|told| told.updated_at) else { return Ok(None) };
    let kept = app.store.sla_history(desk.id, id).await?;
    let known = app.store.conversation(desk.id, id).await?;
    let mut facts = facts(app, desk, id, kept, known.as_ref()).await?;
    for (event, heard) in &events {
        let now = app.clock.now();
        let told_at = match heard {
            Heard::Told => now,
            Heard::Read { at } => Timestamp::from_millisecond(*at).unwrap_or(now),
        };
        if let Some(told) = event.conversation() {
            facts.history.conversation(told, told_at);
        }
        if let Event::MessageCreated { message, .. } = event {
            facts.history.message(message);
        }
    }
    // What targets look at is taken from the newest state, whatever an event shows.
    let newest = known.as_ref().filter(|known| known.updated_at > newest.updated_at).unwrap_or(newest);
    let changed = keep(app, desk, newest, &facts, batch).await?;
    Ok(changed.then_some(Notice::SlaChanged))
}

/// The facts that are kept, or those that follow from what is here where none were kept.
async fn facts(
    app: &App,
    desk: &Desk,
    id: ConversationId,
    kept: Option<KeptHistory>,
    known: Option<&Conversation>,
) -> Result<KeptHistory, StoreError> {
    if let Some(kept) = kept {
        return Ok(kept);
    }
    let mut history = History::new();
    for message in app.store.thread(desk.id, id, THREAD).await? {
        history.message(&message);
    }
    if let Some(known) = known {
        history.conversation(known, app.clock.now());
    }
    Ok(KeptHistory { history, policy: String::new(), version: 0 })
}

/// Compute the clocks and write what changed. Whether anything did that people see.
async fn keep(
    app: &App,
    desk: &Desk,
    conversation: &Conversation,
    facts: &KeptHistory,
    batch: &mut Batch,
) -> Result<bool, StoreError> {
    let id = conversation.id;
    let about = About::of(&desk.settings.key, conversation);
    let clocks = Clock::all(&facts.history, &about, conversation.created_at, &desk.sla, &desk.hours);
    let before = app.store.sla_clocks(desk.id, id).await?;
    let given = given(app, desk.id, id).await?;
    batch.push(keep_history(desk.id, id, &facts.history, &desk.sla_version, facts.version)?);
    let mut changed = false;
    for kept in before.iter().filter(|kept| clocks.iter().all(|clock| clock.kind != kept.clock.kind)) {
        // What is over was judged by the targets of its time.
        if kept.clock.end.is_none() {
            batch.push(drop_clock(desk.id, id, kept.clock.kind));
            changed = true;
        }
    }
    for clock in &clocks {
        let old = before.iter().find(|kept| kept.clock.kind == clock.kind).map(|kept| &kept.clock);
        let is_over = |old: &Clock| clock.end.is_some() && (old.start, old.end) == (clock.start, clock.end);
        if old.is_some_and(|old| old == clock || is_over(old)) {
            continue;
        }
        let mut open: Vec<Mark> = marks(desk, clock)
            .filter(|mark| !given.contains(&(clock.kind, in_ms(clock.start), mark.share)))
            .collect();
        if clock.end.is_some() {
            // It ended before anybody could tell: what was up by then is told now.
            for mark in open.drain(..) {
                batch.append(warn(app, desk, id, clock, mark)?);
            }
        }
        batch.push(keep_clock(desk.id, id, clock, open.first().copied())?);
        changed = true;
    }
    if changed {
        batch.push(touch(desk.id, id, app.clock.now_ms()));
    }
    Ok(changed)
}

/// The shares of a clock that are worth a warning: those that were up before the desk was served are history.
fn marks(desk: &Desk, clock: &Clock) -> impl Iterator<Item = Mark> {
    let since = desk.since;
    clock.marks.clone().into_iter().filter(move |mark| mark.at.is_some_and(|at| at.as_millisecond() >= since))
}

async fn given(
    app: &App,
    desk: DeskId,
    conversation: ConversationId,
) -> Result<HashSet<(Kind, Timestamp, u16)>, StoreError> {
    let warnings = app.store.sla_warnings(desk, conversation).await?;
    Ok(warnings.into_iter().map(|w| (w.id.kind, in_ms(w.id.start), w.id.share)).collect())
}

/// As kept: a start with a finer fraction is the same clock.
fn in_ms(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// One warning with what it asks for.
fn warn(
    app: &App,
    desk: &Desk,
    conversation: ConversationId,
    clock: &Clock,
    mark: Mark,
) -> Result<Batch, StoreError> {
    let now = app.clock.now_ms();
    let due_at = mark.at.map_or(now, Timestamp::as_millisecond);
    let because = clock.because(mark.share, desk.sla.calendar(&clock.calendar, &desk.hours));
    let warning = desk.sla.warning(&clock.target, clock.kind, mark.share);
    let actions = warning.map(|warning| warning.actions(clock.kind, &because)).unwrap_or_default();
    let id =
        WarningId { desk: desk.id, conversation, kind: clock.kind, start: clock.start, share: mark.share };
    let late = now - due_at > LATE_MS;
    let given = GivenWarning { id, due_at, given_at: now, late, because, actions };
    let mut batch = Batch::from(give_warning(&given)?);
    for change in given.actions.iter().filter_map(|reasoned| change_for(&reasoned.action)) {
        let effect = NewEffect {
            id: EffectId(app.clock.new_id()),
            desk: desk.id,
            conversation,
            decision: None,
            draft: None,
            change,
            created_at: now,
        };
        batch.append(want_soon(app, &effect, Duration::ZERO)?);
    }
    Ok(batch)
}

/// Give every warning that is due, and say when the next one is.
pub async fn give_due(app: &App) -> Result<Option<i64>, StoreError> {
    let mut next: Option<i64> = None;
    for desk in &app.desks {
        loop {
            let now = app.clock.now_ms();
            let due = app.store.sla_clocks_due(desk.id, now, AT_ONCE).await?;
            if due.is_empty() {
                break;
            }
            let outcomes = join_all(due.iter().map(|kept| give(app, desk, kept, now))).await;
            app.tell(desk.id, Notice::SlaChanged);
            app.work.notify_one();
            // One that cannot be given now must not keep the others from being tried, nor this from ending.
            let outcomes = outcomes.into_iter().collect::<Result<Vec<bool>, _>>()?;
            if !outcomes.contains(&true) {
                break;
            }
        }
        next = next.into_iter().chain(app.store.next_sla_warning_at(desk.id).await?).min();
    }
    Ok(next)
}

/// Everything of one clock that is up by now; whether that was given here.
async fn give(app: &App, desk: &Desk, kept: &KeptClock, now: i64) -> Result<bool, StoreError> {
    let from = kept.next.map_or(0, |(share, _)| share);
    let mut batch = Batch::new();
    let mut next = None;
    for mark in marks(desk, &kept.clock).filter(|mark| mark.share >= from) {
        if mark.at.is_some_and(|at| at.as_millisecond() > now) {
            next = Some(mark);
            break;
        }
        batch.append(warn(app, desk, kept.conversation, &kept.clock, mark)?);
    }
    batch.push(advance_clock(desk.id, kept, next));
    match app.store.commit(batch).await {
        // Given before, or the clock has moved on: look at it as it is now.
        Err(StoreError::Conflict { .. }) => settle(app, desk, kept).await.map(|()| false),
        done => done.map(|_| true),
    }
}

/// Set a clock to the first warning that was not given.
async fn settle(app: &App, desk: &Desk, seen: &KeptClock) -> Result<(), StoreError> {
    let given = given(app, desk.id, seen.conversation).await?;
    let clocks = app.store.sla_clocks(desk.id, seen.conversation).await?;
    let Some(kept) = clocks.into_iter().find(|kept| kept.clock.kind == seen.clock.kind) else {
        return Ok(());
    };
    let (kind, start) = (kept.clock.kind, in_ms(kept.clock.start));
    let next = marks(desk, &kept.clock).find(|mark| !given.contains(&(kind, start, mark.share)));
    if kept.next.is_none() || next.map(|mark| mark.share) == kept.next.map(|(share, _)| share) {
        return Ok(());
    }
    match app.store.commit(advance_clock(desk.id, &kept, next).into()).await {
        Err(StoreError::Conflict { .. }) => Ok(()),
        done => done.map(drop),
    }
}

/// How far the clock of a conversation has come that is nearest to its target, as rules ask.
pub(super) async fn standing(
    app: &App,
    desk: DeskId,
    conversation: ConversationId,
) -> Result<SlaState, StoreError> {
    let now = app.clock.now();
    let clocks = app.store.sla_clocks(desk, conversation).await?;
    let up = |clock: &Clock| {
        let passed = clock.marks.iter().filter(|mark| mark.at.is_some_and(|at| at <= now));
        passed.map(|mark| mark.share).max().unwrap_or(0)
    };
    let running = clocks.iter().filter(|kept| {
        kept.clock.end.is_none() && matches!(kept.clock.at(now), ClockState::Running | ClockState::Breached)
    });
    Ok(match running.map(|kept| up(&kept.clock)).max() {
        None => SlaState::None,
        Some(0) => SlaState::Running,
        Some(share @ 1..BREACH) => SlaState::Warned { percent: u8::try_from(share).unwrap_or(u8::MAX) },
        Some(_) => SlaState::Breached,
    })
}

/// Put the job into the queue that computes clocks anew where targets or hours have changed since, and for what was
/// here before clocks were.
pub async fn begin(app: &App) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    for desk in &app.desks {
        let mut clocks =
            job(app, "clocks", desk.id, format!("clocks:{}", desk.id), String::new(), Duration::ZERO);
        // One for each desk, however many replicas start.
        clocks.id = JobId(format!("clocks:{}", desk.id));
        batch.push(forget_dead(&clocks.id));
        batch.push(enqueue_once(clocks));
    }
    app.store.commit(batch).await.map(drop)
}

/// Run that job.
pub async fn compute_anew(app: &App, desk: &Desk, _: &Job) -> Result<Step, JobError> {
    let mut after = ConversationId(i64::MIN);
    loop {
        let stale = app.store.stale_sla(desk.id, &desk.sla_version, after, AT_ONCE).await?;
        let Some(last) = stale.last() else { break };
        after = last.id;
        for outcome in join_all(stale.iter().map(|conversation| compute_one(app, desk, conversation))).await {
            outcome?;
        }
    }
    app.clocks.notify_one();
    Ok(Step::Done(Batch::new(), vec![Notice::SlaChanged]))
}

async fn compute_one(app: &App, desk: &Desk, conversation: &Conversation) -> Result<(), StoreError> {
    let kept = app.store.sla_history(desk.id, conversation.id).await?;
    let facts = facts(app, desk, conversation.id, kept, Some(conversation)).await?;
    let mut batch = Batch::new();
    keep(app, desk, conversation, &facts, &mut batch).await?;
    match app.store.commit(batch).await {
        // An event was faster, and its clocks are of today's targets.
        Err(StoreError::Conflict { .. }) => Ok(()),
        done => done.map(drop),
    }
}
