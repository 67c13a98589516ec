//! A conversation as a bag of stems.

use crate::analysis::words::{StemLanguage, tokenize};
use crate::ids::ConversationId;
use std::collections::BTreeMap;

/// The words of one conversation that may carry a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub conversation: ConversationId,
    /// Stem → the word as written, and how often.
    pub(super) stems: BTreeMap<String, (String, u32)>,
}

impl Text {
    /// From what the customer wrote. `language` is an ISO 639-1 code where it is known; words that `is_function_word`
    /// knows, names with an @, addresses and numbers are left out.
    #[must_use]
    pub fn new(
        conversation: ConversationId,
        text: &str,
        language: Option<&str>,
        is_function_word: impl Fn(&str) -> bool,
    ) -> Self {
        let language = language.and_then(StemLanguage::from_code);
        let mut stems: BTreeMap<String, (String, u32)> = BTreeMap::new();
        let plain: Vec<&str> = text.split_whitespace().filter(|piece| !is_name_or_address(piece)).collect();
        for token in tokenize(&plain.join(" ")) {
            // "don't" and "I'm" are made of function words.
            let is_elided = token.text.contains('\'');
            let is_short = token.text.chars().count() < 3;
            let has_digit = token.text.chars().any(char::is_numeric);
            if is_short || is_elided || has_digit || is_function_word(&token.text) {
                continue;
            }
            let stem = language.map_or_else(|| token.text.clone(), |language| language.stem(&token.text));
            stems.entry(stem).or_insert((token.text, 0)).1 += 1;
        }
        Self { conversation, stems }
    }
}

fn is_name_or_address(piece: &str) -> bool {
    piece.contains('@') || piece.contains("://") || piece.starts_with("www.") || piece.contains('/')
}
