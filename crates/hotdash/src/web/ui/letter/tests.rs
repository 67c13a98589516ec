//! Marks stand exactly where the drafter and the checks put them, and the text stays whole.

use super::*;
use proptest::prelude::*;

fn evidence(claims: &[(usize, usize)], updated: Option<&str>) -> Evidence {
    Evidence {
        passage: "p".into(),
        title: "Shipping".into(),
        source: "shipping.md".into(),
        link: None,
        updated: updated.map(|u| u.parse().unwrap()),
        quote: "2 to 4 days".into(),
        claims: claims.to_vec(),
    }
}

fn finding(range: Option<(usize, usize)>, severity: Severity) -> Finding {
    Finding { check: "dates".into(), severity, message: "No source.".into(), range }
}

fn told(letter: &Letter) -> Vec<String> {
    let run = |run: &Run| {
        let mut told = run.text.clone();
        if let Some(n) = run.evidence {
            told = format!("<{n}{}:{told}>", if run.weak { "?" } else { "" });
        }
        if run.finding.is_some() {
            told = format!("~{told}~");
        }
        for n in &run.numbers {
            told.push_str(&format!("^{n}"));
        }
        told + &run.flag.as_ref().map(|flag| format!("[{}]", flag.text)).unwrap_or_default()
    };
    letter.paragraphs.iter().map(|p| p.iter().map(run).collect()).collect()
}

#[test]
fn claims_carry_their_number_and_findings_their_word() {
    let text = "Hello,\n\nit takes 2 days. It comes Monday.";
    let letter =
        letter(text, "en", &[evidence(&[(8, 23)], None)], &[finding(Some((25, 40)), Severity::Blocks)], 0);
    assert_eq!(told(&letter), ["Hello,", "<1:it takes 2 days>^1. ~It comes Monday~[check dates]."]);
}

#[test]
fn a_claim_over_two_paragraphs_is_marked_in_both() {
    let letter = letter("one two\n\nthree four", "en", &[evidence(&[(4, 14)], None)], &[], 0);
    assert_eq!(told(&letter), ["one <1:two>^1", "<1:three>^1 four"]);
}

#[test]
fn only_old_knowledge_supports_weakly() {
    let now: jiff::Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let old = evidence(&[(0, 3)], Some("2025-09-01T00:00:00Z"));
    let new = evidence(&[(4, 7)], Some("2026-09-01T00:00:00Z"));
    let letter = letter("one two", "en", &[old, new], &[], now.as_millisecond());
    assert_eq!(told(&letter), ["<1?:one>^1 <2:two>^2"]);
}

#[test]
fn characters_are_counted_not_bytes() {
    let letter = letter("Grüße, 3 €", "de", &[evidence(&[(7, 10)], None)], &[], 0);
    assert_eq!(told(&letter), ["Grüße, <1:3 €>^1"]);
}

proptest! {
    /// Whatever a stored draft claims about its ranges, no word of it is lost or doubled.
    #[test]
    fn the_text_stays_whole(
        text in "[a-c é\n]{0,60}",
        claims in prop::collection::vec((0usize..80, 0usize..80), 0..4),
        flaw in prop::option::of((0usize..80, 0usize..80)),
    ) {
        let letter = letter(&text, "ar", &[evidence(&claims, None)], &[finding(flaw, Severity::Warns)], 0);
        let shown: String = letter.paragraphs.iter().flatten().map(|run| run.text.as_str()).collect();
        let without = |text: &str| text.replace('\n', "");
        prop_assert_eq!(without(&shown), without(&text));
        prop_assert_eq!(letter.direction, "rtl");
    }
}
