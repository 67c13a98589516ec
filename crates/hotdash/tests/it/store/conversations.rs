//! Conversations, messages and decisions: the newest state wins, and a message is decided once.

use super::{DESK, NOW};
use crate::support::{Database, both_databases};
use hotdash::store::conversations::keep_conversation;
use hotdash::store::decisions::{Cause, KeptDecision, NewDecision, keep_decision};
use hotdash::store::drafts::{Draft, DraftState, Drafted, begin_drafting, make_ready, queue_draft};
use hotdash::store::{Batch, Store, StoreError};
use hotdash_core::conversation::{Channel, Contact, Conversation, Status};
use hotdash_core::ids::{ContactId, ConversationId, DecisionId, DeskId, DraftId, InboxId, MessageId};
use jiff::Timestamp;

both_databases!(
    the_newest_state_of_a_conversation_wins,
    without_times_the_last_arrival_wins,
    a_contact_has_a_history,
    a_message_is_decided_once,
    the_longest_waiting_draft_comes_first,
);

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(NOW / 1000 + second).unwrap()
}

pub(super) fn conversation(id: i64, seen: i64) -> Conversation {
    Conversation {
        id: ConversationId(id),
        inbox: InboxId(2),
        channel: Channel::Email,
        status: Status::Open,
        priority: None,
        labels: vec![format!("seen-{seen}")],
        can_reply: true,
        contact: Contact {
            id: ContactId(5),
            name: "Eva".into(),
            email: None,
            phone: None,
            identifier: None,
            blocked: false,
            custom_attributes: serde_json::Map::new(),
        },
        assignee: None,
        team: None,
        subject: Some("Größe 🙂".into()),
        browser_language: None,
        custom_attributes: serde_json::Map::new(),
        snoozed_until: None,
        first_reply_at: None,
        waiting_since: None,
        last_activity_at: None,
        created_at: at(id),
        updated_at: Some(at(seen)),
    }
}

async fn keep(store: &Store, conversation: &Conversation) {
    store.commit(keep_conversation(DESK, conversation).unwrap().into()).await.unwrap();
}

async fn the_newest_state_of_a_conversation_wins(database: &Database) {
    let store = database.open().await;
    for seen in [20, 30, 10] {
        keep(&store, &conversation(12, seen)).await;
    }
    let kept = store.conversation(DESK, ConversationId(12)).await.unwrap().unwrap();
    assert_eq!(kept, conversation(12, 30));
    // Of the same instant the later activity wins, else always the same one: the order of arrival decides nothing.
    let resolved = Conversation { status: Status::Resolved, ..conversation(12, 30) };
    let active = Conversation { last_activity_at: Some(at(31)), ..conversation(12, 30) };
    for order in [[&kept, &resolved, &active], [&active, &kept, &resolved], [&resolved, &active, &kept]] {
        for conversation in order {
            keep(&store, conversation).await;
        }
        assert_eq!(store.conversation(DESK, ConversationId(12)).await.unwrap().unwrap(), active);
    }
    assert_eq!(store.conversation(DeskId(2), ConversationId(12)).await.unwrap(), None);
}

async fn without_times_the_last_arrival_wins(database: &Database) {
    let store = database.open().await;
    for status in [Status::Resolved, Status::Open, Status::Snoozed, Status::Open] {
        let old = Conversation { updated_at: None, status, ..conversation(12, 1) };
        keep(&store, &old).await;
        assert_eq!(store.conversation(DESK, ConversationId(12)).await.unwrap().unwrap(), old);
    }
}

async fn a_contact_has_a_history(database: &Database) {
    let store = database.open().await;
    for id in [12, 13, 14] {
        keep(&store, &conversation(id, 1)).await;
    }
    let others = store.conversations_of(DESK, ContactId(5), ConversationId(13)).await.unwrap();
    assert_eq!(others.iter().map(|c| c.id.0).collect::<Vec<_>>(), [14, 12]);
    assert!(store.conversations_of(DESK, ContactId(6), ConversationId(13)).await.unwrap().is_empty());
}

async fn a_message_is_decided_once(database: &Database) {
    let store = database.open().await;
    let (first, second) = (DecisionId("1".into()), DecisionId("2".into()));
    let decision = |id, cause| {
        keep_decision(&NewDecision {
            id,
            desk: DESK,
            conversation: ConversationId(12),
            message: MessageId(100),
            cause,
            rulebook: "r1",
            analysis: &["urgent"],
            body: &vec![7, 8],
            seen: &"what it saw",
            decided_at: NOW,
        })
        .unwrap()
    };
    assert!(!store.is_decided(DESK, MessageId(100), Cause::Message).await.unwrap());
    store.commit(decision(&first, Cause::Message).into()).await.unwrap();
    let again = store.commit(decision(&second, Cause::Message).into()).await;
    assert_eq!(again.unwrap_err(), StoreError::Conflict { step: 0 });
    assert!(store.is_decided(DESK, MessageId(100), Cause::Message).await.unwrap());
    assert!(!store.is_decided(DESK, MessageId(100), Cause::Offer).await.unwrap());
    store.commit(decision(&second, Cause::Offer).into()).await.unwrap();

    let kept: Vec<KeptDecision<Vec<String>, Vec<i64>>> =
        store.decisions(DESK, ConversationId(12), 10).await.unwrap();
    assert_eq!(kept.iter().map(|d| &d.id).collect::<Vec<_>>(), [&second, &first]);
    let kept = &kept[1..];
    assert_eq!((&kept[0].id, kept[0].message, kept[0].rulebook.as_str()), (&first, MessageId(100), "r1"));
    assert_eq!(
        (kept[0].analysis.as_slice(), kept[0].body.as_slice()),
        (["urgent".to_owned()].as_slice(), [7, 8].as_slice())
    );
    let misread = store.decisions::<i64, i64>(DESK, ConversationId(12), 10).await;
    assert!(matches!(misread.unwrap_err(), StoreError::Unreadable(_)));
}

async fn the_longest_waiting_draft_comes_first(database: &Database) {
    let store = database.open().await;
    for (id, waiting_since) in [(12, Some(at(300))), (13, Some(at(100))), (14, None)] {
        keep(&store, &Conversation { waiting_since, ..conversation(id, 1) }).await;
        let draft = DraftId(format!("d{id}"));
        let drafted = Drafted {
            answers: MessageId(1),
            text: "…",
            text_hash: "h",
            author: "no model",
            body: &0,
            usage: None,
            ready_at: NOW,
        };
        let mut batch = Batch::from(queue_draft(&draft, DESK, ConversationId(id), MessageId(1), false, NOW));
        batch.push(begin_drafting(&draft)).push(make_ready(&draft, &drafted).unwrap());
        store.commit(batch).await.unwrap();
    }
    let queue: Vec<Draft<i64>> = store.drafts_awaiting_people(DESK, 10).await.unwrap();
    let order: Vec<_> = queue.iter().map(|d| d.conversation.0).collect();
    assert_eq!(order, [14, 13, 12], "a conversation in which nobody waits counts from its creation");
    assert!(queue.iter().all(|d| d.state == DraftState::Ready && d.state.awaits_person()));
    let limited: Vec<Draft<i64>> = store.drafts_awaiting_people(DESK, 1).await.unwrap();
    assert_eq!(limited.len(), 1);
}
