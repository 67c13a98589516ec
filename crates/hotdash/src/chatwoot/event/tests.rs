//! Names that are known, names that are not, and bodies that do not fit theirs.

use super::*;

fn misread(body: &str) -> Misread {
    understand(body.as_bytes()).unwrap_err()
}

#[test]
fn an_unknown_name_is_an_event_of_another_kind() {
    let event = understand(br#"{"event":"conversation_teleported","id":1}"#).unwrap();
    assert_eq!(event, Event::Other { name: "conversation_teleported".to_owned() });
}

#[test]
fn events_without_recordings_are_known_by_name() {
    let inbox = understand(br#"{"event":"inbox_updated","channel":{"secret":"x"}}"#).unwrap();
    assert_eq!(inbox, Event::InboxChanged { name: "inbox_updated".to_owned() });
    let account = understand(br#"{"id":1,"name":"Acme","event":"account_created","users":[]}"#).unwrap();
    assert_eq!(account, Event::AccountCreated { name: "Acme".to_owned() });
    let resolved = br#"{"id":142,"inbox_id":3,"status":"resolved","created_at":1781687520,
        "meta":{"sender":{"id":55}},"event":"conversation_resolved"}"#;
    assert!(matches!(understand(resolved).unwrap(), Event::ConversationResolved { .. }));
}

#[test]
fn a_body_without_a_name_is_not_a_delivery() {
    assert_eq!(misread("{}"), Misread::NoEvent);
    assert_eq!(misread(r#"{"event":7}"#), Misread::NoEvent);
    assert!(matches!(misread("[]"), Misread::Malformed(Malformed::NotAnObject)));
    assert!(matches!(misread("{"), Misread::Malformed(Malformed::NotJson { .. })));
}

#[test]
fn what_does_not_fit_is_named_with_its_path() {
    for (body, path) in [
        (r#"{"event":"message_created"}"#, "."),
        (r#"{"event":"message_created","conversation":{"id":"x"}}"#, "conversation.id"),
        (
            r#"{"event":"conversation_created","id":1,"inbox_id":2,"status":"open","created_at":1}"#,
            "meta.sender",
        ),
        (r#"{"event":"contact_updated","id":1,"changed_attributes":{"a":1}}"#, "changed_attributes"),
        (r#"{"event":"contact_created","id":1,"name":["x"]}"#, "name"),
    ] {
        match misread(body) {
            Misread::WrongShape { path: found, .. } => assert_eq!(found, path, "{body}"),
            other => panic!("{body}: {other}"),
        }
    }
}

#[test]
fn depth_is_limited_and_says_so() {
    let deep = format!(
        r#"{{"event":"contact_created","id":1,"custom_attributes":{}1{}}}"#,
        "{\"a\":".repeat(1000),
        "}".repeat(1000)
    );
    assert!(
        matches!(misread(&deep), Misread::WrongShape { reason, .. } if reason.contains("recursion limit"))
    );
}
