//! Whether a machine wrote a message. Its words are data in `defaults/robots.toml`.

use crate::conversation::{Conversation, Message};
use serde::Deserialize;
use std::sync::LazyLock;

const SHIPPED: &str = include_str!("../../defaults/robots.toml");

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Signs {
    senders: Vec<String>,
    subjects: Vec<String>,
    answers: Vec<String>,
}

static SIGNS: LazyLock<Signs> = LazyLock::new(|| toml::from_str(SHIPPED).unwrap_or_default());

/// By what a message is known to come from a machine; `None`: a person may have written it.
pub(super) fn robot(message: &Message, conversation: &Conversation) -> Option<String> {
    if message.marks.auto_reply {
        return Some("the mail says that it is an automatic reply".to_owned());
    }
    let from = message.envelope.iter().flat_map(|envelope| &envelope.from);
    if let Some(sender) = from.chain(&conversation.contact.email).find(|address| is_robots(address)) {
        return Some(format!("{sender} is an address of a machine"));
    }
    // The conversation's subject is that of its first mail, which may have been a person's.
    let subject = match &message.envelope {
        Some(envelope) => envelope.subject.as_deref(),
        None => conversation.subject.as_deref(),
    };
    subject.filter(|subject| is_automatic(subject)).map(|subject| format!("its subject is “{subject}”"))
}

fn is_robots(address: &str) -> bool {
    let address = address.trim().trim_start_matches('<').to_lowercase();
    let Some((name, _)) = address.rsplit_once('@') else { return false };
    SIGNS.senders.iter().any(|sign| {
        name.strip_prefix(sign.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', '-', '.', '_', '=']))
    })
}

fn is_automatic(subject: &str) -> bool {
    let lower = subject.to_lowercase();
    let mut subject = lower.trim();
    while let Some(rest) = SIGNS.answers.iter().find_map(|mark| subject.strip_prefix(mark.as_str())) {
        subject = rest.trim_start();
    }
    let subject = subject.trim_start_matches(['[', '(', '*']);
    SIGNS.subjects.iter().any(|sign| {
        // A whole word: "ausencias" is another one.
        subject.strip_prefix(sign.as_str()).is_some_and(|rest| {
            !sign.ends_with(char::is_alphanumeric) || !rest.starts_with(char::is_alphanumeric)
        })
    })
}
