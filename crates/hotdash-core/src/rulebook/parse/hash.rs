//! A rulebook's fingerprint: over what the rules mean, so that a comment or the order of keys does not change it.

use super::Groups;
use crate::rulebook::Rule;
use sha2::{Digest, Sha256};
use toml::{Table, Value};

/// Twelve hex digits.
pub(super) fn of(rules: &[Rule], labels_from: Option<f32>, groups: &Groups) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("labels {labels_from:?}\n"));
    for (group, is_first) in groups.0.iter().filter(|(_, is_first)| **is_first) {
        digest.update(format!("group {group} first {is_first}\n"));
    }
    for rule in rules {
        digest.update(plain(&rule.source).to_string());
        digest.update([0]);
    }
    hex::encode(digest.finalize()).chars().take(12).collect()
}

/// Without what says nothing: defaults written out, and lists of one where a text would do.
fn plain(rule: &Table) -> Table {
    let id = rule.get("id");
    rule.iter()
        .filter(|(key, value)| match key.as_str() {
            "enabled" => value.as_bool() != Some(true),
            "priority" => value.as_integer() != Some(0),
            "name" => id != Some(*value),
            "why" => value.as_str() != Some(""),
            _ => true,
        })
        .map(|(key, value)| (key.clone(), listed(key, value)))
        .collect()
}

fn listed(key: &str, value: &Value) -> Value {
    match value {
        Value::Table(table) => {
            Value::Table(table.iter().map(|(key, value)| (key.clone(), listed(key, value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| listed("", item)).collect()),
        one if ["any_of", "none_of", "equals", "contains", "tag"].contains(&key) => {
            Value::Array(vec![one.clone()])
        }
        other => other.clone(),
    }
}
