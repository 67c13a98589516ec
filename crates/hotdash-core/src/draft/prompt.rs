//! Asking a model, and judging what it says.

use super::{Composed, Request};
use serde::{Deserialize, Serialize};

/// One message of a chat with a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// `system` or `user`.
    pub role: String,
    pub content: String,
}

/// Why a model's answer is not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    #[error("the model's answer is empty")]
    Empty,
    #[error("the model refused: {0}")]
    Refusal(String),
    #[error("the model's answer is not a reply: {0}")]
    Garbage(String),
    #[error("the model's answer repeats its instructions")]
    LeaksPrompt,
    #[error("the model's answer has {0} characters")]
    TooLong(usize),
}

/// The messages to send to a model.
#[must_use]
pub fn prompt(_request: &Request<'_>) -> Vec<ChatMessage> {
    todo!()
}

/// Turn a model's raw answer into a draft, or say why not.
pub fn judge_answer(_raw: &str, _request: &Request<'_>) -> Result<Composed, Rejection> {
    todo!()
}
