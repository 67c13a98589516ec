//! Messages and what the lists must say about them.

use crate::cases::{load, report};
use hotdash_core::analysis::{Analyzer, EscalationKind, IntentKind, SentimentClass};
use serde::Deserialize;

/// Only what is stated is compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    language: Option<String>,
    /// Each must be among the categories found.
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    not_categories: Vec<String>,
    sentiment: Option<SentimentClass>,
    intent: Option<IntentKind>,
    urgent: Option<bool>,
    /// `none` or a kind.
    escalation: Option<String>,
}

#[test]
fn messages_are_understood() {
    let cases: Vec<(String, Case)> = load("analysis");
    let mut wrong = Vec::new();
    for (file, case) in &cases {
        let seen = Analyzer::shipped().analyze(&case.text);
        let names: Vec<&str> = seen.categories.iter().map(|tag| tag.name.as_str()).collect();
        let mut differ = |what: &str, is: String, should: String| {
            wrong.push(format!("{file}: {:?}: {what} is {is}, not {should}", case.text));
        };
        if case.language.is_some() && case.language != seen.language.code {
            differ("language", format!("{:?}", seen.language), format!("{:?}", case.language));
        }
        if let Some(missing) = case.categories.iter().find(|c| !names.contains(&c.as_str())) {
            differ("categories", format!("{names:?}"), format!("with {missing}"));
        }
        if let Some(extra) = case.not_categories.iter().find(|c| names.contains(&c.as_str())) {
            differ("categories", format!("{names:?}"), format!("with {extra}"));
        }
        if let Some(class) = case.sentiment.filter(|class| *class != seen.sentiment.class) {
            differ("sentiment", format!("{:?}", seen.sentiment), format!("{class:?}"));
        }
        if let Some(kind) = case.intent.filter(|kind| *kind != seen.intent.kind) {
            differ("intent", format!("{:?}", seen.intent), format!("{kind:?}"));
        }
        if let Some(urgent) = case.urgent.filter(|urgent| *urgent != seen.urgency.is_urgent) {
            differ("urgency", format!("{:?}", seen.urgency), format!("{urgent}"));
        }
        let escalation = seen.escalation.as_ref().map_or("none", |e| name(e.kind));
        if let Some(kind) = case.escalation.as_ref().filter(|kind| *kind != escalation) {
            differ("escalation", format!("{:?}", seen.escalation), kind.clone());
        }
    }
    report(&wrong, cases.len());
}

fn name(kind: EscalationKind) -> &'static str {
    match kind {
        EscalationKind::Safety => "safety",
        EscalationKind::Legal => "legal",
        EscalationKind::Fraud => "fraud",
        EscalationKind::Chargeback => "chargeback",
        EscalationKind::Press => "press",
    }
}
