//! The traps of the format, one by one.

use super::message::Surroundings;
use super::*;
use hotdash_core::conversation::{Author, Channel, Direction, Message};
use jiff::Timestamp;
use serde_json::json;

fn moment(value: Value) -> Option<Timestamp> {
    read::<Moment>(value.to_string().as_bytes()).unwrap().0
}

fn message(change: Value) -> Message {
    let mut message = json!({
        "id": 5, "content": "hello", "message_type": "outgoing", "created_at": 1_781_687_523, "private": false,
        "conversation_id": 142, "sender": {"id": 7, "name": "Ben", "type": "user"},
    });
    let change = change.as_object().unwrap().clone();
    message.as_object_mut().unwrap().extend(change);
    let wire: WireMessage = read(message.to_string().as_bytes()).unwrap();
    wire.into_core(Surroundings::default()).unwrap()
}

fn author(change: Value) -> Author {
    message(change).author
}

#[test]
fn times_come_in_four_forms() {
    let whole: Timestamp = "2026-06-17T09:12:03Z".parse().unwrap();
    assert_eq!(moment(json!(1_781_687_523)), Some(whole));
    assert_eq!(moment(json!("2026-06-17T09:12:03.000Z")), Some(whole));
    assert_eq!(moment(json!("1781687523")), Some(whole));
    assert_eq!(moment(json!("2026-06-17T11:12:03.000+02:00")), Some(whole));
    for none in [json!(0), json!(0.0), json!(null), json!("")] {
        assert_eq!(moment(none.clone()), None, "{none}");
    }
    let fine = moment(serde_json::from_str("1781687523.512004").unwrap()).unwrap();
    assert_eq!(fine.as_microsecond(), 1_781_687_523_512_004);
    // The seventh digit is float noise: the same save, as shown to a bot and to an account.
    let noisy = moment(serde_json::from_str("1781687523.5120042").unwrap()).unwrap();
    assert_eq!(noisy, fine);
}

#[test]
fn impossible_times_are_errors_and_not_panics() {
    for body in ["1e300", "-1e300", "99999999999999", "\"yesterday\"", "true", "[]"] {
        assert!(read::<Moment>(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn directions_come_as_words_and_as_numbers() {
    for (form, direction) in [
        (json!("incoming"), Direction::Incoming),
        (json!(0), Direction::Incoming),
        (json!(1), Direction::Outgoing),
        (json!(2), Direction::Activity),
        (json!("template"), Direction::Template),
        (json!(3), Direction::Template),
    ] {
        assert_eq!(message(json!({"message_type": form.clone()})).direction, direction, "{form}");
    }
}

#[test]
fn authors_that_no_recording_has_are_told_apart() {
    let captain = json!({"sender": {"id": 3, "name": "Cap", "type": "captain_assistant"}});
    assert!(matches!(author(captain), Author::Captain { .. }));
    assert!(
        matches!(author(json!({"additional_attributes": {"campaign_id": 8}})), Author::Campaign { id } if id == "8")
    );
    assert_eq!(author(json!({"content_attributes": {"external_echo": true}})), Author::NativeApp);
    assert_eq!(author(json!({"message_type": 2, "sender": null})), Author::Activity);
    assert_eq!(author(json!({"sender": null})), Author::Unknown);
    assert_eq!(author(json!({"sender": null, "content_type": "input_csat"})), Author::Template);
    assert_eq!(author(json!({"sender": {"id": null, "type": "user"}})), Author::Unknown);
    let by_rule = json!({"sender": null, "content_attributes": {"automation_rule_id": "12"}});
    assert_eq!(author(by_rule), Author::Automation { rule: "12".to_owned() });
}

#[test]
fn a_rest_customer_has_a_type_and_a_webhook_customer_has_none() {
    for sender in [json!({"id": 55, "name": "Ann", "type": "contact"}), json!({"id": 55, "name": "Ann"})] {
        let author = author(json!({"message_type": "incoming", "sender": sender}));
        assert!(matches!(author, Author::Customer { id, .. } if id.0 == 55));
    }
}

#[test]
fn our_own_mark_is_read_and_a_foreign_one_is_not() {
    let marks = message(json!({"content_attributes": {"hotdash": {"id": "e-1"}}})).marks;
    assert_eq!(marks.effect.unwrap().as_str(), "e-1");
    for foreign in [json!({"hotdash": "e-1"}), json!({"hotdash": {"id": ""}}), json!({"hotdash": {"id": 5}})]
    {
        assert_eq!(message(json!({"content_attributes": foreign})).marks.effect, None);
    }
}

#[test]
fn survey_answers_out_of_range_are_no_answers() {
    let rated = |rating: Value| {
        let answer =
            json!({"submitted_values": {"csat_survey_response": {"rating": rating, "feedback_message": ""}}});
        message(json!({"content_attributes": answer})).marks.csat
    };
    assert_eq!(rated(json!(5)).unwrap().rating, 5);
    assert_eq!(rated(json!("4")).unwrap().rating, 4);
    assert_eq!(rated(json!(5)).unwrap().feedback, None);
    for none in [json!(0), json!(6), json!(300), json!(-1), json!(2.5), json!(null), json!("good")] {
        assert_eq!(rated(none.clone()), None, "{none}");
    }
}

#[test]
fn only_incoming_mail_has_a_new_text() {
    let mail = json!({"email": {"text_content": {"full": "a\n> b", "quoted": "a "}}});
    let incoming = message(json!({"message_type": "incoming", "content_attributes": mail.clone()}));
    assert_eq!(incoming.new_text.as_deref(), Some("a"));
    assert_eq!(message(json!({"content_attributes": mail})).new_text, None);
    let html = json!({"email": {"text_content": {}, "html_content": {"quoted": "c"}}});
    let html_only = message(json!({"message_type": "incoming", "content_attributes": html}));
    assert_eq!(html_only.new_text.as_deref(), Some("c"));
    let all_quoted = json!({"email": {"text_content": {"full": "> b", "quoted": ""}}});
    let nothing_new = message(json!({"message_type": "incoming", "content_attributes": all_quoted}));
    assert_eq!(nothing_new.new_text, None);
}

#[test]
fn attachment_names_survive_any_url() {
    let name = |attachment: Value| message(json!({"attachments": [attachment]})).attachments.remove(0).name;
    let file = |url: &str| name(json!({"file_type": "file", "data_url": url}));
    assert_eq!(file("http://x/a/%C3%BCber%20uns.pdf?x=/y").as_deref(), Some("über uns.pdf"));
    assert_eq!(file("http://x/a/100%").as_deref(), Some("100%"));
    assert_eq!(file("http://x/a/%zz%2").as_deref(), Some("%zz%2"));
    assert_eq!(file("http://x/a/%ff").as_deref(), Some("\u{fffd}"));
    assert_eq!(file("nonsense"), None);
    assert_eq!(
        name(json!({"file_type": "location", "fallback_title": "Oslo", "data_url": "http://x/y"})).as_deref(),
        Some("Oslo")
    );
    assert_eq!(name(json!({"file_type": "file"})), None);
}

#[test]
fn free_attributes_of_odd_types_count_as_none() {
    for odd in [json!(null), json!(""), json!("text"), json!([1]), json!(7)] {
        let message = message(json!({"content_attributes": odd, "additional_attributes": odd}));
        assert_eq!(message.marks, hotdash_core::conversation::Marks::default());
    }
    let as_text = message(json!({"content_attributes": "{\"deleted\":true}"}));
    assert!(as_text.marks.deleted);
}

fn conversation(change: Value) -> Result<hotdash_core::conversation::Conversation, Unreadable> {
    let mut conversation = json!({
        "id": 142, "inbox_id": 3, "status": "open", "created_at": 1_781_687_520,
        "meta": {"sender": {"id": 55, "name": "Ann"}},
    });
    let change = change.as_object().unwrap().clone();
    conversation.as_object_mut().unwrap().extend(change);
    read::<WireConversation>(conversation.to_string().as_bytes())?.into_core("")
}

#[test]
fn a_conversation_of_an_old_desk_needs_few_keys() {
    let old = conversation(json!({"timestamp": 1_781_687_523})).unwrap();
    assert_eq!(old.channel, Channel::Other(String::new()));
    assert!(old.can_reply && old.updated_at.is_none() && old.assignee.is_none());
    assert_eq!(old.last_activity_at.unwrap().as_second(), 1_781_687_523);
}

#[test]
fn assignees_may_be_bots() {
    let assigned = |meta: Value| conversation(json!({"meta": meta})).unwrap().assignee.unwrap().is_bot;
    let sender = json!({"id": 55});
    let who = |kind: &str| json!({"id": 7, "name": "B", "type": kind});
    assert!(!assigned(json!({"sender": sender, "assignee": who("user"), "assignee_type": "User"})));
    assert!(assigned(json!({"sender": sender, "assignee": who("agent_bot"), "assignee_type": "AgentBot"})));
    assert!(assigned(json!({"sender": sender, "assignee": who("agent_bot")})));
    assert!(!assigned(json!({"sender": sender, "assignee": {"id": 7, "name": "REST agent"}})));
}

#[test]
fn a_deleted_contact_leaves_its_number() {
    let orphan =
        conversation(json!({"meta": {"sender": null}, "contact_inbox": {"contact_id": 91}})).unwrap();
    assert_eq!(orphan.contact.id.0, 91);
    let error = conversation(json!({"meta": {}})).unwrap_err();
    assert_eq!(error.path, "meta.sender");
}

#[test]
fn errors_name_the_path() {
    let path = |change: Value| conversation(change).unwrap_err().path;
    assert_eq!(path(json!({"status": "archived"})), "status");
    assert_eq!(path(json!({"meta": {"sender": {"id": "x"}}})), "meta.sender.id");
    assert_eq!(path(json!({"labels": ["a", 5]})), "labels[1]");
    assert_eq!(path(json!({"created_at": 0})), "created_at");
}

#[test]
fn errors_do_not_repeat_what_a_customer_wrote() {
    for words in ["my card is 4111", "a \"quoted\" word", "x\", expected y"] {
        let error = conversation(json!({"meta": {"sender": {"id": words}}})).unwrap_err();
        assert!(!error.reason.contains("card") && !error.reason.contains("quoted"), "{}", error.reason);
        assert!(error.reason.contains("a text, expected"), "{}", error.reason);
    }
}

#[test]
fn versions_are_compared_by_number() {
    let at_least =
        |version: &str, release| people::Version { version: version.to_owned() }.is_at_least(release);
    assert!(at_least("3.6.0", (3, 6, 0)) && at_least("4.0.2", (3, 6, 0)) && at_least("v3.16.0", (3, 6, 0)));
    assert!(!at_least("3.5.2", (3, 6, 0)) && !at_least("2.18.0", (3, 6, 0)));
    assert!(
        at_least("develop", (3, 6, 0)) && at_least("4.15.1-ce", (4, 15, 0)),
        "a build from source is new"
    );
    assert!(
        !at_least("4.11.1", (4, 11, 2)) && at_least("4.11.2", (4, 11, 2)) && at_least("4.12.0", (4, 11, 2))
    );
}
