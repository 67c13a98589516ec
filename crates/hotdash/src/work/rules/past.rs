//! The past that rules are tried on: what is on record here, or what was written down elsewhere.

use super::explain::Books;
pub use crate::chatwoot::recording::{Files, History};
use crate::clock::first_id_at;
use crate::store::decisions::RecordedDecision;
use crate::store::messages::Mover;
use crate::store::{Store, StoreError};
use hotdash_core::analysis::{Analysis, Analyzer};
use hotdash_core::backtest::{Outcome, Past};
use hotdash_core::conversation::{Agent, Availability, Conversation, Message, Status};
use hotdash_core::decide::Decision;
use hotdash_core::event::Event;
use hotdash_core::hours::Hours;
use hotdash_core::ids::{ContactId, ConversationId, DeskId, MessageId};
use hotdash_core::record::{Question, Record};
use hotdash_core::routing::Assignable;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Decisions that are read at once.
const PAGE: i64 = 2_000;

/// Every decision on record since an instant, with what came of it; and, of conversations in which no rules ever decided,
/// the first message: at that moment nobody had it, and it had no labels.
///
/// `hours` and `analyzer` are those of today: for what was recorded without hours, and for what nobody decided.
pub async fn on_record(
    store: &Store,
    desk: DeskId,
    analyzer: &Analyzer,
    hours: &Arc<Hours>,
    since_ms: i64,
) -> Result<Vec<Past>, StoreError> {
    let answers = store.first_answers(desk).await?;
    let mut books = Books::new(store, desk);
    let mut past = Vec::new();
    let mut after = first_id_at(since_ms);
    loop {
        let page: Vec<RecordedDecision<Analysis, Decision, Record>> =
            store.recorded_decisions(desk, None, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id.0);
        for kept in page {
            // Hours that are gone were those of today, as far as anybody can tell.
            let hours = books.hours(&kept.seen.hours).await?.unwrap_or_else(|| Arc::clone(hours));
            past.push(Past {
                outcome: Some(Outcome::of(&kept.body)),
                first_answer_s: answers.get(&kept.conversation).copied(),
                record: kept.seen,
                analysis: kept.analysis,
                hours,
            });
        }
    }
    let agents: Vec<Agent> = store.roster(desk, "agent").await?;
    for (conversation, message) in store.undecided(desk, since_ms).await? {
        let first = as_it_began(conversation, &message);
        let first_answer_s = answers.get(&first.id).copied();
        let agents = there(&agents, hours, message.created_at);
        let record = record(first, message, agents, "");
        past.push(analysed(record, analyzer, hours, None, first_answer_s));
    }
    past.sort_by_key(|one| (one.record.at, one.record.message.id));
    Ok(past)
}

/// Every message of a customer in a recording. `with_people`: only the first of each conversation, and beside it what the
/// people of the desk made of the conversation in the end.
#[must_use]
pub fn in_history(
    history: &History,
    analyzer: &Analyzer,
    hours: &Arc<Hours>,
    with_people: bool,
) -> Vec<Past> {
    let finals: BTreeMap<ConversationId, &Conversation> =
        history.finals.iter().map(|conversation| (conversation.id, conversation)).collect();
    let mut walk = Walk::default();
    let mut past = Vec::new();
    for event in &history.events {
        let Event::MessageCreated { message, conversation, .. } = event else { continue };
        let Some(met) = walk.meet(message, conversation) else { continue };
        if with_people && !met.is_first {
            continue;
        }
        let agents = there(&history.agents, hours, message.created_at);
        let mut record = record((**conversation).clone(), message.clone(), agents, "");
        record.message_count = met.public;
        record.earlier_conversations = met.earlier;
        let by_people = |last: &&Conversation| by_people(conversation, last);
        let outcome = finals.get(&conversation.id).filter(|_| with_people).map(by_people);
        past.push(analysed(record, analyzer, hours, outcome, None));
    }
    for one in &mut past {
        one.first_answer_s = walk.answers.get(&one.record.conversation.id).copied();
    }
    past
}

/// What a recording says of a conversation up to a message.
#[derive(Default)]
struct Walk {
    heard: BTreeSet<MessageId>,
    public: BTreeMap<ConversationId, usize>,
    asked: BTreeSet<ConversationId>,
    of_contact: BTreeMap<ContactId, BTreeSet<ConversationId>>,
    answers: BTreeMap<ConversationId, i64>,
}

struct Met {
    public: usize,
    earlier: usize,
    is_first: bool,
}

impl Walk {
    /// What a customer's message comes upon; `None` for any other message.
    fn meet(&mut self, message: &Message, conversation: &Conversation) -> Option<Met> {
        // A delivery that came twice is one message.
        if !self.heard.insert(message.id) || message.private {
            return None;
        }
        let public = self.public.entry(conversation.id).or_default();
        *public += 1;
        let public = *public;
        if message.is_human_reply() {
            let seconds = message.created_at.as_second() - conversation.created_at.as_second();
            self.answers.entry(conversation.id).or_insert(seconds);
        }
        if Mover::of(message) != Mover::Customer {
            return None;
        }
        let known = self.of_contact.entry(conversation.contact.id).or_default();
        known.insert(conversation.id);
        let is_first = self.asked.insert(conversation.id);
        Some(Met { public, earlier: known.len() - 1, is_first })
    }
}

/// What the people of a desk made of a conversation.
fn by_people(first: &Conversation, last: &Conversation) -> Outcome {
    let added = last.labels.iter().filter(|label| !first.labels.contains(label));
    let person = last.assignee.as_ref().filter(|who| !who.is_bot);
    Outcome {
        labels: added.cloned().collect(),
        priority: last.priority.filter(|priority| first.priority != Some(*priority)),
        assignee: person.map(|who| (who.id, who.name.clone())),
        team: None,
        waits: person.is_none(),
        drafts: false,
        ..Outcome::default()
    }
}

/// Nobody wrote down who was there: in opening hours, everybody.
fn there(agents: &[Agent], hours: &Hours, at: Timestamp) -> Vec<Agent> {
    let availability = if hours.is_open(at) { Availability::Online } else { Availability::Offline };
    agents.iter().map(|agent| Agent { availability, ..agent.clone() }).collect()
}

fn as_it_began(conversation: Conversation, message: &Message) -> Conversation {
    Conversation {
        status: Status::Open,
        priority: None,
        labels: Vec::new(),
        assignee: None,
        team: None,
        waiting_since: Some(message.created_at),
        ..conversation
    }
}

fn record(conversation: Conversation, message: Message, agents: Vec<Agent>, hours: &str) -> Record {
    Record {
        question: Question::Message,
        at: message.created_at,
        hours: hours.to_owned(),
        conversation,
        message,
        agents,
        assignable: Assignable::Unasked,
        turns: BTreeMap::new(),
        standings: BTreeMap::new(),
        message_count: 1,
        earlier_conversations: 0,
        inbox_name: None,
        sla: None,
    }
}

fn analysed(
    record: Record,
    analyzer: &Analyzer,
    hours: &Arc<Hours>,
    outcome: Option<Outcome>,
    first_answer_s: Option<i64>,
) -> Past {
    let analysis = analyzer.analyze(record.message.text());
    Past { record, analysis, hours: Arc::clone(hours), outcome, first_answer_s }
}
