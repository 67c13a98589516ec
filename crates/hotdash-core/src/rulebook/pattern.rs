//! Patterns of the lead. Always linear in the message; and quick where the message has letters beyond ASCII as well.
//!
//! A word boundary in Unicode is the one thing that the quick automaton cannot tell beside such letters. So a looser
//! pattern without word boundaries is asked first: where it finds nothing, the exact one cannot either.

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind, Look, Repetition};

/// A compiled pattern may not take more memory than this.
const MOST_BYTES: usize = 1 << 20;

#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    exact: Regex,
    /// Finds at least what the exact one finds; `None` where the exact one is quick by itself.
    loose: Option<Regex>,
}

impl Pattern {
    /// Compile without regard to case; the error says what is wrong in words for people.
    pub(super) fn new(pattern: &str) -> Result<Self, regex::Error> {
        let build =
            |pattern: &str| RegexBuilder::new(pattern).case_insensitive(true).size_limit(MOST_BYTES).build();
        let exact = build(pattern)?;
        let parsed = ParserBuilder::new().case_insensitive(true).build().parse(pattern);
        let loose = parsed
            .ok()
            .filter(|hir| hir.properties().look_set().contains_word_unicode())
            .and_then(|hir| build(&without_word_boundaries(&hir).to_string()).ok());
        Ok(Self { exact, loose })
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        match &self.loose {
            // Asking where instead of whether lets the library choose a quicker way for texts of this length.
            Some(loose) if !text.is_ascii() => loose.is_match(text) && self.exact.find(text).is_some(),
            _ => self.exact.is_match(text),
        }
    }
}

fn without_word_boundaries(hir: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(without_word_boundaries).collect();
    match hir.kind() {
        HirKind::Look(
            Look::Start | Look::End | Look::StartLF | Look::EndLF | Look::StartCRLF | Look::EndCRLF,
        ) => hir.clone(),
        HirKind::Look(_) => Hir::empty(),
        HirKind::Capture(capture) => without_word_boundaries(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = Box::new(without_word_boundaries(&repetition.sub));
            Hir::repetition(Repetition { sub, ..repetition.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
    }
}

#[cfg(test)]
mod tests {
    //! The quick way finds what the exact pattern finds, nothing else.

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_word_boundary_beside_an_umlaut_is_one_still() {
        let pattern = Pattern::new(r"\bb[oö]se\b|\b[a-f]-?\d{2,4}\b").unwrap();
        assert!(pattern.loose.is_some());
        for (text, fits) in [
            ("so böse", true),
            ("BÖSE!", true),
            ("übböse", false),
            ("größe A-123", true),
            ("größe ÄA-123", false),
            ("A-12345 größe", false),
        ] {
            assert_eq!(pattern.is_match(text), fits, "{text}");
        }
        assert!(Pattern::new("refund|rück").unwrap().loose.is_none());
    }

    proptest! {
        #[test]
        fn the_quick_way_and_the_exact_one_agree(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    r"\b", r"\B", "a", "ä", "[b-f]", r"\d{1,2}", "(?:x|y)?", r"\w+", ".*", "^", "$", "(c)", " ", r"\b{start}",
                ]),
                1..7,
            ),
            text in "[aäbcxy1 .Ä]{0,12}",
        ) {
            let written = parts.concat();
            let pattern = Pattern::new(&written).unwrap();
            let plain = Regex::new(&format!("(?i){written}")).unwrap();
            prop_assert_eq!(pattern.is_match(&text), plain.is_match(&text), "{} on {}", written, text);
        }
    }
}
