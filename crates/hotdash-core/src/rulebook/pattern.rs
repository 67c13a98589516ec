//! Patterns of the lead. Always linear in the message; and quick where the message has letters beyond ASCII as well.
//!
//! A word boundary in Unicode is the one thing that the quick automaton cannot tell beside such letters. Most patterns
//! make no difference between one foreign letter and the next, so these are asked about the message with a stand-in
//! for each. Of the others a looser pattern without word boundaries is asked first: where it finds nothing, the exact
//! one cannot either.

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Look, Repetition};
use std::cell::OnceCell;
use std::sync::LazyLock;

/// A compiled pattern may not take more memory than this.
const MOST_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct Pattern {
    /// Different for each pattern of a rulebook.
    pub(super) number: usize,
    exact: Regex,
    /// It fits a text if and only if it fits [`Text::plain`].
    takes_plain: bool,
    /// Finds at least what the exact one finds; `None` where the exact one is quick by itself.
    loose: Option<Regex>,
}

/// A text that patterns are asked about.
pub(crate) struct Text<'a> {
    written: &'a str,
    plain: OnceCell<Option<String>>,
}

impl Pattern {
    /// Compile without regard to case; the error says what is wrong in words for people.
    pub(super) fn new(number: usize, pattern: &str) -> Result<Self, regex::Error> {
        let build =
            |pattern: &str| RegexBuilder::new(pattern).case_insensitive(true).size_limit(MOST_BYTES).build();
        let exact = build(pattern)?;
        let slow = parsed(pattern).filter(|hir| hir.properties().look_set().contains_word_unicode());
        let takes_plain = slow.as_ref().is_some_and(takes_plain);
        let loose = slow
            .filter(|_| !takes_plain)
            .and_then(|hir| build(&without_word_boundaries(&hir).to_string()).ok());
        Ok(Self { number, exact, takes_plain, loose })
    }

    pub(crate) fn fits(&self, text: &Text<'_>) -> bool {
        if self.takes_plain
            && let Some(plain) = text.plain()
        {
            return self.exact.is_match(plain);
        }
        let text = text.written;
        match &self.loose {
            // Asking where instead of whether lets the library choose a quicker way for texts of this length.
            Some(loose) if !text.is_ascii() => loose.is_match(text) && self.exact.find(text).is_some(),
            _ => self.exact.is_match(text),
        }
    }
}

impl<'a> Text<'a> {
    pub(crate) fn new(written: &'a str) -> Self {
        Self { written, plain: OnceCell::new() }
    }

    /// The text with a stand-in for each character beyond ASCII, if there is one for all of them.
    fn plain(&self) -> Option<&str> {
        if self.written.is_ascii() {
            return Some(self.written);
        }
        self.plain.get_or_init(|| plain(self.written)).as_deref()
    }
}

/// Stand for letters and marks, for blanks, and for everything else beyond ASCII.
const LETTER: char = '_';
const BLANK: char = '\u{c}';
const SIGN: char = '\u{1f}';

fn plain(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
        plain.push_str(&rest[..at]);
        let mut from_here = rest[at..].chars();
        plain.push(stand_in(from_here.next()?)?);
        rest = from_here.as_str();
    }
    plain.push_str(rest);
    Some(plain)
}

fn stand_in(c: char) -> Option<char> {
    match c {
        c if c.is_ascii() => Some(c),
        // These two are an s and a k to whoever does not look at the case.
        'ſ' | '\u{212a}' => None,
        c if c.is_whitespace() => Some(BLANK),
        c if !regex_syntax::is_word_character(c) => Some(SIGN),
        // Foreign digits are digits to a pattern.
        c if c.is_numeric() => None,
        _ => Some(LETTER),
    }
}

/// Each stand-in with all that it may stand for.
static STAND_INS: LazyLock<Vec<(char, ClassUnicode)>> = LazyLock::new(|| {
    let kinds = [
        (LETTER, r"[\w--\d--[\x00-\x7fſ\x{212a}]]"),
        (BLANK, r"[\s--[\x00-\x7f]]"),
        (SIGN, r"[^\w\s\x00-\x7f]"),
    ];
    let class = |kind: &str| match regex_syntax::parse(kind).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        _ => None,
    };
    kinds.into_iter().filter_map(|(stand_in, kind)| Some((stand_in, class(kind)?))).collect()
});

/// Whether a pattern treats each stand-in as it treats all that it stands for.
fn takes_plain(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            literal.0.is_ascii()
                && !literal.0.iter().any(|byte| [LETTER, BLANK, SIGN].contains(&char::from(*byte)))
        }
        HirKind::Class(Class::Unicode(class)) => STAND_INS.iter().all(|(stand_in, kind)| {
            let mut common = class.clone();
            common.intersect(kind);
            let has = class.iter().any(|range| (range.start()..=range.end()).contains(stand_in));
            if has { common == *kind } else { common.ranges().is_empty() }
        }),
        HirKind::Class(Class::Bytes(_)) => false,
        HirKind::Repetition(repetition) => takes_plain(&repetition.sub),
        HirKind::Capture(capture) => takes_plain(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(takes_plain),
    }
}

fn parsed(pattern: &str) -> Option<Hir> {
    ParserBuilder::new().case_insensitive(true).build().parse(pattern).ok()
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
mod tests;
