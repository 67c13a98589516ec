//! How a website proves to the live chat who its user is.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The `identifier_hash` that belongs to an identifier: HMAC-SHA256 in lower-case hex, keyed with the inbox's
/// `hmac_token`. That token has nothing to do with the webhook's secret.
#[must_use]
pub fn identifier_hash(hmac_token: &SecretString, identifier: &str) -> String {
    // HMAC takes keys of any length, so there is no key it could refuse.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(hmac_token.expose_secret().as_bytes()) else {
        return String::new();
    };
    mac.update(identifier.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests;
