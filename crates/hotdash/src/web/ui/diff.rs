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
    let mut change = Change::default();
    for word in TextDiff::from_unicode_words(old, new).iter_all_changes() {
        match word.tag() {
            ChangeTag::Delete => change.take(Some(word.value()), None),
            ChangeTag::Insert => change.take(None, Some(word.value())),
            // A space between two changed words would tear one change into many.
            ChangeTag::Equal if change.is_begun() && word.value().trim().is_empty() => {
                change.held.push_str(word.value());
            }
            ChangeTag::Equal => {
                change.finish(&mut pieces);
                add(&mut pieces, "same", word.value());
            }
        }
    }
    change.finish(&mut pieces);
    let words = |kind| {
        let of_kind = pieces.iter().filter(|piece| piece.kind == kind);
        of_kind.map(|piece| piece.text.split_whitespace().count()).sum()
    };
    Diff { removed_words: words("del"), added_words: words("ins"), pieces }
}

/// Neighbouring words that changed together.
#[derive(Default)]
struct Change {
    removed: String,
    added: String,
    /// Space that belongs to the change only if more of it follows.
    held: String,
}

impl Change {
    fn is_begun(&self) -> bool {
        !self.removed.is_empty() || !self.added.is_empty()
    }

    fn take(&mut self, removed: Option<&str>, added: Option<&str>) {
        if !self.held.is_empty() {
            self.removed.push_str(&self.held);
            self.added.push_str(&self.held);
            self.held.clear();
        }
        self.removed.push_str(removed.unwrap_or_default());
        self.added.push_str(added.unwrap_or_default());
    }

    fn finish(&mut self, pieces: &mut Vec<Piece>) {
        add(pieces, "del", &self.removed);
        add(pieces, "ins", &self.added);
        add(pieces, "same", &self.held);
        *self = Self::default();
    }
}

fn add(pieces: &mut Vec<Piece>, kind: &'static str, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.kind == kind => last.text.push_str(text),
        _ => pieces.push(Piece { kind, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
