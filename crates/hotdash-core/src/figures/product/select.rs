//! Which rows a question is about.

use super::local::Local;
use super::{Key, Question, Slice};
use crate::figures::columns::{Columns, NEVER, NOBODY, Table};

/// Instants that a period has, as seconds of a table: from the first on, before the second.
pub(super) fn bounds(since: i64, until: i64) -> (u32, u32) {
    let cut = |second: i64| u32::try_from(second.clamp(0, i64::from(NEVER))).unwrap_or(NEVER);
    (cut(since), cut(until))
}

/// Which conversations fit the slice, row by row.
pub(super) struct Mask {
    pub(super) fits: Vec<bool>,
    /// Whether every one does.
    is_everything: bool,
}

impl Mask {
    pub(super) fn of(columns: &Columns, slice: &Slice) -> Self {
        let fits = fits(columns, slice);
        let is_everything = fits.iter().all(|fits| *fits);
        Self { fits, is_everything }
    }
}

/// Names and numbers that never occurred fit nothing.
fn fits(columns: &Columns, slice: &Slice) -> Vec<bool> {
    let c = &columns.conversations;
    let mut mask = c.alive.clone();
    let mut only = |column: &[u32], code: Option<u32>| {
        let code = code.unwrap_or(NOBODY - 1);
        mask.iter_mut().zip(column).for_each(|(fits, has)| *fits &= *has == code);
    };
    if let Some(inbox) = &slice.inbox {
        only(&c.inbox, columns.inboxes.find(inbox));
    }
    if let Some(channel) = &slice.channel {
        only(&c.channel, columns.channels.find(channel));
    }
    if let Some(team) = &slice.team {
        only(&c.team, columns.teams.find(team));
    }
    if let Some(label) = &slice.label {
        let code = columns.labels.find(label);
        listed(&mut mask, |row| code.is_some_and(|code| c.labels.of(row).contains(&code)));
    }
    if let Some(category) = &slice.category {
        let code = columns.categories.find(category);
        listed(&mut mask, |row| code.is_some_and(|code| c.categories.of(row).contains(&code)));
    }
    mask
}

fn listed(mask: &mut [bool], has: impl Fn(usize) -> bool) {
    for (row, fits) in mask.iter_mut().enumerate() {
        *fits = *fits && has(row);
    }
}

/// Whom an instant is credited to: the table's agent, else who has the conversation.
pub(super) fn credited(columns: &Columns, table: &Table, row: usize) -> u32 {
    match table.agent.get(row) {
        Some(agent) => *agent,
        None => columns.conversations.assignee[table.conversation[row] as usize],
    }
}

/// What of a question is not about whole conversations.
pub(super) struct Narrow {
    pub(super) since: u32,
    pub(super) until: u32,
    /// `None`: whoever.
    agent: Option<u32>,
    hour: Option<usize>,
}

impl Narrow {
    pub(super) fn of(question: &Question<'_>) -> Self {
        let (since, until) = bounds(question.period.since, question.period.until);
        let agent = question.slice.agent;
        Self {
            since,
            until,
            agent: agent.map(|agent| question.columns.agents.find(&agent).unwrap_or(NOBODY - 1)),
            hour: question.slice.hour.map(|hour| usize::try_from(hour).unwrap_or(usize::MAX)),
        }
    }

    pub(super) fn has(&self, at: u32) -> bool {
        self.since <= at && at < self.until
    }

    pub(super) fn fits(&self, at: u32, agent: u32, local: &Local) -> bool {
        self.agent.is_none_or(|wanted| wanted == agent) && self.hour.is_none_or(|hour| local.hour(at) == hour)
    }

    /// The rows of a table that the question is about.
    pub(super) fn rows(
        &self,
        columns: &Columns,
        table: &Table,
        mask: &Mask,
        local: &Local,
        by_agent: bool,
    ) -> Vec<u32> {
        let takes_blocks = mask.is_everything && self.agent.is_none() && self.hour.is_none();
        let number = |row| u32::try_from(row).unwrap_or(u32::MAX);
        let mut found = Vec::with_capacity(if takes_blocks { table.len() } else { 0 });
        for (block, is_inside) in table.blocks_within(self.since, self.until) {
            if takes_blocks && is_inside {
                found.extend(number(block.start)..number(block.end));
                continue;
            }
            for row in block {
                let at = table.at[row];
                if !self.has(at) || !mask.fits[table.conversation[row] as usize] {
                    continue;
                }
                // A table may keep something else in place of the agent.
                let agent = match by_agent {
                    true => credited(columns, table, row),
                    false => columns.conversations.assignee[table.conversation[row] as usize],
                };
                if self.fits(at, agent, local) {
                    found.push(number(row));
                }
            }
        }
        found
    }
}

impl Slice {
    /// The slice within this one that is a group's. A day is no slice but a period.
    #[must_use]
    pub fn within(&self, key: &Key) -> Self {
        let mut slice = self.clone();
        match key.clone() {
            Key::Inbox(id) => slice.inbox = Some(id),
            Key::Channel(channel) => slice.channel = Some(channel),
            Key::Team(id) => slice.team = Some(id),
            Key::Agent(id) => slice.agent = Some(id),
            Key::Label(name) => slice.label = Some(name),
            Key::Category(name) => slice.category = Some(name),
            Key::Hour(hour) => slice.hour = Some(hour),
            Key::Day(_) => {}
        }
        slice
    }
}
