//! What must be true once everything is quiet; each breach names its conversation.

use super::Shared;
use super::desk::OURSELVES;
use chatwoot_sandbox::model::{Conversation, Message, MessageType, Sender, Status};
use hotdash::store::drafts::DraftState;
use hotdash::store::effects::{Change, Effect};
use hotdash::store::reviews::Review;
use hotdash::work::draft::{Draft, DraftBody};
use hotdash_core::conversation::{Conversation as Kept, Direction, Message as KeptMessage};
use hotdash_core::draft::liquid_safe;
use hotdash_core::ids::ConversationId;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What was counted on the way.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) problems: Vec<String>,
    pub(super) messages: u64,
    /// Approved replies that the desk shows.
    pub(super) replies: u64,
    /// Replies and notes that the desk shows once more.
    pub(super) resent: u64,
    pub(super) notes: u64,
    /// Customers who wait, and a draft for each.
    pub(super) waiting: u64,
    /// Approved, and not sent because the thread moved on.
    pub(super) overtaken: u64,
}

/// One conversation: what the desk has, and what hotdash holds of it.
struct Both {
    id: i64,
    row: Conversation,
    messages: Vec<Message>,
    kept: Option<Kept>,
    thread: Vec<KeptMessage>,
    drafts: Vec<Draft>,
    effects: Vec<Effect>,
    reviews: BTreeMap<String, Vec<Review>>,
}

pub(super) async fn check(shared: &Shared) -> anyhow::Result<Checked> {
    let mut checked = Checked::default();
    let ids: Vec<i64> = shared.desk.sandbox.read(|desk| desk.conversations.keys().copied().collect());
    for id in ids {
        let both = read(shared, id).await?;
        both.is_held_as_it_is(&mut checked);
        both.replies_are_approved(shared, &mut checked);
        both.notes_are_single(&mut checked);
        both.drafts_are_for_who_waits(&mut checked);
    }
    let queue = shared.store.queue_counts(shared.clock.now_ms()).await?;
    if queue.living > 0 {
        checked.problems.push(format!("{} jobs are not worked off", queue.living));
    }
    for dead in shared.store.dead_jobs(shared.desk_id, i64::MAX).await? {
        let why = dead.why.as_deref().unwrap_or("nobody knows why");
        checked.problems.push(format!("job {} ({} {}) is dead: {why}", dead.id, dead.kind, dead.payload));
    }
    let deliveries = shared.store.delivery_counts(shared.desk_id).await?;
    if (deliveries.received, deliveries.rejected, deliveries.dead) != (0, 0, 0) {
        checked.problems.push(format!("deliveries that were not worked off: {deliveries:?}"));
    }
    let (_, open) = shared.store.gap_counts(shared.desk_id).await?;
    if open > 0 {
        checked.problems.push(format!("{open} gaps are not repaired"));
    }
    Ok(checked)
}

async fn read(shared: &Shared, id: i64) -> anyhow::Result<Both> {
    let (desk, conversation) = (shared.desk_id, ConversationId(id));
    let drafts = shared.store.drafts_of::<DraftBody>(desk, conversation).await?;
    let mut reviews = BTreeMap::new();
    for draft in drafts.iter().filter(|draft| draft.decided_at.is_some()) {
        reviews.insert(draft.id.0.clone(), shared.store.reviews(&draft.id).await?);
    }
    Ok(Both {
        id,
        row: shared.desk.sandbox.conversation(id)?,
        messages: shared.desk.sandbox.messages(id)?,
        kept: shared.store.conversation(desk, conversation).await?,
        thread: shared.store.thread(desk, conversation, 10_000).await?,
        effects: shared.store.effects(desk, conversation).await?,
        drafts,
        reviews,
    })
}

impl Both {
    fn problem(&self, checked: &mut Checked, what: impl AsRef<str>) {
        checked.problems.push(format!("conversation {}: {}", self.id, what.as_ref()));
    }

    fn is_held_as_it_is(&self, checked: &mut Checked) {
        let told = self.messages.iter().filter(|m| m.message_type != MessageType::Activity);
        let theirs: Vec<Value> = told.map(told_by_desk).collect();
        checked.messages += u64::try_from(theirs.len()).unwrap_or(0);
        let Some(kept) = &self.kept else {
            return self.problem(checked, "hotdash does not know it");
        };
        let facts = |status: &str, assignee: Option<i64>, labels: &[String], priority: Option<&str>| {
            let labels: BTreeSet<&String> = labels.iter().collect();
            json!([status, assignee, labels, priority])
        };
        let desk = facts(
            self.row.status.as_str(),
            self.row.assignee_user(),
            &self.row.labels,
            self.row.priority.map(|priority| priority.as_str()),
        );
        let status = serde_json::to_value(kept.status).unwrap_or_default();
        let held = facts(
            status.as_str().unwrap_or_default(),
            kept.assignee.as_ref().map(|assignee| assignee.id.0),
            &kept.labels,
            kept.priority.map(|priority| priority.name()),
        );
        if desk != held {
            self.problem(checked, format!("the desk says {desk}, hotdash holds {held}"));
        }
        let ours: Vec<Value> =
            self.thread.iter().filter(|m| m.direction != Direction::Activity).map(held_by_us).collect();
        for message in theirs.iter().filter(|message| !ours.contains(message)) {
            let held = ours.iter().find(|ours| ours[0] == message[0]);
            self.problem(checked, format!("message {message} of the desk is held as {held:?}"));
        }
        if ours.len() > theirs.len() {
            self.problem(checked, "hotdash holds messages that the desk does not have");
        }
    }

    /// What hotdash wrote here, and the effect behind each.
    fn written(&self, private: bool) -> impl Iterator<Item = (&Message, Option<&Effect>)> {
        let by_us = move |m: &&Message| {
            m.message_type == MessageType::Outgoing
                && m.private == private
                && m.sender == Sender::User(OURSELVES)
        };
        self.messages.iter().filter(by_us).map(|message| (message, self.effect_behind(message)))
    }

    fn effect_behind(&self, message: &Message) -> Option<&Effect> {
        let mark = message.content_attributes.get("hotdash").and_then(|mark| mark["id"].as_str());
        let is_it = |effect: &&Effect| match mark {
            Some(mark) => effect.id.as_str() == mark,
            // Whoever deletes a message takes its mark.
            None => effect.desk_message.is_some_and(|made| made.0 == message.id),
        };
        self.effects.iter().find(is_it)
    }

    fn replies_are_approved(&self, shared: &Shared, checked: &mut Checked) {
        let mut sent: BTreeMap<&str, u64> = BTreeMap::new();
        for (message, effect) in self.written(false) {
            let draft =
                effect.filter(|e| matches!(e.change, Change::Reply { .. })).and_then(|e| e.draft.as_ref());
            let Some(draft) = draft else {
                self.problem(checked, format!("nobody approved message {}", message.id));
                continue;
            };
            *sent.entry(draft.as_str()).or_default() += 1;
            let approvals = self.approvals(draft.as_str());
            let says = |text: &str| message.content.as_deref() == Some(liquid_safe(text).as_str());
            if !is_deleted(message) && !approvals.iter().any(|review| says(&review.final_text)) {
                self.problem(checked, format!("message {} says other words than were approved", message.id));
            }
            if !approvals.iter().any(|review| shared.was_submitted(draft, &review.final_text)) {
                self.problem(checked, format!("no reviewer sent the approval of message {}", message.id));
            }
            let two = self.drafts.iter().any(|it| it.id == *draft && it.hold);
            let people: BTreeSet<_> = approvals.iter().map(|review| review.reviewer).collect();
            if two && people.len() < 2 {
                self.problem(checked, format!("message {} needed two people", message.id));
            }
        }
        for draft in &self.drafts {
            let times = sent.get(draft.id.as_str()).copied().unwrap_or(0);
            let approved = !self.approvals(draft.id.as_str()).is_empty();
            checked.replies += times.min(1);
            checked.resent += times.saturating_sub(1);
            let right = match draft.state {
                DraftState::Sent => times == 1,
                DraftState::Superseded | DraftState::Expired => {
                    checked.overtaken += u64::from(approved);
                    times == 0
                }
                DraftState::Held | DraftState::Rejected => times == 0,
                DraftState::Ready => times == 0 && !approved,
                // Nothing here makes the desk refuse a reply, and nothing is under way any more.
                _ => false,
            };
            if !right {
                let (id, state, why) =
                    (&draft.id, draft.state.as_str(), draft.reason.as_deref().unwrap_or(""));
                self.problem(
                    checked,
                    format!("draft {id} is {state} ({why}) and stands {times} times on the desk"),
                );
            }
        }
    }

    /// Approvals of a draft that were not taken back.
    fn approvals(&self, draft: &str) -> Vec<&Review> {
        let all = self.reviews.get(draft).into_iter().flatten();
        all.filter(|review| review.undone_at.is_none() && review.verdict != "reject").collect()
    }

    fn notes_are_single(&self, checked: &mut Checked) {
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        for (message, effect) in self.written(true) {
            let Some(effect) = effect else {
                self.problem(checked, format!("nothing explains note {}", message.id));
                continue;
            };
            let of = effect.draft.as_ref().map_or(effect.id.as_str(), |draft| draft.as_str());
            *seen.entry(of.to_owned()).or_default() += 1;
        }
        for (of, times) in seen {
            checked.notes += 1;
            checked.resent += times - 1;
            if times > 1 {
                self.problem(checked, format!("{times} notes of {of}"));
            }
        }
    }

    fn drafts_are_for_who_waits(&self, checked: &mut Checked) {
        let is_living = |draft: &&Draft| {
            use DraftState::{Approved, Drafting, Held, Queued, Ready, Sending};
            matches!(draft.state, Queued | Drafting | Ready | Held | Approved | Sending)
        };
        let living: Vec<&Draft> = self.drafts.iter().filter(is_living).collect();
        let Some(asked) = self.who_waits() else {
            if let Some(draft) = living.first() {
                self.problem(checked, format!("draft {} lives, and nobody waits for it", draft.id));
            }
            return;
        };
        checked.waiting += 1;
        match &living[..] {
            [draft] if draft.answers.0 == asked && draft.state.awaits_person() => {}
            [] if self
                .drafts
                .first()
                .is_some_and(|d| d.answers.0 == asked && d.state == DraftState::Rejected) => {}
            // Somebody closed it and opened it again: they know of the question.
            [] if self.was_reopened_after(asked) => {}
            _ => {
                let seen: Vec<_> =
                    self.drafts.iter().map(|d| (d.state.as_str(), d.answers.0, d.reason.clone())).collect();
                self.problem(checked, format!("message {asked} waits; its drafts are {seen:?}"));
            }
        }
    }

    /// The customer's message that nobody answered yet.
    fn who_waits(&self) -> Option<i64> {
        if !matches!(self.row.status, Status::Open | Status::Pending) {
            return None;
        }
        let from_customer = |m: &Message| m.message_type == MessageType::Incoming;
        let moves = |m: &&Message| {
            (from_customer(m) && !is_deleted(m)) || (m.message_type == MessageType::Outgoing && !m.private)
        };
        self.messages.iter().rfind(moves).filter(|last| from_customer(last)).map(|last| last.id)
    }

    fn was_reopened_after(&self, message: i64) -> bool {
        let reopened = |m: &&Message| {
            m.message_type == MessageType::Activity
                && m.content.as_deref().is_some_and(|text| text.contains("reopened by"))
        };
        self.messages.iter().filter(reopened).any(|m| m.id > message)
    }
}

fn told_by_desk(m: &Message) -> Value {
    json!([m.id, m.private, is_deleted(m), m.content])
}

fn held_by_us(m: &KeptMessage) -> Value {
    json!([m.id, m.private, m.marks.deleted, m.content])
}

fn is_deleted(m: &Message) -> bool {
    m.content_attributes.get("deleted") == Some(&Value::Bool(true))
}
