//! Messages: one version stays, whatever the order of arrival; that it is ours is never forgotten.

use super::conversations::{at, conversation};
use super::{DESK, NOW};
use crate::support::{Database, both_databases};
use hotdash::store::drafts::{Draft, DraftState, queue_draft};
use hotdash::store::effects::{Change, EffectState, NewEffect, begin_sending, settle_effect, want};
use hotdash::store::messages::{Sight, draft_follows_message, keep_message};
use hotdash::store::{Batch, Statement, Store};
use hotdash_core::conversation::{
    Author, Conversation, CsatAnswer, DeliveryStatus, Direction, Marks, Message,
};
use hotdash_core::ids::{AgentId, ContactId, ConversationId, DraftId, EffectId, MessageId, UserId};

both_databases!(
    a_thread_is_read_in_order,
    every_order_of_versions_ends_in_the_same,
    ours_stays_ours,
    a_draft_follows_its_message,
);

const CONVERSATION: ConversationId = ConversationId(12);

fn message(id: i64, author: Author) -> Message {
    let incoming = matches!(author, Author::Customer { .. });
    Message {
        id: MessageId(id),
        conversation: CONVERSATION,
        content: Some(format!("message {id}")),
        new_text: None,
        envelope: None,
        content_type: "text".into(),
        direction: if incoming { Direction::Incoming } else { Direction::Outgoing },
        private: false,
        author,
        created_at: at(id),
        attachments: vec![],
        marks: Marks::default(),
        source_id: None,
        delivery: None,
    }
}

fn customer() -> Author {
    Author::Customer { id: ContactId(5), name: "Eva".into() }
}

fn agent() -> Author {
    Author::Agent { id: AgentId(3), name: "Ben".into() }
}

fn seen(second: i64) -> Conversation {
    conversation(CONVERSATION.0, second)
}

async fn keep(store: &Store, message: &Message, sight: Sight) {
    store.commit(keep_message(DESK, message, sight).unwrap()).await.unwrap();
}

async fn a_thread_is_read_in_order(database: &Database) {
    let store = database.open().await;
    let sight = Sight::delivered(&seen(1), None);
    for id in [3, 1, 2, 5, 4] {
        keep(&store, &message(id, customer()), sight).await;
    }
    let ids = |thread: Vec<Message>| thread.iter().map(|m| m.id.0).collect::<Vec<_>>();
    assert_eq!(ids(store.thread(DESK, CONVERSATION, 3).await.unwrap()), [3, 4, 5]);
    assert_eq!(ids(store.thread(DESK, CONVERSATION, 50).await.unwrap()), [1, 2, 3, 4, 5]);

    let answered = |after| {
        let store = store.clone();
        async move { store.is_answered_after(DESK, CONVERSATION, MessageId(after)).await.unwrap() }
    };
    assert!(!answered(1).await);
    keep(&store, &Message { private: true, ..message(6, agent()) }, sight).await;
    assert!(!answered(1).await, "a note is no answer");
    keep(&store, &message(7, agent()), sight).await;
    assert!(answered(6).await);
    assert!(!answered(7).await);
}

/// The versions of one message, the last one to stay; each beats all before it for a reason of its own.
fn versions() -> Vec<(Message, Sight)> {
    let first = message(1, agent());
    let with = |marks: Marks| Message { marks, ..first.clone() };
    let failed = Marks { external_error: Some("handset gone".into()), ..Marks::default() };
    let csat = CsatAnswer { rating: 4, feedback: None };
    let mailed = Message { source_id: Some("<1@acme.test>".into()), ..first.clone() };
    vec![
        (first.clone(), Sight::first()),
        (
            Message { content: Some("older body".into()), ..first.clone() },
            Sight::delivered(&seen(10), Some(at(1))),
        ),
        (with(failed), Sight::delivered(&seen(20), None)),
        (
            Message { delivery: Some(DeliveryStatus::Sent), ..first.clone() },
            Sight::delivered(&seen(20), Some(at(2))),
        ),
        (
            Message { delivery: Some(DeliveryStatus::Delivered), ..first.clone() },
            Sight::delivered(&seen(20), Some(at(3))),
        ),
        (Message { content: Some("as read".into()), ..first.clone() }, Sight::read(&seen(20), NOW + 9_000)),
        // What cannot be undone wins over times: a deletion does not touch the conversation.
        (mailed.clone(), Sight::delivered(&seen(19), None)),
        (with(Marks { csat: Some(csat), ..Marks::default() }), Sight::delivered(&seen(18), None)),
        (with(Marks { deleted: true, ..Marks::default() }), Sight::delivered(&seen(17), None)),
    ]
}

async fn every_order_of_versions_ends_in_the_same(database: &Database) {
    let store = database.open().await;
    let versions = versions();
    // For each last one: every rotation, forwards and backwards, each version twice.
    for end in 1..=versions.len() {
        let upto = &versions[..end];
        for turn in 0..end {
            for backwards in [false, true] {
                let mut order: Vec<_> = upto.iter().cycle().skip(turn).take(end * 2).collect();
                if backwards {
                    order.reverse();
                }
                let mut batch =
                    Batch::from(Statement::new("DELETE FROM messages WHERE desk = $1", vec![DESK.0.into()]));
                for (message, sight) in order {
                    batch.append(keep_message(DESK, message, *sight).unwrap());
                }
                store.commit(batch).await.unwrap();
                let kept = store.message(DESK, MessageId(1)).await.unwrap().unwrap();
                assert_eq!(kept, upto[end - 1].0, "{end} versions, turned by {turn}, backwards {backwards}");
            }
        }
    }
}

async fn mover(store: &Store, id: i64) -> String {
    let sql = "SELECT mover FROM messages WHERE desk = $1 AND id = $2";
    store.read(sql, vec![DESK.0.into(), id.into()]).await.unwrap()[0].text(0).unwrap()
}

fn reply(id: &str, draft: Option<DraftId>) -> NewEffect {
    NewEffect {
        id: EffectId(id.into()),
        desk: DESK,
        conversation: CONVERSATION,
        decision: None,
        draft,
        change: Change::Reply {
            text: "…".into(),
            copies: vec![],
            answers: MessageId(1),
            approver: UserId(1),
        },
        created_at: NOW,
    }
}

async fn ours_stays_ours(database: &Database) {
    let store = database.open().await;
    let marked = |id| Message {
        marks: Marks { effect: Some(EffectId("e".into())), ..Marks::default() },
        ..message(id, agent())
    };
    let wiped = |id| Message { marks: Marks { deleted: true, ..Marks::default() }, ..message(id, agent()) };
    let (early, late) = (Sight::delivered(&seen(1), None), Sight::delivered(&seen(2), None));
    keep(&store, &marked(2), early).await;
    keep(&store, &wiped(2), late).await;
    assert_eq!(mover(&store, 2).await, "ours", "the mark was there first");
    keep(&store, &wiped(3), late).await;
    assert_eq!(mover(&store, 3).await, "human", "nothing tells yet");
    keep(&store, &marked(3), early).await;
    assert_eq!(mover(&store, 3).await, "ours", "an early version came late");
    assert!(store.message(DESK, MessageId(3)).await.unwrap().unwrap().marks.deleted);
    // Only the answer of our own call told.
    let mut batch = Batch::from(want(&reply("e4", None)).unwrap());
    batch.push(begin_sending(&EffectId("e4".into()), NOW));
    batch.push(settle_effect(&EffectId("e4".into()), EffectState::Done, "sent", Some(MessageId(4)), NOW));
    store.commit(batch).await.unwrap();
    keep(&store, &wiped(4), late).await;
    assert_eq!(mover(&store, 4).await, "ours");
    let effect = store.effect_of_message(DESK, MessageId(4)).await.unwrap().unwrap();
    assert_eq!(effect.id.as_str(), "e4");
    assert!(store.effect_of_message(DESK, MessageId(5)).await.unwrap().is_none());
}

async fn a_draft_follows_its_message(database: &Database) {
    let store = database.open().await;
    let id = DraftId("d".into());
    let effect = EffectId("e".into());
    let mut batch = Batch::from(queue_draft(&id, DESK, CONVERSATION, MessageId(1), false, NOW));
    batch.push(Statement::new("UPDATE drafts SET state = 'sending' WHERE desk = $1", vec![DESK.0.into()]));
    batch.push(want(&reply("e", Some(id.clone()))).unwrap()).push(begin_sending(&effect, NOW));
    store.commit(batch).await.unwrap();
    assert_eq!(store.replies_under_way(DESK, CONVERSATION).await.unwrap().len(), 1);

    let marks = |external_error: Option<&str>| Marks {
        effect: Some(effect.clone()),
        external_error: external_error.map(str::to_owned),
        ..Marks::default()
    };
    let refused = Message { marks: marks(Some("no such number")), ..message(9, agent()) };
    let follow = || draft_follows_message(DESK, MessageId(9), NOW + 3);
    let draft = || {
        let (store, id) = (store.clone(), id.clone());
        async move {
            let draft: Draft<()> = store.draft(&id).await.unwrap().unwrap();
            (draft.state, draft.reason)
        }
    };
    // The channel's refusal overtakes the answer of the call.
    let mut batch = keep_message(DESK, &refused, Sight::delivered(&seen(3), Some(at(3)))).unwrap();
    batch.push(follow());
    store.commit(batch).await.unwrap();
    assert_eq!(draft().await.0, DraftState::Sending, "the call has not ended");
    let sent = Message { marks: marks(None), ..message(9, agent()) };
    let mut batch = Batch::from(settle_effect(&effect, EffectState::Done, "sent", Some(sent.id), NOW));
    batch.push(hotdash::store::drafts::settle_draft(&id, DraftState::Sent, None, NOW));
    batch.append(keep_message(DESK, &sent, Sight::first()).unwrap()).push(follow());
    store.commit(batch).await.unwrap();
    assert_eq!(draft().await, (DraftState::Failed, Some("no such number".to_owned())));
    // Somebody retried on the desk: that wipes the mark, too.
    let retried = Message { delivery: Some(DeliveryStatus::Sent), ..message(9, agent()) };
    let mut batch = keep_message(DESK, &retried, Sight::delivered(&seen(3), Some(at(8)))).unwrap();
    batch.push(follow());
    store.commit(batch).await.unwrap();
    assert_eq!(draft().await, (DraftState::Sent, None));
    assert!(store.replies_under_way(DESK, CONVERSATION).await.unwrap().is_empty());
}
