//! Our own figures: the desk's definitions, with percentiles, any slice, both clocks, and the open ones beside them.
//!
//! A [`Question`] says of what, when, and in which time; its [`Answers`] give every figure by id, by group, and the
//! conversations behind each. Where there is nothing to count a figure is `None` with the reason; 0 means that something
//! was counted and there was none of it. Every length ends and begins on whole seconds, as on the desk.

mod answers;
mod local;
mod select;
mod threads;
mod totals;

pub use answers::{Answers, DISTRIBUTION};
pub use totals::{Spread, Totals};

use super::columns::Columns;
use crate::conversation::Channel;
use crate::figures::desk::Period;
use crate::ids::{AgentId, InboxId, TeamId};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::fmt;

/// What a figure is of; nothing set is the whole desk. Conditions that are set must all hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slice {
    pub inbox: Option<InboxId>,
    pub channel: Option<Channel>,
    /// Of conversations that this team has now.
    pub team: Option<TeamId>,
    /// Whom the desk credits; where nothing is credited, who has the conversation now.
    pub agent: Option<AgentId>,
    /// Of conversations that carry this label now.
    pub label: Option<String>,
    /// Of conversations that were about this.
    pub category: Option<String>,
    /// 0…23 in the zone of the question: when the fact happened.
    pub hour: Option<i8>,
}

/// Which time is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    #[default]
    Wall,
    /// Within the inbox's working hours.
    Business,
}

/// A question: of what, when, in which time.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    pub columns: &'a Columns,
    pub slice: Slice,
    pub period: Period,
    pub clock: Clock,
    /// Whose hours, days and weekdays are meant.
    pub zone: TimeZone,
    /// How long open ones wait, and which promises are over, is counted until then.
    pub now: Timestamp,
    /// On how many it is counted; no number depends on it.
    pub threads: usize,
}

/// Why a figure has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing of the kind happened in the period.
    NothingHappened,
    /// It happened, but the inbox's working hours are not known.
    WorkingHoursUnknown,
    /// No survey was sent.
    NoSurveySent,
    /// Nobody gave grades.
    NoGrades,
    /// No model was asked, or it did not tell how much it used.
    NoUsageTold,
    /// The settings do not say what a model's tokens cost.
    NoPriceSet,
    /// It tells how things stand now; nobody knows how they stood then.
    OnlyNow,
    /// There are fewer periods like this one to compare with than it takes.
    TooLittleHistory,
}

impl Reason {
    /// As people say it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NothingHappened => "nothing of the kind happened",
            Self::WorkingHoursUnknown => "the working hours of an inbox are not known",
            Self::NoSurveySent => "no survey was sent",
            Self::NoGrades => "nobody gave grades",
            Self::NoUsageTold => "no model told how much it used",
            Self::NoPriceSet => "no price is set",
            Self::OnlyNow => "it tells how things stand now",
            Self::TooLittleHistory => "too little history to compare with",
        }
    }
}

/// A value, or why there is none.
pub type Value = Result<f64, Reason>;

/// By what figures are put side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    Inbox,
    Channel,
    Team,
    /// Whom the desk credits; where nothing is credited, who has the conversation now.
    Agent,
    Label,
    Category,
    /// The hour of the day at which it happened, in the zone of the question.
    Hour,
    /// The day on which it happened, in the zone of the question.
    Day,
}

impl Dimension {
    pub const ALL: [Self; 8] = [
        Self::Inbox,
        Self::Channel,
        Self::Team,
        Self::Agent,
        Self::Label,
        Self::Category,
        Self::Hour,
        Self::Day,
    ];

    /// As in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Channel => "channel",
            Self::Team => "team",
            Self::Agent => "agent",
            Self::Label => "label",
            Self::Category => "category",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// The dimension of that name.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }
}

/// One group of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Inbox(InboxId),
    Channel(Channel),
    Team(TeamId),
    Agent(AgentId),
    Label(String),
    Category(String),
    /// 0…23
    Hour(i8),
    Day(Date),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inbox(id) => id.fmt(f),
            Self::Channel(channel) => f.write_str(channel.name()),
            Self::Team(id) => id.fmt(f),
            Self::Agent(id) => id.fmt(f),
            Self::Label(name) | Self::Category(name) => f.write_str(name),
            Self::Hour(hour) => hour.fmt(f),
            Self::Day(day) => day.fmt(f),
        }
    }
}

impl<'a> Question<'a> {
    /// A question about the whole desk by the clock on the wall, counted on one thread.
    #[must_use]
    pub fn new(columns: &'a Columns, period: Period, zone: TimeZone, now: Timestamp) -> Self {
        Self { columns, slice: Slice::default(), period, clock: Clock::Wall, zone, now, threads: 1 }
    }

    /// The same about another period.
    #[must_use]
    pub fn over(&self, period: Period) -> Self {
        Self { period, ..self.clone() }
    }

    /// The answers. Nothing is computed before it is asked for, and nothing twice.
    #[must_use]
    pub fn answers(&self) -> Answers<'a> {
        Answers::new(self.clone())
    }
}

#[cfg(test)]
mod tests;
