//! Why a captured delivery was not believed: which secret and which form would have matched. Proves nothing to anybody.

use super::{DELIVERY, SIGNATURE, TIMESTAMP, is_signed_by};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::Value;

/// A request as it was written down: header lines, an empty line, the body as it came.
#[derive(Debug, Clone)]
pub struct Captured {
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why a file is no captured request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCaptured {
    #[error("there is no empty line between headers and body")]
    NoEmptyLine,
    #[error("line {0} is no header line (`Name: value`)")]
    NoHeader(usize),
}

impl Captured {
    /// Reads header lines, an empty line, and a body. A request line in front is skipped.
    ///
    /// # Errors
    /// [`NotCaptured`].
    pub fn read(text: &[u8]) -> Result<Self, NotCaptured> {
        let mut headers = HeaderMap::new();
        let mut rest = text;
        for number in 1.. {
            let end = rest.iter().position(|b| *b == b'\n').ok_or(NotCaptured::NoEmptyLine)?;
            let line = rest[..end].trim_ascii();
            rest = &rest[end + 1..];
            if line.is_empty() {
                break;
            }
            match header(line) {
                Some((name, value)) => drop(headers.append(name, value)),
                None if number == 1 => {}
                None => return Err(NotCaptured::NoHeader(number)),
            }
        }
        Ok(Self { headers, body: Bytes::copy_from_slice(rest) })
    }

    /// The second of sending, as the desk wrote it.
    #[must_use]
    pub fn timestamp(&self) -> Option<i64> {
        self.headers.get(TIMESTAMP)?.to_str().ok()?.trim().parse().ok()
    }

    #[must_use]
    pub fn has_signature(&self) -> bool {
        self.headers.contains_key(SIGNATURE)
    }

    /// Only deliveries of webhooks, inboxes and bots carry an id; those of automations and macros never do.
    #[must_use]
    pub fn has_delivery_id(&self) -> bool {
        self.headers.contains_key(DELIVERY)
    }

    /// The first of these secrets with a form in which it made the signature.
    #[must_use]
    pub fn signed_by(&self, secrets: &[SecretString]) -> Option<Match> {
        let signature = self.headers.get(SIGNATURE)?.as_bytes().trim_ascii();
        let timestamp = self.headers.get(TIMESTAMP).map_or(&b""[..], |value| value.as_bytes());
        let encodings = encodings(signature);
        let bodies = bodies(&self.body);
        // The right form first: it must not be hidden by a rarer one.
        for (body, bytes) in &bodies {
            for message in [Message::TimestampDotBody, Message::BodyOnly] {
                let parts: &[&[u8]] = match message {
                    Message::TimestampDotBody => &[timestamp, b".", bytes],
                    Message::BodyOnly => &[bytes],
                };
                for (encoding, mac) in &encodings {
                    let signed = |secret: &SecretString| is_signed_by(secret, parts, mac);
                    if let Some(secret) = secrets.iter().position(signed) {
                        return Some(Match { secret, message, body: *body, encoding: *encoding });
                    }
                }
            }
        }
        None
    }
}

/// How a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Which of the secrets that were tried.
    pub secret: usize,
    pub message: Message,
    pub body: Body,
    pub encoding: Encoding,
}

impl Match {
    /// As Chatwoot signs from 4.11.2 on.
    #[must_use]
    pub fn is_chatwoots(&self) -> bool {
        (self.message, self.body, self.encoding)
            == (Message::TimestampDotBody, Body::AsReceived, Encoding::PrefixedHex)
    }
}

/// What was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    TimestampDotBody,
    BodyOnly,
}

/// Which body was signed, seen from the one that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    AsReceived,
    /// Without line ends behind it, as an editor or a terminal adds them.
    WithoutLineEnd,
    /// Somebody read the JSON and wrote it anew.
    WrittenAnew,
}

/// How the signature is spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    PrefixedHex,
    BareHex,
    Base64,
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|b| *b == b':')?;
    let name = HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
    Some((name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?))
}

fn encodings(signature: &[u8]) -> Vec<(Encoding, Vec<u8>)> {
    let (prefixed, bare) = match signature.strip_prefix(b"sha256=") {
        Some(bare) => (true, bare),
        None => (false, signature),
    };
    let mut found = Vec::new();
    if let Ok(mac) = hex::decode(bare) {
        found.push((if prefixed { Encoding::PrefixedHex } else { Encoding::BareHex }, mac));
    }
    let engines = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
    let based = engines.iter().find_map(|engine| engine.decode(bare).ok());
    found.extend(based.map(|mac| (Encoding::Base64, mac)));
    found
}

/// The body as received, and what it may have been before somebody touched it.
fn bodies(body: &Bytes) -> Vec<(Body, Vec<u8>)> {
    let mut bodies = vec![(Body::AsReceived, body.to_vec())];
    let trimmed = body.trim_ascii_end();
    if trimmed.len() < body.len() {
        bodies.push((Body::WithoutLineEnd, trimmed.to_vec()));
    }
    if let Ok(json) = serde_json::from_slice::<Value>(trimmed) {
        let compact = json.to_string();
        bodies.push((Body::WrittenAnew, as_rails_writes(&compact).into_bytes()));
        bodies.push((Body::WrittenAnew, compact.into_bytes()));
    }
    bodies
}

/// Rails escapes these five characters wherever they stand; in JSON that is only within texts.
fn as_rails_writes(compact: &str) -> String {
    let mut text = String::with_capacity(compact.len());
    for character in compact.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests;
