//! What counts as missing, on data alone.

use super::{Found, compare};
use hotdash_core::conversation::{Conversation, CsatAnswer, Direction, Message, Status};
use hotdash_core::event::Event;
use hotdash_core::ids::MessageId;
use jiff::Timestamp;
use serde_json::json;

/// Seconds since 1970, far enough from zero.
const NOW: i64 = 1_790_000_000;
const SINCE: i64 = (NOW - 86_400) * 1000;
const MISSING_BEFORE: i64 = (NOW - 60) * 1000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn conversation(status: Status, updated: i64) -> Conversation {
    let mut conversation: Conversation = serde_json::from_value(json!({
        "id": 7, "inbox": 1, "channel": "web_widget", "status": "open", "priority": null, "labels": [],
        "can_reply": true,
        "contact": {"id": 3, "name": "Mia", "email": null, "phone": null, "identifier": null, "blocked": false,
            "custom_attributes": {}},
        "assignee": null, "team": null, "subject": null, "browser_language": null, "custom_attributes": {},
        "snoozed_until": null, "first_reply_at": null, "waiting_since": null, "last_activity_at": null,
        "created_at": at(NOW - 3600), "updated_at": at(updated)
    }))
    .unwrap();
    conversation.status = status;
    conversation
}

fn message(id: i64, created: i64) -> Message {
    serde_json::from_value(json!({
        "id": id, "conversation": 7, "content": "Hello", "new_text": null, "content_type": "text",
        "direction": "incoming", "private": false, "author": {"kind": "customer", "id": 3, "name": "Mia"},
        "created_at": at(created), "attachments": [],
        "marks": {"deleted": false, "auto_reply": false, "in_reply_to": null, "effect": null,
            "external_error": null, "csat": null},
        "source_id": null, "delivery": null
    }))
    .unwrap()
}

fn found(read: Vec<Message>, known: Vec<(Message, bool)>) -> Found {
    let state = conversation(Status::Open, NOW - 600);
    compare(&state, Some(&state), read.into_iter(), known, SINCE, MISSING_BEFORE)
}

fn numbers(found: &Found) -> Vec<(i64, &'static str)> {
    let name = |event: &Event| match event {
        Event::MessageCreated { .. } => "created",
        Event::MessageUpdated { .. } => "updated",
        Event::ConversationUpdated { .. } => "conversation",
        _ => "other",
    };
    found.gaps.iter().map(|(id, event)| (id.map_or(0, |MessageId(id)| id), name(event))).collect()
}

#[test]
fn what_was_told_is_not_missing() {
    let told = message(1, NOW - 500);
    assert_eq!(found(vec![told.clone()], vec![(told, true)]), Found::default());
}

#[test]
fn what_was_only_read_is_missing_until_it_is_told() {
    let read = message(1, NOW - 500);
    assert_eq!(numbers(&found(vec![read.clone()], vec![(read.clone(), false)])), [(1, "created")]);
    assert_eq!(numbers(&found(vec![read], vec![])), [(1, "created")]);
}

#[test]
fn a_delivery_may_still_be_on_its_way() {
    let found = found(vec![message(1, NOW - 500), message(2, NOW - 59)], vec![]);
    assert_eq!((numbers(&found), found.unsettled), (vec![(1, "created")], true));
}

#[test]
fn what_was_written_before_the_desk_was_served_is_history() {
    let old = message(1, NOW - 2 * 86_400);
    let found = found(vec![old.clone(), message(2, NOW - 500)], vec![]);
    assert_eq!((numbers(&found), found.history), (vec![(2, "created")], vec![old]));
}

#[test]
fn the_desks_own_lines_are_never_told() {
    let line = Message { direction: Direction::Activity, ..message(1, NOW - 500) };
    assert_eq!(found(vec![line], vec![]), Found::default());
}

#[test]
fn a_deletion_a_survey_answer_and_a_refusal_are_missed() {
    let told = |id| (message(id, NOW - 500), true);
    let (mut deleted, mut answered, mut refused) = (told(1).0, told(2).0, told(3).0);
    deleted.marks.deleted = true;
    answered.marks.csat = Some(CsatAnswer { rating: 5, feedback: None });
    refused.marks.external_error = Some("no such number".into());
    let missed = found(vec![deleted.clone(), answered, refused], vec![told(1), told(2), told(3)]);
    assert_eq!(numbers(&missed), [(1, "updated"), (2, "updated"), (3, "updated")]);
    assert_eq!(numbers(&found(vec![message(1, NOW - 500)], vec![(deleted, true)])), [], "an older reading");
}

#[test]
fn a_change_of_the_conversation_is_missed_when_it_is_old_enough() {
    let state = conversation(Status::Open, NOW - 600);
    let compared = |now: &Conversation| {
        let found = compare(now, Some(&state), std::iter::empty(), vec![], SINCE, MISSING_BEFORE);
        (numbers(&found), found.unsettled)
    };
    assert_eq!(compared(&conversation(Status::Resolved, NOW - 100)), (vec![(0, "conversation")], false));
    assert_eq!(compared(&conversation(Status::Resolved, NOW - 10)), (vec![], true));
    assert_eq!(compared(&conversation(Status::Open, NOW - 100)), (vec![], false), "nothing that is told");
    assert_eq!(compared(&conversation(Status::Resolved, NOW - 700)), (vec![], false), "older than ours");
}
