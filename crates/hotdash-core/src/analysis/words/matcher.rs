//! Thousands of words and phrases, found in one pass over a text.
//!
//! Each token is looked up among the words that patterns begin with; hardly any is found, and a token that is not costs
//! no more than that. What may go on in a German compound is walked letter by letter by an automaton.

use super::{Entry, Form, Haystack, Hit, Rows, tokenize};
use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, Anchored, BuildError, Input, StartKind};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Many patterns, each belonging to a numbered owner.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    /// For each form that occurs its patterns.
    forms: Vec<(Form, Patterns)>,
}

/// The patterns of one form.
#[derive(Debug, Clone, Default)]
struct Patterns {
    /// By their first word where they stand, the shorter before the longer. The quick hash is safe: whoever writes a
    /// message asks, but only whoever writes rules puts words in.
    whole: FxHashMap<Box<str>, u32>,
    same_beginning: Rows<Pattern>,
    /// Single words that may go on: all of them together, and their owners.
    open: Option<(AhoCorasick, Vec<usize>)>,
}

#[derive(Debug, Clone)]
struct Pattern {
    owner: usize,
    /// What must follow the first word.
    rest: Box<[Box<str>]>,
    /// The last word may go on.
    is_open: bool,
}

/// Patterns by their first words, while they are collected.
type Beginnings = BTreeMap<Box<str>, Vec<Pattern>>;

impl Matcher {
    /// Prepare to look for them; entries without a word in them are ignored.
    ///
    /// # Errors
    ///
    /// The words are too many for the automaton.
    pub fn build<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> Result<Self, BuildError> {
        // Of each form the patterns by their first words, and the words that may go on with their owners.
        let mut forms: Vec<(Form, Beginnings)> = Vec::new();
        let mut open: Vec<Vec<(String, usize)>> = Vec::new();
        for entry in entries {
            let words = tokenize(entry.text).into_iter().map(|token| match entry.form {
                Form::AsWritten => token.text,
                Form::Stem(language) => language.stem(&token.text),
            });
            let mut words = words.map(String::into_boxed_str);
            let Some(first) = words.next() else { continue };
            let rest: Box<[Box<str>]> = words.collect();
            let is_open = entry.text.trim_end().ends_with('*');
            let at = forms.iter().position(|(form, _)| *form == entry.form).unwrap_or_else(|| {
                forms.push((entry.form, Beginnings::new()));
                open.push(Vec::new());
                forms.len() - 1
            });
            if is_open && rest.is_empty() {
                open[at].push((first.into_string(), entry.owner));
            } else {
                let pattern = Pattern { owner: entry.owner, rest, is_open };
                forms[at].1.entry(first).or_default().push(pattern);
            }
        }
        let forms = forms.into_iter().zip(open).map(|((form, whole), open)| {
            let mut patterns = Patterns::default();
            for (first, mut same_beginning) in whole {
                same_beginning.sort_by_key(Pattern::length);
                patterns.whole.insert(first, patterns.same_beginning.push(same_beginning));
            }
            if !open.is_empty() {
                let (words, owners): (Vec<String>, Vec<usize>) = open.into_iter().unzip();
                patterns.open =
                    Some((AhoCorasick::builder().start_kind(StartKind::Anchored).build(words)?, owners));
            }
            Ok((form, patterns))
        });
        Ok(Self { forms: forms.collect::<Result<_, _>>()? })
    }

    /// Every pattern in a text, stems compared in the languages it was prepared for; each owner once per place. By the
    /// words where they begin, those as written before the stems.
    #[must_use]
    pub fn hits(&self, text: &Haystack) -> Vec<Hit> {
        let mut hits = Vec::new();
        let patterns = |form| self.forms.iter().find(|(known, _)| *known == form).map(|(_, found)| found);
        if let Some(patterns) = patterns(Form::AsWritten) {
            patterns.hits(text, |at| text.tokens.get(at).map(|token| token.text.as_str()), &mut hits);
        }
        for (language, stems) in &text.stems {
            if let Some(patterns) = patterns(Form::Stem(*language)) {
                patterns.hits(text, |at| stems.get(at).map(String::as_str), &mut hits);
            }
        }
        hits
    }
}

impl Patterns {
    fn hits<'t>(&self, text: &Haystack, word: impl Fn(usize) -> Option<&'t str>, hits: &mut Vec<Hit>) {
        for first in 0..text.tokens.len() {
            let Some(beginning) = word(first) else { break };
            let mut push = |owner, last| {
                let hit = Hit { owner, first, last };
                if !hits.contains(&hit) {
                    hits.push(hit);
                }
            };
            if let Some((automaton, owners)) = &self.open {
                let input = Input::new(beginning).anchored(Anchored::Yes);
                let mut state = OverlappingState::start();
                loop {
                    automaton.find_overlapping(input.clone(), &mut state);
                    let Some(found) = state.get_match() else { break };
                    // A word that ends another one is told there as well, but begins later.
                    if found.start() == 0 {
                        push(owners[found.pattern().as_usize()], first);
                    }
                }
            }
            let Some(number) = self.whole.get(beginning) else { continue };
            for pattern in self.same_beginning.get(*number as usize) {
                let last = first + pattern.rest.len();
                let in_one_sentence =
                    text.tokens.get(last).is_some_and(|t| t.sentence == text.tokens[first].sentence);
                if in_one_sentence && pattern.goes_on(|at| word(first + 1 + at)) {
                    push(pattern.owner, last);
                }
            }
        }
    }
}

impl Pattern {
    /// Behind the first word; one that may go on is met earlier than one that may not.
    fn length(&self) -> usize {
        2 * self.rest.iter().map(|word| word.len() + 1).sum::<usize>() - usize::from(self.is_open)
    }

    fn goes_on<'t>(&self, word: impl Fn(usize) -> Option<&'t str>) -> bool {
        self.rest.iter().enumerate().all(|(at, wanted)| {
            let may_go_on = self.is_open && at + 1 == self.rest.len();
            word(at)
                .is_some_and(|said| if may_go_on { said.starts_with(&**wanted) } else { *said == **wanted })
        })
    }
}
