//! Who calls: the token's owner, and what that owner may do.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde::{Deserialize, Deserializer};

use crate::Sandbox;
use crate::desk::Desk;
use crate::event::Actor;
use crate::model::{Conversation, Inbox, Role, Sender};
use crate::refusal::Refusal;

/// A user's session in the account. Bots are refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Session {
    pub user: i64,
    pub administrator: bool,
}

/// A call that bots may make too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub actor: Actor,
    pub administrator: bool,
}

/// A call only administrators may make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Administrator(pub Session);

impl FromRequestParts<Sandbox> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refusal> {
        sandbox.read(|desk| {
            let caller = who(desk, &parts.headers)?;
            let path = parts.uri.path();
            if caller.user().is_none() && !desk.version.opens_to_bots(&parts.method, path) {
                return Err(Refusal::ClosedToBots);
            }
            if account_in(parts.uri.path()).is_some_and(|id| id != desk.account.id) {
                return Err(Refusal::NotFound);
            }
            Ok(caller)
        })
    }
}

impl FromRequestParts<Sandbox> for Session {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refusal> {
        let caller = Caller::from_request_parts(parts, sandbox).await?;
        match caller.actor {
            Actor::User(user) => Ok(Self { user, administrator: caller.administrator }),
            _ => Err(Refusal::ClosedToBots),
        }
    }
}

impl FromRequestParts<Sandbox> for Administrator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refusal> {
        let session = Session::from_request_parts(parts, sandbox).await?;
        if session.administrator { Ok(Self(session)) } else { Err(Refusal::NotAuthorized) }
    }
}

fn who(desk: &Desk, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let token = token_in(headers).ok_or(Refusal::NotSignedIn)?;
    if let Some(user) = desk.users.values().find(|user| user.token == token) {
        return Ok(Caller { actor: Actor::User(user.id), administrator: user.role == Role::Administrator });
    }
    if let Some(bot) = desk.bots.values().find(|bot| bot.access_token == token) {
        return Ok(Caller { actor: Actor::AgentBot(bot.id), administrator: false });
    }
    if desk.platform_token.as_deref() == Some(token) {
        return Err(Refusal::ClosedToBots);
    }
    Err(Refusal::InvalidToken)
}

/// Rails reads both spellings of the header as one.
pub(super) fn token_in(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get("api-access-token").or_else(|| headers.get("api_access_token"));
    header.and_then(|value| value.to_str().ok()).filter(|token| !token.is_empty())
}

/// The account an address names; one that is no number exists as little as an unknown one.
fn account_in(path: &str) -> Option<i64> {
    let rest = path.strip_prefix("/api/v1/accounts/").or_else(|| path.strip_prefix("/api/v2/accounts/"))?;
    Some(rest.split('/').next().and_then(|id| id.parse().ok()).unwrap_or(-1))
}

impl Session {
    pub(crate) fn actor(self) -> Actor {
        Actor::User(self.user)
    }

    pub(crate) fn caller(self) -> Caller {
        Caller { actor: self.actor(), administrator: self.administrator }
    }
}

impl Caller {
    pub(crate) fn user(self) -> Option<i64> {
        match self.actor {
            Actor::User(id) => Some(id),
            _ => None,
        }
    }

    pub(crate) fn sender(self) -> Sender {
        match self.actor {
            Actor::User(id) => Sender::User(id),
            Actor::AgentBot(id) => Sender::AgentBot(id),
            Actor::Contact(id) => Sender::Contact(id),
            Actor::System => Sender::Nobody,
        }
    }

    /// Administrators and bots see every inbox, agents those they are members of.
    pub(crate) fn sees_inbox(self, inbox: &Inbox) -> bool {
        self.administrator || self.user().is_none_or(|id| inbox.members.contains(&id))
    }

    /// A conversation this caller may see: of an inbox they see, or of a team they are in.
    pub(crate) fn conversation(self, desk: &Desk, id: Id) -> Result<&Conversation, Refusal> {
        let row = desk.conversation(id.0)?;
        let by_inbox = desk.inboxes.get(&row.inbox_id).is_some_and(|inbox| self.sees_inbox(inbox));
        let team = row.team_id.and_then(|team| desk.teams.get(&team));
        let by_team = team.zip(self.user()).is_some_and(|(team, user)| team.members.contains(&user));
        if by_inbox || by_team { Ok(row) } else { Err(Refusal::NotAuthorized) }
    }
}

/// An id in an address. What is no number names nothing, so it is looked up and not found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id(pub i64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self(text.parse().unwrap_or(-1)))
    }
}
