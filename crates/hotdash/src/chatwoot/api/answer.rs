//! From an HTTP answer to a result or a named error.

use super::call::Call;
use super::error::{CallError, Cut};
use crate::chatwoot::wire;
use crate::retry_after::{date, rest_of_the_minute, retry_after};
use bytes::{Bytes, BytesMut};
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use std::error::Error as _;

/// No answer of a desk that we ask for is nearly as large; anything larger is not an answer but a flood.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
/// As much of a refusal's text as is worth keeping.
const LONGEST_MESSAGE: usize = 300;

/// A successful answer's body.
#[derive(Debug)]
pub(super) struct Answer {
    call: Call,
    body: Bytes,
    /// When the desk answered, by its own clock.
    date: Option<Timestamp>,
}

impl Answer {
    pub(super) async fn read(
        call: &Call,
        sent: reqwest::Result<reqwest::Response>,
    ) -> Result<Self, CallError> {
        let mut response = sent.map_err(|error| unreachable(call, &error))?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(call, &error))? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                let reason = format!("it is larger than {LARGEST_ANSWER} bytes");
                return Err(CallError::Unreadable { call: call.clone(), path: ".".to_owned(), reason });
            }
            body.extend_from_slice(&chunk);
        }
        match response.status() {
            status if status.is_success() => {
                Ok(Self { call: call.clone(), body: body.freeze(), date: date(response.headers()) })
            }
            status => Err(refusal(call, status, response.headers(), &body)),
        }
    }

    /// Reads the body as what this call answers.
    pub(super) fn parse<T: for<'de> Deserialize<'de>>(&self) -> Result<T, CallError> {
        wire::read(&self.body).map_err(|unreadable| self.unreadable(unreadable))
    }

    pub(super) fn date(&self) -> Option<Timestamp> {
        self.date
    }

    pub(super) fn unreadable(&self, wire::Unreadable { path, reason }: wire::Unreadable) -> CallError {
        CallError::Unreadable { call: self.call.clone(), path, reason }
    }
}

/// The shapes of Chatwoot's refusals: `error`, `errors`, or `message` with the attributes it is about.
#[derive(Debug, Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    errors: Option<serde_json::Value>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    attributes: Option<Vec<String>>,
}

impl Refusal {
    fn text(&self, body: &[u8]) -> String {
        let listed = || match self.errors.as_ref()? {
            serde_json::Value::Array(all) => all.first()?.as_str().map(str::to_owned),
            other => Some(other.to_string()),
        };
        let text = self.error.clone().or_else(|| self.message.clone()).or_else(listed);
        let text = text.unwrap_or_else(|| String::from_utf8_lossy(body).trim().to_owned());
        text.chars().take(LONGEST_MESSAGE).collect()
    }
}

fn refusal(call: &Call, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> CallError {
    let call = call.clone();
    let refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
    let message = refusal.text(body);
    match status {
        StatusCode::UNAUTHORIZED => unauthorized(call, message),
        StatusCode::BAD_REQUEST => CallError::BadRequest { call },
        StatusCode::PAYMENT_REQUIRED => CallError::PaymentRequired { call, message },
        StatusCode::FORBIDDEN => CallError::Forbidden { call, message },
        // Said by what stands in front of a desk that is not there: the thing itself may well be.
        StatusCode::NOT_FOUND if refusal.error.is_none() => CallError::NotTheDesk { call },
        StatusCode::NOT_FOUND => CallError::NoSuchThing { call },
        StatusCode::NOT_ACCEPTABLE => CallError::DashboardRoute { call },
        StatusCode::UNPROCESSABLE_ENTITY if message.contains("Too many messages") => {
            CallError::TooManyMessages { call }
        }
        StatusCode::UNPROCESSABLE_ENTITY => {
            CallError::Invalid { call, message, fields: refusal.attributes.unwrap_or_default() }
        }
        StatusCode::TOO_MANY_REQUESTS => {
            // Chatwoot itself says nothing, but it counts by the minutes of its clock.
            let retry_after = retry_after(headers).or_else(|| rest_of_the_minute(headers));
            CallError::RateLimited { call, retry_after }
        }
        StatusCode::INTERNAL_SERVER_ERROR if call.carries_an_enumeration() => {
            CallError::UnknownValue { call }
        }
        status if status.is_server_error() => CallError::ServerFault { call, status: status.as_u16() },
        status if status.is_redirection() => {
            let to = headers.get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("an unknown place");
            CallError::Redirected { call, to: to.chars().take(LONGEST_MESSAGE).collect() }
        }
        status => CallError::Unexpected { call, status: status.as_u16(), message },
    }
}

/// 401 means "bad token" and "not permitted": only the text tells, and these texts are not translated.
fn unauthorized(call: Call, message: String) -> CallError {
    match message.as_str() {
        "Invalid Access Token" => CallError::BadToken { call },
        "You need to sign in or sign up before continuing." => CallError::MissingToken { call },
        "You are not authorized to do this action" => CallError::NotPermitted { call },
        "Access to this endpoint is not authorized for bots" => CallError::NotForBots { call },
        "You are not authorized to access this account" | "Bot is not authorized to access this account" => {
            CallError::NotAMember { call }
        }
        "Account is suspended" => CallError::AccountSuspended { call },
        _ => CallError::Unauthorized { call, message },
    }
}

fn unreachable(call: &Call, error: &reqwest::Error) -> CallError {
    let cut = Cut::of(error);
    // Until the connection stands nothing was sent; after that nobody knows.
    CallError::Unreachable { call: call.clone(), cut, maybe_received: !error.is_connect() }
}

impl Cut {
    /// Where a request was cut.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        match (error.is_timeout(), error.is_connect()) {
            (true, true) => Self::ConnectTimeout,
            (true, false) => Self::Timeout,
            (false, _) => cut_of(error),
        }
    }
}

fn cut_of(error: &reqwest::Error) -> Cut {
    use std::io::ErrorKind;
    let mut next = error.source();
    while let Some(cause) = next {
        next = cause.source();
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            match io.kind() {
                ErrorKind::ConnectionRefused => return Cut::Refused,
                ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                    return Cut::Reset;
                }
                ErrorKind::UnexpectedEof => return Cut::Reset,
                ErrorKind::TimedOut => return Cut::ConnectTimeout,
                _ => {}
            }
        }
        let text = cause.to_string();
        if text.contains("dns error") || text.contains("failed to lookup address") {
            return Cut::Dns;
        }
        if text.contains("connection closed before message completed")
            || text.contains("end of file before message")
        {
            return Cut::Reset;
        }
        if text.contains("certificate") || text.contains("corrupt message") || text.contains("handshake") {
            return Cut::Tls;
        }
    }
    Cut::Other
}
