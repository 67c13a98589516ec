//! Notices in the team's own chat, over a webhook as Slack, Mattermost, Rocket.Chat and Discord (`…/slack`) take it.

use crate::retry_after::retry_after;
use reqwest::{StatusCode, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(15);

/// A room in the team's chat.
#[derive(Clone)]
pub struct ChatHook {
    http: reqwest::Client,
    url: SecretString,
}

impl std::fmt::Debug for ChatHook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChatHook").finish_non_exhaustive()
    }
}

/// Why a notice did not arrive. The address is a secret, so it is never shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    #[error("it is no address that begins with http:// or https://")]
    NotAnAddress,
    #[error("the HTTP client could not be made: {reason}")]
    Client { reason: String },
    #[error("the chat's webhook cannot be reached")]
    Unreachable,
    #[error("the chat's webhook did not answer in time")]
    TimedOut,
    #[error("the chat's webhook wants to be asked later ({status})")]
    Later { status: u16, retry_after: Option<Duration> },
    #[error("the chat's webhook refuses ({status}); make a new one and set HOTDASH_NOTIFY_WEBHOOK")]
    Refused { status: u16 },
}

impl ChatError {
    /// The name that does not change from version to version.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnAddress => "not_an_address",
            Self::Client { .. } => "no_client",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Later { .. } => "later",
            Self::Refused { .. } => "refused",
        }
    }

    /// Whether the same notice may arrive later.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        matches!(self, Self::Unreachable | Self::TimedOut | Self::Later { .. })
    }

    /// How long the other side asked us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Later { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl ChatHook {
    /// Prepares the client; calls nobody.
    ///
    /// # Errors
    /// [`ChatError::NotAnAddress`], [`ChatError::Client`].
    pub fn new(url: &SecretString) -> Result<Self, ChatError> {
        let parsed = Url::parse(url.expose_secret()).map_err(|_| ChatError::NotAnAddress)?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(ChatError::NotAnAddress);
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("hotdash/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| ChatError::Client { reason: error.to_string() })?;
        Ok(Self { http, url: url.clone() })
    }

    /// Whether anybody is there: only the server is asked for its root, so nobody reads anything and the address stays
    /// secret. Any answer will do.
    ///
    /// # Errors
    /// [`ChatError::Unreachable`], [`ChatError::TimedOut`].
    pub async fn knock(&self) -> Result<(), ChatError> {
        let mut root = Url::parse(self.url.expose_secret()).map_err(|_| ChatError::NotAnAddress)?;
        root.set_path("/");
        root.set_query(None);
        root.set_fragment(None);
        match self.http.head(root).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(unanswered(&error)),
        }
    }

    /// Posts `{"text": …}`. Markup of the chat's own in the text is made harmless.
    ///
    /// # Errors
    /// [`ChatError`]; where it is worth retrying the notice may have arrived all the same.
    pub async fn post(&self, text: &str) -> Result<(), ChatError> {
        // What Slack asks for; without it a customer's `<!channel>` would call everybody.
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let sent = self.http.post(self.url.expose_secret()).json(&json!({ "text": text })).send().await;
        let answer = sent.map_err(|error| unanswered(&error))?;
        let status = answer.status();
        match status {
            status if status.is_success() => Ok(()),
            status
                if status == StatusCode::TOO_MANY_REQUESTS
                    || status == StatusCode::REQUEST_TIMEOUT
                    || status.is_server_error() =>
            {
                Err(ChatError::Later { status: status.as_u16(), retry_after: retry_after(answer.headers()) })
            }
            status => Err(ChatError::Refused { status: status.as_u16() }),
        }
    }
}

fn unanswered(error: &reqwest::Error) -> ChatError {
    if error.is_timeout() { ChatError::TimedOut } else { ChatError::Unreachable }
}
