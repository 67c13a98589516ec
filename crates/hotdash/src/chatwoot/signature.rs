//! Proof that a delivery comes from the desk, checked over the raw bytes before anything is parsed.
//!
//! [`Verified`] can only be made here, so a function that takes one cannot be called with unproven bytes. There is no
//! mode without proof.

pub mod forms;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The header with `sha256=<hex>`.
pub const SIGNATURE: &str = "x-chatwoot-signature";
/// The header with the second at which this attempt was sent; part of the signed bytes.
pub const TIMESTAMP: &str = "x-chatwoot-timestamp";
/// The header with the id that stays the same when Chatwoot repeats a delivery.
pub const DELIVERY: &str = "x-chatwoot-delivery";

/// Longest delivery id we keep: Chatwoot sends a UUID, anybody else may send a book.
const LONGEST_DELIVERY_ID: usize = 128;

/// The signing secrets that are valid at the moment: several while one is being replaced.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Blank secrets are left out: an empty key would let anybody sign.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Self(secrets.into_iter().filter(|s| !s.expose_secret().trim().is_empty()).collect())
    }

    /// Whether no signature can be checked at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every secret is tried, each in constant time.
    fn any_signed(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        self.0.iter().fold(false, |found, secret| found | is_signed_by(secret, parts, signature))
    }
}

impl FromIterator<SecretString> for Secrets {
    fn from_iter<T: IntoIterator<Item = SecretString>>(iter: T) -> Self {
        Self::new(iter)
    }
}

/// What convinced us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// HMAC over timestamp, dot and body (Chatwoot 4.11.2 and later).
    Signature,
    /// Bare hex HMAC over the body alone, accepted only where it was switched on.
    LegacySignature,
    /// The unguessable part of the address, for desks and hooks that cannot sign.
    UrlToken,
}

impl Proof {
    /// The name under which it is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::LegacySignature => "legacy_signature",
            Self::UrlToken => "url_token",
        }
    }
}

/// Why a delivery is not believed. Says nothing about the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "the delivery carries no signature; Chatwoot signs from 4.11.2 on, older desks need the address with its token"
    )]
    MissingSignature,
    #[error(
        "the signature does not fit the body; compare the webhook's secret on the desk with the configured one"
    )]
    BadSignature,
    #[error(
        "the signature's timestamp is too far from now; compare the clocks of the desk and of this machine"
    )]
    StaleTimestamp,
}

impl Refusal {
    /// The reason code of the answer.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingSignature => "missing_signature",
            Self::BadSignature => "bad_signature",
            Self::StaleTimestamp => "stale_timestamp",
        }
    }
}

/// A delivery whose origin is proven. Only [`verify`] makes one.
#[derive(Debug, Clone)]
pub struct Verified {
    bytes: Bytes,
    proof: Proof,
    delivery_uid: Option<String>,
    signed_at: Option<i64>,
}

impl Verified {
    /// The body exactly as received.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    #[must_use]
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// Chatwoot's own delivery id, where it sent one.
    #[must_use]
    pub fn delivery_uid(&self) -> Option<&str> {
        self.delivery_uid.as_deref()
    }

    /// The signed second of sending.
    #[must_use]
    pub fn signed_at(&self) -> Option<i64> {
        self.signed_at
    }

    /// Body and delivery id, for whoever stores them.
    #[must_use]
    pub fn into_parts(self) -> (Bytes, Option<String>) {
        (self.bytes, self.delivery_uid)
    }
}

/// Decides whether a delivery is believed.
///
/// `url_token_ok` says that the request came to the unguessable address. It stands in only for a signature that is absent
/// or that nobody could check; a signature that is present and wrong is refused in spite of it.
///
/// # Errors
/// The [`Refusal`] to answer 401 with.
pub fn verify(
    secrets: &Secrets,
    headers: &HeaderMap,
    body: Bytes,
    now_s: i64,
    tolerance_s: i64,
    legacy: bool,
    url_token_ok: bool,
) -> Result<Verified, Refusal> {
    let delivery_uid = delivery_uid(headers);
    let believed = |proof, signed_at| Verified { bytes: body.clone(), proof, delivery_uid, signed_at };
    let Some(signature) = headers.get(SIGNATURE).filter(|_| !(secrets.is_empty() && url_token_ok)) else {
        return if url_token_ok {
            Ok(believed(Proof::UrlToken, None))
        } else {
            Err(Refusal::MissingSignature)
        };
    };
    let signature = signature.as_bytes();
    if let Some(hexed) = signature.strip_prefix(b"sha256=") {
        let sent = headers.get(TIMESTAMP).ok_or(Refusal::BadSignature)?;
        let signed =
            unhex(hexed).is_some_and(|mac| secrets.any_signed(&[sent.as_bytes(), b".", &body], &mac));
        if !signed {
            return Err(Refusal::BadSignature);
        }
        // Authentic first, fresh second: a stranger learns nothing about our clock.
        let sent_s: i64 = sent.to_str().ok().and_then(|s| s.parse().ok()).ok_or(Refusal::BadSignature)?;
        if sent_s.abs_diff(now_s) > tolerance_s.unsigned_abs() {
            return Err(Refusal::StaleTimestamp);
        }
        return Ok(believed(Proof::Signature, Some(sent_s)));
    }
    let signed = legacy && unhex(signature).is_some_and(|mac| secrets.any_signed(&[&body], &mac));
    if signed { Ok(believed(Proof::LegacySignature, None)) } else { Err(Refusal::BadSignature) }
}

fn is_signed_by(secret: &SecretString, parts: &[&[u8]], signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return false;
    };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(signature).is_ok()
}

fn unhex(text: &[u8]) -> Option<[u8; 32]> {
    let mut mac = [0; 32];
    hex::decode_to_slice(text, &mut mac).ok()?;
    Some(mac)
}

fn delivery_uid(headers: &HeaderMap) -> Option<String> {
    let uid = headers.get(DELIVERY)?.to_str().ok()?.trim();
    (!uid.is_empty() && uid.len() <= LONGEST_DELIVERY_ID).then(|| uid.to_owned())
}

#[cfg(test)]
mod tests;
