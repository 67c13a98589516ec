//! How conversations were shared, in a browser and for whom.

use super::browser::{LOOKS, holds_together};
use super::driver::{Browser, ENTER};
use crate::support::Database;
use crate::support::house::House;
use chatwoot_sandbox::model::Availability;
use hotdash::store::users::Role;
use hotdash::work::people::invite;
use reqwest::StatusCode;

async fn furnish(house: &House) {
    house.desk.set_availability(1, Availability::Online).unwrap();
    for number in 0..7 {
        let email = format!("c{number}@example.test");
        house.desk.customer_says(house.website, ("Customer", email.as_str()), "Where is my order?").unwrap();
        house.settle().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_leads_compare_people() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let (status, page) = ada.get("/rules/fairness").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("No rule gave a conversation to anybody in this time."), "{page}");
    furnish(&house).await;
    let (_, page) = ada.get("/rules/fairness").await;
    assert!(
        page.contains("<svg") && page.contains("Largest deficit") && page.contains("fairness-table"),
        "{page}"
    );
    for (name, role) in [("Ben", Role::Reviewer), ("Cleo", Role::Viewer)] {
        let other = house.sign_in(name, role).await;
        assert_eq!(other.get("/rules/fairness").await.0, StatusCode::FORBIDDEN, "{name}");
        let (_, rules) = other.get("/rules").await;
        assert!(!rules.contains("/rules/fairness"), "{name} is not led there");
    }
    assert!(ada.get("/rules").await.1.contains("/rules/fairness"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fairness_page_holds_together_at_every_width() {
    let Some(first) = Browser::start(LOOKS[4].1).await else { return };
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let invitation = invite(&house.app, house.app.desks[0].id, "ada@acme.test", "Ada", Role::Lead).await;
    first.open(&invitation.unwrap().unwrap().link).await;
    first.press([ENTER]).await;
    first.until("h1", |text| text.contains("password")).await;
    let session = first.client.get_named_cookie("hotdash_session").await.unwrap();
    furnish(&house).await;
    first.close().await;
    for user in [1, 2, 3] {
        house.desk.set_availability(user, Availability::Offline).unwrap();
    }
    // What is kept of the desk's people is five seconds old at most.
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    let conversation =
        house.desk.customer_says(house.website, ("Zoë", "zoe@example.test"), "Hello?").unwrap();
    house.settle().await;
    let explain = format!("/rules/explain/{conversation}");
    for (name, look) in LOOKS {
        let Some(browser) = Browser::start(look).await else { return };
        browser.open(&format!("{}/sign-in", house.url)).await;
        browser.client.add_cookie(session.clone()).await.unwrap();
        for (page, path) in
            [("fairness", "/rules/fairness"), ("waiting", "/sla"), ("waiting-explained", explain.as_str())]
        {
            browser.open(&format!("{}{path}", house.url)).await;
            holds_together(&browser, look, &format!("{page}-{name}")).await;
        }
        browser.close().await;
    }
    house.close().await;
}
