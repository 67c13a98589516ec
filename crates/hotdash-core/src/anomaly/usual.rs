//! What is usual for a series: how much windows of each length differ from each other when nothing is wrong.
//!
//! The mean is taken fresh at each look from the same hours of earlier weeks. What is learned here is the spread around
//! it, pooled over all hours of the weeks before, because one hour of eight weeks says little about spread.

use super::compare::{expected_share, rank_score};
use super::series::{Measure, Pace, Series};
use super::{LEAST_WEEKS, LocalHour, WEEK, WEEKS};

/// What was learned from the weeks before an hour. Learn anew at least once a week; a day is better.
#[derive(Debug, Clone, PartialEq)]
pub struct Usual {
    spreads: Vec<Spread>,
}

/// For windows of one length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    /// Hours.
    pub(super) window: usize,
    /// Counts: variance = mean + value · mean². Shares: the correlation ρ of cases within a window. Seconds: how many
    /// times wider rank scores lie than they would if replies did not depend on each other.
    pub(super) value: f64,
    /// How many windows it was learned from.
    pub(super) from: usize,
}

impl Usual {
    /// Learn from all that a series has before the longest window that ends with `at`: what is happening must not widen
    /// what is usual.
    #[must_use]
    pub fn learn(series: &Series, at: LocalHour) -> Self {
        let longest = series.pace().windows().last().copied().unwrap_or_default();
        let last = LocalHour(at.0 - i64::try_from(longest).unwrap_or_default());
        let learn = |window: &usize| match series.measure() {
            Measure::Count => counts(series, last, *window),
            Measure::Share => shares(series, last, *window),
            Measure::Seconds => seconds(series, last, *window),
        };
        Self { spreads: series.pace().windows().iter().filter_map(learn).collect() }
    }

    pub(super) fn spreads(&self) -> &[Spread] {
        &self.spreads
    }
}

/// The last hours of windows, backwards from `last`, within `weeks` weeks: side by side, but one each day where they are
/// longer than a day.
fn ends(last: LocalHour, window: usize, weeks: usize) -> impl Iterator<Item = LocalHour> {
    let (hours, step) = (usize::try_from(WEEK).unwrap_or(168) * weeks, window.min(24));
    (0..hours / step).filter_map(move |place| Some(LocalHour(last.0 - i64::try_from(place * step).ok()?)))
}

/// The spread of windows that are compared with the same window of other weeks, by the method of moments.
fn counts(series: &Series, last: LocalHour, window: usize) -> Option<Spread> {
    let (mut beyond, mut squares, mut from) = (0.0, 0.0, 0);
    for end in ends(last, window, 1) {
        let values: Vec<f64> = (0..WEEKS)
            .filter_map(|week| series.window(end, window, week))
            .map(|found| found.count as f64)
            .collect();
        if values.len() < LEAST_WEEKS {
            continue;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        beyond += variance - mean;
        squares += (mean * mean - variance / n).max(0.0);
        from += values.len();
    }
    let value = if squares > 0.0 { (beyond / squares).max(0.0) } else { 0.0 };
    (from > 0).then_some(Spread { window, value, from })
}

/// The correlation of cases within a window (beta-binomial), by the method of moments.
fn shares(series: &Series, last: LocalHour, window: usize) -> Option<Spread> {
    let windows: Vec<(f64, f64)> = ends(last, window, WEEKS)
        .filter_map(|end| series.window(end, window, 0))
        .filter(|found| found.of > 0)
        .map(|found| (found.count as f64, found.of as f64))
        .collect();
    // Half of the least weeks must have had cases at all.
    if windows.len() * window.min(24) / 24 < LEAST_WEEKS * 7 / 2 {
        return None;
    }
    let (hits, cases) = windows.iter().fold((0.0, 0.0), |(k, n), window| (k + window.0, n + window.1));
    let share = expected_share(hits, cases);
    let binomial = share * (1.0 - share);
    let beyond: f64 = windows.iter().map(|(k, n)| (k - n * share).powi(2) - n * binomial).sum();
    let pairs: f64 = windows.iter().map(|(_, n)| binomial * n * (n - 1.0)).sum();
    let value = if pairs > 0.0 { (beyond / pairs).clamp(0.0, 1.0) } else { 0.0 };
    Some(Spread { window, value, from: windows.len() })
}

/// How wide rank scores lie, each window of the last weeks judged by the weeks before it. With twice [`WEEKS`] of history
/// all of them can be judged; with less, those that have [`LEAST_WEEKS`] before them.
fn seconds(series: &Series, last: LocalHour, window: usize) -> Option<Spread> {
    // Short windows are many; every third is enough to know a spread.
    let step = if series.pace() == Pace::Hourly && window < 8 { 3 } else { 1 };
    let scores: Vec<f64> = ends(last, window, WEEKS)
        .step_by(step)
        .filter_map(|end| rank_score(series, end, window))
        .map(|score| score.z)
        .collect();
    if scores.len() < 6 {
        return None;
    }
    let wide = (scores.iter().map(|z| z * z).sum::<f64>() / scores.len() as f64).sqrt();
    // Windows that overlap do not count as so many.
    let from = scores.len() * window.min(24) / window;
    Some(Spread { window, value: wide.max(1.0), from: from.max(1) })
}
