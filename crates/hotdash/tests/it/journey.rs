//! Whole journeys through real HTTP, on both databases: what the customer gets, and what they must never get.

use crate::support::house::House;
use crate::support::scripted::{Says, scripted_model};
use crate::support::{Database, both_databases};
use chatwoot_sandbox::{Faults, Outage};
use hotdash::clock::Clock;
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash_core::analysis::Analysis;
use hotdash_core::decide::Decision;
use hotdash_core::ids::ConversationId;
use reqwest::StatusCode;

both_databases!(
    approved_as_drafted,
    edited_by_the_reviewer,
    rejected_with_a_reason,
    the_customer_writes_again_before_approval,
    the_customer_writes_again_within_the_undo_window,
    a_colleague_answers_first,
    doubled_and_reordered_deliveries,
    the_desk_is_down_for_a_minute_while_a_reply_is_due,
    the_answer_to_the_sending_call_is_lost,
    a_legal_threat_needs_two_people,
    the_second_persons_words_need_the_first_persons_word,
    an_approval_is_taken_back,
    a_model_writes_the_draft,
    a_model_that_misbehaves_is_replaced,
);

const QUESTION: &str = "Hi, how long does shipping to Norway take?";
const ANN: (&str, &str) = ("Ann Customer", "ann@example.test");

async fn approved_as_drafted(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();

    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [""; 0], "nothing is public before the approval");
    let notes = house.notes(conversation);
    assert_eq!(notes.len(), 1, "one note for one draft: {notes:?}");
    let first_line = draft.text.lines().next().unwrap();
    assert!(
        notes[0].contains(first_line) && notes[0].contains(&format!("/drafts/{}", draft.id)),
        "{notes:?}"
    );
    assert!(house.desk.assignee(conversation).unwrap().is_some(), "routed to somebody");

    let (status, page) = ada.get(&format!("/drafts/{}", draft.id)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Ann Customer") && page.contains("Norway"), "the page shows the conversation");
    assert!(ada.approve(&draft, None).await.is_redirection());
    house.settle().await;

    assert_eq!(house.public_replies(conversation), [draft.text.as_str()]);
    let messages = house.desk.messages(conversation).unwrap();
    let reply = messages.iter().find(|m| m.content.as_ref() == Some(&draft.text)).unwrap();
    let keys: Vec<&String> = reply.content_attributes.keys().collect();
    assert_eq!(keys, ["hotdash"], "the customer can read these");
    assert_eq!(house.draft(conversation, DraftState::Sent).await.id, draft.id);
    let id = ConversationId(conversation);
    let kept = house.app.store.decisions::<Analysis, Decision>(house.app.desks[0].id, id, 5).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].body.trace.is_empty() && !kept[0].rulebook.is_empty(), "the decision keeps its reasons");
    house.close().await;
}

async fn edited_by_the_reviewer(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;

    let words =
        "Hello Ann,\n\nit takes 5 to 8 days. Your code is {{ code }} and {% raw %}, as written.\n\nAda";
    assert!(ada.approve(&draft, Some(words)).await.is_redirection());
    house.settle().await;

    assert_eq!(house.public_replies(conversation), [words], "sent exactly as the reviewer wrote it");
    let reviews = house.app.store.reviews(&draft.id).await.unwrap();
    assert_eq!(reviews.len(), 1);
    assert_eq!((reviews[0].verdict.as_str(), reviews[0].grades), ("edit", Some([5, 4, 5])));
    assert!(reviews[0].changed_permille > 0);
    assert_eq!(
        (reviews[0].drafted_text.as_str(), reviews[0].final_text.as_str()),
        (draft.text.as_str(), words)
    );
    house.close().await;
}

async fn rejected_with_a_reason(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;

    assert_eq!(ada.reject(&draft.id, draft.version, " ").await, StatusCode::UNPROCESSABLE_ENTITY, "why?");
    assert!(ada.reject(&draft.id, draft.version, "wrong country").await.is_redirection());
    house.settle().await;

    assert_eq!(house.public_replies(conversation), [""; 0]);
    let rejected = house.draft(conversation, DraftState::Rejected).await;
    assert_eq!(rejected.reason.as_deref(), Some("wrong country"));
    assert_eq!(ada.approve(&draft, None).await, StatusCode::CONFLICT, "a rejected draft stays rejected");
    let id = ConversationId(conversation);
    let reasons = house.app.store.rejection_reasons(house.app.desks[0].id, id).await.unwrap();
    assert_eq!(reasons, ["wrong country"], "what the next draft is told");
    house.close().await;
}

async fn the_customer_writes_again_before_approval(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let first = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;

    house.desk.customer_replies(conversation, "Sorry, I meant to Germany, and what does it cost?").unwrap();
    let old = house.draft(conversation, DraftState::Superseded).await;
    assert_eq!((old.id.clone(), old.reason.as_deref()), (first.id.clone(), Some("the customer wrote again")));
    assert_eq!(ada.approve(&first, None).await, StatusCode::CONFLICT);

    let second = house.draft(conversation, DraftState::Ready).await;
    assert!(second.answers > first.answers);
    assert!(ada.approve(&second, None).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [second.text]);
    house.close().await;
}

async fn the_customer_writes_again_within_the_undo_window(database: &Database) {
    let house = House::start_with(database, &[("HOTDASH_UNDO_SECONDS", "2")]).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let first = house.draft(conversation, DraftState::Ready).await;
    assert!(ada.approve(&first, None).await.is_redirection());

    // The delivery is lost: only the look just before sending can notice.
    house.desk.set_faults(Faults {
        webhooks: chatwoot_sandbox::WebhookFaults { drop_all: true, ..Default::default() },
        ..Faults::default()
    });
    house.desk.customer_replies(conversation, "Wait, please cancel the order!").unwrap();
    let old = house.draft(conversation, DraftState::Superseded).await;
    assert_eq!((old.id, old.reason.as_deref()), (first.id, Some("the customer wrote again")));
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [""; 0]);
    house.close().await;
}

async fn a_colleague_answers_first(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;

    house.desk.agent_replies(conversation, 2, "Hello Ann, 5 to 8 days.").unwrap();
    let old = house.draft(conversation, DraftState::Superseded).await;
    assert_eq!((old.id.clone(), old.reason.as_deref()), (draft.id.clone(), Some("a person answered")));
    assert_eq!(ada.approve(&draft, None).await, StatusCode::CONFLICT);
    house.settle().await;
    assert_eq!(house.public_replies(conversation), ["Hello Ann, 5 to 8 days."]);
    house.close().await;
}

async fn doubled_and_reordered_deliveries(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    house.desk.set_faults(Faults {
        webhooks: chatwoot_sandbox::WebhookFaults { double: true, reorder: true, ..Default::default() },
        ..Faults::default()
    });
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    assert_eq!(house.drafts(conversation).await.len(), 1, "one draft");
    assert_eq!(house.notes(conversation).len(), 1, "one note");
    assert!(ada.approve(&draft, None).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [draft.text]);
    let counts = house.app.store.delivery_counts(house.app.desks[0].id).await.unwrap();
    assert_eq!((counts.received, counts.rejected, counts.dead), (0, 0, 0));
    house.close().await;
}

async fn the_desk_is_down_for_a_minute_while_a_reply_is_due(database: &Database) {
    let clock = Clock::manual(Clock::real().now());
    let house = House::start_at(database, &[], clock.clone()).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;

    house.desk.set_faults(Faults { outage: Outage::Closed, ..Faults::default() });
    assert!(ada.approve(&draft, None).await.is_redirection());
    for second in 0..60 {
        clock.advance(1_000);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let state = house.drafts(conversation).await[0].state;
        assert!(matches!(state, DraftState::Approved | DraftState::Sending), "after {second} s: {state:?}");
    }
    let started = std::time::Instant::now();
    while !ada.get("/drafts").await.1.contains("The desk has not answered for") {
        assert!(started.elapsed().as_secs() < 30, "the reviewer does not learn why nothing leaves");
        clock.advance(1_000);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let (_, ready) = ada.get("/readyz").await;
    assert!(ready.contains(r#""desks":{"desk":"down"}"#) && ready.contains(r#""status":"ready""#), "{ready}");
    house.desk.set_faults(Faults::default());
    while house.drafts(conversation).await[0].state != DraftState::Sent {
        clock.advance(5_000);
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    assert_eq!(house.public_replies(conversation), [draft.text]);
    assert!(!ada.get("/drafts").await.1.contains("The desk has not answered"));
    house.close().await;
}

async fn the_answer_to_the_sending_call_is_lost(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;

    house.desk.set_faults(Faults {
        answers_lost: 1,
        answers_lost_path: "/messages".into(),
        ..Faults::default()
    });
    assert!(ada.approve(&draft, None).await.is_redirection());
    house.settle().await;
    assert_eq!(house.desk.faults().answers_lost, 0, "the fault happened");
    assert_eq!(
        house.public_replies(conversation),
        [draft.text.as_str()],
        "once, although the answer was lost"
    );
    assert_eq!(house.draft(conversation, DraftState::Sent).await.id, draft.id);
    house.close().await;
}

async fn a_legal_threat_needs_two_people(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let ben = house.sign_in("Ben", Role::Reviewer).await;
    let threat = "Refund me today or I will sue you, my lawyer is informed.";
    let conversation = house.desk.customer_says(house.website, ANN, threat).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    assert!(draft.hold, "held for two people");
    house.settle().await;
    let labels = house.desk.conversation(conversation).unwrap().labels;
    assert!(labels.iter().any(|l| l == "escalated"), "{labels:?}");

    assert!(ada.approve(&draft, None).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [""; 0], "one person is not enough");
    let held = house.draft(conversation, DraftState::Held).await;
    assert_eq!(ada.approve(&held, None).await, StatusCode::CONFLICT, "the same person twice is not two");
    assert!(ben.approve(&held, None).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [draft.text]);
    house.close().await;
}

async fn the_second_persons_words_need_the_first_persons_word(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let ben = house.sign_in("Ben", Role::Reviewer).await;
    let threat = "Refund me today or I will sue you, my lawyer is informed.";
    let conversation = house.desk.customer_says(house.website, ANN, threat).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    assert!(ada.approve(&draft, None).await.is_redirection());
    let held = house.draft(conversation, DraftState::Held).await;
    let words = format!("{}\n\nPS. I am looking into it.", held.text);
    assert!(ben.approve(&held, Some(&words)).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [""; 0], "nobody but Ben has read these words");

    let changed = house.draft(conversation, DraftState::Held).await;
    let path = format!("/drafts/{}", changed.id);
    let waits = "A second, different person must agree";
    assert!(ben.get(&path).await.1.contains(waits), "Ben has to wait");
    let (_, shown) = ada.get(&path).await;
    assert!(!shown.contains(waits) && shown.contains("id=\"decision\""), "Ada is asked about the new words");
    assert!(ada.approve(&changed, None).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [words]);
    house.close().await;
}

async fn an_approval_is_taken_back(database: &Database) {
    let house = House::start_with(database, &[("HOTDASH_UNDO_SECONDS", "2")]).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    assert!(ada.approve(&draft, None).await.is_redirection());
    assert!(ada.undo(&draft.id).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [""; 0], "taken back in time");
    let again = house.draft(conversation, DraftState::Ready).await;
    assert_eq!(again.id, draft.id);
    assert!(ada.approve(&again, None).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [draft.text]);
    assert_eq!(ada.undo(&draft.id).await, StatusCode::CONFLICT, "too late");
    house.close().await;
}

async fn a_model_writes_the_draft(database: &Database) {
    let reply = "Hello Ann,\n\ndelivery to Norway takes 4 to 7 working days.\n\nBest wishes\nHot Rodan";
    let url = scripted_model(move |_| Says::reply(reply)).await;
    let house = House::start_with(database, &[("OPENAI_BASE_URL", &url), ("OPENAI_MODEL", "scripted")]).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    assert_eq!((draft.text.as_str(), draft.author.as_str()), (reply, "scripted-1"));
    assert!(ada.approve(&draft, None).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [reply]);
    house.close().await;
}

async fn a_model_that_misbehaves_is_replaced(database: &Database) {
    let url = scripted_model(|_| Says::default()).await;
    let house = House::start_with(database, &[("OPENAI_BASE_URL", &url), ("OPENAI_MODEL", "scripted")]).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    assert_eq!(draft.author, "knowledge");
    let fallback = draft.body.unwrap().fallback.unwrap();
    assert!(fallback.contains("answered with nothing"), "{fallback}");
    house.close().await;
}
