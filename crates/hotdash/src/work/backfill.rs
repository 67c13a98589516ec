//! Learning a desk's past: its conversations with all their messages, survey answers, people, inboxes, teams, labels.
//!
//! The list is walked by last activity, latest first, as far back as was asked for. What moves to its front meanwhile is
//! read at the end; what moves back within it is met again, and skipped. A walk that was interrupted goes on with the
//! page after the last one that is wholly here. Nothing is decided about the past and nobody is answered.

use super::facts::settings_of;
use super::reconcile::micros;
use super::{JobError, Step, job, nothing};
use crate::app::{App, Desk};
use crate::chatwoot::api::{CallError, Chatwoot, ConversationPage, Inbox};
use crate::store::backfills::{
    Backfill, keep_backfill, keep_read_categories, keep_roster, keep_survey, keep_whole,
};
use crate::store::conversations::keep_conversation;
use crate::store::facts::{want_all_facts, want_facts};
use crate::store::jobs::{Job, enqueue_once, forget_dead};
use crate::store::messages::{Mover, Sight, keep_message};
use crate::store::{Batch, StoreError};
use futures_util::{StreamExt, TryStreamExt, stream};
use hotdash_core::conversation::Conversation;
use hotdash_core::facts::desk_hours::DeskHours;
use hotdash_core::ids::{DeskId, InboxId, JobId};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::mpsc;

/// Threads that are read side by side; the desk's budget paces them.
const SIDE_BY_SIDE: usize = 8;
/// Pages that are asked for ahead, because a desk takes long for one.
const PAGES_AHEAD: usize = 2;
/// How far the clocks of desk and hotdash may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The job that walks through a desk's past.
#[must_use]
pub fn job_id(desk: DeskId) -> JobId {
    JobId(format!("backfill:{desk}"))
}

/// Ask for a walk back to `since`. One that is under way and goes at least as far back goes on.
pub async fn ask(app: &App, desk: &Desk, since: Timestamp) -> Result<Backfill, StoreError> {
    let since = since.as_millisecond();
    let now = app.clock.now_ms();
    let under_way = app.store.backfill(desk.id).await?;
    let under_way = under_way.filter(|walk| walk.finished_at.is_none() && walk.since <= since);
    let walk = under_way.unwrap_or(Backfill {
        since,
        started_at: now,
        page: 0,
        reached: now,
        conversations: 0,
        messages: 0,
        surveys: 0,
        finished_at: None,
    });
    let mut batch = Batch::from(keep_backfill(desk.id, &walk));
    // One that ended as a dead letter begins again.
    batch.push(forget_dead(&job_id(desk.id)));
    let mut job =
        job(app, "backfill", desk.id, format!("backfill:{}", desk.id), String::new(), Duration::ZERO);
    job.id = job_id(desk.id);
    batch.push(enqueue_once(job));
    app.store.commit(batch).await?;
    app.work.notify_one();
    Ok(walk)
}

/// Run the job of a walk.
pub async fn run(app: &App, desk: &Desk, _: &Job) -> Result<Step, JobError> {
    let Some(mut walk) = app.store.backfill(desk.id).await?.filter(|walk| walk.finished_at.is_none()) else {
        return Ok(nothing());
    };
    let chatwoot = desk.chatwoot.in_background();
    roster(app, desk, &chatwoot).await?;
    let since = Timestamp::from_millisecond(walk.since).unwrap_or(Timestamp::MIN);
    let mut pages = pages(chatwoot.clone(), u64::try_from(walk.page).unwrap_or(0) + 1);
    while let Some(page) = pages.recv().await {
        let (number, page) = page?;
        let Some(last) = page.conversations.last() else { break };
        let reached = last.last_activity_at.unwrap_or(last.created_at);
        let wanted = page.conversations.iter().filter(|c| is_within(c, since)).cloned().collect();
        keep_all(app, desk, &chatwoot, wanted, &mut walk).await?;
        walk.page = i64::try_from(number).unwrap_or(i64::MAX);
        walk.reached = reached.as_millisecond();
        app.store.commit(keep_backfill(desk.id, &walk).into()).await?;
        if reached < since {
            break;
        }
        if app.stopping.is_cancelled() {
            return Ok(Step::Later(Duration::ZERO, "hotdash was asked to stop"));
        }
    }
    drop(pages);
    let began = Timestamp::from_millisecond(walk.started_at).unwrap_or(Timestamp::MIN);
    let moved =
        chatwoot.conversations_active_since(began.saturating_sub(SKEW).unwrap_or(Timestamp::MIN)).await?;
    keep_all(app, desk, &chatwoot, moved, &mut walk).await?;
    surveys(app, desk, &chatwoot, since, &mut walk).await?;
    walk.reached = walk.since;
    walk.finished_at = Some(app.clock.now_ms());
    Ok(Step::Done(keep_backfill(desk.id, &walk).into(), Vec::new()))
}

fn is_within(conversation: &Conversation, since: Timestamp) -> bool {
    conversation.last_activity_at.unwrap_or(conversation.created_at) >= since
}

type Numbered = Result<(u64, ConversationPage), CallError>;

/// The pages of the list from this one on, asked for ahead while earlier ones are worked off.
fn pages(chatwoot: Chatwoot, first: u64) -> mpsc::Receiver<Numbered> {
    let (send, receive) = mpsc::channel(PAGES_AHEAD);
    tokio::spawn(async move {
        let ask = async |number| Ok((number, chatwoot.conversations_by_activity(number).await?));
        let mut asked = std::pin::pin!(stream::iter(first..).map(ask).buffered(PAGES_AHEAD));
        while let Some(page) = asked.next().await {
            let is_last = page.as_ref().map_or(true, |(_, page)| page.conversations.is_empty());
            // Nobody takes it: the walk is over.
            if send.send(page).await.is_err() || is_last {
                return;
            }
        }
    });
    receive
}

async fn keep_all(
    app: &App,
    desk: &Desk,
    chatwoot: &Chatwoot,
    conversations: Vec<Conversation>,
    walk: &mut Backfill,
) -> Result<(), JobError> {
    let kept = stream::iter(conversations).map(|conversation| keep(app, desk, chatwoot, conversation));
    let mut kept = std::pin::pin!(kept.buffer_unordered(SIDE_BY_SIDE));
    while let Some(messages) = kept.try_next().await? {
        if let Some(messages) = messages {
            walk.conversations += 1;
            walk.messages += messages;
        }
    }
    Ok(())
}

/// Keep a conversation with its whole thread; answers how many messages, `None` where nothing is new.
async fn keep(
    app: &App,
    desk: &Desk,
    chatwoot: &Chatwoot,
    conversation: Conversation,
) -> Result<Option<i64>, JobError> {
    let seen = micros(&conversation);
    if app.store.whole(desk.id, conversation.id).await? == seen {
        return Ok(None);
    }
    let sight = Sight::read(&conversation, app.clock.now_ms());
    let thread = match chatwoot.thread_since(conversation.id, None).await {
        Ok(thread) => thread,
        // Deleted on the desk since it was listed.
        Err(CallError::NoSuchThing { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut batch = Batch::from(keep_conversation(desk.id, &conversation)?);
    for message in &thread {
        batch.append(keep_message(desk.id, message, sight)?);
        if Mover::of(message) == Mover::Customer {
            // Nothing is decided about the past, but what people wrote about counts.
            let about = app.analyzer().analyze(message.text()).categories;
            if !about.is_empty() {
                batch.push(keep_read_categories(desk.id, message, &about)?);
            }
        }
    }
    batch.push(keep_whole(desk.id, conversation.id, seen));
    batch.push(want_facts(desk.id, conversation.id));
    app.store.commit(batch).await?;
    Ok(Some(i64::try_from(thread.len()).unwrap_or(i64::MAX)))
}

/// Who and what there is on the desk.
async fn roster(app: &App, desk: &Desk, chatwoot: &Chatwoot) -> Result<(), JobError> {
    let now = app.clock.now_ms();
    let agents: Vec<_> = chatwoot.agents().await?.into_iter().map(|agent| (agent.id.0, agent)).collect();
    let mut inboxes = Vec::new();
    for inbox in chatwoot.inboxes().await? {
        let members = permitted(chatwoot.inbox_members(inbox.id).await)?;
        let members = members.into_iter().map(|agent| agent.id).collect();
        let has_bot = has_bot(chatwoot, inbox.id).await?;
        inboxes.push((inbox.id.0, ListedInbox { thing: Listed { thing: inbox, members }, has_bot }));
    }
    let mut teams = Vec::new();
    for team in chatwoot.teams().await? {
        let members = permitted(chatwoot.team_members(team.id).await)?;
        let members = members.into_iter().map(|agent| agent.id).collect();
        teams.push((team.id.0, Listed { thing: team, members }));
    }
    let labels: Vec<_> = chatwoot.labels().await?.into_iter().map(|label| (label.id, label)).collect();
    let mut batch = keep_roster(desk.id, "agent", &agents, now)?;
    batch.append(keep_roster(desk.id, "inbox", &inboxes, now)?);
    batch.append(keep_roster(desk.id, "team", &teams, now)?);
    batch.append(keep_roster(desk.id, "label", &labels, now)?);
    let before = hours(app, desk).await?;
    app.store.commit(batch).await?;
    let after = hours(app, desk).await?;
    if before != after && !before.is_empty() {
        // All working time is counted by the same hours, or facts made again would not be those that were kept.
        tracing::info!(desk = %desk.settings.key, "the working hours changed; what was measured is measured again");
        app.store.commit(want_all_facts(desk.id).into()).await?;
    }
    Ok(())
}

/// The working hours of each inbox, as they were last listed.
async fn hours(app: &App, desk: &Desk) -> Result<BTreeMap<InboxId, Option<DeskHours>>, StoreError> {
    let settings = settings_of(&app.store, desk.id).await?;
    Ok(settings.inboxes.into_iter().map(|(id, inbox)| (id, inbox.hours)).collect())
}

/// What only an administrator's token may read is left out, and said.
fn permitted<T>(read: Result<Vec<T>, CallError>) -> Result<Vec<T>, CallError> {
    match read {
        Err(error @ CallError::NotPermitted { .. }) => {
            tracing::warn!(%error, "left out of the backfill");
            Ok(Vec::new())
        }
        read => read,
    }
}

/// Whether a bot gets the inbox's new conversations; `None` where the token may not know.
async fn has_bot(chatwoot: &Chatwoot, inbox: InboxId) -> Result<Option<bool>, CallError> {
    match chatwoot.bot_of_inbox(inbox).await {
        Ok(bot) => Ok(Some(bot.is_some())),
        Err(CallError::NotPermitted { .. } | CallError::NoSuchThing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[derive(serde::Serialize)]
struct ListedInbox {
    #[serde(flatten)]
    thing: Listed<Inbox>,
    has_bot: Option<bool>,
}

/// A thing with the people who belong to it.
#[derive(serde::Serialize)]
struct Listed<T> {
    #[serde(flatten)]
    thing: T,
    members: Vec<hotdash_core::ids::AgentId>,
}

async fn surveys(
    app: &App,
    desk: &Desk,
    chatwoot: &Chatwoot,
    since: Timestamp,
    walk: &mut Backfill,
) -> Result<(), JobError> {
    for number in 1.. {
        let page = permitted(chatwoot.csat_page(number).await)?;
        if page.is_empty() {
            break;
        }
        let mut batch = Batch::new();
        for answer in page.iter().filter(|answer| answer.created_at >= since) {
            batch.push(keep_survey(desk.id, answer)?);
            batch.push(want_facts(desk.id, answer.conversation));
            walk.surveys += 1;
        }
        app.store.commit(batch).await?;
    }
    Ok(())
}
