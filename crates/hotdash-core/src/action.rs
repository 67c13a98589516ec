//! Everything we may want to do on a desk, and why.

use crate::conversation::Priority;
use crate::ids::{AgentId, RuleId, TeamId};
use serde::{Deserialize, Serialize};

/// One thing a rule asks for. The shell performs it; the core only says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Give the conversation to this person.
    AssignAgent {
        agent: AgentId,
        name: String,
    },
    AssignTeam {
        team: TeamId,
    },
    /// Nobody was available: ask again until somebody is.
    AwaitAgent,
    /// Add labels; never removes any.
    AddLabels {
        labels: Vec<String>,
    },
    SetPriority {
        priority: Priority,
    },
    /// A private note for the team.
    Note {
        text: String,
    },
    /// The draft needs a second, different person.
    HoldForSecond,
}

/// An action with the rule behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reasoned {
    #[serde(flatten)]
    pub action: Action,
    pub rule: RuleId,
    /// One sentence for a person: why this.
    pub because: String,
}
