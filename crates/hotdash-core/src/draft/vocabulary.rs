//! `defaults/checks.toml`, parsed once: what claims, placeholders and promises look like.

use crate::analysis::words::{Entry, Form, Haystack, Matcher, normalize};
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const SHIPPED: &str = include_str!("../../defaults/checks.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    order_numbers: Vec<String>,
    placeholders: Vec<String>,
    greetings: Vec<String>,
    not_names: Vec<String>,
    promises: Vec<String>,
    status: Vec<String>,
    machine: Vec<String>,
    refusals: Vec<String>,
    units: Vec<Vec<String>>,
    numbers: Vec<Vec<toml::Value>>,
    weekdays: Vec<Vec<String>>,
    months: Vec<Vec<String>>,
    relative_days: Vec<Vec<String>>,
}

/// Phrases whose owner in [`Vocabulary::phrases`] is their place here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phrase {
    Promise = 0,
    Status = 1,
    Machine = 2,
}

#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    pub(super) order_numbers: Vec<Regex>,
    pub(super) placeholders: Vec<Regex>,
    pub(super) greetings: Vec<String>,
    pub(super) not_names: Vec<String>,
    pub(super) refusals: Vec<String>,
    pub(super) duration: Option<Regex>,
    pub(super) date: Vec<Regex>,
    pub(super) weekday: Option<Regex>,
    pub(super) relative: Option<Regex>,
    phrases: Matcher,
    /// Any word of a row → the row's name.
    names: BTreeMap<String, String>,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::parse(SHIPPED).unwrap_or_default());

/// The shipped vocabulary.
pub(super) fn vocabulary() -> &'static Vocabulary {
    &VOCABULARY
}

impl Vocabulary {
    fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut names = BTreeMap::new();
        let mut numbers = Vec::new();
        for row in &file.numbers {
            let number = row
                .first()
                .and_then(toml::Value::as_integer)
                .ok_or("numbers: a row begins with its number")?;
            for word in row.iter().filter_map(toml::Value::as_str) {
                names.insert(word.to_owned(), number.to_string());
                numbers.push(word.to_owned());
            }
        }
        for row in file.units.iter().chain(&file.weekdays).chain(&file.relative_days) {
            let name = row.first().ok_or("an empty row")?;
            names.extend(row.iter().map(|word| (normalize(word), name.clone())));
        }
        let count = format!(r"(?:\d{{1,4}}|{})", any_of(&numbers));
        let unit = any_of(file.units.iter().flatten());
        let month = any_of(file.months.iter().flatten());
        for (row, number) in file.months.iter().zip(1..) {
            names.extend(row.iter().map(|word| (format!("month {word}"), format!("{number:02}"))));
        }
        let phrases = [&file.promises, &file.status, &file.machine].into_iter().enumerate().flat_map(
            |(owner, texts)| texts.iter().map(move |text| Entry { text, form: Form::AsWritten, owner }),
        );
        Ok(Self {
            order_numbers: patterns(&file.order_numbers)?,
            placeholders: patterns(&file.placeholders)?,
            greetings: longest_first(file.greetings),
            not_names: file.not_names,
            refusals: file.refusals,
            duration: Some(pattern(&format!(
                r"(?i)\b(?:({count})\s?(?:-|–|to|or|bis|oder|a|à|o|ou|até)\s?)?({count})[\s-]({unit})\b"
            ))?),
            date: vec![
                pattern(r"\b(\d{4})-(\d{2})-(\d{2})\b")?,
                pattern(r"\b(\d{1,2})[./](\d{1,2})[./](?:\d{4}|\d{2})?")?,
                pattern(&format!(r"(?i)\b(\d{{1,2}})(?:st|nd|rd|th|\.)?(?: de| of)? ({month})\b"))?,
                pattern(&format!(r"(?i)\b({month})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b"))?,
            ],
            weekday: Some(pattern(&format!(r"(?i)\b({})s?\b", any_of(file.weekdays.iter().flatten())))?),
            relative: Some(pattern(&format!(r"(?i)\b({})\b", any_of(file.relative_days.iter().flatten())))?),
            phrases: Matcher::build(phrases).map_err(|error| error.to_string())?,
            names,
        })
    }

    /// The name of a written-out number, a unit, a weekday or a relative day.
    pub(super) fn name(&self, word: &str) -> String {
        let word = normalize(word);
        self.names.get(&word).cloned().unwrap_or(word)
    }

    /// A month's number, two digits.
    pub(super) fn month(&self, word: &str) -> Option<&str> {
        self.names.get(&format!("month {}", normalize(word))).map(String::as_str)
    }

    /// The first phrase of a kind in a text.
    pub(super) fn phrase(&self, kind: Phrase, text: &str) -> Option<String> {
        let words = Haystack::new(text, &[]);
        let hit = self.phrases.hits(&words).into_iter().find(|hit| hit.owner == kind as usize)?;
        Some(words.words(hit))
    }
}

fn longest_first(mut words: Vec<String>) -> Vec<String> {
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// Alternatives, longest first, so that "working days" is not read as "days".
fn any_of<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    let words = longest_first(words.into_iter().map(|word| regex::escape(word)).collect());
    format!("(?:{})", words.join("|"))
}

fn patterns(texts: &[String]) -> Result<Vec<Regex>, String> {
    texts.iter().map(|text| pattern(text)).collect()
}

fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_shipped_file_is_read() {
        assert_eq!(super::Vocabulary::parse(super::SHIPPED).err(), None);
        assert!(!super::vocabulary().order_numbers.is_empty());
    }
}
