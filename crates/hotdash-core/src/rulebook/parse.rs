//! TOML → typed rules. Read by hand instead of by serde, because a lead needs to know the rule, the key and the word
//! that was probably meant.

mod actions;
mod automation;
mod conditions;

mod groups;
mod hash;
mod json;
mod switches;
mod time;

use super::check;
use super::index::Index;
use super::keywords::{Collector, Keywords};
use super::vocabulary::{FILE_KEYS, RULE_KEYS, nearest};
use super::{Group, Problem, Rule, Rulebook, Severity, Strategy, Then};
use crate::ids::RuleId;
use groups::Groups;
use toml::{Table, Value};

/// More of these in one rulebook are a mistake, not a wish.
const MOST_BYTES: usize = 8 << 20;
const MOST_RULES: usize = 20_000;
const MOST_KEYWORDS: usize = 200_000;

/// The rules of a JSON file in the grammar's own words; those with a problem are left out.
pub(super) fn import(file: &str, text: &str) -> (String, Vec<Problem>) {
    let mut reader = Reader { file: file.to_owned(), intents: Some(Vec::new()), ..Reader::default() };
    let table = reader.json(text).unwrap_or_default();
    let translated = reader.problems.len();
    reader.file_rules(&table, &mut Vec::new());
    reader.by_json_keys(translated);
    let text = table.get("rule").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty());
    (if text { table.to_string() } else { String::new() }, reader.problems)
}

pub(super) fn parse(files: &[(&str, &str)], intents: Option<&[String]>) -> (Rulebook, Vec<Problem>) {
    let mut reader = Reader { intents: intents.map(<[String]>::to_vec), ..Reader::default() };
    let mut rules: Vec<Rule> = Vec::new();
    let mut labels_from = None;
    for (file, text) in files {
        (*file).clone_into(&mut reader.file);
        reader.rule = None;
        let Some(table) = reader.table(text) else { continue };
        let before = reader.problems.len();
        labels_from = reader.labels(&table).or(labels_from);
        reader.groups(&table);
        let mut own = Vec::new();
        reader.file_rules(&table, &mut own);
        if reader.is_json() {
            reader.by_json_keys(before);
        }
        rules.retain(|rule| !own.iter().any(|new| new.replaces(rule)));
        rules.extend(own);
        reader.switches(&table, &mut rules);
        if rules.len() > MOST_RULES {
            reader.problem("rule", &format!("more than {MOST_RULES} rules; the last ones are left out"));
            rules.truncate(MOST_RULES);
        }
    }
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
    for rule in &mut rules {
        rule.first_of = reader.known_groups.first_of(&rule.group);
    }
    let hash = hash::of(&rules, labels_from, &reader.known_groups);
    let keywords = reader.keywords();
    let index = Index::build(&rules, keywords.conditions());
    let mut problems = reader.problems;
    problems.extend(check::groups(&rules));
    (Rulebook { rules, labels_from, keywords, index, hash }, problems)
}

#[derive(Default)]
struct Reader {
    file: String,
    rule: Option<String>,
    problems: Vec<Problem>,
    words: Collector,
    patterns: usize,
    known_groups: Groups,
    /// What the desk's own model tells beside the five; `None` = nobody knows, so any word will do.
    intents: Option<Vec<String>>,
}

impl Reader {
    fn table(&mut self, text: &str) -> Option<Table> {
        if text.len() > MOST_BYTES {
            return self.refuse("the file", &format!("larger than {} MiB", MOST_BYTES >> 20));
        }
        if self.is_json() {
            return self.json(text);
        }
        match text.parse::<Table>() {
            Ok(table) => Some(table),
            Err(error) => self.refuse("the file", error.to_string().trim_end()),
        }
    }

    fn is_json(&self) -> bool {
        std::path::Path::new(&self.file).extension().is_some_and(|form| form.eq_ignore_ascii_case("json"))
    }

    fn problem(&mut self, key: &str, message: &str) {
        self.push(key, message, None);
    }

    fn push(&mut self, key: &str, message: &str, nearest: Option<String>) {
        self.problems.push(Problem {
            file: self.file.clone(),
            rule: self.rule.clone(),
            key: key.to_owned(),
            message: message.to_owned(),
            nearest,
            severity: Severity::Error,
        });
    }

    fn unknown(&mut self, key: &str, wrong: &str, right: &[&str]) {
        let message = format!("“{wrong}” is not known; possible: {}", right.join(", "));
        self.push(key, &message, nearest(wrong, right.iter().copied()));
    }

    fn keywords(&mut self) -> Keywords {
        self.rule = None;
        if self.words.len() > MOST_KEYWORDS {
            self.problem("keywords", &format!("more than {MOST_KEYWORDS} words; no keyword will be found"));
            return Keywords::default();
        }
        match std::mem::take(&mut self.words).build() {
            Ok(keywords) => keywords,
            Err(error) => {
                self.problem("keywords", &error);
                Keywords::default()
            }
        }
    }

    fn labels(&mut self, table: &Table) -> Option<f32> {
        self.only(table, "", &FILE_KEYS);
        let labels = table.get("labels")?;
        #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
        match labels.get("from_confidence").and_then(number) {
            Some(share) if (0.0..=1.0).contains(&share) => Some(share as f32),
            _ => {
                self.problem("labels.from_confidence", "expected a number from 0 to 1");
                None
            }
        }
    }

    fn file_rules(&mut self, table: &Table, rules: &mut Vec<Rule>) {
        let tables = match table.get("rule") {
            None => return,
            Some(Value::Array(items)) => items,
            Some(_) => return self.problem("rule", "expected [[rule]] tables"),
        };
        for item in tables {
            self.rule = item.get("id").and_then(Value::as_str).map(str::to_owned);
            let before = self.problems.len();
            let Some(table) = item.as_table() else {
                self.problem("rule", "expected a [[rule]] table");
                continue;
            };
            let Some(rule) = self.read_rule(table) else { continue };
            if rules.iter().any(|other| other.id == rule.id) {
                self.problem("id", "another rule of this file has the same id");
            }
            if self.problems.len() == before {
                rules.extend(self.given_to(table, &rule));
                rules.push(rule);
            }
        }
        self.rule = None;
    }

    fn read_rule(&mut self, table: &Table) -> Option<Rule> {
        self.only(table, "", &RULE_KEYS);
        let Some(id) = self.rule.clone().filter(|id| !id.trim().is_empty()) else {
            self.problem("id", "every rule needs an id");
            return None;
        };
        let group = self.group(table)?;
        let when = match table.get("when") {
            Some(when) => self.condition("when", when, 0)?,
            None => {
                self.problem("when", "a rule needs conditions; write { always = true } for every message");
                return None;
            }
        };
        let then = match table.get("then").and_then(Value::as_table) {
            Some(then) => self.then(then),
            None => {
                self.problem("then", "a rule needs actions");
                return None;
            }
        };
        let (after, once) = (self.after(table), self.once(table));
        let name = self.text(table, "name").unwrap_or_else(|| id.clone());
        Some(Rule {
            id: RuleId(id),
            name,
            group,
            priority: self.whole(table, "priority").unwrap_or(0),
            enabled: self.flag(table, "", "enabled").unwrap_or(true),
            why: self.text(table, "why").unwrap_or_default(),
            after,
            once,
            quick: when.by_cost(),
            when,
            then,
            first_of: None,
            source: table.clone(),
        })
    }

    /// An escalation that names a team or a person assigns too: by a rule of its own, because assigning has its own
    /// order.
    fn given_to(&mut self, table: &Table, rule: &Rule) -> Option<Rule> {
        let to = table.get("then")?.get("escalate").filter(|to| to.is_table())?;
        let strategy: Strategy = self.strategy("then.escalate", to)?;
        if rule.waits() {
            return self.refuse("then.escalate", "a rule that waits or remembers cannot assign; write true");
        }
        let (id, group) = (rule.id_of_assignment(), Group::Assignment);
        let mut source = table.clone();
        source.insert("id".to_owned(), id.0.clone().into());
        source.insert("group".to_owned(), group.name().into());
        source.insert("then".to_owned(), Table::from_iter([("assign".to_owned(), to.clone())]).into());
        Some(Rule { id, group, then: vec![Then::Assign(strategy)], source, ..rule.clone() })
    }

    fn refuse<T>(&mut self, key: &str, message: &str) -> Option<T> {
        self.problem(key, message);
        None
    }

    fn only(&mut self, table: &Table, key: &str, known: &[&str]) {
        for wrong in table.keys().filter(|name| !known.contains(&name.as_str())) {
            let at = if key.is_empty() { wrong.clone() } else { format!("{key}.{wrong}") };
            self.unknown(&at, wrong, known);
        }
    }

    /// One text, one number, or a list of them.
    fn words(&mut self, key: &str, value: &Value) -> Option<Vec<String>> {
        let plain = |value: &Value| match value {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Boolean(flag) => Some(flag.to_string()),
            _ => None,
        };
        let words = match value {
            Value::Array(items) => items.iter().map(plain).collect::<Option<Vec<_>>>(),
            other => plain(other).map(|word| vec![word]),
        };
        match words {
            Some(words) if !words.is_empty() => Some(words),
            _ => self.refuse(key, "expected a text or a list of texts"),
        }
    }

    fn text(&mut self, table: &Table, key: &str) -> Option<String> {
        match table.get(key)? {
            Value::String(text) => Some(text.clone()),
            _ => self.refuse(key, "expected a text"),
        }
    }

    fn whole(&mut self, table: &Table, key: &str) -> Option<i64> {
        match table.get(key)? {
            Value::Integer(number) => Some(*number),
            _ => self.refuse(key, "expected a whole number"),
        }
    }

    fn flag(&mut self, table: &Table, prefix: &str, key: &str) -> Option<bool> {
        match table.get(key)? {
            Value::Boolean(flag) => Some(*flag),
            _ if prefix.is_empty() => self.refuse(key, "expected true or false"),
            _ => self.refuse(&format!("{prefix}.{key}"), "expected true or false"),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "limits written by people")]
fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|n| n as f64))
}
