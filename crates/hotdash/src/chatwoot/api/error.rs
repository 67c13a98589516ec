//! Every way in which a call can fail, by name.

use super::call::Call;
use std::fmt;
use std::time::Duration;

/// Why a call did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    BadToken {
        call: Call,
    },
    MissingToken {
        call: Call,
    },
    NotPermitted {
        call: Call,
    },
    NotForBots {
        call: Call,
    },
    NotAMember {
        call: Call,
    },
    AccountSuspended {
        call: Call,
    },
    Unauthorized {
        call: Call,
        message: String,
    },
    NoSuchThing {
        call: Call,
    },
    /// A 404 in words that are not Chatwoot's.
    NotTheDesk {
        call: Call,
    },
    BadRequest {
        call: Call,
    },
    Invalid {
        call: Call,
        message: String,
        fields: Vec<String>,
    },
    PaymentRequired {
        call: Call,
        message: String,
    },
    Forbidden {
        call: Call,
        message: String,
    },
    RateLimited {
        call: Call,
        retry_after: Option<Duration>,
    },
    /// Ours, not the desk's: nothing was sent.
    DeskDown {
        call: Call,
        retry_after: Duration,
    },
    TooManyMessages {
        call: Call,
    },
    DashboardRoute {
        call: Call,
    },
    Redirected {
        call: Call,
        to: String,
    },
    UnknownValue {
        call: Call,
    },
    ServerFault {
        call: Call,
        status: u16,
    },
    Unreachable {
        call: Call,
        cut: Cut,
        maybe_received: bool,
    },
    Unreadable {
        call: Call,
        path: String,
        reason: String,
    },
    Unexpected {
        call: Call,
        status: u16,
        message: String,
    },
    /// Chatwoot takes an unknown number for "nobody" and answers 200.
    NobodyAssigned {
        call: Call,
        what: &'static str,
        asked: i64,
    },
    LabelsNotKept {
        call: Call,
        missing: Vec<String>,
    },
    /// Chatwoot would accept it and send the customer an empty message.
    NothingToSay {
        call: Call,
    },
}

impl std::error::Error for CallError {}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call(), self.fact())?;
        self.hint().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
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

fn pause(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(|| "unknown length".to_owned(), |d| format!("{} s", d.as_secs()))
}

impl CallError {
    /// What happened, without the call and without advice.
    #[must_use]
    pub fn fact(&self) -> String {
        match self {
            Self::BadToken { .. } => "the desk does not know this access token".into(),
            Self::MissingToken { .. } => "the desk saw no access token".into(),
            Self::NotPermitted { .. } => "the token's user may not do this".into(),
            Self::NotForBots { .. } => {
                "this is the token of a bot or of the platform API, which may not do this".into()
            }
            Self::NotAMember { .. } => "the token's owner does not belong to this account".into(),
            Self::AccountSuspended { .. } => "the account is suspended".into(),
            Self::Unauthorized { message, .. } => format!("the desk refused the token: {message}"),
            Self::NoSuchThing { .. } => "the desk has no such thing".into(),
            Self::NotTheDesk { .. } => "something that is not Chatwoot answered (404)".into(),
            Self::BadRequest { .. } => "the desk could not read the request (400)".into(),
            Self::Invalid { message, .. } => format!("the desk refused the request: {message}"),
            Self::PaymentRequired { message, .. } => format!("the desk wants payment for this: {message}"),
            Self::Forbidden { message, .. } => format!("the desk forbids this: {message}"),
            Self::RateLimited { .. } => "too many calls".into(),
            Self::DeskDown { .. } => "the desk has not answered lately".into(),
            Self::TooManyMessages { .. } => "more than 200 messages a minute in this conversation".into(),
            Self::DashboardRoute { .. } => "this is the address of the dashboard, not of its API".into(),
            Self::Redirected { to, .. } => format!("the desk sends us to {to}"),
            Self::UnknownValue { .. } => {
                "the desk does not know one of the values sent, or it has a fault of its own (500)".into()
            }
            Self::ServerFault { status, .. } => format!("the desk failed with {status}"),
            Self::Unreachable { cut, .. } => cut.fact().into(),
            Self::Unreadable { path, reason, .. } => {
                format!("the answer is not what Chatwoot answers, at {path}: {reason}")
            }
            Self::Unexpected { status, message, .. } => {
                format!("the desk answered with the unexpected status {status}: {message}")
            }
            Self::NobodyAssigned { what, asked, .. } => {
                format!("the desk knows no such {what} as {asked} and has left the conversation without one")
            }
            Self::LabelsNotKept { missing, .. } => {
                format!("the labels {missing:?} are not on the conversation after setting them")
            }
            Self::NothingToSay { .. } => "there is nothing to say".into(),
        }
    }

    /// What to do or to know besides, where there is anything.
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::BadToken { .. } => "copy it again from the profile page of its user",
            Self::MissingToken { .. } => "a proxy in front of it may drop the Api-Access-Token header",
            Self::NotPermitted { .. } => "use a token of an administrator, or of a member of this inbox",
            Self::NotForBots { .. } => "use the token of a user",
            Self::NotAMember { .. } => "check the account number or invite the user",
            Self::AccountSuspended { .. } => "reactivate it on the desk",
            Self::NoSuchThing { .. } => "it was deleted, or the account number is wrong",
            Self::NotTheDesk { .. } => "is the desk running behind its proxy, and at this address?",
            Self::BadRequest { .. } => "this is a fault of hotdash, please report it",
            Self::RateLimited { retry_after, .. } => {
                return Some(format!("the desk wants a pause of {}", pause(*retry_after)));
            }
            Self::DeskDown { retry_after, .. } => {
                return Some(format!(
                    "the next try is in {} s. Is it running, and reachable from here?",
                    retry_after.as_secs_f32().ceil()
                ));
            }
            Self::TooManyMessages { .. } => "wait a minute",
            Self::DashboardRoute { .. } => "the base address must be the desk's root",
            Self::Redirected { .. } => "set its base address to that place",
            Self::ServerFault { .. } => "its own log knows more",
            Self::Unreachable { cut, .. } => return cut.hint().map(str::to_owned),
            Self::Unreadable { .. } => "is this address really a Chatwoot?",
            Self::LabelsNotKept { .. } => "somebody may be changing them",
            Self::NothingToSay { .. } => "an empty message was not sent",
            Self::Unauthorized { .. }
            | Self::Invalid { .. }
            | Self::PaymentRequired { .. }
            | Self::Forbidden { .. }
            | Self::UnknownValue { .. }
            | Self::Unexpected { .. }
            | Self::NobodyAssigned { .. } => return None,
        };
        Some(hint.to_owned())
    }

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
            | Self::NotTheDesk { call }
            | Self::BadRequest { call }
            | Self::Invalid { call, .. }
            | Self::PaymentRequired { call, .. }
            | Self::Forbidden { call, .. }
            | Self::RateLimited { call, .. }
            | Self::DeskDown { call, .. }
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
            Self::NotTheDesk { .. } => "not_the_desk",
            Self::BadRequest { .. } => "bad_request",
            Self::Invalid { .. } => "invalid",
            Self::PaymentRequired { .. } => "payment_required",
            Self::Forbidden { .. } => "forbidden",
            Self::RateLimited { .. } => "rate_limited",
            Self::DeskDown { .. } => "desk_down",
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
                | Self::DeskDown { .. }
                | Self::TooManyMessages { .. }
                | Self::ServerFault { .. }
                | Self::NotTheDesk { .. }
                | Self::Unreachable { .. }
                | Self::LabelsNotKept { .. }
        )
    }

    /// How long to wait before trying again, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            Self::DeskDown { retry_after, .. } => Some(*retry_after),
            Self::TooManyMessages { .. } => Some(Duration::from_secs(60)),
            _ => None,
        }
    }
}

impl Cut {
    /// What happened, said of the desk.
    fn fact(self) -> &'static str {
        match self {
            Self::Dns => "the desk's host name is unknown",
            Self::Refused => "nothing listens at the desk's address",
            Self::ConnectTimeout => "the desk's address does not answer",
            Self::Tls => "no secure connection to the desk",
            Self::Timeout => "the desk took too long to answer",
            Self::Reset => "the desk cut the connection",
            Self::Other => "the connection to the desk failed",
        }
    }

    fn hint(self) -> Option<&'static str> {
        match self {
            Self::Dns => Some("check its base address"),
            Self::Refused => Some("is the desk running?"),
            Self::ConnectTimeout => Some("check address and firewall"),
            Self::Tls => Some("check its certificate and whether the address is https"),
            Self::Timeout | Self::Reset | Self::Other => None,
        }
    }

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
