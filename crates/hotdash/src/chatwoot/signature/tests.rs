//! The contract's vector, both header forms, and everything that must be refused.

use super::*;
use http::HeaderValue;

const SECRET: &str = "Zk3vRr9sWq2Lm8Xy5TnB7cDf";
const SENT: i64 = 1_781_687_523;
const BODY: &[u8] = br#"{"event":"message_created","id":9001,"content":"Where is order \u003cA-17\u003e?"}"#;
const VECTOR: &str = "sha256=a829bcf621e096ab26a9d94e67d3e5347baab7ef0c428a5b9fc0c7edc2a2565c";

/// A delivery that is right in everything; each test spoils one thing.
struct Attempt {
    secrets: Vec<&'static str>,
    headers: HeaderMap,
    body: &'static [u8],
    now: i64,
    legacy: bool,
    url_token_ok: bool,
}

impl Attempt {
    fn right() -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE, HeaderValue::from_static(VECTOR));
        headers.insert(TIMESTAMP, HeaderValue::from(SENT));
        headers.insert(DELIVERY, HeaderValue::from_static("21532142-ed79-4e71-b3b3-18c781674a8f"));
        Self { secrets: vec![SECRET], headers, body: BODY, now: SENT, legacy: false, url_token_ok: false }
    }

    fn unsigned() -> Self {
        Self { headers: HeaderMap::new(), ..Self::right() }
    }

    fn legacy() -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(BODY);
        let signature = hex::encode(mac.finalize().into_bytes());
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE, HeaderValue::from_str(&signature).unwrap());
        Self { headers, legacy: true, ..Self::right() }
    }

    fn verify(&self) -> Result<Verified, Refusal> {
        let secrets: Secrets = self.secrets.iter().map(|&s| SecretString::from(s)).collect();
        let body = Bytes::from_static(self.body);
        verify(&secrets, &self.headers, body, self.now, 300, self.legacy, self.url_token_ok)
    }
}

#[test]
fn the_contracts_vector_is_believed() {
    assert_eq!(BODY.len(), 82);
    let verified = Attempt::right().verify().unwrap();
    assert_eq!(verified.proof(), Proof::Signature);
    assert_eq!(verified.signed_at(), Some(SENT));
    assert_eq!(verified.delivery_uid(), Some("21532142-ed79-4e71-b3b3-18c781674a8f"));
    assert_eq!(verified.bytes().as_ref(), BODY);
}

#[test]
fn any_of_several_secrets_will_do() {
    let attempt = Attempt { secrets: vec!["old", SECRET, "new"], ..Attempt::right() };
    assert_eq!(attempt.verify().unwrap().proof(), Proof::Signature);
}

#[test]
fn a_changed_byte_a_changed_time_or_a_foreign_secret_is_a_bad_signature() {
    let changed_body = Attempt { body: br#"{"event":"message_created"}"#, ..Attempt::right() };
    assert_eq!(changed_body.verify().unwrap_err(), Refusal::BadSignature);
    let foreign = Attempt { secrets: vec!["somebody else's"], ..Attempt::right() };
    assert_eq!(foreign.verify().unwrap_err(), Refusal::BadSignature);
    let mut changed_time = Attempt::right();
    changed_time.headers.insert(TIMESTAMP, HeaderValue::from(SENT + 1));
    assert_eq!(changed_time.verify().unwrap_err(), Refusal::BadSignature);
    let mut no_time = Attempt::right();
    no_time.headers.remove(TIMESTAMP);
    assert_eq!(no_time.verify().unwrap_err(), Refusal::BadSignature);
}

#[test]
fn signatures_of_a_wrong_form_are_bad_signatures() {
    for form in
        ["sha256=", "sha256=00", "sha256=zz", "sha1=a829", "", "a829bcf6", &VECTOR[..VECTOR.len() - 1]]
    {
        let mut attempt = Attempt { legacy: true, ..Attempt::right() };
        attempt.headers.insert(SIGNATURE, HeaderValue::from_str(form).unwrap());
        assert_eq!(attempt.verify().unwrap_err(), Refusal::BadSignature, "{form}");
    }
}

#[test]
fn the_timestamp_may_be_off_by_the_tolerance_in_either_direction() {
    for (now, believed) in [(SENT + 300, true), (SENT - 300, true), (SENT + 301, false), (SENT - 301, false)]
    {
        let answer = Attempt { now, ..Attempt::right() }.verify();
        assert_eq!(answer.map(|_| true).unwrap_or(false), believed, "{now}");
        if !believed {
            assert_eq!(Attempt { now, ..Attempt::right() }.verify().unwrap_err(), Refusal::StaleTimestamp);
        }
    }
    assert_eq!(Attempt { now: i64::MIN, ..Attempt::right() }.verify().unwrap_err(), Refusal::StaleTimestamp);
}

#[test]
fn staleness_is_told_only_to_those_who_can_sign() {
    let forged = Attempt { secrets: vec!["other"], now: SENT + 9_000, ..Attempt::right() };
    assert_eq!(forged.verify().unwrap_err(), Refusal::BadSignature);
}

#[test]
fn without_a_signature_only_the_unguessable_address_helps() {
    assert_eq!(Attempt::unsigned().verify().unwrap_err(), Refusal::MissingSignature);
    let by_address = Attempt { url_token_ok: true, ..Attempt::unsigned() };
    assert_eq!(by_address.verify().unwrap().proof(), Proof::UrlToken);
}

#[test]
fn a_wrong_signature_is_refused_even_at_the_unguessable_address() {
    let attempt = Attempt { secrets: vec!["other"], url_token_ok: true, ..Attempt::right() };
    assert_eq!(attempt.verify().unwrap_err(), Refusal::BadSignature);
}

#[test]
fn without_any_secret_the_address_must_do_and_a_signature_proves_nothing() {
    let nobody = Attempt { secrets: vec![], ..Attempt::right() };
    assert_eq!(nobody.verify().unwrap_err(), Refusal::BadSignature);
    let by_address = Attempt { secrets: vec![], url_token_ok: true, ..Attempt::right() };
    assert_eq!(by_address.verify().unwrap().proof(), Proof::UrlToken);
}

#[test]
fn a_blank_secret_is_no_secret() {
    assert!(Secrets::new([SecretString::from(""), SecretString::from("  ")]).is_empty());
}

#[test]
fn the_legacy_form_needs_its_switch() {
    let verified = Attempt::legacy().verify().unwrap();
    assert_eq!((verified.proof(), verified.signed_at()), (Proof::LegacySignature, None));
    let off = Attempt { legacy: false, ..Attempt::legacy() };
    assert_eq!(off.verify().unwrap_err(), Refusal::BadSignature);
    let other_body = Attempt { body: b"{}", ..Attempt::legacy() };
    assert_eq!(other_body.verify().unwrap_err(), Refusal::BadSignature);
}

#[test]
fn delivery_ids_of_odd_length_are_not_kept() {
    for uid in ["", &"x".repeat(LONGEST_DELIVERY_ID + 1)] {
        let mut attempt = Attempt::right();
        attempt.headers.insert(DELIVERY, HeaderValue::from_str(uid).unwrap());
        assert_eq!(attempt.verify().unwrap().delivery_uid(), None);
    }
}

#[test]
fn secrets_never_show_themselves() {
    let secrets = Secrets::new([SecretString::from(SECRET)]);
    assert!(!format!("{secrets:?}").contains(SECRET));
}
