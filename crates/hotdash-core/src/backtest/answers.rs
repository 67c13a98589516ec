//! When first answers would come: a simple model, the same for both sides, so that their difference means something.

use super::{Outcome, Past};
use crate::hours::Hours;
use crate::ids::{AgentId, ConversationId};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// How far ahead the next opening is looked for, and in which steps.
const STEP_S: i64 = 15 * 60;
const FURTHEST_S: i64 = 21 * 24 * 3600;

/// What the estimate rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// Seconds that one first answer takes a person.
    pub handling_s: i64,
    /// Seconds within which a first answer is due.
    pub target_s: i64,
}

/// The people of one side, each with one conversation at a time.
pub(super) struct Desk {
    model: Model,
    /// From when on a person is free, as Unix seconds.
    free: BTreeMap<AgentId, i64>,
    known: BTreeSet<ConversationId>,
    late: usize,
    /// The next open instant from the beginning of a step, by hours.
    openings: HashMap<(usize, i64), Option<i64>>,
}

impl Desk {
    pub(super) fn new(model: &Model) -> Self {
        Self {
            model: *model,
            free: BTreeMap::new(),
            known: BTreeSet::new(),
            late: 0,
            openings: HashMap::new(),
        }
    }

    /// A conversation goes to whoever it was given; what was given to nobody, to whoever is free first.
    pub(super) fn give(&mut self, one: &Past, outcome: &Outcome) {
        if !self.known.insert(one.record.conversation.id) {
            return;
        }
        let people = one.record.agents.iter().map(|agent| agent.id);
        let first_free = people.min_by_key(|agent| self.free.get(agent).copied().unwrap_or(i64::MIN));
        let holder = one.record.conversation.assignee.as_ref().map(|who| who.id);
        let agent = outcome.assignee.as_ref().map(|(agent, _)| *agent).or(holder).or(first_free);
        let arrived = one.record.at.as_second();
        let begins = agent.and_then(|agent| {
            let free = self.free.get(&agent).copied().unwrap_or(i64::MIN);
            self.next_open(&one.hours, arrived.max(free))
        });
        let Some((begins, agent)) = begins.zip(agent) else {
            self.late += 1;
            return;
        };
        let answered = begins.saturating_add(self.model.handling_s);
        self.free.insert(agent, answered);
        self.late += usize::from(answered - arrived > self.model.target_s);
    }

    /// First answers later than the target.
    pub(super) fn late(&self) -> usize {
        self.late
    }

    fn next_open(&mut self, hours: &Arc<Hours>, from: i64) -> Option<i64> {
        let is_open = |second: i64| Timestamp::from_second(second).is_ok_and(|at| hours.is_open(at));
        if is_open(from) {
            return Some(from);
        }
        let step = from.div_euclid(STEP_S) + 1;
        let key = (Arc::as_ptr(hours).addr(), step);
        *self.openings.entry(key).or_insert_with(|| {
            (0..FURTHEST_S / STEP_S).map(|ahead| (step + ahead) * STEP_S).find(|second| is_open(*second))
        })
    }
}
