//! The desk's own lines in a thread ("Conversation was reopened by Ben"): all that a read of the desk tells of a
//! conversation's past.
//!
//! They are words in the account's language and name people, not numbers. English lines are understood; of others
//! nothing is guessed. A name that two people share, or that is a team's, tells nobody.

use super::Settings;
use super::history::StatusWord;
use crate::ids::AgentId;

/// What a line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    Status { now: StatusWord, by: By },
    Assignee(Option<AgentId>),
}

/// Who did it, as far as a name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Agent,
    /// The desk itself: time, a rule, a bot's server that does not answer.
    System,
    /// No agent has this name: a bot, or somebody who is gone.
    Somebody,
}

/// Read a line.
pub(super) fn read(text: &str, settings: &Settings) -> Option<Line> {
    let text = text.trim();
    let status = [
        ("Conversation was marked resolved by ", StatusWord::Resolved),
        ("Conversation was resolved by ", StatusWord::Resolved),
        ("Conversation was reopened by ", StatusWord::Open),
        ("Conversation was marked open by ", StatusWord::Open),
        ("Conversation was marked as pending by ", StatusWord::Pending),
        ("Conversation was marked pending by ", StatusWord::Pending),
        ("Conversation was marked as snoozed by ", StatusWord::Snoozed),
        ("Conversation was snoozed by ", StatusWord::Snoozed),
    ];
    for (beginning, now) in status {
        if let Some(name) = text.strip_prefix(beginning) {
            return Some(Line::Status { now, by: who(name, settings) });
        }
    }
    if text.starts_with("Conversation unassigned by ") {
        return Some(Line::Assignee(None));
    }
    if let Some((name, _)) = text.split_once(" self-assigned this conversation") {
        return agent_named(name, settings).map(|agent| Line::Assignee(Some(agent)));
    }
    let (name, _) = text.strip_prefix("Assigned to ")?.rsplit_once(" by ")?;
    // "Assigned to Ben via orders by Ada": the team brought its member along.
    let name = name.split_once(" via ").map_or(name, |(name, _)| name);
    agent_named(name, settings).map(|agent| Line::Assignee(Some(agent)))
}

fn who(name: &str, settings: &Settings) -> By {
    if settings.agents.values().any(|agent| agent == name) {
        By::Agent
    } else if name.starts_with("system") || name.starts_with("Automation System") {
        By::System
    } else {
        By::Somebody
    }
}

fn agent_named(name: &str, settings: &Settings) -> Option<AgentId> {
    let mut named = settings.agents.iter().filter(|(_, known)| known.as_str() == name && !name.is_empty());
    let found = *named.next()?.0;
    let is_ambiguous = named.next().is_some() || settings.teams.values().any(|team| team == name);
    (!is_ambiguous).then_some(found)
}
