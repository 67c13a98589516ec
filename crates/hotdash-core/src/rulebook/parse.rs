//! TOML → typed rules. Read by hand instead of by serde, because a lead needs to know the rule, the key and the word
//! that was probably meant.

mod actions;
mod automation;
mod conditions;

use super::check::check;
use super::vocabulary::{RULE_KEYS, nearest};
use super::{Group, Problem, Rule, Rulebook};
use crate::analysis::words::{Entry, Form, Matcher, StemLanguage};
use crate::ids::RuleId;
use sha2::{Digest, Sha256};
use toml::{Table, Value};

pub(super) fn parse(files: &[(&str, &str)]) -> (Rulebook, Vec<Problem>) {
    let mut reader = Reader::default();
    let mut rules: Vec<Rule> = Vec::new();
    let mut labels_from = None;
    let mut digest = Sha256::new();
    for (file, text) in files {
        digest.update(text.as_bytes());
        digest.update([0]);
        (*file).clone_into(&mut reader.file);
        reader.rule = None;
        let table = match text.parse::<Table>() {
            Ok(table) => table,
            Err(error) => {
                reader.problem("the file", error.to_string().trim_end());
                continue;
            }
        };
        labels_from = reader.labels(&table).or(labels_from);
        let mut own = Vec::new();
        reader.file_rules(&table, &mut own);
        rules.retain(|rule| own.iter().all(|new| new.id != rule.id));
        rules.extend(own);
    }
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
    let keywords = reader.matcher();
    let mut problems = reader.problems;
    problems.extend(check(&rules));
    let hash = hex::encode(digest.finalize()).chars().take(12).collect();
    (Rulebook { rules, labels_from, keywords, hash }, problems)
}

#[derive(Default)]
struct Reader {
    file: String,
    rule: Option<String>,
    problems: Vec<Problem>,
    keywords: Vec<(String, bool, usize)>,
    owners: usize,
}

impl Reader {
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
        });
    }

    fn unknown(&mut self, key: &str, wrong: &str, right: &[&str]) {
        let message = format!("“{wrong}” is not known; possible: {}", right.join(", "));
        self.push(key, &message, nearest(wrong, right.iter().copied()));
    }

    fn matcher(&mut self) -> Matcher {
        let mut entries = Vec::new();
        for (text, stems, owner) in &self.keywords {
            entries.push(Entry { text, form: Form::AsWritten, owner: *owner });
            if *stems {
                let all = StemLanguage::ALL.iter();
                entries.extend(all.map(|language| Entry {
                    text,
                    form: Form::Stem(*language),
                    owner: *owner,
                }));
            }
        }
        match Matcher::build(entries) {
            Ok(matcher) => matcher,
            Err(error) => {
                self.rule = None;
                self.problem("keywords", &error.to_string());
                Matcher::default()
            }
        }
    }

    fn labels(&mut self, table: &Table) -> Option<f32> {
        let known = ["labels", "rule"];
        for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
            self.unknown(key, key, &known);
        }
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
            let rule = item.as_table().and_then(|table| self.read_rule(table));
            let is_twin = |rule: &Rule| rules.iter().any(|other| other.id == rule.id);
            match rule {
                Some(rule) if is_twin(&rule) => {
                    self.problem("id", "another rule of this file has the same id")
                }
                Some(rule) if self.problems.len() == before => rules.push(rule),
                _ => {}
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
        let group = match table.get("group").and_then(Value::as_str) {
            Some("tags") => Group::Tags,
            Some("assignment") => Group::Assignment,
            other => {
                self.unknown("group", other.unwrap_or("nothing"), &["tags", "assignment"]);
                return None;
            }
        };
        let when = match table.get("when") {
            Some(when) => self.condition("when", when)?,
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
            when,
            then,
        })
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
