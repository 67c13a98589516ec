//! Conditions and how they look at a message. Each says what it saw, so that a decision can be read.

use super::Rulebook;
use crate::analysis::Analyzer;
use crate::analysis::words::{Haystack, StemLanguage, normalize};
use crate::conversation::Availability;
use crate::decide::Snapshot;
use jiff::Timestamp;
use regex::Regex;
use serde_json::Value;

#[derive(Debug, Clone)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    None(Vec<Condition>),
    Always,
    Test(Test),
}

/// One comparison.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    pub(crate) subject: Subject,
    pub(crate) negated: bool,
    pub(crate) operator: Operator,
}

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Text,
    Inbox,
    Channel,
    Tag,
    SenderName,
    SenderEmail,
    SenderDomain,
    SenderAttribute(String),
    SenderVip,
    SenderEarlier,
    Time,
    AgentAvailability,
    Sentiment,
    Intent,
    Urgency,
    Language,
    Escalation,
    Attachment,
    MessageCount,
}

/// How it is compared.
#[derive(Debug, Clone)]
pub(crate) enum Operator {
    /// Words of [`Rulebook::keywords`] with this owner.
    Keyword(usize),
    AnyOf(Vec<String>),
    Contains(String),
    Matches(Regex),
    Exists,
    Above(f64),
    Below(f64),
    Number(f64),
}

/// The result of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) holds: bool,
    /// The clock or a colleague coming online may change it; the message itself cannot.
    pub(crate) may_change: bool,
    /// What decided it, in words.
    pub(crate) seen: Vec<String>,
}

/// A snapshot prepared once for all rules.
pub(crate) struct Facts<'a> {
    snapshot: &'a Snapshot<'a>,
    now: Timestamp,
    /// Owner of the keyword found → the words as the customer wrote them.
    keywords: Vec<(usize, String)>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(rules: &Rulebook, snapshot: &'a Snapshot<'a>, now: Timestamp) -> Self {
        let stems = snapshot.analysis.language.code.as_deref().and_then(StemLanguage::from_code);
        let text = Haystack::new(
            snapshot.message.text(),
            stems.as_ref().map_or(&StemLanguage::ALL, std::slice::from_ref),
        );
        let code = snapshot.analysis.language.code.as_deref();
        let keywords = rules
            .keywords
            .hits(&text)
            .into_iter()
            .filter(|hit| !Analyzer::shipped().is_denied(&text, *hit, code))
            .map(|hit| (hit.owner, text.words(hit)))
            .collect();
        Self { snapshot, now, keywords }
    }
}

impl Condition {
    pub(crate) fn judge(&self, facts: &Facts<'_>) -> Verdict {
        match self {
            Self::Always => {
                Verdict { holds: true, may_change: false, seen: vec!["applies always".to_owned()] }
            }
            Self::Test(test) => test.judge(facts),
            Self::All(parts) => all(parts, facts),
            Self::Any(parts) => any(parts, facts),
            Self::None(parts) => {
                let Verdict { holds, may_change, seen } = any(parts, facts);
                Verdict { holds: !holds, may_change, seen }
            }
        }
    }
}

fn all(parts: &[Condition], facts: &Facts<'_>) -> Verdict {
    let verdicts: Vec<Verdict> = parts.iter().map(|part| part.judge(facts)).collect();
    let holds = verdicts.iter().all(|v| v.holds);
    let never = verdicts.iter().any(|v| !v.holds && !v.may_change);
    let may_change = !never && verdicts.iter().any(|v| v.may_change);
    Verdict { holds, may_change, seen: seen(verdicts, holds, false) }
}

fn any(parts: &[Condition], facts: &Facts<'_>) -> Verdict {
    let verdicts: Vec<Verdict> = parts.iter().map(|part| part.judge(facts)).collect();
    let holds = verdicts.iter().any(|v| v.holds);
    let always = verdicts.iter().any(|v| v.holds && !v.may_change);
    let may_change = !always && verdicts.iter().any(|v| v.may_change);
    Verdict { holds, may_change, seen: seen(verdicts, holds, true) }
}

/// Only what decided: of a met "any" what held, of a failed "all" what failed, else everything.
fn seen(verdicts: Vec<Verdict>, holds: bool, is_any: bool) -> Vec<String> {
    let decisive = |v: &Verdict| if holds == is_any { v.holds == holds } else { true };
    verdicts.into_iter().filter(decisive).flat_map(|v| v.seen).collect()
}

impl Test {
    fn judge(&self, facts: &Facts<'_>) -> Verdict {
        let snapshot = facts.snapshot;
        let may_change = matches!(self.subject, Subject::Time | Subject::AgentAvailability);
        let (met, seen) = match &self.operator {
            Operator::Keyword(owner) => {
                let words: Vec<&str> =
                    facts.keywords.iter().filter(|(o, _)| o == owner).map(|(_, w)| w.as_str()).collect();
                let seen = match words.as_slice() {
                    [] => "none of the words occurs".to_owned(),
                    _ => format!("the message says {}", quoted(&words)),
                };
                (!words.is_empty(), seen)
            }
            Operator::Above(limit) => self.compare(snapshot, |n| n > *limit),
            Operator::Below(limit) => self.compare(snapshot, |n| n < *limit),
            Operator::Number(wanted) => self.compare(snapshot, |n| (n - wanted).abs() < 1e-9),
            Operator::AnyOf(wanted) => {
                self.compare_texts(facts, |text| wanted.contains(&normalize(text.trim())))
            }
            Operator::Contains(part) => {
                self.compare_texts(facts, |text| normalize(text).contains(part.as_str()))
            }
            Operator::Matches(pattern) => self.compare_texts(facts, |text| pattern.is_match(text)),
            Operator::Exists => self.compare_texts(facts, |_| true),
        };
        Verdict { holds: met != self.negated, may_change, seen: vec![seen] }
    }

    fn compare(&self, snapshot: &Snapshot<'_>, test: impl Fn(f64) -> bool) -> (bool, String) {
        let number = self.subject.number(snapshot);
        (test(number), format!("{} is {number}", self.subject.name()))
    }

    fn compare_texts(&self, facts: &Facts<'_>, test: impl Fn(&str) -> bool) -> (bool, String) {
        let texts = self.subject.texts(facts);
        let met = texts.iter().any(|text| test(text));
        let name = self.subject.name();
        let seen = match (&self.subject, texts.as_slice()) {
            (Subject::Text, _) if met => "the message fits the pattern".to_owned(),
            (Subject::Text, _) => "the message does not fit the pattern".to_owned(),
            (Subject::Time, [time]) => format!("it is {}", time.replace('_', " ")),
            (Subject::AgentAvailability, []) => "there are no agents".to_owned(),
            (Subject::AgentAvailability, [all]) => format!("all agents are {all}"),
            (Subject::AgentAvailability, states) => format!("some agents are {}", states.join(", some ")),
            (_, []) => format!("{name} is none"),
            _ => format!("{name} is {}{}", texts.join(", "), words(facts, &self.subject)),
        };
        (met, seen)
    }
}

/// The customer's words behind a judgement.
fn words(facts: &Facts<'_>, subject: &Subject) -> String {
    let analysis = facts.snapshot.analysis;
    let words: &[String] = match subject {
        Subject::Escalation => analysis.escalation.as_ref().map_or(&[], |e| &e.words),
        Subject::Urgency => &analysis.urgency.words,
        Subject::Sentiment => &analysis.sentiment.words,
        Subject::Intent => &analysis.intent.words,
        _ => &[],
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", quoted(&words)) }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("“{word}”")).collect::<Vec<_>>().join(", ")
}

impl Subject {
    fn name(&self) -> &'static str {
        match self {
            Self::Text => "message",
            Self::Inbox => "inbox",
            Self::Channel => "channel",
            Self::Tag => "label",
            Self::SenderName => "sender's name",
            Self::SenderEmail => "sender's e-mail",
            Self::SenderDomain => "sender's domain",
            Self::SenderAttribute(_) => "sender's attribute",
            Self::SenderVip => "sender's VIP mark",
            Self::SenderEarlier => "number of earlier conversations",
            Self::Time => "time",
            Self::AgentAvailability => "agents' availability",
            Self::Sentiment => "sentiment",
            Self::Intent => "intent",
            Self::Urgency => "urgency",
            Self::Language => "language",
            Self::Escalation => "escalation",
            Self::Attachment => "attachment",
            Self::MessageCount => "number of messages",
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of messages and conversations")]
    fn number(&self, snapshot: &Snapshot<'_>) -> f64 {
        match self {
            Self::SenderEarlier => snapshot.earlier_conversations as f64,
            Self::MessageCount => snapshot.message_count as f64,
            Self::Sentiment => two_decimals(snapshot.analysis.sentiment.score),
            Self::Urgency => two_decimals(snapshot.analysis.urgency.score),
            _ => 0.0,
        }
    }

    fn texts(&self, facts: &Facts<'_>) -> Vec<String> {
        let Snapshot { conversation, message, analysis, agents, hours, .. } = facts.snapshot;
        let contact = &conversation.contact;
        let one = |text: &str| vec![text.to_owned()];
        match self {
            Self::Text => one(message.text()),
            Self::Inbox => vec![conversation.inbox.to_string()],
            Self::Channel => one(conversation.channel.name()),
            Self::Tag => conversation.labels.clone(),
            Self::SenderName => one(&contact.name),
            Self::SenderEmail => contact.email.clone().into_iter().collect(),
            Self::SenderDomain => contact
                .email
                .as_deref()
                .and_then(|email| email.rsplit_once('@'))
                .map_or(Vec::new(), |(_, domain)| one(domain)),
            Self::SenderAttribute(key) => contact.custom_attributes.get(key).map_or(Vec::new(), plain),
            Self::SenderVip => one(if is_vip(facts.snapshot) { "true" } else { "false" }),
            Self::Time => one(if hours.is_open(facts.now) { "business_hours" } else { "after_hours" }),
            Self::AgentAvailability => [
                (Availability::Online, "online"),
                (Availability::Busy, "busy"),
                (Availability::Offline, "offline"),
            ]
            .into_iter()
            .filter(|(state, _)| agents.iter().any(|agent| agent.availability == *state))
            .map(|(_, name)| name.to_owned())
            .collect(),
            Self::Sentiment => one(analysis.sentiment.class.name()),
            Self::Intent => one(analysis.intent.kind.name()),
            Self::Urgency => one(if analysis.urgency.is_urgent { "urgent" } else { "normal" }),
            Self::Language => analysis.language.code.clone().into_iter().collect(),
            Self::Escalation => analysis.escalation.as_ref().map_or(Vec::new(), |e| one(e.kind.name())),
            Self::Attachment => message.attachments.iter().map(|file| file.kind.clone()).collect(),
            Self::SenderEarlier | Self::MessageCount => Vec::new(),
        }
    }
}

fn is_vip(snapshot: &Snapshot<'_>) -> bool {
    let marked = |value: &Value| match value {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64().is_some_and(|n| n > 0.0),
        Value::String(text) => matches!(normalize(text.trim()).as_str(), "true" | "yes" | "1" | "vip"),
        _ => false,
    };
    let contact = &snapshot.conversation.contact;
    contact.custom_attributes.get("vip").is_some_and(marked)
        || snapshot.conversation.labels.iter().any(|label| label == "vip")
}

/// An attribute's value as texts.
fn plain(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(plain).collect(),
        other => vec![other.to_string()],
    }
}

/// The scores have two decimals; as `f64` they would show more.
fn two_decimals(score: f32) -> f64 {
    (f64::from(score) * 100.0).round() / 100.0
}
