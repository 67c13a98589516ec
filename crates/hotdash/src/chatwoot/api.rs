//! Calls to a desk. Every refusal has a name, every error says which call and what to do.
//!
//! Reading and setting calls are repeated with jitter while that is worth it; creating a message never is: whoever asked
//! for it must look before trying again ([`CallError::is_unclear`]).

mod answer;
mod call;
mod conversations;
mod error;
mod hooks;
mod messages;
mod people;

pub use super::wire::people::{Inbox, Label, Membership, Profile, Team, Version, Webhook};
pub use call::Call;
pub use error::{CallError, Cut};
pub use hooks::{EVENTS, WebhookChange};
pub use messages::{NewMessage, Page};

use answer::Answer;
use backon::{ExponentialBuilder, Retryable};
use reqwest::{RequestBuilder, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Sent hyphenated: proxies drop header names with underscores.
const TOKEN_HEADER: &str = "api-access-token";

/// Where a desk is and how patient to be with it.
#[derive(Debug, Clone)]
pub struct DeskAddress {
    /// The desk's own address, e.g. `https://desk.example/`; a path in front of `/api` is kept.
    pub base_url: String,
    /// Chatwoot's account number.
    pub account: i64,
    /// The access token of the user or bot we act as.
    pub token: SecretString,
    pub connect_timeout: Duration,
    /// How long one attempt may take in all.
    pub read_timeout: Duration,
    /// How long a call may take with all its repetitions.
    pub deadline: Duration,
}

impl DeskAddress {
    /// A desk with the usual patience: 3 s to connect, 15 s an attempt, 30 s in all.
    #[must_use]
    pub fn new(base_url: impl Into<String>, account: i64, token: SecretString) -> Self {
        Self {
            base_url: base_url.into(),
            account,
            token,
            connect_timeout: Duration::from_secs(3),
            read_timeout: Duration::from_secs(15),
            deadline: Duration::from_secs(30),
        }
    }
}

/// The address cannot be used; found at start, not at the first call.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    #[error("`{url}` is no address of a desk ({reason}); write it like https://desk.example")]
    NotAnAddress { url: String, reason: String },
    #[error(
        "the access token holds characters that no HTTP header can carry; copy it again from the profile page"
    )]
    TokenNotSendable,
    #[error("the HTTP client could not be made: {0}")]
    Client(#[source] reqwest::Error),
}

/// A desk, as one of its users. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Chatwoot {
    desk: Arc<Desk>,
}

#[derive(Debug)]
struct Desk {
    http: reqwest::Client,
    base: Url,
    account: i64,
    token: SecretString,
    read_timeout: Duration,
    deadline: Duration,
}

/// Whose name a call is made in.
#[derive(Clone, Copy)]
enum As<'a> {
    Ourselves,
    Token(&'a SecretString),
    Nobody,
}

impl Chatwoot {
    /// Prepares the client; calls nothing.
    ///
    /// # Errors
    /// When the address or the token cannot be used at all.
    pub fn new(address: DeskAddress) -> Result<Self, AddressError> {
        let wrong = |reason: String| AddressError::NotAnAddress { url: address.base_url.clone(), reason };
        let mut base = Url::parse(address.base_url.trim()).map_err(|error| wrong(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(wrong("it must begin with http:// or https://".to_owned()));
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        if http::HeaderValue::from_str(address.token.expose_secret()).is_err() {
            return Err(AddressError::TokenNotSendable);
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("hotdash/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(address.connect_timeout)
            // A redirect would carry the token to another place, and turn a POST into a GET.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(AddressError::Client)?;
        let DeskAddress { account, token, read_timeout, deadline, .. } = address;
        let desk = Desk { http, base, account, token, read_timeout, deadline };
        Ok(Self { desk: Arc::new(desk) })
    }

    /// Chatwoot's account number.
    #[must_use]
    pub fn account(&self) -> i64 {
        self.desk.account
    }

    /// Where people see a conversation on the desk.
    #[must_use]
    pub fn link_to(&self, conversation: hotdash_core::ids::ConversationId) -> String {
        format!("{}app/accounts/{}/conversations/{conversation}", self.desk.base, self.desk.account)
    }

    /// Makes a call once.
    async fn once(&self, call: &Call, body: Option<&Value>, who: As<'_>) -> Result<Answer, CallError> {
        self.within(self.desk.read_timeout, call, body, who).await
    }

    async fn within(
        &self,
        time: Duration,
        call: &Call,
        body: Option<&Value>,
        who: As<'_>,
    ) -> Result<Answer, CallError> {
        let answer = self.request(call, body, who).timeout(time).send().await;
        Answer::read(call, answer).await
    }

    /// Makes a call that may safely be made twice.
    async fn repeated(&self, call: &Call, body: Option<&Value>, who: As<'_>) -> Result<Answer, CallError> {
        let started = Instant::now();
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_secs(5))
            .with_max_times(3)
            .with_jitter();
        let attempt = || {
            let left = self.desk.deadline.saturating_sub(started.elapsed());
            self.within(left.min(self.desk.read_timeout), call, body, who)
        };
        attempt
            .retry(pauses)
            .when(mends_itself_soon)
            .adjust(|error, pause| {
                let pause = pause?;
                let pause = error.retry_after().map_or(pause, |asked| asked.max(pause));
                (started.elapsed() + pause < self.desk.deadline).then_some(pause)
            })
            .notify(|error, pause| tracing::debug!(%error, ?pause, "asking the desk again"))
            .await
    }

    fn request(&self, call: &Call, body: Option<&Value>, who: As<'_>) -> RequestBuilder {
        // The base ends with a slash, so its own path stays in front.
        let mut url = self.desk.base.clone();
        url.set_path(&format!("{}{}", url.path(), call.path().trim_start_matches('/')));
        if !call.query().is_empty() {
            url.query_pairs_mut().extend_pairs(call.query());
        }
        let request = self.desk.http.request(call.method(), url).header("accept", "application/json");
        let request = match who {
            As::Ourselves => request.header(TOKEN_HEADER, self.desk.token.expose_secret()),
            As::Token(token) => request.header(TOKEN_HEADER, token.expose_secret()),
            As::Nobody => request,
        };
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    fn in_account(&self, method: http::Method, template: &'static str) -> Call {
        Call::new(method, template).with("account", self.desk.account)
    }
}

/// Chatwoot's limits count by the minute and mostly do not say when they end: without a word from the desk, asking again
/// within seconds only uses up more of the limit.
fn mends_itself_soon(error: &CallError) -> bool {
    match error {
        CallError::RateLimited { retry_after, .. } => retry_after.is_some(),
        CallError::TooManyMessages { .. } => false,
        other => other.is_worth_retrying(),
    }
}
