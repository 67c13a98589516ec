//! The team's chat: asked whether it is there, and never written to.

use super::{Patient, named, serve};
use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use hotdash::work::doctor::Verdict;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn a_chat_that_cannot_be_reached_is_told_and_nothing_is_posted() {
    let patient = Patient::new().await;
    assert_eq!(named(&patient.examine(&[], false).await, "chat").verdict, Verdict::Well, "none is set");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let chat = serve(Router::new().fallback(move |method: Method, uri: Uri| async move {
        kept.lock().unwrap().push(format!("{method} {uri}"));
        StatusCode::NOT_FOUND
    }))
    .await;
    let hook = format!("{chat}/services/T0/never-shown?token=never-shown");
    let diagnosis = patient.examine(&[("HOTDASH_NOTIFY_WEBHOOK", &hook)], false).await;
    assert_eq!(named(&diagnosis, "chat").verdict, Verdict::Well, "{diagnosis:?}");
    assert_eq!(*seen.lock().unwrap(), ["HEAD /"], "nothing is posted, the secret is kept");
    for (address, code) in [
        ("http://127.0.0.1:9/services/never-shown", "chat_unreachable"),
        ("ftp://chat.test/never-shown", "chat_not_an_address"),
        ("never-shown", "chat_not_an_address"),
    ] {
        let check = patient.finds(&[("HOTDASH_NOTIFY_WEBHOOK", address)], code).await;
        assert!(check.mend.contains("HOTDASH_NOTIFY_WEBHOOK"), "{check:?}");
        assert!(!format!("{check:?}").contains("never-shown"), "{check:?}");
    }
}
