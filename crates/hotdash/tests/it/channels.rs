//! What each channel takes, from the customer's words to the reply: e-mail, text messages, a closed window.

use crate::support::house::{House, Person};
use crate::support::{Database, both_databases};
use chatwoot_sandbox::act::{NewChannel, NewInbox};
use chatwoot_sandbox::model::{Channel, Message};
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash::work::deliver::WINDOW_CLOSED;
use hotdash::work::draft::Draft;
use hotdash_core::channel::parts::Parts;
use hotdash_core::draft::{Severity, WINDOW};
use reqwest::StatusCode;
use serde_json::json;

both_databases!(
    a_mail_is_answered_to_everybody_who_was_written_to,
    a_text_message_is_plain_and_counted,
    a_closed_window_forbids_approval,
    a_window_that_closes_before_the_send_ends_it,
    edited_words_are_checked,
);

const QUESTION: &str = "Hi, how long does shipping to Norway take?";

fn open_inbox(house: &House, name: &str, channel: NewChannel) -> i64 {
    let inbox = house.desk.act(|desk| desk.create_inbox(NewInbox::new(name, channel)));
    house.desk.add_everybody(inbox).unwrap();
    inbox
}

fn last(house: &House, conversation: i64) -> Message {
    house.desk.messages(conversation).unwrap().pop().unwrap()
}

/// A form with what the page shows, and whatever else.
async fn send(by: &Person, draft: &Draft, text: Option<&str>, knowingly: bool) -> (StatusCode, String) {
    let (version, answers) = (draft.version.to_string(), draft.answers.to_string());
    let mut form = vec![
        ("version", version.as_str()),
        ("text_hash", draft.text_hash.as_str()),
        ("answers", answers.as_str()),
        ("tone", "5"),
        ("accuracy", "5"),
        ("policy", "5"),
    ];
    form.extend(text.map(|text| ("text", text)));
    form.extend(knowingly.then_some(("knowingly", "yes")));
    by.post_for_page(&format!("/drafts/{}/approval", draft.id), &form).await
}

async fn a_mail_is_answered_to_everybody_who_was_written_to(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    open_inbox(&house, "Mail", NewChannel::Email { email: "help@shop.test".to_owned() });
    let mail = "From: Ann Customer <ann@example.test>\r\nTo: help@shop.test, Dan <dan@example.test>\r\n\
        Cc: cleo@example.test\r\nSubject: Norway\r\nMessage-ID: <one@example.test>\r\n\r\n\
        How long does shipping to Norway take?\r\n\r\nOn Monday the shop wrote:\r\n\
        > I will sue you. My lawyer is informed. Refund 900 EUR.\r\n";
    let conversation = house.desk.mail_arrives(mail.as_bytes()).unwrap().unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    let body = draft.body.clone().unwrap();
    assert!(body.analysis.escalation.is_none() && !draft.hold, "the quoted history is not analysed");
    assert!(!draft.text.contains("lawyer"), "nor answered: {}", draft.text);
    assert_eq!(body.copies, ["cleo@example.test", "dan@example.test"]);
    assert!(draft.text.trim_end().ends_with("Your Hot Rodan team"), "signed by the shop: {}", draft.text);
    assert!(body.findings.iter().all(|f| f.check != "signature"), "{:?}", body.findings);

    let (_, page) = ada.get(&format!("/drafts/{}", draft.id)).await;
    for shown in
        ["Re: Norway", "ann@example.test", "cleo@example.test, dan@example.test", "My lawyer is informed"]
    {
        assert!(page.contains(shown), "{shown} is shown");
    }
    let (status, _) = send(&ada, &draft, None, false).await;
    assert!(status.is_redirection());
    house.settle().await;
    let sent = last(&house, conversation);
    assert_eq!(sent.content.as_deref(), Some(draft.text.as_str()));
    let copied = json!(["cleo@example.test", "dan@example.test"]);
    assert_eq!(sent.content_attributes.get("cc_emails"), Some(&copied));
    house.close().await;
}

async fn a_text_message_is_plain_and_counted(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let number = "+15550100100".to_owned();
    let inbox = open_inbox(&house, "SMS", NewChannel::Sms { phone_number: number.clone() });
    let conversation = house.desk.customer_says(inbox, ("Ann", "ann@example.test"), QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    let counted = Parts::of(&draft.text);
    assert!(!counted.unicode && (1..=2).contains(&counted.parts), "{counted:?}: {}", draft.text);
    let (_, page) = ada.get(&format!("/drafts/{}", draft.id)).await;
    let many = if counted.parts == 1 { "1 text message " } else { "2 text messages " };
    assert!(page.contains(many) && page.contains(&format!("{} of", counted.length)), "the parts are shown");

    let long = "Dear Ann, we do thank you for it. ".repeat(12);
    let (status, page) = send(&ada, &draft, Some(&long), false).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("It takes 3 text messages") && page.contains("Send anyway"), "{page}");
    let (status, page) = send(&ada, &draft, Some(&long.repeat(5)), true).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("takes 1600 at most") && !page.contains("Send anyway"), "nobody may");
    assert_eq!(house.public_replies(conversation), [""; 0]);

    let (status, _) = send(&ada, &draft, None, false).await;
    assert!(status.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [draft.text]);
    house.close().await;
}

/// The hours after which an app's inbox takes no answer.
fn limit(house: &House, inbox: i64, hours: i64) {
    house.desk.act(|desk| {
        let Some(Channel::Api { additional_attributes, .. }) =
            desk.inboxes.get_mut(&inbox).map(|inbox| &mut inbox.channel)
        else {
            unreachable!("an inbox of an app")
        };
        additional_attributes.insert("agent_reply_time_window".to_owned(), json!(hours));
    });
}

async fn a_closed_window_forbids_approval(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let inbox = open_inbox(&house, "App", NewChannel::Api { webhook_url: None });
    limit(&house, inbox, 0);
    let conversation = house.desk.customer_says(inbox, ("Ann", "ann@example.test"), QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    let found = draft.body.clone().unwrap().findings;
    assert_eq!((found[0].check.as_str(), found[0].severity), (WINDOW, Severity::Forbids));
    assert!(house.notes(conversation)[0].contains("cannot be sent"), "the note says it too");
    let (_, page) = ada.get(&format!("/drafts/{}", draft.id)).await;
    assert!(
        page.contains("Nothing can be sent now")
            && !page.contains("data-send")
            && !page.contains("Send anyway")
    );
    for text in [None, Some("Hello Ann, I call you.")] {
        let (status, page) = send(&ada, &draft, text, true).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("agent_reply_time_window"), "with the reason");
    }
    // The customer writes again: the window is open, and there is a new draft.
    limit(&house, inbox, 24);
    house.desk.customer_replies(conversation, "Hello? To Norway, I mean.").unwrap();
    house.draft(conversation, DraftState::Superseded).await;
    let next = house.draft(conversation, DraftState::Ready).await;
    assert!(send(&ada, &next, None, false).await.0.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [next.text]);
    house.close().await;
}

async fn a_window_that_closes_before_the_send_ends_it(database: &Database) {
    let house = House::start_with(database, &[("HOTDASH_UNDO_SECONDS", "1")]).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let inbox = open_inbox(&house, "App", NewChannel::Api { webhook_url: None });
    limit(&house, inbox, 24);
    let conversation = house.desk.customer_says(inbox, ("Ann", "ann@example.test"), QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    assert!(send(&ada, &draft, None, false).await.0.is_redirection());
    // Time passes without an event of the desk.
    limit(&house, inbox, 0);
    let ended = house.draft(conversation, DraftState::Expired).await;
    assert_eq!((ended.id.clone(), ended.reason.as_deref()), (draft.id, Some(WINDOW_CLOSED)));
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [""; 0]);
    let (_, page) = ada.get(&format!("/drafts/{}", ended.id)).await;
    assert!(page.contains("came too late and was not sent: the channel"), "{page}");
    house.close().await;
}

async fn edited_words_are_checked(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let ann = ("Ann", "ann@example.test");
    let conversation = house.desk.customer_says(house.website, ann, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    assert!(draft.text.contains("4 to 7 working days"), "{}", draft.text);

    let wrong = draft.text.replace("4 to 7 working days", "9 to 11 working days");
    let (status, page) = send(&ada, &draft, Some(&wrong), false).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("No source has this duration: 9 to 11 working days"), "{page}");
    assert!(page.contains("<ins>"), "the words are kept, as changes");
    assert_eq!(house.public_replies(conversation), [""; 0]);
    let changes = format!("/drafts/{}/changes", draft.id);
    let (status, page) = ada.post_for_page(&changes, &[("text", &wrong)]).await;
    assert!(status.is_success() && page.contains("No source has this duration"), "seen before sending");

    // What the knowledge says elsewhere may be said, and so may anything else, knowingly.
    let known = format!("{}\n\nPS. We refund the price within 5 working days.", draft.text);
    let (_, page) = ada.post_for_page(&changes, &[("text", &known)]).await;
    assert!(!page.contains("No source has"), "{page}");
    assert!(send(&ada, &draft, Some(&wrong), true).await.0.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [wrong]);
    house.close().await;
}
