//! Waiting times: where they begin, what ends them, when they are over.

use super::*;

const UNANSWERED: &str = r#"
    [[rule]]
    id = "unanswered"
    name = "Nobody answered"
    why = "Two hours are long."
    group = "tags"
    when = { always = true }
    after = "2 business hours"
    then = { tag = ["overdue"], priority = "high", notify = ["leads", "webhook"] }
"#;
const QUIET: &str = r#"
    [[rule]]
    id = "quiet"
    group = "tags"
    when = { none = [{ type = "tag", equals = "keep_open" }] }
    after = "3d"
    since = "our_reply"
    once = "conversation"
    then = { resolve = true, note = "Closed: the customer did not answer." }
"#;

#[test]
fn business_hours_pass_over_a_weekend() {
    let mut case = case(UNANSWERED);
    let begun = case.customer("Where is my order, please?", "2026-11-20T16:30:00Z");
    let found = case.look("2026-11-20T16:30:05Z");
    assert_eq!((found[0].due, &found[0].cause), (Due::At(at("2026-11-23T10:30:00Z")), &Cause::Wait(begun)));
    assert_eq!(
        found[0].because,
        "the customer waits for an answer and is judged again after 2 business hours, unless somebody answers"
    );
    case.trigger = Trigger::Alarm;
    let found = case.act("2026-11-23T10:30:00Z");
    let Action::Notify { to, subject, text } = &found[0].actions[2] else { panic!("{found:?}") };
    assert_eq!(to, &[Target::Leads, Target::Webhook]);
    assert_eq!(subject, "Nobody answered: conversation 142");
    assert!(
        text.contains("nobody answered for 2 business hours") && text.contains("Two hours are long."),
        "{text}"
    );
    assert!(matches!(&found[0].actions[0], Action::AddLabels { labels } if labels == &["overdue"]));
    assert_eq!(case.look("2026-11-23T10:31:00Z"), [], "once for each wait");
}

#[test]
fn a_reply_ends_a_wait_and_the_next_message_begins_another() {
    let mut case = case(UNANSWERED);
    case.customer("Where is my order, please?", "2026-11-23T10:00:00Z");
    let second = case.customer("Hello?", "2026-11-23T10:30:00Z");
    assert_eq!(
        case.look("2026-11-23T10:30:00Z")[0].cause,
        Cause::Wait(MessageId(1)),
        "an impatient customer waits no less"
    );
    case.says(ben(), "It is on its way.", "2026-11-23T11:00:00Z");
    case.trigger = Trigger::Alarm;
    assert_eq!(case.look("2026-11-23T12:00:00Z"), [], "somebody answered {second}");
    assert!(second > MessageId(1));
    case.trigger = Trigger::CustomerMessage;
    let third = case.customer("It is not here yet", "2026-11-23T14:00:00Z");
    let found = case.look("2026-11-23T14:00:01Z");
    assert_eq!((found[0].due, &found[0].cause), (Due::At(at("2026-11-23T16:00:00Z")), &Cause::Wait(third)));
}

#[test]
fn closing_ends_a_wait_and_writing_again_begins_it_anew() {
    let mut case = case(UNANSWERED);
    case.customer("Where is my order, please?", "2026-11-23T10:00:00Z");
    case.conversation.status = Status::Resolved;
    case.trigger = Trigger::Alarm;
    let found = case.act("2026-11-23T12:00:00Z");
    assert_eq!((found[0].due, found[0].because.as_str()), (Due::Cancelled, "the conversation was resolved"));
    case.conversation.status = Status::Open;
    assert_eq!(case.look("2026-11-23T12:05:00Z"), []);
    case.trigger = Trigger::CustomerMessage;
    let again = case.customer("No, it is not here", "2026-11-23T13:00:00Z");
    assert_eq!(case.look("2026-11-23T13:00:00Z")[0].cause, Cause::Wait(again));
}

#[test]
fn a_customer_who_stays_silent_is_closed_once() {
    let mut case = case(QUIET);
    case.customer("Where is my order, please?", "2026-11-23T10:00:00Z");
    assert_eq!(case.look("2026-11-23T10:00:00Z"), [], "we have not answered");
    let reply = case.says(ben(), "What is its number?", "2026-11-23T11:00:00Z");
    case.trigger = Trigger::Reply;
    let found = case.look("2026-11-23T11:00:01Z");
    assert_eq!((found[0].due, &found[0].cause), (Due::At(at("2026-11-26T11:00:00Z")), &Cause::Wait(reply)));
    case.trigger = Trigger::Alarm;
    case.conversation.labels = vec!["keep_open".to_owned()];
    assert_eq!(case.look("2026-11-26T11:00:00Z")[0].due, Due::Cancelled, "judged again at its time");
    case.conversation.labels.clear();
    let found = case.act("2026-11-26T11:00:00Z");
    assert_eq!(found[0].actions.len(), 2);
    assert_eq!(found[0].actions[1], Action::Resolve);
    case.customer("Sorry, it is A-17", "2026-11-27T11:00:00Z");
    case.says(ben(), "It comes tomorrow.", "2026-11-27T12:00:00Z");
    case.trigger = Trigger::Reply;
    assert_eq!(case.look("2026-11-27T12:00:00Z"), [], "once in the life of a conversation");
}
