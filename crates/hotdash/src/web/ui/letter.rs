//! The draft as a letter: paragraphs of runs, each run marked with what supports it or what is wrong with it.

use super::words;
use hotdash_core::draft::{Evidence, Finding, Severity};
use std::collections::BTreeSet;

/// Older knowledge supports a claim only weakly.
const OLD_MS: i64 = 365 * 24 * 3_600_000;

pub(super) struct Letter {
    pub(super) paragraphs: Vec<Vec<Run>>,
    pub(super) language: String,
    pub(super) direction: &'static str,
}

/// A stretch of text under the same marks.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Run {
    pub(super) text: String,
    /// The evidence it rests on, by number from 1.
    pub(super) evidence: Option<usize>,
    pub(super) weak: bool,
    /// Numbers shown after it, where a claim ends.
    pub(super) numbers: Vec<usize>,
    /// Something is wrong with it: the finding's number from 1.
    pub(super) finding: Option<usize>,
    /// The word for what is wrong, where the finding ends.
    pub(super) flag: Option<Flag>,
}

/// One word or two that say what is wrong; colour and line alone would not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flag {
    pub(super) text: String,
    pub(super) blocks: bool,
}

pub(super) fn letter(
    text: &str,
    language: &str,
    evidence: &[Evidence],
    findings: &[Finding],
    now_ms: i64,
) -> Letter {
    let characters: Vec<char> = text.chars().collect();
    let marks = Marks { evidence, findings, now_ms };
    let paragraphs =
        paragraphs(&characters).into_iter().map(|(start, end)| marks.runs(&characters, start, end)).collect();
    Letter { paragraphs, language: language.to_owned(), direction: words::direction(language) }
}

/// Whether a passage is too old to be relied on blindly.
pub(super) fn is_old(evidence: &Evidence, now_ms: i64) -> bool {
    evidence.updated.is_some_and(|updated| now_ms - updated.as_millisecond() > OLD_MS)
}

/// Ranges between blank lines.
fn paragraphs(characters: &[char]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < characters.len() {
        let gap = characters[at..].iter().take_while(|c| **c == '\n').count();
        if gap >= 2 {
            found.push((start, at));
            start = at + gap;
        }
        at += gap.max(1);
    }
    found.push((start, characters.len()));
    found.retain(|(start, end)| start < end);
    found
}

struct Marks<'a> {
    evidence: &'a [Evidence],
    findings: &'a [Finding],
    now_ms: i64,
}

impl Marks<'_> {
    fn runs(&self, characters: &[char], start: usize, end: usize) -> Vec<Run> {
        let claims = self.evidence.iter().flat_map(|e| e.claims.iter().copied());
        let flaws = self.findings.iter().filter_map(|f| f.range);
        let mut cuts: BTreeSet<usize> = claims.chain(flaws).flat_map(|(a, b)| [a, b]).collect();
        cuts.insert(start);
        cuts.insert(end);
        let cuts: Vec<usize> = cuts.range(start..=end).copied().collect();
        cuts.windows(2).map(|cut| self.run(characters, cut[0], cut[1], end)).collect()
    }

    fn run(&self, characters: &[char], start: usize, end: usize, paragraph_end: usize) -> Run {
        let covers = |(a, b): &(usize, usize)| *a <= start && end <= *b;
        let ends_here = |b: usize| b == end || (end == paragraph_end && b > end);
        let holding = |e: &Evidence| e.claims.iter().any(covers);
        let supporting: Vec<usize> =
            (0..self.evidence.len()).filter(|i| holding(&self.evidence[*i])).collect();
        let numbers = supporting
            .iter()
            .filter(|i| self.evidence[**i].claims.iter().any(|c| covers(c) && ends_here(c.1)))
            .map(|i| i + 1)
            .collect();
        let flaw = self.findings.iter().position(|f| f.range.as_ref().is_some_and(covers));
        Run {
            text: characters[start..end].iter().collect(),
            evidence: supporting.first().map(|i| i + 1),
            weak: !supporting.is_empty()
                && supporting.iter().all(|i| is_old(&self.evidence[*i], self.now_ms)),
            numbers,
            finding: flaw.map(|i| i + 1),
            flag: flaw
                .map(|i| &self.findings[i])
                .filter(|f| f.range.is_some_and(|range| ends_here(range.1)))
                .map(flag),
        }
    }
}

fn flag(finding: &Finding) -> Flag {
    let check = finding.check.replace('_', " ");
    match finding.severity {
        Severity::Forbids | Severity::Blocks => Flag { text: format!("check {check}"), blocks: true },
        Severity::Warns => Flag { text: check, blocks: false },
    }
}

#[cfg(test)]
mod tests;
