//! Facts: what was measured of a conversation, one thing each, as Chatwoot measures it.
//!
//! A [`History`] is what is known of a conversation: its state, its messages, and what deliveries told of its past. From
//! that [`measure`] makes [`ConversationFacts`], always the same from the same history; every figure is made of those.
//! It does not matter whether the history was heard in deliveries or read on the desk; where only one of them can tell
//! something, [`ConversationFacts::unknown`] says what is missing.

mod activity;
mod as_of;
pub mod desk_hours;
mod history;
mod machine;
mod status;

pub use as_of::as_of;
pub use history::{History, TimedMessage, Told, What, told_by};
pub use machine::measure;

use crate::conversation::{Channel, Status};
use crate::ids::{AgentId, ConversationId, InboxId, MessageId, TeamId};
use desk_hours::DeskHours;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// The conversation began.
    Created,
    /// Somebody wrote to the desk.
    MessageIn,
    /// Somebody of the desk wrote: people and bots, private notes included, templates not.
    MessageOut,
    /// The first public answer of a person.
    FirstResponse,
    /// A later public answer of a person to somebody who waited.
    ReplyTime,
    /// It became resolved; once for every time.
    Resolved,
    /// It became resolved in an inbox with a bot, and no person had written in it.
    BotResolved,
    /// A bot gave it to people; at most once.
    BotHandoff,
    /// It became open again, by whatever way.
    Opened,
    /// It was open and the customer waited for a person of the desk.
    WaitedForDesk,
    /// It was open and nobody of the desk was waited for, or it was snoozed.
    WaitedForCustomer,
    /// It was pending: a bot's turn.
    WaitedForBot,
    /// A survey was sent.
    SurveySent,
    /// A survey was answered; its value is the rating, not a time.
    SurveyAnswered,
}

/// One measured thing. Instants are microseconds since 1970 (UTC), as exact as the source told them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub kind: FactKind,
    /// When it happened; of a span its end.
    pub at: i64,
    /// Where a span began.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<i64>,
    /// A span's length in whole seconds: both ends are cut to the second first, as the desk does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seconds: Option<i64>,
    /// The part of it within the inbox's working hours, in seconds; `None` where nobody told them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub business: Option<i64>,
    /// Whom the desk credits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agent: Option<AgentId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<MessageId>,
    /// 1…5, of an answered survey.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rating: Option<u8>,
}

impl Fact {
    /// Something that takes no time.
    fn instant(kind: FactKind, at: i64) -> Self {
        let (from, seconds, business) = (None, None, None);
        Self { kind, at, from, seconds, business, agent: None, message: None, rating: None }
    }
}

/// What cannot be told from what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// When and by which way the status changed: the state shows a change of which neither a delivery nor a line of
    /// the thread tells.
    StatusHistory,
    /// The inbox's working hours.
    WorkingHours,
    /// The fractions of seconds: some of it was only read on the desk, which tells whole seconds.
    Fractions,
}

/// Everything measured of one conversation, and what it is sliced by: its state now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationFacts {
    pub conversation: ConversationId,
    pub inbox: InboxId,
    pub channel: Channel,
    pub status: Status,
    pub assignee: Option<AgentId>,
    pub team: Option<TeamId>,
    pub labels: Vec<String>,
    /// Microseconds since 1970.
    pub created_at: i64,
    /// Since when somebody waits for an answer, in microseconds since 1970.
    pub waiting_since: Option<i64>,
    /// A person has answered publicly.
    pub is_answered: bool,
    /// In the order in which they happened.
    pub facts: Vec<Fact>,
    pub unknown: Vec<Unknown>,
}

impl ConversationFacts {
    /// The facts of a kind.
    pub fn of(&self, kind: FactKind) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.kind == kind)
    }
}

/// What a desk's people set up and no payload carries.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub inboxes: BTreeMap<InboxId, InboxSettings>,
    /// By number, with the names that the desk writes into its own lines.
    pub agents: BTreeMap<AgentId, String>,
    pub teams: BTreeMap<TeamId, String>,
    /// The account's labels by number.
    pub labels: BTreeMap<i64, String>,
}

/// An inbox as far as figures need it.
#[derive(Debug, Clone)]
pub struct InboxSettings {
    pub name: String,
    pub channel: Channel,
    /// Chatwoot's own name of the channel, e.g. `Channel::WebWidget`, where it was told.
    pub channel_type: Option<String>,
    /// `None`: not told.
    pub hours: Option<DeskHours>,
    /// Whether a bot gets its new conversations; `None`: not told.
    pub has_bot: Option<bool>,
}

#[cfg(test)]
mod tests;
