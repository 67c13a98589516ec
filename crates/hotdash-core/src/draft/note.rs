//! The private note that shows a draft on the desk.

use super::{Evidence, Finding};
use crate::analysis::Analysis;
use crate::ids::DraftId;

/// What the note shows.
#[derive(Debug, Clone, Copy)]
pub struct NoteInput<'a> {
    pub draft: &'a DraftId,
    pub text: &'a str,
    pub evidence: &'a [Evidence],
    pub findings: &'a [Finding],
    /// What the drafter does not know.
    pub gaps: &'a [String],
    pub review_url: &'a str,
    /// [`crate::decide::Decision::sentence`].
    pub decision: &'a str,
    /// Two people must agree.
    pub hold: bool,
    pub analysis: &'a Analysis,
}

/// The note in Markdown, safe to post.
#[must_use]
pub fn note(_input: &NoteInput<'_>) -> String {
    todo!()
}
