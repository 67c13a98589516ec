//! The thread as bubbles. Everything in it was written by others: shown as text, or as Markdown made harmless.

use super::words::{Moment, Times, file_size};
use ammonia::Builder;
use hotdash_core::conversation::{Author, Direction, Message};
use hotdash_core::ids::MessageId;
use pulldown_cmark::{Event, Options, Parser, html};
use std::sync::LazyLock;

pub(super) struct Thread {
    /// Older than the last answer of a person; folded.
    pub(super) earlier: Vec<Bubble>,
    pub(super) recent: Vec<Bubble>,
}

pub(super) struct Bubble {
    /// in, out, note, line
    pub(super) kind: &'static str,
    pub(super) who: String,
    pub(super) at: Moment,
    /// Plain text; empty when `html` is there.
    pub(super) text: String,
    pub(super) html: Option<String>,
    /// The rest of an e-mail: quoted thread and signature.
    pub(super) quoted: Option<String>,
    pub(super) files: Vec<File>,
    /// The next one is by somebody else: say who wrote.
    pub(super) ends_turn: bool,
    /// The desk could not deliver it.
    pub(super) problem: Option<String>,
    pub(super) long: bool,
}

pub(super) struct File {
    pub(super) name: String,
    pub(super) size: Option<String>,
    pub(super) url: Option<String>,
}

/// `note` is the private note that shows this draft on the desk: it would only repeat the page.
pub(super) fn thread(messages: &[Message], note: Option<MessageId>, times: &Times) -> Thread {
    let shown: Vec<&Message> = messages.iter().filter(|m| Some(m.id) != note && !is_empty(m)).collect();
    let answered = shown.iter().rposition(|m| m.is_human_reply()).map_or(0, |at| at + 1);
    let (earlier, recent) = shown.split_at(answered);
    // When nothing came after the answer, there is nothing to read but the old messages.
    let (earlier, recent) =
        if recent.iter().any(|m| m.is_from_customer()) { (earlier, recent) } else { (&[][..], &shown[..]) };
    Thread { earlier: bubbles(earlier, times), recent: bubbles(recent, times) }
}

fn is_empty(message: &Message) -> bool {
    message.text().trim().is_empty() && message.attachments.is_empty() && !message.marks.deleted
}

fn bubbles(messages: &[&Message], times: &Times) -> Vec<Bubble> {
    let mut bubbles: Vec<Bubble> = messages.iter().map(|m| bubble(m, times)).collect();
    for at in 0..bubbles.len() {
        let next = bubbles.get(at + 1).map(|next| (next.kind, next.who.clone()));
        bubbles[at].ends_turn = next != Some((bubbles[at].kind, bubbles[at].who.clone()));
    }
    bubbles
}

fn bubble(message: &Message, times: &Times) -> Bubble {
    let kind = match message.direction {
        Direction::Activity => "line",
        _ if message.private => "note",
        Direction::Incoming => "in",
        Direction::Outgoing | Direction::Template => "out",
    };
    let text = if message.marks.deleted { "This message was deleted." } else { message.text() };
    let is_markdown = matches!(kind, "note" | "out");
    Bubble {
        kind,
        who: who(&message.author),
        at: times.at(message.created_at),
        text: if is_markdown { String::new() } else { text.trim().to_owned() },
        html: is_markdown.then(|| markdown(text)),
        quoted: quoted(message),
        files: message
            .attachments
            .iter()
            .map(|a| File {
                name: a.name.clone().unwrap_or_else(|| a.kind.clone()),
                size: a.size_bytes.map(file_size),
                url: a.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
            })
            .collect(),
        ends_turn: true,
        problem: message.marks.external_error.clone(),
        long: kind == "note" && text.chars().count() > 480,
    }
}

fn who(author: &Author) -> String {
    match author {
        Author::Customer { name, .. }
        | Author::Agent { name, .. }
        | Author::Bot { name, .. }
        | Author::Captain { name, .. } => name.clone(),
        Author::Automation { .. } => "Automation rule".to_owned(),
        Author::Campaign { .. } => "Campaign".to_owned(),
        Author::Template => "Automatic message".to_owned(),
        Author::NativeApp => "Sent from the channel’s own app".to_owned(),
        Author::Activity => String::new(),
        Author::Unknown => "Somebody who is gone".to_owned(),
    }
}

/// What an e-mail holds beyond its new text.
fn quoted(message: &Message) -> Option<String> {
    let new = message.new_text.as_deref()?.trim();
    let whole = message.content.as_deref()?.trim();
    let rest = whole.strip_prefix(new).unwrap_or(whole).trim();
    (!rest.is_empty() && rest != new).then(|| rest.to_owned())
}

/// Pictures would tell their sender who reads; they are named, never loaded.
static HARMLESS: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder.rm_tags(["img", "map", "area"]).link_rel(Some("noopener nofollow"));
    builder
});

/// Markdown as Chatwoot shows it: a line break breaks, HTML is text.
pub(super) fn markdown(source: &str) -> String {
    let events = Parser::new_ext(source, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let events = events.map(|event| match event {
        Event::SoftBreak => Event::HardBreak,
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    let mut unsafe_html = String::new();
    html::push_html(&mut unsafe_html, events);
    HARMLESS.clean(&unsafe_html).to_string()
}

#[cfg(test)]
mod tests;
