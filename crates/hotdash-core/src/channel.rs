//! What may be sent on a channel, how long, and in which form. The figures stand in `defaults/channels.toml`.

pub mod parts;

use crate::conversation::{Channel, Conversation};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const SHIPPED: &str = include_str!("../defaults/channels.toml");

/// The rules of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// For sentences: `an e-mail`.
    pub shown: String,
    pub layout: Layout,
    /// The customer sees Markdown as it is meant.
    pub markdown: bool,
    /// What the channel takes in one message.
    pub most: usize,
    #[serde(default)]
    pub counts: Counts,
    /// More than anybody reads there.
    pub long: Option<usize>,
    /// Why `can_reply` may be false.
    pub window: Option<String>,
    /// What a model is told.
    pub tell: String,
}

/// How a reply is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Greeting, paragraphs, signature.
    Letter,
    /// A few sentences.
    Chat,
    /// One breath, sent and paid in parts.
    Text,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// UTF-16 code units: an emoji is two.
    #[default]
    Units,
    /// Of UTF-8.
    Bytes,
}

impl Rules {
    /// How long a text is, as the channel counts.
    #[must_use]
    pub fn length(&self, text: &str) -> usize {
        match self.counts {
            Counts::Units => text.encode_utf16().count(),
            Counts::Bytes => text.len(),
        }
    }
}

/// The rules of a channel.
#[must_use]
pub fn rules(channel: &Channel) -> &'static Rules {
    let table = &*TABLE;
    table.get(channel.name()).or_else(|| table.get("other")).unwrap_or(&NONE)
}

/// Why nothing can be sent in a conversation now: the channel's messaging window is closed.
#[must_use]
pub fn closed_window(conversation: &Conversation) -> Option<&'static str> {
    const UNKNOWN: &str = "the desk says that this conversation takes no answer now";
    (!conversation.can_reply).then(|| rules(&conversation.channel).window.as_deref().unwrap_or(UNKNOWN))
}

static TABLE: LazyLock<BTreeMap<String, Rules>> =
    LazyLock::new(|| toml::from_str(SHIPPED).unwrap_or_default());

/// Never met: a test reads the shipped table.
static NONE: LazyLock<Rules> = LazyLock::new(|| Rules {
    shown: String::new(),
    layout: Layout::Chat,
    markdown: true,
    most: usize::MAX,
    counts: Counts::Units,
    long: None,
    window: None,
    tell: String::new(),
});

#[cfg(test)]
mod tests;
