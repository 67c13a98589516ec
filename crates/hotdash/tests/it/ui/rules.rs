//! The rules in a browser: switched, edited, tried and explained by keyboard alone; every page at every width.

use super::browser::{LOOKS, holds_together};
use super::driver::{Browser, ENTER, Look};
use crate::support::Database;
use crate::support::house::House;
use hotdash::store::users::Role;
use hotdash::work::people::invite;
use hotdash::work::rules::{Edit, edit, shadow};
use serde_json::json;

const ANN: (&str, &str) = ("Ann Customer", "ann@example.test");
const NORWAY: &str = "[[rule]]\nid = \"norway\"\nname = \"Norway\"\ngroup = \"tags\"\npriority = 70\n\
    why = \"The customs papers take a while.\"\nwhen = { type = \"keyword\", contains = \"norway\" }\n\
    then = { tag = [\"abroad\"] }\n";

async fn sign_in(browser: &Browser, house: &House) {
    let invitation = invite(&house.app, house.app.desks[0].id, "ada@acme.test", "Ada", Role::Lead).await;
    browser.open(&invitation.unwrap().unwrap().link).await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text.contains("password")).await;
}

async fn says(house: &House, text: &str) -> i64 {
    let conversation = house.desk.customer_says(house.website, ANN, text).unwrap();
    house.settle().await;
    conversation
}

async fn put(browser: &Browser, text: &str) {
    // Typing a whole rulebook key by key shows nothing that typing its last key does not.
    let script =
        "const field = document.getElementById('rule-text'); field.value = arguments[0]; field.focus();";
    browser.client.execute(script, vec![json!(text)]).await.unwrap();
    browser.type_text(" ").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_are_changed_and_explained_by_keyboard() {
    let Some(browser) = Browser::start(Look { width: 1440, height: 900, dark: false }).await else { return };
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let conversation = says(&house, "I am a VIP customer: do you ship to Norway?").await;
    sign_in(&browser, &house).await;
    browser.tab_to(".rail [href='/rules']").await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text == "Rules").await;

    browser.tab_to("[data-rule=vip] button").await;
    browser.press([ENTER]).await;
    browser.until("[role=status]", |text| text.contains("The rule is off")).await;
    assert!(browser.text("[data-rule=vip]").await.contains("Switch on"));
    assert!(browser.text("#versions").await.contains("Switched off “VIP”"));
    browser.tab_to("#versions form button").await;
    browser.press([ENTER]).await;
    browser.until("[role=status]", |text| text.contains("The earlier rules decide again")).await;
    assert!(browser.text("[data-rule=vip]").await.contains("Switch off"));

    browser.tab_to("[data-rule=vip] summary").await;
    browser.press([ENTER]).await;
    let written = browser.text("[data-rule=vip] .written pre").await;
    assert!(written.contains("id = \"vip\"") && written.contains("high_value"), "{written}");
    browser.tab_to("[href='/rules/edit?rule=vip']").await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text == "Edit the rules").await;
    assert!(browser.text("#findings").await.contains("Nothing to mend: 6 rules"));
    let script = "return document.getElementById('rule-text').value";
    let text = browser.client.execute(script, vec![]).await.unwrap();
    assert!(text.as_str().unwrap().contains("high_value"), "{text}");

    browser.tab_to(".rail [href='/rules']").await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text == "Rules").await;
    browser.tab_to("[href='/rules/edit']").await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text == "Edit the rules").await;
    put(&browser, &NORWAY.replace("contains", "contians")).await;
    let found = browser.until("#findings", |text| text.contains("Did you mean contains?")).await;
    assert!(found.contains("line 7") && !found.contains("Nothing to mend"), "{found}");
    browser.tab_to("button[value=activate]").await;
    browser.press([ENTER]).await;
    browser.until("[role=alert]", |text| text.contains("Nothing was changed")).await;
    put(&browser, NORWAY).await;
    browser.until("#findings", |text| text.contains("Nothing to mend: 7 rules")).await;
    browser.tab_to("button[value=backtest]").await;
    browser.press([ENTER]).await;
    let told = browser.until("h1 + p", |text| text.contains("would have been different")).await;
    assert!(told.starts_with("1 of 1 conversation"), "{told}");
    assert!(browser.text("#backtest .lines").await.contains("abroad"));
    browser.tab_to("button[value=activate]").await;
    browser.press([ENTER]).await;
    browser.until("[role=status]", |text| text.contains("The new rules decide from now on")).await;
    assert!(browser.text("[data-rule=norway]").await.contains("The customs papers take a while."));

    browser.tab_to("[data-rule=vip] [href^='/rules/explain/']").await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text.contains(&format!("conversation {conversation}"))).await;
    let told = browser.text("#explain").await;
    assert!(told.contains("made again from its record by the rules of then: the same"), "{told}");
    assert!(told.contains("The rules of today would do otherwise"), "{told}");
    assert!(told.contains("vip") && told.contains("no match"), "{told}");
    browser.close().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rule_pages_hold_together_at_every_width() {
    let Some(first) = Browser::start(LOOKS[4].1).await else { return };
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let (app, desk) = (&house.app, &house.app.desks[0]);
    sign_in(&first, &house).await;
    for (name, path) in [("rules-first-run", "/rules"), ("rules-backtest-none", "/rules/backtest")] {
        first.open(&format!("{}{path}", house.url)).await;
        first.shoot(name).await;
    }
    let session = first.client.get_named_cookie("hotdash_session").await.unwrap();
    first.close().await;
    let edited = |text: String, based_on| Edit {
        text,
        based_on,
        note: "Returns and everything that goes abroad to the people who know customs".to_owned(),
        author: "Anna-Katharina Freifrau von und zu Hohenlohe-Waldenburg".to_owned(),
    };
    edit(app, desk, &edited(NORWAY.to_owned(), 0)).await.unwrap();
    let long = NORWAY
        .replace("norway", "donaudampfschifffahrtsgesellschaftskapitaensmuetze")
        .replace("Norway", "لغة");
    edit(app, desk, &edited(format!("{NORWAY}\n{long}"), 1)).await.unwrap();
    let candidate = NORWAY.replace("abroad", "far-away-and-beyond-the-sea");
    shadow(&app.store, &app.clock, desk.id, &desk.layers, &candidate, "Ada").await.unwrap();
    desk.take_up_rules(&app.store, app.clock.now_ms()).await.unwrap();
    let conversation =
        says(&house, "I am a VIP and I will sue you. Do you ship to Norway? مرحبا، أين طلبي؟").await;
    says(&house, "Do you ship to Norway, and when?").await;
    let explain = format!("/rules/explain/{conversation}");
    for (name, look) in LOOKS {
        let Some(browser) = Browser::start(look).await else { return };
        browser.open(&format!("{}/sign-in", house.url)).await;
        browser.client.add_cookie(session.clone()).await.unwrap();
        for (page, path) in [
            ("rules", "/rules"),
            ("rules-edit", "/rules/edit?version=1"),
            ("rules-explain", explain.as_str()),
            ("rules-backtest", "/rules/backtest"),
        ] {
            browser.open(&format!("{}{path}", house.url)).await;
            holds_together(&browser, look, &format!("{page}-{name}")).await;
        }
        put_bad(&browser, &house).await;
        holds_together(&browser, look, &format!("rules-edit-wrong-{name}")).await;
        browser.close().await;
    }
    house.close().await;
}

async fn put_bad(browser: &Browser, house: &House) {
    browser.open(&format!("{}/rules/edit", house.url)).await;
    put(browser, &NORWAY.replace("contains", "contians").replace("tag =", "tga =")).await;
    browser.until("#findings", |text| text.contains("things to mend:")).await;
}
