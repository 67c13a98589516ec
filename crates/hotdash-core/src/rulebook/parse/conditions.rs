//! Reading `when`: groups of conditions, each a type with exactly one operator.

use super::{Reader, number};
use crate::analysis::words::{normalize, tokenize};
use crate::rulebook::condition::{Condition, Operator, Subject, Test, Times};
use crate::rulebook::keywords::{Denied, List};
use crate::rulebook::pattern::Pattern;
use crate::rulebook::vocabulary::{
    DENIED, GROUPS, INTENTS, Kind, Mark, OPERATORS, SENDER_PARTS, TIMES, TYPES, Type, VIPS,
};
use std::sync::Arc;
use toml::{Table, Value};

const PATTERN_CHARACTERS: usize = 2_000;
/// Together they may not fill the memory either.
const MOST_PATTERNS: usize = 2_000;
/// Nobody reads deeper.
const MOST_DEPTH: usize = 12;

impl Reader {
    pub(super) fn condition(&mut self, key: &str, value: &Value, depth: usize) -> Option<Condition> {
        let Some(table) = value.as_table() else {
            return self.refuse(key, "expected a table such as { type = \"intent\", equals = \"question\" }");
        };
        if table.contains_key("type") {
            return self.test(key, table).map(Condition::Test);
        }
        if let Some(always) = table.get("always") {
            self.only(table, key, &["always"]);
            return match always.as_bool() {
                Some(true) => Some(Condition::Always),
                _ => self
                    .refuse(&format!("{key}.always"), "expected true; switch a rule off by enabled = false"),
            };
        }
        if depth >= MOST_DEPTH {
            return self.refuse(key, &format!("groups stand in groups {MOST_DEPTH} deep; use fewer"));
        }
        self.only(table, key, &GROUPS);
        let mut groups = Vec::new();
        for (name, make) in [
            ("all", Condition::All as fn(Vec<Condition>) -> Condition),
            ("any", Condition::Any),
            ("none", Condition::None),
        ] {
            let Some(value) = table.get(name) else { continue };
            groups.push(make(self.parts(&format!("{key}.{name}"), value, depth)?));
        }
        match groups.len() {
            0 => self.refuse(key, "expected a condition with a type, or a group: all, any, none"),
            1 => groups.pop(),
            _ => Some(Condition::All(groups)),
        }
    }

    fn parts(&mut self, key: &str, value: &Value, depth: usize) -> Option<Vec<Condition>> {
        match value.as_array() {
            Some(items) if !items.is_empty() => {
                let parts = items.iter().enumerate();
                let parts = parts.map(|(i, item)| self.condition(&format!("{key}[{i}]"), item, depth + 1));
                // Read all before giving up, so that every problem is told at once.
                let parts: Vec<Option<Condition>> = parts.collect();
                parts.into_iter().collect()
            }
            _ => self.refuse(key, "expected a list of conditions"),
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
        match kind.kind {
            Kind::Keyword => known.extend(["stems", "denied"]),
            Kind::Sender => known.extend(["of", "key"]),
            _ => {}
        }
        self.only(table, key, &known);
        let mut operators = OPERATORS.iter().filter(|operator| table.contains_key(**operator));
        let (Some(written), None) = (operators.next(), operators.next()) else {
            return self.refuse(key, &format!("expected exactly one operator: {}", OPERATORS.join(", ")));
        };
        let value = table.get(*written)?;
        let (subject, kind) = self.subject(key, kind, table)?;
        let negated = written.starts_with("not_") || *written == "none_of";
        let operator = match *written {
            "none_of" => "any_of",
            other => other.trim_start_matches("not_"),
        };
        let asked =
            Asked { key: &format!("{key}.{written}"), condition: key, kind, subject: &subject, value };
        let operator = self.operator(&asked, operator, table)?;
        let asks = asks(name, table, written, value);
        Some(Test { subject, negated, operator, asks })
    }

    /// What is looked at, and what it can be compared with: of a sender that depends on `of`.
    fn subject(&mut self, key: &str, kind: &Type, table: &Table) -> Option<(Subject, Type)> {
        let subject = match kind.name {
            "keyword" | "regex" => Subject::Text,
            "inbox" => Subject::Inbox,
            "channel" => Subject::Channel,
            "tag" => Subject::Tag,
            "time" => Subject::Time,
            "agent_availability" => Subject::AgentAvailability,
            "sentiment" => Subject::Sentiment,
            "intent" => Subject::Intent,
            "category" => Subject::Category,
            "urgency" => Subject::Urgency,
            "escalation" => Subject::Escalation,
            "language" => Subject::Language,
            "waiting_minutes" => Subject::Waiting,
            "sla" => Subject::Sla,
            "attachment" => Subject::Attachment,
            "message_count" => Subject::MessageCount,
            _ => return self.sender(key, kind, table),
        };
        Some((subject, *kind))
    }

    fn sender(&mut self, key: &str, sender: &Type, table: &Table) -> Option<(Subject, Type)> {
        let open = Type { kind: Kind::Open, number: false, ..*sender };
        Some(match table.get("of").and_then(Value::as_str).unwrap_or("") {
            "name" => (Subject::SenderName, open),
            "email" => (Subject::SenderEmail, open),
            "domain" => (Subject::SenderDomain, open),
            "vip" => (Subject::SenderVip, Type { kind: Kind::Closed(&VIPS), ..open }),
            "earlier_conversations" => {
                (Subject::SenderEarlier, Type { kind: Kind::Number, number: true, ..open })
            }
            "attribute" => match self.text(table, "key") {
                Some(name) => (Subject::SenderAttribute(name), Type { number: true, ..open }),
                None => {
                    return self.refuse(key, "of = \"attribute\" needs key = \"…\", the attribute's name");
                }
            },
            other => {
                self.unknown(&format!("{key}.of"), other, &SENDER_PARTS);
                return None;
            }
        })
    }

    fn operator(&mut self, asked: &Asked<'_>, operator: &str, table: &Table) -> Option<Operator> {
        let Asked { key, kind, subject, value, .. } = *asked;
        let numbers = numbers(value);
        match (operator, kind.kind) {
            ("gt" | "lt", _) if kind.number => match (operator, numbers.as_deref()) {
                ("gt", Some([limit])) => Some(Operator::Above(*limit)),
                ("lt", Some([limit])) => Some(Operator::Below(*limit)),
                _ => self.refuse(key, "expected a number"),
            },
            ("gt" | "lt", _) => self.refuse(key, "this condition compares words, not numbers"),
            ("equals" | "any_of", Kind::Number | Kind::Closed(_)) if kind.number && numbers.is_some() => {
                numbers.map(Operator::Numbers)
            }
            ("exists", Kind::Keyword | Kind::Regex | Kind::Time) => {
                self.refuse(key, "this condition needs something to compare with")
            }
            ("exists", Kind::Number) if *subject != Subject::Waiting => {
                self.refuse(key, "there is always a number; compare it by equals, gt or lt")
            }
            ("exists", _) if value.as_bool() != Some(true) => {
                self.refuse(key, "expected true; its contrary is not_exists = true")
            }
            ("exists", Kind::Closed(words)) => {
                let absent = [Mark::NoClock.bit(), Mark::NoVip.bit()];
                let bits = words.iter().map(|(_, mark)| mark.bit()).filter(|bit| !absent.contains(bit));
                Some(Operator::Marked(bits.fold(0, |mask, bit| mask | bit)))
            }
            ("exists", _) => Some(Operator::Exists),
            (_, Kind::Number) => {
                self.refuse(key, "this condition compares a number: equals, gt or lt with a number")
            }
            (operator, Kind::Keyword) => self.keyword(asked, operator, table),
            (operator, _) => {
                let words = self.words(key, value)?;
                self.text_operator(asked, operator, &words)
            }
        }
    }

    fn text_operator(&mut self, asked: &Asked<'_>, operator: &str, words: &[String]) -> Option<Operator> {
        let key = asked.key;
        let folded = || words.iter().map(|word| normalize(word.trim()));
        match (operator, asked.kind.kind) {
            ("matches", Kind::Regex | Kind::Open) => match words {
                [pattern] => self.pattern(key, pattern).map(Operator::Matches),
                _ => self.refuse(key, "expected one pattern; join several by |"),
            },
            (_, Kind::Regex) => self.refuse(key, "a regex condition needs matches = \"pattern\""),
            ("contains", Kind::Open) => Some(Operator::Contains(folded().collect())),
            ("contains" | "matches", _) => {
                self.refuse(key, "these words are compared as a whole: use equals, any_of or none_of")
            }
            (_, Kind::Closed(known))
                if *asked.subject == Subject::Intent
                    && folded().any(|word| known.iter().all(|(name, _)| *name != word)) =>
            {
                self.learned_intents(key, folded().collect())
            }
            (_, Kind::Closed(known)) => {
                let mut mask = 0;
                for word in folded() {
                    let Some((_, mark)) = known.iter().find(|(name, _)| *name == word) else {
                        let known: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                        self.unknown(key, &word, &known);
                        return None;
                    };
                    mask |= mark.bit();
                }
                Some(Operator::Marked(mask))
            }
            (_, Kind::Time) => self.times(key, folded().collect()),
            _ => Some(any_of(folded())),
        }
    }

    /// Intents among which are some that only a desk's own model tells.
    fn learned_intents(&mut self, key: &str, words: Vec<String>) -> Option<Operator> {
        if let Some(labels) = &self.intents {
            let labels = labels.iter().map(|label| normalize(label.trim()));
            let known: Vec<String> =
                INTENTS.iter().map(|(name, _)| (*name).to_owned()).chain(labels).collect();
            if let Some(unknown) = words.iter().find(|word| !known.contains(word)) {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                self.unknown(key, unknown, &known);
                return None;
            }
        }
        Some(any_of(words.into_iter()))
    }

    fn times(&mut self, key: &str, words: Vec<String>) -> Option<Operator> {
        let mut times = Times::default();
        for word in words {
            if !times.add(&word) {
                let mut known: Vec<&str> = TIMES.iter().map(|(name, _)| *name).collect();
                known.extend(["09:00-12:00", "2026-12-24", "2026-12-24..2027-01-02"]);
                self.unknown(key, &word, &known);
                return None;
            }
        }
        let only_marks = times.hours.is_empty() && times.dates.is_empty();
        Some(if only_marks { Operator::Marked(times.marks) } else { Operator::Times(times) })
    }

    fn keyword(&mut self, asked: &Asked<'_>, operator: &str, table: &Table) -> Option<Operator> {
        let key = asked.key;
        if operator == "matches" {
            return self.refuse(key, "keywords are words; for a pattern use type = \"regex\"");
        }
        let stems = self.flag(table, asked.condition, "stems").unwrap_or(false);
        let denied = match table.get("denied").map(|value| value.as_str().unwrap_or("")) {
            None | Some("skip") => Denied::Skip,
            Some("count") => Denied::Count,
            Some("only") => Denied::Only,
            Some(other) => {
                self.unknown(&format!("{}.denied", asked.condition), other, &DENIED);
                return None;
            }
        };
        let lists = match asked.value {
            Value::Table(languages) => self.languages(key, languages)?,
            value => vec![List { code: None, words: self.words(key, value)? }],
        };
        for word in lists.iter().flat_map(|list| &list.words) {
            if tokenize(word).is_empty() {
                return self
                    .refuse(key, &format!("“{word}” has no word in it; for signs use type = \"regex\""));
            }
        }
        let condition = self.words.enter(lists, stems, denied, operator == "equals");
        Some(Operator::Keyword(condition))
    }

    /// `{ en = […], de = […], any = […] }`
    fn languages(&mut self, key: &str, languages: &Table) -> Option<Vec<List>> {
        let mut lists = Vec::new();
        for (code, words) in languages {
            let key = format!("{key}.{code}");
            let is_code = code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase());
            if !is_code && code != "any" {
                return self.refuse(&key, "expected a language of two letters such as en, or any");
            }
            let words = self.words(&key, words)?;
            lists.push(List { code: is_code.then(|| code.clone()), words });
        }
        if lists.is_empty() { self.refuse(key, "expected a list for some language") } else { Some(lists) }
    }

    fn pattern(&mut self, key: &str, pattern: &str) -> Option<Arc<Pattern>> {
        self.patterns += 1;
        if self.patterns > MOST_PATTERNS {
            return self
                .refuse(key, &format!("more than {MOST_PATTERNS} patterns; use keywords where you can"));
        }
        if pattern.chars().count() > PATTERN_CHARACTERS {
            return self.refuse(key, &format!("longer than {PATTERN_CHARACTERS} characters"));
        }
        // Linear in the message's length, whatever the pattern: nothing here goes back.
        match Pattern::new(self.patterns, pattern) {
            Ok(pattern) => Some(Arc::new(pattern)),
            Err(error) => self.refuse(key, &error.to_string()),
        }
    }
}

fn any_of(words: impl Iterator<Item = String>) -> Operator {
    let mut words: Vec<String> = words.collect();
    words.sort();
    words.dedup();
    Operator::AnyOf(words)
}

/// A comparison as it stands in the file.
struct Asked<'a> {
    /// Of the operator.
    key: &'a str,
    /// Of the condition around it.
    condition: &'a str,
    kind: Type,
    subject: &'a Subject,
    value: &'a Value,
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => items.iter().map(number).collect(),
        one => number(one).map(|number| vec![number]),
    }
}

/// The condition as a reader would say it; long lists are cut.
fn asks(name: &str, table: &Table, operator: &str, value: &Value) -> Box<str> {
    let text = |key: &str| table.get(key).and_then(Value::as_str);
    let part = match (text("of"), text("key")) {
        (Some(_), Some(key)) => format!(".{key}"),
        (Some(of), None) => format!(".{of}"),
        _ => String::new(),
    };
    let what = match value {
        Value::Boolean(true) if operator.ends_with("exists") => String::new(),
        value => format!(" {}", plain(value)),
    };
    let mut asks = format!("{name}{part} {}{what}", operator.replace('_', " "));
    if asks.chars().count() > 160 {
        asks = asks.chars().take(159).chain(['…']).collect();
    }
    asks.into_boxed_str()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Table(table) => {
            let lists = table.iter().map(|(code, words)| format!("{code}: {}", plain(words)));
            lists.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}
