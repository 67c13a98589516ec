//! What the lists and the lexicon found, as hints for a model beside the words themselves.

use super::lists::Found;
use super::sentiment::Heard;
use super::{distinct, weigh};
use crate::learn::features::Features;

/// Hints of these topics, denied or not.
const FAMILIES: [&str; 4] = ["sentiment.", "escalation.", "intent.", "urgency"];

pub(super) fn add(features: &mut Features, found: &[Found<'_>], mood: &Heard) {
    features.push("vader good", mood.compound.max(0.0));
    features.push("vader bad", (-mood.compound).max(0.0));
    features.push("heard good", mood.score.max(0.0));
    features.push("heard bad", (-mood.score).max(0.0));
    features.push("lists good", mood.positive);
    features.push("lists bad", mood.negative);
    // Praise over a mishap is rarely praise: "great job losing my bag".
    features.push("torn", 2.0 * mood.compound.max(mood.positive).max(0.0) * mood.negative);
    let topics = distinct(found.iter().map(|f| f.topic));
    for topic in topics.iter().filter(|t| FAMILIES.iter().any(|family| t.starts_with(family))) {
        features.push(topic, weigh(found, topic).0);
        if found.iter().any(|f| f.topic == topic && f.negated) {
            features.push(&format!("not {topic}"), 1.0);
        }
    }
}
