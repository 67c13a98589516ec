//! Short messages: one breath, no Markdown, at most two parts of 160 characters.

use super::{Letter, Page, fill};
use crate::draft::Composed;
use crate::draft::retrieve::Answer;

/// Two parts of a text message.
pub(super) const LIMIT: usize = 320;

pub(super) fn compose(letter: &Letter<'_>) -> Composed {
    let sms = &letter.words.sms;
    let greeting = letter.greeting(&sms.greeting, &sms.greeting_without_name);
    let sign = letter.signed(&sms.sign, &sms.sign_without_agent);
    let sorry = letter.complains().then(|| sms.sorry.clone());
    let unknown = if letter.is_mere_praise() { None } else { letter.unknown() };
    let asks = if letter.is_mere_praise() { Vec::new() } else { letter.asks() };
    let praise = letter.is_mere_praise().then(|| letter.mood());
    let before: Vec<String> = std::iter::once(greeting).chain(sorry).chain(praise).collect();
    let after = |first_ask_only: bool| -> Vec<String> {
        let asks = asks.iter().take(if first_ask_only { 1 } else { asks.len() }).cloned();
        unknown.clone().into_iter().chain(asks).chain([sign.clone()]).collect()
    };
    // Rather less than cut off: first the second question goes, then the answer, then the rest.
    let answer = letter.answers.first().filter(|_| !letter.is_mere_praise());
    let tries =
        [(answer, after(false)), (answer, after(true)), (None, after(true)), (None, vec![sign.clone()])];
    let fits = |page: &Page| page.text.chars().count() <= LIMIT;
    let pages = tries.iter().map(|(answer, after)| page(&before, *answer, after));
    let mut last = Page::default();
    for page in pages {
        last = page;
        if fits(&last) {
            break;
        }
    }
    Composed {
        text: last.text,
        language: letter.words.code.clone(),
        evidence: last.evidence,
        gaps: letter.gaps(),
    }
}

fn page(before: &[String], answer: Option<&Answer<'_>>, after: &[String]) -> Page {
    let mut page = Page { text: before.join(" "), ..Page::default() };
    if let Some(answer) = answer {
        page.text.push(' ');
        page.quote(answer);
    }
    for part in after {
        page.text.push(' ');
        page.text.push_str(&fill(part, &[]));
    }
    page
}
