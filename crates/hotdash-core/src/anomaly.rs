//! What is not as usual: looked for every hour, with a stated rate of false alarms.
//!
//! A [`Series`] is one thing that is watched (all conversations, the first replies of an inbox, one issue, one agent's
//! ratings), hour by hour in the desk's own time. The last hours are compared with the same hours of the same weekday in
//! the eight weeks before ([`Usual`]). Several windows are looked at, because a sudden change shows in one hour and a
//! small one only in a day.
//!
//! **False alarms.** A [`Budget`] says how many the desk accepts, normally one in four weeks over everything that is
//! watched. Each comparison gets its equal part of it (Bonferroni over looks, windows, sides and series), so the rate is
//! a bound and not a hope; `anomaly/tests/clean.rs` simulates clean desks for years and counts. Measured there: 0.1
//! episodes in four weeks, where 1 is allowed.
//!
//! Nothing is said about hours that are not usual (holidays), nor before four earlier weeks are known.

mod compare;
mod sentence;
mod series;
mod usual;

use crate::chance::Interval;
use crate::ids::ConversationId;
use serde::{Deserialize, Serialize};
pub use series::{Bucket, Kind, LocalHour, Measure, Pace, Series};
pub use usual::Usual;

/// How many earlier weeks are looked at, at most.
pub const WEEKS: usize = 8;

/// With fewer earlier weeks than this, nothing is usual yet.
pub const LEAST_WEEKS: usize = 4;

/// Hours in a week.
pub(crate) const WEEK: i64 = 168;

/// How far from the usual value something must be to be worth a person's time, however sure it is.
pub const LEAST_CHANGE: f64 = 0.25;

/// How many false alarms a desk accepts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// False alarms over all series…
    pub alarms: f64,
    /// …in this many weeks.
    pub weeks: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { alarms: 1.0, weeks: 4.0 }
    }
}

impl Budget {
    /// The p-value below which one comparison of this series is an alert, when `watched` series share the budget.
    ///
    /// ```
    /// use hotdash_core::anomaly::{Budget, Measure, Pace};
    /// // Each hour four windows, each day two longer ones; above and below; ten series.
    /// let threshold = Budget::default().threshold(Pace::Hourly, Measure::Count, 10);
    /// assert!((1.0 / threshold - f64::from((672 * 4 + 28 * 2) * 2 * 10)).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn threshold(&self, pace: Pace, measure: Measure, watched: usize) -> f64 {
        let comparisons = self.weeks * pace.comparisons() * measure.sides() * watched.max(1) as f64;
        self.alarms / comparisons
    }
}

/// Which way something left its usual range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Above,
    Below,
}

/// Something that is not as usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    pub kind: Kind,
    /// The name of the series.
    pub series: String,
    pub direction: Direction,
    /// The first hour of the window in which it shows most.
    pub since: LocalHour,
    /// The last complete hour that was looked at.
    pub until: LocalHour,
    /// A count, or the median in seconds.
    pub observed: f64,
    /// For a count: where nine of ten such windows lie. For seconds: lowest and highest median of the earlier weeks.
    pub usual: Interval,
    /// The probability of this or more on a usual day; below the threshold of the budget.
    pub p: f64,
    /// Of the window, as they came with the buckets.
    pub conversations: Vec<ConversationId>,
    /// For a person, in English.
    pub sentence: String,
}

impl Alert {
    /// Whether this is still what an earlier alert told: the same series in the same direction, with at most a day
    /// between them. People are told once of an episode.
    #[must_use]
    pub fn continues(&self, earlier: &Self) -> bool {
        self.kind == earlier.kind
            && self.series == earlier.series
            && self.direction == earlier.direction
            && self.since.0 <= earlier.until.0 + 24
    }
}

/// Look at all series after the hour `at` is complete. Series of daily pace are looked at after a day's last hour.
///
/// ```
/// use hotdash_core::anomaly::*;
/// use hotdash_core::ids::ConversationId;
/// // Nine weeks with 10 or 11 conversations each hour, then an hour with 60.
/// let mut hours: Vec<Bucket> = (0..9 * 168).map(|hour| Bucket::count(10 + hour % 2)).collect();
/// hours.push(Bucket { conversations: vec![ConversationId(7)], ..Bucket::count(60) });
/// let series = Series::new(Kind::Volume, "All conversations", Measure::Count, LocalHour(0), hours);
/// let alerts = find_anomalies(&[series], LocalHour(9 * 168), Budget::default());
/// assert_eq!(alerts[0].observed, 60.0);
/// assert_eq!(alerts[0].conversations, [ConversationId(7)]);
/// assert_eq!(alerts[0].sentence, "All conversations: 60 conversations since 00:00, usually 5–16");
/// ```
#[must_use]
pub fn find_anomalies(series: &[Series], at: LocalHour, budget: Budget) -> Vec<Alert> {
    series
        .iter()
        .filter(|series| series.is_due(at))
        .filter_map(|one| {
            let threshold = budget.threshold(one.pace(), one.measure(), series.len());
            Usual::learn(one, at).check(one, at, threshold)
        })
        .collect()
}

#[cfg(test)]
mod tests;
