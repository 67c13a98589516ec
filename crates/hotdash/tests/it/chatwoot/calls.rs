//! How calls behave when the desk does not: what is repeated, what is not, what each failure is called.

use super::desk::{Desk, Say, TOKEN, address};
use hotdash::chatwoot::api::{AddressError, Cut, DeskAddress, NewMessage, Page};
use hotdash::chatwoot::{CallError, Chatwoot};
use hotdash_core::conversation::Priority;
use hotdash_core::ids::{ConversationId, EffectId, MessageId};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CONVERSATION: ConversationId = ConversationId(142);

fn reply() -> NewMessage {
    NewMessage {
        content: "Hello Ann".to_owned(),
        private: false,
        copies: vec![],
        effect: EffectId("e-7".to_owned()),
        automatic: false,
    }
}

fn created() -> Say {
    Say::json(&json!({
        "id": 5, "content": "Hello Ann", "message_type": 1, "created_at": 1_795_352_015, "conversation_id": 142,
        "content_attributes": {"hotdash": {"id": "e-7"}}, "sender": {"id": 2, "name": "Ben", "type": "user"},
    }))
}

fn labels(labels: &[&str]) -> Say {
    Say::json(&json!({ "payload": labels }))
}

#[tokio::test]
async fn a_public_message_carries_our_mark_and_nothing_else() {
    let desk = Desk::saying(vec![created()]).await;
    let message = desk.client().create_message(CONVERSATION, &reply(), None).await.unwrap();
    assert_eq!(message.marks.effect, Some(EffectId("e-7".to_owned())));
    let asked = &desk.asked()[0];
    assert_eq!(
        asked.body,
        Some(json!({
            "content": "Hello Ann", "message_type": "outgoing", "private": false,
            "content_attributes": {"hotdash": {"id": "e-7"}},
        }))
    );
    assert_eq!(asked.headers["api-access-token"], TOKEN);
    assert!(asked.headers["user-agent"].to_str().unwrap().starts_with("hotdash/"));
}

#[tokio::test]
async fn an_approver_may_post_in_their_own_name() {
    let desk = Desk::saying(vec![created()]).await;
    let token = SecretString::from("the approver's");
    desk.client().create_message(CONVERSATION, &reply(), Some(&token)).await.unwrap();
    let asked = &desk.asked()[0];
    assert_eq!(asked.headers.get_all("api-access-token").iter().collect::<Vec<_>>(), ["the approver's"]);
}

#[tokio::test]
async fn nothing_to_say_is_not_said() {
    let desk = Desk::saying(vec![created()]).await;
    let empty = NewMessage { content: " \n".to_owned(), ..reply() };
    let error = desk.client().create_message(CONVERSATION, &empty, None).await.unwrap_err();
    assert_eq!((error.code(), desk.asked().len()), ("nothing_to_say", 0));
}

#[tokio::test]
async fn a_message_is_tried_once_and_its_fate_may_be_unclear() {
    for status in [500, 502, 503, 504] {
        let desk = Desk::saying(vec![Say::new(status, "")]).await;
        let error = desk.client().create_message(CONVERSATION, &reply(), None).await.unwrap_err();
        assert!(error.is_unclear(), "{error}");
        assert_eq!(desk.asked().len(), 1);
    }
    let desk = Desk::hanging_up_after(b"").await;
    let error = desk.client().create_message(CONVERSATION, &reply(), None).await.unwrap_err();
    assert!(error.is_unclear() && error.is_worth_retrying(), "{error}");
    assert_eq!((error.code(), desk.asked().len()), ("connection_reset", 1));
    let desk = Desk::saying(vec![Say::new(200, "<html>created</html>")]).await;
    let error = desk.client().create_message(CONVERSATION, &reply(), None).await.unwrap_err();
    assert!(error.is_unclear() && !error.is_worth_retrying(), "{error}");
}

#[tokio::test]
async fn a_clear_refusal_is_clear() {
    for (status, body) in [(401, "{}"), (404, "{}"), (422, r#"{"error":"no"}"#), (429, "Retry later\n")] {
        let desk = Desk::saying(vec![Say::new(status, body)]).await;
        let error = desk.client().create_message(CONVERSATION, &reply(), None).await.unwrap_err();
        assert!(!error.is_unclear(), "{error}");
    }
}

#[tokio::test]
async fn a_404_in_strange_words_is_not_the_desks() {
    for body in ["404 page not found\n", "<html>nginx</html>", r#"{"message":"no Route matched"}"#, ""] {
        let desk = Desk::saying(vec![Say::new(404, body)]).await;
        let error = desk.client().create_message(CONVERSATION, &reply(), None).await.unwrap_err();
        assert_eq!(error.code(), "not_the_desk", "{body}");
        assert!(!error.is_unclear() && error.is_worth_retrying(), "{error}");
    }
    let desk = Desk::saying(vec![Say::new(404, r#"{"error":"Resource could not be found"}"#)]).await;
    let error = desk.client().create_message(CONVERSATION, &reply(), None).await.unwrap_err();
    assert!(error.code() == "no_such_thing" && !error.is_worth_retrying(), "{error}");
}

#[tokio::test]
async fn reading_is_repeated_until_it_works() {
    let desk = Desk::saying(vec![Say::new(503, ""), Say::new(502, "<html>"), labels(&["vip"])]).await;
    assert_eq!(desk.client().conversation_labels(CONVERSATION).await.unwrap(), ["vip"]);
    assert_eq!(desk.asked().len(), 3);
}

#[tokio::test]
async fn reading_is_not_repeated_for_ever() {
    let desk = Desk::saying(vec![Say::new(503, "")]).await;
    let error = desk.client().conversation_labels(CONVERSATION).await.unwrap_err();
    assert!(matches!(error, CallError::ServerFault { status: 503, .. }));
    assert!(!error.is_unclear(), "reading changes nothing");
    assert_eq!(desk.asked().len(), 4);
}

#[tokio::test]
async fn what_a_pause_cannot_mend_is_not_repeated() {
    for (status, body) in [
        (401, r#"{"error":"Invalid Access Token"}"#),
        (404, r#"{"error":"Resource could not be found"}"#),
        (200, "<html>login</html>"),
        (200, "{}"),
        (302, ""),
    ] {
        let desk = Desk::saying(vec![Say::new(status, body)]).await;
        desk.client().conversation_labels(CONVERSATION).await.unwrap_err();
        assert_eq!(desk.asked().len(), 1, "{status} {body}");
    }
}

#[tokio::test]
async fn an_unknown_value_is_not_repeated() {
    let desk = Desk::saying(vec![Say::new(500, r#"{"status":500,"error":"Internal Server Error"}"#)]).await;
    let error = desk.client().set_priority(CONVERSATION, Some(Priority::High)).await.unwrap_err();
    assert_eq!((error.code(), desk.asked().len()), ("unknown_value", 1));
    let desk = Desk::saying(vec![Say::new(503, ""), Say::new(200, "")]).await;
    desk.client().set_priority(CONVERSATION, None).await.unwrap();
    assert_eq!(desk.asked()[1].body, Some(json!({ "priority": null })));
}

#[tokio::test]
async fn the_desk_says_when_to_come_again() {
    let slow_down = |headers: &[(&str, &str)]| {
        headers.iter().fold(Say::new(429, "Retry later\n"), |say, (name, value)| say.with(name, value))
    };
    let dated = [("date", "Sun, 22 Nov 2026 12:00:00 GMT"), ("retry-after", "Sun, 22 Nov 2026 12:00:01 GMT")];
    for headers in [&[("retry-after", "1")][..], &dated[..]] {
        let desk = Desk::saying(vec![slow_down(headers), labels(&[])]).await;
        let started = Instant::now();
        desk.client().conversation_labels(CONVERSATION).await.unwrap();
        assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn all_attempts_together_stay_within_the_deadline() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let deadline = Duration::from_millis(900);
    let (connect_timeout, read_timeout) = (Duration::from_millis(100), Duration::from_millis(500));
    let patient = DeskAddress { connect_timeout, read_timeout, deadline, ..address(&url) };
    let started = Instant::now();
    let error = Chatwoot::new(patient).unwrap().conversation_labels(CONVERSATION).await.unwrap_err();
    assert_eq!(error.code(), "timed_out");
    let took = started.elapsed();
    assert!(took > Duration::from_millis(500) && took < Duration::from_millis(1400), "{took:?}");
}

#[tokio::test]
async fn a_pause_beyond_the_deadline_is_handed_to_the_caller() {
    let desk = Desk::saying(vec![Say::new(429, "Retry later\n").with("retry-after", "3600")]).await;
    let started = Instant::now();
    let error = desk.client().conversation_labels(CONVERSATION).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(error.is_worth_retrying() && started.elapsed() < Duration::from_secs(60));
    assert_eq!(desk.asked().len(), 1);
}

#[tokio::test]
async fn labels_are_merged_after_a_fresh_read() {
    let desk = Desk::saying(vec![labels(&["old"]), labels(&["old", "orders", "vip"])]).await;
    let wanted = ["Orders".to_owned(), "old".to_owned(), "vip".to_owned(), " ".to_owned()];
    let now = desk.client().add_labels(CONVERSATION, &wanted).await.unwrap();
    assert_eq!(now, ["old", "orders", "vip"]);
    assert_eq!(desk.asked()[1].body, Some(json!({ "labels": ["old", "orders", "vip"] })));
}

#[tokio::test]
async fn labels_that_are_there_are_not_written() {
    let desk = Desk::saying(vec![labels(&["orders", "vip"])]).await;
    desk.client().add_labels(CONVERSATION, &["vip".to_owned()]).await.unwrap();
    assert_eq!(desk.asked().len(), 1);
}

#[tokio::test]
async fn labels_that_do_not_stay_are_missed() {
    let desk = Desk::saying(vec![labels(&["old"]), labels(&["old"])]).await;
    let error = desk.client().add_labels(CONVERSATION, &["vip".to_owned()]).await.unwrap_err();
    assert!(matches!(&error, CallError::LabelsNotKept { missing, .. } if missing == &["vip"]), "{error}");
}

fn messages(numbers: std::ops::RangeInclusive<i64>) -> Say {
    let message = |id: i64| json!({"id": id, "content": "x", "message_type": 0, "created_at": 1_795_352_015 + id, "private": false});
    Say::json(&json!({ "meta": {}, "payload": numbers.map(message).collect::<Vec<Value>>() }))
}

#[tokio::test]
async fn a_thread_is_read_page_by_page_to_its_end() {
    let desk = Desk::saying(vec![messages(1..=100), messages(101..=200), messages(201..=203)]).await;
    let thread = desk.client().thread_since(CONVERSATION, None).await.unwrap();
    assert_eq!(thread.len(), 203);
    let asked: Vec<_> =
        desk.asked().iter().map(|asked| asked.path.split('?').nth(1).unwrap().to_owned()).collect();
    assert_eq!(asked, ["after=0", "after=100", "after=200"]);
}

#[tokio::test]
async fn a_desk_that_repeats_a_page_does_not_hold_us_for_ever() {
    let desk = Desk::saying(vec![messages(1..=100)]).await;
    desk.client().thread_since(CONVERSATION, Some(MessageId(100))).await.unwrap();
    assert_eq!(desk.asked().len(), 1);
}

async fn unreachable(url: &str) -> CallError {
    let client = Chatwoot::new(DeskAddress { deadline: Duration::ZERO, ..address(url) }).unwrap();
    client.create_message(CONVERSATION, &reply(), None).await.unwrap_err()
}

#[tokio::test]
async fn what_was_never_sent_is_clear() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let http = Desk::saying(vec![created()]).await.address().base_url;
    for (url, cut) in [
        (format!("http://{free}"), Cut::Refused),
        ("http://desk.invalid".to_owned(), Cut::Dns),
        (http.replace("http://", "https://"), Cut::Tls),
    ] {
        let error = unreachable(&url).await;
        let CallError::Unreachable { cut: found, maybe_received, .. } = &error else { panic!("{error}") };
        assert_eq!((*found, *maybe_received), (cut, false), "{error}");
        assert!(!error.is_unclear());
    }
}

#[tokio::test]
async fn what_breaks_off_is_unclear() {
    for bytes in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id\"",
    ] {
        let desk = Desk::hanging_up_after(bytes).await;
        let error = desk.client().create_message(CONVERSATION, &reply(), None).await.unwrap_err();
        assert!(
            matches!(error, CallError::Unreachable { cut: Cut::Reset, maybe_received: true, .. }),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_slow_desk_times_out() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let client =
        Chatwoot::new(DeskAddress { read_timeout: Duration::from_millis(200), ..address(&url) }).unwrap();
    let error = client.create_message(CONVERSATION, &reply(), None).await.unwrap_err();
    assert!(
        matches!(error, CallError::Unreachable { cut: Cut::Timeout, maybe_received: true, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_redirect_is_named_and_not_followed() {
    let desk = Desk::saying(vec![Say::new(301, "").with("location", "https://desk.example/api")]).await;
    let error = desk.client().profile().await.unwrap_err();
    assert!(matches!(&error, CallError::Redirected { to, .. } if to == "https://desk.example/api"));
    assert_eq!(desk.asked().len(), 1);
}

#[tokio::test]
async fn answers_that_are_not_chatwoots_name_the_place() {
    let desk = Desk::saying(vec![Say::json(&json!([{"id": 1, "name": "A"}, {"id": "x"}]))]).await;
    let error = desk.client().agents().await.unwrap_err();
    assert!(matches!(&error, CallError::Unreadable { path, .. } if path == "[1].id"), "{error}");
    let desk = Desk::saying(vec![Say::json(&json!({"payload": [{"id": 1, "message_type": 0}]}))]).await;
    let error = desk.client().messages(CONVERSATION, Page::Latest).await.unwrap_err();
    assert!(matches!(&error, CallError::Unreadable { path, .. } if path == "created_at"), "{error}");
}

#[tokio::test]
async fn refusals_that_no_recording_has_are_named() {
    for (status, body, code) in [
        (401, r#"{"error":"Account is suspended"}"#, "account_suspended"),
        (401, r#"{"error":"You are not authorized to access this account"}"#, "not_a_member"),
        (401, r#"{"error":"something new"}"#, "unauthorized"),
        (402, r#"{"error":"Account limit exceeded"}"#, "payment_required"),
        (403, r#"{"error":"API access is not enabled for this account"}"#, "forbidden"),
        (413, "too large", "unexpected"),
        (422, r#"{"error":"Validation failed: Too many messages"}"#, "too_many_messages"),
    ] {
        let desk = Desk::saying(vec![Say::new(status, body)]).await;
        let error = desk.client().create_message(CONVERSATION, &reply(), None).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
}

#[tokio::test]
async fn errors_name_the_call_and_never_the_token() {
    let desk = Desk::saying(vec![Say::new(401, r#"{"error":"Invalid Access Token"}"#)]).await;
    let client = desk.client();
    let error = client.create_message(CONVERSATION, &reply(), None).await.unwrap_err();
    let shown = format!("{error} {error:?} {client:?}");
    assert!(shown.contains(
        "POST /api/v1/accounts/{account}/conversations/{conversation}/messages (conversation 142): the desk does not know"
    ));
    assert!(!shown.contains(TOKEN) && !shown.contains("Hello Ann"));
}

#[test]
fn an_unusable_address_is_told_at_once() {
    for url in ["", "desk.example", "ftp://desk.example", "http://"] {
        let error = Chatwoot::new(address(url)).unwrap_err();
        assert!(matches!(error, AddressError::NotAnAddress { .. }), "{url}");
    }
    let broken = DeskAddress { token: SecretString::from("a\nb"), ..address("http://desk.example") };
    assert!(matches!(Chatwoot::new(broken).unwrap_err(), AddressError::TokenNotSendable));
}

#[tokio::test]
async fn a_desk_below_a_path_is_called_there() {
    let desk = Desk::saying(vec![labels(&[])]).await;
    let below = DeskAddress { base_url: format!("{}/support", desk.address().base_url), ..desk.address() };
    let client = Chatwoot::new(below).unwrap();
    client.conversation_labels(CONVERSATION).await.unwrap();
    assert_eq!(desk.asked()[0].path, "/support/api/v1/accounts/1/conversations/142/labels");
    assert!(client.link_to(CONVERSATION).ends_with("/support/app/accounts/1/conversations/142"));
}
