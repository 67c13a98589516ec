//! What the clocks of a conversation are computed from: who wrote when, and which status was seen when.
//!
//! The order in which a desk tells of things makes no difference to what is known in the end, so a history is a set in
//! the order of time. What cannot matter any more is left out once it is old.

use crate::conversation::{Conversation, Message, Status};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// So many of the latest facts are kept whatever they say: what is told late still finds its neighbours.
const RECENT: usize = 32;

/// One thing that clocks look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// The customer wrote.
    CustomerWrote,
    /// A person of the team answered publicly. Notes, bots, automations and templates are no answer.
    TeamReplied,
    /// The conversation was seen resolved.
    Resolved,
    /// The conversation was seen snoozed.
    Snoozed,
    /// The conversation was seen with a bot.
    Pending,
    /// The conversation was seen open. Last, because what was reopened in one instant with its end is open.
    Open,
}

impl Happened {
    fn of(status: Status) -> Self {
        match status {
            Status::Open => Self::Open,
            Status::Pending => Self::Pending,
            Status::Snoozed => Self::Snoozed,
            Status::Resolved => Self::Resolved,
        }
    }

    /// The status that was seen, if one was.
    #[must_use]
    pub fn status(self) -> Option<Status> {
        match self {
            Self::CustomerWrote | Self::TeamReplied => None,
            Self::Open => Some(Status::Open),
            Self::Pending => Some(Status::Pending),
            Self::Snoozed => Some(Status::Snoozed),
            Self::Resolved => Some(Status::Resolved),
        }
    }
}

/// What happened in a conversation, in the order of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History(Vec<(Timestamp, Happened)>);

impl History {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A message, if it is one that clocks look at: a customer's, or a person's public reply.
    pub fn message(&mut self, message: &Message) {
        if message.is_from_customer() {
            self.add(message.created_at, Happened::CustomerWrote);
        } else if message.is_human_reply() {
            self.add(message.created_at, Happened::TeamReplied);
        }
    }

    /// A state of the conversation; `told_at` stands in where the desk does not say when it was true (before 4.0.2).
    pub fn conversation(&mut self, conversation: &Conversation, told_at: Timestamp) {
        self.add(conversation.updated_at.unwrap_or(told_at), Happened::of(conversation.status));
    }

    /// A status was seen at this instant.
    pub fn status(&mut self, at: Timestamp, status: Status) {
        self.add(at, Happened::of(status));
    }

    /// Anything. Adding the same twice changes nothing.
    pub fn add(&mut self, at: Timestamp, what: Happened) {
        if let Err(place) = self.0.binary_search(&(at, what)) {
            self.0.insert(place, (at, what));
            self.forget_what_says_nothing();
        }
    }

    /// In the order of time.
    pub fn iter(&self) -> impl Iterator<Item = (Timestamp, Happened)> + '_ {
        self.0.iter().copied()
    }

    /// A status seen between two sights of the same, and a message among others of the same side, change no clock.
    fn forget_what_says_nothing(&mut self) {
        if self.0.len() <= 2 * RECENT {
            return;
        }
        let old = self.0.len() - RECENT;
        let is_status = |fact: &&(Timestamp, Happened)| fact.1.status().is_some();
        let mut kept: Vec<(Timestamp, Happened)> = Vec::with_capacity(self.0.len());
        for (place, fact) in self.0.iter().enumerate() {
            let before = kept.iter().rev().find(is_status);
            let after = self.0.iter().skip(place + 1).find(is_status);
            let says_nothing = is_status(&fact)
                && [before, after].iter().all(|near| near.is_some_and(|near| near.1 == fact.1));
            if place >= old || !says_nothing {
                kept.push(*fact);
            }
        }
        let old = kept.len() - RECENT;
        let mut last = None;
        let whole = kept.clone();
        let mut place = 0;
        kept.retain(|fact| {
            let after = whole.get(place + 1).map(|next| next.1);
            let says_nothing =
                !is_status(&fact) && last == Some(fact.1) && after == Some(fact.1) && place < old;
            place += 1;
            if !says_nothing {
                last = Some(fact.1);
            }
            !says_nothing
        });
        self.0 = kept;
    }
}

impl FromIterator<(Timestamp, Happened)> for History {
    fn from_iter<I: IntoIterator<Item = (Timestamp, Happened)>>(facts: I) -> Self {
        let mut history = Self::new();
        facts.into_iter().for_each(|(at, what)| history.add(at, what));
        history
    }
}
