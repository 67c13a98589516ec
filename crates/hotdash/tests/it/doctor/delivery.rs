//! A captured delivery: which secret, which form, when.

use super::Patient;
use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use base64::Engine as _;
use hmac::{Hmac, KeyInit, Mac};
use hotdash::clock::Clock;
use hotdash::work::doctor::{Check, Verdict, examine_delivery};
use sha2::Sha256;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECRET: &str = "k3pt-by-nobody";
const BODY: &str = r#"{"event":"message_created","content":"a \u003cb\u003e"}"#;

fn mac(secret: &str, message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn signed(secret: &str, timestamp: i64) -> String {
    format!("sha256={}", hex::encode(mac(secret, &format!("{timestamp}.{BODY}"))))
}

fn capture(timestamp: i64, signature: &str, body: &str) -> String {
    format!("X-Chatwoot-Timestamp: {timestamp}\r\nX-Chatwoot-Signature: {signature}\r\n\r\n{body}")
}

async fn examine(patient: &Patient, settings: &[(&str, &str)], captured: &str) -> Vec<Check> {
    let config = patient.config(&[&[("CHATWOOT_WEBHOOK_SECRET", SECRET)], settings].concat());
    examine_delivery(&config, &Clock::real(), captured.as_bytes()).await
}

/// The desk signs, a file is made of what arrived, and the file is explained.
#[tokio::test]
async fn what_the_desk_sends_is_recognised_with_the_secret_that_made_it() {
    let patient = Patient::new().await;
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&arrived);
    let take = post(move |headers: HeaderMap, body: Bytes| async move {
        let mut text = Vec::from("POST / HTTP/1.1\r\n");
        for (name, value) in &headers {
            text.extend_from_slice(format!("{name}: ").as_bytes());
            text.extend_from_slice(value.as_bytes());
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b"\r\n");
        text.extend_from_slice(&body);
        taken.lock().unwrap().push(text);
    });
    let receiver = super::serve(Router::new().route("/", take)).await;
    let hook = patient.register(&format!("{receiver}/")).await;
    let inbox = patient.desk.read(|desk| *desk.inboxes.keys().next().unwrap());
    patient.desk.customer_says(inbox, ("Ann", "ann@example.test"), "Is <A-17> there & ready?").unwrap();
    tokio::time::timeout(Duration::from_secs(10), patient.desk.settled()).await.unwrap();
    let captured = arrived.lock().unwrap().last().unwrap().clone();

    let secret = super::exposed(&hook);
    let config = patient.config(&[("CHATWOOT_WEBHOOK_SECRET", &secret)]);
    let known = examine_delivery(&config, &Clock::real(), &captured).await;
    assert!(known.iter().all(|check| check.verdict == Verdict::Well) && known.len() == 2, "{known:?}");

    let other = examine_delivery(&patient.config(&[]), &Clock::real(), &captured).await;
    assert_eq!(other[0].code, "delivery_other_secret");
    assert!(other[0].found.contains("the desk's webhook 1 to 127.0.0.1"), "{other:?}");
}

#[tokio::test]
async fn every_way_of_being_wrong_is_told_apart() {
    let patient = Patient::new().await;
    let now = Clock::real().now().as_second();
    let spaced = BODY.replace("\":", "\": ");
    let body_only = hex::encode(mac(SECRET, BODY));
    let based = base64::engine::general_purpose::STANDARD.encode(mac(SECRET, &format!("{now}.{BODY}")));
    let untimed = format!("X-Chatwoot-Signature: {}\n\n{BODY}", signed(SECRET, now));
    let unsigned = format!("X-Chatwoot-Timestamp: {now}\nX-Chatwoot-Delivery: 1\n\n{BODY}");
    for (captured, code) in [
        (BODY.to_owned(), "delivery_unreadable"),
        (format!("Accept: */*\n\n{BODY}"), "delivery_no_signature"),
        (unsigned, "delivery_headers_dropped"),
        (untimed, "delivery_no_timestamp"),
        (capture(now, &signed(SECRET, now), &spaced), "delivery_rewritten"),
        (capture(now, &signed(SECRET, now), &format!("{BODY}\n")), "delivery_line_end"),
        (capture(now, &body_only, BODY), "delivery_body_only"),
        (capture(now, &based, BODY), "delivery_other_encoding"),
        (capture(now, &signed("nobody's", now), BODY), "delivery_wrong_secret"),
        (capture(now + 4_000, &signed(SECRET, now + 4_000), BODY), "delivery_clock_off"),
    ] {
        let checks = examine(&patient, &[], &captured).await;
        let check = checks.iter().find(|check| check.code == code);
        let check = check.unwrap_or_else(|| panic!("no {code} in {checks:#?}"));
        assert!(!check.mend.is_empty() && !check.found.contains(SECRET), "{check:?}");
    }
    let allowed = [("HOTDASH_LEGACY_SIGNATURE", "true")];
    let checks = examine(&patient, &allowed, &capture(now, &body_only, BODY)).await;
    assert!(checks.iter().all(|check| check.verdict == Verdict::Well), "{checks:?}");
    let old = examine(&patient, &[], &capture(now - 7_300, &signed(SECRET, now - 7_300), BODY)).await;
    assert!(old[1].found.contains("2 h 1 min ago, more than the 300 s"), "{old:?}");
}
