//! Who gets a conversation: a true rotation, explained.
//!
//! Among those online the longest without a new conversation is next. Turns are numbers that only grow and belong to
//! the desk, so the rotation survives restarts and people coming and going: between two people who are both there
//! the whole time, nobody is ever more than one conversation ahead.

use crate::conversation::{Agent, Availability};
use crate::ids::AgentId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A choice with everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// `None`: it waits, stays where it is, or went to a team; the sentence says which.
    pub chosen: Option<AgentId>,
    /// In the order of the rotation.
    pub candidates: Vec<Candidate>,
    pub excluded: Vec<Excluded>,
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub agent: AgentId,
    pub name: String,
    /// The number of the last turn this person got; `None` = never.
    pub last_turn: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    pub agent: AgentId,
    pub name: String,
    pub why: String,
}

impl Assignment {
    /// A result without a choice among people.
    #[must_use]
    pub fn said(sentence: impl Into<String>) -> Self {
        Self { chosen: None, candidates: Vec::new(), excluded: Vec::new(), sentence: sentence.into() }
    }
}

/// Round robin: of those online, the one whose last turn is longest ago; ties by name, then number.
#[must_use]
pub fn choose_agent(agents: &[Agent], turns: &BTreeMap<AgentId, i64>) -> Assignment {
    let mut candidates = Vec::new();
    let mut excluded = Vec::new();
    for agent in agents {
        let (id, name) = (agent.id, agent.name.clone());
        let why = match agent.availability {
            Availability::Online => {
                candidates.push(Candidate { agent: id, name, last_turn: turns.get(&id).copied() });
                continue;
            }
            Availability::Busy => "busy",
            Availability::Offline => "offline",
        };
        excluded.push(Excluded { agent: id, name, why: why.to_owned() });
    }
    candidates.sort_by(|a, b| (a.last_turn, &a.name, a.agent).cmp(&(b.last_turn, &b.name, b.agent)));
    excluded.sort_by(|a, b| (&a.name, a.agent).cmp(&(&b.name, b.agent)));
    let sentence = sentence(&candidates, &excluded);
    Assignment { chosen: candidates.first().map(|c| c.agent), candidates, excluded, sentence }
}

fn sentence(candidates: &[Candidate], excluded: &[Excluded]) -> String {
    match candidates {
        [] if excluded.is_empty() => "Waiting: this inbox has no agents.".to_owned(),
        [] => {
            let all: Vec<String> = excluded.iter().map(|e| format!("{} is {}", e.name, e.why)).collect();
            format!("Waiting: nobody is online ({}).", all.join(", "))
        }
        [only] => format!("Routed to {}: the only one online.", only.name),
        [first, second, ..] if first.last_turn == second.last_turn => {
            format!(
                "Routed to {}: online, as long without a new conversation as others and first by name.",
                first.name
            )
        }
        [first, ..] if first.last_turn.is_none() => {
            format!("Routed to {}: online, had no conversation yet.", first.name)
        }
        [first, ..] => format!("Routed to {}: online, longest without a new conversation.", first.name),
    }
}

#[cfg(test)]
mod tests;
