//! What models say: those that the shipped examples taught, and those learned from the desk's own labels.
//!
//! A model sees the words and what the lists found, so it can overrule a list ("my kids would kill for this") and hear a
//! threat that uses none of its words.

use super::lists::Thresholds;
use super::{
    Analyzer, Escalation, EscalationKind, Intent, IntentKind, ListProblem, Read, Sentiment, SentimentClass,
    Tag, Urgency, escalation as listed_escalation, rounded, urgency as listed_urgency,
};
use crate::learn::features::Features;
use crate::learn::{Model, Row, Task};
use std::collections::BTreeMap;

/// What `cargo run -p hotdash-core --example teach` wrote from `defaults/examples`.
pub(super) const SHIPPED: [(&str, &str); 3] = [
    ("models/sentiment.json", include_str!("../../defaults/models/sentiment.json")),
    ("models/urgency.json", include_str!("../../defaults/models/urgency.json")),
    ("models/escalation.json", include_str!("../../defaults/models/escalation.json")),
];

/// Sentences of our own, by language and label.
const EXAMPLES: [(Task, &str); 3] = [
    (Task::Sentiment, include_str!("../../defaults/examples/sentiment.toml")),
    (Task::Urgency, include_str!("../../defaults/examples/urgency.toml")),
    (Task::Escalation, include_str!("../../defaults/examples/escalation.toml")),
];

/// What the shipped model of a task is taught from; other tasks have no examples.
pub fn examples(task: Task) -> Result<Vec<Row>, toml::de::Error> {
    let mut rows = written(task)?;
    // What people write every day presses nobody and threatens nobody: some of the sentences written for their mood.
    let moods = written(Task::Sentiment)?;
    let (label, share) = match task {
        Task::Escalation => ("none", 2),
        Task::Urgency => ("false", 4),
        _ => return Ok(rows),
    };
    let ordinary = moods.into_iter().filter(|mood| task == Task::Escalation || mood.label != "negative");
    rows.extend(ordinary.step_by(share).map(|mood| Row { label: label.to_owned(), ..mood }));
    Ok(rows)
}

fn written(task: Task) -> Result<Vec<Row>, toml::de::Error> {
    let text = EXAMPLES.iter().find(|(own, _)| *own == task).map_or("", |(_, text)| text);
    let sentences: BTreeMap<String, BTreeMap<String, Vec<String>>> = toml::from_str(text)?;
    let labelled = sentences.into_values().flatten();
    let row = |label: &String, text| Row { line: 0, text, label: label.clone() };
    Ok(labelled
        .flat_map(|(label, texts)| texts.into_iter().map(move |text| row(&label, text)).collect::<Vec<_>>())
        .collect())
}

/// A list's word of this weight says it plainly: "I will sue you". It counts, unless the model finds it absurd.
const PLAIN_WORDS: f32 = 0.75;
const NOT_ABSURD: f32 = 0.12;
/// The surest a list alone is about a mood.
const LISTED_MOOD: f32 = 0.25;

pub(super) fn read() -> (BTreeMap<Task, Model>, Vec<ListProblem>) {
    let mut models = BTreeMap::new();
    let mut problems = Vec::new();
    for (file, text) in SHIPPED {
        match Model::from_json(text) {
            Ok(model) => drop(models.insert(model.task, model)),
            Err(message) => problems.push(ListProblem { file: file.to_owned(), message }),
        }
    }
    (models, problems)
}

fn chance(model: &Model, probabilities: &[f32], label: &str) -> f32 {
    let at = model.labels().iter().position(|l| l == label);
    at.and_then(|at| probabilities.get(at).copied()).unwrap_or(0.0)
}

/// The lists' words; where they are silent, the model's.
fn reasons(listed: &[String], model: &Model, features: &Features, label: &str) -> Vec<String> {
    if !listed.is_empty() {
        return listed.to_vec();
    }
    let at = model.labels().iter().position(|l| l == label);
    at.map_or(Vec::new(), |at| model.reasons(features, at))
}

pub(super) fn sentiment(analyzer: &Analyzer, read: &Read<'_>, features: &Features) -> Sentiment {
    let Some(model) = analyzer.model(Task::Sentiment).filter(|_| !read.words.tokens.is_empty()) else {
        let class = match read.mood.score {
            score if score <= -LISTED_MOOD => SentimentClass::Negative,
            score if score >= LISTED_MOOD => SentimentClass::Positive,
            _ => SentimentClass::Neutral,
        };
        let words = read.mood.words.clone();
        return Sentiment { score: read.mood.score, class, confidence: read.mood.score.abs(), words };
    };
    let probabilities = model.probabilities(features);
    let guess = model.choose(&probabilities);
    let label = &model.labels()[guess.label];
    let sure = guess.confidence >= analyzer.lists.thresholds.sentiment;
    let class = match label.as_str() {
        "negative" if sure => SentimentClass::Negative,
        "positive" if sure => SentimentClass::Positive,
        _ => SentimentClass::Neutral,
    };
    let score = chance(model, &probabilities, "positive") - chance(model, &probabilities, "negative");
    Sentiment {
        score: rounded(score.clamp(-1.0, 1.0)),
        class,
        confidence: rounded(guess.confidence),
        words: reasons(&read.mood.words, model, features, label),
    }
}

pub(super) fn urgency(analyzer: &Analyzer, read: &Read<'_>, features: &Features) -> Urgency {
    let limits = &analyzer.lists.thresholds;
    let mut listed = listed_urgency::judge(read.text, &read.found, limits);
    let Some(model) = analyzer.model(Task::Urgency).filter(|_| !read.words.tokens.is_empty()) else {
        return listed;
    };
    let mut score = chance(model, &model.probabilities(features), "true");
    if strongest(read, "urgency") >= PLAIN_WORDS && score >= NOT_ABSURD {
        score = score.max(limits.urgent);
    } else if read.found.iter().any(|f| f.topic == "urgency" && f.negated) && listed.words.is_empty() {
        // "Not urgent", and nothing else that presses.
        score = score.min(limits.urgent / 2.0);
    }
    let score = rounded(score);
    let is_urgent = score >= limits.urgent;
    if is_urgent {
        listed.words = reasons(&listed.words, model, features, "true");
    }
    Urgency { score, is_urgent, words: listed.words }
}

pub(super) fn escalation(analyzer: &Analyzer, read: &Read<'_>, features: &Features) -> Option<Escalation> {
    let limits = &analyzer.lists.thresholds;
    let listed = listed_escalation::judge(&read.found, limits);
    let Some(model) = analyzer.model(Task::Escalation).filter(|_| !read.words.tokens.is_empty()) else {
        return listed;
    };
    let probabilities = model.probabilities(features);
    let mut confidence = raised(model, &probabilities);
    if strongest(read, "escalation.") >= PLAIN_WORDS && confidence >= NOT_ABSURD {
        confidence = confidence.max(limits.escalation);
    }
    if confidence < limits.escalation {
        return None;
    }
    // A model that only knows yes and no leaves the kind to the lists, and where they are silent to the gravest of words.
    let kind = gravest(model, &probabilities)
        .or(listed.as_ref().map(|found| found.kind))
        .unwrap_or(EscalationKind::Legal);
    let words = listed.map_or(Vec::new(), |found| found.words);
    let words = reasons(&words, model, features, kind.name());
    Some(Escalation { kind, confidence: rounded(confidence), words })
}

/// The weight of the strongest word on a topic that nothing denies.
fn strongest(read: &Read<'_>, topic: &str) -> f32 {
    let hits = read.found.iter().filter(|f| f.topic.starts_with(topic) && !f.negated);
    hits.map(|f| f.weight).fold(0.0, f32::max)
}

/// How likely it is any of the kinds.
fn raised(model: &Model, probabilities: &[f32]) -> f32 {
    let quiet = chance(model, probabilities, "none") + chance(model, probabilities, "false");
    (1.0 - quiet).clamp(0.0, 1.0)
}

fn gravest(model: &Model, probabilities: &[f32]) -> Option<EscalationKind> {
    use EscalationKind::{Chargeback, Fraud, Legal, Press, Safety};
    let kinds = [Safety, Legal, Fraud, Chargeback, Press];
    let known = kinds.into_iter().filter(|kind| model.labels().iter().any(|label| label == kind.name()));
    let chances = known.map(|kind| (kind, chance(model, probabilities, kind.name())));
    chances.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(kind, _)| kind)
}

/// Its probabilities as hints for another model.
pub(super) fn add_opinion(model: &Model, features: &mut Features) {
    let probabilities = model.probabilities(features);
    for (label, chance) in model.labels().iter().zip(probabilities) {
        features.push(&format!("shipped {} {label}", model.task.name()), chance);
    }
}

/// The best label of a model.
pub(super) fn label(model: &Model, features: &Features) -> (String, f32) {
    let guess = model.choose(&model.probabilities(features));
    (model.labels()[guess.label].clone(), guess.confidence)
}

/// Whether there is anything to escalate, by a model that may know the kinds.
pub(super) fn yes_no(model: &Model, features: &Features, least: f32) -> (String, f32) {
    let raised = raised(model, &model.probabilities(features));
    if raised >= least { ("true".to_owned(), raised) } else { ("false".to_owned(), 1.0 - raised) }
}

/// How sure it is that there is nothing to escalate.
pub(super) fn calm(model: &Model, features: &Features) -> f32 {
    1.0 - raised(model, &model.probabilities(features))
}

/// Categories by the desk's own model: those to act on, and those only worth proposing.
pub(super) fn categories(model: &Model, features: &Features, limits: &Thresholds) -> (Vec<Tag>, Vec<Tag>) {
    let probabilities = model.probabilities(features);
    let mut tags: Vec<Tag> = (0..probabilities.len())
        .filter(|label| probabilities[*label] >= limits.possible && model.labels()[*label] != "none")
        .map(|label| Tag {
            name: model.labels()[label].clone(),
            confidence: rounded(probabilities[label]),
            words: model.reasons(features, label),
        })
        .collect();
    tags.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| a.name.cmp(&b.name)));
    tags.into_iter().partition(|tag| tag.confidence >= limits.category)
}

/// The intent by the desk's own model: one of ours replaces the lists' kind, a finer one stands beside it, a doubtful one
/// is proposed.
pub(super) fn intent(
    model: &Model,
    features: &Features,
    limits: &Thresholds,
    intent: &mut Intent,
    possible: &mut Vec<Tag>,
) {
    let guess = model.choose(&model.probabilities(features));
    let name = model.labels()[guess.label].clone();
    let tag =
        Tag { name, confidence: rounded(guess.confidence), words: model.reasons(features, guess.label) };
    let ours = IntentKind::ALL.into_iter().find(|kind| kind.name() == tag.name);
    match ours {
        Some(kind) => *intent = Intent { kind, confidence: tag.confidence, words: tag.words, learned: None },
        None if tag.confidence >= limits.category => intent.learned = Some(tag),
        None if tag.confidence >= limits.possible => possible.push(tag),
        None => {}
    }
}
