//! Everything that is measured of one conversation: its own facts, and what hotdash adds to them.
//!
//! Instants are microseconds since 1970 (UTC), as in [`crate::facts`].

use crate::conversation::Status;
use crate::facts::{ConversationFacts, as_of};
use crate::ids::ConversationId;
use crate::sla::{Clock, ClockState, Kind};
use serde::{Deserialize, Serialize};

/// One conversation as figures see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    pub facts: ConversationFacts,
    /// What it is about, each category at most once.
    #[serde(default)]
    pub categories: Vec<CategoryFact>,
    #[serde(default)]
    pub sla: Vec<SlaFact>,
    #[serde(default)]
    pub drafts: Vec<DraftFact>,
}

impl From<ConversationFacts> for Measured {
    fn from(facts: ConversationFacts) -> Self {
        Self { facts, categories: Vec::new(), sla: Vec::new(), drafts: Vec::new() }
    }
}

impl Measured {
    #[must_use]
    pub fn id(&self) -> ConversationId {
        self.facts.conversation
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.facts.status != Status::Resolved
    }

    /// As it was measured until an instant (seconds since 1970); `None` where it had not begun.
    #[must_use]
    pub fn as_of(&self, second: i64) -> Option<Self> {
        let micros = second.saturating_mul(1_000_000);
        let before = |at: i64| at < micros;
        let sla = |fact: &SlaFact| match fact.outcome {
            SlaOutcome::Met { at } | SlaOutcome::Breached { at } => before(at),
            SlaOutcome::Open { due } => due.is_some_and(before),
        };
        let draft = |draft: &DraftFact| DraftFact {
            ready_at: draft.ready_at.filter(|at| before(*at)),
            ended: draft.ended.filter(|(_, at)| before(*at)),
            ..draft.clone()
        };
        Some(Self {
            facts: as_of(&self.facts, micros)?,
            categories: self.categories.iter().filter(|seen| before(seen.at)).cloned().collect(),
            // A promise that was not over then is no part of it: which were running then is not kept.
            sla: self.sla.iter().filter(|fact| sla(fact)).copied().collect(),
            drafts: self.drafts.iter().filter(|draft| before(draft.created_at)).map(draft).collect(),
        })
    }
}

/// A category, and when it was first seen in the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryFact {
    pub name: String,
    pub at: i64,
}

/// One clock of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaFact {
    pub kind: Kind,
    pub outcome: SlaOutcome,
}

/// How it went. A clock that was not needed any more is no fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaOutcome {
    /// Done in time, then.
    Met { at: i64 },
    /// Its time was up then.
    Breached { at: i64 },
    /// Not over; `due` is unknown while it stands still. From its due instant on it counts as breached.
    Open { due: Option<i64> },
}

impl SlaFact {
    /// What a clock tells; `None` of one that was stopped without being needed.
    #[must_use]
    pub fn of(clock: &Clock) -> Option<Self> {
        let due = clock.due().map(|at| at.as_microsecond());
        let outcome = match clock.end {
            None => SlaOutcome::Open { due },
            Some(end) => match clock.at(end.at) {
                ClockState::Met => SlaOutcome::Met { at: end.at.as_microsecond() },
                ClockState::Breached => {
                    SlaOutcome::Breached { at: due.unwrap_or_else(|| end.at.as_microsecond()) }
                }
                _ => return None,
            },
        };
        Some(Self { kind: clock.kind, outcome })
    }
}

/// One draft of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftFact {
    /// When it was asked for.
    pub created_at: i64,
    /// When a person could first read it.
    pub ready_at: Option<i64>,
    /// How it ended, and when.
    pub ended: Option<(DraftOutcome, i64)>,
    /// How much of it the reviewer changed, 0…1000; of approved and edited ones.
    pub changed_permille: Option<u16>,
    /// Tone, accuracy, policy; 1…5.
    pub grades: Option<[u8; 3]>,
    /// What the checks found in it, of every severity.
    pub findings: u16,
    /// How many of these block its approval with one click.
    pub blocking: u16,
    /// Tokens that a model counted for it; `None` where no model was asked or it did not tell.
    pub tokens: Option<u32>,
    /// What these cost, in 10⁻¹² of the currency; `None` where nothing was told or no price is set.
    #[serde(default)]
    pub cost: Option<u64>,
}

/// What a model's tokens cost: millionths of the currency for a million of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// That it reads.
    pub prompt: u64,
    /// That it writes.
    pub completion: u64,
}

impl Price {
    /// What so many cost together, in 10⁻¹² of the currency: in whole numbers nothing is rounded.
    #[must_use]
    pub fn of(self, prompt: u32, completion: u32) -> u64 {
        let one = |price: u64, tokens: u32| price.saturating_mul(u64::from(tokens));
        one(self.prompt, prompt).saturating_add(one(self.completion, completion))
    }
}

/// How a draft ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftOutcome {
    /// Approved as it was.
    Approved,
    /// Approved with other words.
    Edited,
    Rejected,
    /// The thread moved on before anybody decided.
    Superseded,
    /// The channel took no answer any more.
    Expired,
    /// It could not be written or sent.
    Failed,
}
