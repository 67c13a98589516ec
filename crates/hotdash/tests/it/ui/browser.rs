//! The whole demo in a browser, keyboard only; and every page at three widths, light and dark.

use super::driver::{Browser, Demo, ENTER, ESCAPE, Look};
use serde_json::json;

const QUESTION: &str = "Hi! How long does shipping to Norway take, and what does it cost?";
const WIDE: Look = Look { width: 1440, height: 900, dark: false };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_demo_by_keyboard() {
    let Some(browser) = Browser::start(WIDE).await else { return };
    let demo = Demo::start(&["--quiet-desk", "--undo-seconds", "3"]).await;
    sign_in(&browser, &demo).await;
    browser.until("#draft, .empty", |text| text.contains("Nobody waits")).await;
    browser.shoot("queue-empty").await;
    let reviewing = browser.client.window().await.unwrap();

    let chatting = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(chatting.clone()).await.unwrap();
    write_as_customer(&browser, &demo).await;

    browser.client.switch_to_window(reviewing.clone()).await.unwrap();
    let letter = browser.until(".letter .text", |text| text.contains("Norway")).await;
    browser.shoot("draft-ready").await;
    let claimed = browser.ask("return document.querySelectorAll('.letter .claim').length").await;
    assert!(claimed.as_i64() > Some(0), "claims are marked with their evidence");
    browser.press("55".chars()).await;
    browser.shoot("draft-graded").await;
    browser.press(['4']).await;
    browser.until("#outcome", |text| text.contains("leaves in")).await;
    browser.shoot("draft-approved").await;
    browser.until("#outcome", |text| text.contains("was sent")).await;
    assert_eq!(browser.text("[data-count]").await, "0 waiting");

    browser.client.switch_to_window(chatting).await.unwrap();
    let price = letter.lines().find(|line| line.contains("Norway")).unwrap().split('.').next().unwrap();
    let chat = browser.until("#thread", |text| text.contains(price)).await;
    assert_eq!(chat.matches(price).count(), 1, "the reply is there once");
    browser.shoot("chat-answered").await;

    edit_then_undo_then_reject(&browser, &reviewing).await;
    demo.stop().await;
    browser.close().await;
}

async fn sign_in(browser: &Browser, demo: &Demo) {
    browser.open(&demo.review_link).await;
    browser.shoot("sign-in-link").await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text.contains("password")).await;
    browser.type_text("three old jets").await;
    browser.tab_to("[name=again]").await;
    browser.type_text("three old jets").await;
    browser.press([ENTER]).await;
    browser.until("#queue h1", |text| text.starts_with("Queue")).await;
}

async fn write_as_customer(browser: &Browser, demo: &Demo) {
    browser.open(&demo.chat).await;
    browser.until("#start", |text| text.contains("Your message")).await;
    browser.tab_to("#first").await;
    browser.type_text(QUESTION).await;
    browser.tab_to("#start button[type=submit]").await;
    browser.press([ENTER]).await;
    browser.until("#thread", |text| text.contains("Norway")).await;
}

/// The customer writes on; the next draft is edited, taken back, and then rejected.
async fn edit_then_undo_then_reject(browser: &Browser, reviewing: &fantoccini::wd::WindowHandle) {
    browser.tab_to("#text").await;
    browser.type_text("And can I return it if it does not fit?").await;
    browser.press([ENTER]).await;
    browser.client.switch_to_window(reviewing.clone()).await.unwrap();
    browser.until(".letter .text", |text| text.contains("return")).await;

    browser.press(['e']).await;
    browser.until("#decide", |text| text.contains("See the changes")).await;
    browser.type_text("PS. ").await;
    browser.shoot("draft-editing").await;
    browser.press([ESCAPE, 'd']).await;
    browser.until(".letter ins", |text| text.contains("PS")).await;
    browser.shoot("draft-changes").await;
    browser.press("454".chars()).await;
    browser.until("#outcome", |text| text.contains("leaves in")).await;
    browser.press(['u']).await;
    browser.until("#decide", |text| text.contains("Reject")).await;

    browser.press(['r']).await;
    browser.until("#reject .panel", |text| text.contains("policy")).await;
    browser.shoot("draft-rejecting").await;
    browser.press(['2']).await;
    let told = browser.until("#outcome", |text| text.contains("rejected")).await;
    assert!(told.contains("It breaks a policy"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn news_announces_itself_and_moves_nothing_that_is_read() {
    let Some(browser) = Browser::start(WIDE).await else { return };
    let demo = Demo::start(&["--quiet-desk"]).await;
    sign_in(&browser, &demo).await;
    let reviewing = browser.client.window().await.unwrap();
    let chatting = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(chatting.clone()).await.unwrap();
    write_as_customer(&browser, &demo).await;
    browser.client.switch_to_window(reviewing.clone()).await.unwrap();
    browser.until(".letter .text", |text| text.contains("Norway")).await;
    let letter = "return Math.round(document.querySelector('.letter').getBoundingClientRect().top)";
    let before = browser.ask(letter).await;

    browser.client.switch_to_window(chatting).await.unwrap();
    browser.tab_to("#text").await;
    browser.type_text("Never mind, I mean Switzerland.").await;
    browser.press([ENTER]).await;
    browser.client.switch_to_window(reviewing).await.unwrap();
    let told = browser.until("#decide", |text| text.contains("was not sent")).await;
    assert!(told.contains("the customer wrote again"), "{told}");
    browser.until("#news", |text| text == "1 new").await;
    browser.shoot("draft-superseded").await;
    assert_eq!(browser.ask(letter).await, before, "the text that is read stays where it is");
    demo.stop().await;
    browser.close().await;
}

/// Widths and schemes in which every page must hold together.
pub(super) const LOOKS: [(&str, Look); 6] = [
    ("phone-light", Look { width: 360, height: 780, dark: false }),
    ("phone-dark", Look { width: 360, height: 780, dark: true }),
    ("laptop-light", Look { width: 1024, height: 768, dark: false }),
    ("laptop-dark", Look { width: 1024, height: 768, dark: true }),
    ("wide-light", Look { width: 1600, height: 1000, dark: false }),
    ("wide-dark", Look { width: 1600, height: 1000, dark: true }),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_holds_together_at_every_width() {
    let Some(first) = Browser::start(WIDE).await else { return };
    let demo = Demo::start(&[]).await;
    sign_in(&first, &demo).await;
    first.until("[data-count]", |text| text == "4 waiting").await;
    first.open(&format!("{}/drafts", demo.url())).await;
    first.shoot("review-light").await;
    let session = first.client.get_named_cookie("hotdash_session").await.unwrap();
    let item = first.ask("return document.querySelector('.item').getAttribute('href')").await;
    let draft = item.as_str().unwrap().to_owned();
    first.close().await;

    for (name, look) in LOOKS {
        let Some(browser) = Browser::start(look).await else { return };
        browser.open(&format!("{}/sign-in", demo.url())).await;
        browser.shoot(&format!("sign-in-{name}")).await;
        browser.client.add_cookie(session.clone()).await.unwrap();
        for (page, path) in [
            ("queue", "/drafts"),
            ("draft", draft.as_str()),
            ("edit", &format!("{draft}?mode=edit")),
            ("none", "/drafts?q=nobody"),
            ("deliveries-demo", "/deliveries"),
            ("dashboard-demo", "/dashboard?period=28d"),
            ("account", "/account"),
            ("password", "/account/password"),
            ("missing", "/nothing-here"),
        ] {
            browser.open(&format!("{}{path}", demo.url())).await;
            holds_together(&browser, look, &format!("{page}-{name}")).await;
        }
        browser.close().await;
    }
    demo.stop().await;
}

pub(super) async fn holds_together(browser: &Browser, look: Look, name: &str) {
    browser.shoot(name).await;
    let wide = browser.ask("return document.documentElement.scrollWidth").await;
    assert!(wide.as_u64() <= Some(u64::from(look.width)), "{name} scrolls sideways: {wide}");
    let dark = browser.ask("return matchMedia('(prefers-color-scheme: dark)').matches").await;
    assert_eq!(dark, json!(look.dark), "{name}");
    if look.width < 720 {
        let small = browser.ask(SMALL_TARGETS).await;
        assert_eq!(small, json!([]), "{name} has targets too small for a finger");
    }
}

/// Buttons and the like below 40 px; links within text are as high as their line.
const SMALL_TARGETS: &str = "
    const targets = document.querySelectorAll('button, .btn, .five span, summary, .rail a, .tabs a, input[type=search]');
    return [...targets]
        .filter((t) => t.checkVisibility() && t.getBoundingClientRect().height < 40)
        .map((t) => t.outerHTML.slice(0, 120));
";
