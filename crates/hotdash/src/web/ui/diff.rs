//! What an edit changed, word by word.

use similar::{ChangeTag, TextDiff};

pub(super) struct Diff {
    pub(super) pieces: Vec<Piece>,
    pub(super) removed_words: usize,
    pub(super) added_words: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// same, del, ins
    pub(super) kind: &'static str,
    pub(super) text: String,
}

pub(super) fn diff(old: &str, new: &str) -> Diff {
    let mut pieces: Vec<Piece> = Vec::new();
    for change in TextDiff::from_unicode_words(old, new).iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => "same",
            ChangeTag::Delete => "del",
            ChangeTag::Insert => "ins",
        };
        match pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => pieces.push(Piece { kind, text: change.value().to_owned() }),
        }
    }
    let words = |kind| {
        let of_kind = pieces.iter().filter(|piece| piece.kind == kind);
        of_kind.map(|piece| piece.text.split_whitespace().count()).sum()
    };
    Diff { removed_words: words("del"), added_words: words("ins"), pieces }
}

#[cfg(test)]
mod tests;
