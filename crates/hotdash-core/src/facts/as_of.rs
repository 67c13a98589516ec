//! Facts as they stood at an instant: what a report of a past period is made of, so that it comes out the same whenever
//! it is made.

use super::{ConversationFacts, Fact, FactKind};
use crate::conversation::Status;

/// What had been measured of a conversation until an instant (microseconds since 1970), and how it stood then; `None`
/// where it had not begun. Assignee, team and labels are those of now: their past is not measured.
///
/// ```
/// use hotdash_core::conversation::{Channel, Status};
/// use hotdash_core::facts::{ConversationFacts, Fact, FactKind, as_of};
/// use hotdash_core::ids::{ConversationId, InboxId};
///
/// let fact = |kind, at| Fact {
///     kind, at, from: None, seconds: None, business: None, agent: None, message: None, rating: None,
/// };
/// let now = ConversationFacts {
///     conversation: ConversationId(7),
///     inbox: InboxId(1),
///     channel: Channel::WebWidget,
///     status: Status::Resolved,
///     assignee: None,
///     team: None,
///     labels: vec![],
///     created_at: 0,
///     waiting_since: None,
///     is_answered: true,
///     facts: vec![
///         fact(FactKind::Created, 0),
///         Fact { from: Some(0), ..fact(FactKind::FirstResponse, 60_000_000) },
///         Fact { from: Some(0), ..fact(FactKind::WaitedForDesk, 60_000_000) },
///         fact(FactKind::Resolved, 60_000_000),
///     ],
///     unknown: vec![],
/// };
/// let then = as_of(&now, 30_000_000).unwrap();
/// assert_eq!((then.status, then.is_answered, then.waiting_since), (Status::Open, false, Some(0)));
/// assert_eq!(as_of(&now, 0), None);
/// ```
#[must_use]
pub fn as_of(now: &ConversationFacts, instant: i64) -> Option<ConversationFacts> {
    if now.created_at >= instant {
        return None;
    }
    let (status, waiting_since) = state_at(now, instant);
    let is_answered = match now.of(FactKind::FirstResponse).next() {
        Some(answer) => answer.at < instant,
        // Answered before anybody listened, or not at all.
        None => now.is_answered,
    };
    let facts = now.facts.iter().filter(|fact| fact.at < instant).cloned().collect();
    Some(ConversationFacts { status, waiting_since, is_answered, facts, ..now.clone() })
}

/// Its status then, and since when somebody waited.
fn state_at(now: &ConversationFacts, instant: i64) -> (Status, Option<i64>) {
    let spans = |fact: &Fact| fact.from.is_some_and(|from| from < instant) && fact.at >= instant;
    let turn = now.facts.iter().find(|fact| is_turn(fact.kind) && spans(fact));
    if let Some(turn) = turn {
        let waits = now.of(FactKind::ReplyTime).find(|reply| spans(reply)).and_then(|reply| reply.from);
        return match turn.kind {
            FactKind::WaitedForDesk => (Status::Open, waits.or(turn.from)),
            FactKind::WaitedForBot => (Status::Pending, None),
            _ => (Status::Open, None),
        };
    }
    let changes = || now.facts.iter().filter(|f| matches!(f.kind, FactKind::Resolved | FactKind::Opened));
    let was_resolved = changes().rfind(|f| f.at < instant).is_some_and(|f| f.kind == FactKind::Resolved);
    let opened_later = now.of(FactKind::Opened).any(|opened| opened.at >= instant);
    if now.status == Status::Resolved || was_resolved && opened_later {
        return (Status::Resolved, None);
    }
    // The turn of then is that of now.
    (now.status, now.waiting_since.filter(|since| *since < instant))
}

fn is_turn(kind: FactKind) -> bool {
    matches!(kind, FactKind::WaitedForDesk | FactKind::WaitedForCustomer | FactKind::WaitedForBot)
}
