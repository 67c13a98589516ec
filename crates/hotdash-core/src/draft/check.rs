//! Checks on every draft, whoever wrote it.
//!
//! A check looks at the text a customer would get and at what supports it: the passages and what colleagues said in
//! the thread. What only the customer said supports an order number or a date, but no amount and no link: else anybody
//! could write us the answer they want.

mod channel;
mod claims;
mod manners;

use super::Request;
use super::guard::is_code;
use crate::conversation::{Author, Conversation, Message};
use serde::{Deserialize, Serialize};

/// One thing a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's name, e.g. `amounts`.
    pub check: String,
    pub severity: Severity,
    pub message: String,
    /// Where, in characters of the text, end excluded.
    pub range: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nobody can send it: the channel would refuse it.
    Forbids,
    /// No one-click approval: a person must have read it and send it knowingly.
    Blocks,
    Warns,
}

/// One check: its name and what it looks for.
struct Check {
    name: &'static str,
    run: fn(&Checked<'_>) -> Vec<Found>,
}

const CHECKS: [Check; 18] = [
    Check { name: WINDOW, run: channel::window },
    Check { name: "empty", run: empty },
    Check { name: "placeholders", run: manners::placeholders },
    Check { name: "template_code", run: template_code },
    Check { name: "name", run: manners::name },
    Check { name: "language", run: manners::language },
    Check { name: "amounts", run: claims::amounts },
    Check { name: "dates", run: claims::dates },
    Check { name: "durations", run: claims::durations },
    Check { name: "order_numbers", run: claims::order_numbers },
    Check { name: "links", run: claims::links },
    Check { name: "contact_data", run: claims::contact_data },
    Check { name: "promises", run: claims::promises },
    Check { name: "status", run: claims::status },
    Check { name: "length", run: channel::length },
    Check { name: "format", run: channel::format },
    Check { name: "signature", run: channel::signature },
    Check { name: "machine_speech", run: manners::machine_speech },
];

/// A text under check, with everything that can support it.
struct Checked<'a> {
    text: &'a str,
    request: &'a Request<'a>,
    facts: Vec<super::facts::Fact>,
    /// Passages and public messages of colleagues.
    ours: Vec<String>,
    /// What the customer wrote.
    theirs: Vec<String>,
}

/// A finding before it is named; the range is in bytes.
struct Found {
    severity: Severity,
    message: String,
    range: Option<(usize, usize)>,
}

impl Found {
    fn forbids(message: impl Into<String>) -> Self {
        Self { severity: Severity::Forbids, message: message.into(), range: None }
    }

    fn blocks(message: impl Into<String>, range: Option<(usize, usize)>) -> Self {
        Self { severity: Severity::Blocks, message: message.into(), range }
    }

    fn warns(message: impl Into<String>, range: Option<(usize, usize)>) -> Self {
        Self { severity: Severity::Warns, message: message.into(), range }
    }
}

/// Check a reply (composed, answered by a model, or edited by a person).
#[must_use]
pub fn check(text: &str, request: &Request<'_>) -> Vec<Finding> {
    let checked = Checked::new(text, request);
    let mut findings = Vec::new();
    for check in &CHECKS {
        findings.extend((check.run)(&checked).into_iter().map(|found| Finding {
            check: check.name.to_owned(),
            severity: found.severity,
            message: found.message,
            range: found.range.map(|(start, end)| (characters(text, start), characters(text, end))),
        }));
        // About nothing, nothing else can be said.
        if check.name == "empty" && !findings.is_empty() {
            break;
        }
    }
    findings
}

/// Whether the channel takes an answer at all now: what a text was checked for before may be over.
#[must_use]
pub fn check_window(conversation: &Conversation) -> Option<Finding> {
    let found = channel::closed(conversation)?;
    Some(Finding { check: WINDOW.to_owned(), severity: found.severity, message: found.message, range: None })
}

/// The name of the one check whose outcome changes with time alone.
pub const WINDOW: &str = "window";

/// The names of all checks, in the order they run.
#[must_use]
pub fn checks_run() -> Vec<&'static str> {
    CHECKS.iter().map(|check| check.name).collect()
}

impl<'a> Checked<'a> {
    fn new(text: &'a str, request: &'a Request<'a>) -> Self {
        let passages = request.passages.iter().map(|passage| {
            let link = passage.link.as_deref().unwrap_or("");
            format!("{}\n{}\n{link}", passage.title, super::text::sentences(&passage.text).join("\n"))
        });
        let messages = || request.thread.iter().chain([request.answers]).filter(|message| !message.private);
        let said = |message: &Message| message.text().to_owned();
        Self {
            text,
            request,
            facts: super::facts::facts(text),
            ours: passages.chain(messages().filter(|m| is_ours(m)).map(said)).collect(),
            theirs: messages()
                .filter(|m| !is_ours(m))
                .map(said)
                .chain(request.conversation.subject.clone())
                .collect(),
        }
    }
}

/// A person of the shop said it. Bots and automations may be wrong in the same way as we.
fn is_ours(message: &Message) -> bool {
    matches!(message.author, Author::Agent { .. } | Author::NativeApp)
}

/// A byte position as a number of characters.
fn characters(text: &str, at: usize) -> usize {
    text.char_indices().take_while(|(start, _)| *start < at).count()
}

fn empty(checked: &Checked<'_>) -> Vec<Found> {
    let says_something = checked.text.chars().any(char::is_alphanumeric);
    if says_something { Vec::new() } else { vec![Found::forbids("The reply is empty.")] }
}

fn template_code(checked: &Checked<'_>) -> Vec<Found> {
    if !is_code(checked.text) {
        return Vec::new();
    }
    let at = ["{{", "{%", "{`"].iter().filter_map(|code| checked.text.find(code)).min();
    let range = at.map(|start| (start, start + 2));
    vec![Found::blocks("Template code: the customer would read it as it stands.", range)]
}

#[cfg(test)]
mod tests;
