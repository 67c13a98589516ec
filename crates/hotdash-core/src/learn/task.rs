//! What can be told of a message, and what the analysis says of it.

use super::measure::{Judged, Measured, measure};
use crate::analysis::Analyzer;
use serde::{Deserialize, Serialize};

/// What is to be told of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    Sentiment,
    Intent,
    Category,
    Urgency,
    Escalation,
    Language,
}

impl Task {
    pub const ALL: [Self; 6] =
        [Self::Sentiment, Self::Intent, Self::Category, Self::Urgency, Self::Escalation, Self::Language];

    /// As it is written on the command line and in the names of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sentiment => "sentiment",
            Self::Intent => "intent",
            Self::Category => "category",
            Self::Urgency => "urgency",
            Self::Escalation => "escalation",
            Self::Language => "language",
        }
    }

    /// The labels that hotdash itself gives; `None` = the lists or the learned model say which there are.
    #[must_use]
    pub fn labels(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Sentiment => Some(&["negative", "neutral", "positive"]),
            Self::Intent => Some(&["question", "complaint", "praise", "request", "general"]),
            Self::Urgency => Some(&["false", "true"]),
            Self::Escalation => Some(&ESCALATIONS),
            Self::Category | Self::Language => None,
        }
    }

    /// Whether these labels are among those hotdash gives by itself, so that it can be measured by them.
    pub(super) fn knows(self, labels: &[String]) -> bool {
        self.labels().is_some_and(|own| labels.iter().all(|label| own.contains(&label.as_str())))
    }

    /// The list and lexicon hints are worth their time for what is about tone; what a message is about, its words say.
    pub(crate) fn weighs_evidence(self) -> bool {
        matches!(self, Self::Sentiment | Self::Urgency | Self::Escalation)
    }
}

const ESCALATIONS: [&str; 8] = ["false", "true", "none", "safety", "legal", "fraud", "chargeback", "press"];

/// A message and the label a person gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in its file, the first line being 1.
    pub line: u64,
    pub text: String,
    pub label: String,
}

/// A label that cannot be measured against.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {label:?} is no label of {task}: write one of {known}")]
pub struct LabelProblem {
    pub line: u64,
    pub label: String,
    pub task: &'static str,
    pub known: String,
}

/// Bring labels into the form they are compared in: "Yes", "1" and "TRUE" are `true`. Where hotdash says which labels
/// there are, any other is a problem; labels of one's own need a model that knows them.
pub fn check_rows(task: Task, rows: &mut [Row], own: Option<&[String]>) -> Result<(), LabelProblem> {
    for row in rows {
        if let Some(own) = own {
            if !own.contains(&row.label) {
                row.label = tidy(task, &row.label);
            }
            if !own.contains(&row.label) {
                return Err(problem(task, row, own.join(", ")));
            }
            continue;
        }
        row.label = tidy(task, &row.label);
        if let Some(known) = task.labels().filter(|known| !known.contains(&row.label.as_str())) {
            return Err(problem(task, row, known.join(", ")));
        }
    }
    Ok(())
}

fn problem(task: Task, row: &Row, known: String) -> LabelProblem {
    LabelProblem { line: row.line, label: row.label.clone(), task: task.name(), known }
}

pub(super) fn tidy(task: Task, label: &str) -> String {
    let label = label.trim().to_lowercase();
    let yes_no = matches!(task, Task::Urgency | Task::Escalation);
    match label.as_str() {
        "1" | "yes" | "y" | "t" | "urgent" | "escalate" if yes_no => "true".to_owned(),
        "0" | "no" | "n" | "f" | "not urgent" | "not_urgent" if yes_no => "false".to_owned(),
        "" if task == Task::Escalation => "none".to_owned(),
        "neg" if task == Task::Sentiment => "negative".to_owned(),
        "neu" if task == Task::Sentiment => "neutral".to_owned(),
        "pos" if task == Task::Sentiment => "positive".to_owned(),
        _ => label,
    }
}

/// Let an analyzer judge rows that passed [`check_rows`], and measure it.
#[must_use]
pub fn examine(analyzer: &Analyzer, task: Task, rows: &[Row]) -> Measured {
    let kinds = rows.iter().any(|row| !matches!(row.label.as_str(), "true" | "false"));
    let least = analyzer.least_confidence(task);
    let judged: Vec<Judged> = rows
        .iter()
        .map(|row| {
            let (guess, confidence) = analyzer.label(task, kinds, &row.text);
            let confidence = confidence.clamp(0.0, 1.0);
            Judged { truth: row.label.clone(), guess, confidence, abstained: confidence < least }
        })
        .collect();
    measure(&judged)
}

#[cfg(test)]
mod tests;
