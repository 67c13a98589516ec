//! Sentences that no model has learned from: what the shipped analysis makes of them.

use hotdash_core::analysis::Analyzer;
use hotdash_core::learn::{Row, Task, examine};
use std::collections::BTreeMap;

type Sentences = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn rows(text: &str, language: Option<&str>) -> Vec<Row> {
    let all: Sentences = toml::from_str(text).unwrap();
    all.into_iter()
        .filter(|(own, _)| language.is_none_or(|language| own == language))
        .flat_map(|(_, labels)| labels)
        .flat_map(|(label, texts)| {
            texts.into_iter().map(move |text| Row { line: 0, text, label: label.clone() })
        })
        .collect()
}

fn yes_no(mut rows: Vec<Row>) -> Vec<Row> {
    rows.iter_mut().for_each(|row| row.label = (row.label != "none").to_string());
    rows
}

const SENTIMENT: &str = include_str!("cases/fresh/sentiment.toml");
const URGENCY: &str = include_str!("cases/fresh/urgency.toml");
const ESCALATION: &str = include_str!("cases/fresh/escalation.toml");

#[test]
fn fresh_sentences_are_judged_as_well_as_the_manual_says() {
    let analyzer = Analyzer::shipped();
    let f1 = |task, rows: Vec<Row>| examine(analyzer, task, &rows).per_class["true"].f1;
    let urgency = f1(Task::Urgency, rows(URGENCY, None));
    let escalation = f1(Task::Escalation, yes_no(rows(ESCALATION, None)));
    let sentiment = examine(analyzer, Task::Sentiment, &rows(SENTIMENT, None)).macro_f1;
    assert!(urgency >= 0.8, "urgency {urgency}");
    assert!(escalation >= 0.8, "escalation {escalation}");
    assert!(sentiment >= 0.65, "sentiment {sentiment}");
}
