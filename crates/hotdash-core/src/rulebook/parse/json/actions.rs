//! `action` of the original guide's rules.

use super::{Read, Wrong, list, plain, texts, word};
use serde_json::{Map, Value};
use toml::Table;

const ACTIONS: [&str; 5] = ["assign", "tag", "prioritize", "escalate", "notify"];
const KEYS: [&str; 3] = ["type", "target", "metadata"];
const METADATA: [&str; 11] = [
    "strategy", "agent", "team", "team_id", "tags", "priority", "note", "reason", "message", "to", "channel",
];

/// What a rule does, apart from whom it assigns.
#[derive(Default)]
pub(super) struct Doing {
    then: Table,
    assign: Option<toml::Value>,
}

impl Doing {
    /// The rule, or two where it assigns besides something else.
    pub(super) fn rules(self, head: &Table) -> Vec<Table> {
        let whole = |group: &str, then: Table| {
            let mut rule = head.clone();
            rule.insert("group".to_owned(), group.into());
            rule.insert("then".to_owned(), then.into());
            rule
        };
        let mut rules = Vec::new();
        if !self.then.is_empty() {
            rules.push(whole("tags", self.then));
        }
        if let Some(assign) = self.assign {
            let mut rule = whole("assignment", Table::from_iter([("assign".to_owned(), assign)]));
            if let (false, Some(id)) = (rules.is_empty(), head.get("id").and_then(toml::Value::as_str)) {
                rule.insert("id".to_owned(), format!("{id}:assign").into());
            }
            rules.push(rule);
        }
        rules
    }
}

pub(super) fn then(rule: &Map<String, Value>) -> Read<Doing> {
    let (key, actions) = match (rule.get("action"), rule.get("actions")) {
        (Some(one @ Value::Object(_)), None) => ("action", std::slice::from_ref(one)),
        (None, Some(Value::Array(actions))) if !actions.is_empty() => ("actions", actions.as_slice()),
        _ => return Err(Wrong::new("action", "expected { \"type\": …, \"target\": … }")),
    };
    let mut doing = Doing::default();
    for (at, action) in actions.iter().enumerate() {
        let key = if key == "action" { key.to_owned() } else { format!("{key}[{at}]") };
        match action.as_object() {
            Some(action) => one(&key, action, &mut doing)?,
            None => return Err(Wrong::new(key, "expected { \"type\": …, \"target\": … }")),
        }
    }
    Ok(doing)
}

fn one(key: &str, action: &Map<String, Value>, doing: &mut Doing) -> Read<()> {
    let nothing = Map::new();
    let metadata = match action.get("metadata") {
        None | Some(Value::Null) => &nothing,
        Some(Value::Object(metadata)) => metadata,
        Some(_) => return Err(Wrong::new(format!("{key}.metadata"), "expected an object")),
    };
    if let Some(other) = action.keys().find(|name| !KEYS.contains(&name.as_str())) {
        return Err(Wrong::unknown(format!("{key}.{other}"), other, &KEYS));
    }
    if let Some(other) = metadata.keys().find(|name| !METADATA.contains(&name.as_str())) {
        return Err(Wrong::unknown(format!("{key}.metadata.{other}"), other, &METADATA));
    }
    let at = format!("{key}.target");
    let target = action.get("target").filter(|target| !target.is_null());
    let kind = action.get("type").map(plain).unwrap_or_default();
    match word(&kind).as_str() {
        "assign" => doing.assign = Some(assignee(&at, target, metadata)?),
        "tag" | "tags" | "label" | "add_tag" => {
            let tags = target.or(metadata.get("tags")).unwrap_or(&Value::Null);
            add_tags(doing, list(&at, tags)?);
        }
        "prioritize" | "prioritise" | "priority" | "set_priority" => {
            let level = target.or(metadata.get("priority")).map(|level| word(&plain(level)));
            let level = match level.as_deref() {
                Some("critical") => "urgent",
                Some("normal") => "medium",
                Some(level) => level,
                None => return Err(Wrong::new(at, "expected low, medium, high or urgent")),
            };
            doing.then.insert("priority".to_owned(), level.into());
        }
        "escalate" => {
            let names_somebody = target.is_some_and(|target| !matches!(target, Value::Bool(true)))
                || ["agent", "team", "team_id"].iter().any(|key| metadata.contains_key(*key));
            doing.then.insert("escalate".to_owned(), true.into());
            if names_somebody {
                doing.then.insert("escalate".to_owned(), assignee(&at, target, metadata)?);
            }
        }
        "notify" => {
            let whom = target.or(metadata.get("to")).or(metadata.get("channel")).unwrap_or(&Value::Null);
            let whom = list(&at, whom)?.iter().map(|whom| addressee(whom)).collect();
            let mut notify = Table::from_iter([("to".to_owned(), texts(whom))]);
            if let Some(message) = metadata.get("message") {
                notify.insert("text".to_owned(), plain(message).into());
            }
            doing.then.insert("notify".to_owned(), notify.into());
        }
        _ => return Err(Wrong::unknown(format!("{key}.type"), &kind, &ACTIONS)),
    }
    if let Some(tags) = metadata.get("tags").filter(|_| target.is_some()) {
        add_tags(doing, list(&format!("{key}.metadata.tags"), tags)?);
    }
    if let Some(note) = metadata.get("note").or(metadata.get("reason")) {
        doing.then.insert("note".to_owned(), plain(note).into());
    }
    Ok(())
}

fn add_tags(doing: &mut Doing, tags: Vec<String>) {
    let there = doing.then.entry("tag").or_insert_with(|| toml::Value::Array(Vec::new()));
    if let Some(there) = there.as_array_mut() {
        let new = tags.into_iter().map(toml::Value::String);
        let new: Vec<toml::Value> = new.filter(|tag| !there.contains(tag)).collect();
        there.extend(new);
    }
}

fn addressee(whom: &str) -> String {
    match word(whom).as_str() {
        "lead" | "leads" | "team_lead" | "manager" | "supervisor" => "leads".to_owned(),
        "slack" | "webhook" => "webhook".to_owned(),
        _ => whom.trim().to_owned(),
    }
}

/// A strategy, `team:3`, or a person's name or address; from the target or the metadata.
fn assignee(at: &str, target: Option<&Value>, metadata: &Map<String, Value>) -> Read<toml::Value> {
    let table =
        |key: &str, value: toml::Value| toml::Value::Table(Table::from_iter([(key.to_owned(), value)]));
    let team = |value: &Value| {
        let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
        number
            .map(|number| table("team", number.into()))
            .ok_or_else(|| Wrong::new(at, "a team is told by its number"))
    };
    if let Some(value) = metadata.get("team").or(metadata.get("team_id")) {
        return team(value);
    }
    if let Some(agent) = metadata.get("agent").and_then(Value::as_str) {
        return Ok(table("agent", agent.into()));
    }
    let target = target.or(metadata.get("strategy"));
    let Some(Value::String(text)) = target else {
        return Err(Wrong::new(at, "expected round_robin, team:3, or an agent's name or e-mail address"));
    };
    if let Some((kind, name)) = text.split_once(':') {
        return match word(kind).as_str() {
            "team" => team(&Value::String(name.to_owned())),
            "agent" => Ok(table("agent", name.trim().into())),
            _ => Err(Wrong::unknown(at, kind, &["team", "agent"])),
        };
    }
    match word(text).as_str() {
        "round_robin" | "roundrobin" | "auto" | "any" | "any_agent" => Ok("round_robin".into()),
        "least_loaded" | "leastloaded" | "load_balanced" => Ok("least_loaded".into()),
        "skills" | "skill_based" => Ok("skills".into()),
        "language" => {
            let choice = [("strategy", "skills"), ("language", "match")];
            Ok(Table::from_iter(choice.map(|(key, word)| (key.to_owned(), word.into()))).into())
        }
        _ => Ok(table("agent", text.trim().into())),
    }
}
