//! Looking for what no delivery told, because Chatwoot sends an account webhook once and never again.
//!
//! A desk is asked what was touched since the last look; of each such conversation the last messages are compared with
//! what is here. What is missing becomes a gap, and a job repairs it the way a delivery would have gone. Lists are dear
//! for a desk, so the pause after a look follows from how long the desk worked for it.

mod compare;

use super::{JobError, Step, facts, job, millis, nothing};
use crate::app::{App, Desk, Notice};
use crate::chatwoot::api::{CallError, Chatwoot, Page};
use crate::store::conversations::keep_conversation;
use crate::store::facts::want_facts;
use crate::store::gaps::{NewGap, Poll, keep_gap, keep_poll, keep_verified};
use crate::store::jobs::{Job, enqueue, enqueue_once, forget_dead};
use crate::store::messages::{Sight, keep_message};
use crate::store::{Batch, StoreError};
use compare::{Found, compare};
use futures_util::{StreamExt, TryStreamExt, stream};
use hotdash_core::conversation::{Conversation, Message};
use hotdash_core::ids::{ConversationId, DeskId, JobId, MessageId};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// The desk may work one part in so many for us: 2 %.
const ONE_PART_IN: u32 = 50;
/// What the desk counts in whole seconds, and what commits late, is looked at twice rather than never.
const OVERLAP: Duration = Duration::from_secs(5);
/// A longer time is not asked for at once: the desk gives up on requests that take 15 s, and 25 ms for each conversation
/// in a list add up.
const LONGEST_WINDOW: Duration = Duration::from_secs(15 * 60);
/// How far the clocks of desk and hotdash may differ where times of both are compared.
const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// Deletions, refusals of a channel and survey answers come soon after a message, and do not touch the conversation.
const AGAIN_AFTER_MS: i64 = 10 * 60_000;
/// Second looks in one go.
const AGAIN_AT_ONCE: i64 = 50;
/// Conversations that are read side by side.
const SIDE_BY_SIDE: usize = 4;
/// Chatwoot's page size without a cursor and with `before`.
const PAGE: usize = 20;

/// Put the job that compares each desk into the queue, where that is wanted.
pub async fn begin(app: &App) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    for desk in app.desks.iter().filter(|_| !app.config.poll_pause.is_zero()) {
        let mut poll = job(app, "poll", desk.id, format!("poll:{}", desk.id), String::new(), Duration::ZERO);
        // One for each desk, however many replicas start.
        poll.id = poll_id(desk.id);
        // One that ended by a fault of ours looks again.
        batch.push(forget_dead(&poll.id));
        batch.push(enqueue_once(poll));
    }
    app.store.commit(batch).await.map(drop)
}

/// The job that compares this desk.
#[must_use]
pub fn poll_id(desk: DeskId) -> JobId {
    JobId(format!("poll:{desk}"))
}

/// Run the job that compares a desk.
pub async fn poll(app: &App, desk: &Desk, _: &Job) -> Result<Step, JobError> {
    if app.config.poll_pause.is_zero() {
        return Ok(nothing());
    }
    // Whatever was told since is measured, also while the desk is away.
    facts::refresh(&app.store, desk.id, app.clock.now_ms()).await?;
    let now = app.clock.now_ms();
    let before = app.store.poll(desk.id).await?;
    let covered = before.map_or(desk.since, |poll| poll.covered_until);
    let chatwoot = desk.chatwoot.in_background();
    let mut looks: BTreeMap<ConversationId, Conversation> = BTreeMap::new();
    for listed in touched(app, &chatwoot, covered).await? {
        let (seen, verified) = (micros(&listed), app.store.verified(desk.id, listed.id).await?);
        if verified != Some(seen) && verified != Some(unsettled_at(seen)) {
            looks.insert(listed.id, listed);
        }
    }
    for again in app.store.due_again(desk.id, now, AGAIN_AT_ONCE).await? {
        if let std::collections::btree_map::Entry::Vacant(free) = looks.entry(again) {
            match chatwoot.conversation(again).await {
                Ok(conversation) => drop(free.insert(conversation)),
                Err(CallError::NoSuchThing { .. }) => forget(app, desk.id, again).await?,
                Err(error) => return Err(error.into()),
            }
        }
    }
    let listed = looks.len();
    let looks =
        stream::iter(looks.into_values()).map(|conversation| look(app, desk, &chatwoot, conversation));
    looks.buffer_unordered(SIDE_BY_SIDE).try_collect::<()>().await?;
    // All of it counts, also what it does side by side; while we wait for a turn it does not work for us.
    let took = chatwoot.worked();
    let covered_until = now - millis(app.config.gap_after);
    let poll = Poll {
        covered_until: before.map_or(covered_until, |poll| covered_until.max(poll.covered_until)),
        polled_at: now,
        took_ms: millis(took),
        listed: i64::try_from(listed).unwrap_or(i64::MAX),
    };
    app.store.commit(keep_poll(desk.id, poll).into()).await?;
    app.work.notify_one();
    // The pause alone is long enough: what the desk did side by side took it longer than us.
    Ok(Step::Later(app.config.poll_pause.max(took * ONE_PART_IN), "compared"))
}

/// Every conversation that was touched since then.
async fn touched(app: &App, chatwoot: &Chatwoot, since: i64) -> Result<Vec<Conversation>, CallError> {
    let mut margin = OVERLAP;
    loop {
        let asked_at = app.clock.now();
        let age = asked_at.as_millisecond() - since;
        let window = Duration::from_millis(u64::try_from(age).unwrap_or(0)) + margin;
        if window > LONGEST_WINDOW {
            // Whatever touches a conversation leaves at least a line of the desk's own in it, so the last activity
            // tells too.
            let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
            let since = asked_at.saturating_sub(window.saturating_add(SKEW)).unwrap_or(Timestamp::MIN);
            return chatwoot.conversations_active_since(since).await;
        }
        let listed = chatwoot.conversations_touched_within(window, asked_at).await?;
        // The desk counts back from when it looks, which is later than when we asked: after a wait for our turn, or on a
        // slow desk, what happened at the beginning has left the window meanwhile.
        let late = u64::try_from(app.clock.now_ms() - asked_at.as_millisecond()).unwrap_or(0);
        let late = Duration::from_millis(late);
        if late <= margin {
            return Ok(listed);
        }
        margin = late * 2 + OVERLAP;
    }
}

/// Compare one conversation with what is here, and keep what was found.
async fn look(
    app: &App,
    desk: &Desk,
    chatwoot: &Chatwoot,
    conversation: Conversation,
) -> Result<(), JobError> {
    let id = conversation.id;
    let read_at = app.clock.now_ms();
    let read = match last_messages(app, desk, chatwoot, id).await {
        Ok(read) => read,
        Err(JobError::Call(CallError::NoSuchThing { .. })) => return Ok(forget(app, desk.id, id).await?),
        Err(error) => return Err(error),
    };
    let first = read.keys().next().copied().unwrap_or(MessageId(0));
    let known = app.store.known_from(desk.id, id, first).await?;
    let state = app.store.conversation(desk.id, id).await?;
    let missing_before = read_at - millis(app.config.gap_after);
    // REST tells whole seconds.
    let since = desk.since - desk.since % 1000;
    let Found { gaps, history, unsettled } =
        compare(&conversation, state.as_ref(), read.into_values(), known, since, missing_before);
    let mut batch = Batch::new();
    let sight = Sight::read(&conversation, read_at);
    for message in &history {
        batch.append(keep_message(desk.id, message, sight)?);
    }
    for (message, event) in &gaps {
        let gap = NewGap {
            id: app.clock.new_id(),
            desk: desk.id,
            conversation: id,
            message: *message,
            event,
            found_at: read_at,
        };
        batch.push(keep_gap(&gap)?);
    }
    if gaps.is_empty() {
        batch.push(keep_conversation(desk.id, &conversation)?);
        batch.push(want_facts(desk.id, id));
    } else {
        tracing::warn!(conversation = %id, gaps = gaps.len(), "no delivery told of this; repairing it");
        // In the lane of the deliveries: what is waiting there comes first.
        let lane = format!("in:{}:{id}", desk.id);
        batch.push(enqueue(job(app, "repair", desk.id, lane, id.to_string(), Duration::ZERO)));
    }
    let verified = app.store.verified(desk.id, id).await?;
    let seen = micros(&conversation);
    let (seen, again_at) = if unsettled {
        (unsettled_at(seen), Some(read_at + millis(app.config.gap_after)))
    } else {
        // Once after the last touch is enough.
        (seen, (verified != Some(seen)).then_some(read_at + AGAIN_AFTER_MS))
    };
    batch.push(keep_verified(desk.id, id, seen, again_at));
    app.store.commit(batch).await?;
    if !gaps.is_empty() {
        app.tell(desk.id, Notice::TroubleChanged);
    }
    Ok(())
}

/// The last messages, back to one that a delivery told of or that is older than our knowing the desk.
async fn last_messages(
    app: &App,
    desk: &Desk,
    chatwoot: &Chatwoot,
    id: ConversationId,
) -> Result<BTreeMap<MessageId, Message>, JobError> {
    let mut read = BTreeMap::new();
    let mut page = Page::Latest;
    loop {
        let messages = chatwoot.messages(id, page).await?;
        let is_last = messages.len() < PAGE;
        let Some(oldest) = messages.iter().min_by_key(|message| message.id).cloned() else { return Ok(read) };
        read.extend(messages.into_iter().map(|message| (message.id, message)));
        let told = app.store.known_from(desk.id, id, oldest.id).await?;
        let is_known = told.iter().any(|(message, told)| message.id == oldest.id && *told);
        if is_last || is_known || oldest.created_at.as_millisecond() < desk.since {
            return Ok(read);
        }
        page = Page::Before(oldest.id);
    }
}

/// It was deleted on the desk.
async fn forget(app: &App, desk: DeskId, conversation: ConversationId) -> Result<(), StoreError> {
    app.store.commit(keep_verified(desk, conversation, 0, None).into()).await.map(drop)
}

/// How it is kept that a conversation was compared at this moment, and something was too new to be missed: it is looked
/// at again in a moment, and then once more as any other.
fn unsettled_at(seen: i64) -> i64 {
    -seen
}

pub(super) fn micros(conversation: &Conversation) -> i64 {
    // Old desks do not tell when a conversation changed; its last activity is nearly that.
    conversation.updated_at.or(conversation.last_activity_at).map_or(0, Timestamp::as_microsecond)
}
