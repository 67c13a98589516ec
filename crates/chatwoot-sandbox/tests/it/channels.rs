//! Channels other than the website, bots, and what the desk does by itself.

use chatwoot_sandbox::act::{NewChannel, NewInbox};
use chatwoot_sandbox::model::{Assignee, Availability, Message, MessageType, Status};
use chatwoot_sandbox::{Faults, Options, WebhookFaults};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, House, message, send};

const ANN: (&str, &str) = ("Ann", "ann@example.test");

fn mail(headers: &str, text: &str) -> String {
    format!("From: Bob <bob@example.test>\r\nTo: help@shop.test\r\n{headers}\r\n{text}\r\n")
}

/// A desk with an e-mail inbox in which everybody is, and an account webhook.
async fn with_mailbox() -> (House, i64) {
    let (house, _) = House::with_website().await;
    let inbox = house.desk.act(|desk| {
        desk.create_inbox(NewInbox::new("Mail", NewChannel::Email { email: "help@shop.test".to_owned() }))
    });
    house.desk.add_everybody(inbox).unwrap();
    (house, inbox)
}

fn last(house: &House, conversation: i64) -> Message {
    house.desk.messages(conversation).unwrap().pop().unwrap()
}

#[tokio::test]
async fn the_mail_door_wants_its_password_and_a_mail() {
    let (house, _) = with_mailbox().await;
    let door = || house.request("POST", "/rails/action_mailbox/relay/inbound_emails");
    let raw = mail("Subject: Hello\r\n", "Hello");
    let with = |password| door().basic_auth("actionmailbox", Some(password)).body(raw.clone());
    assert_eq!(send(door().header("Content-Type", "message/rfc822").body(raw.clone())).await.status, 401);
    assert_eq!(send(with("guess").header("Content-Type", "message/rfc822")).await.status, 401);
    assert_eq!(send(with("inbound").header("Content-Type", "application/json")).await.status, 415);
    assert!(house.delivered().await.is_empty(), "nothing of it came in");
    assert_eq!(send(with("inbound").header("Content-Type", "message/rfc822")).await.status, 204);
    assert_eq!(house.delivered_events().await.len(), 4);
}

#[tokio::test]
async fn a_mail_finds_the_conversation_it_answers() {
    let (house, inbox) = with_mailbox().await;
    let arrives = |headers: &str| house.desk.mail_arrives(mail(headers, "Hello").as_bytes()).unwrap();
    let first = arrives("Subject: One\r\nMessage-ID: <one@example.test>\r\n").unwrap();
    assert_eq!(house.desk.conversation(first).unwrap().inbox_id, inbox);
    let other = arrives("Subject: Two\r\nMessage-ID: <two@example.test>\r\n");
    assert_ne!(other, Some(first), "a new thread is a new conversation");
    assert_eq!(arrives("References: <zero@x.test> <one@example.test>\r\n"), Some(first));
    house.desk.agent_replies(first, BEN, "Hello Bob").unwrap();
    let sent = last(&house, first).source_id.unwrap();
    assert_eq!(arrives(&format!("In-Reply-To: <{sent}>\r\n")), Some(first), "by the id the reply left with");
    let uuid = house.desk.conversation(first).unwrap().uuid;
    assert_eq!(arrives(&format!("Cc: reply+{uuid}@in.acme.test\r\n")), Some(first), "by its reply address");
    let stray = "From: bob@example.test\r\nTo: nobody@elsewhere.test\r\n\r\nHello\r\n";
    assert_eq!(house.desk.mail_arrives(stray.as_bytes()).unwrap(), None);
}

#[tokio::test]
async fn a_reply_with_a_source_is_never_sent_as_mail() {
    let (house, _) = with_mailbox().await;
    let id = house.desk.mail_arrives(mail("Subject: One\r\n", "Hello").as_bytes()).unwrap().unwrap();
    house.delivered().await;
    let path = format!("~/conversations/{id}/messages");
    let marked = json!({"content": "Hello Bob", "source_id": "ours-1", "cc_emails": "a@x.test, b@x.test"});
    let answer = house.call(BEN, "POST", &path, marked).await.json();
    assert_eq!(answer["content_attributes"]["cc_emails"], json!(["a@x.test", "b@x.test"]));
    assert!(!house.delivered_events().await.contains(&"message_updated".to_owned()), "it stays where it is");
    house.call(BEN, "POST", &path, message("A note", true)).await;
    assert_eq!(house.delivered_events().await, ["message_created"], "a note is no mail either");
    house.call(BEN, "POST", &path, message("Hello again", false)).await;
    let told = house.delivered().await;
    assert_eq!(told.last().unwrap()["event"], "message_updated");
    assert!(told.last().unwrap()["source_id"].as_str().unwrap().ends_with("@in.acme.test"));
}

#[tokio::test]
async fn an_absence_note_is_not_greeted() {
    let (house, inbox) = with_mailbox().await;
    house.desk.act(|desk| {
        let inbox = desk.inboxes.get_mut(&inbox).unwrap();
        inbox.greeting_enabled = true;
        inbox.greeting_message = Some("Welcome".to_owned());
    });
    let arrives = |headers: &str| house.desk.mail_arrives(mail(headers, "Away").as_bytes()).unwrap().unwrap();
    let automatic = arrives("Auto-Submitted: auto-replied\r\n");
    assert_eq!(house.desk.messages(automatic).unwrap().len(), 1);
    let by_hand = arrives("Subject: Hello\r\n");
    assert_eq!(house.desk.messages(by_hand).unwrap().len(), 2);
}

#[tokio::test]
async fn text_messages_continue_a_conversation_until_it_is_resolved() {
    let (house, _) = House::with_website().await;
    let channel = NewChannel::Sms { phone_number: "+15550100".to_owned() };
    house.desk.act(|desk| desk.create_inbox(NewInbox::new("SMS", channel)));
    let says = async |to: &str, text: &str| {
        let event = json!([{"type": "message-received", "to": to,
            "message": {"id": "s", "from": "+15550199", "text": text}}]);
        let answer = send(house.request("POST", &format!("/webhooks/sms/{to}")).json(&event)).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    };
    says("+15550100", "One").await;
    says("+15550100", "Two").await;
    assert_eq!(house.desk.messages(1).unwrap().len(), 2);
    house.desk.resolve(1, ADA).unwrap();
    says("+15550100", "Three").await;
    assert_eq!(last(&house, 2).content.as_deref(), Some("Three"));
    says("+15550999", "Wrong number").await;
    assert!(house.desk.conversation(3).is_err(), "a number of no inbox is nobody's");
}

/// A desk whose website has a bot; its first conversation.
async fn with_bot() -> (House, i64) {
    let (house, inbox) = House::with_website().await;
    let quick = WebhookFaults { bot_retry_ms: Some(20), ..WebhookFaults::default() };
    house.desk.set_faults(Faults { webhooks: quick, ..Faults::default() });
    house.desk.act(|desk| {
        let bot = desk.create_bot("Drafter", None, &house.receiver.url("bot"));
        desk.inboxes.get_mut(&inbox).unwrap().agent_bot = Some(bot);
    });
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.settled().await;
    house.receiver.take();
    (house, id)
}

#[tokio::test]
async fn a_bot_is_tried_again_only_after_passing_trouble() {
    let (house, id) = with_bot().await;
    let status = || house.desk.conversation(id).unwrap().status;
    assert_eq!(status(), Status::Pending);
    house.receiver.plan("bot", &[429, 500]);
    house.desk.customer_replies(id, "Hello?").unwrap();
    house.desk.settled().await;
    let tries: Vec<_> = house.receiver.take().into_iter().filter(|got| got.hook == "bot").collect();
    assert_eq!(tries.len(), 3, "the third is accepted");
    assert!(tries.iter().all(|other| other.body == tries[0].body), "the body of the first");
    let secret = house.desk.read(|desk| desk.bots[&1].secret.clone());
    for got in &tries {
        let header = |name: &str| got.headers[name].to_str().unwrap().to_owned();
        let timestamp = header("x-chatwoot-timestamp").parse().unwrap();
        let signed = chatwoot_sandbox::sign::signature(&secret, timestamp, got.body.as_bytes());
        assert_eq!(header("x-chatwoot-signature"), signed);
    }
    let id_of = |n: usize| tries[n].headers["x-chatwoot-delivery"].clone();
    assert_eq!(id_of(0), id_of(2));
    assert_eq!(status(), Status::Pending);

    house.receiver.plan("bot", &[503]);
    house.desk.customer_replies(id, "Anybody?").unwrap();
    house.desk.settled().await;
    let tries =
        house.receiver.take().into_iter().filter(|got| got.hook == "bot" && got.body.contains("Anybody"));
    assert_eq!(tries.filter(|got| got.body.contains("message_created")).count(), 1, "503 is not tried again");
    assert_eq!(status(), Status::Open, "people take over from a bot that fails");
    let noted = last(&house, id);
    assert_eq!(noted.message_type, MessageType::Activity);
    assert!(noted.content.unwrap().contains("error with the agent bot"));
}

#[tokio::test]
async fn a_bot_hears_of_the_conversation_it_is_assigned_and_once_only() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    let bot = house.desk.act(|desk| desk.create_bot("Drafter", None, &house.receiver.url("bot")));
    house.desk.act(|desk| desk.assign_bot(id, bot)).unwrap();
    house.desk.act(|desk| desk.inboxes.get_mut(&inbox).unwrap().agent_bot = Some(bot));
    house.delivered().await;
    house.desk.customer_replies(id, "Hello?").unwrap();
    house.desk.settled().await;
    let told = house.receiver.take();
    let to_bot =
        |event: &str| told.iter().filter(|got| got.hook == "bot" && got.body.contains(event)).count();
    assert_eq!((to_bot("\"event\":\"message_created\""), to_bot("contact_updated")), (1, 0));
}

#[tokio::test]
async fn a_desk_hands_out_what_is_open_to_whoever_is_online() {
    let options = Options { auto_assignment: true, ..Options::default() };
    let (house, inbox) = House::of(options).await.and_website();
    let old = house.desk.customer_says(inbox, ANN, "Nobody is there").unwrap();
    assert_eq!(house.desk.assignee(old).unwrap(), None, "nobody is online");
    house.desk.set_availability(BEN, Availability::Online).unwrap();
    house.delivered().await;
    let new = house.desk.customer_says(inbox, ("Eve", "eve@example.test"), "Hello").unwrap();
    for id in [old, new] {
        assert_eq!(house.desk.assignee(id).unwrap(), Some(Assignee::User(BEN)), "older ones as well");
        assert_eq!(last(&house, id).content.as_deref(), Some("Assigned to Ben Agent by Default Policy"));
    }
    let events = house.delivered().await;
    let assigned = |body: &&Value| body["changed_attributes"][0].get("assignee_id").is_some();
    assert_eq!(events.iter().filter(assigned).count(), 2);
    house.desk.act(|desk| desk.inboxes.get_mut(&inbox).unwrap().enable_auto_assignment = false);
    let third = house.desk.customer_says(inbox, ("Fay", "fay@example.test"), "Hello").unwrap();
    assert_eq!(house.desk.assignee(third).unwrap(), None);
}

#[tokio::test]
async fn out_of_hours_the_notice_takes_the_place_of_the_greeting() {
    let (house, inbox) = House::with_website().await;
    house.desk.clock().set("2026-11-22T22:30:00Z".parse().unwrap());
    house.desk.act(|desk| {
        let inbox = desk.inboxes.get_mut(&inbox).unwrap();
        inbox.greeting_enabled = true;
        inbox.greeting_message = Some("Welcome".to_owned());
        inbox.working_hours_enabled = true;
        inbox.out_of_office_message = Some("We are closed.".to_owned());
        inbox.timezone = "Asia/Tokyo".to_owned();
    });
    let texts = |id: i64| -> Vec<String> {
        house.desk.messages(id).unwrap().into_iter().filter_map(|message| message.content).collect()
    };
    let night = house.desk.customer_says(inbox, ANN, "Hello?").unwrap();
    house.desk.customer_replies(night, "Anybody?").unwrap();
    assert_eq!(texts(night), ["Hello?", "We are closed.", "Anybody?"], "once a day");
    // In Tokyo it is half past nine on Monday.
    house.desk.clock().set("2026-11-23T00:30:00Z".parse().unwrap());
    let day = house.desk.customer_says(inbox, ("Eve", "eve@example.test"), "Hello!").unwrap();
    assert_eq!(texts(day), ["Hello!", "Welcome"]);
}
