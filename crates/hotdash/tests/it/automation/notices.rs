//! Telling the team: by mail and in its chat, over servers that are down, busy, forgetful or rude.

use super::{Office, QUESTION};
use crate::support::mailbox::{Mailbox, Mood};
use crate::support::{Database, both_databases};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use hotdash::mail::{Inline, Letter, Mail, MailError};
use hotdash::store::effects::EffectState;
use hotdash::store::users::Role;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

both_databases!(
    every_lead_and_the_chat_are_told_once,
    a_mail_server_that_was_down_gets_the_letter_when_it_is_back,
    a_letter_that_cannot_be_delivered_has_a_name,
);

const TELL: &str = r#"
[[rule]]
id = "tell"
name = "Somebody asks for Norway"
why = "The route is new."
group = "tags"
when = { type = "keyword", any_of = ["norway"] }
then = { notify = { to = ["leads", "webhook", "route@acme.test"], text = "Please have a look." } }
"#;

/// The team's chat: keeps what is posted, and refuses the first with this status.
async fn chat(first: StatusCode) -> (String, Arc<Mutex<Vec<Value>>>) {
    type Posts = (Arc<Mutex<Vec<Value>>>, Arc<Mutex<StatusCode>>);
    let posts: Arc<Mutex<Vec<Value>>> = Arc::default();
    let state: Posts = (Arc::clone(&posts), Arc::new(Mutex::new(first)));
    let take = |State((posts, status)): State<Posts>, Json(body): Json<Value>| async move {
        let now = std::mem::replace(&mut *status.lock().unwrap(), StatusCode::OK);
        if now == StatusCode::OK {
            posts.lock().unwrap().push(body);
        }
        now
    };
    let router = Router::new().route("/hook/never-shown", post(take)).with_state(state);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook/never-shown", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, posts)
}

async fn every_lead_and_the_chat_are_told_once(database: &Database) {
    let mailbox = Mailbox::open().await;
    let (hook, posts) = chat(StatusCode::SERVICE_UNAVAILABLE).await;
    let settings = [("SMTP_URL", mailbox.url()), ("HOTDASH_NOTIFY_WEBHOOK", hook)];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let office = Office::on_friday(database, (12, 0), TELL, &settings).await;
    office.house.sign_in("Ada", Role::Lead).await;
    office.house.sign_in("Ben", Role::Reviewer).await;
    office.house.sign_in("Cleo", Role::Lead).await;
    let conversation = office.new_conversation(QUESTION).await;

    let letters = mailbox.letters();
    let mut to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["ada@acme.test", "cleo@acme.test", "route@acme.test"]);
    let letter = &letters[0];
    assert_eq!(
        letter.header("Subject"),
        Some(&*format!("Somebody asks for Norway: conversation {conversation}"))
    );
    assert_eq!(letter.header("From"), Some("hotdash <ada@acme.test>"), "the user of the address");
    assert_eq!(letter.header("Auto-Submitted"), Some("auto-generated"));
    for words in ["Please have a look.", "The route is new.", &format!("/conversations/{conversation}")] {
        assert!(letter.text.replace("=\n", "").contains(words), "{}", letter.text);
    }
    let posted = posts.lock().unwrap().clone();
    assert_eq!(posted.len(), 1, "again after the refusal, and once: {posted:?}");
    let told = posted[0]["text"].as_str().unwrap();
    assert!(told.contains("Somebody asks for Norway") && told.contains("/conversations/"), "{told}");

    let effects = office.effects(conversation, "mail").await;
    assert!(effects.iter().all(|effect| effect.outcome.as_deref() == Some("sent")), "{effects:?}");
    assert_eq!(office.effects(conversation, "chat").await[0].state, EffectState::Done);
    let page = format!("{:?} {:?}", office.house.app.mail, office.house.app.config.mail);
    assert!(!page.contains("never-shown"), "{page}");
    office.house.close().await;
}

async fn a_mail_server_that_was_down_gets_the_letter_when_it_is_back(database: &Database) {
    // A port that was free a moment ago.
    let port = Mailbox::open().await.port;
    let url = format!("smtp://127.0.0.1:{port}");
    let settings = [("SMTP_URL", url.as_str()), ("HOTDASH_MAIL_FROM", "Support <support@acme.test>")];
    let rules = TELL.replace("\"leads\", \"webhook\", ", "");
    let office = Office::on_friday(database, (12, 0), &rules, &settings).await;
    let house = &office.house;
    let conversation = house.desk.customer_says(house.website, super::ANN, QUESTION).unwrap();
    let started = std::time::Instant::now();
    while office.effects(conversation, "mail").await.first().map(|effect| effect.state)
        != Some(EffectState::Sending)
    {
        assert!(started.elapsed() < std::time::Duration::from_secs(30));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let mailbox = Mailbox::on(port).await;
    mailbox.set(Mood::LosesTheAnswer);
    let letters = mailbox.arrived(2).await;
    house.settle().await;
    assert_eq!(mailbox.letters().len(), 2, "it was taken, but we did not learn it");
    assert_eq!(letters[0].header("From"), Some("Support <support@acme.test>"));
    let id = letters[0].header("Message-ID").unwrap();
    assert_eq!(letters[1].header("Message-ID"), Some(id), "every mail program knows it for the same letter");
    assert!(id.ends_with("@acme.test>"), "{id}");
    assert_eq!(office.effects(conversation, "mail").await[0].outcome.as_deref(), Some("sent"));
    office.house.close().await;
}

async fn a_letter_that_cannot_be_delivered_has_a_name(database: &Database) {
    let mailbox = Mailbox::open().await;
    mailbox.set(Mood::Refuses);
    let url = mailbox.url();
    let rules = TELL.replace("\"leads\", \"webhook\", ", "\"webhook\", ");
    let office = Office::on_friday(database, (12, 0), &rules, &[("SMTP_URL", &url)]).await;
    let conversation = office.new_conversation(QUESTION).await;
    let mail = &office.effects(conversation, "mail").await[0];
    assert_eq!(mail.state, EffectState::Refused);
    let why = mail.outcome.as_deref().unwrap();
    assert!(
        why.starts_with("refused: the mail server refuses:") && why.contains("No such user here"),
        "{why}"
    );
    let chat = &office.effects(conversation, "chat").await[0];
    assert_eq!(chat.state, EffectState::Refused);
    assert!(chat.outcome.as_deref().unwrap().starts_with("not_configured"), "{chat:?}");
    office.house.close().await;
}

fn letter<'a>(html: Option<&'a str>, inline: &'a [Inline<'a>]) -> Letter<'a> {
    Letter {
        id: "0190-a",
        at: Timestamp::UNIX_EPOCH,
        to: "Ada <ada@acme.test>",
        subject: "Report for the 3rd\nof May: Größe",
        text: "Plain words",
        html,
        inline,
    }
}

#[tokio::test]
async fn a_letter_can_have_html_and_pictures() {
    let mailbox = Mailbox::open().await;
    let mail = Mail::new(&SecretString::from(mailbox.url()), None, "https://hotdash.example").unwrap();
    let chart = [Inline { id: "chart", content_type: "image/png", bytes: b"not really a picture" }];
    mail.send(&letter(Some("<p>Words <img src=\"cid:chart\"></p>"), &chart)).await.unwrap();
    let arrived = &mailbox.letters()[0];
    assert_eq!(arrived.to, "ada@acme.test");
    assert_eq!(arrived.header("Message-ID"), Some("<0190-a@acme.test>"));
    assert_eq!(arrived.header("Date"), Some("Thu, 01 Jan 1970 00:00:00 +0000"));
    for part in [
        "multipart/alternative",
        "text/plain",
        "Plain words",
        "multipart/related",
        "text/html",
        "Content-ID: <chart>",
        "image/png",
    ] {
        assert!(arrived.text.contains(part), "no {part}: {}", arrived.text);
    }
    assert!(!arrived.text.contains("\nof May"), "a subject is one line: {}", arrived.text);
}

#[tokio::test]
async fn each_way_to_fail_has_a_name_and_none_shows_the_password() {
    let mailbox = Mailbox::open().await;
    let mail = |url: &str| Mail::new(&SecretString::from(url), None, "http://127.0.0.1:8080").unwrap();
    let at = mail(&mailbox.url());
    let send = async |mail: &Mail| mail.send(&letter(None, &[])).await.unwrap_err();
    let named = |error: &MailError, code: &str, again: bool| {
        assert_eq!((error.code(), error.is_worth_retrying()), (code, again), "{error}");
        assert!(!format!("{error} {error:?}").contains("never-shown"), "{error:?}");
    };
    mailbox.set(Mood::Refuses);
    named(&send(&at).await, "refused", false);
    mailbox.set(Mood::Busy);
    named(&send(&at).await, "later", true);
    mailbox.set(Mood::KnowsNobody);
    named(&send(&mail(&mailbox.url())).await, "bad_login", true);
    named(&mail(&mailbox.url()).greet().await.unwrap_err(), "bad_login", true);
    named(&send(&mail("smtp://ada:never-shown@127.0.0.1:9")).await, "unreachable", true);
    let tls = format!("smtps://ada:never-shown@127.0.0.1:{}", mailbox.port);
    named(&send(&mail(&tls)).await, "no_tls", true);
    for wrong in ["mail.example", "https://never-shown@mail.example", "smtp:never-shown"] {
        named(&Mail::new(&SecretString::from(wrong), None, "").unwrap_err(), "not_an_address", false);
    }
    let sender = Mail::new(&SecretString::from(mailbox.url()), Some("nobody"), "");
    named(&sender.unwrap_err(), "not_a_sender", false);
    assert_eq!(mailbox.letters(), []);
}
