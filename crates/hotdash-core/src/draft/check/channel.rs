//! What the channel takes: whether at all, how long, in which form, how signed.

use super::{Checked, Found};
use crate::channel::parts::{Parts, first_unicode};
use crate::channel::{Layout, closed_window, rules};
use crate::conversation::Conversation;
use crate::draft::compose::first_name;
use crate::draft::text::first_markup;

/// A signature stands within so many lines from the end.
const SIGNATURE_LINES: usize = 8;
/// A line with more words is a sentence, not a signature.
const SIGNATURE_WORDS: usize = 6;

pub(super) fn window(checked: &Checked<'_>) -> Vec<Found> {
    closed(checked.request.conversation).into_iter().collect()
}

pub(super) fn closed(conversation: &Conversation) -> Option<Found> {
    closed_window(conversation).map(|why| {
        Found::forbids(format!("Nothing can be sent now: {why}. It can again when the customer writes."))
    })
}

pub(super) fn length(checked: &Checked<'_>) -> Vec<Found> {
    let rules = rules(&checked.request.conversation.channel);
    let length = rules.length(checked.text);
    if length > rules.most {
        let message = format!("{length} characters; {} takes {} at most.", rules.shown, rules.most);
        return vec![Found::forbids(message)];
    }
    if rules.layout == Layout::Text {
        return parts(checked.text);
    }
    if rules.long.is_some_and(|long| length > long) {
        return vec![Found::warns(format!("{length} characters are long for {}.", rules.shown), None)];
    }
    Vec::new()
}

fn parts(text: &str) -> Vec<Found> {
    let counted = Parts::of(text);
    if !counted.is_too_many() {
        return Vec::new();
    }
    let (alphabet, range) = match first_unicode(text) {
        Some((at, c)) => {
            (format!(", because of “{c}” only 67 characters each"), Some((at, at + c.len_utf8())))
        }
        None => (String::new(), None),
    };
    let message = format!("It takes {} text messages{alphabet}: shorten it.", counted.parts);
    vec![Found::blocks(message, range)]
}

pub(super) fn format(checked: &Checked<'_>) -> Vec<Found> {
    let rules = rules(&checked.request.conversation.channel);
    if rules.markdown {
        return Vec::new();
    }
    let message = || format!("{} shows no Markdown: write it plainly.", capital(&rules.shown));
    first_markup(checked.text).map(|range| Found::warns(message(), Some(range))).into_iter().collect()
}

/// A letter is signed, once: the desk adds no signature to what is sent through its API.
pub(super) fn signature(checked: &Checked<'_>) -> Vec<Found> {
    let request = checked.request;
    if rules(&request.conversation.channel).layout != Layout::Letter {
        return Vec::new();
    }
    let lower = |text: &str| text.trim().to_lowercase();
    let names: Vec<String> =
        [Some(request.shop_name), request.agent_name.map(|name| first_name(name).unwrap_or(name))]
            .into_iter()
            .flatten()
            .map(lower)
            .filter(|name| !name.is_empty())
            .collect();
    let lines = checked.text.lines().rev().filter(|line| !line.trim().is_empty()).take(SIGNATURE_LINES);
    let signatures: Vec<String> = lines
        .filter(|line| line.split_whitespace().count() <= SIGNATURE_WORDS)
        .map(lower)
        .filter(|line| names.iter().any(|name| line.contains(name)))
        .collect();
    if signatures.is_empty() {
        return vec![Found::warns("It is not signed.", None)];
    }
    let twice = names.iter().any(|name| signatures.iter().filter(|line| line.contains(name)).count() > 1);
    if twice { vec![Found::warns("It is signed twice.", None)] } else { Vec::new() }
}

fn capital(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map(|first| format!("{}{}", first.to_uppercase(), rest.as_str())).unwrap_or_default()
}
