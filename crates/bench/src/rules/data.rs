//! The rulebook and the messages of `bench rules`: always the same ones, for us and for the peers.

use hotdash_core::analysis::words::tokenize;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;

const SEED: u64 = 4151;
const KEYWORDS_EACH: usize = 5;
const CHARACTERS: usize = 500;
/// Rule words that a message contains.
const SAID: usize = 14;

/// What every message is padded with. None of these words denies anything, in any language hotdash has lists for.
const ENGLISH: [&str; 24] = [
    "the", "order", "and", "my", "with", "for", "part", "car", "please", "when", "this", "have", "been",
    "week", "you", "would", "about", "from", "was", "are", "can", "tell", "me", "engine",
];
const GERMAN: [&str; 24] = [
    "die",
    "Bestellung",
    "und",
    "mein",
    "mit",
    "für",
    "das",
    "Auto",
    "bitte",
    "wann",
    "diese",
    "habe",
    "wurde",
    "Woche",
    "Sie",
    "würde",
    "über",
    "von",
    "ist",
    "sind",
    "können",
    "Größe",
    "mir",
    "Getriebeöl",
];
const SYLLABLES: [&str; 32] = [
    "bra", "cu", "del", "fo", "gri", "ha", "jo", "kel", "lu", "mar", "ni", "pro", "qua", "rest", "sil", "tu",
    "vo", "wen", "xi", "zor", "blen", "chro", "dra", "fle", "glo", "kna", "plu", "ste", "tri", "bö", "nü",
    "ré",
];

/// One rule, as plain data that every engine can be given.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Rule {
    pub(super) id: String,
    /// Words and phrases of which one must occur.
    pub(super) any_of: Vec<String>,
    /// None of these may occur.
    pub(super) none_of: Vec<String>,
    /// Must fit the text as written, without regard to case.
    pub(super) pattern: Option<String>,
    pub(super) inboxes: Vec<i64>,
    pub(super) language: Option<&'static str>,
    pub(super) open: Option<bool>,
}

/// One message with what is known around it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) inbox: i64,
    pub(super) open: bool,
}

/// Rules and messages. Only the number of messages may differ between runs.
pub(super) fn generate(rules: usize, messages: usize) -> (Vec<Rule>, Vec<Said>) {
    let mut dice = StdRng::seed_from_u64(SEED);
    let keywords = keywords(&mut dice, rules * KEYWORDS_EACH);
    let all: Vec<Rule> = (0..rules).map(|number| rule(&mut dice, number, &keywords)).collect();
    let messages = (0..messages).map(|_| said(&mut dice, &keywords)).collect();
    (all, messages)
}

/// Different words and phrases; one in five is a phrase.
fn keywords(dice: &mut StdRng, count: usize) -> Vec<String> {
    let mut known = BTreeSet::new();
    let mut keywords = Vec::with_capacity(count);
    while keywords.len() < count {
        let words = if keywords.len() % KEYWORDS_EACH == 0 { 2 } else { 1 };
        let keyword = (0..words).map(|_| word(dice)).collect::<Vec<_>>().join(" ");
        if known.insert(keyword.clone()) {
            keywords.push(keyword);
        }
    }
    keywords
}

fn word(dice: &mut StdRng) -> String {
    (0..dice.random_range(2..5)).map(|_| pick(dice, &SYLLABLES)).collect()
}

fn pick<'a, T: ?Sized>(dice: &mut StdRng, from: &[&'a T]) -> &'a T {
    from[dice.random_range(0..from.len())]
}

fn rule(dice: &mut StdRng, number: usize, keywords: &[String]) -> Rule {
    let own = &keywords[number * KEYWORDS_EACH..(number + 1) * KEYWORDS_EACH];
    let mut chance = |percent: u32| dice.random_range(0..100) < percent;
    let (excludes, fits, inbox, language, hours) =
        (chance(20), chance(20), chance(40), chance(30), chance(30));
    let english = chance(50);
    let open = chance(50);
    let mut other = || keywords[dice.random_range(0..keywords.len())].clone();
    let none_of = if excludes { vec![other(), other(), "würde".to_owned()] } else { Vec::new() };
    let first = dice.random_range(1..6);
    Rule {
        id: format!("rule-{number}"),
        any_of: own.to_vec(),
        none_of,
        // An order number in one of many spellings, somewhere in the text.
        pattern: fits
            .then(|| format!(r"\b[a-f]{{1,2}}-?\d{{{},6}}\b|\b(?:nr|no)\.? ?\d+{}\b", first, number % 10)),
        inboxes: if inbox { vec![first, first + 1, 9] } else { Vec::new() },
        language: language.then_some(if english { "en" } else { "de" }),
        open: hours.then_some(open),
    }
}

fn said(dice: &mut StdRng, keywords: &[String]) -> Said {
    let padding = if dice.random_range(0..2) == 0 { &ENGLISH } else { &GERMAN };
    let mut parts: Vec<String> =
        (0..SAID).map(|_| keywords[dice.random_range(0..keywords.len())].clone()).collect();
    let number = dice.random_range(100..99_999);
    parts.push(format!("{}-{number}", char::from(b'A' + dice.random_range(0..8))));
    let mut length: usize = parts.iter().map(|part| part.chars().count() + 1).sum();
    while length < CHARACTERS {
        let word = pick(dice, padding);
        length += word.chars().count() + 1;
        let at = dice.random_range(0..=parts.len());
        parts.insert(at, word.to_owned());
    }
    // Sentences of some words, as people write.
    let mut text = String::with_capacity(CHARACTERS + 16);
    for (at, part) in parts.iter().enumerate() {
        let end = match at % 11 {
            10 => ". ",
            5 => ", ",
            _ => " ",
        };
        text.push_str(part);
        text.push_str(end);
    }
    text.truncate(text.trim_end().len());
    Said { text, inbox: dice.random_range(1..10), open: dice.random_range(0..2) == 0 }
}

/// The rules as a rule file of hotdash.
pub(super) fn toml(rules: &[Rule]) -> String {
    let mut file = String::new();
    for (priority, rule) in rules.iter().rev().enumerate() {
        let mut all = vec![format!("{{ type = 'keyword', any_of = {:?}, denied = 'count' }}", rule.any_of)];
        if !rule.inboxes.is_empty() {
            all.push(format!("{{ type = 'inbox', any_of = {:?} }}", rule.inboxes));
        }
        if let Some(language) = rule.language {
            all.push(format!("{{ type = 'language', equals = '{language}' }}"));
        }
        if let Some(open) = rule.open {
            let hours = if open { "business_hours" } else { "after_hours" };
            all.push(format!("{{ type = 'time', equals = '{hours}' }}"));
        }
        if let Some(pattern) = &rule.pattern {
            all.push(format!("{{ type = 'regex', matches = '{pattern}' }}"));
        }
        if !rule.none_of.is_empty() {
            all.push(format!("{{ type = 'keyword', none_of = {:?}, denied = 'count' }}", rule.none_of));
        }
        let _ = write!(
            file,
            "[[rule]]\nid = '{id}'\ngroup = 'tags'\npriority = {priority}\nthen = {{ tag = '{id}' }}\nwhen = {{ all = [{}] }}\n",
            all.join(", "),
            id = rule.id,
        ); // writing to a String cannot fail
    }
    file
}

/// The text as the peers get it: words of one case between single blanks, so that they can look for whole words by
/// looking for blanks around them. Preparing it is not counted as their time.
pub(super) fn prepared(text: &str) -> String {
    let mut prepared = String::from(" ");
    let mut sentence = 0;
    for token in tokenize(text) {
        // A phrase does not go on in the next sentence.
        if token.sentence != sentence {
            prepared.push_str(". ");
            sentence = token.sentence;
        }
        prepared.push_str(&token.text);
        prepared.push(' ');
    }
    prepared
}
