//! The pages, the doors behind them, and the seeded history they show.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::time::Duration;

use axum::routing::post;
use axum::{Json, Router};
use chatwoot_sandbox::act::NewMessage;
use chatwoot_sandbox::model::{Channel, Conversation, Message, MessageType, Sender, Status};
use chatwoot_sandbox::{Desk, Options, Sandbox, Server, seed};
use jiff::{Timestamp, ToSpan};
use reqwest::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A Sunday afternoon, while the shop is closed: the hardest time for a history to look right.
const NOW: &str = "2026-11-22T14:30:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn seeded(at: Timestamp) -> Sandbox {
    let sandbox = Sandbox::new(Options::default());
    sandbox.clock().set(at);
    seed::seed(&sandbox, at).unwrap();
    sandbox
}

async fn serve(sandbox: &Sandbox) -> Server {
    sandbox.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap()
}

async fn get(server: &Server, path: &str) -> Response {
    reqwest::get(format!("{}{path}", server.url())).await.unwrap()
}

async fn json_of(server: &Server, path: &str) -> Value {
    let answer = get(server, path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

// ---------------------------------------------------------------- pages and files

/// Every file of the pages that `text` names, by address or by a relative import.
fn files_named_in(text: &str) -> Vec<String> {
    let addresses = text.split("/_sandbox/static/").skip(1);
    let imports = text.split("from \"./").skip(1);
    addresses.chain(imports).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn pages_are_whole_and_load_nothing_from_elsewhere() {
    let server = serve(&seeded(now())).await;
    for (path, title) in
        [("/chat", "<title>Hot Rodan chat</title>"), ("/desk", "<title>Sandbox desk</title>")]
    {
        let answer = get(&server, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        for rule in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        let html = answer.text().await.unwrap();
        assert!(html.contains(title), "{path}");
        assert!(html.contains("A sandbox desk: nothing here leaves this machine."), "{path}");
        for banned in ["<style", " style=", "<script>", " onclick=", "http://", "https://"] {
            assert!(!html.contains(banned), "{path} has {banned}");
        }
        let mut files = files_named_in(&html);
        assert!(files.len() >= 4, "{path} names only {files:?}");
        while let Some(file) = files.pop() {
            let answer = get(&server, &format!("/_sandbox/static/{file}")).await;
            assert_eq!(answer.status(), 200, "{file}");
            let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
            let text = answer.text().await.unwrap();
            match file.rsplit_once('.').unwrap().1 {
                "js" => {
                    assert_eq!(kind, "text/javascript; charset=utf-8");
                    files.extend(files_named_in(&text).into_iter().filter(|name| name.ends_with(".js")));
                }
                "css" => assert_eq!(kind, "text/css; charset=utf-8"),
                "svg" => assert_eq!(kind, "image/svg+xml"),
                other => panic!("{file}: nobody decided how to serve .{other}"),
            }
            assert!(!text.contains("@import") && !text.contains("url("), "{file} loads something");
        }
    }
}

#[tokio::test]
async fn files_are_known_again_and_unknown_ones_refused() {
    let server = serve(&Sandbox::new(Options::default())).await;
    let tag = get(&server, "/_sandbox/static/desk.css").await.headers()["etag"].clone();
    let again = reqwest::Client::new()
        .get(format!("{}/_sandbox/static/desk.css", server.url()))
        .header("If-None-Match", tag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);
    for path in ["nothing.js", "chat.html", "..%2f..%2fCargo.toml", "%2e%2e%2fseed.rs", "desk"] {
        assert_eq!(get(&server, &format!("/_sandbox/static/{path}")).await.status(), 404, "{path}");
    }
}

// ---------------------------------------------------------------- doors

#[tokio::test]
async fn the_chat_offers_website_inboxes_only() {
    let sandbox = seeded(now());
    let server = serve(&sandbox).await;
    let inboxes = json_of(&server, "/_sandbox/chat/inboxes").await;
    assert_eq!(inboxes.as_array().unwrap().len(), 1, "{inboxes}");
    assert_eq!(inboxes[0]["name"], "Website");
    let token =
        sandbox.read(|desk| desk.inboxes.values().find_map(|one| Some(one.widget()?.website_token.clone())));
    assert_eq!(inboxes[0]["website_token"].as_str(), token.as_deref());

    let empty = serve(&Sandbox::new(Options::default())).await;
    assert_eq!(json_of(&empty, "/_sandbox/chat/inboxes").await, json!([]));
}

#[tokio::test]
async fn rendered_texts_come_back_in_their_order() {
    let server = serve(&Sandbox::new(Options::default())).await;
    let ask = |body: Value| {
        reqwest::Client::new().post(format!("{}/_sandbox/markdown", server.url())).json(&body).send()
    };
    let html: Value = ask(json!({ "texts": ["**a**", "<b>", ""] })).await.unwrap().json().await.unwrap();
    assert_eq!(html["html"], json!(["<p><strong>a</strong></p>\n", "<p>&lt;b&gt;</p>\n", ""]));
    assert!(ask(json!({ "texts": 1 })).await.unwrap().status().is_client_error());
}

#[tokio::test]
async fn hostile_texts_stay_texts_on_the_desk_page() {
    let sandbox = seeded(now());
    let hostile =
        "<img src=x onerror=alert(1)> </div><script>alert(2)</script> [go](javascript:alert(3)) **b**";
    let id = sandbox.act(|desk| {
        let message =
            desk.messages.values_mut().find(|one| one.message_type == MessageType::Incoming).unwrap();
        message.content = Some(hostile.to_owned());
        message.conversation_id
    });
    let server = serve(&sandbox).await;
    let case = json_of(&server, &format!("/_sandbox/desk/conversations/{id}")).await;
    let message = case["messages"].as_array().unwrap().iter().find(|one| one["content"] == hostile).unwrap();
    let html = message["html"].as_str().unwrap();
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"), "{html}");
    assert!(html.contains("<strong>b</strong>"), "{html}");
    for dangerous in ["<img", "<script", "</div", "href=\"javascript"] {
        assert!(!html.contains(dangerous), "{html}");
    }
}

#[tokio::test]
async fn the_desk_page_lists_every_open_conversation_first() {
    let sandbox = seeded(now());
    let server = serve(&sandbox).await;
    let all = json_of(&server, "/_sandbox/desk/overview").await;
    let rows = all["conversations"].as_array().unwrap();
    let open = sandbox.read(|desk| ids_of(desk, |one| one.status == Status::Open));
    let mut first: Vec<i64> = rows.iter().take(open.len()).map(|row| row["id"].as_i64().unwrap()).collect();
    first.sort_unstable();
    assert_eq!(first, open);
    assert_eq!(all["counts"]["open"], open.len());
    assert_eq!(all["counts"]["all"], rows.len());

    let only = json_of(&server, "/_sandbox/desk/overview?show=open").await;
    assert_eq!(only["conversations"].as_array().unwrap().len(), open.len());
    let waiting = json_of(&server, "/_sandbox/desk/overview?show=waiting").await;
    assert_eq!(waiting["conversations"].as_array().unwrap().len(), all["counts"]["waiting"]);
    assert!(waiting["conversations"].as_array().unwrap().iter().all(|row| row["waiting_since"] != 0));
    assert_eq!(get(&server, "/_sandbox/desk/conversations/99999").await.status(), 404);
}

fn ids_of(desk: &Desk, wanted: impl Fn(&Conversation) -> bool) -> Vec<i64> {
    desk.conversations.values().filter(|one| wanted(one)).map(|one| one.id).collect()
}

// ---------------------------------------------------------------- the seeded history

/// Everything a seed writes that is not a secret.
fn history(sandbox: &Sandbox) -> String {
    sandbox.read(|desk| {
        format!(
            "{:?}\n{:?}\n{:?}\n{:?}",
            desk.conversations, desk.messages, desk.contacts, desk.csat_responses
        )
    })
}

#[test]
fn a_seed_grows_the_same_history_twice() {
    assert!(history(&seeded(now())) == history(&seeded(now())), "two seeds for the same moment differ");
    assert!(history(&seeded(now())) != history(&seeded(now() + 1.hour())), "the moment does not matter");
}

#[test]
fn a_desk_with_inboxes_is_not_seeded() {
    let sandbox = seeded(now());
    let refused = seed::seed(&sandbox, now()).unwrap_err();
    assert!(refused.to_string().contains("already has inboxes"), "{refused}");
}

#[tokio::test]
async fn nobody_is_told_of_the_past() {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let hear = move |Json(body): Json<Value>| {
        told.send(body).unwrap();
        std::future::ready(())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let receiver =
        tokio::spawn(axum::serve(listener, Router::new().route("/hook", post(hear))).into_future());

    let sandbox = Sandbox::new(Options::default());
    let _server = serve(&sandbox).await;
    sandbox.act(|desk| desk.create_webhook(&url, None, None)).unwrap();
    seed::seed(&sandbox, sandbox.now()).unwrap();
    let id = sandbox.read(|desk| ids_of(desk, |one| one.status == Status::Open)[0]);
    sandbox
        .act(|desk| desk.create_message(id, NewMessage::text(Sender::User(2), "What comes first")))
        .unwrap();

    let first = tokio::time::timeout(Duration::from_secs(10), heard.recv()).await.unwrap().unwrap();
    assert_eq!(first["content"], "What comes first", "{first}");
    while let Ok(Some(next)) = tokio::time::timeout(Duration::from_millis(300), heard.recv()).await {
        let about = next["conversation"]["id"].as_i64().or(next["id"].as_i64());
        assert_eq!(about, Some(id), "only this conversation has changed: {next}");
    }
    receiver.abort();
}

#[test]
fn the_history_is_as_large_and_as_varied_as_promised() {
    // Whatever the weekday and hour, summer time included.
    for at in [NOW, "2026-11-23T08:05:00Z", "2026-04-03T13:00:00Z", "2026-01-01T00:00:01Z"] {
        seeded(at.parse().unwrap()).read(|desk| {
            let all = desk.conversations.len();
            assert!((240..=270).contains(&all), "{at}: {all} conversations");
            let open = ids_of(desk, |one| one.status == Status::Open).len();
            assert!((10..=15).contains(&open), "{at}: {open} open");
            assert!(!ids_of(desk, |one| one.status == Status::Snoozed).is_empty(), "{at}: none snoozed");
            for inbox in desk.inboxes.values() {
                let share = ids_of(desk, |one| one.inbox_id == inbox.id).len();
                assert!(share >= 12, "{at}: only {share} conversations in {}", inbox.name);
            }
            for user in desk.users.values() {
                let share = ids_of(desk, |one| one.assignee_user() == Some(user.id)).len();
                assert!(share >= 3, "{at}: only {share} conversations of {}", user.name);
            }
            let rated: std::collections::HashSet<i64> =
                desk.csat_responses.values().map(|one| one.rating).collect();
            assert!(rated.len() >= 4, "{at}: only the ratings {rated:?}");
            assert!(desk.messages.values().any(|one| one.private), "{at}: no private note");
            for word in ["Hallo", "Hola", "Bonjour"] {
                assert!(
                    desk.messages.values().any(|one| text(one).contains(word)),
                    "{at}: nobody says {word}"
                );
            }
        });
    }
}

fn text(message: &Message) -> &str {
    message.content.as_deref().unwrap_or_default()
}

#[test]
fn the_history_agrees_with_itself() {
    for at in [NOW, "2026-03-30T07:00:00Z"] {
        let at = at.parse().unwrap();
        seeded(at).read(|desk| {
            for one in desk.conversations.values() {
                let messages: Vec<&Message> = desk.messages_of(one).collect();
                assert_eq!(messages.len(), one.messages.len(), "#{}: a message is missing", one.id);
                check_times(one, &messages, at);
                check_waiting(one, &messages);
                check_links(desk, one, &messages);
            }
            let listed: usize = desk.conversations.values().map(|one| one.messages.len()).sum();
            assert_eq!(listed, desk.messages.len(), "a message belongs to no conversation");
        });
    }
}

fn check_times(one: &Conversation, messages: &[&Message], now: Timestamp) {
    let id = one.id;
    assert_eq!(messages[0].created_at, one.created_at, "#{id} begins with its first message");
    assert_eq!(messages[0].message_type, MessageType::Incoming, "#{id}");
    for pair in messages.windows(2) {
        assert!(
            pair[0].created_at <= pair[1].created_at && pair[0].id < pair[1].id,
            "#{id}: messages out of order"
        );
    }
    assert_eq!(
        messages.iter().map(|message| message.created_at).max().unwrap(),
        one.last_activity_at,
        "#{id}"
    );
    assert!(one.last_activity_at <= one.updated_at && one.updated_at <= now, "#{id}: from the future");
    assert!(one.created_at > now - (29 * 24).hours(), "#{id}: older than four weeks");
    assert_eq!(one.snoozed_until.is_some(), one.status == Status::Snoozed, "#{id}");
    assert!(one.snoozed_until.is_none_or(|until| until > now), "#{id}: should have woken up");
}

/// Waiting since the customer's first message that no person has answered; a resolved one waits for nobody.
fn check_waiting(one: &Conversation, messages: &[&Message]) {
    let is_reply = |message: &&&Message| matches!(message.sender, Sender::User(_)) && !message.private;
    let first_reply = messages.iter().find(is_reply).map(|message| message.created_at);
    assert_eq!(one.first_reply_created_at, first_reply, "#{}", one.id);
    let since_reply = messages.iter().rposition(|message| is_reply(&message)).map_or(0, |n| n + 1);
    let unanswered =
        messages[since_reply..].iter().find(|message| message.message_type == MessageType::Incoming);
    let expected =
        if one.status == Status::Resolved { None } else { unanswered.map(|message| message.created_at) };
    assert_eq!(one.waiting_since, expected, "#{}", one.id);
}

fn check_links(desk: &Desk, one: &Conversation, messages: &[&Message]) {
    let id = one.id;
    let contact = &desk.contacts[&one.contact_id];
    let contact_inbox = &desk.contact_inboxes[&one.contact_inbox_id];
    let inbox = &desk.inboxes[&one.inbox_id];
    assert_eq!((contact_inbox.contact_id, contact_inbox.inbox_id), (contact.id, inbox.id), "#{id}");
    assert!(contact.created_at <= one.created_at && contact_inbox.created_at <= one.created_at, "#{id}");
    match &inbox.channel {
        Channel::Email { .. } => assert_eq!(Some(&contact_inbox.source_id), contact.email.as_ref(), "#{id}"),
        Channel::Sms { .. } => {
            assert_eq!(Some(&contact_inbox.source_id), contact.phone_number.as_ref(), "#{id}")
        }
        _ => assert_eq!(contact_inbox.source_id.len(), 36, "#{id}"),
    }
    for label in &one.labels {
        assert!(desk.labels.values().any(|known| &known.title == label), "#{id}: no label {label}");
    }
    for message in messages {
        assert_eq!((message.conversation_id, message.inbox_id), (id, inbox.id));
        match message.sender {
            Sender::Contact(writer) => assert_eq!(writer, contact.id, "#{id}"),
            Sender::User(writer) => assert!(desk.users.contains_key(&writer), "#{id}"),
            Sender::Nobody | Sender::AgentBot(_) => {}
        }
    }
    let surveys = messages.iter().filter(|message| message.content_type == "input_csat").count();
    assert!(surveys <= 1, "#{id}: {surveys} surveys");
}
