//! What no source is needed for: names, language, leftovers.

use super::{Checked, Found};
use crate::analysis::Analyzer;
use crate::analysis::words::{normalize, tokenize};
use crate::draft::compose::language_of;
use crate::draft::text::split_ranges;
use crate::draft::vocabulary::{Phrase, vocabulary};
use regex::Regex;

/// A text must be this surely in another language to be called so.
const SURE: f32 = 0.5;

pub(super) fn placeholders(checked: &Checked<'_>) -> Vec<Found> {
    let text = checked.text;
    let brackets = text.match_indices('[').filter_map(|(start, _)| {
        let end = start + text[start..].find(']')? + 1;
        let inside = text.get(start + 1..end - 1)?;
        let is_link = text[end..].starts_with('(');
        let is_short = (1..=40).contains(&inside.chars().count()) && !inside.contains('\n');
        (is_short && !is_link).then_some((start, end))
    });
    let others = vocabulary()
        .placeholders
        .iter()
        .flat_map(|pattern: &Regex| pattern.find_iter(text).map(|found| (found.start(), found.end())));
    brackets
        .chain(others)
        .map(|(start, end)| {
            Found::blocks(format!("A placeholder is left: {}.", &text[start..end]), Some((start, end)))
        })
        .collect()
}

/// The greeting names somebody else.
pub(super) fn name(checked: &Checked<'_>) -> Vec<Found> {
    let text = checked.text;
    let line_end = text.find(['\n', ',', '!', ':', '.']).unwrap_or(text.len());
    let line = text[..line_end].trim();
    let known = vocabulary();
    let lower = normalize(line);
    let Some(greeting) = known.greetings.iter().find(|greeting| {
        lower.strip_prefix(greeting.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }) else {
        return Vec::new();
    };
    // "Hola, Ana:" has the name after a comma.
    let named = match lower[greeting.len()..].trim() {
        "" if text[line_end..].starts_with(',') => {
            let rest = text[line_end + 1..].trim_start_matches(' ');
            let end = rest.find(['\n', ',', '!', ':', '.']).unwrap_or(rest.len());
            let name = &rest[..end];
            // What goes on as a sentence is no name.
            let is_name =
                rest[end..].starts_with([',', '!', ':', '\n']) && name.starts_with(char::is_uppercase);
            if is_name && name.split_whitespace().count() <= 3 { name } else { "" }
        }
        _ => line.get(line.len() - lower[greeting.len()..].trim().len()..).unwrap_or(""),
    };
    let contact: Vec<String> = words(&checked.request.conversation.contact.name);
    let wrong: Vec<String> = words(named)
        .into_iter()
        .filter(|word| !known.not_names.contains(word) && !contact.contains(word) && word != "the")
        .collect();
    // A placeholder is no name, and told already.
    if wrong.is_empty()
        || named.contains(['[', '{', '<'])
        || words(named).iter().any(|word| contact.contains(word))
    {
        return Vec::new();
    }
    let start = text.find(named).unwrap_or(0);
    let message =
        format!("It greets “{named}”, but the customer is “{}”.", checked.request.conversation.contact.name);
    vec![Found::blocks(message, Some((start, start + named.len())))]
}

fn words(text: &str) -> Vec<String> {
    tokenize(text).into_iter().map(|token| token.text).collect()
}

pub(super) fn language(checked: &Checked<'_>) -> Vec<Found> {
    let wanted = language_of(checked.request);
    let analyzer = Analyzer::shipped();
    let other = |text: &str| {
        let seen = analyzer.language(text);
        seen.code.filter(|code| *code != wanted && seen.confidence >= SURE)
    };
    // Words quoted from a passage say nothing about the language of the letter around them.
    let is_quote =
        |sentence: &str| checked.ours.iter().any(|text| text.contains(sentence.trim_end_matches('.')));
    let (quotes, own): (Vec<_>, Vec<_>) = split_ranges(checked.text)
        .into_iter()
        .partition(|(start, end)| is_quote(&checked.text[*start..*end]));
    let own: Vec<&str> = own.into_iter().map(|(start, end)| &checked.text[start..end]).collect();
    let mut found: Vec<Found> = quotes
        .into_iter()
        .filter_map(|(start, end)| Some((other(&checked.text[start..end])?, start, end)))
        .take(1)
        .map(|(code, start, end)| Found::warns(format!("This is quoted in “{code}”."), Some((start, end))))
        .collect();
    found.extend(other(&own.join("\n")).map(|code| {
        Found::blocks(format!("The reply is in “{code}”, the customer writes “{wanted}”."), None)
    }));
    found
}

pub(super) fn machine_speech(checked: &Checked<'_>) -> Vec<Found> {
    split_ranges(checked.text)
        .into_iter()
        .filter_map(|(start, end)| {
            let words = vocabulary().phrase(Phrase::Machine, &checked.text[start..end])?;
            Some(Found::blocks(format!("It speaks of itself as a machine: “{words}”."), Some((start, end))))
        })
        .collect()
}
