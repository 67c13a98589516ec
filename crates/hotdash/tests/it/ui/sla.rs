//! The SLA board in a browser: at every width, by keyboard, and while clocks end.

use super::browser::{LOOKS, holds_together};
use super::driver::{Browser, ENTER, Look};
use crate::support::Database;
use crate::support::house::House;
use chatwoot_sandbox::model::Status;
use hotdash::clock::Clock;
use hotdash::store::users::Role;
use hotdash::work::people::invite;
use hotdash_core::ids::ConversationId;
use jiff::SignedDuration;
use serde_json::json;
use std::time::{Duration, Instant};

const TARGETS: &str = "
calendar = 'hours'
[[target]]
id = 'everybody'
first_response = '45m'
next_response = '1h'
resolution = '24h'
[[warning]]
at = 50
[[warning]]
at = 100
tag = 'sla_breached'
";

/// A house with a targets file, whose hands can be set forward.
async fn start(database: &Database, folder: &tempfile::TempDir) -> (House, Clock) {
    let file = folder.path().join("sla.toml");
    std::fs::write(&file, TARGETS).unwrap();
    let clock = Clock::running();
    let settings = [("HOTDASH_SLA_FILE", file.to_str().unwrap())];
    (House::start_at(database, &settings, clock.clone()).await, clock)
}

fn pass(house: &House, clock: &Clock, minutes: i64) {
    house.desk.clock().set_forward(SignedDuration::from_mins(minutes));
    clock.advance(minutes * 60_000);
}

/// Clocks of every kind; answers the conversation that is over its time.
async fn furnish(house: &House, clock: &Clock) -> i64 {
    let name = ("Anna-Katharina Freifrau von und zu Hohenlohe-Waldenburg", "anna@example.test");
    let over = house.desk.customer_says(house.website, name, "Where is my order?").unwrap();
    house.settle().await;
    pass(house, clock, 15);
    let snoozed = house.desk.customer_says(house.website, ("Ben Ito", "ben@example.test"), "Hi").unwrap();
    house.settle().await;
    house.desk.set_status(snoozed, 2, Status::Snoozed).unwrap();
    let risky = house.desk.customer_says(house.website, ("مريم", "maryam@example.test"), "مرحبا").unwrap();
    house.desk.assign(risky, Some(2), 1).unwrap();
    let answered =
        house.desk.customer_says(house.website, ("Cy", "cy@example.test"), "Do you ship?").unwrap();
    house.desk.agent_replies(answered, 2, "We do.").unwrap();
    house.settle().await;
    pass(house, clock, 36);
    house.desk.customer_says(house.website, ("Di", "di@example.test"), "Is it in stock?").unwrap();
    house.settle().await;
    let desk = house.app.desks[0].id;
    for _ in 0..500 {
        if house.app.store.sla_warnings(desk, ConversationId(over)).await.unwrap().len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    house.settle().await;
    over
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sla_board_holds_together_at_every_width_in_a_browser() {
    let Some(first) = Browser::start(LOOKS[4].1).await else { return };
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().unwrap());
    let (house, clock) = start(&database, &folder).await;
    let invitation = invite(&house.app, house.app.desks[0].id, "ada@acme.test", "Ada", Role::Lead).await;
    first.open(&invitation.unwrap().unwrap().link).await;
    first.press([ENTER]).await;
    first.until("h1", |text| text.contains("password")).await;
    first.open(&format!("{}/sla", house.url)).await;
    first.until("#board", |text| text.contains("No clock runs")).await;
    first.shoot("sla-first-run").await;
    let session = first.client.get_named_cookie("hotdash_session").await.unwrap();
    first.close().await;
    let over = furnish(&house, &clock).await;
    for (name, look) in LOOKS {
        let Some(browser) = Browser::start(look).await else { return };
        browser.open(&format!("{}/sign-in", house.url)).await;
        browser.client.add_cookie(session.clone()).await.unwrap();
        for (page, path) in [
            ("sla", "/sla".to_owned()),
            ("sla-none", "/sla?assignee=Somebody".to_owned()),
            ("sla-proof", format!("/sla/{over}")),
        ] {
            browser.open(&format!("{}{path}", house.url)).await;
            holds_together(&browser, look, &format!("{page}-{name}")).await;
        }
        browser.close().await;
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sla_board_says_in_a_browser_when_a_clock_ends() {
    let Some(browser) = Browser::start(Look { width: 1440, height: 900, dark: false }).await else { return };
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().unwrap());
    let (house, clock) = start(&database, &folder).await;
    let over = furnish(&house, &clock).await;
    let invitation = invite(&house.app, house.app.desks[0].id, "ada@acme.test", "Ada", Role::Lead).await;
    browser.open(&invitation.unwrap().unwrap().link).await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text.contains("password")).await;
    browser.tab_to(".rail [href='/sla']").await;
    browser.press([ENTER]).await;
    let first = browser.until(".clocks li", |text| text.contains("overdue by")).await;
    assert!(first.contains("Hohenlohe") && first.contains("First response"), "{first}");
    assert!(browser.text("#sla-figures").await.contains("Over"));
    browser.until("#warnings", |text| text.contains("labels sla_breached")).await;

    browser.tab_to(&format!(".clocks [href='/sla/{over}']")).await;
    browser.press([ENTER]).await;
    let proof = browser.until("#proof", |text| text.contains("Warnings given")).await;
    assert!(proof.contains("What counts until it is due") && proof.contains("45 min"), "{proof}");

    browser.open(&format!("{}/sla", house.url)).await;
    browser.until("#sla-figures", |text| text.contains("Over")).await;
    house.desk.agent_replies(over, 2, "It left yesterday.").unwrap();
    let begun = Instant::now();
    while browser.ask("return document.getElementById('sla-news').hidden").await != json!(false) {
        assert!(begun.elapsed() < Duration::from_secs(20), "no news");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let first = browser.text(".clocks li").await;
    assert!(
        first.contains("Hohenlohe") && first.contains("First response"),
        "nothing moves before it is asked to"
    );
    browser.tab_to("#sla-news").await;
    browser.press([ENTER]).await;
    browser.until(".clocks li", |text| !text.contains("First response") || !text.contains("Hohenlohe")).await;
    // An open page keeps its stream, and the house waits for that.
    browser.close().await;
    house.close().await;
}
