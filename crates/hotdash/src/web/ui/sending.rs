//! How the reply would leave: to whom, under which subject, how long for the channel.

use hotdash_core::channel::parts::Parts;
use hotdash_core::channel::{Layout, Rules, rules};
use hotdash_core::conversation::{Channel, Conversation};

/// Limits that nobody reaches are not worth a line.
const WORTH_SAYING: usize = 20_000;

/// The lines above the letter of an e-mail; none on other channels.
pub(super) fn envelope(conversation: &Conversation, copies: &[String]) -> Vec<(&'static str, String)> {
    if conversation.channel != Channel::Email {
        return Vec::new();
    }
    let mut lines = vec![(
        "To",
        conversation.contact.email.clone().unwrap_or_else(|| "nobody: no address is known".to_owned()),
    )];
    if !copies.is_empty() {
        lines.push(("Copy to", copies.join(", ")));
    }
    // Chatwoot answers under the customer's subject.
    if let Some(subject) = &conversation.subject {
        lines.push(("Subject", format!("Re: {subject}")));
    }
    lines
}

/// How much of what the channel takes a text uses.
pub(super) fn count(channel: &Channel, text: &str) -> Option<String> {
    let rules = rules(channel);
    match rules.layout {
        _ if text.is_empty() => None,
        Layout::Text => Some(parts(text)),
        Layout::Letter | Layout::Chat => (rules.most < WORTH_SAYING).then(|| share(rules, text)),
    }
}

fn parts(text: &str) -> String {
    let counted = Parts::of(text);
    let many = if counted.parts == 1 {
        "1 text message".to_owned()
    } else {
        format!("{} text messages", counted.parts)
    };
    let alphabet = if counted.unicode { ", Unicode" } else { "" };
    format!("{many} · {} of {} characters{alphabet}", counted.length, counted.room())
}

fn share(rules: &Rules, text: &str) -> String {
    format!("{} of {} characters", rules.length(text), rules.most)
}

#[cfg(test)]
mod tests;
