//! Anything at all at the door: recorded bodies, mutilated. Nothing may panic, and nothing may be half believed.

use super::recordings::played;
use bytes::Bytes;
use hotdash::chatwoot::{Misread, Secrets, peek, understand, verify};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// One recorded body for each event name and hook: the mutations multiply them.
static BODIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut seen = std::collections::BTreeSet::new();
    played()
        .into_iter()
        .map(|(delivery, _)| delivery)
        .filter(|delivery| seen.insert((delivery.hook.clone(), delivery.json()["event"].to_string())))
        .map(|delivery| delivery.body)
        .collect()
});

fn body() -> impl Strategy<Value = String> {
    any::<prop::sample::Index>().prop_map(|at| at.get(&BODIES).clone())
}

/// What intake and worker do with a body. It must not panic, and the two looks must agree on what is JSON.
fn taken_in(body: &[u8]) {
    let headers = HeaderMap::from_iter([(
        http::HeaderName::from_static("x-chatwoot-signature"),
        HeaderValue::from_static("sha256=00"),
    )]);
    let secrets = Secrets::new([SecretString::from("a secret")]);
    assert!(verify(&secrets, &headers, Bytes::copy_from_slice(body), 0, 300, true, false).is_err());
    let is_object = serde_json::from_slice::<Value>(body).is_ok_and(|value| value.is_object());
    match (peek(body), understand(body)) {
        (Err(_), understood) => {
            assert!(!is_object, "refused although it is a JSON object");
            assert!(matches!(understood, Err(Misread::Malformed(_))));
        }
        (Ok(peeked), Ok(event)) => {
            if let Some(conversation) = event.conversation_id() {
                assert_eq!(peeked.conversation, Some(conversation.0));
            }
        }
        (Ok(_), Err(misread)) => assert!(!matches!(misread, Misread::Malformed(_))),
    }
}

/// Every place in a JSON value, counted in reading order.
fn replace_nth(value: &mut Value, n: &mut usize, with: &Value) -> bool {
    if *n == 0 {
        *value = with.clone();
        return true;
    }
    *n -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| replace_nth(item, n, with)),
        Value::Object(map) => map.values_mut().any(|item| replace_nth(item, n, with)),
        _ => false,
    }
}

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[{"id": [1]}]])),
        any::<i64>().prop_map(|n| json!(n)),
        any::<u64>().prop_map(|n| json!(n)),
        any::<f64>().prop_map(|n| json!(n)),
        ".{0,20}".prop_map(|text| json!(text)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn truncated(body in body(), at in any::<prop::sample::Index>()) {
        let cut = at.index(body.len());
        taken_in(&body.as_bytes()[..cut]);
        prop_assert!(peek(&body.as_bytes()[..cut]).is_err(), "a part of a body is never the whole of one");
    }

    #[test]
    fn flipped_bits(body in body(), flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..8)) {
        let mut bytes = body.into_bytes();
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        taken_in(&bytes);
    }

    #[test]
    fn swapped_types(body in body(), swaps in prop::collection::vec((any::<prop::sample::Index>(), odd_value()), 1..4)) {
        let mut value: Value = serde_json::from_str(&body).unwrap();
        for (at, with) in swaps {
            // Bodies have some hundreds of places; a number beyond the last one changes nothing.
            let mut n = 1 + at.index(300);
            replace_nth(&mut value, &mut n, &with);
        }
        taken_in(value.to_string().as_bytes());
    }

    #[test]
    fn deeply_nested(body in body(), depth in 1..3_000_usize, object in any::<bool>(), key in "[a-z_]{1,12}") {
        let (open, close) = if object { ("{\"a\":", "}") } else { ("[", "]") };
        let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let nested = format!("{},\"{key}\":{deep}}}", body.trim_end_matches('}'));
        let closing = body.len() - body.trim_end_matches('}').len();
        let nested = format!("{nested}{}", "}".repeat(closing - 1));
        let _ = (peek(nested.as_bytes()), understand(nested.as_bytes()));
    }

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        taken_in(&bytes);
    }

    #[test]
    fn foreign_bytes_within(body in body(), at in any::<prop::sample::Index>(), bytes in prop::collection::vec(0x80..=0xff_u8, 1..4)) {
        let mut all = body.into_bytes();
        let at = at.index(all.len());
        all.splice(at..at, bytes);
        taken_in(&all);
    }

    #[test]
    fn any_signature_header(signature in "(sha256=)?[0-9a-fA-F]{0,70}", time in ".{0,24}", body in body()) {
        let mut headers = HeaderMap::new();
        headers.insert("x-chatwoot-signature", HeaderValue::from_str(&signature).unwrap());
        if let Ok(time) = HeaderValue::from_str(&time) {
            headers.insert("x-chatwoot-timestamp", time);
        }
        let secrets = Secrets::new([SecretString::from("a secret")]);
        prop_assert!(verify(&secrets, &headers, Bytes::from(body), 0, i64::MAX, true, true).is_err());
    }
}

/// A huge body costs time in proportion to its size, and nothing else.
#[test]
fn a_huge_body_is_looked_at_once() {
    let body = format!(r#"{{"event":"message_created","content":"{}"}}"#, "x".repeat(20 * 1024 * 1024));
    assert_eq!(peek(body.as_bytes()).unwrap().event.as_deref(), Some("message_created"));
}
