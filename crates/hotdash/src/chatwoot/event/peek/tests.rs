//! Where a body belongs, and what is no body at all.

use super::*;

fn peeked(body: &str) -> (Option<String>, Option<i64>, Option<i64>) {
    let peek = peek(body.as_bytes()).unwrap();
    (peek.event, peek.account, peek.conversation)
}

#[test]
fn every_kind_of_event_shows_its_conversation() {
    let message = r#"{"account":{"id":1,"name":"A"},"id":9,"conversation":{"id":142,"meta":{"id":3}},"event":"message_created"}"#;
    assert_eq!(peeked(message), (Some("message_created".to_owned()), Some(1), Some(142)));
    let conversation =
        r#"{"id":143,"messages":[{"id":5,"conversation":{"id":7}}],"event":"conversation_updated"}"#;
    assert_eq!(peeked(conversation), (Some("conversation_updated".to_owned()), None, Some(143)));
    let typing =
        r#"{"event":"conversation_typing_on","user":{"id":7},"conversation":{"id":144},"is_private":false}"#;
    assert_eq!(peeked(typing), (Some("conversation_typing_on".to_owned()), None, Some(144)));
    let contact = r#"{"account":{"id":2},"id":55,"event":"contact_created"}"#;
    assert_eq!(peeked(contact), (Some("contact_created".to_owned()), Some(2), None));
    let widget = r#"{"id":88,"current_conversation":{"id":6},"event":"webwidget_triggered"}"#;
    assert_eq!(peeked(widget), (Some("webwidget_triggered".to_owned()), None, Some(6)));
    for called in ["macro.executed", "automation_event.message_created"] {
        let body = format!(r#"{{"id":4,"event":"{called}"}}"#);
        assert_eq!(peeked(&body).2, Some(4), "{called}");
    }
}

#[test]
fn wrong_types_and_absent_keys_are_nothing() {
    assert_eq!(peeked("{}"), (None, None, None));
    assert_eq!(
        peeked(r#"{"event":5,"account":"x","conversation":[1,{"id":2}],"id":{"id":3}}"#),
        (None, None, None)
    );
    assert_eq!(peeked(r#"{"event":"message_created","conversation":{"id":"142"}}"#).2, None);
    assert_eq!(peeked(r#"{"event":"message_created","conversation":{"id":1.5}}"#).2, None);
    assert_eq!(peeked(r#"{"event":null,"account":null,"conversation":null,"id":null}"#), (None, None, None));
    assert_eq!(peeked(r#"{"event":{"a":[1]},"account":{"id":true}}"#), (None, None, None));
    assert_eq!(peeked(r#"{"event":"conversation_created","id":18446744073709551615}"#).2, None);
}

#[test]
fn the_last_of_two_equal_keys_counts_and_escaped_keys_are_keys() {
    assert_eq!(peeked(r#"{"event":"a","event":"b"}"#).0.as_deref(), Some("b"));
    assert_eq!(peeked(r#"{"\u0065vent":"x\n"}"#).0.as_deref(), Some("x\n"));
}

#[test]
fn what_is_not_json_from_the_first_to_the_last_byte_is_malformed() {
    for body in [
        "",
        " ",
        "{",
        "{\"a\":1",
        "{\"a\":1}}",
        "{} x",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":[1,]}",
        "{\"a\":\"\u{1}\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":nul}",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":{\"b\":[{\"c\":}]}}",
        "\u{feff}{}",
    ] {
        assert!(matches!(peek(body.as_bytes()), Err(Malformed::NotJson { .. })), "{body:?}");
    }
}

#[test]
fn wrong_bytes_are_found_even_where_nothing_is_read() {
    let mut body = br#"{"event":"x","content":"ab"}"#.to_vec();
    let at = body.iter().rposition(|&b| b == b'b').unwrap();
    body[at] = 0xff;
    assert_eq!(peek(&body), Err(Malformed::NotUtf8 { at }));
}

#[test]
fn json_that_is_no_object_is_named_so() {
    for body in ["[]", "[{\"event\":\"x\"}]", "1", "-1", "1.5", "\"event\"", "true", "null"] {
        assert_eq!(peek(body.as_bytes()), Err(Malformed::NotAnObject), "{body}");
    }
}

#[test]
fn depth_does_not_matter_here() {
    let deep = format!(r#"{{"event":"x","a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(peek(deep.as_bytes()).unwrap().event.as_deref(), Some("x"));
}
