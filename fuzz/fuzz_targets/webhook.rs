//! Any bytes at the webhook's door: proof, first look, whole reading. None of them may panic.
#![no_main]

/// The very files of the program that meet these bytes, without the rest of it.
#[expect(dead_code, unused_imports, reason = "the rest of the program uses the rest of these files")]
#[path = "../../crates/hotdash/src/chatwoot"]
mod chatwoot {
    pub mod event;
    pub mod signature;
    pub mod wire;
}

use bytes::Bytes;
use chatwoot::event::{Misread, peek, understand};
use chatwoot::signature::{Secrets, verify};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;

fuzz_target!(|data: &[u8]| {
    // The first line stands for the signature header, the second for the timestamp, the rest is the body;
    // a seed that is only a body is tried as one, too.
    let mut lines = data.splitn(3, |&byte| byte == b'\n');
    let mut headers = HeaderMap::new();
    for name in ["x-chatwoot-signature", "x-chatwoot-timestamp"] {
        if let Some(Ok(value)) = lines.next().map(HeaderValue::from_bytes) {
            headers.insert(name, value);
        }
    }
    let secrets = Secrets::new([SecretString::from("a secret")]);
    for body in [lines.next().unwrap_or_default(), data] {
        let body = Bytes::copy_from_slice(body);
        let _ = verify(&secrets, &headers, body.clone(), 0, 300, true, false);
        let first = peek(&body);
        let whole = understand(&body);
        match (&first, &whole) {
            (Err(_), Err(Misread::Malformed(_))) | (Ok(_), Ok(_)) => {}
            (Ok(_), Err(misread)) => assert!(!matches!(misread, Misread::Malformed(_))),
            (Err(_), _) => panic!("the first look refused what the whole reading took"),
        }
        if let Ok(event) = whole {
            let stored = serde_json::to_string(&event).expect("an event can be stored");
            assert_eq!(
                serde_json::from_str::<hotdash_core::event::Event>(&stored).expect("and read again"),
                event
            );
        }
    }
});
