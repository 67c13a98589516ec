//! The private note that shows a draft on the desk.
//!
//! Agents see its Markdown. HTML is shown as text there and block quotes get quotation marks of their own, so the
//! draft stands between rules, exactly as it would be sent.

use super::{Evidence, Finding, Severity, checks_run};
use crate::analysis::Analysis;
use crate::ids::DraftId;
use std::collections::BTreeSet;

/// What the note shows.
#[derive(Debug, Clone, Copy)]
pub struct NoteInput<'a> {
    pub draft: &'a DraftId,
    pub text: &'a str,
    pub evidence: &'a [Evidence],
    pub findings: &'a [Finding],
    /// What the drafter does not know.
    pub gaps: &'a [String],
    pub review_url: &'a str,
    /// [`crate::decide::Decision::sentence`].
    pub decision: &'a str,
    /// Two people must agree.
    pub hold: bool,
    pub analysis: &'a Analysis,
}

/// The note in Markdown. Like every text it is posted through [`super::liquid_safe`], once, by whoever posts it.
#[must_use]
pub fn note(input: &NoteInput<'_>) -> String {
    let mut parts = vec![
        heading(input),
        summary(input.analysis),
        "---".to_owned(),
        input.text.trim().to_owned(),
        "---".to_owned(),
        sources(input.evidence),
        checks(input.findings),
    ];
    if !input.gaps.is_empty() {
        parts.push(format!("**Not known**\n\n{}", list(input.gaps.iter().map(|gap| plain(gap)))));
    }
    parts.push(plain(input.decision));
    parts.push(format!(
        "[Review this draft]({}) to send, change or reject it. The customer has not seen it.",
        input.review_url
    ));
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn heading(input: &NoteInput<'_>) -> String {
    let state = if input.hold { "needs two approvers" } else { "waits for review" };
    format!("**AI draft** · {state} · `{}`", input.draft)
}

/// What the message is, in one line.
fn summary(analysis: &Analysis) -> String {
    let mut words = vec![analysis.intent.kind.name().to_owned(), analysis.sentiment.class.name().to_owned()];
    if analysis.urgency.is_urgent {
        words.push("**urgent**".to_owned());
    }
    words.extend(analysis.escalation.as_ref().map(|e| format!("**{}**", e.kind.name())));
    words.extend(analysis.language.code.as_ref().map(|code| format!("language {code}")));
    words.extend(analysis.categories.iter().map(|tag| tag.name.clone()));
    words.join(" · ")
}

fn sources(evidence: &[Evidence]) -> String {
    if evidence.is_empty() {
        return "**Sources**: none. Nothing in the knowledge supports this text.".to_owned();
    }
    let mut lines = String::from("**Sources**\n");
    for (number, source) in (1..).zip(evidence) {
        let title = plain(&source.title);
        let title = match &source.link {
            Some(link) => format!("[{title}]({})", link.replace(' ', "%20").replace(')', "%29")),
            None => format!("{title} ({})", plain(&source.source)),
        };
        let updated =
            source.updated.map_or(String::new(), |at| format!(", updated {}", at.strftime("%Y-%m-%d")));
        lines.push_str(&format!("\n{number}. {title}{updated}: “{}”", plain(&source.quote)));
    }
    lines
}

fn checks(findings: &[Finding]) -> String {
    let failed: BTreeSet<&str> = findings.iter().map(|finding| finding.check.as_str()).collect();
    let passed = checks_run().iter().filter(|name| !failed.contains(*name)).count();
    if findings.is_empty() {
        return format!("**Checks**: all {passed} passed.");
    }
    let lines = findings.iter().map(|finding| {
        let mark = match finding.severity {
            Severity::Forbids => "**cannot be sent**",
            Severity::Blocks => "**stop**",
            Severity::Warns => "look",
        };
        format!("{mark} · {}: {}", finding.check.replace('_', " "), plain(&finding.message))
    });
    format!("**Checks**: {passed} passed\n\n{}", list(lines))
}

fn list(lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n")
}

/// Other people's words on one line, without turning into markup.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(c, '*' | '_' | '`' | '[' | ']' | '#' | '~' | '|' | '\\') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

#[cfg(test)]
mod tests;
