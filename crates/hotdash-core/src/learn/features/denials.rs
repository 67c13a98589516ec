//! Which words a "not" denies, in all languages at once: a model is asked before anybody knows a short text's language.

use super::{Token, fold};
use std::collections::BTreeSet;

/// How many words a "not" may deny.
const REACH: usize = 4;

/// Words that deny, and words that end their reach, without accents.
#[derive(Debug, Clone, Default)]
pub struct Denials {
    words: BTreeSet<String>,
    /// Those that deny what stands before them where they end a clause: "ich verklage Sie nicht".
    late: BTreeSet<String>,
    breakers: BTreeSet<String>,
}

impl Denials {
    /// Take a language's words in. `is_late` says that the language may deny at the end.
    pub(crate) fn add<'a>(
        &mut self,
        words: impl IntoIterator<Item = &'a String>,
        is_late: bool,
        breakers: impl IntoIterator<Item = &'a String>,
    ) {
        for word in words {
            let word = fold(word);
            if is_late {
                self.late.insert(word.clone());
            }
            self.words.insert(word);
        }
        self.breakers.extend(breakers.into_iter().map(|word| fold(word)));
    }

    /// Which tokens a "not" reaches: the next few up to the end of the clause; and the few before one that ends a clause.
    pub(super) fn reach(&self, tokens: &[Token]) -> Vec<bool> {
        let mut denied = vec![false; tokens.len()];
        for (at, token) in tokens.iter().enumerate() {
            if !(self.words.contains(&token.text) || token.text.ends_with("n't")) {
                continue;
            }
            for next in at + 1..tokens.len().min(at + 1 + REACH) {
                if tokens[next - 1].ends_clause || self.breakers.contains(&tokens[next].text) {
                    break;
                }
                denied[next] = true;
            }
            let is_last = token.ends_clause || at + 1 == tokens.len();
            for before in
                (0..at).rev().take(if is_last && self.late.contains(&token.text) { REACH } else { 0 })
            {
                if tokens[before].ends_clause {
                    break;
                }
                denied[before] = true;
            }
        }
        denied
    }
}
