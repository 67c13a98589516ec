//! Are two JSON values alike? The same keys in the same order, the same kinds of values; null, empty and absent told
//! apart. Values themselves may differ, but for words that have a meaning.

use serde_json::{Map, Value};

/// What a real desk leaves to chance, or to services this one does not have.
const FREE: [&str; 5] =
    ["availability_status", "avatar_url_hash", "last_avatar_sync_at", "browser_language", "thumb_url"];

/// Words whose value is part of the contract.
const EXACT: [&str; 14] = [
    "event",
    "message_type",
    "content_type",
    "private",
    "status",
    "type",
    "channel",
    "channel_type",
    "priority",
    "role",
    "file_type",
    "error",
    "errors",
    "message",
];

/// How `ours` departs from `theirs`, one line each.
pub(crate) fn differences(ours: &Value, theirs: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(ours, theirs, &mut Vec::new(), &mut found);
    found
}

fn compare(ours: &Value, theirs: &Value, path: &mut Vec<String>, found: &mut Vec<String>) {
    let key = path.iter().rev().find(|part| *part != "[]").cloned().unwrap_or_default();
    if FREE.contains(&key.as_str()) {
        return;
    }
    let at = path.join(".");
    if kind(ours) != kind(theirs) {
        found.push(format!("{at}: {} expected, {} found", kind(theirs), kind(ours)));
        return;
    }
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => compare_objects(ours, theirs, path, found),
        (Value::Array(ours), Value::Array(theirs)) => match (ours.first(), theirs.first()) {
            (Some(ours), Some(theirs)) => within("[]", ours, theirs, path, found),
            (None, None) => {}
            (ours, _) => {
                found.push(format!("{at}: {} items expected", if ours.is_none() { "some" } else { "no" }))
            }
        },
        _ if EXACT.contains(&key.as_str()) && ours != theirs && !is_prose(theirs) => {
            found.push(format!("{at}: {theirs} expected, {ours} found"));
        }
        _ => {}
    }
}

/// A content type with a boundary, or a sentence: not a word.
fn is_prose(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() > 60)
}

fn compare_objects(
    ours: &Map<String, Value>,
    theirs: &Map<String, Value>,
    path: &mut Vec<String>,
    found: &mut Vec<String>,
) {
    let at = path.join(".");
    found.extend(
        theirs.keys().filter(|key| !ours.contains_key(*key)).map(|key| format!("{at}.{key}: missing")),
    );
    let unknown = ours.keys().filter(|key| !theirs.contains_key(*key) && !FREE.contains(&key.as_str()));
    found.extend(unknown.map(|key| format!("{at}.{key}: not in the recording")));
    let shared_in_ours: Vec<&String> = ours.keys().filter(|key| theirs.contains_key(*key)).collect();
    let shared_in_theirs: Vec<&String> = theirs.keys().filter(|key| ours.contains_key(*key)).collect();
    if shared_in_ours != shared_in_theirs {
        found.push(format!("{at}: the keys have another order: {shared_in_ours:?}"));
    }
    for key in shared_in_theirs {
        within(key, &ours[key], &theirs[key], path, found);
    }
}

fn within(step: &str, ours: &Value, theirs: &Value, path: &mut Vec<String>, found: &mut Vec<String>) {
    path.push(step.to_owned());
    compare(ours, theirs, path, found);
    path.pop();
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a float",
        Value::Number(_) => "an integer",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        Value::String(text) if text.is_empty() => "an empty string",
        Value::String(text) if text.starts_with("http://") || text.starts_with("https://") => "a URL",
        Value::String(text) if is_time(text) => "an ISO time",
        Value::String(text) if is_uuid(text) => "a UUID",
        Value::String(_) => "a text",
    }
}

fn is_time(text: &str) -> bool {
    text.contains('T') && text.parse::<jiff::Timestamp>().is_ok()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.parse::<uuid::Uuid>().is_ok()
}
