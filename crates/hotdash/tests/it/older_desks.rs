//! Journeys beside desks that pass for older versions of Chatwoot: unsigned deliveries, rendered text, no mark of ours.

use crate::support::house::House;
use crate::support::{Database, both_databases};
use chatwoot_sandbox::Faults;
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash_core::ids::ConversationId;

both_databases!(
    beside_4_6_a_reply_is_sent_once,
    beside_4_6_a_lost_answer_does_not_send_twice,
    beside_4_6_a_lost_answer_does_not_note_twice,
    beside_4_12_a_reply_is_sent_once,
);

const ANN: (&str, &str) = ("Ann Customer", "ann@example.test");
const QUESTION: &str = "Hi, how long does shipping to Norway take?\nIt is for **order** A-17.";

/// Customer, draft, approval, reply: gives the house back when all is settled.
async fn journey(database: &Database, version: &str, faults: Faults) -> (House, i64, String) {
    let house = House::start_beside(database, version).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    house.desk.set_faults(faults);
    assert!(ada.approve(&draft, None).await.is_redirection());
    house.settle().await;
    assert_eq!(house.desk.faults().answers_lost, 0, "the fault happened");
    assert_eq!(house.public_replies(conversation), [draft.text.as_str()], "{version}: once");
    assert_eq!(house.draft(conversation, DraftState::Sent).await.id, draft.id);
    (house, conversation, draft.text)
}

/// The customer's words as they were kept, and nothing of ours taken for a person's.
async fn is_well_kept(house: &House, conversation: i64) {
    let id = ConversationId(conversation);
    let thread = house.app.store.thread(house.app.desks[0].id, id, 50).await.unwrap();
    let question = thread.iter().find(|message| message.is_from_customer()).unwrap();
    assert_eq!(question.text(), QUESTION);
    let drafts = house.drafts(conversation).await;
    assert_eq!(drafts.len(), 1, "our own reply ended no draft and asked for none");
    assert_eq!(house.notes(conversation).len(), 1);
}

async fn beside_4_6_a_reply_is_sent_once(database: &Database) {
    let (house, conversation, text) = journey(database, "4.6.0", Faults::default()).await;
    let messages = house.desk.messages(conversation).unwrap();
    let reply = messages.iter().find(|m| m.content.as_ref() == Some(&text)).unwrap();
    assert!(reply.content_attributes.is_empty(), "this desk keeps no mark");
    is_well_kept(&house, conversation).await;
    house.close().await;
}

async fn beside_4_6_a_lost_answer_does_not_send_twice(database: &Database) {
    let lost = Faults { answers_lost: 1, answers_lost_path: "/messages".into(), ..Faults::default() };
    let (house, conversation, _) = journey(database, "4.6.0", lost).await;
    is_well_kept(&house, conversation).await;
    // The same question again: the same words are then another reply, and are sent.
    let ben = house.sign_in("Ben", Role::Lead).await;
    house.desk.customer_replies(conversation, QUESTION).unwrap();
    let again = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    assert!(ben.approve(&again, None).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation).len(), 2);
    house.close().await;
}

async fn beside_4_6_a_lost_answer_does_not_note_twice(database: &Database) {
    let house = House::start_beside(database, "4.6.0").await;
    let lost = Faults { answers_lost: 1, answers_lost_path: "/messages".into(), ..Faults::default() };
    house.desk.set_faults(lost);
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    assert_eq!(house.desk.faults().answers_lost, 0, "the fault happened");
    assert_eq!(house.notes(conversation).len(), 1, "{:?}", house.notes(conversation));
    house.close().await;
}

async fn beside_4_12_a_reply_is_sent_once(database: &Database) {
    let lost = Faults { answers_lost: 1, answers_lost_path: "/messages".into(), ..Faults::default() };
    let (house, conversation, _) = journey(database, "4.12.0", lost).await;
    is_well_kept(&house, conversation).await;
    house.close().await;
}
