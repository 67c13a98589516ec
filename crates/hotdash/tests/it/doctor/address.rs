//! hotdash is not where its public address says.

use super::{Patient, serve};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use axum::routing::get;
use hotdash::work::doctor::{Check, Verdict};

const PUBLIC: &str = "HOTDASH_PUBLIC_URL";

async fn behind(public: &str, code: &str) -> Check {
    Patient::new().await.finds(&[(PUBLIC, public)], code).await
}

/// With a hotdash that runs here.
async fn running(public: &str, code: &str) -> Check {
    let patient = Patient::new().await;
    let listens = patient.public.replace("http://", "");
    patient.finds(&[(PUBLIC, public), ("HOTDASH_LISTEN", &listens)], code).await
}

#[tokio::test]
async fn settings_that_cannot_fit_are_named() {
    behind("http://0.0.0.0:8080", "address_unspecified").await;
    let patient = Patient::new().await;
    let settings = [(PUBLIC, "http://192.168.0.7:8080"), ("HOTDASH_LISTEN", "127.0.0.1:8080")];
    let check = patient.finds(&settings, "address_listens_elsewhere").await;
    assert!(check.mend.ends_with("\n  HOTDASH_LISTEN=0.0.0.0:8080"), "{check:?}");
}

#[tokio::test]
async fn an_unknown_host_and_a_missing_certificate_are_told_apart() {
    behind("https://hotdash.invalid", "address_unknown_host").await;
    let patient = Patient::new().await;
    let https = patient.public.replace("http://", "https://");
    assert!(patient.finds(&[(PUBLIC, &https)], "address_not_secure").await.mend.contains("certificate"));
}

#[tokio::test]
async fn nothing_there_means_something_else_when_hotdash_runs() {
    let stopped = behind("http://127.0.0.1:9", "address_not_running").await;
    assert_eq!(stopped.verdict, Verdict::Warning);
    let check = running("http://127.0.0.1:9", "address_nothing_there").await;
    assert!(check.mend.contains("curl http://127.0.0.1:9/healthz"), "{check:?}");
}

#[tokio::test]
async fn what_else_may_answer_is_told_apart() {
    let gateway = serve(Router::new().fallback(|| async { StatusCode::BAD_GATEWAY })).await;
    running(&gateway, "address_proxy_alone").await;
    behind(&gateway, "address_not_running").await;
    let shop = serve(Router::new().fallback(|| async { Html("<h1>Our shop</h1>") })).await;
    assert!(running(&shop, "address_other_answer").await.found.contains("200"));
    let form = "<form><input name=user><input type=\"password\"></form>";
    let login = serve(Router::new().fallback(move || async move { Html(form) })).await;
    let basic = serve(Router::new().fallback(|| async { StatusCode::UNAUTHORIZED })).await;
    let away =
        serve(Router::new().fallback(|| async { Redirect::temporary("/oauth2/start?rd=/healthz") })).await;
    for url in [login, basic, away] {
        assert!(behind(&url, "address_login_page").await.mend.contains("/api/webhooks/"));
    }
}

#[tokio::test]
async fn a_redirect_is_followed_by_the_settings() {
    let route = get(|| async { Redirect::permanent("https://hotdash.example/healthz") });
    let moved = serve(Router::new().route("/healthz", route)).await;
    let check = behind(&moved, "address_redirects").await;
    assert!(check.mend.ends_with("\n  HOTDASH_PUBLIC_URL=https://hotdash.example"), "{check:?}");
}
