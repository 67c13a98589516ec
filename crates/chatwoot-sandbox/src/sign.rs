//! How a webhook is signed: HMAC-SHA256 over `timestamp + "." + raw body`, keyed with the secret as it is shown.

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

#[cfg(test)]
mod tests;
