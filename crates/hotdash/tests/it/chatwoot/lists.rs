//! Lists for reconciliation and backfill: what is asked, when they end, and what old desks are asked instead.

use super::answers::{asked_the_same, recorded};
use super::desk::{Desk, Say};
use super::recordings::{history, history_file};
use hotdash::chatwoot::CallError;
use hotdash_core::conversation::{Availability, Status, SurveyAnswer};
use hotdash_core::ids::{AgentId, ContactId, ConversationId, InboxId, MessageId, TeamId};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn version(version: &str) -> Say {
    Say::json(&json!({"version": version, "queue_services": "ok", "data_services": "ok"}))
}

fn page(conversations: &[Value]) -> Say {
    Say::json(&json!({"data": {"meta": {"all_count": 220}, "payload": conversations}}))
}

/// As a desk before 3.6 shows it: with `timestamp` alone, and without `updated_at`.
fn old_conversation(id: i64, active: i64) -> Value {
    json!({"id": id, "inbox_id": 1, "status": "open", "created_at": 1_700_000_000, "timestamp": active,
           "meta": {"sender": {"id": 9, "name": "Ann"}, "channel": "Channel::Api"}, "messages": []})
}

#[tokio::test]
async fn what_was_touched_lately() {
    let (_, _, exchange) = recorded("conversations-updated-within").await;
    let desk = Desk::saying(vec![version("4.15.1"), Say::from(exchange.response.clone())]).await;
    let client = desk.client();
    let touched = client.conversations_touched_within(HOUR, second(1_795_352_100)).await.unwrap();
    asked_the_same(&desk, &exchange);
    assert_eq!(touched.len(), 9);
    assert!(touched.iter().any(|conversation| conversation.status == Status::Resolved));
    assert!(touched.iter().all(|conversation| conversation.updated_at.is_some()));

    client.conversations_touched_within(Duration::from_millis(1500), second(0)).await.unwrap();
    let asked: Vec<String> = desk.asked().into_iter().map(|asked| asked.path).collect();
    assert!(asked[2].ends_with("?status=all&updated_within=2"), "{asked:?}");
    assert_eq!(
        asked.iter().filter(|path| *path == "/api").count(),
        1,
        "the version is asked once: {asked:?}"
    );
}

#[tokio::test]
async fn desks_before_3_6_are_read_back_by_activity() {
    let now = 1_700_010_000;
    let fresh: Vec<Value> = (1..=25).map(|id| old_conversation(id, now - id)).collect();
    // The second page repeats one that moved, holds one more within the hour, and one before it.
    let older =
        [old_conversation(25, now - 25), old_conversation(26, now - 3600), old_conversation(27, now - 3601)];
    let desk = Desk::saying(vec![version("3.5.0"), page(&fresh), page(&older), page(&[])]).await;
    let touched = desk.client().conversations_touched_within(HOUR, second(now)).await.unwrap();
    let numbers: Vec<i64> = touched.iter().map(|conversation| conversation.id.0).collect();
    assert_eq!(numbers, (1..=26).collect::<Vec<_>>());
    let asked: Vec<String> = desk.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(asked.len(), 3, "the page with an older one is the last: {asked:?}");
    assert!(asked[1].ends_with("/conversations?status=all&page=1"), "{asked:?}");

    let quiet = Desk::saying(vec![version("3.0.0"), page(&[])]).await;
    assert_eq!(quiet.client().conversations_touched_within(HOUR, second(now)).await.unwrap(), []);
}

#[tokio::test]
async fn pages_of_all_conversations_and_their_end() {
    let (client, desk, exchange) = recorded("conversations-list").await;
    let first = client.conversations_by_activity(1).await.unwrap();
    asked_the_same(&desk, &exchange);
    assert_eq!((first.conversations.len(), first.total), (1, 1));

    let (client, desk, exchange) = recorded("conversations-page-past-end").await;
    let past = client.conversations_by_activity(99).await.unwrap();
    asked_the_same(&desk, &exchange);
    assert_eq!((past.conversations.len(), past.total), (0, 9));

    let four_weeks = history("conversations");
    let script = four_weeks.chunks(25).map(page).chain([page(&[])]).collect();
    let desk = Desk::saying(script).await;
    let client = desk.client();
    let mut read = Vec::new();
    for number in 1.. {
        let page = client.conversation_page(number).await.unwrap();
        assert_eq!(page.total, 220);
        if page.conversations.is_empty() {
            break;
        }
        read.extend(page.conversations.into_iter().map(|conversation| conversation.id.0));
    }
    let all: Vec<i64> = four_weeks.iter().map(|conversation| conversation["id"].as_i64().unwrap()).collect();
    assert_eq!(read, all);
    let last = desk.asked().pop().unwrap().path;
    assert!(last.ends_with("/conversations?status=all&sort_by=created_at_asc&page=10"), "{last}");
}

#[tokio::test]
async fn one_unreadable_row_does_not_spoil_the_others() {
    let senseless = json!({"id": 2, "inbox_id": 1, "status": "open", "created_at": 1, "meta": {}});
    let shapeless = json!({"id": 3, "inbox_id": {}, "status": "open"});
    let rows = [
        old_conversation(1, 1_700_000_000),
        senseless.clone(),
        shapeless.clone(),
        json!("no row at all"),
        old_conversation(4, 1_700_000_000),
    ];
    let said = vec![page(&rows), page(&[senseless]), page(&[shapeless]), page(&[])];
    let client = Desk::saying(said).await.client();
    let read = client.conversation_page(1).await.unwrap().conversations;
    assert_eq!(read.iter().map(|conversation| conversation.id.0).collect::<Vec<_>>(), [1, 4]);
    // Where nothing can be read, the list is not at its end: it is broken, and the error names the place.
    for place in ["data.payload[0].meta.sender", "data.payload[0].inbox_id"] {
        let error = client.conversation_page(1).await.unwrap_err();
        assert!(matches!(&error, CallError::Unreadable { path, .. } if path == place), "{error}");
    }
    assert_eq!(client.conversation_page(2).await.unwrap().conversations, []);
}

fn rated(id: i64, rating: i64) -> Value {
    json!({"id": id, "rating": rating, "message_id": 1, "conversation_id": 1, "created_at": 1})
}

#[tokio::test]
async fn survey_answers() {
    let (client, desk, exchange) = recorded("csat-list").await;
    let answers = client.csat_page(1).await.unwrap();
    asked_the_same(&desk, &exchange);
    let slow = SurveyAnswer {
        id: 1,
        conversation: ConversationId(1),
        message: MessageId(20),
        contact: Some(ContactId(1)),
        agent: Some(AgentId(2)),
        rating: 2,
        feedback: Some("slow, but friendly".to_owned()),
        created_at: second(1_795_352_036),
    };
    assert_eq!(answers, [slow]);

    let raw: Vec<Value> = serde_json::from_str(&history_file("csat.json")).unwrap();
    let client = Desk::saying(vec![Say::json(&json!(raw))]).await.client();
    let answers = client.csat_page(1).await.unwrap();
    assert!(answers.len() > 40, "{}", answers.len());
    for (answer, raw) in answers.iter().zip(&raw) {
        assert_eq!(json!(answer.rating), raw["rating"]);
        assert_eq!(json!(answer.conversation), raw["conversation_id"]);
        assert_eq!(answer.agent.map(|agent| agent.0), raw["assigned_agent"]["id"].as_i64());
        assert_eq!(answer.feedback.as_deref().unwrap_or(""), raw["feedback_message"].as_str().unwrap_or(""));
    }

    let some = Desk::saying(vec![Say::json(&json!([rated(1, 9), rated(2, 4)]))]).await;
    assert_eq!(some.client().csat_page(1).await.unwrap().len(), 1, "the readable one");
    let nonsense = json!([rated(1, 9)]);
    let error = Desk::saying(vec![Say::json(&nonsense)]).await.client().csat_page(1).await.unwrap_err();
    assert!(matches!(&error, CallError::Unreadable { path, .. } if path == "[0].rating"), "{error}");
}

#[tokio::test]
async fn members_of_inboxes_and_teams() {
    let (client, desk, exchange) = recorded("inbox-members").await;
    let members = client.inbox_members(InboxId(1)).await.unwrap();
    asked_the_same(&desk, &exchange);
    assert_eq!(members.iter().map(|agent| agent.id.0).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(
        (members[0].email.as_str(), members[0].availability),
        ("ben@acme.test", Availability::Offline)
    );

    let (client, desk, exchange) = recorded("team-members-list").await;
    let members = client.team_members(TeamId(1)).await.unwrap();
    asked_the_same(&desk, &exchange);
    assert_eq!(
        members.iter().map(|agent| agent.name.as_str()).collect::<Vec<_>>(),
        ["Ben Agent", "Cleo Agent"]
    );
}

#[tokio::test]
async fn a_customer() {
    let (client, desk, exchange) = recorded("contact-show").await;
    let ann = client.contact(ContactId(1)).await.unwrap();
    asked_the_same(&desk, &exchange);
    assert_eq!((ann.name.as_str(), ann.email.as_deref()), ("Ann B. Customer", Some("ann@example.test")));
    assert_eq!(ann.custom_attributes["plan"], "pro");
}
