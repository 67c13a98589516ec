//! The answers to a question: one way to compute every figure, for the whole and for its groups.
//!
//! Rows are selected once for each kind of fact and put into groups; the whole is one group. What is counted of different
//! kinds is shared out to threads.

mod behind;
mod counting;
mod lengths;

use super::local::Local;
use super::select::{Mask, Narrow};
use super::totals::{SPANS, TURNS, Totals, place};
use super::{Clock, Dimension, Key, Question, Value};
use crate::facts::FactKind;
use crate::figures::columns::{DraftRow, KINDS, NEVER, NO_TIME, REOPENED, SEEN, Stand, Table};
use crate::figures::definition::{CsatPart, Definition, DraftPart, Of, SlaPart};
use crate::figures::measured::DraftOutcome;
use crate::ids::ConversationId;
use crate::sla::Kind;
use std::sync::OnceLock;

/// The upper ends of the classes of first responses, in seconds; the last class has none.
pub const DISTRIBUTION: [i64; 8] = [60, 300, 900, 1800, 3600, 4 * 3600, 8 * 3600, 24 * 3600];

/// Answers to one question. See the module.
pub struct Answers<'a> {
    question: Question<'a>,
    mask: OnceLock<Mask>,
    narrow: Narrow,
    local: Local,
    rows: [OnceLock<Vec<u32>>; KINDS + 2],
    waiting: [OnceLock<Vec<(u32, u32)>>; 3],
    whole: OnceLock<Totals>,
}

/// What has to be counted for a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Count(FactKind),
    Reopened,
    Time(usize),
    Waiting(usize),
    Turn(usize),
    Promises,
    Ratings,
    Drafts,
}

fn parts(of: Of) -> Vec<Part> {
    match of {
        Of::Count(kind) => vec![Part::Count(kind)],
        Of::Reopened => vec![Part::Reopened],
        Of::Time(kind, _) => place(&SPANS, kind).map(Part::Time).into_iter().collect(),
        Of::Waiting(kind, _) => place(&SPANS, kind).map(Part::Waiting).into_iter().collect(),
        Of::Turn(kind) => place(&TURNS, kind).map(Part::Turn).into_iter().collect(),
        Of::Sla(..) => vec![Part::Promises],
        Of::Csat(CsatPart::ResponseRate) => vec![Part::Ratings, Part::Count(FactKind::SurveySent)],
        Of::Csat(_) => vec![Part::Ratings],
        Of::Draft(_) => vec![Part::Drafts],
    }
}

fn all_parts() -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for part in Definition::all().flat_map(|figure| parts(figure.of)) {
        if !all.contains(&part) {
            all.push(part);
        }
    }
    all
}

impl<'a> Answers<'a> {
    pub(super) fn new(question: Question<'a>) -> Self {
        let narrow = Narrow::of(&question);
        // Waits may have begun whenever; drafts and promises too.
        let local =
            Local::new(&question.zone, 0, i64::from(NEVER).min(question.period.until.max(0) + 86_400 * 3660));
        Self {
            question,
            mask: OnceLock::new(),
            narrow,
            local,
            rows: Default::default(),
            waiting: Default::default(),
            whole: OnceLock::new(),
        }
    }

    /// What was asked.
    #[must_use]
    pub fn question(&self) -> &Question<'a> {
        &self.question
    }

    /// A figure of the whole slice, or why it has no value. Only what it needs is computed.
    pub fn value(&self, figure: &Definition) -> Value {
        match self.whole.get() {
            Some(whole) => whole.value(figure.of),
            None => self.count(None, &parts(figure.of)).swap_remove(0).value(figure.of),
        }
    }

    /// Everything of the whole slice.
    #[must_use]
    pub fn whole(&self) -> &Totals {
        self.whole.get_or_init(|| self.count(None, &all_parts()).swap_remove(0))
    }

    /// Everything of each group in which something happened, in the order of their keys.
    #[must_use]
    pub fn by(&self, dimension: Dimension) -> Vec<(Key, Totals)> {
        self.grouped(dimension, &all_parts())
    }

    /// One figure of each group.
    #[must_use]
    pub fn figure_by(&self, dimension: Dimension, figure: &Definition) -> Vec<(Key, Value)> {
        let groups = self.grouped(dimension, &parts(figure.of));
        groups.into_iter().map(|(key, totals)| (key, totals.value(figure.of))).collect()
    }

    fn grouped(&self, dimension: Dimension, parts: &[Part]) -> Vec<(Key, Totals)> {
        let counted = self.count(Some(dimension), parts).into_iter().enumerate();
        let touched = counted.filter(|(_, totals)| totals.is_touched());
        let mut groups: Vec<_> =
            touched.filter_map(|(group, totals)| Some((self.key(dimension, group)?, totals))).collect();
        groups.sort_by(|(a, _), (b, _)| a.cmp(b));
        groups
    }

    /// How many first responses took up to each of [`DISTRIBUTION`], and longer; by the clock of the question.
    #[must_use]
    pub fn distribution(&self) -> [usize; 9] {
        let mut counts = [0; 9];
        for (length, _) in self.lengths_with_rows(0) {
            if length != NO_TIME {
                counts[DISTRIBUTION.partition_point(|end| *end <= i64::from(length))] += 1;
            }
        }
        counts
    }

    /// How many conversations began in each hour of each weekday, Monday first.
    #[must_use]
    pub fn peak_hours(&self) -> [[usize; 24]; 7] {
        let mut hours = [[0; 24]; 7];
        let table = &self.question.columns.tables[FactKind::Created as usize];
        for row in self.rows(FactKind::Created as usize) {
            let at = table.at[*row as usize];
            hours[self.local.weekday(at)][self.local.hour(at)] += 1;
        }
        hours
    }

    /// In how many conversations each category was first seen in the period, and in how many any was.
    #[must_use]
    pub fn categories(&self) -> (Vec<(String, usize)>, usize) {
        let columns = self.question.columns;
        let table = &columns.tables[SEEN];
        let mut counts = vec![0; columns.categories.values().len()];
        let (mut any, mut last) = (0, None);
        for row in self.rows(SEEN) {
            counts[table.agent[*row as usize] as usize] += 1;
            // The rows of a conversation stand side by side.
            let conversation = Some(table.conversation[*row as usize]);
            any += usize::from(last != conversation);
            last = conversation;
        }
        let named = columns.categories.values().iter().cloned().zip(counts);
        let mut named: Vec<_> = named.filter(|(_, count)| *count > 0).collect();
        named.sort();
        (named, any)
    }

    /// The conversations in which a category was first seen in the period, in the order of their numbers.
    #[must_use]
    pub fn conversations_of_category(&self, category: &str) -> Vec<ConversationId> {
        let columns = self.question.columns;
        let table = &columns.tables[SEEN];
        let code = columns.categories.find(&category.to_owned());
        let rows = self.rows(SEEN).iter().filter(|row| Some(table.agent[**row as usize]) == code);
        self.ids(rows.map(|row| table.conversation[*row as usize]))
    }

    /// The conversations behind a figure, in the order of their numbers, each once.
    #[must_use]
    pub fn conversations(&self, figure: &Definition) -> Vec<ConversationId> {
        let columns = self.question.columns;
        let of_table = |place: usize| {
            let table = &columns.tables[place];
            self.ids(self.rows(place).iter().map(|row| table.conversation[*row as usize]))
        };
        match figure.of {
            Of::Count(kind) | Of::Time(kind, _) | Of::Turn(kind) => of_table(kind as usize),
            Of::Reopened => of_table(REOPENED),
            Of::Waiting(kind, _) => match place(&SPANS, kind) {
                Some(span) => self.ids(self.waiting(span).iter().map(|(row, _)| *row)),
                None => Vec::new(),
            },
            Of::Sla(kind, part) => {
                let mut rows = Vec::new();
                self.each_promise(|row, of, stands, _| {
                    let is_asked = kind.is_none_or(|kind| kind == of);
                    if is_asked
                        && (part == stands || (part == SlaPart::Compliance && stands != SlaPart::Running))
                    {
                        rows.push(row);
                    }
                });
                self.ids(rows.into_iter())
            }
            Of::Csat(part) => {
                let place = match part {
                    CsatPart::ResponseRate => FactKind::SurveySent as usize,
                    _ => FactKind::SurveyAnswered as usize,
                };
                let table = &columns.tables[place];
                let wanted = match part {
                    CsatPart::Positive => 4..=5,
                    CsatPart::Negative => 1..=2,
                    CsatPart::ResponseRate => i32::MIN..=i32::MAX,
                    _ => 1..=5,
                };
                let rating = |row: &&u32| table.wall.get(**row as usize).copied().unwrap_or(0);
                let rows = self.rows(place).iter().filter(|row| wanted.contains(&rating(row)));
                self.ids(rows.map(|row| table.conversation[*row as usize]))
            }
            Of::Draft(part) => {
                let mut rows = Vec::new();
                self.each_draft(|draft, is_ready, has_ended| {
                    if is_behind(part, draft, is_ready, has_ended) {
                        rows.push(draft.conversation);
                    }
                });
                self.ids(rows.into_iter())
            }
        }
    }

    fn ids(&self, rows: impl Iterator<Item = u32>) -> Vec<ConversationId> {
        let all = &self.question.columns.conversations.id;
        let mut ids: Vec<_> = rows.map(|row| all[row as usize]).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn mask(&self) -> &Mask {
        self.mask.get_or_init(|| Mask::of(self.question.columns, &self.question.slice))
    }

    fn rows(&self, place: usize) -> &[u32] {
        self.rows[place].get_or_init(|| {
            let columns = self.question.columns;
            self.narrow.rows(columns, &columns.tables[place], self.mask(), &self.local, place != SEEN)
        })
    }

    fn lengths<'t>(&self, table: &'t Table) -> &'t [i32] {
        match self.question.clock {
            Clock::Wall => &table.wall,
            Clock::Business => &table.business,
        }
    }

    /// Lengths of a span, unknown ones among them, with their rows.
    fn lengths_with_rows(&self, span: usize) -> impl Iterator<Item = (i32, u32)> {
        let place = SPANS[span] as usize;
        let lengths = self.lengths(&self.question.columns.tables[place]);
        self.rows(place).iter().map(|row| (lengths[*row as usize], *row))
    }

    /// Conversations in which a span has not ended, with its beginning.
    fn waiting(&self, span: usize) -> &[(u32, u32)] {
        self.waiting[span].get_or_init(|| {
            let c = &self.question.columns.conversations;
            let since = |row: usize| match SPANS[span] {
                _ if c.is_resolved[row] => NEVER,
                FactKind::FirstResponse if c.is_answered[row] => NEVER,
                FactKind::ReplyTime if c.is_answered[row] => c.waiting_since[row],
                FactKind::ReplyTime => NEVER,
                _ => c.created[row],
            };
            let mut found = Vec::new();
            for (row, _) in self.mask().fits.iter().enumerate().filter(|(_, fits)| **fits) {
                let began = since(row);
                if began < self.narrow.until && self.narrow.fits(began, c.assignee[row], &self.local) {
                    found.push((u32::try_from(row).unwrap_or(u32::MAX), began));
                }
            }
            found.sort_unstable_by_key(|(row, began)| (std::cmp::Reverse(*began), *row));
            found
        })
    }

    /// Each clock that the question is about: its conversation, kind, how it stands, and when that was.
    fn each_promise(&self, mut each: impl FnMut(u32, Kind, SlaPart, u32)) {
        let columns = self.question.columns;
        let (all, c) = (&columns.promises, &columns.conversations);
        let now = u32::try_from(self.question.now.as_second()).unwrap_or(0);
        for at in 0..all.len() {
            let row = all.conversation[at];
            let stands = match all.stand[at] {
                Stand::Met => SlaPart::Met,
                Stand::Open if all.at[at] > now => SlaPart::Running,
                Stand::Breached | Stand::Open => SlaPart::Breached,
            };
            let when = if stands == SlaPart::Running { c.created[row as usize] } else { all.at[at] };
            let is_in = match stands {
                SlaPart::Running => when < self.narrow.until,
                _ => self.narrow.has(when),
            };
            let fits = || {
                self.mask().fits[row as usize]
                    && self.narrow.fits(when, c.assignee[row as usize], &self.local)
            };
            if is_in && fits() {
                each(row, all.kind[at], stands, when);
            }
        }
    }

    /// Each draft that the question is about: whether it became ready, and whether it ended, in the period.
    fn each_draft(&self, mut each: impl FnMut(&DraftRow, bool, bool)) {
        let c = &self.question.columns.conversations;
        for draft in &self.question.columns.drafts.rows {
            let row = draft.conversation as usize;
            let fits = |at| self.narrow.has(at) && self.narrow.fits(at, c.assignee[row], &self.local);
            let (is_ready, has_ended) = (fits(draft.ready), fits(draft.ended));
            if (is_ready || has_ended) && self.mask().fits[row] {
                each(draft, is_ready, has_ended);
            }
        }
    }
}

fn is_behind(part: DraftPart, draft: &DraftRow, is_ready: bool, has_ended: bool) -> bool {
    let ended_as =
        |outcomes: &[DraftOutcome]| has_ended && draft.outcome.is_some_and(|one| outcomes.contains(&one));
    match part {
        DraftPart::Ready | DraftPart::ReadyTime(_) => is_ready,
        DraftPart::Decided => {
            ended_as(&[DraftOutcome::Approved, DraftOutcome::Edited, DraftOutcome::Rejected])
        }
        DraftPart::Approved => ended_as(&[DraftOutcome::Approved]),
        DraftPart::Edited => ended_as(&[DraftOutcome::Edited]),
        DraftPart::Rejected => ended_as(&[DraftOutcome::Rejected]),
        DraftPart::Superseded => ended_as(&[DraftOutcome::Superseded]),
        DraftPart::EditDistance => has_ended && draft.changed_permille.is_some(),
        DraftPart::Tone | DraftPart::Accuracy | DraftPart::Policy => has_ended && draft.grades.is_some(),
        DraftPart::Findings => is_ready && draft.findings > 0,
        DraftPart::Blocked => is_ready && draft.blocking > 0,
        DraftPart::Tokens => is_ready && draft.tokens.is_some(),
        DraftPart::Cost | DraftPart::CostMean => is_ready && draft.cost.is_some(),
    }
}
