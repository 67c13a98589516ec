//! Labels that people set by hand after certain words: a rule could.

use super::{FollowUp, Kind, Recommendation, SURE, Unit};
use crate::chance::{fisher_more, wilson};
use crate::ids::ConversationId;
use std::collections::{BTreeMap, BTreeSet};

/// One conversation: the words of the customer's first message (stems or words, also phrases), and the labels that people
/// set by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    pub conversation: ConversationId,
    pub words: BTreeSet<String>,
    pub labels: BTreeSet<String>,
}

/// Fewer conversations with word and label are an accident.
const LEAST: u64 = 8;

/// A rule must be right this often at least (the lower end of its interval), else people would have to undo it.
const RIGHT: f64 = 0.7;

/// Rules worth adding: where people set a label after a word so often that a rule could. For each label the best three
/// words at most. `weeks` is how long the conversations were collected, above 0.
///
/// For each pair the share of conversations with the word that have the label, its Wilson interval, and Fisher's one-sided
/// p corrected for all pairs that were looked at.
#[must_use]
pub fn labels_by_rule(conversations: &[Labelled], weeks: f64) -> Vec<Recommendation> {
    let mut with_word: BTreeMap<&str, u64> = BTreeMap::new();
    let mut with_label: BTreeMap<&str, u64> = BTreeMap::new();
    let mut with_both: BTreeMap<(&str, &str), Vec<ConversationId>> = BTreeMap::new();
    for one in conversations {
        one.words.iter().for_each(|word| *with_word.entry(word).or_default() += 1);
        for label in &one.labels {
            *with_label.entry(label).or_default() += 1;
            for word in &one.words {
                with_both.entry((label, word)).or_default().push(one.conversation);
            }
        }
    }
    let all = conversations.len() as u64;
    let pairs = with_both.len() as f64;
    let mut found: Vec<(f64, &str, Recommendation)> = Vec::new();
    for ((label, word), ids) in &with_both {
        let (both, words, labels) = (ids.len() as u64, with_word[word], with_label[label]);
        let right = wilson(both, words);
        let p = fisher_more(both, words, labels - both, all - words) * pairs;
        if both < LEAST || right.lower < RIGHT || p >= SURE {
            continue;
        }
        let share = both as f64 / words as f64;
        let lift = share / (labels as f64 / all as f64);
        let gain = both as f64 / weeks.max(0.1);
        let sentence = format!(
            "Add a rule: “{word}” → label “{label}”. People set it on {both} of {words} conversations with this word \
             ({:.0}–{:.0} %), {lift:.1} times as often as elsewhere.",
            right.lower * 100.0,
            right.upper * 100.0
        );
        let recommendation = Recommendation {
            kind: Kind::Rule,
            key: format!("rule/{label}/{word}"),
            sentence,
            number: share,
            unit: Unit::Share,
            interval: right,
            evidence: ids.clone(),
            gain,
            gain_unit: Unit::ConversationsPerWeek,
            confidence: 1.0 - p,
            follow_up: FollowUp {
                figure: format!("share of conversations with “{word}” where the label “{label}” stays"),
                unit: Unit::Share,
                before: 0.0,
                expected: right.lower,
                after_days: 14,
                least_cases: 8,
            },
        };
        found.push((gain * share, label, recommendation));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.2.key.cmp(&b.2.key)));
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut is_among_three = |label| {
        let count = taken.entry(label).or_default();
        *count += 1;
        *count <= 3
    };
    found.into_iter().filter(|(_, label, _)| is_among_three(label)).map(|(_, _, one)| one).collect()
}
