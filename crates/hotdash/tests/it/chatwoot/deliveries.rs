//! Every recorded delivery is believed, placed, understood and kept without loss.

use super::recordings::{Delivery, everything};
use bytes::Bytes;
use hotdash::chatwoot::{Proof, Refusal, Secrets, peek, understand, verify};
use hotdash_core::event::Event;
use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;

fn headers(delivery: &Delivery) -> HeaderMap {
    let pairs = delivery.headers.iter();
    pairs
        .map(|(name, value)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
        })
        .collect()
}

fn secrets(secret: &str) -> Secrets {
    Secrets::new([SecretString::from("one that is no longer valid"), SecretString::from(secret)])
}

#[test]
fn all_5020_signed_deliveries_verify_and_the_two_unsigned_are_refused() {
    let (mut signed, mut unsigned) = (0, 0);
    for (delivery, secret) in everything() {
        let body = Bytes::from(delivery.body.clone());
        let Some(secret) = secret else {
            let refusal = verify(&secrets("x"), &headers(&delivery), body, 0, 300, true, false).unwrap_err();
            assert_eq!(refusal, Refusal::MissingSignature);
            unsigned += 1;
            continue;
        };
        let sent: i64 = delivery.header("x-chatwoot-timestamp").unwrap().parse().unwrap();
        let verified = verify(&secrets(&secret), &headers(&delivery), body, sent, 300, false, false).unwrap();
        assert_eq!(verified.proof(), Proof::Signature);
        assert_eq!(verified.signed_at(), Some(sent));
        assert_eq!(verified.delivery_uid(), delivery.header("x-chatwoot-delivery"));
        signed += 1;
    }
    assert_eq!((signed, unsigned), (5020, 2));
}

#[test]
fn every_delivery_is_understood_and_kept_without_loss() {
    for (delivery, _) in everything() {
        let event = understand(delivery.body.as_bytes()).unwrap_or_else(|e| panic!("{e}: {}", delivery.body));
        assert!(!matches!(event, Event::Other { .. }), "{}", delivery.body);
        let stored = serde_json::to_string(&event).unwrap();
        let again: Event = serde_json::from_str(&stored).unwrap();
        assert_eq!(again, event, "{stored}");
    }
}

/// The first look and the whole reading must place an event in the same conversation: ordering depends on it.
#[test]
fn the_first_look_agrees_with_the_whole_reading() {
    for (delivery, _) in everything() {
        let first = peek(delivery.body.as_bytes()).unwrap();
        let json = delivery.json();
        assert_eq!(first.event.as_deref(), json["event"].as_str());
        assert_eq!(first.account, json["account"]["id"].as_i64());
        let event = understand(delivery.body.as_bytes()).unwrap();
        assert_eq!(first.conversation, event.conversation_id().map(|id| id.0), "{}", delivery.body);
    }
}

/// Nothing that the loop needs is lost on the way: compared with the raw JSON, key by key.
#[test]
fn the_facts_of_a_conversation_arrive() {
    let mut compared = 0;
    for (delivery, _) in everything() {
        let json = delivery.json();
        let event = understand(delivery.body.as_bytes()).unwrap();
        let Some(conversation) = event.conversation() else { continue };
        let raw = if json["conversation"].is_object() { &json["conversation"] } else { &json };
        let own = serde_json::to_value(conversation).unwrap();
        for key in ["id", "status", "priority", "labels", "can_reply", "custom_attributes"] {
            assert_eq!(own[key], raw[key], "{key}: {}", delivery.body);
        }
        assert_eq!(own["inbox"], raw["inbox_id"]);
        assert_eq!(own["contact"]["id"], raw["meta"]["sender"]["id"]);
        assert_eq!(own["contact"]["email"], raw["meta"]["sender"]["email"]);
        assert_eq!(own["assignee"]["id"], raw["meta"]["assignee"]["id"]);
        assert_eq!(own["team"]["id"], raw["meta"]["team"]["id"]);
        assert_eq!(conversation.waiting_since.map_or(0, |t| t.as_second()), raw["waiting_since"]);
        assert_eq!(conversation.created_at.as_second(), raw["created_at"]);
        let micros = (raw["updated_at"].as_f64().unwrap() * 1e6).round();
        assert!((conversation.updated_at.unwrap().as_microsecond() as f64 - micros).abs() < 1.0);
        compared += 1;
    }
    assert!(compared > 4000, "{compared}");
}
