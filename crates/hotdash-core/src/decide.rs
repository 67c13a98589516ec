//! The heart: what to do about one customer message, and why.

use crate::action::Reasoned;
use crate::analysis::Analysis;
use crate::conversation::{Agent, Conversation, Message};
use crate::hours::Hours;
use crate::ids::{AgentId, RuleId};
use crate::routing::Assignment;
use crate::rulebook::Rulebook;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything a decision may look at.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    pub conversation: &'a Conversation,
    /// The customer message that started this.
    pub message: &'a Message,
    pub analysis: &'a Analysis,
    /// The people who may be given the conversation.
    pub agents: &'a [Agent],
    /// The number of the last turn each agent got; absent = never.
    pub turns: &'a BTreeMap<AgentId, i64>,
    pub hours: &'a Hours,
    /// Public messages in the conversation so far, this one included.
    pub message_count: usize,
    /// Conversations this contact had before.
    pub earlier_conversations: usize,
}

/// What the rulebook concluded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// In the order in which they are to be done.
    pub actions: Vec<Reasoned>,
    /// Every enabled rule, in the order tried, with what it saw.
    pub trace: Vec<RuleTrace>,
    /// Who has the conversation or why nobody; `None` when no assignment rule applies.
    pub assignment: Option<Assignment>,
    /// The draft needs a second, different person.
    pub hold: bool,
    /// Whether to draft a reply.
    pub draft: bool,
    /// Why (not) to draft, as a sentence.
    pub draft_because: String,
    /// [`Rulebook::hash`] of the rules that decided.
    pub rulebook: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    pub rule: RuleId,
    pub name: String,
    pub matched: bool,
    pub because: String,
}

impl Decision {
    /// The decision as a sentence or two for a person.
    #[must_use]
    pub fn sentence(&self) -> String {
        todo!()
    }
}

/// Decide about one customer message.
#[must_use]
pub fn decide(_rules: &Rulebook, _seen: &Snapshot<'_>, _now: Timestamp) -> Decision {
    todo!()
}

/// Decide the assignment alone, for a conversation that was left waiting ([`crate::action::Action::AwaitAgent`]).
#[must_use]
pub fn decide_assignment(_rules: &Rulebook, _seen: &Snapshot<'_>, _now: Timestamp) -> Decision {
    todo!()
}
