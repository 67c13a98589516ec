//! The live chat in a real browser: on a page with exactly the printed policy, and on hotdash's own.

use super::driver::{Browser, ENTER, Look};
use crate::support::Database;
use crate::support::house::House;
use crate::widget::{HMAC_TOKEN, WEBSITE_TOKEN, change_website, house_with_chat, run};
use axum::Router;
use axum::http::header;
use axum::response::Html;
use axum::routing::get;
use fantoccini::Locator;
use hotdash::store::users::Role;
use hotdash::work::people::invite;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const LOOK: Look = Look { width: 1280, height: 900, dark: false };
/// Hidden until the frame has loaded.
const BUBBLE: &str = ".woot-widget-bubble:not(.woot--hide)";
const NONCE: &str = "r4nd0m";

/// What the page notes down: refusals of its policy, and what the chat says.
const LISTENERS: &str = "
    window.seen = [];
    document.addEventListener('securitypolicyviolation', (e) => seen.push(`${e.effectiveDirective} ${e.blockedURI}`));
    for (const name of ['ready', 'error', 'opened', 'closed'])
      addEventListener(`chatwoot:${name}`, (e) => seen.push([name, e.detail?.errorType].filter(Boolean).join(' ')));";

/// Refusals of the page's policy since it was loaded.
const REFUSALS: &str = "
    const observer = new ReportingObserver(() => {}, { types: ['csp-violation'], buffered: true });
    observer.observe();
    return observer.takeRecords().map((r) => `${r.body.effectiveDirective} ${r.body.blockedURL}`);";

/// Buttons of the page that lie under the bubble.
const COVERED: &str = "
    const bubble = document.querySelector('.woot-widget-bubble').getBoundingClientRect();
    const under = (r) => r.left < bubble.right && r.right > bubble.left && r.top < bubble.bottom && r.bottom > bubble.top;
    return [...document.querySelectorAll('button:not(.woot-widget-bubble), .btn, .rail a')]
        .filter((button) => button.checkVisibility() && under(button.getBoundingClientRect()))
        .map((button) => button.outerHTML.slice(0, 120));";

/// A page of somebody's shop, which knows nothing but what `hotdash widget` printed.
struct Shop {
    url: String,
    server: tokio::task::JoinHandle<()>,
}

impl Shop {
    /// With another policy where `change` makes one of it.
    async fn open(printed: &str, change: impl Fn(String) -> String, ready: &str) -> Self {
        let snippet = printed.split("<script").nth(1).unwrap().split("</script>").next().unwrap();
        let policy = printed.split("Content-Security-Policy: ").nth(1).unwrap().lines().next().unwrap();
        let policy = change(policy.replace("NONCE", NONCE));
        let html = format!(
            "<!doctype html><html><head><title>Shop</title></head><body><h1>Shop</h1>\
             <script nonce={NONCE}>{LISTENERS}\naddEventListener('chatwoot:ready', () => {{ {ready} }});</script>\
             <script{}</script></body></html>",
            snippet.replace("NONCE", NONCE)
        );
        let page = move || {
            let answer = ([(header::CONTENT_SECURITY_POLICY, policy.clone())], Html(html.clone()));
            async move { answer }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let app = Router::new().route("/", get(page));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, server }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn seen(browser: &Browser) -> Value {
    browser.ask("return window.seen").await
}

/// What the desk knows of whoever wrote: identifier, name, e-mail address, and whether that was proven.
fn writer(house: &House) -> (Option<String>, String, Option<String>, bool) {
    house.desk.read(|desk| {
        let conversation = desk.conversations.values().next_back().unwrap();
        let contact = &desk.contacts[&conversation.contact_id];
        let proven = desk.contact_inboxes[&conversation.contact_inbox_id].hmac_verified;
        (contact.identifier.clone(), contact.name.clone(), contact.email.clone(), proven)
    })
}

/// Opens the chat, writes into it, and waits for the desk to have it.
async fn chat(browser: &Browser, house: &House, text: &str) {
    browser.client.find(Locator::Css(BUBBLE)).await.unwrap().click().await.unwrap();
    let frame = browser.client.find(Locator::Css("#chatwoot_live_chat_widget")).await.unwrap();
    frame.enter_frame().await.unwrap();
    browser.until("#welcome", |title| !title.is_empty()).await;
    browser.client.find(Locator::Css("#text")).await.unwrap().click().await.unwrap();
    browser.type_text(text).await;
    browser.press([ENTER]).await;
    browser.until("#thread", |thread| thread.contains(text)).await;
    browser.client.clone().enter_parent_frame().await.unwrap();
    let arrived = |desk: &chatwoot_sandbox::Desk| {
        desk.messages.values().any(|message| message.content.as_deref() == Some(text))
    };
    assert!(house.desk.read(arrived), "the desk has the message");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_with_the_printed_policy_chats_as_a_known_user() {
    let Some(browser) = Browser::start(LOOK).await else { return };
    let database = Database::sqlite();
    let house = house_with_chat(&database, &[]).await;
    let hmac = [("CHATWOOT_WEBSITE_TOKEN", WEBSITE_TOKEN), ("CHATWOOT_WIDGET_HMAC_TOKEN", HMAC_TOKEN)];
    let printed = run(&house, &hmac, &[]).await.unwrap();
    let hash = run(&house, &hmac, &["--identify", "user-7"]).await.unwrap();
    let user = format!("$chatwoot.setUser('user-7', {{ name: 'Ann', identifier_hash: '{}' }})", hash.trim());
    change_website(&house, |widget| widget.hmac_mandatory = true);
    let shop = Shop::open(&printed, |policy| policy, &user).await;
    browser.open(&shop.url).await;
    browser.until(BUBBLE, |text| text == "Chat").await;
    chat(&browser, &house, "Do you ship to Norway?").await;
    browser.shoot("widget-shop").await;
    assert_eq!(seen(&browser).await, json!(["ready", "opened"]), "no refusal, no error");
    assert_eq!(browser.ask(REFUSALS).await, json!([]));
    assert_eq!(writer(&house), (Some("user-7".to_owned()), "Ann".to_owned(), None, true));
    let cookies = browser.ask("return document.cookie").await;
    let cookies = cookies.as_str().unwrap().to_owned();
    assert!(cookies.contains("cw_conversation=") && cookies.contains(&format!("cw_user_{WEBSITE_TOKEN}=")));
    house.settle().await;
    house.close().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_printed_source_is_needed_and_a_wrong_hash_is_an_error() {
    let Some(browser) = Browser::start(LOOK).await else { return };
    let database = Database::sqlite();
    let house = house_with_chat(&database, &[]).await;
    let printed = run(&house, &[("CHATWOOT_WEBSITE_TOKEN", WEBSITE_TOKEN)], &[]).await.unwrap();
    let desk = house.app.config.desks[0].base_url.clone();

    // The bubble comes without its style sheet, and the browser reports that.
    let no_style = |policy: String| policy.replace("style-src 'unsafe-inline'", "style-src 'none'");
    let shop = Shop::open(&printed, no_style, "").await;
    browser.open(&shop.url).await;
    browser.until(BUBBLE, |text| text == "Chat").await;
    let refused = browser.ask(REFUSALS).await.to_string();
    assert!(
        refused.contains("style-src-elem inline") && refused.contains("style-src-attr inline"),
        "{refused}"
    );

    for (source, directive) in [("frame-src", "frame-src"), ("script-src", "script-src-elem")] {
        let without = |policy: String| policy.replace(&format!("{source} {desk}"), source);
        let shop = Shop::open(&printed, without, "").await;
        browser.open(&shop.url).await;
        let blocked = format!("return window.seen.some((one) => one.startsWith('{directive} {desk}'))");
        wait_for(&browser, &blocked).await;
    }

    let wrong = "$chatwoot.setUser('user-7', { name: 'Ann', identifier_hash: '00' })";
    let shop = Shop::open(&printed, |policy| policy, wrong).await;
    browser.open(&shop.url).await;
    wait_for(&browser, "return window.seen.includes('error SET_USER_ERROR')").await;
    house.close().await;
    browser.close().await;
}

async fn wait_for(browser: &Browser, script: &str) {
    let started = std::time::Instant::now();
    while browser.ask(script).await != json!(true) {
        assert!(started.elapsed().as_secs() < 30, "in vain: {script}; seen {}", seen(browser).await);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hotdashs_own_pages_show_the_chat_and_forget_who_signed_out() {
    let Some(browser) = Browser::start(LOOK).await else { return };
    let database = Database::sqlite();
    let house = house_with_chat(&database, &[("CHATWOOT_WIDGET_HMAC_TOKEN", HMAC_TOKEN)]).await;
    let desk = house.app.desks[0].id;
    let rita = invite(&house.app, desk, "rita@acme.test", "Rita", Role::Lead).await.unwrap().unwrap();
    browser.open(&rita.link).await;
    browser.press([ENTER]).await;
    browser.until("h1", |text| text.contains("password")).await;
    browser.open(&format!("{}/drafts", house.url)).await;
    browser.until(BUBBLE, |text| text == "Chat").await;
    wait_for(&browser, "return document.cookie.includes('cw_user_')").await;
    chat(&browser, &house, "How do I add a reviewer?").await;
    browser.shoot("widget-hotdash").await;
    assert_eq!(browser.ask(REFUSALS).await, json!([]));
    let (identifier, name, email, proven) = writer(&house);
    assert!(identifier.unwrap().starts_with("hotdash-"));
    assert_eq!((name.as_str(), email, proven), ("Rita", None, true), "no more than needed, and proven");

    house.settle().await;
    browser.open(&format!("{}/drafts", house.url)).await;
    browser.until(BUBBLE, |text| text == "Chat").await;
    browser.shoot("widget-draft").await;
    assert_eq!(browser.ask(COVERED).await, json!([]), "the bubble covers a button");
    let session = browser.client.get_named_cookie("hotdash_session").await.unwrap();
    for (name, width) in [("phone", 360), ("laptop", 1024)] {
        let Some(other) = Browser::start(Look { width, ..LOOK }).await else { return };
        other.open(&format!("{}/sign-in", house.url)).await;
        other.client.add_cookie(session.clone()).await.unwrap();
        let drafts = format!("{}/drafts", house.url);
        other.open(&drafts).await;
        let item = other.ask("return document.querySelector('.item').getAttribute('href')").await;
        for path in [drafts, format!("{}{}", house.url, item.as_str().unwrap())] {
            other.open(&path).await;
            other.until(BUBBLE, |text| text == "Chat").await;
            other.shoot(&format!("widget-{name}")).await;
            assert_eq!(other.ask(COVERED).await, json!([]), "the bubble covers a button at {name}");
        }
        other.close().await;
    }

    let before = browser.ask("return document.cookie").await;
    browser.client.delete_cookie("hotdash_session").await.unwrap();
    browser.open(&format!("{}/sign-in", house.url)).await;
    wait_for(&browser, "return !document.cookie.includes('cw_user_') && document.cookie.includes('cw_conv')")
        .await;
    assert_ne!(browser.ask("return document.cookie").await, before, "a new visitor");
    assert_eq!(browser.ask(REFUSALS).await, json!([]));
    house.settle().await;
    house.close().await;
    browser.close().await;
}
