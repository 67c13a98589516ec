//! Counting: each part of the answers, group by group.

use super::lengths::Lengths;
use super::{Answers, Part};
use crate::facts::FactKind;
use crate::figures::columns::{DraftRow, NO_TIME, NOBODY, REOPENED};
use crate::figures::definition::SlaPart;
use crate::figures::measured::DraftOutcome;
use crate::figures::product::select::credited;
use crate::figures::product::threads::share_out;
use crate::figures::product::totals::{Drafted, Promised, SPANS, Sum, TURNS, Times, Totals};
use crate::figures::product::{Dimension, Key};
use crate::sla::Kind;
use jiff::ToSpan;
use jiff::civil::Date;
use std::cmp::Reverse;

/// Enters what was counted of each group.
type Enter = Box<dyn FnOnce(&mut [Totals]) + Send>;

fn enter<T: Send + 'static>(groups: Vec<T>, set: impl Fn(&mut Totals, T) + Send + 'static) -> Enter {
    Box::new(move |totals| totals.iter_mut().zip(groups).for_each(|(totals, one)| set(totals, one)))
}

impl Answers<'_> {
    pub(super) fn count(&self, dimension: Option<Dimension>, parts: &[Part]) -> Vec<Totals> {
        let mut parts = parts.to_vec();
        parts.sort_by_key(|part| Reverse(self.size(*part)));
        let counted = share_out(&parts, self.question.threads, |part| self.count_part(*part, dimension));
        let mut totals = vec![Totals::default(); self.groups(dimension)];
        counted.into_iter().for_each(|enter| enter(&mut totals));
        totals
    }

    /// How much there is to count, about.
    fn size(&self, part: Part) -> usize {
        let columns = self.question.columns;
        match part {
            Part::Count(kind) => columns.tables[kind as usize].len(),
            Part::Reopened => columns.tables[REOPENED].len(),
            Part::Turn(turn) => columns.tables[TURNS[turn] as usize].len() * 2,
            Part::Ratings => columns.tables[FactKind::SurveyAnswered as usize].len(),
            Part::Time(span) => columns.tables[SPANS[span] as usize].len() * 10,
            Part::Waiting(_) => columns.conversations.id.len(),
            Part::Promises => columns.promises.len(),
            Part::Drafts => columns.drafts.len(),
        }
    }

    fn count_part(&self, part: Part, dimension: Option<Dimension>) -> Enter {
        match part {
            Part::Count(kind) => enter(self.count_rows(kind as usize, dimension), move |totals, count| {
                totals.counts[kind as usize] = count;
            }),
            Part::Reopened => {
                enter(self.count_rows(REOPENED, dimension), |totals, count| totals.reopened = count)
            }
            Part::Turn(turn) => {
                enter(self.turns(turn, dimension), move |totals, sum| totals.turns[turn] = sum)
            }
            Part::Ratings => enter(self.ratings(dimension), |totals, ratings| totals.ratings = ratings),
            Part::Time(span) => enter(self.times(span, dimension), move |totals, times| {
                totals.times[span] = times;
            }),
            Part::Waiting(span) => enter(self.waits(span, dimension), move |totals, times| {
                totals.waiting[span] = times;
            }),
            Part::Promises => enter(self.promises(dimension), |totals, promised| totals.promised = promised),
            Part::Drafts => enter(self.drafts(dimension), |totals, drafted| totals.drafted = drafted),
        }
    }

    /// Each row of a table that the question is about, once for every group that it belongs to.
    fn each_row(&self, place: usize, dimension: Option<Dimension>, mut each: impl FnMut(usize, usize)) {
        let columns = self.question.columns;
        let (table, c) = (&columns.tables[place], &columns.conversations);
        let rows = self.rows(place).iter().map(|row| *row as usize);
        let of = |row: usize| table.conversation[row] as usize;
        // Asked once and not for each of millions of rows.
        match dimension {
            None => rows.for_each(|row| each(0, row)),
            Some(Dimension::Inbox) => each_known(rows, |row| c.inbox[of(row)], each),
            Some(Dimension::Channel) => each_known(rows, |row| c.channel[of(row)], each),
            Some(Dimension::Team) => each_known(rows, |row| c.team[of(row)], each),
            Some(Dimension::Agent) => each_known(rows, |row| credited(columns, table, row), each),
            Some(Dimension::Label) => each_listed(rows, |row| c.labels.of(of(row)), each),
            Some(Dimension::Category) => each_listed(rows, |row| c.categories.of(of(row)), each),
            Some(Dimension::Hour) => rows.for_each(|row| each(self.local.hour(table.at[row]), row)),
            Some(Dimension::Day) => {
                let first = self.local.day(self.narrow.since);
                let day = |row: usize| usize::try_from(self.local.day(table.at[row]) - first).unwrap_or(0);
                rows.for_each(|row| each(day(row), row));
            }
        }
    }

    fn count_rows(&self, place: usize, dimension: Option<Dimension>) -> Vec<usize> {
        if dimension.is_none() {
            return vec![self.rows(place).len()];
        }
        let mut counts = vec![0; self.groups(dimension)];
        self.each_row(place, dimension, |group, _| counts[group] += 1);
        counts
    }

    fn turns(&self, turn: usize, dimension: Option<Dimension>) -> Vec<Sum> {
        let place = TURNS[turn] as usize;
        let lengths = self.lengths(&self.question.columns.tables[place]);
        let mut sums = vec![Sum::default(); self.groups(dimension)];
        self.each_row(place, dimension, |group, row| match lengths[row] {
            NO_TIME => sums[group].untold += 1,
            length => sums[group].seconds += i64::from(length),
        });
        sums
    }

    fn ratings(&self, dimension: Option<Dimension>) -> Vec<[usize; 5]> {
        let place = FactKind::SurveyAnswered as usize;
        let ratings = &self.question.columns.tables[place].wall;
        let mut counts = vec![[0; 5]; self.groups(dimension)];
        self.each_row(place, dimension, |group, row| {
            let rating = usize::try_from(ratings[row]).unwrap_or(0);
            if let Some(count) = counts[group].get_mut(rating.wrapping_sub(1)) {
                *count += 1;
            }
        });
        counts
    }

    fn times(&self, span: usize, dimension: Option<Dimension>) -> Vec<Times> {
        let place = SPANS[span] as usize;
        let lengths = self.lengths(&self.question.columns.tables[place]);
        let mut found = Lengths::of(self.groups(dimension), self.rows(place).len());
        self.each_row(place, dimension, |group, row| match lengths[row] {
            NO_TIME => found.untold[group] += 1,
            length => found.push(group, length),
        });
        found.times()
    }

    fn waits(&self, span: usize, dimension: Option<Dimension>) -> Vec<Times> {
        let now = self.question.now.as_second();
        let assignee = &self.question.columns.conversations.assignee;
        let waiting = self.waiting(span);
        let mut found = Lengths::of(self.groups(dimension), waiting.len());
        for (row, since) in waiting {
            self.each_group(dimension, *row, *since, assignee[*row as usize], |group| {
                found.push(group, (now - i64::from(*since)).max(0));
            });
        }
        found.times()
    }

    fn promises(&self, dimension: Option<Dimension>) -> Vec<[Promised; 3]> {
        let assignee = &self.question.columns.conversations.assignee;
        let mut promised = vec![[Promised::default(); 3]; self.groups(dimension)];
        self.each_promise(|row, kind, stands, at| {
            let Some(place) = Kind::ALL.iter().position(|one| *one == kind) else { return };
            self.each_group(dimension, row, at, assignee[row as usize], |group| {
                let promised = &mut promised[group][place];
                match stands {
                    SlaPart::Met => promised.met += 1,
                    SlaPart::Breached => promised.breached += 1,
                    SlaPart::Running | SlaPart::Compliance => promised.running += 1,
                }
            });
        });
        promised
    }

    fn drafts(&self, dimension: Option<Dimension>) -> Vec<Drafted> {
        let assignee = &self.question.columns.conversations.assignee;
        let mut drafted = vec![Drafted::default(); self.groups(dimension)];
        let mut ready = Lengths::of(drafted.len(), 0);
        self.each_draft(|draft, is_ready, has_ended| {
            let agent = assignee[draft.conversation as usize];
            if is_ready {
                self.each_group(dimension, draft.conversation, draft.ready, agent, |group| {
                    ready.push(group, i64::from(draft.ready.saturating_sub(draft.created)));
                    add_ready(&mut drafted[group], draft);
                });
            }
            if has_ended {
                self.each_group(dimension, draft.conversation, draft.ended, agent, |group| {
                    add_ended(&mut drafted[group], draft);
                });
            }
        });
        drafted.iter_mut().zip(ready.times()).for_each(|(drafted, times)| drafted.ready = times);
        drafted
    }

    /// How many groups there can be.
    fn groups(&self, dimension: Option<Dimension>) -> usize {
        let columns = self.question.columns;
        match dimension {
            None => 1,
            Some(Dimension::Inbox) => columns.inboxes.values().len(),
            Some(Dimension::Channel) => columns.channels.values().len(),
            Some(Dimension::Team) => columns.teams.values().len(),
            Some(Dimension::Agent) => columns.agents.values().len(),
            Some(Dimension::Label) => columns.labels.values().len(),
            Some(Dimension::Category) => columns.categories.values().len(),
            Some(Dimension::Hour) => 24,
            Some(Dimension::Day) => {
                let (first, last) = (self.narrow.since, self.narrow.until.saturating_sub(1));
                usize::try_from(self.local.day(last.max(first)) - self.local.day(first) + 1).unwrap_or(1)
            }
        }
    }

    /// The groups that something belongs to. Which are shown is decided by whether anything did.
    fn each_group(
        &self,
        dimension: Option<Dimension>,
        row: u32,
        at: u32,
        agent: u32,
        mut each: impl FnMut(usize),
    ) {
        let c = &self.question.columns.conversations;
        let mut known = |code: u32| {
            if code != NOBODY {
                each(code as usize);
            }
        };
        match dimension {
            None => known(0),
            Some(Dimension::Inbox) => known(c.inbox[row as usize]),
            Some(Dimension::Channel) => known(c.channel[row as usize]),
            Some(Dimension::Team) => known(c.team[row as usize]),
            Some(Dimension::Agent) => known(agent),
            Some(Dimension::Label) => c.labels.of(row as usize).iter().for_each(|code| known(*code)),
            Some(Dimension::Category) => c.categories.of(row as usize).iter().for_each(|code| known(*code)),
            Some(Dimension::Hour) => each(self.local.hour(at)),
            Some(Dimension::Day) => {
                // What waits since before the period belongs to none of its days.
                if self.narrow.has(at) {
                    each(
                        usize::try_from(self.local.day(at) - self.local.day(self.narrow.since)).unwrap_or(0),
                    );
                }
            }
        }
    }

    pub(super) fn key(&self, dimension: Dimension, group: usize) -> Option<Key> {
        let columns = self.question.columns;
        Some(match dimension {
            Dimension::Inbox => Key::Inbox(*columns.inboxes.values().get(group)?),
            Dimension::Channel => Key::Channel(columns.channels.values().get(group)?.clone()),
            Dimension::Team => Key::Team(*columns.teams.values().get(group)?),
            Dimension::Agent => Key::Agent(*columns.agents.values().get(group)?),
            Dimension::Label => Key::Label(columns.labels.values().get(group)?.clone()),
            Dimension::Category => Key::Category(columns.categories.values().get(group)?.clone()),
            Dimension::Hour => Key::Hour(i8::try_from(group).ok()?),
            Dimension::Day => {
                let day = self.local.day(self.narrow.since) + i64::try_from(group).ok()?;
                Key::Day(Date::new(1970, 1, 1).ok()?.checked_add(day.days()).ok()?)
            }
        })
    }
}

fn each_known(
    rows: impl Iterator<Item = usize>,
    code: impl Fn(usize) -> u32,
    mut each: impl FnMut(usize, usize),
) {
    for row in rows {
        let code = code(row);
        if code != NOBODY {
            each(code as usize, row);
        }
    }
}

fn each_listed<'a>(
    rows: impl Iterator<Item = usize>,
    codes: impl Fn(usize) -> &'a [u32],
    mut each: impl FnMut(usize, usize),
) {
    for row in rows {
        codes(row).iter().for_each(|code| each(*code as usize, row));
    }
}

fn add_ready(drafted: &mut Drafted, draft: &DraftRow) {
    drafted.findings += usize::from(draft.findings);
    drafted.blocked += usize::from(draft.blocking > 0);
    if let Some(tokens) = draft.tokens {
        drafted.tokens += u64::from(tokens);
        drafted.told += 1;
    }
    if let Some(cost) = draft.cost {
        drafted.cost = drafted.cost.saturating_add(cost);
        drafted.priced += 1;
    }
}

fn add_ended(drafted: &mut Drafted, draft: &DraftRow) {
    drafted.ended += 1;
    match draft.outcome {
        Some(DraftOutcome::Approved) => drafted.approved += 1,
        Some(DraftOutcome::Edited) => drafted.edited += 1,
        Some(DraftOutcome::Rejected) => drafted.rejected += 1,
        Some(DraftOutcome::Superseded) => drafted.superseded += 1,
        Some(DraftOutcome::Expired | DraftOutcome::Failed) | None => {}
    }
    if let Some(changed) = draft.changed_permille {
        drafted.changed_permille += u64::from(changed);
        drafted.compared += 1;
    }
    if let Some(grades) = draft.grades {
        drafted.grades.iter_mut().zip(grades).for_each(|(sum, grade)| *sum += u64::from(grade));
        drafted.graded += 1;
    }
}
