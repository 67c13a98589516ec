//! A language model: text in, text and usage out. Knows nothing of the product.
//!
//! Any server that speaks Chat Completions will do, and many speak it loosely; every way in which one can disappoint
//! has a name in [`ModelError`].

mod openai;

use secrecy::SecretString;
use std::time::Duration;

pub use openai::Model;

/// Where the model is.
#[derive(Debug, Clone)]
pub struct ModelAddress {
    /// Up to and without `/chat/completions`, e.g. `https://api.openai.com/v1`.
    pub base_url: String,
    /// Local servers often want none.
    pub key: Option<SecretString>,
    pub model: String,
    /// For the whole answer.
    pub timeout: Duration,
}

/// Who speaks in a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    System,
    User,
    Assistant,
}

/// What the model answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    pub text: String,
    /// `None` where the server does not count.
    pub prompt_tokens: Option<u64>,
    pub completion_tokens: Option<u64>,
    /// As the server names itself; the configured name where it does not.
    pub model: String,
    /// The answer ends where its allowance ended, in the middle of something.
    pub truncated: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("`{url}` is no address of a model server ({reason}); write it like https://api.openai.com/v1")]
    NotAnAddress { url: String, reason: String },
    #[error("the model server cannot be reached: {reason}; check its address and whether it runs")]
    Unreachable { reason: String },
    #[error("the model did not answer within {} s; allow more time or take a faster model", after.as_secs_f32())]
    TimedOut { after: Duration },
    #[error("the model server refuses the key (401): {message}; check the configured key")]
    BadKey { message: String },
    #[error("too many requests (429): {message}; the server wants a pause of {}", pause(*retry_after))]
    RateLimited { message: String, retry_after: Option<Duration> },
    #[error("the model server refuses the request ({status}): {message}")]
    Refused { status: u16, message: String },
    #[error("the model server failed ({status}): {message}")]
    ServerFault { status: u16, message: String },
    #[error("the model declines to answer: {reason}")]
    Declined { reason: String },
    #[error("the model answered with nothing (it stopped because of `{finish}`)")]
    Empty { finish: String },
    #[error("the answer cannot be read: {reason}; is this address really a Chat Completions server?")]
    Unreadable { reason: String },
}

fn pause(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(|| "unknown length".to_owned(), |d| format!("{} s", d.as_secs()))
}

impl ModelError {
    /// The name under which it is counted and stored.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnAddress { .. } => "not_an_address",
            Self::Unreachable { .. } => "unreachable",
            Self::TimedOut { .. } => "timed_out",
            Self::BadKey { .. } => "bad_key",
            Self::RateLimited { .. } => "rate_limited",
            Self::Refused { .. } => "refused",
            Self::ServerFault { .. } => "server_fault",
            Self::Declined { .. } => "declined",
            Self::Empty { .. } => "empty",
            Self::Unreadable { .. } => "unreadable",
        }
    }

    /// The same question may be answered later without anybody mending anything.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::RateLimited { .. }
            | Self::ServerFault { .. }
            | Self::Empty { .. }
            | Self::Unreadable { .. } => true,
            Self::NotAnAddress { .. }
            | Self::BadKey { .. }
            | Self::Refused { .. }
            | Self::Declined { .. } => false,
        }
    }

    /// How long the server asked us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
