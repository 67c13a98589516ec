//! How the draft page says to whom a reply goes, how long it is, and that it cannot go.

use super::driver::{Browser, ENTER, Look};
use crate::support::Database;
use crate::support::house::House;
use chatwoot_sandbox::act::{NewChannel, NewInbox};
use chatwoot_sandbox::model::Channel;
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash::work::people::invite;
use serde_json::json;

const ANN: (&str, &str) = ("Ann Customer", "ann@example.test");
const MAIL: &str = "From: Ann Customer <ann@example.test>\r\nTo: help@shop.test\r\nCc: cleo@example.test\r\n\
    Subject: Norway\r\nMessage-ID: <one@example.test>\r\n\r\nHow long does shipping to Norway take?\r\n\r\n\
    On Monday the shop wrote:\r\n> Hello Ann, thank you.\r\n";

fn open_inbox(house: &House, name: &str, channel: NewChannel) -> i64 {
    let inbox = house.desk.act(|desk| desk.create_inbox(NewInbox::new(name, channel)));
    house.desk.add_everybody(inbox).unwrap();
    inbox
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reviewer_sees_how_the_reply_would_leave() {
    let Some(browser) = Browser::start(Look { width: 1440, height: 900, dark: false }).await else { return };
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let invitation = invite(&house.app, house.app.desks[0].id, "ada@acme.test", "Ada", Role::Lead).await;
    open_inbox(&house, "Mail", NewChannel::Email { email: "help@shop.test".to_owned() });
    let sms = open_inbox(&house, "SMS", NewChannel::Sms { phone_number: "+15550100100".to_owned() });
    let app = open_inbox(&house, "App", NewChannel::Api { webhook_url: None });
    house.desk.act(|desk| {
        if let Some(Channel::Api { additional_attributes, .. }) =
            desk.inboxes.get_mut(&app).map(|inbox| &mut inbox.channel)
        {
            additional_attributes.insert("agent_reply_time_window".to_owned(), json!(0));
        }
    });
    let question = "How long does shipping to Norway take? My card was charged twice.";
    let mail = house.desk.mail_arrives(MAIL.as_bytes()).unwrap().unwrap();
    let text = house.desk.customer_says(sms, ANN, question).unwrap();
    let late = house.desk.customer_says(app, ANN, question).unwrap();
    let page = async |conversation: i64| {
        let draft = house.draft(conversation, DraftState::Ready).await;
        browser.open(&format!("{}/drafts/{}", house.url, draft.id)).await;
    };

    browser.open(&invitation.unwrap().unwrap().link).await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text.contains("password")).await;
    page(mail).await;
    let lines = browser.until(".envelope", |text| text.contains("Subject")).await;
    for line in ["ann@example.test", "cleo@example.test", "Re: Norway"] {
        assert!(lines.contains(line), "{lines}");
    }
    browser.shoot("draft-mail").await;

    page(text).await;
    browser.until(".measure", |text| text.contains("text message")).await;
    browser.shoot("draft-text-message").await;

    page(late).await;
    browser.until(".need.blocks", |text| text.contains("Nothing can be sent now")).await;
    assert_eq!(
        browser.ask("return document.querySelectorAll('[data-send], #anyway').length").await,
        json!(0)
    );
    browser.shoot("draft-closed-window").await;
    // First the page: its live news would keep the server waiting.
    browser.close().await;
    house.close().await;
}
