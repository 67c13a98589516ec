//! How a webhook is signed: HMAC-SHA256 over `timestamp + "." + raw body`, keyed with the secret as it is shown. And
//! how a website proves who its user is: the same over the identifier, keyed with the inbox's `hmac_token`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The value of `X-Chatwoot-Signature`.
pub fn signature(secret: &str, timestamp: i64, body: &[u8]) -> String {
    // HMAC takes keys of any length, so there is no key it could refuse.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Whether `hash` proves that the website itself named this identifier.
pub fn proves_identity(hmac_token: &str, identifier: &str, hash: &str) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(hmac_token.as_bytes()) else { return false };
    mac.update(identifier.as_bytes());
    // Only lower-case hex is what the real desk makes of its own digest.
    let is_lower = !hash.bytes().any(|byte| byte.is_ascii_uppercase());
    is_lower && hex::decode(hash).is_ok_and(|given| mac.verify_slice(&given).is_ok())
}

#[cfg(test)]
mod tests;
