//! Who gets a conversation: a true rotation, explained.

use crate::conversation::Agent;
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

/// Round robin: of those online, the one whose last turn is longest ago; ties by name, then number.
#[must_use]
pub fn choose_agent(_agents: &[Agent], _turns: &BTreeMap<AgentId, i64>) -> Assignment {
    todo!()
}
