//! One window against what is usual.

use super::series::{Measure, Series, Window};
use super::usual::{Spread, Usual};
use super::{Alert, Direction, LEAST_CHANGE, LEAST_WEEKS, LocalHour, WEEKS, sentence};
use crate::chance::{Count, Interval};
use crate::figures::percentile;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Fewer durations than this are no median.
const LEAST_DURATIONS: usize = 6;

/// What a comparison found.
pub(super) struct Finding<'a> {
    pub(super) window: Window<'a>,
    pub(super) direction: Direction,
    pub(super) observed: f64,
    pub(super) usual: Interval,
    p: f64,
}

impl Usual {
    /// The window, if any, that is least likely on a usual day, if its p is below `threshold` (see
    /// [`super::Budget::threshold`]) and the change is at least [`LEAST_CHANGE`].
    #[must_use]
    pub fn check(&self, series: &Series, at: LocalHour, threshold: f64) -> Option<Alert> {
        let compare = match series.measure() {
            Measure::Count => count,
            Measure::Share => share,
            Measure::Seconds => seconds,
        };
        let found = self
            .spreads()
            .iter()
            .filter(|spread| series.pace().looks(spread.window, at))
            .filter_map(|spread| compare(series, at, spread, threshold))
            .min_by(|a, b| a.p.total_cmp(&b.p))?;
        Some(Alert {
            kind: series.kind,
            series: series.name.clone(),
            direction: found.direction,
            since: found.window.since,
            until: at,
            observed: found.observed,
            usual: found.usual,
            p: found.p,
            conversations: found.window.conversations(),
            sentence: sentence::of(series, &found, at),
        })
    }
}

/// What earlier weeks had in the same hours.
fn earlier(series: &Series, at: LocalHour, window: usize) -> Vec<Window<'_>> {
    (1..=WEEKS).filter_map(|week| series.window(at, window, week)).collect()
}

fn count<'a>(series: &'a Series, at: LocalHour, spread: &Spread, threshold: f64) -> Option<Finding<'a>> {
    let window = series.window(at, spread.window, 0)?;
    let past = earlier(series, at, spread.window);
    if past.len() < LEAST_WEEKS {
        return None;
    }
    let n = past.len() as f64;
    // Half a conversation more than was seen (Jeffreys): what never happened in eight weeks is not impossible.
    let mean = (past.iter().map(|week| week.count as f64).sum::<f64>() + 0.5) / n;
    // The spread of one window, and how badly n of them tell the mean.
    let usual = Count::new(mean, (mean + spread.value * mean * mean) * (1.0 + 1.0 / n));
    let observed = window.count as f64;
    let direction = if observed > mean { Direction::Above } else { Direction::Below };
    let p = match direction {
        Direction::Above => usual.at_least(window.count),
        Direction::Below => usual.at_most(window.count),
    };
    (p < threshold && is_worth_telling(observed, mean)).then(|| Finding {
        window,
        direction,
        observed,
        usual: usual.usual_range(),
        p,
    })
}

fn share<'a>(series: &'a Series, at: LocalHour, spread: &Spread, threshold: f64) -> Option<Finding<'a>> {
    let window = series.window(at, spread.window, 0)?;
    // All hours before the window: shares of single hours of a week are too rare to be known.
    let before = LocalHour(window.since.0 - 1);
    let (hits, cases) = (0..WEEKS * 7)
        .filter_map(|day| series.window(LocalHour(before.0 - 24 * i64::try_from(day).ok()?), 24, 0))
        .fold((0, 0), |(hits, cases), day| (hits + day.count, cases + day.of));
    let own = share_tail(hits, cases, &window, spread.value)?;
    let p = own.at_least(window.count);
    let observed = window.count as f64;
    let (others, other_cases) = window.share_of_colleagues();
    let p = if series.colleagues.is_empty() {
        p
    } else {
        p.max(share_tail(others, other_cases, &window, spread.value)?.at_least(window.count))
    };
    (p < threshold && observed > own.mean() && is_worth_telling(observed, own.mean())).then(|| Finding {
        window,
        direction: Direction::Above,
        observed,
        usual: own.usual_range(),
        p,
    })
}

/// How many hits a window should have, when `hits` of `cases` are usual and cases of a window are correlated by `rho`.
fn share_tail(hits: u64, cases: u64, window: &Window<'_>, rho: f64) -> Option<Count> {
    // With hardly any cases, a share is not known.
    if cases < 20 || window.of == 0 {
        return None;
    }
    let (n, known) = (window.of as f64, cases as f64);
    let share = expected_share(hits as f64, known);
    let binomial = share * (1.0 - share);
    let within = n * binomial * (1.0 + (n - 1.0) * rho);
    let of_the_share = n * n * (binomial / known + binomial * rho / (WEEKS * 7) as f64);
    Some(Count::new(n * share, within + of_the_share))
}

/// Half a hit and half a miss more than was seen (Jeffreys).
pub(super) fn expected_share(hits: f64, cases: f64) -> f64 {
    (hits + 0.5) / (cases + 1.0)
}

fn seconds<'a>(series: &'a Series, at: LocalHour, spread: &Spread, threshold: f64) -> Option<Finding<'a>> {
    let score = rank_score(series, at, spread.window)?;
    let window = series.window(at, spread.window, 0)?;
    let own = score.z / spread.value;
    let least = if series.colleagues.is_empty() {
        own
    } else {
        own.min(score_of_ranks(&window.seconds(), &window.seconds_of_colleagues())? / spread.value)
    };
    // The spread is itself learned from few windows, so the tail is Student's.
    let p = StudentsT::new(0.0, 1.0, spread.from as f64).ok()?.sf(least);
    let observed = median(&window.seconds())?;
    (p < threshold && observed > score.median && is_worth_telling(observed, score.median)).then(|| Finding {
        window,
        direction: Direction::Above,
        observed,
        usual: score.medians,
        p,
    })
}

/// How a window's durations rank among those of the same hours of earlier weeks.
pub(super) struct RankScore {
    /// Above 0: longer than usual.
    pub(super) z: f64,
    /// Of all earlier weeks together.
    median: f64,
    /// Lowest and highest median of an earlier week.
    medians: Interval,
}

pub(super) fn rank_score(series: &Series, at: LocalHour, window: usize) -> Option<RankScore> {
    let ours = series.window(at, window, 0)?.seconds();
    let past: Vec<Vec<u32>> = earlier(series, at, window).iter().map(Window::seconds).collect();
    if ours.len() < LEAST_DURATIONS || past.len() < LEAST_WEEKS {
        return None;
    }
    let mut all: Vec<u32> = past.iter().flatten().copied().collect();
    all.sort_unstable();
    let each: Vec<f64> = past.iter().filter_map(|week| median(week)).collect();
    let medians = Interval {
        lower: each.iter().copied().reduce(f64::min)?,
        upper: each.iter().copied().reduce(f64::max)?,
    };
    Some(RankScore { z: score_of_ranks(&ours, &all)?, median: median(&all)?, medians })
}

/// The z of Mann and Whitney's U, corrected for ties. Both sorted. `None` when there is too little to rank.
fn score_of_ranks(ours: &[u32], theirs: &[u32]) -> Option<f64> {
    if ours.len() < LEAST_DURATIONS || theirs.len() < 3 * LEAST_DURATIONS {
        return None;
    }
    let (n, m) = (ours.len() as f64, theirs.len() as f64);
    let (mut wins, mut ties) = (0.0, 0.0);
    let mut at = 0;
    while at < ours.len() {
        let value = ours[at];
        let same = ours[at..].partition_point(|other| *other == value);
        let below = theirs.partition_point(|other| *other < value);
        let equal = theirs[below..].partition_point(|other| *other == value);
        wins += same as f64 * (below as f64 + equal as f64 / 2.0);
        let tied = (same + equal) as f64;
        ties += tied.powi(3) - tied;
        at += same;
    }
    let all = n + m;
    let variance = n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
    (variance > 0.0).then(|| (wins - n * m / 2.0) / variance.sqrt())
}

fn median(sorted: &[u32]) -> Option<f64> {
    let values: Vec<i64> = sorted.iter().map(|value| i64::from(*value)).collect();
    percentile::of_sorted(&values, 0.5)
}

fn is_worth_telling(observed: f64, usual: f64) -> bool {
    (observed - usual).abs() >= LEAST_CHANGE * usual
}
