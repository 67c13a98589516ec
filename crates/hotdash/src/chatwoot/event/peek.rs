//! The first look at a body, before anything is stored: is all of it JSON, which event, which conversation.
//!
//! One pass that skips everything it does not need. Skipping does not look at the bytes inside strings, so UTF-8 is
//! checked first; together that proves the whole body.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// What intake needs to know. Everything is `None` where the body does not say it or says it in a wrong type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peek {
    pub event: Option<String>,
    /// Missing in conversation events before 4.14.2: there only the address tells.
    pub account: Option<i64>,
    /// The display id.
    pub conversation: Option<i64>,
}

/// The body is not a JSON object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the body is not UTF-8: byte {at} is wrong")]
    NotUtf8 { at: usize },
    #[error("the body is not JSON: {reason}")]
    NotJson { reason: String },
    #[error("the body is JSON, but not an object")]
    NotAnObject,
}

/// Looks at a body once.
///
/// # Errors
/// [`Malformed`] when any part of the body is not well-formed, or when it is not an object.
pub fn peek(body: &[u8]) -> Result<Peek, Malformed> {
    let text = std::str::from_utf8(body).map_err(|error| Malformed::NotUtf8 { at: error.valid_up_to() })?;
    let mut json = serde_json::Deserializer::from_str(text);
    let malformed = |error: serde_json::Error| Malformed::NotJson { reason: error.to_string() };
    let found = Top.deserialize(&mut json).map_err(malformed)?;
    json.end().map_err(malformed)?;
    let Found { is_object, event, account, id, conversation } = found;
    if !is_object {
        return Err(Malformed::NotAnObject);
    }
    let own = event.as_deref().is_some_and(is_about_a_conversation);
    Ok(Peek { conversation: if own { id } else { conversation }, event, account })
}

/// Whether the top-level object is the conversation itself. Typing events hold it as a member, like messages.
fn is_about_a_conversation(event: &str) -> bool {
    let named = event.starts_with("conversation_") && !event.starts_with("conversation_typing_");
    named || event.starts_with("automation_event.") || event == "macro.executed"
}

#[derive(Default)]
struct Found {
    is_object: bool,
    event: Option<String>,
    account: Option<i64>,
    id: Option<i64>,
    conversation: Option<i64>,
}

/// A visitor that takes any JSON value and keeps only what its `visit_*` methods below say.
macro_rules! skip {
    ($($method:ident($kind:ty)),* $(,)?) => {
        $(fn $method<E>(self, _: $kind) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        })*
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }
    };
}

macro_rules! skip_lists {
    () => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

macro_rules! skip_objects {
    () => {
        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

/// The whole body.
struct Top;

impl<'de> DeserializeSeed<'de> for Top {
    type Value = Found;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Found, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top {
    type Value = Found;
    skip!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
    skip_lists!();

    /// A key that comes twice counts as its last value, as everywhere else in JSON practice.
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Found, A::Error> {
        let mut found = Found { is_object: true, ..Found::default() };
        while let Some(key) = object.next_key_seed(KeySeed)? {
            match key {
                Key::Event => found.event = object.next_value_seed(Text)?,
                Key::Account => found.account = object.next_value_seed(IdWithin)?,
                Key::Conversation => found.conversation = object.next_value_seed(IdWithin)?,
                Key::Id => found.id = object.next_value_seed(Id)?,
                Key::Other => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

#[derive(Default)]
enum Key {
    Event,
    Account,
    Conversation,
    Id,
    #[default]
    Other,
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Key, D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "event" => Key::Event,
            "account" => Key::Account,
            "conversation" | "current_conversation" => Key::Conversation,
            "id" => Key::Id,
            _ => Key::Other,
        })
    }
}

/// A string, or nothing.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<String>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;
    skip!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));
    skip_lists!();
    skip_objects!();

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }
}

/// A whole number, or nothing.
struct Id;

impl<'de> DeserializeSeed<'de> for Id {
    type Value = Option<i64>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Id {
    type Value = Option<i64>;
    skip!(visit_bool(bool), visit_f64(f64), visit_str(&str));
    skip_lists!();
    skip_objects!();

    fn visit_i64<E>(self, id: i64) -> Result<Self::Value, E> {
        Ok(Some(id))
    }

    fn visit_u64<E>(self, id: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(id).ok())
    }
}

/// The `id` of an object, or nothing.
struct IdWithin;

impl<'de> DeserializeSeed<'de> for IdWithin {
    type Value = Option<i64>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for IdWithin {
    type Value = Option<i64>;
    skip!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
    skip_lists!();

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut id = None;
        while let Some(key) = object.next_key_seed(KeySeed)? {
            match key {
                Key::Id => id = object.next_value_seed(Id)?,
                _ => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(id)
    }
}

#[cfg(test)]
mod tests;
