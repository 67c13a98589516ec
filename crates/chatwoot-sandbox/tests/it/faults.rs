//! Misbehaviour on demand, by handle and by the door for other processes.

use std::time::{Duration, Instant};

use chatwoot_sandbox::{Faults, Outage, WebhookFaults};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, House, message};

const ANN: (&str, &str) = ("Ann", "ann@example.test");

fn webhooks(faults: WebhookFaults) -> Faults {
    Faults { webhooks: faults, ..Faults::default() }
}

#[tokio::test]
async fn an_outage_refuses_everything_until_it_ends() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.set_faults(Faults { outage: Outage::Unavailable, ..Faults::default() });
    let path = format!("~/conversations/{id}/messages");
    assert_eq!(house.call(BEN, "POST", &path, message("Hi", false)).await.status, 503);
    assert_eq!(house.call(BEN, "GET", "/health", Value::Null).await.status, 503);
    house.desk.set_faults(Faults { outage: Outage::Closed, ..Faults::default() });
    let request = house.request("POST", &path).header("Api-Access-Token", house.token(BEN));
    assert!(request.json(&message("Hi", false)).send().await.is_err(), "no answer at all");
    house.desk.set_faults(Faults::default());
    assert_eq!(house.desk.messages(id).unwrap().len(), 1, "nothing was carried out");
    assert_eq!(house.call(BEN, "POST", &path, message("Hi", false)).await.status, 200);
}

#[tokio::test]
async fn a_lost_answer_leaves_its_effect() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    let lost = Faults { answers_lost: 1, answers_lost_path: "/messages".to_owned(), ..Faults::default() };
    house.desk.set_faults(lost);
    let labels =
        house.call(BEN, "POST", &format!("~/conversations/{id}/labels"), json!({"labels": ["vip"]})).await;
    assert_eq!(labels.status, 200, "another path keeps its answer");
    house.get(BEN, &format!("~/conversations/{id}/messages")).await;
    let post = |text: &str| {
        let path = format!("~/conversations/{id}/messages");
        let request = house.request("POST", &path).header("Api-Access-Token", house.token(BEN));
        request.json(&message(text, false)).send()
    };
    assert!(post("first").await.is_err(), "the connection is cut before the answer");
    assert_eq!(post("second").await.unwrap().status(), 200);
    let replies: Vec<String> = house
        .desk
        .messages(id)
        .unwrap()
        .into_iter()
        .filter(|m| m.message_type == chatwoot_sandbox::model::MessageType::Outgoing)
        .filter_map(|m| m.content)
        .collect();
    assert_eq!(replies, ["first", "second"]);
}

#[tokio::test]
async fn the_next_calls_are_rate_limited() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.set_faults(Faults { rate_limited: 2, ..Faults::default() });
    for _ in 0..2 {
        let answer = house.call(BEN, "GET", &format!("~/conversations/{id}"), Value::Null).await;
        assert_eq!((answer.status, answer.text.as_str()), (429, "Retry later\n"));
        assert_eq!(answer.headers["content-type"], "text/plain");
        assert!(!answer.headers.contains_key("retry-after"));
    }
    house.get(BEN, &format!("~/conversations/{id}")).await;
}

#[tokio::test]
async fn the_desk_counts_what_it_was_asked_and_what_it_sent() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    let path = format!("~/conversations/{id}");
    let before = house.desk.counts();
    house.desk.set_faults(Faults { rate_limited: 2, ..Faults::default() });
    for _ in 0..3 {
        house.call(BEN, "GET", &path, Value::Null).await;
    }
    house.desk.set_faults(Faults { outage: Outage::Unavailable, ..Faults::default() });
    house.call(BEN, "GET", &path, Value::Null).await;
    house.desk.set_faults(Faults { answers_lost: 1, ..Faults::default() });
    let request =
        house.request("POST", &format!("{path}/messages")).header("Api-Access-Token", house.token(BEN));
    assert!(request.json(&message("lost", false)).send().await.is_err());
    let counts = house.desk.counts();
    let told = (counts.calls - before.calls, counts.rate_limited, counts.turned_away, counts.answers_lost);
    assert_eq!(told, (2, 2, 1, 1));
}

#[tokio::test]
async fn latency_delays_each_call() {
    let (house, _) = House::with_website().await;
    house.desk.set_faults(Faults { latency_ms: 60, ..Faults::default() });
    let start = Instant::now();
    house.get(BEN, "~/labels").await;
    assert!(start.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn deliveries_are_dropped_and_doubled() {
    let (house, inbox) = House::with_website().await;
    house.desk.set_faults(webhooks(WebhookFaults { drop_next: 2, ..WebhookFaults::default() }));
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    assert_eq!(
        house.delivered_events().await,
        ["message_created", "contact_updated"],
        "the first two are lost"
    );
    house.desk.set_faults(webhooks(WebhookFaults { double: true, ..WebhookFaults::default() }));
    house.desk.agent_notes(id, BEN, "note").unwrap();
    house.desk.settled().await;
    let twice = house.receiver.take();
    assert_eq!(twice.len(), 2);
    assert_eq!(twice[0].headers["x-chatwoot-delivery"], twice[1].headers["x-chatwoot-delivery"]);
    assert_eq!(twice[0].body, twice[1].body);
    let counts = house.desk.counts();
    assert_eq!((counts.deliveries, counts.dropped, counts.posted, counts.accepted), (5, 2, 4, 4));
    house.desk.set_faults(webhooks(WebhookFaults { drop_all: true, ..WebhookFaults::default() }));
    house.desk.agent_notes(id, BEN, "unheard").unwrap();
    assert!(house.delivered().await.is_empty());
}

#[tokio::test]
async fn deliveries_come_late_and_in_the_wrong_order() {
    let (house, inbox) = House::with_website().await;
    house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    let in_order = house.delivered_events().await;
    assert_eq!(in_order, ["contact_created", "conversation_created", "message_created", "contact_updated"]);
    house.desk.set_faults(webhooks(WebhookFaults {
        reorder: true,
        delay_ms: 30,
        ..WebhookFaults::default()
    }));
    let start = Instant::now();
    house.desk.customer_says(inbox, ("Bob", "bob@example.test"), "Hello").unwrap();
    let mut reversed = house.delivered_events().await;
    assert!(start.elapsed() >= Duration::from_millis(30));
    reversed.reverse();
    assert_eq!(reversed, in_order);
}

#[tokio::test]
async fn a_body_built_late_shows_the_desk_as_it_has_become() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.delivered().await;
    house.desk.set_faults(webhooks(WebhookFaults { build_delay_ms: 40, ..WebhookFaults::default() }));
    house.desk.assign(id, Some(BEN), ADA).unwrap();
    house.desk.assign(id, None, ADA).unwrap();
    assert!(house.receiver.take().is_empty());
    tokio::time::sleep(Duration::from_millis(120)).await;
    let bodies = house.delivered().await;
    assert_eq!(bodies.len(), 2);
    assert_eq!(
        bodies[0]["changed_attributes"][0]["assignee_id"]["current_value"], BEN,
        "the event as it was"
    );
    assert_eq!(bodies[0]["meta"]["assignee"], Value::Null, "the conversation as it is");
}

#[tokio::test]
async fn deliveries_can_be_repeated_until_they_are_accepted() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.delivered().await;
    house.desk.set_faults(webhooks(WebhookFaults { retry_until_accepted: true, ..WebhookFaults::default() }));
    house.receiver.plan("account", &[500, 503]);
    house.desk.agent_notes(id, BEN, "note").unwrap();
    house.desk.settled().await;
    let tries = house.receiver.take();
    assert_eq!(tries.len(), 3);
    assert!(
        tries.iter().all(|one| one.headers["x-chatwoot-delivery"] == tries[0].headers["x-chatwoot-delivery"])
    );
}

#[tokio::test]
async fn another_process_can_switch_faults_and_look_at_everything() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.agent_notes(id, BEN, "between us").unwrap();
    let set = async |body: Value| house.call(ADA, "POST", "/_sandbox/faults", body).await;
    assert_eq!(set(json!({"latency_ms": 5, "webhooks": {"delay_ms": 7}})).await.json()["latency_ms"], 5);
    let merged = set(json!({"webhooks": {"double": true}})).await.json();
    assert_eq!((&merged["webhooks"]["delay_ms"], &merged["webhooks"]["double"]), (&json!(7), &json!(true)));
    let unknown = set(json!({"latency": 5})).await;
    assert_eq!(unknown.status, 422);
    assert!(unknown.text.contains("unknown field `latency`"), "{}", unknown.text);
    set(json!({"outage": "unavailable"})).await;
    assert_eq!(house.call(ADA, "GET", "/api", Value::Null).await.status, 503);
    let cleared = house.call(ADA, "DELETE", "/_sandbox/faults", Value::Null).await.json();
    assert_eq!(cleared, serde_json::to_value(Faults::default()).unwrap());
    let state = house.call(ADA, "GET", "/_sandbox/state", Value::Null).await.json();
    assert_eq!(state["users"][1]["token"], house.token(BEN));
    assert!(state["inboxes"][0]["website_token"].is_string());
    let seen = &state["conversations"][0];
    assert_eq!(seen["contact"]["email"], "ann@example.test");
    assert_eq!(seen["messages"][1]["private"], true);
    assert_eq!(seen["messages"][1]["content"], "between us");
}

#[tokio::test]
async fn a_desk_survives_its_server() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    let (address, desk, token) = (house.server.address(), house.desk.clone(), house.token(BEN));
    house.server.shut_down().await;
    let url = format!("http://{address}/api/v1/accounts/1/conversations/{id}");
    let get = || house.http.get(&url).header("Api-Access-Token", &token).send();
    assert!(get().await.is_err(), "nobody listens");
    let server = desk.serve(tokio::net::TcpListener::bind(address).await.unwrap()).unwrap();
    assert_eq!(get().await.unwrap().status(), 200);
    desk.agent_notes(id, BEN, "still sending").unwrap();
    desk.settled().await;
    assert!(house.receiver.take().iter().any(|one| one.body.contains("still sending")));
    server.shut_down().await;
}

#[tokio::test]
async fn real_limits_refuse_without_a_word_about_when_to_come_back() {
    let (house, _) = House::with_website().await;
    let meta = "~/conversations/meta?status=open";
    for _ in 0..40 {
        assert_eq!(house.call(ADA, "GET", meta, Value::Null).await.status, 200, "no limits by default");
    }
    house.desk.set_faults(Faults { rate_limits: true, ..Faults::default() });
    for _ in 0..30 {
        assert_eq!(house.call(ADA, "GET", meta, Value::Null).await.status, 200);
    }
    let refused = house.call(ADA, "GET", meta, Value::Null).await;
    assert_eq!((refused.status, refused.text.as_str()), (429, "Retry later\n"));
    assert!(refused.headers.get("retry-after").is_none());
    assert_eq!(house.call(BEN, "GET", meta, Value::Null).await.status, 200, "each token counts for itself");
    assert_eq!(house.call(ADA, "GET", "~/agents", Value::Null).await.status, 200);
    // Refused calls count on, so this is far beyond the limit.
    for _ in 0..5 {
        assert_eq!(house.call(ADA, "GET", meta, Value::Null).await.status, 429);
    }
}

#[tokio::test]
async fn callers_from_elsewhere_are_always_limited() {
    let (house, _) = House::with_website().await;
    let elsewhere = reqwest::Client::builder().no_proxy().local_address(Some([127, 0, 0, 2].into()));
    let http = elsewhere.build().unwrap();
    let url = format!("{}/api/v1/accounts/1/conversations/meta", house.server.url());
    let mut answers = Vec::new();
    for _ in 0..31 {
        let request = http.get(&url).header("Api-Access-Token", house.token(ADA));
        answers.push(request.send().await.unwrap().status().as_u16());
    }
    assert_eq!((answers[29], answers[30]), (200, 429));
}

#[tokio::test]
async fn a_list_takes_its_time_for_each_conversation() {
    let (house, inbox) = House::with_website().await;
    for n in 0..4 {
        let who = (format!("Guest {n}"), format!("guest{n}@example.test"));
        house.desk.customer_says(inbox, (who.0.as_str(), who.1.as_str()), "Hello").unwrap();
    }
    house.desk.set_faults(Faults { list_ms_per_conversation: 200, ..Faults::default() });
    let took = async |path: &str| {
        let began = Instant::now();
        house.get(ADA, path).await;
        began.elapsed()
    };
    assert!(took("~/conversations?status=all").await >= Duration::from_millis(800));
    assert!(took("~/conversations?status=all&updated_within=60").await >= Duration::from_millis(800));
    assert!(
        took("~/conversations?status=resolved").await < Duration::from_millis(800),
        "an empty list is cheap"
    );
    assert!(took("~/conversations/1").await < Duration::from_millis(800), "one conversation is no list");
}

#[tokio::test]
async fn deliveries_get_lost_by_chance() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.delivered().await;
    let mut arrived = Vec::new();
    for percent in [0, 40, 100] {
        house.desk.set_faults(webhooks(WebhookFaults { drop_percent: percent, ..WebhookFaults::default() }));
        for _ in 0..60 {
            house.desk.agent_notes(id, BEN, "A note").unwrap();
        }
        arrived.push(house.delivered().await.len());
    }
    assert_eq!((arrived[0], arrived[2]), (60, 0));
    assert!((10..60).contains(&arrived[1]), "36 of 60 were to be expected, {} came", arrived[1]);
}
