//! Manners towards a desk: its limits, who goes first, and what happens while it cannot be reached.

use super::desk::{Desk, Say, address};
use chatwoot_sandbox::{Faults, Options, Outage, Sandbox, Server};
use hotdash::chatwoot::api::{DeskAddress, DeskState, NewMessage};
use hotdash::chatwoot::{CallError, Chatwoot};
use hotdash_core::ids::{ConversationId, EffectId};
use secrecy::SecretString;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const CONVERSATION: ConversationId = ConversationId(142);

fn note() -> NewMessage {
    NewMessage {
        content: "Hello".to_owned(),
        private: true,
        effect: EffectId("e-7".to_owned()),
        automatic: false,
        copies: Vec::new(),
    }
}

fn limited(date: &str) -> Say {
    Say::new(429, "Retry later\n").with("date", date)
}

fn labels() -> Say {
    Say::json(&json!({ "payload": ["vip"] }))
}

/// A sandbox desk with one conversation.
async fn sandbox() -> (Sandbox, Server, ConversationId) {
    let desk = Sandbox::new(Options::default());
    let server = desk.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
    let website = crate::support::house::open_website(&desk, &server.url()).await;
    let conversation = desk.customer_says(website, ("Ann Customer", "ann@example.test"), "Hello").unwrap();
    (desk, server, ConversationId(conversation))
}

fn client(desk: &Sandbox, server: &Server) -> DeskAddress {
    DeskAddress::new(server.url(), 1, SecretString::from(desk.token(1).unwrap()))
}

#[tokio::test]
async fn accounts_of_one_chatwoot_share_its_limit() {
    let (desk, server, conversation) = sandbox().await;
    let one_a_minute =
        || Chatwoot::new(DeskAddress { calls_per_minute: 1, ..client(&desk, &server) }).unwrap();
    let first = one_a_minute();
    first.conversation(conversation).await.unwrap();
    let error = one_a_minute().beside(&first).conversation(conversation).await.unwrap_err();
    assert_eq!(error.code(), "rate_limited", "the only call of this minute is spent");
    let elsewhere = Desk::saying(vec![labels()]).await;
    let far =
        Chatwoot::new(DeskAddress { calls_per_minute: 1, ..elsewhere.address() }).unwrap().beside(&first);
    far.conversation_labels(CONVERSATION).await.unwrap();
    server.shut_down().await;
}

#[tokio::test]
async fn a_limit_without_a_word_lasts_until_the_desks_minute_ends() {
    let desk = Desk::saying(vec![limited("Sun, 22 Nov 2026 12:00:10 GMT"), labels()]).await;
    let client = desk.client();
    let error = client.conversation_labels(CONVERSATION).await.unwrap_err();
    assert_eq!((error.code(), error.retry_after()), ("rate_limited", Some(Duration::from_secs(50))));
    assert!(error.is_worth_retrying() && desk.asked().len() == 1, "too long for somebody who waits");
    // Nobody uses up more of the limit meanwhile, not even a send; and nothing about it is unclear.
    let error = client.create_message(CONVERSATION, &note(), None).await.unwrap_err();
    assert_eq!((error.code(), error.is_unclear(), desk.asked().len()), ("rate_limited", false, 1));
    assert!(error.retry_after().unwrap() > Duration::from_secs(45));
}

#[tokio::test]
async fn a_call_that_may_be_repeated_is_not_lost_to_a_limit() {
    let nearly_over = || limited("Sun, 22 Nov 2026 12:00:59 GMT");
    let desk = Desk::saying(vec![nearly_over(), nearly_over(), labels()]).await;
    let started = Instant::now();
    assert_eq!(desk.client().conversation_labels(CONVERSATION).await.unwrap(), ["vip"]);
    assert_eq!(desk.asked().len(), 3);
    assert!(started.elapsed() >= Duration::from_secs(2), "{:?}", started.elapsed());
}

#[tokio::test]
async fn sends_overtake_a_saturating_background() {
    let (desk, server, conversation) = sandbox().await;
    desk.set_faults(Faults { rate_limits: true, ..Faults::default() });
    let client = Chatwoot::new(DeskAddress { calls_per_minute: 1200, ..client(&desk, &server) }).unwrap();
    let workers: Vec<_> = (0..20)
        .map(|_| {
            let client = client.in_background();
            tokio::spawn(async move {
                let mut waits = Vec::new();
                for _ in 0..6 {
                    let started = Instant::now();
                    client.conversation_labels(conversation).await.unwrap();
                    waits.push(started.elapsed());
                }
                waits
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut sends = Vec::new();
    for _ in 0..10 {
        let started = Instant::now();
        client.create_message(conversation, &note(), None).await.unwrap();
        sends.push(started.elapsed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut background = Vec::new();
    for worker in workers {
        background.extend(worker.await.unwrap());
    }
    sends.sort();
    background.sort();
    let (send, waited) = (sends[sends.len() / 2], background[background.len() / 2]);
    assert!(waited > Duration::from_millis(500), "the background saturates the budget: {waited:?}");
    assert!(send < waited / 4, "sends {send:?}, background {waited:?}");
    server.shut_down().await;
}

#[tokio::test]
async fn a_desk_that_is_down_is_not_asked_again_and_again() {
    let (desk, server, conversation) = sandbox().await;
    let client = Chatwoot::new(client(&desk, &server)).unwrap();
    client.conversation_labels(conversation).await.unwrap();
    assert_eq!(client.desk_state(), DeskState::Reachable);

    desk.set_faults(Faults { outage: Outage::Closed, ..Faults::default() });
    client.conversation_labels(conversation).await.unwrap_err();
    client.conversation_labels(conversation).await.unwrap_err();
    assert!(matches!(client.desk_state(), DeskState::Down { .. }), "{:?}", client.desk_state());
    let asked = desk.counts().turned_away;
    let error = client.for_sending().create_message(conversation, &note(), None).await.unwrap_err();
    assert_eq!(desk.counts().turned_away, asked, "it is not asked at all");
    let CallError::DeskDown { retry_after, .. } = &error else { panic!("{error}") };
    assert!(error.is_worth_retrying() && !error.is_unclear() && error.retry_after() == Some(*retry_after));

    desk.set_faults(Faults::default());
    let mut pauses = Vec::new();
    let done = loop {
        match client.create_message(conversation, &note(), None).await {
            Ok(message) => break message,
            Err(error) => pauses.push(error.retry_after().unwrap()),
        }
        tokio::time::sleep(*pauses.last().unwrap()).await;
    };
    assert!(done.private && client.desk_state() == DeskState::Reachable);
    assert!(!pauses.is_empty() && pauses.iter().sum::<Duration>() < Duration::from_secs(3), "{pauses:?}");
    server.shut_down().await;
}

#[tokio::test]
async fn what_lists_cost_the_desk_is_known() {
    let (desk, server, _) = sandbox().await;
    let client = Chatwoot::new(client(&desk, &server)).unwrap();
    client.agents().await.unwrap();
    assert_eq!(client.pace(), None, "not a list");
    client.conversation_page(1).await.unwrap();
    desk.set_faults(Faults { list_ms_per_conversation: 200, ..Faults::default() });
    client.conversation_page(1).await.unwrap();
    client.in_background().conversation_page(1).await.unwrap();
    let pace = client.pace().unwrap();
    assert_eq!(pace.lists, 3);
    assert!(pace.median >= Duration::from_millis(200) && pace.mean < pace.median, "{pace:?}");
    server.shut_down().await;
}

#[tokio::test]
async fn a_slow_list_is_waited_for_longer_than_anything_else() {
    let (desk, server, conversation) = sandbox().await;
    let impatient = DeskAddress { read_timeout: Duration::from_millis(300), ..client(&desk, &server) };
    let client = Chatwoot::new(DeskAddress { deadline: Duration::from_secs(1), ..impatient }).unwrap();
    desk.set_faults(Faults { list_ms_per_conversation: 600, latency_ms: 0, ..Faults::default() });
    assert_eq!(client.conversation_page(1).await.unwrap().conversations.len(), 1);
    desk.set_faults(Faults { latency_ms: 600, ..Faults::default() });
    assert_eq!(client.conversation_labels(conversation).await.unwrap_err().code(), "timed_out");
    server.shut_down().await;
}

#[test]
fn a_desk_that_is_down_says_what_to_look_at() {
    let call = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        Chatwoot::new(address(&format!("http://{free}"))).unwrap().agents().await.unwrap_err()
    });
    let down = CallError::DeskDown { call: call.call().clone(), retry_after: Duration::from_millis(400) };
    assert!(down.to_string().contains("the next try is in 1 s"), "{down}");
}
