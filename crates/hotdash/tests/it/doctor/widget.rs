//! The live chat cannot appear, or does not look as wished.

use super::{Patient, found, named, serve};
use axum::Router;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::routing::get;
use chatwoot_sandbox::Faults;
use chatwoot_sandbox::model::{Channel, WidgetSettings};
use hotdash::work::doctor::{Check, Verdict};

const TOKEN: &str = "CHATWOOT_WEBSITE_TOKEN";

/// The chat's settings on the desk, changed.
fn chat(patient: &Patient, change: impl FnOnce(&mut WidgetSettings)) -> WidgetSettings {
    patient.desk.act(|desk| {
        let inbox = desk.inboxes.values_mut().next().unwrap();
        let Channel::WebWidget(widget) = &mut inbox.channel else { panic!("a website") };
        change(widget);
        widget.clone()
    })
}

async fn finds(patient: &Patient, settings: &[(&str, &str)], code: &str) -> Check {
    let token = chat(patient, |_| {}).website_token;
    patient.finds(&[&[(TOKEN, &*token)], settings].concat(), code).await
}

#[tokio::test]
async fn a_token_of_no_inbox_is_named_with_the_right_ones() {
    let patient = Patient::new().await;
    let right = chat(&patient, |_| {}).website_token;
    let check = patient.finds(&[(TOKEN, "nobody")], "widget_unknown_token").await;
    assert!(check.mend.contains(&format!("\n  CHATWOOT_WEBSITE_TOKEN={right}")), "{check:?}");
    assert!(
        super::all(&patient.examine(&[], false).await).all(|check| check.name != "widget"),
        "none is wanted"
    );
}

#[tokio::test]
async fn the_colour_is_mended() {
    let patient = Patient::new().await;
    let token = chat(&patient, |widget| widget.widget_color = "#000000".into()).website_token;
    assert_eq!(finds(&patient, &[], "widget_other_color").await.verdict, Verdict::Warning);
    let mended = patient.examine(&[(TOKEN, &token)], true).await;
    assert_eq!(found(&mended, "widget_other_color").verdict, Verdict::Mended);
    assert_eq!(chat(&patient, |_| {}).widget_color, "#D32F2F");
    let after = patient.examine(&[(TOKEN, &token)], false).await;
    assert_eq!(named(&after, "widget").verdict, Verdict::Well, "{after:?}");
}

#[tokio::test]
async fn identities_that_will_be_refused_are_named() {
    let patient = Patient::new().await;
    let wrong = [("CHATWOOT_WIDGET_HMAC_TOKEN", "not-it")];
    let check = finds(&patient, &wrong, "widget_hmac_token_wrong").await;
    assert!(!check.found.contains("not-it"), "{check:?}");
    chat(&patient, |widget| widget.hmac_mandatory = true);
    finds(&patient, &[], "widget_hmac_token_missing").await;
}

#[tokio::test]
async fn a_page_that_may_not_show_it_is_named() {
    let patient = Patient::new().await;
    chat(&patient, |widget| widget.allowed_domains = "shop.example, *.shop.example".into());
    let check = finds(&patient, &[], "widget_domain_not_allowed").await;
    assert!(check.mend.contains("add 127.0.0.1"), "{check:?}");
    let other = [("HOTDASH_PUBLIC_URL", "https://help.shop.example")];
    let token = chat(&patient, |_| {}).website_token;
    let well = patient.examine(&[&[(TOKEN, &*token)], &other[..]].concat(), false).await;
    assert!(super::all(&well).all(|check| check.code != "widget_domain_not_allowed"), "{well:?}");
}

#[tokio::test]
async fn a_policy_that_keeps_it_out_is_named_with_what_it_needs() {
    let patient = Patient::new().await;
    let desk = patient.server.url();
    let page = async |policy: String| {
        serve(Router::new().route("/", get(move || async move { ([(CONTENT_SECURITY_POLICY, policy)], "") })))
            .await
    };
    let shut = page("default-src 'self'".into()).await;
    chat(&patient, |widget| widget.website_url = shut);
    let check = finds(&patient, &[], "widget_blocked_by_policy").await;
    assert!(check.mend.contains(&format!("\n  frame-src {desk}")), "{check:?}");
    let open = page(format!("default-src 'none'; script-src {desk}; frame-src {desk}")).await;
    chat(&patient, |widget| widget.website_url = open);
    let token = chat(&patient, |_| {}).website_token;
    let well = patient.examine(&[(TOKEN, &token)], false).await;
    assert!(super::all(&well).all(|check| check.code != "widget_blocked_by_policy"), "{well:?}");
}

#[tokio::test]
async fn a_script_that_is_not_there_is_named() {
    let patient = Patient::new().await;
    let missing = Faults { failing_path: "/sdk.js".into(), ..Faults::default() };
    patient.desk.set_faults(missing);
    finds(&patient, &[], "widget_script_missing").await;
    // The list is read for the token first, and for the chat afterwards.
    let once = Faults { failing_path: "/inboxes".into(), failing_after: 1, ..Faults::default() };
    patient.desk.set_faults(once);
    finds(&patient, &[], "widget_unreadable").await;
}
