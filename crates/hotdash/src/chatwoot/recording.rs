//! What a receiver wrote down of a desk: webhook requests, one a line, and what REST said of it afterwards.
//!
//! Keys that are not known are ignored: recordings are made by many hands.

mod history;
mod listed;

pub use history::{Files, History, HistoryError};
pub use listed::{Listed, read_listed};

use super::signature::{Refusal, Secrets, Verified, verify};
use super::wire::{Unreadable, WireConversation, WireMessage, message::Surroundings, read};
use bytes::Bytes;
use hotdash_core::conversation::{Conversation, Message};
use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The hook that Chatwoot's account webhooks come by; a recording of nothing else may leave it out.
const ACCOUNT: &str = "account";

/// One webhook request.
#[derive(Debug, Clone)]
pub struct Recorded {
    hook: String,
    headers: HeaderMap,
    body: Bytes,
}

/// With what the hooks of a recording signed.
#[derive(Debug, Clone, Default)]
pub struct HookSecrets {
    by_hook: BTreeMap<String, Secrets>,
    any: Secrets,
}

/// A conversation and all its messages as REST showed them.
#[derive(Debug, Clone)]
pub struct Shown {
    pub conversation: Conversation,
    pub messages: Vec<Message>,
}

impl Recorded {
    /// Reads one line: `{"hook", "headers", "body"}`, the body as text.
    ///
    /// # Errors
    /// [`Unreadable`] names what is wrong with it.
    pub fn read(line: &str) -> Result<Self, Unreadable> {
        let wire: WireRecorded = read(line.as_bytes())?;
        let headers = wire.headers.iter().filter_map(|(name, value)| {
            let value = HeaderValue::from_str(value.as_str()?).ok()?;
            Some((name.parse::<HeaderName>().ok()?, value))
        });
        Ok(Self {
            hook: wire.hook.unwrap_or_else(|| ACCOUNT.to_owned()),
            headers: headers.collect(),
            body: wire.body.into(),
        })
    }

    /// The body as it was received, whether or not it proves where it came from.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The proof it would have needed when it was recorded. How long ago that was does not matter.
    ///
    /// # Errors
    /// The [`Refusal`] it would have been answered with.
    pub fn verify(&self, secrets: &HookSecrets) -> Result<Verified, Refusal> {
        let known = secrets.by_hook.get(&self.hook);
        // A hook that is known not to sign came to the address with the token, as it must with a real desk.
        let by_address = known.is_some_and(Secrets::is_empty);
        let keys = known.unwrap_or(&secrets.any);
        verify(keys, &self.headers, self.body.clone(), 0, i64::MAX, false, by_address)
    }
}

impl HookSecrets {
    /// Reads `{hook: secret}`, `null` for hooks that do not sign; or any object with one `secret` for all hooks.
    ///
    /// # Errors
    /// [`Unreadable`] when it is no object.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let all: Map<String, Value> = read(text.as_bytes())?;
        let secret = |value: &Value| value.as_str().map(SecretString::from);
        if let Some(one) = all.get("secret").and_then(secret) {
            return Ok(Self { by_hook: BTreeMap::new(), any: Secrets::new([one]) });
        }
        let hooks = all.iter().filter(|(_, value)| value.is_string() || value.is_null());
        let by_hook = hooks.map(|(hook, value)| (hook.clone(), secret(value).into_iter().collect()));
        Ok(Self { by_hook: by_hook.collect(), any: all.values().filter_map(secret).collect() })
    }
}

impl Shown {
    /// Reads one line: `{"conversation", "messages"}`, both as REST answered, messages as a list or as a page.
    ///
    /// # Errors
    /// [`Unreadable`] names what is wrong with it.
    pub fn read(line: &str) -> Result<Self, Unreadable> {
        let wire: WireShown = read(line.as_bytes())?;
        let conversation = wire.conversation.into_core("conversation.")?;
        let around = Surroundings {
            conversation: Some(conversation.id.0),
            contact: Some(&conversation.contact),
            ..Surroundings::default()
        };
        let (WireThread::List(messages) | WireThread::Page { payload: messages }) = wire.messages;
        let messages = messages.into_iter().map(|message| message.into_core(around));
        Ok(Self { messages: messages.collect::<Result<_, _>>()?, conversation })
    }
}

#[derive(Deserialize)]
struct WireRecorded {
    #[serde(default)]
    hook: Option<String>,
    #[serde(default)]
    headers: Map<String, Value>,
    body: String,
}

#[derive(Deserialize)]
struct WireShown {
    conversation: WireConversation,
    messages: WireThread,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireThread {
    List(Vec<WireMessage>),
    Page { payload: Vec<WireMessage> },
}
