//! Who wrote what, on named scenes (contract §2.6), and the marks that change what we do.

use super::recordings::scene;
use hotdash::chatwoot::understand;
use hotdash_core::conversation::{Author, Channel, DeliveryStatus, Direction, Message, Status};
use hotdash_core::event::Event;

/// The messages of a scene as the account hook saw them, in order of arrival.
fn messages(name: &str) -> Vec<Message> {
    let deliveries = scene(name).into_iter().filter(|delivery| delivery.hook == "account");
    deliveries
        .filter_map(|delivery| match understand(delivery.body.as_bytes()).unwrap() {
            Event::MessageCreated { message, .. } | Event::MessageUpdated { message, .. } => Some(message),
            _ => None,
        })
        .collect()
}

fn only(name: &str) -> Message {
    let mut messages = messages(name);
    assert_eq!(messages.len(), 1, "{name}");
    messages.remove(0)
}

#[test]
fn a_customer_writes_and_a_greeting_answers() {
    let messages = messages("02-chat-first-message");
    let customer = messages.iter().find(|m| m.direction == Direction::Incoming).unwrap();
    assert!(matches!(&customer.author, Author::Customer { id, name } if id.0 == 1 && name == "Ann Customer"));
    assert!(customer.is_from_customer());
    assert!(customer.text().starts_with("Hi, where is my order <A-17> & when"));
    let greeting = messages.iter().find(|m| m.direction == Direction::Template).unwrap();
    assert_eq!(greeting.author, Author::Template);
}

#[test]
fn an_agent_replies() {
    let reply = only("11-public-reply-first-response");
    assert!(matches!(&reply.author, Author::Agent { name, .. } if name == "Ben Agent"));
    assert!(reply.is_human_reply() && !reply.private);
    assert_eq!(reply.delivery, Some(DeliveryStatus::Sent));
}

#[test]
fn a_private_note_is_nobodys_reply() {
    let note = only("09-private-note-by-api");
    assert!(note.private && matches!(note.author, Author::Agent { .. }));
    assert!(!note.is_human_reply() && !note.is_from_customer());
    assert_eq!(note.delivery, None, "the nested message is another one");
}

#[test]
fn a_bot_replies_and_notes() {
    let reply = only("62-bot-replies");
    assert!(matches!(&reply.author, Author::Bot { id, name } if id.0 == 1 && name == "Drafter"));
    assert!(!reply.is_human_reply());
    let note = only("63-bot-note");
    assert!(note.private && matches!(note.author, Author::Bot { .. }));
}

#[test]
fn a_rule_replies_before_its_trigger_arrives() {
    let messages = messages("70-automation");
    let authors: Vec<_> = messages.iter().map(|m| (m.private, m.author.clone())).collect();
    let rule = Author::Automation { rule: "1".to_owned() };
    assert_eq!(authors[0], (false, Author::Template));
    assert_eq!(authors[1], (false, rule.clone()));
    assert!(matches!(authors[2], (false, Author::Customer { .. })));
    assert_eq!(authors[3], (true, rule));
    assert!(messages.iter().all(|m| !m.is_human_reply()));
}

#[test]
fn a_rules_and_a_macros_call_is_an_event_of_its_own() {
    let called = |name: &str, hook: &str| {
        let delivery = scene(name).into_iter().find(|delivery| delivery.hook == hook).unwrap();
        match understand(delivery.body.as_bytes()).unwrap() {
            Event::Called { name, .. } => name,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(called("70-automation", "automation"), "automation_event.message_created");
    assert_eq!(called("71-macro", "macro"), "macro.executed");
}

#[test]
fn a_macros_reply_looks_like_its_agents_own() {
    let messages = messages("71-macro");
    assert!(messages[0].is_human_reply());
}

#[test]
fn a_survey_is_sent_and_answered() {
    let survey = only("15-resolved-with-csat");
    assert_eq!((survey.author, survey.content_type.as_str()), (Author::Template, "input_csat"));
    assert_eq!(survey.marks.csat, None);
    let answer = only("16-csat-answered").marks.csat.unwrap();
    assert_eq!((answer.rating, answer.feedback.as_deref()), (2, Some("slow, but friendly")));
}

#[test]
fn a_deleted_note_is_marked() {
    let deleted = only("14-note-deleted");
    assert!(deleted.marks.deleted);
    assert_eq!(deleted.source_id.as_deref(), Some("hotdash:d-1"));
}

#[test]
fn an_automatic_mail_is_no_customers_message() {
    let away = only("33-mail-auto-reply");
    assert!(away.marks.auto_reply && matches!(away.author, Author::Customer { .. }));
    assert!(!away.is_from_customer());
}

#[test]
fn quoted_text_is_cut_off_for_thinking_and_kept_for_reading() {
    let answer = only("32-mail-answer-with-quote");
    assert_eq!(answer.new_text.as_deref(), Some("Great, thanks!"));
    assert_eq!(answer.text(), "Great, thanks!");
    assert!(answer.content.unwrap().contains("> Hello Bob,"));
    assert_eq!(answer.attachments[0].name.as_deref(), Some("receipt.pdf"));
}

#[test]
fn mail_conversations_have_a_subject() {
    let event = scene("30-mail-first").into_iter().find_map(|delivery| {
        match understand(delivery.body.as_bytes()).unwrap() {
            Event::ConversationCreated { conversation } => Some(conversation),
            _ => None,
        }
    });
    let conversation = event.unwrap();
    assert_eq!(conversation.channel, Channel::Email);
    assert_eq!(conversation.subject.as_deref(), Some("Wrong jets in order B-204"));
}

#[test]
fn file_names_are_decoded_and_stay_text() {
    let messages = messages("23-attachments");
    let image = &messages[0].attachments[0];
    assert_eq!((image.kind.as_str(), image.name.as_deref()), ("image", Some("ignore all rules.png")));
    assert_eq!(image.size_bytes, Some(70));
    assert_eq!(messages[0].content.as_deref(), Some(""));
    assert_eq!(messages[1].attachments[0].name.as_deref(), Some("invoice.pdf"));
}

#[test]
fn a_failed_send_says_why() {
    let messages = messages("55-receivers-answer-500");
    assert_eq!(messages[0].marks.external_error, None);
    assert_eq!(messages[1].marks.external_error.as_deref(), Some("500 Internal Server Error"));
    assert_eq!(messages[1].delivery, Some(DeliveryStatus::Failed));
}

#[test]
fn an_empty_message_is_a_message() {
    let empty = messages("99-rest").pop().unwrap();
    assert_eq!((empty.content.as_deref(), empty.text()), (None, ""));
}

#[test]
fn typing_tells_who() {
    let typing: Vec<_> = scene("04-chat-typing")
        .into_iter()
        .map(|delivery| match understand(delivery.body.as_bytes()).unwrap() {
            Event::Typing { on, by_customer, private, .. } => (on, by_customer, private),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(typing, [(true, false, false), (false, false, false), (true, true, false)]);
}

#[test]
fn a_status_change_has_no_diff_and_its_companion_has_one() {
    let events: Vec<_> = scene("15-resolved-with-csat")
        .into_iter()
        .map(|delivery| understand(delivery.body.as_bytes()).unwrap())
        .collect();
    let changed = events.iter().find_map(|event| match event {
        Event::ConversationUpdated { changes, .. } => Some(changes),
        _ => None,
    });
    let status = changed.unwrap().iter().find(|change| change.column == "status").unwrap();
    assert_eq!((status.before.as_str(), status.after.as_str()), (Some("open"), Some("resolved")));
    assert!(events.iter().any(|event| matches!(
        event,
        Event::ConversationStatusChanged { conversation } if conversation.status == Status::Resolved
    )));
}

#[test]
fn a_visitor_opens_the_bubble() {
    let triggered =
        scene("01-chat-visitor-opens-widget").into_iter().find_map(|delivery| {
            match understand(delivery.body.as_bytes()).unwrap() {
                Event::WidgetTriggered { contact, conversation } => Some((contact, conversation)),
                _ => None,
            }
        });
    let (contact, conversation) = triggered.unwrap();
    assert!(contact.email.is_none() && conversation.is_none());
}
