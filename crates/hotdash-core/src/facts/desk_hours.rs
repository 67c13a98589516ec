//! Working hours as Chatwoot itself counts them, for figures that must agree with its reports.
//!
//! This is not [`crate::hours`], which knows when the team works: several periods a day, nights, holidays. Chatwoot has
//! one period a weekday and rules of its own, kept here with their oddities: "open all day" ends at 23:59; a day's
//! period is counted from the clock on the wall, so the hour that a change to daylight saving time takes away or adds
//! counts only where the span ends on that day; an inbox without working hours, or with every day closed, counts 0;
//! the sum is rounded to whole seconds (half up) at the end.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Longer spans are not looked at: no desk is older.
const MOST_DAYS: usize = 366 * 40;

/// The schedule of an inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct DeskHours {
    zone: TimeZone,
    /// Sunday first, as Chatwoot numbers them; from and until in seconds of the day.
    days: [Option<(i32, i32)>; 7],
}

/// One weekday as the desk shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskDay {
    /// 0 = Sunday
    pub day_of_week: u8,
    #[serde(default)]
    pub closed_all_day: Option<bool>,
    #[serde(default)]
    pub open_all_day: Option<bool>,
    #[serde(default)]
    pub open_hour: Option<u8>,
    #[serde(default)]
    pub open_minutes: Option<u8>,
    #[serde(default)]
    pub close_hour: Option<u8>,
    #[serde(default)]
    pub close_minutes: Option<u8>,
}

impl DeskHours {
    /// An inbox that has none: every span counts 0.
    #[must_use]
    pub fn none() -> Self {
        Self { zone: TimeZone::UTC, days: [None; 7] }
    }

    /// The schedule of an inbox whose working hours are switched on. An unknown zone counts as UTC; a day without
    /// hours as closed.
    #[must_use]
    pub fn new(zone: &str, shown: &[DeskDay]) -> Self {
        let mut days = [None; 7];
        for day in shown {
            if let Some(place) = days.get_mut(usize::from(day.day_of_week)) {
                *place = period(day);
            }
        }
        Self { zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC), days }
    }

    /// The working seconds between two instants in microseconds since 1970; negative where they are the wrong way
    /// round.
    #[must_use]
    pub fn seconds_between(&self, from: i64, until: i64) -> i64 {
        if from > until {
            return -self.seconds_between(until, from);
        }
        if self.days.iter().all(Option::is_none) {
            return 0;
        }
        let mut counted = 0_i64;
        let mut at = from;
        for _ in 0..MOST_DAYS {
            let Some((begins, day, ends)) = self.next_period(at) else { break };
            at = begins;
            if at >= until {
                break;
            }
            let wall = self.seconds_of_day_micros(at);
            let left = i64::from(ends) * 1_000_000 - wall;
            if until - at <= left {
                counted += until - at;
                break;
            }
            counted += left;
            let Some(after) = self.instant(day, ends) else { break };
            // On the day of a change the wall's time can lie before where we are.
            at = after.max(at + 1);
        }
        (counted + 500_000).div_euclid(1_000_000)
    }

    /// The first instant from here on that is within a period, with its day and the period's end.
    fn next_period(&self, at: i64) -> Option<(i64, Date, i32)> {
        let mut day = self.wall(at)?.date();
        let mut now = self.seconds_of_day_micros(at);
        let mut is_today = true;
        for _ in 0..8 {
            let weekday = usize::try_from(day.weekday().to_sunday_zero_offset()).unwrap_or(0);
            if let Some((opens, closes)) = self.days[weekday] {
                if now < i64::from(opens) * 1_000_000 {
                    return Some((self.instant(day, opens)?.max(at), day, closes));
                }
                if now < i64::from(closes) * 1_000_000 {
                    let begins = if is_today { at } else { self.instant(day, 0)?.max(at) };
                    return Some((begins, day, closes));
                }
            }
            day = day.tomorrow().ok()?;
            (now, is_today) = (0, false);
        }
        None
    }

    fn wall(&self, at: i64) -> Option<DateTime> {
        Some(Timestamp::from_microsecond(at).ok()?.to_zoned(self.zone.clone()).datetime())
    }

    /// How far the day is by the clock on the wall, in microseconds.
    fn seconds_of_day_micros(&self, at: i64) -> i64 {
        let Some(wall) = self.wall(at) else { return 0 };
        let seconds =
            i64::from(wall.hour()) * 3600 + i64::from(wall.minute()) * 60 + i64::from(wall.second());
        seconds * 1_000_000 + i64::from(wall.subsec_nanosecond()) / 1000
    }

    fn instant(&self, day: Date, second: i32) -> Option<i64> {
        let (hour, minute) = (second / 3600, second / 60 % 60);
        let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()?;
        let zoned = day.to_datetime(time).to_zoned(self.zone.clone()).ok()?;
        Some(zoned.timestamp().as_microsecond())
    }
}

fn period(day: &DeskDay) -> Option<(i32, i32)> {
    if day.closed_all_day == Some(true) {
        return None;
    }
    if day.open_all_day == Some(true) {
        return Some((0, (23 * 60 + 59) * 60));
    }
    let minutes = |hour: Option<u8>, minute: Option<u8>| -> Option<i32> {
        Some((i32::from(hour?) * 60 + i32::from(minute.unwrap_or(0))).min(24 * 60 - 1) * 60)
    };
    let (opens, closes) =
        (minutes(day.open_hour, day.open_minutes)?, minutes(day.close_hour, day.close_minutes)?);
    (opens < closes).then_some((opens, closes))
}

#[cfg(test)]
mod tests;
