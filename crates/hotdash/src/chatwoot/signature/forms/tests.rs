//! The example of the desk's makers, spoiled in every way that is told apart.

use super::*;
use crate::chatwoot::signature::TIMESTAMP;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SECRET: &str = "Zk3vRr9sWq2Lm8Xy5TnB7cDf";
const BODY: &str = r#"{"event":"message_created","id":9001,"content":"Where is order \u003cA-17\u003e?"}"#;
const SIGNED: &str = "sha256=a829bcf621e096ab26a9d94e67d3e5347baab7ef0c428a5b9fc0c7edc2a2565c";

fn captured(signature: &str, body: &str) -> Captured {
    let text = format!("X-Chatwoot-Timestamp: 1781687523\r\nX-Chatwoot-Signature: {signature}\r\n\r\n{body}");
    Captured::read(text.as_bytes()).unwrap()
}

fn secrets() -> Vec<SecretString> {
    ["another", SECRET].map(SecretString::from).to_vec()
}

fn mac(parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

#[test]
fn the_right_form_is_recognised_with_its_secret() {
    let found = captured(SIGNED, BODY).signed_by(&secrets()).unwrap();
    assert!(found.is_chatwoots());
    assert_eq!(found.secret, 1);
    assert_eq!(captured(SIGNED, BODY).timestamp(), Some(1_781_687_523));
    assert_eq!(captured(SIGNED, BODY).signed_by(&[SecretString::from("another")]), None);
}

#[test]
fn a_body_that_was_written_anew_is_recognised() {
    let spaced = BODY.replace("\":", "\": ").replace(",\"", ", \"");
    let unescaped = BODY.replace("\\u003c", "<").replace("\\u003e", ">");
    for body in [spaced, unescaped] {
        let found = captured(SIGNED, &body).signed_by(&secrets()).unwrap();
        assert_eq!((found.body, found.message), (Body::WrittenAnew, Message::TimestampDotBody), "{body}");
    }
    let found = captured(SIGNED, &format!("{BODY}\n")).signed_by(&secrets()).unwrap();
    assert_eq!(found.body, Body::WithoutLineEnd);
}

#[test]
fn other_ways_of_signing_are_recognised() {
    let body = BODY.as_bytes();
    let bare = captured(&hex::encode(mac(&[body])), BODY).signed_by(&secrets()).unwrap();
    assert_eq!((bare.message, bare.encoding), (Message::BodyOnly, Encoding::BareHex));
    let whole = mac(&[b"1781687523", b".", body]);
    let based = captured(&STANDARD.encode(&whole), BODY).signed_by(&secrets()).unwrap();
    assert_eq!((based.message, based.encoding), (Message::TimestampDotBody, Encoding::Base64));
}

#[test]
fn a_request_line_is_skipped_and_nonsense_is_named() {
    let text = format!("POST /api/webhooks/chatwoot HTTP/1.1\n{TIMESTAMP}: 7\n\nbody");
    let read = Captured::read(text.as_bytes()).unwrap();
    assert_eq!((read.timestamp(), &read.body[..]), (Some(7), &b"body"[..]));
    assert!(!read.has_signature() && !read.has_delivery_id());
    assert_eq!(Captured::read(b"{}").unwrap_err(), NotCaptured::NoEmptyLine);
    assert_eq!(Captured::read(b"a: b\nc\n\n").unwrap_err(), NotCaptured::NoHeader(2));
}
