//! Everything we may want to do on a desk, and why.

use crate::conversation::Priority;
use crate::ids::{AgentId, RuleId, TeamId};
use jiff::Timestamp;
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
    /// Tell people of ours, by mail or in their chat.
    Notify {
        to: Vec<Target>,
        subject: String,
        /// Plain text.
        text: String,
    },
    /// Put the conversation away until then; a message of the customer brings it back.
    Snooze {
        until: Timestamp,
    },
    /// Close the conversation.
    Resolve,
    /// A public message that a person wrote for this very case.
    SendTemplate {
        template: String,
        /// The translation that was taken, e.g. `de`.
        language: String,
        /// As the customer is to read it.
        text: String,
        /// It speaks to a customer who is silent: not sent when they write.
        to_silence: bool,
        /// Afterwards it is not true any more.
        until: Option<Timestamp>,
    },
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Everybody who is a lead at the desk, by mail.
    Leads,
    /// The team's chat.
    Webhook,
    /// This mail address.
    Address(String),
}

impl Target {
    /// The words for those who have no address.
    pub(crate) const WORDS: [&str; 2] = ["leads", "webhook"];

    /// As files name them: `leads`, `webhook`, or a mail address.
    pub(crate) fn read(word: &str) -> Option<Self> {
        match word.trim() {
            "leads" => Some(Self::Leads),
            "webhook" => Some(Self::Webhook),
            address => is_address(address).then(|| Self::Address(address.to_owned())),
        }
    }
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(who, host)| {
        !who.is_empty() && host.contains('.') && !text.contains(|c: char| c.is_whitespace() || c == ',')
    })
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
