//! Reading `when`: groups of conditions, each a type with exactly one operator.

use super::{Reader, number};
use crate::analysis::words::normalize;
use crate::rulebook::condition::{Condition, Operator, Subject, Test};
use crate::rulebook::vocabulary::{GROUPS, OPERATORS, SENDER_PARTS, TYPES, Type};
use regex::{Regex, RegexBuilder};
use toml::{Table, Value};

/// A compiled pattern may not take more memory than this.
const PATTERN_BYTES: usize = 1 << 20;

impl Reader {
    pub(super) fn condition(&mut self, key: &str, value: &Value) -> Option<Condition> {
        let Some(table) = value.as_table() else {
            self.problem(key, "expected a table such as { type = \"intent\", equals = \"question\" }");
            return None;
        };
        if table.contains_key("type") {
            return self.test(key, table).map(Condition::Test);
        }
        if table.get("always").and_then(Value::as_bool) == Some(true) {
            self.only(table, key, &["always"]);
            return Some(Condition::Always);
        }
        self.only(table, key, &GROUPS);
        let mut groups = Vec::new();
        for (name, make) in [
            ("all", Condition::All as fn(Vec<Condition>) -> Condition),
            ("any", Condition::Any),
            ("none", Condition::None),
        ] {
            let Some(value) = table.get(name) else { continue };
            let key = format!("{key}.{name}");
            match value.as_array() {
                Some(items) if !items.is_empty() => {
                    let parts = items
                        .iter()
                        .enumerate()
                        .map(|(i, item)| self.condition(&format!("{key}[{i}]"), item));
                    let parts: Vec<Option<Condition>> = parts.collect();
                    groups.push(make(parts.into_iter().collect::<Option<Vec<_>>>()?));
                }
                _ => self.problem(&key, "expected a list of conditions"),
            }
        }
        match groups.len() {
            0 => {
                self.problem(key, "expected a condition with a type, or a group: all, any, none");
                None
            }
            1 => groups.pop(),
            _ => Some(Condition::All(groups)),
        }
    }

    fn test(&mut self, key: &str, table: &Table) -> Option<Test> {
        let name = table.get("type").and_then(Value::as_str).unwrap_or("");
        let names: Vec<&str> = TYPES.iter().map(|t| t.name).collect();
        let Some(kind) = TYPES.iter().find(|t| t.name == name) else {
            self.unknown(&format!("{key}.type"), name, &names);
            return None;
        };
        let mut known = OPERATORS.to_vec();
        known.push("type");
        match name {
            "keyword" => known.push("stems"),
            "sender" => known.extend(["of", "key"]),
            _ => {}
        }
        self.only(table, key, &known);
        let mut operators = OPERATORS.iter().filter(|operator| table.contains_key(**operator));
        let (Some(operator), None) = (operators.next(), operators.next()) else {
            self.problem(key, &format!("expected exactly one operator: {}", OPERATORS.join(", ")));
            return None;
        };
        let value = table.get(*operator)?;
        let key = &format!("{key}.{operator}");
        let subject = self.subject(key, kind, table)?;
        let negated = operator.starts_with("not_") || *operator == "none_of";
        let operator =
            self.operator(key, kind, &subject, (operator.trim_start_matches("not_"), value), table)?;
        Some(Test { subject, negated, operator })
    }

    fn subject(&mut self, key: &str, kind: &Type, table: &Table) -> Option<Subject> {
        Some(match kind.name {
            "keyword" | "regex" => Subject::Text,
            "inbox" => Subject::Inbox,
            "channel" => Subject::Channel,
            "tag" => Subject::Tag,
            "time" => Subject::Time,
            "agent_availability" => Subject::AgentAvailability,
            "sentiment" => Subject::Sentiment,
            "intent" => Subject::Intent,
            "urgency" => Subject::Urgency,
            "language" => Subject::Language,
            "escalation" => Subject::Escalation,
            "attachment" => Subject::Attachment,
            "message_count" => Subject::MessageCount,
            _ => match table.get("of").and_then(Value::as_str).unwrap_or("") {
                "name" => Subject::SenderName,
                "email" => Subject::SenderEmail,
                "domain" => Subject::SenderDomain,
                "vip" => Subject::SenderVip,
                "earlier_conversations" => Subject::SenderEarlier,
                "attribute" => match self.text(table, "key") {
                    Some(name) => Subject::SenderAttribute(name),
                    None => {
                        self.problem(key, "of = \"attribute\" needs key = \"…\", the attribute's name");
                        return None;
                    }
                },
                other => {
                    self.unknown(&format!("{key}.of"), other, &SENDER_PARTS);
                    return None;
                }
            },
        })
    }

    fn operator(
        &mut self,
        key: &str,
        kind: &Type,
        subject: &Subject,
        (operator, value): (&str, &Value),
        table: &Table,
    ) -> Option<Operator> {
        let is_number = matches!(subject, Subject::SenderEarlier | Subject::MessageCount);
        let takes_text = kind.text && !is_number;
        match operator {
            "gt" | "lt" | "equals" if number(value).is_some() && kind.number => {
                let limit = number(value)?;
                Some(match operator {
                    "gt" => Operator::Above(limit),
                    "lt" => Operator::Below(limit),
                    _ => Operator::Number(limit),
                })
            }
            "exists" if takes_text && kind.name != "keyword" => match value.as_bool() {
                Some(true) => Some(Operator::Exists),
                _ => self.refuse(key, "expected true; its contrary is not_exists = true"),
            },
            "equals" | "any_of" | "none_of" | "contains" | "matches" if takes_text => {
                let words = self.words(key, value)?;
                self.text_operator(key, kind, operator, words, table)
            }
            _ if takes_text => self.refuse(key, "this condition compares words, not numbers"),
            _ => self.refuse(key, "this condition compares a number: equals, gt or lt with a number"),
        }
    }

    fn text_operator(
        &mut self,
        key: &str,
        kind: &Type,
        operator: &str,
        words: Vec<String>,
        table: &Table,
    ) -> Option<Operator> {
        if operator == "matches" || kind.name == "regex" {
            return match (operator, words.as_slice()) {
                ("matches", [pattern]) => self.pattern(key, pattern).map(Operator::Matches),
                _ => self.refuse(key, "a regex condition needs matches = \"pattern\""),
            };
        }
        if kind.name == "keyword" {
            let owner = self.owners;
            self.owners += 1;
            let stems = self.flag(table, key, "stems").unwrap_or(false);
            self.keywords.extend(words.into_iter().map(|word| (word, stems, owner)));
            return Some(Operator::Keyword(owner));
        }
        let words: Vec<String> = words.iter().map(|word| normalize(word.trim())).collect();
        if let Some(wrong) =
            words.iter().find(|w| !kind.words.is_empty() && !kind.words.contains(&w.as_str()))
        {
            self.unknown(key, wrong, kind.words);
            return None;
        }
        match (operator, words.as_slice()) {
            ("contains", [part]) => Some(Operator::Contains(part.clone())),
            ("contains", _) => self.refuse(key, "expected one text"),
            _ => Some(Operator::AnyOf(words)),
        }
    }

    fn pattern(&mut self, key: &str, pattern: &str) -> Option<Regex> {
        match RegexBuilder::new(pattern).case_insensitive(true).size_limit(PATTERN_BYTES).build() {
            Ok(regex) => Some(regex),
            Err(error) => {
                self.problem(key, &error.to_string());
                None
            }
        }
    }
}
