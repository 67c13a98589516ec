//! Short messages: one breath, no Markdown, no more parts than usual.

use super::{Letter, Page, fill};
use crate::channel::parts::Parts;
use crate::draft::Composed;
use crate::draft::retrieve::Answer;
use crate::draft::text::simple_marks;

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
    let tries = [
        (&before[..], answer, after(false)),
        (&before[..], answer, after(true)),
        (&before[..], None, after(true)),
        (&before[..], None, vec![sign.clone()]),
        (&before[..1], None, vec![sign.clone()]),
    ];
    let fits = |page: &Page| !Parts::of(&page.text).is_too_many();
    let pages = tries.iter().map(|(before, answer, after)| page(before, *answer, after));
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
    let mut page = Page { text: simple_marks(&before.join(" ")), ..Page::default() };
    if let Some(answer) = answer {
        page.text.push(' ');
        page.quote_as(answer, simple_marks);
    }
    for part in after {
        page.text.push(' ');
        page.text.push_str(&simple_marks(&fill(part, &[])));
    }
    page
}
