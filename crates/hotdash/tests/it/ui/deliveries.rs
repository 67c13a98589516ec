//! The deliveries page in a browser: at every width, by keyboard, and while the desk goes on telling.

use super::browser::{LOOKS, holds_together};
use super::driver::{Browser, ENTER, Look};
use crate::deliveries::send;
use crate::support::Database;
use crate::support::house::House;
use chatwoot_sandbox::{Faults, WebhookFaults};
use hotdash::store::deliveries::Wanted;
use hotdash::store::drafts::DraftState;
use hotdash::store::gaps::{NewGap, Poll, keep_gap, keep_poll, repair_gap};
use hotdash::store::users::Role;
use hotdash::work::dead_letters::put_away;
use hotdash::work::people::invite;
use hotdash_core::event::Event;
use hotdash_core::ids::ConversationId;

const UNREADABLE: &str = r#"{"event":"message_created","account":{"id":1},"content":"مرحبا، أين طلبي؟ Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnungsentwurf"}"#;

/// Some of everything that the page can show.
async fn furnish(house: &House) -> i64 {
    let webhooks = WebhookFaults { double: true, ..WebhookFaults::default() };
    house.desk.set_faults(Faults { webhooks, ..Faults::default() });
    let name = ("Anna-Katharina Freifrau von und zu Hohenlohe-Waldenburg", "ann@example.test");
    let conversation = house.desk.customer_says(house.website, name, "How long does shipping take?").unwrap();
    house.draft(conversation, DraftState::Ready).await;
    house.desk.set_faults(Faults::default());
    assert!(send(house, "<p>Bad gateway</p>\u{0}").await.is_client_error());
    assert!(send(house, UNREADABLE).await.is_success());
    house.settle().await;
    let (desk, now) = (house.app.desks[0].id, house.app.clock.now_ms());
    let (store, id) = (&house.app.store, ConversationId(conversation));
    let known = store.conversation(desk, id).await.unwrap().unwrap();
    let message = store.thread(desk, id, 9).await.unwrap().remove(0);
    let began = Event::ConversationCreated { conversation: Box::new(known.clone()) };
    let wrote =
        Event::MessageCreated { message: message.clone(), conversation: Box::new(known), changed: None };
    for (gap, message, event) in [("g1", Some(message.id), &wrote), ("g2", None, &began)] {
        let gap = NewGap { id: gap.into(), desk, conversation: id, message, event, found_at: now };
        store.commit(keep_gap(&gap).unwrap().into()).await.unwrap();
    }
    store.commit(repair_gap("g1", now).into()).await.unwrap();
    let poll = Poll { covered_until: now - 60_000, polled_at: now, took_ms: 240, listed: 3 };
    store.commit(keep_poll(desk, poll).into()).await.unwrap();
    conversation
}

async fn one(house: &House, state: &str) -> String {
    let wanted = Wanted { state: Some(state.to_owned()), ..Wanted::default() };
    let found = house.app.store.deliveries(house.app.desks[0].id, &wanted, 1).await.unwrap();
    format!("/deliveries/{}", found[0].id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_hold_together_at_every_width() {
    let Some(first) = Browser::start(LOOKS[4].1).await else { return };
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let invitation = invite(&house.app, house.app.desks[0].id, "ada@acme.test", "Ada", Role::Lead).await;
    first.open(&invitation.unwrap().unwrap().link).await;
    first.press([ENTER]).await;
    first.until("h1", |text| text.contains("password")).await;
    first.open(&format!("{}/deliveries", house.url)).await;
    first.until("#latest", |text| text.contains("Nothing came from the desk yet")).await;
    first.shoot("deliveries-first-run").await;
    let session = first.client.get_named_cookie("hotdash_session").await.unwrap();
    first.close().await;
    furnish(&house).await;
    let (processed, dead, rejected) =
        (one(&house, "processed").await, one(&house, "dead").await, one(&house, "rejected").await);
    for (name, look) in LOOKS {
        let Some(browser) = Browser::start(look).await else { return };
        browser.open(&format!("{}/sign-in", house.url)).await;
        browser.client.add_cookie(session.clone()).await.unwrap();
        for (page, path) in [
            ("deliveries", "/deliveries"),
            ("deliveries-none", "/deliveries?conversation=4711"),
            ("delivery", processed.as_str()),
            ("delivery-dead", dead.as_str()),
            ("delivery-rejected", rejected.as_str()),
        ] {
            browser.open(&format!("{}{path}", house.url)).await;
            holds_together(&browser, look, &format!("{page}-{name}")).await;
        }
        browser.close().await;
    }
    put_away(&house.app, &house.app.desks[0], dead.trim_start_matches("/deliveries/")).await.unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_follows_the_desk_and_replays_by_keyboard() {
    let Some(browser) = Browser::start(Look { width: 1440, height: 900, dark: false }).await else { return };
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let invitation = invite(&house.app, house.app.desks[0].id, "ada@acme.test", "Ada", Role::Lead).await;
    browser.open(&invitation.unwrap().unwrap().link).await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text.contains("password")).await;
    browser.tab_to(".rail [href='/deliveries']").await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text == "Deliveries").await;
    assert!(!browser.text("[data-trouble]").await.contains("look"));

    assert!(send(&house, UNREADABLE).await.is_success());
    browser.until("#figures", |text| text.contains("dead letter")).await;
    browser.until("[data-trouble]", |text| text.contains("needs a look")).await;
    let news = browser.until("#deliveries-news", |text| !text.is_empty()).await;
    assert!(news.contains("There is news"), "{news}");
    assert_eq!(browser.text("#dead").await, "", "nothing moves before it is asked to");
    browser.tab_to("#deliveries-news").await;
    browser.press([ENTER]).await;
    browser.until("#dead", |text| text.contains("Read the delivery message_created")).await;

    browser.tab_to("#dead [action$='/replay'] .btn").await;
    browser.press([ENTER]).await;
    browser.until("[role=status]", |text| text.contains("One thing begins anew")).await;
    house.settle().await;
    browser.open(&format!("{}/deliveries", house.url)).await;
    browser.tab_to("#dead [action$='/put-away'] .btn").await;
    browser.press([ENTER]).await;
    browser.until("[role=status]", |text| text.contains("put away")).await;
    assert!(!browser.text("[data-trouble]").await.contains("look"));
    // An open page keeps its stream, and the house waits for that.
    browser.close().await;
    house.close().await;
}
