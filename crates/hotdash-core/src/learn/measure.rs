//! How good guesses are: accuracy, macro-F1, each label, and whether the confidence means what it says.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One message that was judged, beside what a person says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub truth: String,
    pub guess: String,
    /// 0…1.
    pub confidence: f32,
    /// The confidence is below the setting: live, the guess would not be acted on.
    pub abstained: bool,
}

/// All shares are between 0 and 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Messages judged.
    pub n: usize,
    /// Share of right guesses, abstentions judged by their best guess.
    pub accuracy: f64,
    /// Mean of the labels' F1, over every label that is true of some message.
    pub macro_f1: f64,
    pub per_class: BTreeMap<String, PerClass>,
    pub calibration: Calibration,
    /// Guesses below the setting.
    pub abstained: usize,
    /// Share of right guesses among the others; `None` where all abstained.
    pub accuracy_when_sure: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PerClass {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    /// Messages of which the label is true.
    pub n: usize,
}

/// Whether of guesses with a confidence of 0.8, eight in ten are right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Mean distance between confidence and share of right guesses, over ten bins of confidence.
    pub expected_error: f64,
    pub bins: Vec<Bin>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Confidences from here …
    pub from: f64,
    /// … to here.
    pub to: f64,
    pub n: usize,
    /// Their mean.
    pub confidence: f64,
    /// Share of right guesses.
    pub accuracy: f64,
}

const BINS: usize = 10;

/// Measure judged messages. No messages measure 0.
#[must_use]
pub fn measure(judged: &[Judged]) -> Measured {
    let right = judged.iter().filter(|j| j.guess == j.truth).count();
    let sure: Vec<&Judged> = judged.iter().filter(|j| !j.abstained).collect();
    let names: BTreeSet<&str> = judged.iter().flat_map(|j| [j.truth.as_str(), j.guess.as_str()]).collect();
    let per_class: BTreeMap<String, PerClass> =
        names.iter().map(|name| ((*name).to_owned(), of_class(judged, name))).collect();
    let known: Vec<f64> =
        per_class.iter().filter(|(_, class)| class.n > 0).map(|(name, _)| f1(judged, name)).collect();
    Measured {
        n: judged.len(),
        accuracy: ratio(right, judged.len()),
        macro_f1: rounded(known.iter().sum::<f64>() / float(known.len().max(1))),
        per_class,
        calibration: calibration(judged),
        abstained: judged.len() - sure.len(),
        accuracy_when_sure: (!sure.is_empty())
            .then(|| ratio(sure.iter().filter(|j| j.guess == j.truth).count(), sure.len())),
    }
}

fn of_class(judged: &[Judged], name: &str) -> PerClass {
    let hits = judged.iter().filter(|j| j.truth == name && j.guess == name).count();
    let guessed = judged.iter().filter(|j| j.guess == name).count();
    let n = judged.iter().filter(|j| j.truth == name).count();
    PerClass { precision: ratio(hits, guessed), recall: ratio(hits, n), f1: ratio(2 * hits, guessed + n), n }
}

/// Not rounded, for the mean.
fn f1(judged: &[Judged], name: &str) -> f64 {
    let hits = judged.iter().filter(|j| j.truth == name && j.guess == name).count();
    let both =
        judged.iter().map(|j| usize::from(j.truth == name) + usize::from(j.guess == name)).sum::<usize>();
    2.0 * float(hits) / float(both.max(1))
}

fn calibration(judged: &[Judged]) -> Calibration {
    let mut bins = Vec::new();
    let mut error = 0.0;
    for number in 0..BINS {
        let (from, to) = (float(number) / float(BINS), float(number + 1) / float(BINS));
        let last = number + 1 == BINS;
        let within = |j: &&Judged| {
            let confidence = f64::from(j.confidence);
            confidence >= from && (confidence < to || last)
        };
        let members: Vec<&Judged> = judged.iter().filter(within).collect();
        if members.is_empty() {
            continue;
        }
        let accuracy = float(members.iter().filter(|j| j.guess == j.truth).count()) / float(members.len());
        let confidence = members.iter().map(|j| f64::from(j.confidence)).sum::<f64>() / float(members.len());
        error += (confidence - accuracy).abs() * float(members.len()) / float(judged.len());
        bins.push(Bin {
            from,
            to,
            n: members.len(),
            confidence: rounded(confidence),
            accuracy: rounded(accuracy),
        });
    }
    Calibration { expected_error: rounded(error), bins }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { rounded(float(part) / float(whole)) }
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

#[expect(clippy::cast_precision_loss, reason = "numbers of messages")]
fn float(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;
