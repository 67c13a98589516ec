//! The assignment alone, for whoever uses hotdash as a library.

use super::{Snapshot, decide_assignment};
use crate::action::Action;
use crate::ids::{AgentId, TeamId};
use crate::rulebook::Rulebook;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is to be done with a conversation, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub action: RouteAction,
    /// Who gets it; `None` unless the action is [`RouteAction::Assign`].
    pub assignee: Option<Receiver>,
    /// One or more sentences for a person.
    pub reason: String,
}

/// What is to be done with a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteAction {
    /// It goes to somebody.
    Assign,
    /// Nobody can take it now: ask again until somebody can.
    Wait,
    /// It stays with whoever has it, or no rule speaks of it.
    Leave,
}

/// A person or a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Receiver {
    Agent { id: AgentId, name: String },
    Team { id: TeamId },
}

/// Who gets a conversation: what the rules of the group `assignment` say of it at an instant.
///
/// The same arguments always give the same answer. Nothing is remembered: whoever performs an assignment gives the next
/// number of [`Snapshot::turns`] to that agent, and counts the conversation in [`Snapshot::standings`].
///
/// # Examples
///
/// Ben has as many conversations as he may have, so Cleo is next.
///
/// ```
/// use hotdash_core::analysis::Analyzer;
/// use hotdash_core::cases::ordinary;
/// use hotdash_core::conversation::{Agent, Availability};
/// use hotdash_core::decide::{Receiver, RouteAction, Snapshot};
/// use hotdash_core::hours::Hours;
/// use hotdash_core::ids::AgentId;
/// use hotdash_core::route_conversation;
/// use hotdash_core::rulebook::Rulebook;
/// use hotdash_core::staff::{SHIPPED, Staff};
/// use jiff::Timestamp;
/// use std::collections::BTreeMap;
///
/// let agent = |id, name: &str| Agent {
///     id: AgentId(id),
///     name: name.to_owned(),
///     email: format!("{}@shop.test", name.to_lowercase()),
///     availability: Availability::Online,
///     is_administrator: false,
/// };
/// let agents = [agent(1, "Ben"), agent(2, "Cleo")];
/// let (staff, problems) =
///     Staff::parse(&[SHIPPED, ("agents.toml", "[[agent]]\nwho = \"ben@shop.test\"\ncapacity = 5\n")]);
/// assert!(problems.is_empty());
///
/// let now: Timestamp = "2026-11-23T12:00:00Z".parse()?; // a Monday
/// let hours = Hours::shipped();
/// let mut ben = staff.standing(&agents[0], &hours, now);
/// (0..5).for_each(|_| ben.add(100)); // each as much work as an ordinary conversation
/// let standings = BTreeMap::from([(AgentId(1), ben)]);
///
/// let (conversation, message) = ordinary("Where is my order?", now);
/// let analysis = Analyzer::shipped().analyze(message.text());
/// let seen = Snapshot {
///     agents: &agents,
///     standings: &standings,
///     ..Snapshot::of(&conversation, &message, &analysis, &hours)
/// };
/// let route = route_conversation(&Rulebook::shipped(), &seen, now);
/// assert_eq!(route.action, RouteAction::Assign);
/// assert_eq!(route.assignee, Some(Receiver::Agent { id: AgentId(2), name: "Cleo".to_owned() }));
/// assert_eq!(
///     route.reason,
///     "Routed to Cleo: the only one who can take it. Left out: Ben, at capacity (5 of 5)."
/// );
/// # Ok::<(), jiff::Error>(())
/// ```
#[must_use]
pub fn route_conversation(rules: &Rulebook, seen: &Snapshot<'_>, now: Timestamp) -> Route {
    let decision = decide_assignment(rules, seen, now);
    let mut route = Route {
        action: RouteAction::Leave,
        assignee: None,
        reason: decision.assignment.map_or_else(|| "No rule assigns it.".to_owned(), |made| made.sentence),
    };
    for reasoned in decision.actions {
        match reasoned.action {
            Action::AwaitAgent => route.action = RouteAction::Wait,
            Action::AssignTeam { team } => {
                (route.action, route.assignee) = (RouteAction::Assign, Some(Receiver::Team { id: team }));
            }
            // After the team, of which it is somebody.
            Action::AssignAgent { agent, name } => {
                let receiver = Receiver::Agent { id: agent, name };
                (route.action, route.assignee) = (RouteAction::Assign, Some(receiver));
            }
            _ => {}
        }
    }
    route
}
