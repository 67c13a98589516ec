//! Chatwoot's JSON, tolerantly: webhook shape, REST shape and the "push" shape nested in both.
//!
//! One struct per object reads all its shapes, because they differ in which keys are there, not in what a key means.
//! What Chatwoot may leave out or set to `null` is optional here; a key of the wrong type is an error with its path.
//! Unknown keys are ignored. Nothing outside this module reads a Chatwoot key.

pub mod contact;
pub mod conversation;
pub mod message;
pub mod moment;
pub mod people;
mod rendered;
pub mod settings;
pub mod survey;
pub mod website;

pub use contact::WireContact;
pub use conversation::WireConversation;
pub use message::WireMessage;
pub use moment::Moment;
pub use survey::WireSurveyAnswer;

use hotdash_core::event::Change;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A body that could not be read: where, and what was found there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct Unreadable {
    /// The JSON path, e.g. `conversation.meta.sender.id`.
    pub path: String,
    pub reason: String,
}

impl Unreadable {
    pub(crate) fn at(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }
}

/// Reads one object, naming the path of whatever is wrong with it.
///
/// # Errors
/// [`Unreadable`] with the path of the first key that does not fit.
pub fn read<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, Unreadable> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        Unreadable::at(path, without_words(&error.into_inner().to_string()))
    })?;
    json.end().map_err(|error| Unreadable::at(".", error.to_string()))?;
    Ok(value)
}

/// Reads one row of a list that was read as it came; `at` is its path in the body.
///
/// # Errors
/// [`Unreadable`] with the path of the first key that does not fit.
pub fn read_row<T: DeserializeOwned>(row: Value, at: &str) -> Result<T, Unreadable> {
    serde_path_to_error::deserialize(row).map_err(|error| {
        let path = format!("{at}.{}", error.path());
        Unreadable::at(path.trim_end_matches('.'), without_words(&error.into_inner().to_string()))
    })
}

/// The reason without the text that was found: it may be a customer's, and reasons go into logs.
fn without_words(reason: &str) -> String {
    match (reason.find("string \""), reason.rfind("\", expected")) {
        (Some(from), Some(to)) if from < to => {
            format!("{}a text{}", &reason[..from], &reason[to + 1..])
        }
        _ => reason.to_owned(),
    }
}

/// A key that may be absent or `null`, for which both mean "nothing".
pub(crate) fn or_default<'de, D, T>(input: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(input)?.unwrap_or_default())
}

/// An object of free keys. Anything else (older versions wrote `""` and JSON text here) counts as empty.
pub(crate) fn free_object<'de, D: Deserializer<'de>>(input: D) -> Result<Map<String, Value>, D::Error> {
    Ok(match Value::deserialize(input)? {
        Value::Object(map) => map,
        Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
        _ => Map::new(),
    })
}

/// `changed_attributes`: a list of one-key objects, or `null`.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct WireChanges(Option<Vec<BTreeMap<String, WireChange>>>);

#[derive(Debug, Deserialize)]
struct WireChange {
    #[serde(default)]
    previous_value: Value,
    #[serde(default)]
    current_value: Value,
}

impl WireChanges {
    pub(crate) fn into_core(self) -> Vec<Change> {
        let columns = self.0.unwrap_or_default().into_iter().flatten();
        columns
            .map(|(column, change)| Change {
                column,
                before: change.previous_value,
                after: change.current_value,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
