//! Columns that change.

use super::*;
use crate::conversation::Channel;
use crate::facts::{ConversationFacts, Fact};

fn conversation(id: i64, facts: usize) -> Measured {
    let fact = |at: usize| Fact {
        kind: FactKind::MessageIn,
        at: i64::try_from(at).unwrap() * 1_000_000,
        from: None,
        seconds: None,
        business: None,
        agent: None,
        message: None,
        rating: None,
    };
    ConversationFacts {
        conversation: ConversationId(id),
        inbox: InboxId(1),
        channel: Channel::Email,
        status: Status::Open,
        assignee: None,
        team: None,
        labels: vec!["a".into(), "a".into()],
        created_at: id * 1_000_000,
        waiting_since: None,
        is_answered: false,
        facts: (0..facts).map(fact).collect(),
        unknown: Vec::new(),
    }
    .into()
}

#[test]
fn what_is_dead_is_left_out_once_it_is_a_quarter() {
    let mut columns = Columns::new();
    for round in 0..10 {
        for id in 0..5_000 {
            columns.put(&conversation(id, 2));
        }
        assert_eq!(columns.len(), 5_000, "round {round}");
        assert!(columns.fact_rows() <= 2 * (5_000 + FEW + 5_000), "{}", columns.fact_rows());
    }
    columns.compact();
    assert_eq!(columns.fact_rows(), 10_000);
    assert_eq!(columns.conversations.labels.of(0).len(), 1);
}

#[test]
fn instants_out_of_reach_become_the_nearest() {
    assert_eq!((second(-5), second(i64::MAX), second(1_999_999)), (0, NEVER - 1, 1));
}

#[test]
fn the_earliest_conversation_that_is_left_tells_since_when_anything_is_known() {
    let mut columns: Columns = [conversation(7, 0), conversation(9, 0)].iter().collect();
    assert_eq!(columns.known_since(), Some(7));
    columns.remove(ConversationId(7));
    assert_eq!((columns.known_since(), columns.has(ConversationId(7))), (Some(9), false));
}
