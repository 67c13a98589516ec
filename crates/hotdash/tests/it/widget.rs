//! `hotdash widget` beside a sandbox desk, and what hotdash's own pages say of the live chat.

use crate::support::Database;
use crate::support::house::House;
use chatwoot_sandbox::model::{Channel, WidgetSettings};
use hotdash::store::users::Role;
use std::process::Stdio;
use tokio::process::Command;

pub(crate) const WEBSITE_TOKEN: &str = "TestWebsite7rea9735YCfN8";
pub(crate) const HMAC_TOKEN: &str = "kq2AhzVfigSZYte2mxWhchCF";

/// A house whose pages show the chat of its desk's website.
pub(crate) async fn house_with_chat(database: &Database, settings: &[(&str, &str)]) -> House {
    let mut all = vec![("CHATWOOT_WEBSITE_TOKEN", WEBSITE_TOKEN)];
    all.extend_from_slice(settings);
    let house = House::start_with(database, &all).await;
    change_website(&house, |widget| {
        WEBSITE_TOKEN.clone_into(&mut widget.website_token);
        HMAC_TOKEN.clone_into(&mut widget.hmac_token);
    });
    house
}

pub(crate) fn change_website(house: &House, change: impl FnOnce(&mut WidgetSettings)) {
    house.desk.act(|desk| match &mut desk.inboxes.get_mut(&house.website).unwrap().channel {
        Channel::WebWidget(widget) => change(widget),
        other => panic!("{other:?} is no website"),
    });
}

/// What `hotdash widget` prints; in the error what it complains.
pub(crate) async fn run(
    house: &House,
    settings: &[(&str, &str)],
    arguments: &[&str],
) -> Result<String, String> {
    let desk = &house.app.config.desks[0];
    let output = Command::new(env!("CARGO_BIN_EXE_hotdash"))
        .env_clear()
        .env("CHATWOOT_BASE_URL", &desk.base_url)
        .env("CHATWOOT_TOKEN", house.desk.token(1).unwrap())
        .env("CHATWOOT_ACCOUNT_ID", "1")
        .envs(settings.iter().copied())
        .arg("widget")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

fn color(house: &House) -> String {
    let mut color = String::new();
    change_website(house, |widget| color.clone_from(&widget.widget_color));
    color
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_colour_is_the_inboxes_and_is_changed_there() {
    let database = Database::sqlite();
    let house = house_with_chat(&database, &[]).await;
    let before = color(&house);
    let named = [("CHATWOOT_WEBSITE_TOKEN", WEBSITE_TOKEN)];
    let printed = run(&house, &named, &[]).await.unwrap();
    assert!(printed.contains(&format!("Colour: {before}")), "{printed}");
    assert!(
        printed.contains("CHATWOOT_WIDGET_COLOR is #D32F2F") && printed.contains("--set-color"),
        "{printed}"
    );
    assert_eq!(color(&house), before, "printing changes nothing");

    let printed = run(&house, &named, &["--set-color"]).await.unwrap();
    assert!(printed.contains("Colour: #D32F2F"), "{printed}");
    assert_eq!(color(&house), "#D32F2F");
    let wrong = run(&house, &[("CHATWOOT_WIDGET_COLOR", "red")], &[]).await.unwrap_err();
    assert!(wrong.contains("CHATWOOT_WIDGET_COLOR") && wrong.contains("a colour like"), "{wrong}");

    let agent = house.desk.token(2).unwrap();
    let blue = [("CHATWOOT_WIDGET_COLOR", "#0000ff"), ("CHATWOOT_TOKEN", agent.as_str())];
    let refused = run(&house, &blue, &["--set-color"]).await.unwrap_err();
    assert!(refused.contains("administrator"), "{refused}");
    assert_eq!(color(&house), "#D32F2F");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_or_missing_website_token_is_told_with_the_right_one() {
    let database = Database::sqlite();
    let house = house_with_chat(&database, &[]).await;
    let unknown = run(&house, &[("CHATWOOT_WEBSITE_TOKEN", "nobodys")], &[]).await.unwrap_err();
    assert!(
        unknown.contains("no website inbox")
            && unknown.contains(&format!("CHATWOOT_WEBSITE_TOKEN={WEBSITE_TOKEN}")),
        "{unknown}"
    );
    let only = run(&house, &[], &[]).await.unwrap();
    assert!(only.contains(&format!("set CHATWOOT_WEBSITE_TOKEN={WEBSITE_TOKEN}")), "{only}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_keep_the_chat_away_is_told() {
    let database = Database::sqlite();
    let house = house_with_chat(&database, &[]).await;
    let hmac = ("CHATWOOT_WIDGET_HMAC_TOKEN", HMAC_TOKEN);
    let healthy = run(&house, &[("CHATWOOT_WEBSITE_TOKEN", WEBSITE_TOKEN), hmac], &[]).await.unwrap();
    assert!(!healthy.contains("Note:"), "{healthy}");
    assert!(!healthy.contains(HMAC_TOKEN), "the secret is not printed");
    let wrong = run(&house, &[("CHATWOOT_WIDGET_HMAC_TOKEN", "another")], &[]).await.unwrap();
    assert!(wrong.contains("CHATWOOT_WIDGET_HMAC_TOKEN is not this inbox's"), "{wrong}");
    change_website(&house, |widget| {
        widget.hmac_mandatory = true;
        widget.allowed_domains = "https://shop.test".to_owned();
    });
    let strict = run(&house, &[], &[]).await.unwrap();
    assert!(strict.contains("demands the hash") && strict.contains("https://shop.test"), "{strict}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hash_of_an_identifier_is_printed_alone() {
    let database = Database::sqlite();
    let house = house_with_chat(&database, &[]).await;
    let settings = [("CHATWOOT_WIDGET_HMAC_TOKEN", HMAC_TOKEN), ("CHATWOOT_BASE_URL", "http://127.0.0.1:1")];
    let hash = run(&house, &settings, &["--identify", "user-7"]).await.unwrap();
    assert_eq!(hash, "77743d7844aded759b537aa6064017761bad8b49ba44dce3abdf28ccf37fa093\n");
    let without = run(&house, &[], &["--identify", "user-7"]).await.unwrap_err();
    assert!(without.contains("CHATWOOT_WIDGET_HMAC_TOKEN"), "{without}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_allow_the_desk_only_where_they_show_its_chat() {
    let database = Database::sqlite();
    let plain = House::start(&database).await;
    let (policy, html) = page(&format!("{}/sign-in", plain.url)).await;
    assert!(!policy.contains("frame-src") && !policy.contains("unsafe"), "{policy}");
    assert!(!html.contains("live-chat"));
    plain.close().await;

    let database = Database::sqlite();
    let house = house_with_chat(&database, &[]).await;
    let desk = &house.app.config.desks[0].base_url;
    let (policy, html) = page(&format!("{}/sign-in", house.url)).await;
    let directives: Vec<&str> = policy.split("; ").collect();
    for wanted in [
        "default-src 'none'".to_owned(),
        format!("script-src 'self' {desk}"),
        format!("frame-src {desk}"),
        format!("connect-src 'self' {desk}"),
        "style-src 'self' 'unsafe-inline'".to_owned(),
        "frame-ancestors 'none'".to_owned(),
    ] {
        assert!(directives.contains(&wanted.as_str()), "{wanted} is not in {policy}");
    }
    assert!(html.contains(&format!("data-token=\"{WEBSITE_TOKEN}\"")) && html.contains("data-signed-out"));
    assert!(!html.contains("data-identifier"), "nobody is signed in");
    let missing = page(&format!("{}/nothing-here", house.url)).await.1;
    assert!(missing.contains("live-chat") && !missing.contains("data-signed-out"));
    house.close().await;
}

async fn page(url: &str) -> (String, String) {
    let answer = reqwest::Client::new().get(url).header("accept", "text/html").send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    (policy, answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_names_who_is_signed_in_only_with_proof_and_no_more_than_needed() {
    for (settings, named) in [(&[][..], false), (&[("CHATWOOT_WIDGET_HMAC_TOKEN", HMAC_TOKEN)][..], true)] {
        let database = Database::sqlite();
        let house = house_with_chat(&database, settings).await;
        let rita = house.sign_in("Rita", Role::Reviewer).await;
        let html = rita.get("/drafts").await.1;
        let chat = html.split("id=\"live-chat\"").nth(1).unwrap().split("</div>").next().unwrap();
        assert_eq!(chat.contains("data-identifier=\"hotdash-"), named, "{chat}");
        assert_eq!(chat.contains("data-name=\"Rita\""), named, "{chat}");
        assert!(!chat.contains('@') && !chat.contains(HMAC_TOKEN), "{chat}");
        house.close().await;
    }
}
