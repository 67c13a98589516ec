//! What older versions do otherwise, beyond the keys the recordings are compared by.

use chatwoot_sandbox::act::{NewChannel, NewInbox};
use chatwoot_sandbox::model::{Assignee, Availability};
use chatwoot_sandbox::{Faults, Options, WebhookFaults};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, House, message};

const ANN: (&str, &str) = ("Ann", "ann@example.test");

async fn website_of(version: &str) -> (House, i64) {
    House::speaking(version).await.and_website()
}

#[tokio::test]
async fn the_text_in_webhooks_was_once_what_the_channel_shows() {
    for (version, told) in [
        ("4.6.0", "**Hello** <b>Ann</b>\\\nthere\n"),
        (
            "4.12.0",
            "<p><strong>Hello</strong> <!-- raw HTML omitted -->Ann<!-- raw HTML omitted --><br />\nthere</p>\n",
        ),
        ("4.12.1", "**Hello** <b>Ann</b>\\\nthere\n"),
        ("4.13.0", "**Hello** <b>Ann</b>\nthere"),
    ] {
        let (house, inbox) = website_of(version).await;
        let id = house.desk.customer_says(inbox, ANN, "Hi").unwrap();
        house.delivered().await;
        let text = "**Hello** <b>Ann</b>\\\nthere\n";
        house.call(BEN, "POST", &format!("~/conversations/{id}/messages"), message(text, true)).await;
        let body = house.delivered().await.remove(0);
        assert_eq!(body["content"], told, "{version}");
        assert_eq!(house.desk.messages(id).unwrap()[1].content.as_deref(), Some(text), "stored as written");
    }
}

#[tokio::test]
async fn signatures_came_late_and_attributes_of_ones_own_too() {
    for (version, headers, attributes) in
        [("4.6.0", 0, json!({})), ("4.9.0", 0, json!({"mark": 1})), ("4.12.0", 3, json!({"mark": 1}))]
    {
        let (house, inbox) = website_of(version).await;
        let id = house.desk.customer_says(inbox, ANN, "Hi").unwrap();
        house.desk.settled().await;
        house.receiver.take();
        let marked = json!({"content": "Note", "private": true, "content_attributes": {"mark": 1}});
        let path = format!("~/conversations/{id}/messages");
        let answer = house.call(BEN, "POST", &path, marked).await.json();
        assert_eq!(answer["content_attributes"], attributes, "{version}");
        house.desk.settled().await;
        let received = house.receiver.take().remove(0);
        let ours = received.headers.keys().filter(|name| name.as_str().starts_with("x-chatwoot"));
        assert_eq!(ours.count(), headers, "{version}");
        let shown = house.get(ADA, "/api").await;
        assert_eq!(shown["version"], version);
    }
}

#[tokio::test]
async fn secrets_and_health_are_younger_than_the_oldest_desk() {
    let (old, _) = website_of("4.6.0").await;
    assert_eq!(old.call(ADA, "GET", "/health", Value::Null).await.status, 404);
    let hooks = old.get(ADA, "~/webhooks").await;
    assert!(hooks["payload"]["webhooks"][0].get("secret").is_none());
    assert_eq!(old.call(ADA, "POST", "~/agent_bots/1/reset_secret", json!({})).await.status, 404);
    let (new, _) = website_of("4.15.1").await;
    assert_eq!(new.call(ADA, "GET", "/health", Value::Null).await.status, 200);
    assert!(new.get(ADA, "~/webhooks").await["payload"]["webhooks"][0]["secret"].is_string());
}

#[tokio::test]
async fn an_old_desk_gave_a_new_conversation_away_without_a_word() {
    let options = Options { auto_assignment: true, version: "4.12.0".parse().unwrap(), ..Options::default() };
    let (house, inbox) = House::of(options).await.and_website();
    house.desk.set_availability(BEN, Availability::Online).unwrap();
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    assert_eq!(house.desk.assignee(id).unwrap(), Some(Assignee::User(BEN)));
    let told = house.delivered().await;
    let created = told.iter().find(|body| body["event"] == "conversation_created").unwrap();
    assert_eq!(created["meta"]["assignee"]["id"], BEN);
    assert!(told.iter().all(|body| body["event"] != "conversation_updated"));
}

#[tokio::test]
async fn newer_desks_call_nobody_at_a_private_address() {
    let refusing = WebhookFaults { refuse_private: true, ..WebhookFaults::default() };
    for (version, called) in [("4.13.0", true), ("4.15.1", false)] {
        let (house, _) = website_of(version).await;
        house.desk.set_faults(Faults { webhooks: refusing.clone(), ..Faults::default() });
        let channel = NewChannel::Api { webhook_url: Some(house.receiver.url("api_inbox")) };
        let app = house.desk.act(|desk| desk.create_inbox(NewInbox::new("App", channel)));
        let id = house.desk.customer_says(app, ANN, "Hello").unwrap();
        house.desk.settled().await;
        assert_eq!(!house.receiver.take().is_empty(), called, "{version}");
        let said = house.desk.messages(id).unwrap().remove(0);
        let error = said.content_attributes.get("external_error").cloned();
        let refused = (!called).then(|| json!("Hostname '127.0.0.1' has no public ip addresses"));
        assert_eq!(error, refused, "{version}: an API inbox that is not called has not received the message");
    }
}
