//! Tables of facts: one row each, column by column, with the first and last instant of every block of rows.

use crate::facts::{Fact, FactKind};
use crate::figures::measured::{DraftFact, DraftOutcome, SlaFact, SlaOutcome};
use crate::sla::Kind;
use std::ops::Range;

/// Rows whose instants are summed up by their first and last: a block outside a period is not read.
const BLOCK: usize = 4096;
/// No agent, no team.
pub(crate) const NOBODY: u32 = u32::MAX;
/// No such instant.
pub(crate) const NEVER: u32 = u32::MAX;
/// A length that nobody told.
pub(crate) const NO_TIME: i32 = i32::MAX;

/// Microseconds as a whole second, cut; before 1970 and after 2106 the nearest that there is.
pub(crate) fn second(micros: i64) -> u32 {
    u32::try_from(micros.div_euclid(1_000_000).clamp(0, i64::from(NEVER) - 1)).unwrap_or(0)
}

/// Facts of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) conversation: Vec<u32>,
    pub(crate) at: Vec<u32>,
    /// Empty for kinds that credit nobody.
    pub(crate) agent: Vec<u32>,
    /// Empty for kinds that take no time. Of an answered survey the rating.
    pub(crate) wall: Vec<i32>,
    pub(crate) business: Vec<i32>,
    blocks: Vec<(u32, u32)>,
}

/// Kinds that the desk credits to nobody: they count for who has the conversation.
pub(crate) fn credits_nobody(kind: FactKind) -> bool {
    matches!(kind, FactKind::Created | FactKind::MessageIn | FactKind::SurveySent)
}

fn takes_time(kind: FactKind) -> bool {
    !credits_nobody(kind) && !matches!(kind, FactKind::MessageOut | FactKind::SurveyAnswered)
}

fn length(seconds: Option<i64>) -> i32 {
    seconds.map_or(NO_TIME, |seconds| {
        i32::try_from(seconds.clamp(-i64::from(NO_TIME), i64::from(NO_TIME) - 1)).unwrap_or(0)
    })
}

impl Table {
    pub(crate) fn len(&self) -> usize {
        self.at.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        4 * (2 * self.at.len() + self.agent.len() + self.wall.len() + self.business.len())
    }

    pub(crate) fn push(&mut self, conversation: u32, agent: u32, fact: &Fact) {
        self.instant(conversation, second(fact.at));
        if !credits_nobody(fact.kind) {
            self.agent.push(agent);
        }
        if takes_time(fact.kind) {
            self.wall.push(length(fact.seconds));
            self.business.push(length(fact.business));
        }
        if fact.kind == FactKind::SurveyAnswered {
            self.wall.push(fact.rating.map_or(0, i32::from));
        }
    }

    /// A category, in place of an agent.
    pub(crate) fn push_seen(&mut self, conversation: u32, category: u32, at: u32) {
        self.instant(conversation, at);
        self.agent.push(category);
    }

    fn instant(&mut self, conversation: u32, at: u32) {
        if self.at.len().is_multiple_of(BLOCK) {
            self.blocks.push((at, at));
        }
        if let Some((first, last)) = self.blocks.last_mut() {
            (*first, *last) = ((*first).min(at), (*last).max(at));
        }
        self.conversation.push(conversation);
        self.at.push(at);
    }

    /// The rows of blocks that have instants from `since` on, before `until`; and whether all of the block's are.
    pub(crate) fn blocks_within(&self, since: u32, until: u32) -> impl Iterator<Item = (Range<usize>, bool)> {
        let within = move |(_, (first, last)): &(usize, &(u32, u32))| *last >= since && *first < until;
        let rows = self.len();
        let block = move |(block, (first, last)): (usize, &(u32, u32))| {
            (block * BLOCK..((block + 1) * BLOCK).min(rows), *first >= since && *last < until)
        };
        self.blocks.iter().enumerate().filter(within).map(block)
    }

    pub(crate) fn keep(&mut self, moved: &[u32]) {
        let kept: Vec<bool> = self.conversation.iter().map(|row| moved[*row as usize] != u32::MAX).collect();
        let is_kept = |row: usize| kept[row];
        keep_rows(&mut self.agent, is_kept);
        keep_rows(&mut self.wall, is_kept);
        keep_rows(&mut self.business, is_kept);
        let rows = std::mem::take(&mut self.conversation);
        let instants = std::mem::take(&mut self.at);
        self.blocks.clear();
        for (row, at) in rows.into_iter().zip(instants) {
            let to = moved[row as usize];
            if to != u32::MAX {
                self.instant(to, at);
            }
        }
    }
}

/// Keep the rows that are kept; a column that is not used stays empty.
pub(crate) fn keep_rows<T>(column: &mut Vec<T>, is_kept: impl Fn(usize) -> bool) {
    let mut row = 0;
    column.retain(|_| {
        row += 1;
        is_kept(row - 1)
    });
}

/// A list of codes for each row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    ends: Vec<u32>,
    codes: Vec<u32>,
}

impl Lists {
    pub(crate) fn push(&mut self, codes: impl Iterator<Item = u32>) {
        let begin = self.codes.len();
        for code in codes {
            if !self.codes[begin..].contains(&code) {
                self.codes.push(code);
            }
        }
        self.ends.push(u32::try_from(self.codes.len()).unwrap_or(u32::MAX));
    }

    pub(crate) fn of(&self, row: usize) -> &[u32] {
        let begin = row.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.codes[begin..self.ends[row] as usize]
    }

    pub(crate) fn keep(&mut self, is_kept: impl Fn(usize) -> bool) {
        let mut kept = Self::default();
        for row in (0..self.ends.len()).filter(|row| is_kept(*row)) {
            kept.push(self.of(row).iter().copied());
        }
        *self = kept;
    }
}

/// How a promise stands, as far as no present is needed to say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    Met,
    Breached,
    /// Breached from its instant on.
    Open,
}

/// Clocks of promises.
#[derive(Debug, Clone, Default)]
pub(crate) struct Promises {
    pub(crate) conversation: Vec<u32>,
    pub(crate) kind: Vec<Kind>,
    pub(crate) stand: Vec<Stand>,
    /// When it was met, breached, or will be; [`NEVER`] while it stands still.
    pub(crate) at: Vec<u32>,
}

impl Promises {
    pub(crate) fn len(&self) -> usize {
        self.at.len()
    }

    pub(crate) fn push(&mut self, row: u32, fact: SlaFact) {
        let (stand, at) = match fact.outcome {
            SlaOutcome::Met { at } => (Stand::Met, second(at)),
            SlaOutcome::Breached { at } => (Stand::Breached, second(at)),
            SlaOutcome::Open { due } => (Stand::Open, due.map_or(NEVER, second)),
        };
        self.conversation.push(row);
        self.kind.push(fact.kind);
        self.stand.push(stand);
        self.at.push(at);
    }

    pub(crate) fn keep(&mut self, moved: &[u32]) {
        let kept: Vec<bool> = self.conversation.iter().map(|row| moved[*row as usize] != u32::MAX).collect();
        let is_kept = |row: usize| kept[row];
        keep_rows(&mut self.conversation, is_kept);
        keep_rows(&mut self.kind, is_kept);
        keep_rows(&mut self.stand, is_kept);
        keep_rows(&mut self.at, is_kept);
        self.conversation.iter_mut().for_each(|row| *row = moved[*row as usize]);
    }
}

/// Drafts, row by row: there are few of them beside the facts, and a figure reads most of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Drafts {
    pub(crate) rows: Vec<DraftRow>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct DraftRow {
    pub(crate) conversation: u32,
    pub(crate) created: u32,
    /// [`NEVER`] where it never was.
    pub(crate) ready: u32,
    pub(crate) ended: u32,
    pub(crate) outcome: Option<DraftOutcome>,
    pub(crate) changed_permille: Option<u16>,
    pub(crate) grades: Option<[u8; 3]>,
    pub(crate) findings: u16,
    pub(crate) blocking: u16,
    pub(crate) tokens: Option<u32>,
    pub(crate) cost: Option<u64>,
}

impl Drafts {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn push(&mut self, conversation: u32, draft: &DraftFact) {
        self.rows.push(DraftRow {
            conversation,
            created: second(draft.created_at),
            ready: draft.ready_at.map_or(NEVER, second),
            ended: draft.ended.map_or(NEVER, |(_, at)| second(at)),
            outcome: draft.ended.map(|(outcome, _)| outcome),
            changed_permille: draft.changed_permille,
            grades: draft.grades,
            findings: draft.findings,
            blocking: draft.blocking,
            tokens: draft.tokens,
            cost: draft.cost,
        });
    }

    pub(crate) fn keep(&mut self, moved: &[u32]) {
        self.rows.retain_mut(|row| {
            row.conversation = moved[row.conversation as usize];
            row.conversation != u32::MAX
        });
    }
}
