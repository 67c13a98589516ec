//! The JSON form of the original guide, `{id, name, priority, enabled, conditions: [{type, operator, value}], action:
//! {type, target, metadata}}`, one rule or a list, translated into the grammar's own tables. What can be meant in one
//! way only is accepted in whatever words; anything else is a problem that names the key in the JSON.

mod actions;
mod conditions;

use super::Reader;
use crate::rulebook::vocabulary::nearest;
use serde_json::{Map, Value};
use toml::Table;

const RULE_KEYS: [&str; 10] =
    ["id", "name", "priority", "enabled", "conditions", "match", "action", "actions", "description", "why"];
/// Kept by whatever wrote the file; they say nothing about the rule.
const IGNORED: [&str; 4] = ["created_at", "updated_at", "createdAt", "updatedAt"];

/// Why something cannot be translated.
struct Wrong {
    key: String,
    message: String,
    nearest: Option<String>,
}

type Read<T> = Result<T, Wrong>;

impl Wrong {
    fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into(), nearest: None }
    }

    fn unknown(key: impl Into<String>, wrong: &str, right: &[&str]) -> Self {
        Self {
            key: key.into(),
            message: format!("“{wrong}” is not known; possible: {}", right.join(", ")),
            nearest: nearest(wrong, right.iter().copied()),
        }
    }
}

impl Reader {
    /// The rules of a JSON file as a rule file's table; those with a problem are left out.
    pub(super) fn json(&mut self, text: &str) -> Option<Table> {
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => return self.refuse("the file", &error.to_string()),
        };
        let rules = match &value {
            Value::Array(rules) => rules.as_slice(),
            Value::Object(whole) => match whole.get("rules") {
                Some(Value::Array(rules)) if whole.len() == 1 => rules.as_slice(),
                _ => std::slice::from_ref(&value),
            },
            _ => return self.refuse("the file", "expected one rule or a list of rules"),
        };
        let mut tables = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            self.rule = rule.get("id").map(plain);
            match rule.as_object() {
                Some(rule) => match translate(rule) {
                    Ok(translated) => tables.extend(translated.into_iter().map(toml::Value::Table)),
                    Err(wrong) => {
                        for Wrong { key, message, nearest } in wrong {
                            self.push(&key, &message, nearest);
                        }
                    }
                },
                None => self.problem(&format!("[{at}]"), "expected a rule: { \"id\": …, \"conditions\": … }"),
            }
        }
        self.rule = None;
        Some(Table::from_iter([("rule".to_owned(), toml::Value::Array(tables))]))
    }

    /// Problems found in the translation, by the keys of the JSON they come from.
    pub(super) fn by_json_keys(&mut self, since: usize) {
        for problem in self.problems.iter_mut().skip(since) {
            for group in ["when.all[", "when.any["] {
                if let Some((number, _)) =
                    problem.key.strip_prefix(group).and_then(|rest| rest.split_once(']'))
                {
                    problem.key = format!("conditions[{number}].value");
                }
            }
            if problem.key.starts_with("then") {
                "action".clone_into(&mut problem.key);
            }
        }
    }
}

/// One rule; two where it assigns besides something else, because assigning has an order of its own.
fn translate(rule: &Map<String, Value>) -> Result<Vec<Table>, Vec<Wrong>> {
    let mut wrong: Vec<Wrong> = rule
        .keys()
        .filter(|key| !RULE_KEYS.contains(&key.as_str()) && !IGNORED.contains(&key.as_str()))
        .map(|key| Wrong::unknown(key, key, &RULE_KEYS))
        .collect();
    let mut head = Table::new();
    let mut enter = |key: &str, value: Read<Option<toml::Value>>| match value {
        Ok(Some(value)) => drop(head.insert(key.to_owned(), value)),
        Ok(None) => {}
        Err(problem) => wrong.push(problem),
    };
    enter("id", id(rule).map(Some));
    enter("name", text(rule, "name"));
    enter("why", text(rule, if rule.contains_key("why") { "why" } else { "description" }));
    enter("priority", priority(rule));
    enter("enabled", enabled(rule));
    enter("when", conditions::when(rule).map(Some));
    let then = actions::then(rule).unwrap_or_else(|problem| {
        wrong.push(problem);
        actions::Doing::default()
    });
    if wrong.is_empty() { Ok(then.rules(&head)) } else { Err(wrong) }
}

fn id(rule: &Map<String, Value>) -> Read<toml::Value> {
    let id = match (rule.get("id"), rule.get("name")) {
        (Some(Value::String(id)), _) if !id.trim().is_empty() => id.trim().to_owned(),
        (Some(Value::Number(id)), _) => id.to_string(),
        (None, Some(Value::String(name))) if name.chars().any(char::is_alphanumeric) => slug(name),
        _ => return Err(Wrong::new("id", "every rule needs an id")),
    };
    Ok(id.into())
}

fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

fn text(rule: &Map<String, Value>, key: &str) -> Read<Option<toml::Value>> {
    match rule.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone().into())),
        Some(_) => Err(Wrong::new(key, "expected a text")),
    }
}

fn priority(rule: &Map<String, Value>) -> Read<Option<toml::Value>> {
    let whole = match rule.get("priority") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    whole.map(|whole| Some(whole.into())).ok_or_else(|| Wrong::new("priority", "expected a whole number"))
}

fn enabled(rule: &Map<String, Value>) -> Read<Option<toml::Value>> {
    match rule.get("enabled") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some((*flag).into())),
        Some(Value::String(text)) if text == "true" || text == "false" => Ok(Some((text == "true").into())),
        Some(_) => Err(Wrong::new("enabled", "expected true or false")),
    }
}

/// A word in the grammar's way of writing: `notEquals`, `not-equals` and `Not equals` are `not_equals`.
fn word(text: &str) -> String {
    let mut word = String::new();
    let mut after_small = false;
    for c in text.trim().chars() {
        if c.is_uppercase() && after_small {
            word.push('_');
        }
        after_small = c.is_lowercase();
        match c {
            '-' | ' ' => word.push('_'),
            c => word.extend(c.to_lowercase()),
        }
    }
    word
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One text, number or flag, or a list of them.
fn list(key: &str, value: &Value) -> Read<Vec<String>> {
    let single = |value: &Value| match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(plain(value)),
        _ => None,
    };
    let words = match value {
        Value::Array(items) => items.iter().map(single).collect::<Option<Vec<_>>>(),
        one => single(one).map(|word| vec![word]),
    };
    words
        .filter(|words| !words.is_empty())
        .ok_or_else(|| Wrong::new(key, "expected a text, a number or a list of them"))
}

fn texts(words: Vec<String>) -> toml::Value {
    toml::Value::Array(words.into_iter().map(toml::Value::String).collect())
}
