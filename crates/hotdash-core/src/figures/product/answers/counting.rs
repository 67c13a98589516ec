//! Counting: each part of the answers, group by group.

use super::{Answers, Part, unpack};
use crate::facts::FactKind;
use crate::figures::columns::{DraftRow, NO_TIME, NOBODY, REOPENED};
use crate::figures::definition::SlaPart;
use crate::figures::measured::DraftOutcome;
use crate::figures::product::select::credited;
use crate::figures::product::totals::{SPANS, TURNS, Totals};
use crate::figures::product::{Dimension, Key};
use crate::sla::Kind;
use jiff::ToSpan;
use jiff::civil::Date;

impl Answers<'_> {
    pub(super) fn count(&self, dimension: Option<Dimension>, parts: &[Part]) -> Vec<Totals> {
        let mut totals = vec![Totals::default(); self.groups(dimension)];
        for part in parts {
            self.count_part(*part, dimension, &mut totals);
        }
        totals
    }

    fn count_part(&self, part: Part, dimension: Option<Dimension>, totals: &mut [Totals]) {
        let columns = self.question.columns;
        match part {
            Part::Count(kind) => self.each_row(kind as usize, dimension, |group, _| {
                totals[group].counts[kind as usize] += 1;
            }),
            Part::Reopened => self.each_row(REOPENED, dimension, |group, _| totals[group].reopened += 1),
            Part::Turn(turn) => {
                let lengths = self.lengths(&columns.tables[TURNS[turn] as usize]);
                self.each_row(TURNS[turn] as usize, dimension, |group, row| {
                    let sum = &mut totals[group].turns[turn];
                    match lengths[row] {
                        NO_TIME => sum.untold += 1,
                        length => sum.seconds += i64::from(length),
                    }
                });
            }
            Part::Ratings => {
                let ratings = &columns.tables[FactKind::SurveyAnswered as usize].wall;
                self.each_row(FactKind::SurveyAnswered as usize, dimension, |group, row| {
                    let rating = usize::try_from(ratings[row]).unwrap_or(0);
                    if let Some(count) = totals[group].ratings.get_mut(rating.wrapping_sub(1)) {
                        *count += 1;
                    }
                });
            }
            Part::Time(span) => self.count_times(span, dimension, totals),
            Part::Waiting(span) => self.count_waiting(span, dimension, totals),
            Part::Promises => self.count_promises(dimension, totals),
            Part::Drafts => self.count_drafts(dimension, totals),
        }
    }

    /// Each row of a table that the question is about, once for every group that it belongs to.
    fn each_row(&self, place: usize, dimension: Option<Dimension>, mut each: impl FnMut(usize, usize)) {
        let columns = self.question.columns;
        let table = &columns.tables[place];
        for row in self.rows(place).iter().map(|row| *row as usize) {
            let agent = credited(columns, table, row);
            self.each_group(dimension, table.conversation[row], table.at[row], agent, |group| {
                each(group, row)
            });
        }
    }

    fn count_times(&self, span: usize, dimension: Option<Dimension>, totals: &mut [Totals]) {
        let columns = self.question.columns;
        let table = &columns.tables[SPANS[span] as usize];
        for (length, row) in self.sorted(span).iter().map(|packed| unpack(*packed)) {
            let row = row as usize;
            let agent = credited(columns, table, row);
            self.each_group(dimension, table.conversation[row], table.at[row], agent, |group| {
                let times = &mut totals[group].times[span];
                match length {
                    NO_TIME => times.untold += 1,
                    length => times.lengths.push(i64::from(length)),
                }
            });
        }
        totals.iter_mut().for_each(|totals| totals.times[span].finish());
    }

    fn count_waiting(&self, span: usize, dimension: Option<Dimension>, totals: &mut [Totals]) {
        let now = self.question.now.as_second();
        let assignee = &self.question.columns.conversations.assignee;
        // Whoever began last waits shortest, so these are in order as well.
        for (row, since) in self.waiting(span) {
            self.each_group(dimension, *row, *since, assignee[*row as usize], |group| {
                totals[group].waiting[span].lengths.push((now - i64::from(*since)).max(0));
            });
        }
        totals.iter_mut().for_each(|totals| totals.waiting[span].finish());
    }

    fn count_promises(&self, dimension: Option<Dimension>, totals: &mut [Totals]) {
        let assignee = &self.question.columns.conversations.assignee;
        self.each_promise(|row, kind, stands, at| {
            let Some(place) = Kind::ALL.iter().position(|one| *one == kind) else { return };
            self.each_group(dimension, row, at, assignee[row as usize], |group| {
                let promised = &mut totals[group].promised[place];
                match stands {
                    SlaPart::Met => promised.met += 1,
                    SlaPart::Breached => promised.breached += 1,
                    SlaPart::Running | SlaPart::Compliance => promised.running += 1,
                }
            });
        });
    }

    fn count_drafts(&self, dimension: Option<Dimension>, totals: &mut [Totals]) {
        let assignee = &self.question.columns.conversations.assignee;
        self.each_draft(|draft, is_ready, has_ended| {
            let agent = assignee[draft.conversation as usize];
            if is_ready {
                self.each_group(dimension, draft.conversation, draft.ready, agent, |group| {
                    add_ready(&mut totals[group], draft);
                });
            }
            if has_ended {
                self.each_group(dimension, draft.conversation, draft.ended, agent, |group| {
                    add_ended(&mut totals[group], draft);
                });
            }
        });
        for totals in totals {
            totals.drafted.ready.lengths.sort_unstable();
            totals.drafted.ready.finish();
        }
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

fn add_ready(totals: &mut Totals, draft: &DraftRow) {
    let drafted = &mut totals.drafted;
    drafted.ready.lengths.push(i64::from(draft.ready.saturating_sub(draft.created)));
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

fn add_ended(totals: &mut Totals, draft: &DraftRow) {
    let drafted = &mut totals.drafted;
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
