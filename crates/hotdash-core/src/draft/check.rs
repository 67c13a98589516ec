//! Checks on every draft, whoever wrote it.

use super::Request;
use serde::{Deserialize, Serialize};

/// One thing a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's name, e.g. `amounts`.
    pub check: String,
    pub severity: Severity,
    pub message: String,
    /// Where, in characters of the text, end excluded.
    pub range: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// No one-click approval.
    Blocks,
    Warns,
}

/// Check a reply (composed, answered by a model, or edited by a person).
#[must_use]
pub fn check(_text: &str, _request: &Request<'_>) -> Vec<Finding> {
    todo!()
}

/// The names of all checks, in the order they run.
#[must_use]
pub fn checks_run() -> Vec<&'static str> {
    todo!()
}
