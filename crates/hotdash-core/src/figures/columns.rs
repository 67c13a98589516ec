//! Everything measured, column by column, so that a question over millions of facts reads only what it asks about.
//!
//! A conversation is put in whole: its old rows are marked dead and new ones are appended, so putting one in costs as much
//! as it has facts, however many others there are. When a quarter of all rows is dead they are left out in one go.
//! Instants are whole seconds since 1970, cut as the desk cuts them; names and numbers are codes of a dictionary.

mod dictionary;
mod table;

pub(super) use dictionary::Dictionary;
pub(super) use table::{DraftRow, Drafts, Lists, NEVER, NO_TIME, NOBODY, Promises, Stand, Table, second};

use super::measured::Measured;
use crate::conversation::{Channel, Status};
use crate::facts::FactKind;
use crate::ids::{AgentId, ConversationId, InboxId, TeamId};
use std::collections::HashMap;

/// How many kinds of facts there are; each has a table of its own.
pub(super) const KINDS: usize = FactKind::SurveyAnswered as usize + 1;
/// The table behind those of the kinds: openings after a resolution.
pub(super) const REOPENED: usize = KINDS;
/// And the one behind that: a category was seen for the first time; the code stands in place of the agent.
pub(super) const SEEN: usize = KINDS + 1;
/// Fewer dead rows than this are not worth the work.
const FEW: usize = 10_000;

/// What a desk's figures are made of. See the module.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    pub(super) inboxes: Dictionary<InboxId>,
    pub(super) channels: Dictionary<Channel>,
    pub(super) teams: Dictionary<TeamId>,
    pub(super) agents: Dictionary<AgentId>,
    pub(super) labels: Dictionary<String>,
    pub(super) categories: Dictionary<String>,
    pub(super) conversations: Conversations,
    pub(super) tables: [Table; KINDS + 2],
    pub(super) promises: Promises,
    pub(super) drafts: Drafts,
    rows: HashMap<ConversationId, u32>,
    dead: usize,
}

/// One row for each conversation; the columns have the same length.
#[derive(Debug, Clone, Default)]
pub(super) struct Conversations {
    pub(super) id: Vec<ConversationId>,
    pub(super) alive: Vec<bool>,
    pub(super) inbox: Vec<u32>,
    pub(super) channel: Vec<u32>,
    pub(super) team: Vec<u32>,
    pub(super) assignee: Vec<u32>,
    pub(super) is_resolved: Vec<bool>,
    pub(super) is_answered: Vec<bool>,
    pub(super) created: Vec<u32>,
    /// [`NEVER`] where nobody waits.
    pub(super) waiting_since: Vec<u32>,
    pub(super) labels: Lists,
    pub(super) categories: Lists,
}

impl Columns {
    /// Nothing measured.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many conversations there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows the facts of all conversations take, dead ones included.
    #[must_use]
    pub fn fact_rows(&self) -> usize {
        self.tables.iter().map(Table::len).sum()
    }

    /// The bytes that the columns take, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let tables: usize = self.tables.iter().map(Table::bytes).sum();
        tables
            + self.conversations.id.len() * 48
            + self.promises.len() * 10
            + self.drafts.len() * size_of::<DraftRow>()
    }

    /// Whether a conversation is among them.
    #[must_use]
    pub fn has(&self, id: ConversationId) -> bool {
        self.rows.contains_key(&id)
    }

    /// When the earliest conversation began, in seconds since 1970.
    #[must_use]
    pub fn known_since(&self) -> Option<i64> {
        let c = &self.conversations;
        let created = c.created.iter().zip(&c.alive).filter(|(_, alive)| **alive);
        created.map(|(created, _)| i64::from(*created)).min()
    }

    /// Put a conversation in, in place of what was known of it.
    pub fn put(&mut self, measured: &Measured) {
        let facts = &measured.facts;
        self.kill(facts.conversation);
        let row = u32::try_from(self.conversations.id.len()).unwrap_or(u32::MAX);
        self.rows.insert(facts.conversation, row);
        let c = &mut self.conversations;
        c.id.push(facts.conversation);
        c.alive.push(true);
        c.inbox.push(self.inboxes.code(&facts.inbox));
        c.channel.push(self.channels.code(&facts.channel));
        c.team.push(facts.team.map_or(NOBODY, |team| self.teams.code(&team)));
        c.assignee.push(facts.assignee.map_or(NOBODY, |agent| self.agents.code(&agent)));
        c.is_resolved.push(facts.status == Status::Resolved);
        c.is_answered.push(facts.is_answered);
        c.created.push(second(facts.created_at));
        c.waiting_since.push(facts.waiting_since.map_or(NEVER, second));
        c.labels.push(facts.labels.iter().map(|label| self.labels.code(label)));
        c.categories.push(measured.categories.iter().map(|seen| self.categories.code(&seen.name)));
        for fact in &facts.facts {
            let agent = fact.agent.map_or(NOBODY, |agent| self.agents.code(&agent));
            self.tables[fact.kind as usize].push(row, agent, fact);
            let is_again = fact.kind == FactKind::Opened
                && facts.of(FactKind::Resolved).any(|resolved| resolved.at <= fact.at);
            if is_again {
                self.tables[REOPENED].push(row, agent, fact);
            }
        }
        for seen in &measured.categories {
            self.tables[SEEN].push_seen(row, self.categories.code(&seen.name), second(seen.at));
        }
        measured.sla.iter().for_each(|promise| self.promises.push(row, *promise));
        measured.drafts.iter().for_each(|draft| self.drafts.push(row, draft));
        self.compact_when_worth_it();
    }

    /// Forget a conversation.
    pub fn remove(&mut self, id: ConversationId) {
        self.kill(id);
        self.compact_when_worth_it();
    }

    fn kill(&mut self, id: ConversationId) {
        if let Some(row) = self.rows.remove(&id) {
            self.conversations.alive[row as usize] = false;
            self.dead += 1;
        }
    }

    fn compact_when_worth_it(&mut self) {
        if self.dead > FEW && self.dead * 4 > self.conversations.id.len() {
            self.compact();
        }
    }

    /// Leave out what is dead. Needs, for a moment, room for all of it twice.
    pub fn compact(&mut self) {
        let mut moved = vec![u32::MAX; self.conversations.id.len()];
        let mut next = 0_u32;
        for (row, alive) in self.conversations.alive.iter().enumerate() {
            if *alive {
                moved[row] = next;
                next += 1;
            }
        }
        self.conversations.keep(&moved);
        self.tables.iter_mut().for_each(|table| table.keep(&moved));
        self.promises.keep(&moved);
        self.drafts.keep(&moved);
        self.rows.values_mut().for_each(|row| *row = moved[*row as usize]);
        self.dead = 0;
    }
}

impl Conversations {
    fn keep(&mut self, moved: &[u32]) {
        let is_kept = |row: usize| moved[row] != u32::MAX;
        table::keep_rows(&mut self.id, is_kept);
        table::keep_rows(&mut self.inbox, is_kept);
        table::keep_rows(&mut self.channel, is_kept);
        table::keep_rows(&mut self.team, is_kept);
        table::keep_rows(&mut self.assignee, is_kept);
        table::keep_rows(&mut self.is_resolved, is_kept);
        table::keep_rows(&mut self.is_answered, is_kept);
        table::keep_rows(&mut self.created, is_kept);
        table::keep_rows(&mut self.waiting_since, is_kept);
        self.labels.keep(is_kept);
        self.categories.keep(is_kept);
        table::keep_rows(&mut self.alive, is_kept);
    }
}

impl<'a> FromIterator<&'a Measured> for Columns {
    fn from_iter<I: IntoIterator<Item = &'a Measured>>(all: I) -> Self {
        let mut columns = Self::new();
        all.into_iter().for_each(|measured| columns.put(measured));
        columns
    }
}

#[cfg(test)]
mod tests;
