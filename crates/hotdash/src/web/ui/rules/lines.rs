//! What an edit changes, line by line.

use similar::{ChangeTag, TextDiff};

/// Unchanged lines around a change that are shown.
const AROUND: usize = 3;

/// One line of it.
pub(super) struct Line {
    /// same, del, ins, gap
    pub(super) kind: &'static str,
    /// What stands before it where colours are not seen.
    pub(super) mark: &'static str,
    pub(super) text: String,
}

/// Empty where nothing changes.
pub(super) fn changed(old: &str, new: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for (number, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if number > 0 {
            lines.push(Line { kind: "gap", mark: "…", text: String::new() });
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let (kind, mark) = match change.tag() {
                ChangeTag::Equal => ("same", " "),
                ChangeTag::Delete => ("del", "−"),
                ChangeTag::Insert => ("ins", "+"),
            };
            lines.push(Line { kind, mark, text: change.value().trim_end_matches('\n').to_owned() });
        }
    }
    lines
}
