//! What to do, in a browser at every width, with everything that can be said and with nothing.

use super::browser::{LOOKS, holds_together};
use super::driver::{Browser, ENTER, Look};
use crate::recommendations::{plant, start, stay_signed_in};
use crate::support::Database;
use hotdash::store::users::Role;
use hotdash::work::people::invite;

const DESK: (&str, Look) = ("desk-light", Look { width: 1280, height: 900, dark: false });
const HAND: (&str, Look) = ("hand-light", Look { width: 390, height: 844, dark: false });

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_to_do_holds_together_at_every_width() {
    let Some(first) = Browser::start(LOOKS[4].1).await else { return };
    let database = Database::sqlite();
    let (house, clock) = start(&database).await;
    let desk = house.app.desks[0].id;
    let session = async |browser: &Browser, email: &str| {
        let invitation = invite(&house.app, desk, email, "Ada", Role::Lead).await;
        browser.open(&invitation.unwrap().unwrap().link).await;
        browser.press([ENTER]).await;
        browser.until("h1", |text| text.contains("password")).await;
        browser.client.get_named_cookie("hotdash_session").await.unwrap()
    };
    let session = session(&first, "ada@acme.test").await;
    first.open(&format!("{}/recommendations", house.url)).await;
    first.until("#recommendations", |text| text.contains("Too little is known")).await;
    first.shoot("recommendations-first-run").await;
    plant(&house, &clock).await;
    first.close().await;
    for (name, look) in LOOKS.into_iter().chain([DESK, HAND]) {
        let Some(browser) = Browser::start(look).await else { return };
        browser.open(&format!("{}/sign-in", house.url)).await;
        browser.client.add_cookie(session.clone()).await.unwrap();
        stay_signed_in(&house).await;
        browser.open(&format!("{}/recommendations", house.url)).await;
        browser.until("h1", |text| text == "What to do").await;
        holds_together(&browser, look, &format!("recommendations-{name}")).await;
        browser.ask("document.querySelectorAll('details').forEach((one) => one.open = true)").await;
        holds_together(&browser, look, &format!("recommendations-unfolded-{name}")).await;
        browser.close().await;
    }
    house.close().await;
}
