//! What a lead should do, from evidence: each recommendation with its number, how sure it is, the conversations behind it,
//! what it should gain, and which figure will show whether it came true.
//!
//! Nothing is recommended that chance alone would explain: associations pass Fisher's test and comparisons of people are
//! corrected for their number (Holm). Nothing is done by itself either; a person decides.

mod advise;
mod articles;
mod backlog;
mod canned;
mod coach;
mod follow_up;
mod gather;
mod known;
mod labels;
mod rota;
mod since;
mod staff;

use crate::chance::Interval;
use crate::ids::ConversationId;
pub use advise::{Advised, advise};
pub use articles::{OpenQuestions, articles_to_write};
pub use backlog::{Backlog, Day, Forecast, forecast_backlog};
pub use canned::{ApprovedReply, canned_replies};
pub use coach::{AgentCases, Score, agents_to_coach};
pub use follow_up::{Later, Outcome, Verdict, follow_up};
pub use known::{Drafted, Heard, Known, Plan};
pub use labels::{Labelled, labels_by_rule};
pub use rota::JudgedHour;
use serde::{Deserialize, Serialize};
pub use since::{ADVICE_DAYS, Followed, HEARD_DAYS, followed_up};
pub use staff::{hour_words, staffing};

/// Below this probability of chance (after correction) something is recommended.
const SURE: f64 = 0.01;

/// What kind of thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Staffing,
    Rule,
    Article,
    CannedReply,
    Coaching,
    Backlog,
}

impl Kind {
    /// In the order in which they are told.
    pub const ALL: [Self; 6] =
        [Self::Backlog, Self::Staffing, Self::Article, Self::Rule, Self::CannedReply, Self::Coaching];

    /// What it is about, as a heading has it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Staffing => "Who is there when",
            Self::Rule => "Rules to add",
            Self::Article => "Articles to write",
            Self::CannedReply => "Canned replies",
            Self::Coaching => "With colleagues",
            Self::Backlog => "The backlog",
        }
    }

    /// Whether it is about single people: for leads only.
    #[must_use]
    pub fn compares_people(self) -> bool {
        self == Self::Coaching
    }
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Agents,
    /// 0…1.
    Share,
    Conversations,
    ConversationsPerWeek,
    ConversationsPerDay,
    Replies,
    /// Grades or ratings, 1…5.
    Grade,
    Days,
}

/// What to look at later, and what was expected of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FollowUp {
    /// In words: "share of customers answered within 60 s, Mondays 09:00".
    pub figure: String,
    pub unit: Unit,
    /// When the recommendation was made.
    pub before: f64,
    /// What is expected when it is followed.
    pub expected: f64,
    /// Days after which it can be judged, counted from when it was followed.
    pub after_days: u32,
    /// Fewer cases than this tell nothing.
    pub least_cases: u32,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    pub kind: Kind,
    /// The same from run to run: "staffing/0/9", "rule/refund/money back".
    pub key: String,
    /// For a person, in English.
    pub sentence: String,
    pub number: f64,
    pub unit: Unit,
    /// Around `number`.
    pub interval: Interval,
    pub evidence: Vec<ConversationId>,
    /// Expected gain, and its unit.
    pub gain: f64,
    pub gain_unit: Unit,
    /// 0…1: how sure it is that there is something to gain.
    pub confidence: f64,
    pub follow_up: FollowUp,
}

#[cfg(test)]
mod tests;
