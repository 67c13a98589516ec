//! What the lists and the lexicon found, as hints for a model beside the words themselves.

use super::lists::Found;
use super::sentiment::{Heard, Lexicon};
use super::{distinct, weigh};
use crate::learn::features::Features;

/// Hints of these topics, denied or not.
const FAMILIES: [&str; 5] = ["sentiment.", "escalation.", "intent.", "urgency", "hint."];

pub(super) fn add(features: &mut Features, found: &[Found<'_>], mood: &Heard) {
    lexicon(features, &mood.lexicon);
    features.push("heard good", mood.score.max(0.0));
    features.push("heard bad", (-mood.score).max(0.0));
    features.push("lists good", mood.positive);
    features.push("lists bad", mood.negative);
    // Praise over a mishap is rarely praise: "great job losing my bag".
    features.push("torn", 2.0 * mood.lexicon.compound.max(mood.positive).max(0.0) * mood.negative);
    features.push("calm", if mood.score == 0.0 && mood.lexicon.valences.is_empty() { 0.5 } else { 0.0 });
    let topics = distinct(found.iter().map(|f| f.topic));
    for topic in topics.iter().filter(|t| FAMILIES.iter().any(|family| t.starts_with(family))) {
        features.push(topic, weigh(found, topic).0);
        if found.iter().any(|f| f.topic == topic && f.negated) {
            features.push(&format!("not {topic}"), 1.0);
        }
    }
}

fn lexicon(features: &mut Features, heard: &Lexicon) {
    let mut split = |name: &str, value: f32| {
        features.push(&format!("{name} good"), value.max(0.0));
        features.push(&format!("{name} bad"), (-value).max(0.0));
    };
    split("vader", heard.compound);
    split("vader plain", heard.plain);
    let sum = |keep: fn(&f32) -> bool| heard.valences.iter().copied().filter(keep).sum::<f32>();
    split("vader words", (sum(|v| *v > 0.0) / 4.0).min(2.0));
    split("vader words", (sum(|v| *v < 0.0) / 4.0).max(-2.0));
    split("vader most", heard.valences.iter().copied().fold(0.0, f32::max) / 3.0);
    split("vader least", heard.valences.iter().copied().fold(0.0, f32::min) / 3.0);
    split("vader last", heard.valences.last().copied().unwrap_or(0.0) / 3.0);
    split("vader share", heard.good);
    split("vader share", -heard.bad);
}
