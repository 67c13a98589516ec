//! Agents, teams, inboxes, labels and the profile of a token: what only REST answers.

use super::conversation::channel;
use super::or_default;
use hotdash_core::conversation::{Agent, Availability, Channel};
use hotdash_core::facts::desk_hours::DeskDay;
use hotdash_core::ids::{AgentId, InboxId, TeamId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
pub(crate) struct WireAgent {
    id: i64,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    email: String,
    #[serde(default)]
    availability_status: Option<String>,
    #[serde(default)]
    role: Option<String>,
}

impl WireAgent {
    pub(crate) fn id(&self) -> AgentId {
        AgentId(self.id)
    }

    pub(crate) fn into_core(self) -> Agent {
        let availability = match self.availability_status.as_deref() {
            Some("online") => Availability::Online,
            Some("busy") => Availability::Busy,
            _ => Availability::Offline,
        };
        Agent {
            id: AgentId(self.id),
            name: self.name,
            email: self.email,
            availability,
            is_administrator: self.role.as_deref() == Some("administrator"),
        }
    }
}

/// A team of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Team {
    pub id: TeamId,
    /// Chatwoot stores it in lower case.
    pub name: String,
    /// Whether setting this team may bring an assignee with it.
    pub allow_auto_assign: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct WireTeam {
    id: i64,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    allow_auto_assign: bool,
}

impl WireTeam {
    pub(crate) fn id(&self) -> TeamId {
        TeamId(self.id)
    }

    pub(crate) fn into_team(self) -> Team {
        Team { id: TeamId(self.id), name: self.name, allow_auto_assign: self.allow_auto_assign }
    }
}

/// An inbox of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inbox {
    pub id: InboxId,
    pub name: String,
    pub channel: Channel,
    /// Its own addresses, where it is one for e-mail: the public one and the one mail is forwarded to.
    pub addresses: Vec<String>,
    /// IANA name; `UTC` for a new inbox.
    pub timezone: Option<String>,
    pub working_hours_enabled: bool,
    /// Set: Chatwoot itself answers out of hours.
    pub out_of_office_message: Option<String>,
    /// Whether Chatwoot hands out conversations by itself.
    pub auto_assignment: bool,
    /// Chatwoot's own name of the channel, as its reports use it.
    pub channel_type: Option<String>,
    /// One for each weekday, whether they are switched on or not.
    pub working_hours: Vec<DeskDay>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct WireInbox {
    id: i64,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default)]
    channel_type: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    forward_to_email: Option<String>,
    #[serde(default)]
    timezone: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    working_hours_enabled: bool,
    #[serde(default)]
    out_of_office_message: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    enable_auto_assignment: bool,
    #[serde(default, deserialize_with = "or_default")]
    working_hours: Vec<DeskDay>,
}

impl WireInbox {
    pub(crate) fn into_inbox(self) -> Inbox {
        Inbox {
            id: InboxId(self.id),
            name: self.name,
            channel: channel(self.channel_type.as_deref()),
            addresses: self.email.into_iter().chain(self.forward_to_email).collect(),
            timezone: self.timezone,
            working_hours_enabled: self.working_hours_enabled,
            out_of_office_message: self.out_of_office_message.filter(|text| !text.trim().is_empty()),
            auto_assignment: self.enable_auto_assignment,
            channel_type: self.channel_type,
            working_hours: self.working_hours,
        }
    }
}

/// A label of the account (a conversation may carry others, too).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    pub id: i64,
    pub title: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub color: Option<String>,
}

/// Whose token this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub id: AgentId,
    pub name: String,
    pub email: String,
    /// The token's role in each account it belongs to.
    pub accounts: Vec<Membership>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Membership {
    pub id: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub role: String,
    /// `active` or `suspended`.
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
}

impl Membership {
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.role == "administrator"
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct WireProfile {
    id: i64,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    email: String,
    #[serde(default, deserialize_with = "or_default")]
    accounts: Vec<Membership>,
}

impl WireProfile {
    pub(crate) fn into_profile(self) -> Profile {
        Profile { id: AgentId(self.id), name: self.name, email: self.email, accounts: self.accounts }
    }
}

/// `GET /api`: the way to learn the version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Version {
    pub version: String,
}

impl Version {
    /// Whether it is this release (major, minor, patch) or a later one. What is not named by numbers is a build from
    /// source: taken for the newest.
    #[must_use]
    pub fn is_at_least(&self, release: (u64, u64, u64)) -> bool {
        let mut numbers = self.version.trim_start_matches('v').split('.').map(str::parse::<u64>);
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor)), patch) => {
                (major, minor, patch.and_then(Result::ok).unwrap_or_default()) >= release
            }
            _ => true,
        }
    }
}
