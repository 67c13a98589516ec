//! Conversations that open without a new message, and conversations that are gone.

use crate::support::house::House;
use crate::support::{Database, both_databases};
use chatwoot_sandbox::model::Status;
use chatwoot_sandbox::{Faults, Outage};
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash_core::ids::ConversationId;
use std::time::{Duration, Instant};

both_databases!(
    a_question_that_was_closed_without_an_answer_is_drafted_when_it_opens,
    what_was_answered_or_rejected_is_not,
    what_a_bot_hands_over_is_routed_and_drafted,
    a_conversation_that_is_deleted_ends_its_draft,
    a_404_of_a_proxy_loses_no_customer,
);

const ANN: (&str, &str) = ("Ann Customer", "ann@example.test");
const QUESTION: &str = "Hi, how long does shipping to Norway take?";
const BEN: i64 = 2;

async fn a_question_that_was_closed_without_an_answer_is_drafted_when_it_opens(database: &Database) {
    let house = House::start(database).await;
    let id = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    house.draft(id, DraftState::Ready).await;
    for (closed, times) in [(Status::Resolved, 1), (Status::Snoozed, 2)] {
        house.settle().await;
        house.desk.set_status(id, BEN, closed).unwrap();
        house.settle().await;
        let waiting = house.drafts(id).await.iter().filter(|d| d.state.awaits_person()).count();
        assert_eq!(waiting, 0, "nobody waits in a closed conversation");
        house.desk.set_status(id, BEN, Status::Open).unwrap();
        house.draft(id, DraftState::Ready).await;
        house.settle().await;
        assert_eq!(house.drafts(id).await.len(), 1 + times, "one draft for one opening");
    }
    house.close().await;
}

async fn what_was_answered_or_rejected_is_not(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let answered = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    house.draft(answered, DraftState::Ready).await;
    house.desk.agent_replies(answered, BEN, "Three days.").unwrap();
    let eva = ("Eva", "eva@example.test");
    let rejected = house.desk.customer_says(house.website, eva, QUESTION).unwrap();
    let draft = house.draft(rejected, DraftState::Ready).await;
    assert!(ada.reject(&draft.id, draft.version, "she knows already").await.is_redirection());
    house.settle().await;
    for id in [answered, rejected] {
        house.desk.resolve(id, BEN).unwrap();
        house.settle().await;
        house.desk.set_status(id, BEN, Status::Open).unwrap();
        house.settle().await;
        assert_eq!(house.drafts(id).await.len(), 1);
    }
    house.close().await;
}

async fn what_a_bot_hands_over_is_routed_and_drafted(database: &Database) {
    let house = House::start(database).await;
    let id = house.desk.customer_says(house.website, ANN, "Hello").unwrap();
    house.draft(id, DraftState::Ready).await;
    house.settle().await;
    house.desk.set_status(id, BEN, Status::Pending).unwrap();
    house.desk.assign(id, None, BEN).unwrap();
    house.desk.customer_replies(id, QUESTION).unwrap();
    house.draft(id, DraftState::Superseded).await;
    house.settle().await;
    assert_eq!(house.drafts(id).await.len(), 1, "the bot has it");
    assert!(house.desk.assignee(id).unwrap().is_none());
    let labelled = house.desk.conversation(id).unwrap().labels;

    house.desk.set_status(id, BEN, Status::Open).unwrap();
    let draft = house.draft(id, DraftState::Ready).await;
    house.settle().await;
    assert!(house.desk.assignee(id).unwrap().is_some(), "routed to somebody");
    assert_eq!(house.desk.conversation(id).unwrap().labels, labelled, "all else was done before");
    let desk = house.app.desks[0].id;
    let question = house.app.store.message(desk, draft.answers).await.unwrap().unwrap();
    assert_eq!(question.text(), QUESTION);
    // There and back again: it waits for a person still.
    house.desk.set_status(id, BEN, Status::Pending).unwrap();
    house.desk.set_status(id, BEN, Status::Open).unwrap();
    house.settle().await;
    assert_eq!(house.drafts(id).await.len(), 2);
    house.close().await;
}

async fn a_conversation_that_is_deleted_ends_its_draft(database: &Database) {
    let house = House::start_with(database, &[("HOTDASH_DEBOUNCE_MS", "6000")]).await;
    let id = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    house.draft(id, DraftState::Queued).await;
    house.desk.act(|desk| desk.delete_conversation(id)).unwrap();
    let draft = house.draft(id, DraftState::Superseded).await;
    assert_eq!(draft.reason.as_deref(), Some("the conversation was deleted on the desk"));
    house.close().await;
}

async fn a_404_of_a_proxy_loses_no_customer(database: &Database) {
    let house = House::start(database).await;
    house.desk.set_faults(Faults { outage: Outage::Nowhere, ..Faults::default() });
    let id = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let started = Instant::now();
    while house.desk.counts().turned_away < 8 {
        assert!(started.elapsed() < Duration::from_secs(30), "the desk is not asked again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let kept = house.app.store.conversation(house.app.desks[0].id, ConversationId(id)).await.unwrap();
    assert!(kept.is_some() && house.drafts(id).await.is_empty());
    house.desk.set_faults(Faults::default());
    house.draft(id, DraftState::Ready).await;
    house.close().await;
}
