//! JSON as Rails writes it, and times in the three forms Chatwoot uses.

use jiff::Timestamp;
use serde_json::{Value, json};

/// Compact JSON with Rails' escapes: `<`, `>`, `&`, U+2028 and U+2029 never appear raw.
///
/// They can only occur inside strings, so replacing them in the finished text is safe.
pub(crate) fn to_rails_json(value: &Value) -> String {
    let plain = value.to_string();
    let mut escaped = String::with_capacity(plain.len() + plain.len() / 32);
    for c in plain.chars() {
        match c {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// ISO 8601 with milliseconds, e.g. `2026-06-17T09:12:03.482Z`.
pub(crate) fn iso(at: Timestamp) -> Value {
    json!(iso_text(at))
}

pub(crate) fn iso_text(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

pub(crate) fn iso_or_null(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, iso)
}

/// Whole Unix seconds; none is 0.
pub(crate) fn seconds(at: Option<Timestamp>) -> Value {
    json!(at.map_or(0, Timestamp::as_second))
}

/// Unix seconds as a float: the only float in Chatwoot's bodies, so it is one even when the fraction is zero.
///
/// Ruby divides nanoseconds, which a double holds only nearly: the last digit is sometimes another than the nearest.
#[expect(clippy::cast_precision_loss, reason = "the loss is what is wanted")]
pub(crate) fn float_seconds(at: Timestamp) -> Value {
    json!(at.as_nanosecond() as f64 / 1e9)
}

#[cfg(test)]
mod tests;
