//! Drafts: written from passages alone or judged from a model's answer, checked, shown on the desk, guarded.

pub mod check;
pub mod compose;
pub mod guard;
pub mod note;
pub mod prompt;

mod facts;
mod replies;
mod retrieve;
mod text;
mod vocabulary;

#[cfg(test)]
mod samples;

pub use check::{Finding, Severity, WINDOW, check, check_window, checks_run};
pub use compose::compose;
pub(crate) use compose::first_name;
pub use guard::liquid_safe;
pub use note::{NoteInput, note};
pub use prompt::{ChatMessage, Rejection, judge_answer, prompt};
pub(crate) use text::plain;

use crate::analysis::Analysis;
use crate::conversation::{Conversation, Message};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A piece of knowledge that retrieval found for a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    pub id: String,
    pub title: String,
    /// Markdown.
    pub text: String,
    /// Where it comes from, for people: `shipping.md`, `Help Center`.
    pub source: String,
    /// A public address that customers may open.
    pub link: Option<String>,
    pub updated: Option<Timestamp>,
    /// The retrieval's own score; only its order matters.
    pub score: f32,
}

/// Everything a draft is made from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub conversation: &'a Conversation,
    /// The public thread, oldest first.
    pub thread: &'a [Message],
    /// The customer message to answer.
    pub answers: &'a Message,
    pub analysis: &'a Analysis,
    /// Best first.
    pub passages: &'a [Passage],
    pub shop_name: &'a str,
    pub agent_name: Option<&'a str>,
    /// Why earlier drafts for this conversation were rejected, oldest first.
    pub rejections: &'a [String],
}

/// A proposed reply with what supports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Composed {
    pub text: String,
    /// ISO 639-1 code of the reply.
    pub language: String,
    pub evidence: Vec<Evidence>,
    /// What is not known and would be needed, each a sentence for the reviewer.
    pub gaps: Vec<String>,
}

/// A passage that supports parts of the reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// [`Passage::id`].
    pub passage: String,
    pub title: String,
    pub source: String,
    pub link: Option<String>,
    pub updated: Option<Timestamp>,
    /// The exact words of the passage.
    pub quote: String,
    /// Where the reply rests on it: ranges in characters, end excluded.
    pub claims: Vec<(usize, usize)>,
}

/// A passage as evidence for the places of a reply that rest on a quote from it.
fn evidence(passage: &Passage, quote: String, claims: Vec<(usize, usize)>) -> Evidence {
    Evidence {
        passage: passage.id.clone(),
        title: passage.title.clone(),
        source: passage.source.clone(),
        link: passage.link.clone(),
        updated: passage.updated,
        quote,
        claims,
    }
}
