//! What is usual: the same stretch of the week in the weeks before.
//!
//! A period is compared with those that begin at the same time of the same weekday, as many whole weeks earlier as it is
//! long: a Monday with Mondays, a week with weeks, four weeks with four weeks. Clock changes move them with the clock on
//! the wall.

use super::definition::Good;
use super::desk::Period;
use super::product::{Reason, Value};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

/// How many earlier periods are looked at.
pub const BEFORE: i64 = 8;
/// With fewer that have a value nothing is called usual.
pub const LEAST: usize = 4;
const WEEK: i64 = 7 * 86_400;
/// Half of all values lie outside the middle half by its very meaning. Only what lies this many of its widths outside
/// (Tukey's fence) is called unusual, and only when it is this far from the middle, too: a range can be very narrow.
const WIDTHS: f64 = 1.5;
const APART: f64 = 0.1;

/// Where a figure lies in half of the earlier periods.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct UsualRange {
    /// A quarter of the earlier values lies below.
    pub low: f64,
    pub median: f64,
    /// A quarter lies above.
    pub high: f64,
    /// Of how many earlier periods.
    pub periods: usize,
}

/// How a value stands to what is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Usual,
    Better,
    Worse,
    /// Of figures that are neither good nor bad.
    Higher,
    Lower,
}

impl UsualRange {
    /// From the values of earlier periods; those without a value say nothing.
    ///
    /// # Errors
    /// [`Reason::TooLittleHistory`] of fewer than [`LEAST`].
    pub fn of(values: impl IntoIterator<Item = Value>) -> Result<Self, Reason> {
        let mut values: Vec<f64> = values.into_iter().flatten().collect();
        if values.len() < LEAST {
            return Err(Reason::TooLittleHistory);
        }
        values.sort_by(f64::total_cmp);
        let part = |share| quantile(&values, share);
        Ok(Self { low: part(0.25), median: part(0.5), high: part(0.75), periods: values.len() })
    }

    /// How a value stands to this: usual, unless it is far outside.
    #[must_use]
    pub fn standing(&self, value: f64, good: Good) -> Standing {
        let is_higher = value > self.median;
        let outside = (value - self.high).max(self.low - value);
        let is_far = outside > WIDTHS * (self.high - self.low);
        if !is_far || (value - self.median).abs() <= APART * self.median.abs() {
            return Standing::Usual;
        }
        match (good, is_higher) {
            (Good::Neither, true) => Standing::Higher,
            (Good::Neither, false) => Standing::Lower,
            (Good::Up, true) | (Good::Down, false) => Standing::Better,
            (Good::Up, false) | (Good::Down, true) => Standing::Worse,
        }
    }
}

/// With linear interpolation; 0 of nothing.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    #[expect(clippy::cast_precision_loss, reason = "a handful of values")]
    let place = share * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the last index"
    )]
    let below = place.floor() as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    low + (place - place.floor()) * (high - low)
}

/// The periods that a period is compared with, the nearest first; only those that begin when anything was known.
#[must_use]
pub fn comparable(period: Period, zone: &TimeZone, known_since: Option<i64>) -> Vec<Period> {
    let Some(known) = known_since else { return Vec::new() };
    let weeks = ((period.until - period.since + WEEK - 1) / WEEK).max(1);
    let earlier = |second: i64, weeks: i64| {
        let at = Timestamp::from_second(second).ok()?.to_zoned(zone.clone());
        Some(at.checked_sub(weeks.weeks()).ok()?.timestamp().as_second())
    };
    let one = |back: i64| {
        let weeks = weeks * back;
        Some(Period { since: earlier(period.since, weeks)?, until: earlier(period.until, weeks)? })
    };
    (1..=BEFORE).filter_map(one).take_while(|period| period.since >= known).collect()
}

/// The period just before, equally long by the clock on the wall.
#[must_use]
pub fn previous(period: Period, zone: &TimeZone) -> Period {
    let local = |second| Timestamp::from_second(second).ok().map(|at| at.to_zoned(zone.clone()));
    let since = || {
        let (since, until) = (local(period.since)?, local(period.until)?);
        let wall = until.datetime() - since.datetime();
        Some(since.checked_sub(wall).ok()?.timestamp().as_second())
    };
    let since = since().unwrap_or(period.since - (period.until - period.since));
    Period { since, until: period.since }
}

#[cfg(test)]
mod tests;
