//! When the team works: several periods a day, in a time zone, with holidays.

mod working;

pub use working::Interval;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const SHIPPED: &str = include_str!("../defaults/hours.toml");

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Opening hours.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    zone: TimeZone,
    /// Monday first. Sorted, without overlap.
    weekdays: [Vec<Period>; 7],
    /// As days since 1970.
    holidays: BTreeSet<i64>,
}

/// From a minute of the day to another, the end excluded; an end beyond [`DAY`] lies in the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Period {
    from: u16,
    until: u16,
}

/// Why a text is no opening hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct HoursError {
    pub key: String,
    pub message: String,
}

impl HoursError {
    fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    zone: String,
    #[serde(default)]
    holidays: Vec<String>,
    weekdays: Weekdays,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Weekdays {
    monday: Vec<String>,
    tuesday: Vec<String>,
    wednesday: Vec<String>,
    thursday: Vec<String>,
    friday: Vec<String>,
    saturday: Vec<String>,
    sunday: Vec<String>,
}

static DEFAULT: LazyLock<Hours> = LazyLock::new(|| Hours::parse(SHIPPED).unwrap_or_else(|_| Hours::never()));

impl Hours {
    /// The hours shipped with hotdash: Monday to Friday, 09:00 to 17:00, UTC.
    #[must_use]
    pub fn shipped() -> Self {
        DEFAULT.clone()
    }

    /// Read hours in the grammar of `defaults/hours.toml`.
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let file: File = toml::from_str(text)
            .map_err(|error| HoursError::new("the file", error.to_string().trim_end().to_owned()))?;
        let Weekdays { monday, tuesday, wednesday, thursday, friday, saturday, sunday } = file.weekdays;
        let mut holidays = BTreeSet::new();
        for day in &file.holidays {
            let date: Date = day.parse().map_err(|_| {
                HoursError::new("holidays", format!("“{day}” is no date; write it as 2026-12-25"))
            })?;
            holidays.insert(day_number(date));
        }
        let hours = Self {
            zone: zone(&file.zone)?,
            weekdays: [
                periods("weekdays.monday", &monday)?,
                periods("weekdays.tuesday", &tuesday)?,
                periods("weekdays.wednesday", &wednesday)?,
                periods("weekdays.thursday", &thursday)?,
                periods("weekdays.friday", &friday)?,
                periods("weekdays.saturday", &saturday)?,
                periods("weekdays.sunday", &sunday)?,
            ],
            holidays,
        };
        Ok(hours)
    }

    /// The same hours in another IANA zone, e.g. `Europe/Berlin`.
    pub fn in_zone(self, name: &str) -> Result<Self, HoursError> {
        Ok(Self { zone: zone(name)?, ..self })
    }

    /// The zone's name, e.g. `Europe/Berlin`.
    #[must_use]
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The zone itself.
    #[must_use]
    pub fn time_zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Date and time of day where the team works.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> DateTime {
        at.to_zoned(self.zone.clone()).datetime()
    }

    /// Whether the team's calendar calls that day a holiday.
    #[must_use]
    pub fn is_holiday(&self, date: Date) -> bool {
        self.holidays.contains(&day_number(date))
    }

    /// Whether the team works at that instant.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = self.local(at);
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        let today = self.on(local.date()).iter().any(|p| p.from <= minute && minute < p.until);
        let from_yesterday = local
            .date()
            .yesterday()
            .is_ok_and(|date| self.on(date).iter().any(|p| p.until > DAY && minute < p.until - DAY));
        today || from_yesterday
    }

    /// The periods that begin on a date.
    fn on(&self, date: Date) -> &[Period] {
        self.on_day(day_number(date))
    }

    /// The periods that begin on a day, counted since 1970.
    fn on_day(&self, day: i64) -> &[Period] {
        // The first of January 1970 was a Thursday.
        let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
        if self.holidays.contains(&day) { &[] } else { &self.weekdays[weekday] }
    }

    fn never() -> Self {
        Self { zone: TimeZone::UTC, weekdays: Default::default(), holidays: BTreeSet::new() }
    }
}

/// Days since 1970.
fn day_number(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24
}

fn zone(name: &str) -> Result<TimeZone, HoursError> {
    TimeZone::get(name).map_err(|_| {
        HoursError::new("zone", format!("“{name}” is no IANA time zone; write for example Europe/Berlin"))
    })
}

fn periods(key: &str, texts: &[String]) -> Result<Vec<Period>, HoursError> {
    let mut periods = Vec::new();
    for text in texts {
        let period = period(text)
            .ok_or_else(|| HoursError::new(key, format!("“{text}” is no period; write it as 09:00-17:00")))?;
        periods.push(period);
    }
    periods.sort();
    match periods.windows(2).find(|pair| pair[0].until > pair[1].from) {
        Some(_) => Err(HoursError::new(key, "two periods overlap")),
        None => Ok(periods),
    }
}

fn period(text: &str) -> Option<Period> {
    let (from, until) = text.split_once(['-', '–'])?;
    let (from, until) = (minute(from)?, minute(until)?);
    match from.cmp(&until) {
        std::cmp::Ordering::Less => Some(Period { from, until }),
        std::cmp::Ordering::Greater if from < DAY => Some(Period { from, until: until + DAY }),
        _ => None,
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && (hour < 24 || (hour == 24 && minute == 0))).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests;
