//! When reports are due, and of which period each is.
//!
//! A schedule is a line as cron has it (minute, hour, day of the month, month, weekday), read on the clock that hangs on
//! the desk's wall. On the day when that clock is set forward, a time that is left out comes at the first instant after;
//! when it is set back, a time that comes twice is taken once.

use super::Kind;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

/// What is made up for after a time without hotdash: so many days of daily reports, so many of weekly ones.
pub const MADE_UP_DAILY: i32 = 31;
pub const MADE_UP_WEEKLY: i32 = 9 * 7;

/// When reports of a kind are made.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    text: String,
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Why a line is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is no schedule ({reason}); write minute, hour, day, month, weekday like 0 7 * * 1, or off"
)]
pub struct NotASchedule {
    pub found: String,
    pub reason: String,
}

/// A report that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub kind: Kind,
    /// The instant of the schedule, in milliseconds since 1970.
    pub run_at: i64,
    /// Seconds since 1970.
    pub since: i64,
    pub until: i64,
    /// It is the latest of its kind: older ones that were missed are kept and not mailed.
    pub is_latest: bool,
}

impl Schedule {
    /// Reads `0 7 * * *`; `off` is none.
    ///
    /// # Errors
    /// [`NotASchedule`].
    pub fn parse(text: &str) -> Result<Option<Self>, NotASchedule> {
        let text = text.trim();
        if text.is_empty() || text.eq_ignore_ascii_case("off") {
            return Ok(None);
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(text);
        let cron =
            cron.map_err(|error| NotASchedule { found: text.to_owned(), reason: error.to_string() })?;
        Ok(Some(Self { cron, text: text.to_owned() }))
    }

    /// The first time after an instant.
    #[must_use]
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let after = after.to_zoned(zone.clone());
        self.cron.find_next_occurrence(&after, false).ok().map(|zoned: Zoned| zoned.timestamp())
    }

    /// What was due after the last run and until now, the oldest first. Two times of the schedule within one period are
    /// one report.
    #[must_use]
    pub fn due(&self, kind: Kind, last_run: Timestamp, now: Timestamp, zone: &TimeZone) -> Vec<Due> {
        let days = if kind == Kind::Weekly { MADE_UP_WEEKLY } else { MADE_UP_DAILY };
        let earliest = now.to_zoned(zone.clone()).checked_sub(days.days());
        let mut at = earliest.map_or(last_run, |earliest| last_run.max(earliest.timestamp()));
        let mut due: Vec<Due> = Vec::new();
        while let Some(next) = self.next(at, zone).filter(|next| *next <= now && *next > at) {
            at = next;
            let Some((since, until)) = period(kind, next, zone) else { continue };
            // The later time counts: what is known by then is more.
            due.retain(|before| before.since != since);
            due.push(Due { kind, run_at: next.as_millisecond(), since, until, is_latest: false });
        }
        if let Some(last) = due.last_mut() {
            last.is_latest = true;
        }
        due
    }
}

/// The last whole day, or the last whole week from Monday to Sunday, before an instant; in seconds since 1970.
#[must_use]
pub fn period(kind: Kind, before: Timestamp, zone: &TimeZone) -> Option<(i64, i64)> {
    let today = before.to_zoned(zone.clone()).date();
    let (first, end) = match kind {
        Kind::Daily => (today.yesterday().ok()?, today),
        Kind::Weekly => {
            let (monday, _) = week_of(today);
            (monday.checked_sub(7.days()).ok()?, monday)
        }
        Kind::Period => return None,
    };
    let second = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp().as_second());
    Some((second(first)?, second(end)?))
}

/// The Monday of a day's week, and the one after.
#[must_use]
pub fn week_of(day: Date) -> (Date, Date) {
    let since_monday = i64::from(day.weekday().since(Weekday::Monday));
    let monday = day.saturating_sub(since_monday.days());
    (monday, monday.saturating_add(7.days()))
}

#[cfg(test)]
mod tests;
