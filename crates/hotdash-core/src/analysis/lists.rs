//! The word lists: commented TOML, one file per language, parsed once.

mod denial;

pub(crate) use denial::Denial;

use super::words::{Entry, Form, Haystack, Hit, Matcher, StemLanguage, Token};
use crate::learn::features::Denials;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The shipped files. `any` holds what is true in every language.
pub(super) const SHIPPED: [(&str, &str); 6] = [
    ("words/any.toml", include_str!("../../defaults/words/any.toml")),
    ("words/en.toml", include_str!("../../defaults/words/en.toml")),
    ("words/de.toml", include_str!("../../defaults/words/de.toml")),
    ("words/es.toml", include_str!("../../defaults/words/es.toml")),
    ("words/fr.toml", include_str!("../../defaults/words/fr.toml")),
    ("words/pt.toml", include_str!("../../defaults/words/pt.toml")),
];

/// The lists shipped with hotdash: (file name, text).
#[must_use]
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    &SHIPPED
}

/// A file that is no word list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct ListProblem {
    pub file: String,
    pub message: String,
}

/// What a language's words look like as a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// ISO 639-1, or `any`.
    code: String,
    /// Words that nearly every sentence of the language contains.
    #[serde(default)]
    function: Vec<String>,
    /// Words of trade that tell the language too, but mean something.
    #[serde(default)]
    typical: Vec<String>,
    /// Words that begin a question.
    #[serde(default)]
    questions: Vec<String>,
    #[serde(default)]
    negation: Negation,
    thresholds: Option<Thresholds>,
    #[serde(default)]
    list: Vec<List>,
}

/// From which confidence on the lists' opinion counts.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Thresholds {
    pub(super) category: f32,
    /// Below `category` and from here on a category is proposed.
    pub(super) possible: f32,
    pub(super) intent: f32,
    pub(super) urgent: f32,
    pub(super) escalation: f32,
    /// Below it a message counts as neutral.
    pub(super) sentiment: f32,
}

/// How a language says no, and how far a "no" reaches.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Negation {
    words: BTreeSet<String>,
    /// How many words after the negation are still negated.
    before: usize,
    /// How many words before it are: "ich verklage Sie nicht".
    after: usize,
    /// Words that end its reach.
    #[serde(default)]
    breakers: BTreeSet<String>,
    /// "If you don't answer I will sue" denies nothing.
    #[serde(default)]
    conditionals: BTreeSet<String>,
    /// Phrases that hold a negation word without denying what follows.
    #[serde(default)]
    exceptions: Vec<String>,
}

/// Words that mean the same thing equally strongly.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// `urgency`, `category.returns`, `escalation.legal`, …
    pub(super) topic: String,
    /// How sure one of these words alone makes us, 0…1.
    pub(super) weight: f32,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    stems: Vec<String>,
    /// A hit inside one of these phrases does not count ("tennis court").
    #[serde(default)]
    unless: Vec<String>,
    /// A hit counts only where one of these stands in the same sentence.
    #[serde(default)]
    with: Vec<String>,
}

impl List {
    /// "I do not have my order" is still about orders, but "not urgent" is not urgent.
    pub(super) fn negatable(&self) -> bool {
        !self.topic.starts_with("category.")
            && !self.topic.starts_with("hint.")
            && !self.topic.ends_with(".ignore")
    }
}

/// What a pattern means to the list that owns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Counts(usize),
    Unless(usize),
    With(usize),
    /// An exception phrase of a language's negation.
    NotNegating(usize),
}

/// All languages together.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists {
    languages: Vec<LanguageWords>,
    lists: Vec<(usize, List)>,
    roles: Vec<Role>,
    matcher: Matcher,
    pub(super) thresholds: Thresholds,
    /// Word that tells the language → the languages that have it.
    telling: BTreeMap<String, Vec<usize>>,
    function: BTreeSet<String>,
    pub(super) denials: Denials,
}

#[derive(Debug, Clone)]
pub(super) struct LanguageWords {
    pub(super) code: String,
    pub(super) questions: BTreeSet<String>,
    negation: Negation,
}

/// A word of a list found in a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found<'a> {
    pub(super) topic: &'a str,
    pub(super) weight: f32,
    pub(super) negated: bool,
    pub(super) hit: Hit,
    pub(super) words: String,
}

impl Lists {
    /// Parse the files; a bad file is left out and named.
    pub(super) fn parse(files: &[(&str, &str)]) -> (Self, Vec<ListProblem>) {
        let mut lists = Self::default();
        let mut problems = Vec::new();
        for (name, text) in files {
            match toml::from_str::<File>(text) {
                Ok(file) => lists.add(file),
                Err(error) => problems.push(ListProblem {
                    file: (*name).to_owned(),
                    message: error.to_string().trim_end().to_owned(),
                }),
            }
        }
        if let Err(error) = lists.build() {
            problems.push(ListProblem { file: "all files".to_owned(), message: error.to_string() });
        }
        (lists, problems)
    }

    fn add(&mut self, file: File) {
        let language = self.languages.len();
        self.thresholds = file.thresholds.unwrap_or(self.thresholds);
        for word in file.function.iter().chain(&file.typical) {
            self.telling.entry(word.clone()).or_default().push(language);
        }
        self.function.extend(file.function);
        let negation = &file.negation;
        self.denials.add(&negation.words, negation.after > 1, &negation.breakers);
        self.lists.extend(file.list.into_iter().map(|list| (language, list)));
        self.languages.push(LanguageWords {
            code: file.code,
            questions: file.questions.into_iter().collect(),
            negation: file.negation,
        });
    }

    fn build(&mut self) -> Result<(), aho_corasick::BuildError> {
        let mut roles = Vec::new();
        let mut entries = Vec::new();
        let mut enter = |role, texts: &[String], form| {
            for text in texts {
                entries.push((text.clone(), form, roles.len()));
            }
            roles.push(role);
        };
        for (index, (language, list)) in self.lists.iter().enumerate() {
            enter(Role::Counts(index), &list.words, Form::AsWritten);
            if let Some(stems) = StemLanguage::from_code(&self.languages[*language].code) {
                enter(Role::Counts(index), &list.stems, Form::Stem(stems));
            }
            enter(Role::Unless(index), &list.unless, Form::AsWritten);
            enter(Role::With(index), &list.with, Form::AsWritten);
        }
        for (index, language) in self.languages.iter().enumerate() {
            enter(Role::NotNegating(index), &language.negation.exceptions, Form::AsWritten);
        }
        self.matcher = Matcher::build(entries.iter().map(|(text, form, owner)| Entry {
            text,
            form: *form,
            owner: *owner,
        }))?;
        self.roles = roles;
        Ok(())
    }

    /// How many tokens tell each language. A word of two languages is half a vote for each.
    #[expect(clippy::cast_precision_loss, reason = "numbers of languages")]
    pub(super) fn votes(&self, tokens: &[Token]) -> Vec<(&str, f32)> {
        let mut votes: Vec<(&str, f32)> = self.languages.iter().map(|l| (l.code.as_str(), 0.0)).collect();
        for token in tokens {
            let Some(speak) = self.telling.get(&token.text) else { continue };
            for language in speak {
                votes[*language].1 += 1.0 / speak.len() as f32;
            }
        }
        votes
    }

    /// The languages to consult: the known one, or all when it is unknown.
    pub(super) fn active(&self, code: Option<&str>) -> Vec<&LanguageWords> {
        self.languages.iter().filter(|l| self.is_active(l, code)).collect()
    }

    fn is_active(&self, language: &LanguageWords, code: Option<&str>) -> bool {
        let known = code.is_some_and(|code| self.languages.iter().any(|l| l.code == code));
        language.code == "any" || !known || code == Some(language.code.as_str())
    }

    /// Everything the lists of these languages find.
    pub(super) fn find(&self, text: &Haystack, code: Option<&str>) -> Vec<Found<'_>> {
        let hits = self.roles_in(text);
        let mut found = Vec::new();
        for (role, hit) in &hits {
            let Role::Counts(index) = *role else { continue };
            let (language, list) = &self.lists[index];
            if !self.is_active(&self.languages[*language], code) || !counts(list, index, *hit, &hits, text) {
                continue;
            }
            let negated = list.negatable() && self.negated(text, *hit, *language, &hits, code);
            let words = text.words(*hit);
            found.push(Found { topic: &list.topic, weight: list.weight, negated, hit: *hit, words });
        }
        without_parts(found)
    }

    /// Whether a word is a function word of some language.
    pub(super) fn is_function_word(&self, word: &str) -> bool {
        self.function.contains(word)
    }

    pub(super) fn function_words(&self) -> impl Iterator<Item = &String> {
        self.function.iter()
    }

    fn roles_in(&self, text: &Haystack) -> Vec<(Role, Hit)> {
        self.matcher.hits(text).into_iter().map(|hit| (self.roles[hit.owner], hit)).collect()
    }

    fn denies(&self, language: usize, text: &Haystack, hit: Hit, hits: &[(Role, Hit)]) -> bool {
        let excused: Vec<Hit> = hits
            .iter()
            .filter(|(role, _)| *role == Role::NotNegating(language))
            .map(|(_, hit)| *hit)
            .collect();
        self.languages[language].negation.reaches(text, hit, &excused)
    }

    fn negated(
        &self,
        text: &Haystack,
        hit: Hit,
        language: usize,
        hits: &[(Role, Hit)],
        code: Option<&str>,
    ) -> bool {
        let own = std::iter::once(language);
        // A word true in every language is denied in whichever language is spoken.
        let others = (0..self.languages.len())
            .filter(|_| self.languages[language].code == "any")
            .filter(|l| self.is_active(&self.languages[*l], code));
        own.chain(others).any(|l| self.denies(l, text, hit, hits))
    }
}

/// "has not arrived" counts once, not again as "not arrived": of hits on one topic the longest stays.
fn without_parts(mut found: Vec<Found<'_>>) -> Vec<Found<'_>> {
    found.sort_by(|a, b| {
        (a.topic, a.hit.first, std::cmp::Reverse(a.hit.last))
            .cmp(&(b.topic, b.hit.first, std::cmp::Reverse(b.hit.last)))
            .then(b.weight.total_cmp(&a.weight))
    });
    let mut kept: Vec<Found<'_>> = Vec::new();
    for one in found {
        let covered = kept
            .iter()
            .any(|k| k.topic == one.topic && k.hit.last >= one.hit.last && k.hit.first <= one.hit.first);
        if !covered {
            kept.push(one);
        }
    }
    kept
}

fn counts(list: &List, index: usize, hit: Hit, hits: &[(Role, Hit)], text: &Haystack) -> bool {
    let excused = hits.iter().any(|(role, other)| {
        *role == Role::Unless(index) && other.first <= hit.last && hit.first <= other.last
    });
    let sentence = text.tokens[hit.first].sentence;
    let accompanied = list.with.is_empty()
        || hits.iter().any(|(role, other)| {
            *role == Role::With(index) && text.tokens[other.first].sentence == sentence && *other != hit
        });
    !excused && accompanied
}

impl Negation {
    /// Whether a negation word denies the hit.
    fn reaches(&self, text: &Haystack, hit: Hit, excused: &[Hit]) -> bool {
        let tokens = &text.tokens;
        let clause = tokens[hit.first].clause;
        for distance in 1..=self.before {
            let Some(at) = hit.first.checked_sub(distance) else { break };
            if tokens[at].clause != clause || self.breakers.contains(&tokens[at].text) {
                break;
            }
            if self.denies(&tokens[at].text)
                && !excused.iter().any(|e| e.first <= at && at <= e.last)
                && (distance == 1 || !self.is_conditional(text, at))
            {
                return true;
            }
        }
        (hit.last + 1..=hit.last + self.after)
            .map_while(|at| tokens.get(at).filter(|t| t.clause == tokens[hit.last].clause).map(|t| (at, t)))
            .take_while(|(_, token)| !self.breakers.contains(&token.text))
            .any(|(at, token)| {
                self.denies(&token.text) && !excused.iter().any(|e| e.first <= at && at <= e.last)
            })
    }

    fn denies(&self, word: &str) -> bool {
        self.words.contains(word) || (word.ends_with("n't") && self.words.contains("n't"))
    }

    /// "If you do not refund me I will sue": the condition is denied, not the threat.
    fn is_conditional(&self, text: &Haystack, at: usize) -> bool {
        let sentence = text.tokens[at].sentence;
        text.tokens[at.saturating_sub(4)..at]
            .iter()
            .any(|t| t.sentence == sentence && self.conditionals.contains(&t.text))
    }
}
