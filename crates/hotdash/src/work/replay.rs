//! Playing a recording again: every delivery goes the way of a real one, and what is kept at the end is compared with
//! what the desk itself said.

use super::accept::{Addressee, NotTaken, Taken, take_in};
use super::ingest::{Heard, Told, keep, told};
use crate::chatwoot::event::peek;
use crate::chatwoot::recording::{HookSecrets, Recorded, Shown};
use crate::chatwoot::signature::Verified;
use crate::clock::Clock;
use crate::store::deliveries::{bury_delivery, settle_delivery};
use crate::store::desks::KeptDesk;
use crate::store::jobs::{Job, finish};
use crate::store::messages::Sight;
use crate::store::{Store, StoreError};
use futures_util::{StreamExt, TryStreamExt, stream};
use hotdash_core::conversation::{Conversation, Direction, Message};
use hotdash_core::event::Event;
use hotdash_core::ids::{DeliveryId, DeskId};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many wait for the disk together.
const AT_ONCE: usize = 64;
const WORKER: &str = "replay";
const LEASE_MS: i64 = 3_600_000;
/// More messages than a conversation of any desk has.
const WHOLE_THREAD: i64 = 1_000_000;

const SURVEY: &str = "input_csat";

/// What came of a replay.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub deliveries: usize,
    pub conversations: usize,
    /// Conversations that ended exactly as the desk says.
    pub equal: usize,
    pub different: Vec<Difference>,
    /// Deliveries that were not taken in, by reason.
    pub refused: BTreeMap<String, usize>,
    /// Conversations and messages of which equally late bodies said different things: a read of the desk each.
    pub undecided: usize,
}

/// One thing that is not as the desk says.
#[derive(Debug, PartialEq, Serialize)]
pub struct Difference {
    pub conversation: i64,
    pub what: &'static str,
    pub ours: Value,
    pub theirs: Value,
}

/// Why a replay could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("line {line} of the final states: {why}")]
    Final { line: usize, why: String },
    #[error("the secrets: {0}")]
    Secrets(String),
}

/// Play the deliveries into an empty store and compare. All three are the text of their files.
pub async fn replay(
    store: &Store,
    clock: &Clock,
    deliveries: &str,
    secrets: &str,
    finals: &str,
) -> Result<Report, ReplayError> {
    let secrets = HookSecrets::read(secrets).map_err(|e| ReplayError::Secrets(e.to_string()))?;
    let mut report = Report::default();
    let verified = believed(deliveries, &secrets, &mut report);
    let recorded = desk_of(&verified);
    let desk = store.keep_desk(&recorded, clock.now_ms()).await?.id;
    let to = Addressee { desk, account: recorded.account };
    take_all(store, clock, to, verified, &mut report).await?;
    report.undecided = work_off(store, clock).await?;
    for (number, line) in lines(finals) {
        let theirs = Shown::read(line)
            .map_err(|unreadable| ReplayError::Final { line: number, why: unreadable.to_string() })?;
        let different = compare(store, desk, &theirs).await?;
        report.conversations += 1;
        report.equal += usize::from(different.is_empty());
        report.different.extend(different);
    }
    Ok(report)
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    // Editors of some systems put a mark in front.
    (1..).zip(text.trim_start_matches('\u{feff}').lines()).filter(|(_, line)| !line.trim().is_empty())
}

fn believed(deliveries: &str, secrets: &HookSecrets, report: &mut Report) -> Vec<Verified> {
    let mut verified = Vec::new();
    for (number, line) in lines(deliveries) {
        report.deliveries += 1;
        let refusal = match Recorded::read(line) {
            Ok(recorded) => match recorded.verify(secrets) {
                Ok(delivery) => {
                    verified.push(delivery);
                    continue;
                }
                Err(refusal) => refusal.code(),
            },
            Err(unreadable) => {
                tracing::warn!(number, %unreadable, "a line is no delivery");
                "unreadable_line"
            }
        };
        report.refuse(refusal);
    }
    verified
}

/// The desk that was recorded: the account of the first delivery that names one.
fn desk_of(verified: &[Verified]) -> KeptDesk {
    let account = verified.iter().find_map(|delivery| peek(delivery.bytes()).ok()?.account);
    KeptDesk {
        key: "recording".into(),
        base_url: "recording".into(),
        account: account.unwrap_or(1),
        url_token: String::new(),
    }
}

impl Report {
    fn refuse(&mut self, reason: &str) {
        *self.refused.entry(reason.to_owned()).or_default() += 1;
    }

    /// Whether every conversation ended as the desk says.
    #[must_use]
    pub fn all_equal(&self) -> bool {
        self.different.is_empty() && self.equal == self.conversations
    }
}

async fn take_all(
    store: &Store,
    clock: &Clock,
    to: Addressee,
    verified: Vec<Verified>,
    report: &mut Report,
) -> Result<(), StoreError> {
    let taken = stream::iter(verified).map(|delivery| take_in(store, clock, to, delivery));
    // Begun in order, so their jobs are in order; waiting for the disk together.
    let mut taken = taken.buffered(AT_ONCE);
    while let Some(outcome) = taken.next().await {
        match outcome {
            Ok(Taken::Accepted) => {}
            Ok(Taken::Duplicate) => report.refuse("duplicate"),
            Err(NotTaken::Malformed(_)) => report.refuse("malformed_json"),
            Err(NotTaken::OtherAccount(_)) => report.refuse("other_account"),
            Err(NotTaken::Store(error)) => return Err(error),
        }
    }
    Ok(())
}

/// Work off the queue; answers how much the deliveries left open.
async fn work_off(store: &Store, clock: &Clock) -> Result<usize, StoreError> {
    let mut open = Open::default();
    loop {
        let now = clock.now_ms();
        let jobs = store.claim_jobs(WORKER, now, now + LEASE_MS, 256).await?;
        if jobs.is_empty() {
            return Ok(open.count());
        }
        let events = stream::iter(&jobs).map(|job| ingest(store, job, now)).buffered(AT_ONCE);
        let events: Vec<Option<Event>> = events.try_collect().await?;
        events.iter().flatten().for_each(|event| open.see(event));
    }
}

async fn ingest(store: &Store, job: &Job, now: i64) -> Result<Option<Event>, StoreError> {
    let id = DeliveryId(job.payload.clone());
    let (mut batch, event) = match told(store, &id).await? {
        Told::Nothing => return Ok(None),
        Told::Unreadable(misread) => (bury_delivery(&id, &misread.to_string(), now).into(), None),
        Told::Event(event) => {
            let mut batch = keep(job.desk, &event, Heard::Told, now)?;
            batch.push(settle_delivery(&id, None, now));
            (batch, Some(*event))
        }
    };
    batch.push(finish(&job.id, WORKER));
    store.commit(batch).await?;
    Ok(event)
}

/// What equally late bodies disagree about.
#[derive(Default)]
struct Open {
    conversations: BTreeMap<i64, Latest<Value>>,
    messages: BTreeMap<i64, Latest<Value>>,
}

/// Everything that was said at the latest moment.
struct Latest<V> {
    at: (bool, Sight),
    said: Vec<V>,
}

impl<V: PartialEq> Latest<V> {
    fn hear(&mut self, at: (bool, Sight), said: V) {
        if at > self.at {
            *self = Self { at, said: vec![said] };
        } else if at == self.at && !self.said.contains(&said) {
            self.said.push(said);
        }
    }
}

impl Open {
    fn see(&mut self, event: &Event) {
        let Some(conversation) = event.conversation() else { return };
        let hear = |heard: &mut BTreeMap<i64, Latest<Value>>, id: i64, at: (bool, Sight), said: Value| {
            heard.entry(id).or_insert_with(|| Latest { at, said: Vec::new() }).hear(at, said);
        };
        let at = (false, Sight::delivered(conversation, conversation.last_activity_at));
        let said = facts(conversation).map(|(_, value)| value);
        hear(&mut self.conversations, conversation.id.0, at, json!(said));
        if let Event::MessageCreated { message, changed, .. }
        | Event::MessageUpdated { message, changed, .. } = event
        {
            let at = (message.marks.deleted, Sight::delivered(conversation, *changed));
            hear(&mut self.messages, message.id.0, at, line(message));
        }
    }

    fn count(&self) -> usize {
        let heard = self.conversations.values().chain(self.messages.values());
        heard.filter(|latest| latest.said.len() > 1).count()
    }
}

async fn compare(store: &Store, desk: DeskId, theirs: &Shown) -> Result<Vec<Difference>, StoreError> {
    let id = theirs.conversation.id;
    let differ = |what, ours, theirs| Difference { conversation: id.0, what, ours, theirs };
    let Some(ours) = store.conversation(desk, id).await? else {
        return Ok(vec![differ("conversation", Value::Null, json!(id))]);
    };
    let facts = facts(&ours).into_iter().zip(facts(&theirs.conversation));
    let mut different: Vec<Difference> = facts
        .filter(|((_, ours), (_, theirs))| ours != theirs)
        .map(|((what, ours), (_, theirs))| differ(what, ours, theirs))
        .collect();
    let ours = public(store.thread(desk, id, WHOLE_THREAD).await?.iter());
    let theirs = public(theirs.messages.iter());
    if ours != theirs {
        let only = |these: &[Value], those: &[Value]| -> Value {
            these.iter().filter(|line| !those.contains(line)).cloned().collect()
        };
        different.push(differ("messages", only(&ours, &theirs), only(&theirs, &ours)));
    }
    Ok(different)
}

fn facts(conversation: &Conversation) -> [(&'static str, Value); 5] {
    let mut labels = conversation.labels.clone();
    labels.sort();
    let assignee = conversation.assignee.as_ref().map(|a| match a.is_bot {
        true => json!(format!("bot {}", a.id)),
        false => json!(a.id),
    });
    [
        ("status", json!(conversation.status)),
        ("assignee", json!(assignee)),
        ("team", json!(conversation.team.as_ref().map(|team| team.id))),
        ("labels", json!(labels)),
        ("priority", json!(conversation.priority)),
    ]
}

/// What the customer can read, in the order in which it was written.
fn public<'a>(thread: impl Iterator<Item = &'a Message>) -> Vec<Value> {
    let mut messages: Vec<_> = thread.filter(|m| !m.private && m.direction != Direction::Activity).collect();
    messages.sort_by_key(|m| m.id);
    messages.into_iter().map(line).collect()
}

/// Deliveries from 4.13 on leave out the backslash of a hard break and the line ends behind a text; REST has both.
fn as_delivered(text: &str) -> String {
    text.replace("\\\n", "\n").trim_end_matches('\n').to_owned()
}

fn line(message: &Message) -> Value {
    // A survey's words are made anew for whoever asks: with its link in deliveries, without it in REST.
    let text = message.content.as_deref().filter(|_| message.content_type != SURVEY);
    let text = text.map(as_delivered);
    let kind = json!([message.direction, message.content_type]);
    json!({ "id": message.id, "kind": kind, "text": text })
}
