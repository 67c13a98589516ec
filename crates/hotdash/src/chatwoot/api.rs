//! Calls to a desk. Every refusal has a name, every error says which call and what to do.
//!
//! Reading and setting calls are repeated with jitter while that is worth it; creating a message never is: whoever asked
//! for it must look before trying again ([`CallError::is_unclear`]).
//!
//! All calls to a desk share one budget: sends go first, then what decisions need, background work uses what is left
//! ([`Urgency`]). A desk that cannot be reached is not asked again and again: calls fail at once with
//! [`CallError::DeskDown`], and one at a time tries whether it is back.

mod answer;
mod breaker;
mod budget;
mod call;
mod conversations;
mod error;
mod hooks;
mod inspect;
mod lists;
mod messages;
mod pace;
mod people;
mod reports;
mod website;

pub use super::wire::people::{Inbox, Label, Membership, Profile, Team, Version};
pub use super::wire::settings::{AgentBot, ChannelSettings, Webhook};
pub use breaker::DeskState;
pub use budget::Urgency;
pub use call::Call;
pub use error::{CallError, Cut};
pub use hooks::{EVENTS, WebhookChange};
pub use inspect::Sighting;
pub use lists::ConversationPage;
pub use messages::{NewMessage, Page};
pub use pace::Pace;
pub use reports::ReportPath;
pub use website::Website;

use answer::Answer;
use backon::{ExponentialBuilder, Retryable};
use breaker::Breaker;
use budget::Budget;
use hotdash_core::ids::AgentId;
use pace::AnswerTimes;
use reqwest::{RequestBuilder, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::Instant;

/// Sent hyphenated: proxies drop header names with underscores.
const TOKEN_HEADER: &str = "api-access-token";
/// The spelling of the desk's documentation.
pub const TOKEN_HEADER_UNDERSCORED: &str = "api_access_token";

/// A list of many conversations takes a desk seconds, and a busy one many.
const PATIENCE_WITH_LISTS: u32 = 4;
/// Nobody waits for background work: it may sit out several of the desk's pauses.
const PATIENCE_IN_BACKGROUND: u32 = 10;

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
    /// How many calls a minute the desk allows from our address.
    pub calls_per_minute: u32,
}

impl DeskAddress {
    /// A desk with the usual patience, 3 s to connect, 15 s an attempt, 30 s in all, and the usual limit.
    #[must_use]
    pub fn new(base_url: impl Into<String>, account: i64, token: SecretString) -> Self {
        Self {
            base_url: base_url.into(),
            account,
            token,
            connect_timeout: Duration::from_secs(3),
            read_timeout: Duration::from_secs(15),
            deadline: Duration::from_secs(30),
            calls_per_minute: 3000,
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

/// A desk, as one of its users. Cheap to clone; clones share one budget.
#[derive(Debug, Clone)]
pub struct Chatwoot {
    desk: Arc<Desk>,
    budget: Arc<Budget>,
    urgency: Urgency,
    /// How long the desk worked for this handle and its clones, in milliseconds.
    worked_ms: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Desk {
    http: reqwest::Client,
    base: Url,
    account: i64,
    token: SecretString,
    connect_timeout: Duration,
    read_timeout: Duration,
    deadline: Duration,
    breaker: Breaker,
    list_times: AnswerTimes,
    /// What its version said once and will go on saying.
    knows_updated_within: AtomicBool,
    ourselves: OnceCell<Option<AgentId>>,
}

/// Whose name a call is made in.
#[derive(Clone, Copy)]
enum As<'a> {
    Ourselves,
    /// With the header's name in its other spelling.
    OurselvesUnderscored,
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
        let desk = Desk {
            http,
            base,
            account: address.account,
            token: address.token,
            connect_timeout: address.connect_timeout,
            read_timeout: address.read_timeout,
            deadline: address.deadline,
            breaker: Breaker::default(),
            list_times: AnswerTimes::default(),
            knows_updated_within: AtomicBool::new(false),
            ourselves: OnceCell::new(),
        };
        let budget = Arc::new(Budget::new(address.calls_per_minute));
        Ok(Self { desk: Arc::new(desk), budget, urgency: Urgency::default(), worked_ms: Arc::default() })
    }

    /// Spends the other's budget where both desks are accounts of one Chatwoot: that counts our calls by where they come
    /// from, whichever account they are for.
    #[must_use]
    pub fn beside(self, other: &Self) -> Self {
        let place = |base: &Url| (base.host_str().map(str::to_owned), base.port_or_known_default());
        if place(&self.desk.base) == place(&other.desk.base) {
            Self { budget: Arc::clone(&other.budget), ..self }
        } else {
            self
        }
    }

    /// The same desk for replies and notes on their way: their calls go before all others.
    #[must_use]
    pub fn for_sending(&self) -> Self {
        Self { urgency: Urgency::Sending, ..self.clone() }
    }

    /// The same desk for work that nobody waits for: its calls use what is left of the budget, patiently.
    #[must_use]
    pub fn in_background(&self) -> Self {
        Self { urgency: Urgency::Background, worked_ms: Arc::default(), ..self.clone() }
    }

    /// How long the desk itself worked for this handle: without our waits for a turn, a pause it asked for, its return.
    #[must_use]
    pub fn worked(&self) -> Duration {
        Duration::from_millis(self.worked_ms.load(Ordering::Relaxed))
    }

    /// Whether the desk can be reached, as far as our last calls tell.
    #[must_use]
    pub fn desk_state(&self) -> DeskState {
        self.desk.breaker.desk_state(Instant::now())
    }

    /// How long the desk took for its last lists; `None` before the first.
    #[must_use]
    pub fn pace(&self) -> Option<Pace> {
        self.desk.list_times.pace()
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
        // However long its turn took: to be cut short is to be unclear.
        self.attempt(call, body, who, Instant::now() + self.deadline(call), self.longest(call)).await
    }

    /// Makes a call that may safely be made twice.
    async fn repeated(&self, call: &Call, body: Option<&Value>, who: As<'_>) -> Result<Answer, CallError> {
        let until = Instant::now() + self.deadline(call);
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_secs(5))
            .with_max_times(3)
            .with_jitter();
        let attempt = || self.attempt(call, body, who, until, Duration::ZERO);
        attempt
            .retry(pauses)
            .when(mends_itself_soon)
            .adjust(|error, pause| {
                let pause = pause?;
                let pause = error.retry_after().map_or(pause, |asked| asked.max(pause));
                // Cut shorter, a connection that never comes about would look like an answer that never comes.
                (Instant::now() + pause + self.desk.connect_timeout < until).then_some(pause)
            })
            .notify(|error, pause| tracing::debug!(%error, ?pause, "asking the desk again"))
            .await
    }

    /// One attempt, in its turn and until the deadline, but given so much time at least.
    async fn attempt(
        &self,
        call: &Call,
        body: Option<&Value>,
        who: As<'_>,
        until: Instant,
        at_least: Duration,
    ) -> Result<Answer, CallError> {
        let desk = &*self.desk;
        let down = |retry_after| CallError::DeskDown { call: call.clone(), retry_after };
        let limited =
            |pause: Duration| CallError::RateLimited { call: call.clone(), retry_after: Some(pause) };
        if let Some(retry_after) = desk.breaker.is_open(Instant::now()) {
            return Err(down(retry_after));
        }
        self.budget.take(call, self.urgency, until).await.map_err(limited)?;
        let started = Instant::now();
        let leave = desk.breaker.enter(started).map_err(down)?;
        let time = self.longest(call).min(until.saturating_duration_since(started)).max(at_least);
        let answer = self.request(call, body, who).timeout(time).send().await;
        let outcome = Answer::read(call, answer).await;
        let now = Instant::now();
        leave.ended(now, call, &outcome);
        let worked = u64::try_from((now - started).as_millis()).unwrap_or(u64::MAX);
        self.worked_ms.fetch_add(worked, Ordering::Relaxed);
        if call.lists() && matches!(outcome, Ok(_) | Err(CallError::Unreachable { cut: Cut::Timeout, .. })) {
            desk.list_times.add(now - started);
        }
        outcome.map_err(|error| match error {
            CallError::RateLimited { retry_after, .. } => {
                limited(self.budget.refused(now, call, retry_after))
            }
            other => other,
        })
    }

    /// How long one attempt may take.
    fn longest(&self, call: &Call) -> Duration {
        self.desk.read_timeout * if call.lists() { PATIENCE_WITH_LISTS } else { 1 }
    }

    /// How long a call may take with its turn and all its repetitions.
    fn deadline(&self, call: &Call) -> Duration {
        let lists = if call.lists() { PATIENCE_WITH_LISTS } else { 1 };
        let waiting = if self.urgency == Urgency::Background { PATIENCE_IN_BACKGROUND } else { 1 };
        self.desk.deadline * lists.max(waiting)
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
            As::OurselvesUnderscored => {
                request.header(TOKEN_HEADER_UNDERSCORED, self.desk.token.expose_secret())
            }
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

/// What is worth another attempt within one call. That the desk is down is for the caller to wait for.
fn mends_itself_soon(error: &CallError) -> bool {
    match error {
        CallError::TooManyMessages { .. } | CallError::DeskDown { .. } => false,
        other => other.is_worth_retrying(),
    }
}
