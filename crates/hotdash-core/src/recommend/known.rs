//! What recommendations are made of, cut off at an instant: what came later changes nothing of what was said then.

use crate::facts::Settings;
use crate::figures::measured::Measured;
use crate::hours::Hours;
use crate::ids::ConversationId;
use crate::staffing::Target;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// Of one conversation what no figure has: words. Instants are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub conversation: ConversationId,
    /// What the customer wrote first.
    pub asked: String,
    /// Labels that hotdash wanted on it; all others are people's.
    pub ours: BTreeSet<String>,
    /// The first draft that somebody could read.
    pub drafted: Option<Drafted>,
    /// Replies as people approved them, and when.
    pub approved: Vec<(i64, String)>,
}

/// What a draft found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    pub at: i64,
    /// What it answers.
    pub question: String,
    /// Something in the knowledge base supports it.
    pub has_evidence: bool,
}

impl Heard {
    /// A conversation of which nothing was heard yet.
    #[must_use]
    pub fn nothing(conversation: ConversationId) -> Self {
        let (asked, ours, drafted, approved) = (String::new(), BTreeSet::new(), None, Vec::new());
        Self { conversation, asked, ours, drafted, approved }
    }
}

/// What hours are staffed for.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// This share of first responses within the promised time.
    pub target: Target,
    /// Hours outside of these are not planned.
    pub hours: &'a Hours,
}

/// Everything that recommendations are made of.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    pub measured: &'a [Measured],
    pub heard: &'a [Heard],
    pub settings: &'a Settings,
    pub zone: TimeZone,
    /// `None` where nothing is promised for a first response.
    pub plan: Option<Plan<'a>>,
}

/// The same as it stood at an instant.
pub(super) struct Then<'a> {
    pub(super) known: &'a Known<'a>,
    /// Seconds since 1970.
    pub(super) at: i64,
    pub(super) measured: Vec<Measured>,
    heard: BTreeMap<ConversationId, &'a Heard>,
}

impl<'a> Known<'a> {
    pub(super) fn then(&'a self, at: i64) -> Then<'a> {
        Then {
            known: self,
            at,
            measured: self.measured.iter().filter_map(|measured| measured.as_of(at)).collect(),
            heard: self.heard.iter().map(|heard| (heard.conversation, heard)).collect(),
        }
    }
}

impl<'a> Then<'a> {
    pub(super) fn local(&self, second: i64) -> Option<jiff::Zoned> {
        Some(Timestamp::from_second(second).ok()?.to_zoned(self.known.zone.clone()))
    }

    /// Conversations that began since then, with what was heard of them.
    pub(super) fn begun(&self, since: i64) -> impl Iterator<Item = (&Measured, &'a Heard)> {
        let since = since.saturating_mul(1_000_000);
        let began = move |measured: &&Measured| measured.facts.created_at >= since;
        let heard = |measured| Some((measured, *self.heard.get(&Measured::id(measured))?));
        self.measured.iter().filter(began).filter_map(heard)
    }

    /// What was heard of any conversation, where `at` tells when something of it happened: only what did since then.
    pub(super) fn heard<T>(
        &self,
        since: i64,
        what: impl Fn(&'a Heard) -> Vec<(i64, T)>,
    ) -> Vec<(ConversationId, T)> {
        let span = since.saturating_mul(1_000_000)..self.at.saturating_mul(1_000_000);
        let mut found = Vec::new();
        for heard in self.heard.values() {
            let within = what(heard).into_iter().filter(|(at, _)| span.contains(at));
            found.extend(within.map(|(_, thing)| (heard.conversation, thing)));
        }
        found
    }
}
