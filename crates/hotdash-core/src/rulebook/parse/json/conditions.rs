//! `conditions` of the original guide's rules.

use super::{Read, Wrong, list, plain, texts, word};
use crate::rulebook::vocabulary::{OPERATORS, TYPES};
use serde_json::{Map, Value};
use toml::Table;

/// Of those that a condition may have.
const KEYS: [&str; 4] = ["type", "operator", "value", "field"];
const SENDER: [&str; 5] = ["email", "name", "domain", "vip", "attribute"];

pub(super) fn when(rule: &Map<String, Value>) -> Read<toml::Value> {
    let conditions = match rule.get("conditions") {
        Some(Value::Array(conditions)) if !conditions.is_empty() => conditions,
        _ => return Err(Wrong::new("conditions", "expected a list with at least one condition")),
    };
    let group = match rule.get("match").map(|value| word(&plain(value))).as_deref() {
        None | Some("all" | "and") => "all",
        Some("any" | "or") => "any",
        Some(other) => return Err(Wrong::unknown("match", other, &["all", "any"])),
    };
    let parts = conditions.iter().enumerate().map(|(at, condition)| {
        let key = format!("conditions[{at}]");
        match condition.as_object() {
            Some(condition) => one(&key, condition),
            None => Err(Wrong::new(key, "expected { \"type\": …, \"operator\": …, \"value\": … }")),
        }
    });
    let parts = parts.collect::<Read<Vec<toml::Value>>>()?;
    Ok(toml::Value::Table(Table::from_iter([(group.to_owned(), toml::Value::Array(parts))])))
}

fn one(key: &str, condition: &Map<String, Value>) -> Read<toml::Value> {
    if let Some(other) = condition.keys().find(|name| !KEYS.contains(&name.as_str())) {
        return Err(Wrong::unknown(format!("{key}.{other}"), other, &KEYS));
    }
    let kind = kind(key, condition)?;
    let operator = operator(key, condition)?;
    let at = format!("{key}.value");
    let value = condition.get("value").unwrap_or(&Value::Null);
    let table = match kind.as_str() {
        "sender" => sender(&at, operator, value, condition.get("field"))?,
        "time" => time(&at, operator, value)?,
        "agent_availability" => availability(&at, operator, value)?,
        // A label or a word is there or not; a pattern is another type.
        "keyword" if operator.ends_with("matches") => test("regex", operator, &at, value)?,
        "keyword" | "tag" if operator == "contains" => test(&kind, "any_of", &at, value)?,
        "keyword" | "tag" if operator == "not_contains" => test(&kind, "none_of", &at, value)?,
        other => test(other, operator, &at, value)?,
    };
    Ok(toml::Value::Table(table))
}

fn kind(key: &str, condition: &Map<String, Value>) -> Read<String> {
    let written = condition.get("type").map(plain).unwrap_or_default();
    let kind = match word(&written).as_str() {
        "keywords" => "keyword".to_owned(),
        "label" | "labels" | "tags" => "tag".to_owned(),
        "contact" | "customer" => "sender".to_owned(),
        "availability" | "agents" => "agent_availability".to_owned(),
        other => other.to_owned(),
    };
    let names: Vec<&str> = TYPES.iter().map(|known| known.name).collect();
    if names.contains(&kind.as_str()) {
        Ok(kind)
    } else {
        Err(Wrong::unknown(format!("{key}.type"), &written, &names))
    }
}

/// The grammar's operator.
fn operator(key: &str, condition: &Map<String, Value>) -> Read<&'static str> {
    let written = condition.get("operator").map_or_else(|| "equals".to_owned(), plain);
    let operator = match word(&written).as_str() {
        "is" | "eq" | "==" | "=" => "equals",
        "is_not" | "neq" | "not_equal" | "!=" => "not_equals",
        "in" | "one_of" => "any_of",
        "not_in" | "not_any_of" => "none_of",
        "includes" | "contain" => "contains",
        "not_includes" | "does_not_contain" => "not_contains",
        "regex" | "match" => "matches",
        "does_not_match" => "not_matches",
        "is_present" => "exists",
        "is_absent" => "not_exists",
        "greater_than" | ">" => "gt",
        "less_than" | "<" => "lt",
        "greater_than_or_equal" | "gte" | ">=" => "not_lt",
        "less_than_or_equal" | "lte" | "<=" => "not_gt",
        "between" | "within" => "any_of",
        "not_between" | "outside" => "none_of",
        other => match OPERATORS.into_iter().find(|known| *known == other) {
            Some(known) => known,
            None => return Err(Wrong::unknown(format!("{key}.operator"), &written, &OPERATORS)),
        },
    };
    Ok(operator)
}

fn test(kind: &str, operator: &str, at: &str, value: &Value) -> Read<Table> {
    let mut table = Table::from_iter([("type".to_owned(), kind.into())]);
    let value = match (operator, value) {
        ("exists" | "not_exists", _) => true.into(),
        ("matches" | "not_matches", Value::String(pattern)) => pattern.clone().into(),
        ("matches" | "not_matches", _) => return Err(Wrong::new(at, "expected one pattern")),
        ("gt" | "lt" | "not_gt" | "not_lt", value) => number(at, value)?,
        (_, Value::Number(_)) => number(at, value)?,
        (_, value) => texts(list(at, value)?),
    };
    table.insert(operator.to_owned(), value);
    Ok(table)
}

fn number(at: &str, value: &Value) -> Read<toml::Value> {
    let number = match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    };
    let whole = number.as_ref().and_then(|text| text.parse::<i64>().ok()).map(toml::Value::from);
    let real =
        || number.as_ref().and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
    whole.or_else(|| real().map(Into::into)).ok_or_else(|| Wrong::new(at, "expected a number"))
}

/// By `field`, by an object such as `{"domain": "shop.test"}`, or by what the text is.
fn sender(at: &str, operator: &str, value: &Value, field: Option<&Value>) -> Read<Table> {
    if let Some(field) = field {
        let field = word(&plain(field));
        return sender_part(at, operator, &field, value);
    }
    match value {
        Value::Object(parts) if parts.contains_key("attribute") => {
            let name = parts.get("attribute").map(plain).unwrap_or_default();
            let mut table = test("sender", operator, at, parts.get("value").unwrap_or(&Value::Null))?;
            table.insert("of".to_owned(), "attribute".into());
            table.insert("key".to_owned(), name.into());
            Ok(table)
        }
        Value::Object(parts) => match parts.iter().next() {
            Some((part, value)) if parts.len() == 1 => sender_part(at, operator, &word(part), value),
            _ => Err(Wrong::new(at, "expected one of email, name, domain, vip, attribute")),
        },
        value => {
            let words = list(at, value)?;
            let kinds: Vec<&str> = words.iter().map(|word| sender_kind(word)).collect();
            match kinds.split_first() {
                Some((first, rest)) if rest.iter().all(|kind| kind == first) => {
                    sender_part(at, operator, first, value)
                }
                _ => Err(Wrong::new(
                    at,
                    "addresses, domains and names in one list; write one condition for each",
                )),
            }
        }
    }
}

fn sender_kind(text: &str) -> &'static str {
    let text = text.trim();
    let is_host = |host: &str| {
        host.contains('.') && !host.ends_with('.') && !host.contains(|c: char| c.is_whitespace() || c == '@')
    };
    match text.split_once('@') {
        Some(("", host)) if is_host(host) => "domain",
        Some(_) => "email",
        None if is_host(text) => "domain",
        None => "name",
    }
}

fn sender_part(at: &str, operator: &str, part: &str, value: &Value) -> Read<Table> {
    let of = match part {
        "email" | "e_mail" => "email",
        "name" | "domain" | "vip" => part,
        "earlier_conversations" | "conversations" => "earlier_conversations",
        other => return Err(Wrong::unknown(at, other, &SENDER)),
    };
    let value = match value {
        Value::Null if of == "vip" => Value::Bool(true),
        Value::String(text) if of == "domain" => {
            Value::String(text.trim().trim_start_matches('@').to_owned())
        }
        Value::Array(items) if of == "domain" => {
            let bare = items.iter().map(|item| plain(item).trim_start_matches('@').to_owned());
            bare.map(Value::String).collect()
        }
        other => other.clone(),
    };
    let mut table = test("sender", operator, at, &value)?;
    table.insert("of".to_owned(), of.into());
    Ok(table)
}

/// Words, `"09:00-12:00"`, or `{"start": "09:00", "end": "12:00"}`.
fn time(at: &str, operator: &str, value: &Value) -> Read<Table> {
    let range = |value: &Value| -> Read<String> {
        let Some(object) = value.as_object() else { return Ok(word_of_time(&plain(value))) };
        let part = |names: [&str; 2]| names.iter().find_map(|name| object.get(*name)).and_then(Value::as_str);
        match (part(["start", "from"]), part(["end", "to"])) {
            (Some(start), Some(end)) if object.len() == 2 => Ok(format!("{start}-{end}")),
            _ => Err(Wrong::new(
                at,
                "expected {\"start\": \"09:00\", \"end\": \"17:00\"}, in the desk's own time zone; days are a condition \
                 of their own",
            )),
        }
    };
    let times = match value {
        Value::Array(items) => items.iter().map(range).collect::<Read<Vec<String>>>()?,
        Value::Null => return Err(Wrong::new(at, "expected a time such as business_hours or 09:00-12:00")),
        one => vec![range(one)?],
    };
    let operator = if operator.starts_with("not_") || operator == "none_of" { "none_of" } else { "any_of" };
    Ok(Table::from_iter([("type".to_owned(), "time".into()), (operator.to_owned(), texts(times))]))
}

/// `Business hours` is `business_hours`; dates and ranges stay as they are.
fn word_of_time(text: &str) -> String {
    if text.contains(|c: char| c.is_ascii_digit()) { text.trim().to_owned() } else { word(text) }
}

/// Whoever asks for "offline" or "unavailable" means that nobody is there.
fn availability(at: &str, operator: &str, value: &Value) -> Read<Table> {
    let negated = operator.starts_with("not_") || operator == "none_of";
    let there = match (operator, value) {
        ("gt" | "lt" | "not_gt" | "not_lt", value) => return test("agent_availability", operator, at, value),
        ("exists" | "not_exists", _) | (_, Value::Bool(true)) => true,
        (_, Value::Bool(false)) => false,
        (_, Value::String(text)) => match word(text).as_str() {
            "online" | "available" | "any" => true,
            "offline" | "unavailable" | "none" => false,
            _ => return test("agent_availability", operator, at, value),
        },
        (_, value) => return test("agent_availability", operator, at, value),
    };
    let operator = if there == negated { "not_equals" } else { "equals" };
    Ok(Table::from_iter([
        ("type".to_owned(), "agent_availability".into()),
        (operator.to_owned(), "online".into()),
    ]))
}
