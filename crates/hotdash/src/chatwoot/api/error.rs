//! Every way in which a call can fail, by name.

use super::call::Call;
use std::fmt;
use std::time::Duration;

/// Why a call did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error(
        "{call}: the desk does not know this access token; copy it again from the profile page of its user"
    )]
    BadToken { call: Call },
    #[error(
        "{call}: the desk saw no access token; a proxy in front of it may drop the Api-Access-Token header"
    )]
    MissingToken { call: Call },
    #[error(
        "{call}: the token's user may not do this; use a token of an administrator, or of a member of this inbox"
    )]
    NotPermitted { call: Call },
    #[error(
        "{call}: this is the token of a bot or of the platform API, which may not do this; use the token of a user"
    )]
    NotForBots { call: Call },
    #[error(
        "{call}: the token's owner does not belong to this account; check the account number or invite the user"
    )]
    NotAMember { call: Call },
    #[error("{call}: the account is suspended; reactivate it on the desk")]
    AccountSuspended { call: Call },
    #[error("{call}: the desk refused the token: {message}")]
    Unauthorized { call: Call, message: String },
    #[error("{call}: the desk has no such thing; it was deleted, or the account number is wrong")]
    NoSuchThing { call: Call },
    #[error(
        "{call}: the desk could not read the request (400); this is a fault of hotdash, please report it"
    )]
    BadRequest { call: Call },
    #[error("{call}: the desk refused the request: {message}")]
    Invalid { call: Call, message: String, fields: Vec<String> },
    #[error("{call}: the desk wants payment for this: {message}")]
    PaymentRequired { call: Call, message: String },
    #[error("{call}: the desk forbids this: {message}")]
    Forbidden { call: Call, message: String },
    #[error("{call}: too many calls; the desk wants a pause of {}", pause(*retry_after))]
    RateLimited { call: Call, retry_after: Option<Duration> },
    #[error("{call}: more than 200 messages a minute in this conversation; wait a minute")]
    TooManyMessages { call: Call },
    #[error(
        "{call}: this is the address of the dashboard, not of its API; the base address must be the desk's root"
    )]
    DashboardRoute { call: Call },
    #[error("{call}: the desk sends us to {to}; set its base address to that place")]
    Redirected { call: Call, to: String },
    #[error("{call}: the desk does not know one of the values sent, or it has a fault of its own (500)")]
    UnknownValue { call: Call },
    #[error("{call}: the desk failed with {status}; its own log knows more")]
    ServerFault { call: Call, status: u16 },
    #[error("{call}: {cut}")]
    Unreachable { call: Call, cut: Cut, maybe_received: bool },
    #[error(
        "{call}: the answer is not what Chatwoot answers, at {path}: {reason}; is this address really a Chatwoot?"
    )]
    Unreadable { call: Call, path: String, reason: String },
    #[error("{call}: the desk answered with the unexpected status {status}: {message}")]
    Unexpected { call: Call, status: u16, message: String },
    /// Chatwoot takes an unknown number for "nobody" and answers 200.
    #[error("{call}: the desk knows no such {what} as {asked} and has left the conversation without one")]
    NobodyAssigned { call: Call, what: &'static str, asked: i64 },
    #[error(
        "{call}: the labels {missing:?} are not on the conversation after setting them; somebody may be changing them"
    )]
    LabelsNotKept { call: Call, missing: Vec<String> },
    /// Chatwoot would accept it and send the customer an empty message.
    #[error("{call}: there is nothing to say; an empty message was not sent")]
    NothingToSay { call: Call },
}

/// Where a connection was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Dns,
    Refused,
    ConnectTimeout,
    Tls,
    Timeout,
    Reset,
    Other,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "the desk's host name is unknown; check its base address",
            Self::Refused => "nothing listens at the desk's address; is the desk running?",
            Self::ConnectTimeout => "the desk's address does not answer; check address and firewall",
            Self::Tls => {
                "no secure connection to the desk; check its certificate and whether the address is https"
            }
            Self::Timeout => "the desk took too long to answer",
            Self::Reset => "the desk cut the connection",
            Self::Other => "the connection to the desk failed",
        })
    }
}

fn pause(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(|| "unknown length".to_owned(), |d| format!("{} s", d.as_secs()))
}

impl CallError {
    /// Which call it was.
    #[must_use]
    pub fn call(&self) -> &Call {
        match self {
            Self::BadToken { call }
            | Self::MissingToken { call }
            | Self::NotPermitted { call }
            | Self::NotForBots { call }
            | Self::NotAMember { call }
            | Self::AccountSuspended { call }
            | Self::Unauthorized { call, .. }
            | Self::NoSuchThing { call }
            | Self::BadRequest { call }
            | Self::Invalid { call, .. }
            | Self::PaymentRequired { call, .. }
            | Self::Forbidden { call, .. }
            | Self::RateLimited { call, .. }
            | Self::TooManyMessages { call }
            | Self::DashboardRoute { call }
            | Self::Redirected { call, .. }
            | Self::UnknownValue { call }
            | Self::ServerFault { call, .. }
            | Self::Unreachable { call, .. }
            | Self::Unreadable { call, .. }
            | Self::Unexpected { call, .. }
            | Self::NobodyAssigned { call, .. }
            | Self::LabelsNotKept { call, .. }
            | Self::NothingToSay { call } => call,
        }
    }

    /// The name under which it is counted and stored.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadToken { .. } => "bad_token",
            Self::MissingToken { .. } => "missing_token",
            Self::NotPermitted { .. } => "not_permitted",
            Self::NotForBots { .. } => "not_for_bots",
            Self::NotAMember { .. } => "not_a_member",
            Self::AccountSuspended { .. } => "account_suspended",
            Self::Unauthorized { .. } => "unauthorized",
            Self::NoSuchThing { .. } => "no_such_thing",
            Self::BadRequest { .. } => "bad_request",
            Self::Invalid { .. } => "invalid",
            Self::PaymentRequired { .. } => "payment_required",
            Self::Forbidden { .. } => "forbidden",
            Self::RateLimited { .. } => "rate_limited",
            Self::TooManyMessages { .. } => "too_many_messages",
            Self::DashboardRoute { .. } => "dashboard_route",
            Self::Redirected { .. } => "redirected",
            Self::UnknownValue { .. } => "unknown_value",
            Self::ServerFault { .. } => "server_fault",
            Self::Unreachable { cut, .. } => cut.code(),
            Self::Unreadable { .. } => "unreadable",
            Self::Unexpected { .. } => "unexpected",
            Self::NobodyAssigned { .. } => "nobody_assigned",
            Self::LabelsNotKept { .. } => "labels_not_kept",
            Self::NothingToSay { .. } => "nothing_to_say",
        }
    }

    /// The desk may have executed the call although it failed: look before trying again.
    #[must_use]
    pub fn is_unclear(&self) -> bool {
        self.call().writes()
            && match self {
                Self::Unreachable { maybe_received, .. } => *maybe_received,
                // An answer that cannot be read is still the answer to an executed request.
                Self::Unreadable { .. } | Self::ServerFault { .. } | Self::UnknownValue { .. } => true,
                _ => false,
            }
    }

    /// The same call may succeed later without anybody mending anything.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::TooManyMessages { .. }
                | Self::ServerFault { .. }
                | Self::Unreachable { .. }
                | Self::LabelsNotKept { .. }
        )
    }

    /// How long the desk asked us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            Self::TooManyMessages { .. } => Some(Duration::from_secs(60)),
            _ => None,
        }
    }
}

impl Cut {
    fn code(self) -> &'static str {
        match self {
            Self::Dns => "dns_failed",
            Self::Refused => "connection_refused",
            Self::ConnectTimeout => "connect_timed_out",
            Self::Tls => "tls_failed",
            Self::Timeout => "timed_out",
            Self::Reset => "connection_reset",
            Self::Other => "unreachable",
        }
    }
}
