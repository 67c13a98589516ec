//! What a decision saw, kept with it: so that the same rules over the record give the same decision again, and other rules
//! show what they would have done.
//!
//! A record holds a customer's words and name: whoever erases a customer erases it too.

use crate::action::Action;
use crate::analysis::Analysis;
use crate::conversation::{Agent, Conversation, Message};
use crate::decide::{Decision, RuleTrace, SlaState, Snapshot, decide, decide_assignment, explain};
use crate::hours::Hours;
use crate::ids::AgentId;
use crate::routing::Assignable;
use crate::rulebook::Rulebook;
use crate::staff::Standings;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was asked of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Everything about a customer's message.
    Message,
    /// Only who gets a conversation that was left waiting.
    Offer,
    /// Once more about a message, because people have the conversation now: all else was done when it came.
    Opening,
}

/// A [`Snapshot`] that owns what it shows. The analysis and the hours stand elsewhere: the one is kept beside the record,
/// the others are the same for many records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub question: Question,
    /// When it was decided.
    pub at: Timestamp,
    /// Which opening hours answered; a name that whoever keeps the record can resolve.
    pub hours: String,
    pub conversation: Conversation,
    pub message: Message,
    pub agents: Vec<Agent>,
    /// Who of them might be given it, as the desk told it then.
    #[serde(default, skip_serializing_if = "Assignable::is_unasked")]
    pub assignable: Assignable,
    pub turns: BTreeMap<AgentId, i64>,
    /// How the agents stood then: what they had, what they knew, why they were away.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub standings: Standings,
    pub message_count: usize,
    pub earlier_conversations: usize,
    #[serde(default)]
    pub inbox_name: Option<String>,
    #[serde(default)]
    pub sla: Option<SlaState>,
}

impl Record {
    /// Write down what a decision is about to see.
    #[must_use]
    pub fn of(seen: &Snapshot<'_>, question: Question, hours: &str, at: Timestamp) -> Self {
        Self {
            question,
            at,
            hours: hours.to_owned(),
            conversation: seen.conversation.clone(),
            message: seen.message.clone(),
            agents: seen.agents.to_vec(),
            assignable: seen.assignable.clone(),
            turns: seen.turns.clone(),
            standings: seen.standings.clone(),
            message_count: seen.message_count,
            earlier_conversations: seen.earlier_conversations,
            inbox_name: seen.inbox_name.map(str::to_owned),
            sla: seen.sla,
        }
    }

    /// What the decision saw.
    #[must_use]
    pub fn snapshot<'a>(&'a self, analysis: &'a Analysis, hours: &'a Hours) -> Snapshot<'a> {
        self.snapshot_with(analysis, hours, &self.turns)
    }

    /// The same at another state of the rotation.
    #[must_use]
    pub fn snapshot_with<'a>(
        &'a self,
        analysis: &'a Analysis,
        hours: &'a Hours,
        turns: &'a BTreeMap<AgentId, i64>,
    ) -> Snapshot<'a> {
        Snapshot {
            agents: &self.agents,
            assignable: &self.assignable,
            turns,
            standings: &self.standings,
            message_count: self.message_count,
            earlier_conversations: self.earlier_conversations,
            inbox_name: self.inbox_name.as_deref(),
            sla: self.sla,
            ..Snapshot::of(&self.conversation, &self.message, analysis, hours)
        }
    }

    /// Decide again, by these rules: by the ones that decided then, the answer is the same.
    #[must_use]
    pub fn decide(&self, rules: &Rulebook, analysis: &Analysis, hours: &Hours) -> Decision {
        let seen = self.snapshot(analysis, hours);
        match self.question {
            Question::Message => decide(rules, &seen, self.at),
            Question::Offer => decide_assignment(rules, &seen, self.at),
            Question::Opening => {
                let mut decision = decide(rules, &seen, self.at);
                decision.actions.retain(|reasoned| is_about_people(&reasoned.action));
                decision
            }
        }
    }

    /// What each rule saw, also those that did not match.
    #[must_use]
    pub fn explain(&self, rules: &Rulebook, analysis: &Analysis, hours: &Hours) -> Vec<RuleTrace> {
        explain(rules, &self.snapshot(analysis, hours), self.at)
    }
}

/// Who has a conversation, and how many must look at the reply.
fn is_about_people(action: &Action) -> bool {
    matches!(
        action,
        Action::AssignAgent { .. } | Action::AssignTeam { .. } | Action::AwaitAgent | Action::HoldForSecond
    )
}
