//! Claims and what supports them.

use super::{Checked, Found};
use crate::analysis::Analyzer;
use crate::draft::facts::{Fact, Kind, keys};
use crate::draft::retrieve::marks;
use crate::draft::text::{sentences, split_ranges};
use crate::draft::vocabulary::{Phrase, vocabulary};
use std::collections::BTreeSet;

/// A sentence is supported by one that has this share of its words.
const SUPPORTED: f32 = 0.6;

pub(super) fn amounts(checked: &Checked<'_>) -> Vec<Found> {
    unsupported(checked, Kind::Amount, Trust::Ours, "amount")
}

pub(super) fn dates(checked: &Checked<'_>) -> Vec<Found> {
    unsupported(checked, Kind::Date, Trust::Everybody, "date")
}

pub(super) fn durations(checked: &Checked<'_>) -> Vec<Found> {
    unsupported(checked, Kind::Duration, Trust::Ours, "duration")
}

pub(super) fn order_numbers(checked: &Checked<'_>) -> Vec<Found> {
    unsupported(checked, Kind::OrderNumber, Trust::Everybody, "order number")
}

/// A link that only the customer sent could lead anywhere.
pub(super) fn links(checked: &Checked<'_>) -> Vec<Found> {
    let ours = known(&checked.ours);
    let of_kind = checked.facts.iter().filter(|fact| fact.kind == Kind::Link);
    of_kind
        .filter(|fact| !ours.contains(&(Kind::Link, fact.key.clone())))
        .map(|fact| Found::blocks(format!("No source has the link {}.", shown(checked, fact)), range(fact)))
        .collect()
}

/// Addresses and numbers that are neither the shop's nor this customer's own.
pub(super) fn contact_data(checked: &Checked<'_>) -> Vec<Found> {
    let contact = &checked.request.conversation.contact;
    let own: Vec<String> = contact.email.iter().chain(&contact.phone).cloned().collect();
    let allowed: BTreeSet<(Kind, String)> = known(&checked.ours).union(&known(&own)).cloned().collect();
    checked
        .facts
        .iter()
        .filter(|fact| matches!(fact.kind, Kind::Email | Kind::Phone))
        .filter(|fact| !allowed.contains(&(fact.kind, fact.key.clone())))
        .map(|fact| {
            let message = format!("{} is neither ours nor this customer's.", shown(checked, fact));
            Found::blocks(message, range(fact))
        })
        .collect()
}

pub(super) fn promises(checked: &Checked<'_>) -> Vec<Found> {
    sentences_without_support(checked, Phrase::Promise, "No source makes this promise")
}

pub(super) fn status(checked: &Checked<'_>) -> Vec<Found> {
    sentences_without_support(checked, Phrase::Status, "No source says how things stand")
}

/// Whose word is enough.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    Ours,
    Everybody,
}

fn unsupported(checked: &Checked<'_>, kind: Kind, trust: Trust, name: &str) -> Vec<Found> {
    let ours = known(&checked.ours);
    let theirs = known(&checked.theirs);
    let mut found = Vec::new();
    for fact in checked.facts.iter().filter(|fact| fact.kind == kind) {
        if supports(&ours, fact) || (trust == Trust::Everybody && supports(&theirs, fact)) {
            continue;
        }
        let shown = shown(checked, fact);
        found.push(if supports(&theirs, fact) {
            Found::warns(format!("Only the customer named this {name}: {shown}."), range(fact))
        } else {
            Found::blocks(format!("No source has this {name}: {shown}."), range(fact))
        });
    }
    found
}

fn known(texts: &[String]) -> BTreeSet<(Kind, String)> {
    texts.iter().flat_map(|text| keys(text)).collect()
}

/// The same fact, or the end of a range: of "4–7 days" one may say "7 days", of "up to 7 days" not "4–7".
fn supports(known: &BTreeSet<(Kind, String)>, fact: &Fact) -> bool {
    if known.contains(&(fact.kind, fact.key.clone())) {
        return true;
    }
    let Some((single, unit)) = fact.key.split_once('-') else { return false };
    let is_single = unit.split_once(' ').is_some_and(|(until, _)| until == single);
    fact.kind == Kind::Duration
        && is_single
        && known.iter().any(|(kind, key)| {
            *kind == Kind::Duration && key.split_once('-').is_some_and(|(_, until)| until == unit)
        })
}

fn sentences_without_support(checked: &Checked<'_>, phrase: Phrase, message: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (start, end) in split_ranges(checked.text) {
        let sentence = &checked.text[start..end];
        // A question ("Has it been delivered?") states nothing.
        if sentence.trim_end().ends_with('?') {
            continue;
        }
        if let Some(words) = vocabulary().phrase(phrase, sentence)
            && !is_supported(checked, sentence)
        {
            found.push(Found::blocks(format!("{message}: “{words}”."), Some((start, end))));
        }
    }
    found
}

fn is_supported(checked: &Checked<'_>, sentence: &str) -> bool {
    let code = Analyzer::shipped().language(sentence).code;
    let wanted = words(sentence, code.as_deref());
    if wanted.is_empty() {
        return true;
    }
    checked.ours.iter().flat_map(|text| sentences(text)).any(|source| {
        let having = words(&source, code.as_deref());
        share(&wanted, &having) >= SUPPORTED
    })
}

/// The content words; what a sentence is about in general supports nothing.
fn words(sentence: &str, code: Option<&str>) -> BTreeSet<String> {
    marks(sentence, code).into_iter().filter(|mark| !mark.starts_with('#')).collect()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of words")]
fn share(wanted: &BTreeSet<String>, having: &BTreeSet<String>) -> f32 {
    wanted.intersection(having).count() as f32 / wanted.len() as f32
}

fn shown<'a>(checked: &Checked<'a>, fact: &Fact) -> &'a str {
    &checked.text[fact.start..fact.end]
}

#[expect(clippy::unnecessary_wraps, reason = "a finding's place is optional")]
fn range(fact: &Fact) -> Option<(usize, usize)> {
    Some((fact.start, fact.end))
}
