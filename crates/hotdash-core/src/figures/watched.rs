//! What is watched for being unusual: series made of the same columns as every figure.

use super::columns::{Columns, NO_TIME, NOBODY, SEEN, Table};
use super::measured::DraftOutcome;
use crate::anomaly::{Bucket, Kind, LocalHour, Measure, Series, WEEKS};
use crate::facts::{FactKind, Settings};
use crate::ids::ConversationId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// An inbox, issue or agent of which there was less in all the weeks tells nothing by the hour.
const LEAST: usize = 40;
const WEEK: i64 = 168;

/// The hour that an instant lies in, on the desk's clocks.
#[must_use]
pub fn hour_of(second: i64, zone: &TimeZone) -> LocalHour {
    let at = Timestamp::from_second(second).unwrap_or_default().to_zoned(zone.clone());
    LocalHour::of(at.date(), at.hour())
}

/// The series of a desk, until the hour `at`, which is the last complete one. The weeks in which nothing was known yet
/// are left out, so nothing is called unusual for having begun.
#[must_use]
pub fn watched(columns: &Columns, settings: &Settings, zone: &TimeZone, at: LocalHour) -> Vec<Series> {
    let Some(known) = columns.known_since() else { return Vec::new() };
    let weeks = i64::try_from(WEEKS).unwrap_or(0) + 1;
    // The hour in which the first conversation began is known in part only.
    let first = LocalHour((at.0 - weeks * WEEK + 1).max(hour_of(known, zone).0 + 1));
    let Ok(hours) = usize::try_from(at.0 - first.0 + 1) else { return Vec::new() };
    let watch = Watch { columns, zone, first, hours, told: LocalHour(at.0 - WEEK) };
    let mut series = vec![
        watch.series(Kind::Volume, "All conversations", Measure::Count, watch.created(|_| true)),
        watch.series(Kind::ResponseTime, "First responses", Measure::Seconds, watch.responses(|_| true)),
    ];
    series.extend(watch.inboxes(settings));
    series.extend(watch.issues());
    series.extend(watch.agents(settings));
    series.extend(watch.drafts());
    series
}

struct Watch<'a> {
    columns: &'a Columns,
    zone: &'a TimeZone,
    first: LocalHour,
    hours: usize,
    /// Conversations are named from here on.
    told: LocalHour,
}

impl Watch<'_> {
    fn series(&self, kind: Kind, name: &str, measure: Measure, buckets: Vec<Bucket>) -> Series {
        Series::new(kind, name, measure, self.first, buckets)
    }

    fn empty(&self) -> Vec<Bucket> {
        vec![Bucket::default(); self.hours]
    }

    /// The bucket of an instant, and whether its conversations are named.
    fn place(&self, second: u32) -> Option<(usize, bool)> {
        let hour = hour_of(i64::from(second), self.zone);
        let place = usize::try_from(hour.0 - self.first.0).ok().filter(|place| *place < self.hours)?;
        Some((place, hour > self.told))
    }

    /// Each row of a table that is within the hours: its number, its bucket, and its conversation where that is named.
    fn rows<'t>(
        &'t self,
        table: &'t Table,
    ) -> impl Iterator<Item = (usize, usize, Option<ConversationId>)> + 't {
        let c = &self.columns.conversations;
        let alive = move |row: &usize| c.alive[table.conversation[*row] as usize];
        (0..table.len()).filter(alive).filter_map(move |row| {
            let (place, is_named) = self.place(table.at[row])?;
            Some((row, place, is_named.then(|| c.id[table.conversation[row] as usize])))
        })
    }

    fn table(&self, kind: FactKind) -> &Table {
        &self.columns.tables[kind as usize]
    }

    /// Conversations that began, of those that fit.
    fn created(&self, fits: impl Fn(usize) -> bool) -> Vec<Bucket> {
        let table = self.table(FactKind::Created);
        let mut buckets = self.empty();
        for (row, place, id) in self.rows(table) {
            if fits(table.conversation[row] as usize) {
                buckets[place].count += 1;
                buckets[place].conversations.extend(id);
            }
        }
        buckets
    }

    /// How long first responses took, of those whose agent fits.
    fn responses(&self, fits: impl Fn(u32) -> bool) -> Vec<Bucket> {
        let table = self.table(FactKind::FirstResponse);
        let mut buckets = self.empty();
        for (row, place, id) in self.rows(table) {
            let length = table.wall[row];
            if length != NO_TIME && fits(table.agent[row]) {
                buckets[place].seconds.push(u32::try_from(length).unwrap_or(0));
                buckets[place].conversations.extend(id);
            }
        }
        buckets
    }

    fn inboxes(&self, settings: &Settings) -> Vec<Series> {
        let inboxes = self.columns.inboxes.values();
        // A desk with one inbox is watched as a whole.
        if inboxes.len() < 2 {
            return Vec::new();
        }
        let one = |(code, inbox): (u32, &crate::ids::InboxId)| {
            let buckets = self.created(|row| self.columns.conversations.inbox[row] == code);
            let name =
                settings.inboxes.get(inbox).map_or_else(|| format!("Inbox {inbox}"), |i| i.name.clone());
            is_enough(&buckets).then(|| self.series(Kind::Volume, &name, Measure::Count, buckets))
        };
        (0_u32..).zip(inboxes).filter_map(one).collect()
    }

    fn issues(&self) -> Vec<Series> {
        let table = &self.columns.tables[SEEN];
        let mut by: BTreeMap<u32, Vec<Bucket>> = BTreeMap::new();
        for (row, place, id) in self.rows(table) {
            let bucket = &mut by.entry(table.agent[row]).or_insert_with(|| self.empty())[place];
            bucket.count += 1;
            bucket.conversations.extend(id);
        }
        let names = self.columns.categories.values();
        let enough = by.into_iter().filter(|(_, buckets)| is_enough(buckets));
        let named = enough.filter_map(|(code, buckets)| Some((names.get(code as usize)?, buckets)));
        named.map(|(name, buckets)| self.series(Kind::Issue, name, Measure::Count, buckets)).collect()
    }

    /// Each agent's first responses and bad ratings, beside those of the others.
    fn agents(&self, settings: &Settings) -> Vec<Series> {
        let mut all = Vec::new();
        for (code, agent) in (0_u32..).zip(self.columns.agents.values()) {
            let name = settings.agents.get(agent).cloned().unwrap_or_else(|| format!("Agent {agent}"));
            let own = self.responses(|of| of == code);
            if own.iter().map(|bucket| bucket.seconds.len()).sum::<usize>() >= LEAST {
                let others = self.responses(|of| of != code && of != NOBODY);
                all.push(self.series(Kind::Agent, &name, Measure::Seconds, own).beside(others));
            }
            let own = self.bad_ratings(|of| of == code);
            if own.iter().map(|bucket| bucket.of as usize).sum::<usize>() >= LEAST {
                let others = self.bad_ratings(|of| of != code && of != NOBODY);
                let series = self.series(Kind::Agent, &name, Measure::Share, own);
                all.push(series.counting("ratings of 1 or 2").beside(others));
            }
        }
        all
    }

    fn bad_ratings(&self, fits: impl Fn(u32) -> bool) -> Vec<Bucket> {
        let table = self.table(FactKind::SurveyAnswered);
        let mut buckets = self.empty();
        for (row, place, id) in self.rows(table).filter(|(row, ..)| fits(table.agent[*row])) {
            let is_bad = (1..=2).contains(&table.wall[row]);
            buckets[place].of += 1;
            buckets[place].count += u32::from(is_bad);
            buckets[place].conversations.extend(id.filter(|_| is_bad));
        }
        buckets
    }

    /// Drafts that people rejected, and those they gave a low grade, out of those they decided.
    fn drafts(&self) -> Vec<Series> {
        let (mut rejected, mut graded) = (self.empty(), self.empty());
        let c = &self.columns.conversations;
        for draft in self.columns.drafts.rows.iter().filter(|draft| c.alive[draft.conversation as usize]) {
            let is_decided = matches!(
                draft.outcome,
                Some(DraftOutcome::Approved | DraftOutcome::Edited | DraftOutcome::Rejected)
            );
            let Some((place, is_named)) = self.place(draft.ended).filter(|_| is_decided) else { continue };
            let id = is_named.then(|| c.id[draft.conversation as usize]);
            let add = |buckets: &mut Vec<Bucket>, is_bad: bool| {
                buckets[place].of += 1;
                buckets[place].count += u32::from(is_bad);
                buckets[place].conversations.extend(id.filter(|_| is_bad));
            };
            add(&mut rejected, draft.outcome == Some(DraftOutcome::Rejected));
            if let Some(grades) = draft.grades {
                add(&mut graded, grades.iter().any(|grade| *grade <= 2));
            }
        }
        let one = |(buckets, what): (Vec<Bucket>, &str)| {
            let of: usize = buckets.iter().map(|bucket| bucket.of as usize).sum();
            let series = self.series(Kind::Quality, "Drafts", Measure::Share, buckets);
            (of >= LEAST).then(|| series.counting(what))
        };
        [(rejected, "rejected drafts"), (graded, "drafts with a grade of 1 or 2")]
            .into_iter()
            .filter_map(one)
            .collect()
    }
}

fn is_enough(buckets: &[Bucket]) -> bool {
    buckets.iter().map(|bucket| bucket.count as usize).sum::<usize>() >= LEAST
}

#[cfg(test)]
mod tests;
