//! A learned model with all that must be known to trust it.

use super::features::Features;
use super::honest::train;
use super::linear::{Guess, Linear, shuffle};
use super::measure::{Judged, Measured, measure};
use super::task::{Row, Task, examine, tidy};
use crate::analysis::Analyzer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Form of the file and of the hints in it; another one is refused.
const FORMAT: u32 = 2;
/// Fewer examples than this of a label teach nothing that could be measured.
const LEAST_PER_LABEL: usize = 5;

/// What was learned of one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    format: u32,
    pub task: Task,
    /// Whether it beat what hotdash knows without it. Where it did not, it is not used.
    pub used: bool,
    /// SHA-256 of the examples, hexadecimal.
    pub examples: String,
    /// On the part of the examples that was kept apart; `None` where nothing was.
    pub held_out: Option<Measured>,
    /// The same part, judged without the model; `None` where its labels are one's own.
    pub without: Option<Measured>,
    linear: Linear,
}

/// What [`learn`] answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    pub model: Model,
    /// Examples learned from for the measurement, and examples measured on.
    pub learned_from: usize,
    pub measured_on: usize,
}

/// Why nothing was learned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LearnProblem {
    #[error("learning needs at least two labels; the data has only {0:?}")]
    OneLabel(String),
    #[error("the data has no rows with a text and a label")]
    Empty,
    #[error(
        "label {label:?} has {count} examples; it needs at least {LEAST_PER_LABEL}: add some, or leave its rows out"
    )]
    TooFew { label: String, count: usize },
    #[error("the share that is kept apart must be between 0 and 0.5, not {0}")]
    HeldOut(String),
    #[error("the language is told by its function words and letters; it cannot be learned")]
    Language,
}

/// Learn a task's labels from rows.
///
/// `held_out` (0 … 0.5) is the share of each label's examples that is kept apart to measure on; the model that is
/// returned has then learned from all of them. It says of itself whether it beat `analyzer` on that part.
pub fn learn(analyzer: &Analyzer, task: Task, rows: &[Row], held_out: f64) -> Result<Learned, LearnProblem> {
    let (rows, labels) = prepared(task, rows, held_out)?;
    let features: Vec<Features> = rows.iter().map(|row| analyzer.features(task, &row.text)).collect();
    let number = |label: &str| labels.iter().position(|l| l == label).unwrap_or(0);
    let examples: Vec<(&Features, usize)> =
        features.iter().zip(&rows).map(|(features, row)| (features, number(&row.label))).collect();
    let (taught, apart) = split(&examples, labels.len(), held_out);
    let pick = |numbers: &[usize]| numbers.iter().map(|n| examples[*n]).collect::<Vec<_>>();
    let mut measured = None;
    let mut without = None;
    if !apart.is_empty() {
        let part = train(&labels, &pick(&taught));
        let judged: Vec<Judged> = apart
            .iter()
            .map(|n| {
                let guess = part.guess(examples[*n].0);
                let least = analyzer.least_confidence(task);
                Judged {
                    truth: labels[examples[*n].1].clone(),
                    guess: labels[guess.label].clone(),
                    confidence: guess.confidence,
                    abstained: guess.confidence < least,
                }
            })
            .collect();
        measured = Some(measure(&judged));
        let own: Vec<Row> = apart.iter().map(|n| rows[*n].clone()).collect();
        without = task.knows(&labels).then(|| examine(analyzer, task, &own));
    }
    let used = match (&measured, &without) {
        (Some(with), Some(without)) => with.macro_f1 > without.macro_f1,
        _ => true,
    };
    let linear = train(&labels, &examples);
    let (learned_from, measured_on) = (taught.len(), apart.len());
    let model =
        Model { format: FORMAT, task, used, examples: digest(&rows), held_out: measured, without, linear };
    Ok(Learned { model, learned_from, measured_on })
}

fn prepared(task: Task, rows: &[Row], held_out: f64) -> Result<(Vec<Row>, Vec<String>), LearnProblem> {
    if task == Task::Language {
        return Err(LearnProblem::Language);
    }
    if !(0.0..=0.5).contains(&held_out) {
        return Err(LearnProblem::HeldOut(held_out.to_string()));
    }
    let rows: Vec<Row> = rows
        .iter()
        .map(|row| Row { label: tidy(task, &row.label), ..row.clone() })
        .filter(|row| !row.text.trim().is_empty() && !row.label.is_empty())
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(&row.label).or_default() += 1);
    if let Some((label, count)) = counts.iter().find(|(_, count)| **count < LEAST_PER_LABEL) {
        return Err(LearnProblem::TooFew { label: (*label).to_owned(), count: *count });
    }
    let labels: Vec<String> = counts.into_keys().map(str::to_owned).collect();
    match labels.as_slice() {
        [] => Err(LearnProblem::Empty),
        [one] => Err(LearnProblem::OneLabel(one.clone())),
        _ => Ok((rows, labels)),
    }
}

/// Numbers of the examples to learn from and of those kept apart: of each label the same share.
fn split(examples: &[(&Features, usize)], labels: usize, held_out: f64) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..examples.len()).collect();
    shuffle(&mut order, &mut 0x5851_f42d_4c95_7f2d);
    let (mut taught, mut apart) = (Vec::new(), Vec::new());
    let mut owed = vec![0.0; labels];
    for number in order {
        let owed = &mut owed[examples[number].1];
        *owed += held_out;
        if *owed >= 1.0 {
            *owed -= 1.0;
            apart.push(number);
        } else {
            taught.push(number);
        }
    }
    (taught, apart)
}

pub(crate) fn digest(rows: &[Row]) -> String {
    let mut digest = Sha256::new();
    for row in rows {
        digest.update(format!("{}\u{1}{}\u{2}", row.text, row.label));
    }
    hex::encode(digest.finalize())
}

impl Model {
    /// The labels it tells apart.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.linear.labels
    }

    /// The first characters of what it learned from: names it in records and answers.
    #[must_use]
    pub fn version(&self) -> &str {
        self.examples.get(..12).unwrap_or(&self.examples)
    }

    pub(crate) fn probabilities(&self, features: &Features) -> Vec<f32> {
        self.linear.probabilities(features)
    }

    pub(crate) fn choose(&self, probabilities: &[f32]) -> Guess {
        self.linear.choose(probabilities)
    }

    pub(crate) fn reasons(&self, features: &Features, label: usize) -> Vec<String> {
        self.linear.reasons(features, label, 4)
    }

    /// As a file's text.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// From a file's text; what does not fit together is an error that says so.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let model: Self =
            serde_json::from_str(text).map_err(|e| format!("no model that hotdash wrote: {e}"))?;
        if model.format != FORMAT {
            return Err(format!("format {} is unknown: learn it again with this hotdash", model.format));
        }
        Ok(model)
    }
}

#[cfg(test)]
mod tests;
