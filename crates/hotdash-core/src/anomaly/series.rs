//! One thing that is watched, hour by hour.

use crate::ids::ConversationId;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// Whole hours since 1970-01-01 00:00 on the desk's own clocks. An hour that the clocks repeat is one bucket; an hour that
/// they skip is a bucket that is not usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LocalHour(pub i64);

const EPOCH: Date = date(1970, 1, 1);

impl LocalHour {
    /// The hour of a day, 0…23.
    ///
    /// ```
    /// use hotdash_core::anomaly::LocalHour;
    /// use jiff::civil::date;
    /// let nine = LocalHour::of(date(2026, 11, 23), 9);
    /// assert_eq!((nine.date(), nine.hour()), (date(2026, 11, 23), 9));
    /// ```
    #[must_use]
    pub fn of(day: Date, hour: i8) -> Self {
        let days = day.since(EPOCH).map_or(0, |span| i64::from(span.get_days()));
        Self(days * 24 + i64::from(hour))
    }

    #[must_use]
    pub fn date(self) -> Date {
        let days = i32::try_from(self.0.div_euclid(24)).unwrap_or(i32::MAX);
        EPOCH.saturating_add(jiff::Span::new().try_days(days).unwrap_or_default())
    }

    /// 0…23.
    #[must_use]
    pub fn hour(self) -> i64 {
        self.0.rem_euclid(24)
    }
}

/// What kind of thing is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// How many conversations there are, of the desk or a part of it.
    Volume,
    /// How long customers wait.
    ResponseTime,
    /// How much of all there is of one issue, category or topic.
    Issue,
    /// One agent's waits, ratings or grades.
    Agent,
    /// Grades of drafts, rejected drafts.
    Quality,
}

/// What of a bucket is compared, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// `count`, with the same hours of earlier weeks; above and below.
    Count,
    /// `count` out of `of`, with the share of earlier weeks; above only, so count what is bad.
    Share,
    /// `seconds`, by rank with the same hours of earlier weeks; longer only.
    Seconds,
}

impl Measure {
    /// Above and below, or only one of them.
    pub(crate) fn sides(self) -> f64 {
        if self == Self::Count { 2.0 } else { 1.0 }
    }
}

/// How often one looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// After each hour.
    Hourly,
    /// After each day: for what is too rare to be judged by the hour.
    Daily,
}

impl Pace {
    /// How many of the last hours are looked at together.
    #[must_use]
    pub fn windows(self) -> &'static [usize] {
        match self {
            Self::Hourly => &[1, 3, 8, 24, 72, 168],
            Self::Daily => &[24, 72, 168],
        }
    }

    /// Whether a window of this length is looked at after this hour: those longer than a day only after a day's last.
    pub(super) fn looks(self, window: usize, at: LocalHour) -> bool {
        at.hour() == 23 || self == Self::Hourly && window <= 24
    }

    /// How many comparisons there are in one week, each in one direction.
    pub(super) fn comparisons(self) -> f64 {
        let hours = (0..super::WEEK).map(LocalHour);
        let looks = hours.flat_map(|at| self.windows().iter().filter(move |window| self.looks(**window, at)));
        looks.count() as f64
    }
}

/// One hour of a series.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bucket {
    /// A holiday, an hour of an outage, an hour of an earlier alert: nothing to learn from, nothing to judge.
    pub unusual: bool,
    /// How often it happened.
    pub count: u32,
    /// Out of how many; for shares.
    pub of: u32,
    /// Durations that ended in this hour, in seconds; for [`Measure::Seconds`].
    pub seconds: Vec<u32>,
    /// Only needed for hours that may appear in an alert (the last week).
    pub conversations: Vec<ConversationId>,
}

impl Bucket {
    #[must_use]
    pub fn count(count: u32) -> Self {
        Self { count, ..Self::default() }
    }

    #[must_use]
    pub fn share(count: u32, of: u32) -> Self {
        Self { count, of, ..Self::default() }
    }

    #[must_use]
    pub fn seconds(seconds: Vec<u32>) -> Self {
        Self { seconds, ..Self::default() }
    }
}

/// One thing that is watched: a name, what is measured, and a bucket for each hour from the first to the last, none left
/// out.
#[derive(Debug, Clone)]
pub struct Series {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) what: String,
    measure: Measure,
    pace: Pace,
    first: LocalHour,
    buckets: Vec<Bucket>,
    pub(super) colleagues: Vec<Bucket>,
    sums: Vec<Sum>,
}

/// Running totals of all hours before an index.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) count: u64,
    pub(super) of: u64,
    pub(super) unusual: u32,
}

impl Series {
    /// A series looked at each hour, or each day where it belongs to an agent or to quality.
    #[must_use]
    pub fn new(kind: Kind, name: &str, measure: Measure, first: LocalHour, buckets: Vec<Bucket>) -> Self {
        let pace = if matches!(kind, Kind::Agent | Kind::Quality) { Pace::Daily } else { Pace::Hourly };
        let what = match measure {
            Measure::Seconds => "first replies",
            Measure::Count | Measure::Share => "conversations",
        };
        let sums = running(&buckets);
        let (name, what) = (name.to_owned(), what.to_owned());
        Self { kind, name, what, measure, pace, first, buckets, colleagues: Vec::new(), sums }
    }

    /// What is counted or timed, in the plural: "ratings of 1 or 2".
    #[must_use]
    pub fn counting(self, what: &str) -> Self {
        Self { what: what.to_owned(), ..self }
    }

    /// The same hours of all colleagues together. The series is then only told of when it is unlike itself and unlike
    /// them: a hard day of everybody is nobody's fault.
    #[must_use]
    pub fn beside(self, colleagues: Vec<Bucket>) -> Self {
        Self { colleagues, ..self }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    #[must_use]
    pub fn measure(&self) -> Measure {
        self.measure
    }

    #[must_use]
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// Whether one looks at it after this hour.
    #[must_use]
    pub fn is_due(&self, at: LocalHour) -> bool {
        self.pace == Pace::Hourly || at.hour() == 23
    }

    /// The window of `length` hours that ends with `last`, `weeks` weeks earlier, if it is known and usual.
    pub(super) fn window(&self, last: LocalHour, length: usize, weeks: usize) -> Option<Window<'_>> {
        let weeks = i64::try_from(weeks).ok()?;
        let end = usize::try_from(last.0 - super::WEEK * weeks - self.first.0 + 1).ok()?;
        let start = end.checked_sub(length)?;
        let (from, to) = (self.sums.get(start)?, self.sums.get(end)?);
        let is_usual = from.unusual == to.unusual;
        is_usual.then(|| Window {
            since: LocalHour(self.first.0 + i64::try_from(start).unwrap_or(i64::MAX)),
            count: to.count - from.count,
            of: to.of - from.of,
            buckets: &self.buckets[start..end],
            colleagues: self.colleagues.get(start..end).unwrap_or_default(),
        })
    }
}

fn running(buckets: &[Bucket]) -> Vec<Sum> {
    let mut sums = Vec::with_capacity(buckets.len() + 1);
    let mut sum = Sum::default();
    sums.push(sum);
    for bucket in buckets {
        sum.count += u64::from(bucket.count);
        sum.of += u64::from(bucket.of);
        sum.unusual += u32::from(bucket.unusual);
        sums.push(sum);
    }
    sums
}

/// Some hours in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window<'a> {
    pub(super) since: LocalHour,
    pub(super) count: u64,
    pub(super) of: u64,
    buckets: &'a [Bucket],
    colleagues: &'a [Bucket],
}

impl Window<'_> {
    /// Sorted.
    pub(super) fn seconds(&self) -> Vec<u32> {
        sorted(self.buckets)
    }

    /// Sorted.
    pub(super) fn seconds_of_colleagues(&self) -> Vec<u32> {
        sorted(self.colleagues)
    }

    /// `count` and `of` of the colleagues.
    pub(super) fn share_of_colleagues(&self) -> (u64, u64) {
        self.colleagues
            .iter()
            .fold((0, 0), |(count, of), hour| (count + u64::from(hour.count), of + u64::from(hour.of)))
    }

    pub(super) fn conversations(&self) -> Vec<ConversationId> {
        let mut ids: Vec<_> = self.buckets.iter().flat_map(|bucket| &bucket.conversations).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

fn sorted(buckets: &[Bucket]) -> Vec<u32> {
    let mut seconds: Vec<u32> = buckets.iter().flat_map(|bucket| &bucket.seconds).copied().collect();
    seconds.sort_unstable();
    seconds
}
