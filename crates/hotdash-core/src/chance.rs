//! How likely a number is, and how sure one can be of it: tails and intervals, each by a named method.
//!
//! Distributions come from `statrs`; what stands here only says which one belongs to which question. It knows nothing
//! of support.

use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, Gamma, NegativeBinomial, Normal, Poisson};
use statrs::stats_tests::{Alternative, fisher::fishers_exact};

/// The standard normal quantile for two-sided intervals of 95 %.
const Z_95: f64 = 1.959_963_984_540_054;

/// From `lower` to `upper`, both included, in the unit of what it surrounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub lower: f64,
    pub upper: f64,
}

impl Interval {
    /// Whether a value lies within.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        (self.lower..=self.upper).contains(&value)
    }

    /// Both ends by one function, for a change of unit.
    #[must_use]
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self { lower: change(self.lower), upper: change(self.upper) }
    }
}

/// 95 % interval of a share, by Wilson's score: `hits` of `of` cases. From 0 to 1 when there are no cases.
///
/// ```
/// use hotdash_core::chance::wilson;
/// let share = wilson(8, 10);
/// assert!((share.lower - 0.490).abs() < 0.001 && (share.upper - 0.943).abs() < 0.001);
/// ```
#[must_use]
pub fn wilson(hits: u64, of: u64) -> Interval {
    if of == 0 {
        return Interval { lower: 0.0, upper: 1.0 };
    }
    let hits = hits.min(of);
    let (k, n) = (hits as f64, of as f64);
    let z2 = Z_95 * Z_95;
    let middle = (k + z2 / 2.0) / (n + z2);
    let reach = Z_95 / (n + z2) * (k * (n - k) / n + z2 / 4.0).sqrt();
    // At the ends the formula gives 0 and 1, but for rounding.
    let lower = if hits == 0 { 0.0 } else { (middle - reach).max(0.0) };
    let upper = if hits == of { 1.0 } else { (middle + reach).min(1.0) };
    Interval { lower, upper }
}

/// How many times as often something happens as before, with its 95 % interval: `now` cases in `now_span`, `before`
/// cases in `before_span` (same unit, above 0). Both counts are taken as Poisson; given their sum, the share of the
/// later one is binomial, and its Wilson interval is the interval of the ratio. `None` when nothing was counted.
///
/// ```
/// use hotdash_core::chance::rate_ratio;
/// let (ratio, interval) = rate_ratio(40, 7.0, 20, 7.0).unwrap();
/// assert_eq!(ratio, 2.0);
/// assert!(interval.lower > 1.1 && interval.upper < 3.5);
/// ```
#[must_use]
pub fn rate_ratio(now: u64, now_span: f64, before: u64, before_span: f64) -> Option<(f64, Interval)> {
    if now + before == 0 || now_span <= 0.0 || before_span <= 0.0 {
        return None;
    }
    let odds = |share: f64| if share >= 1.0 { f64::INFINITY } else { share / (1.0 - share) };
    let spans = before_span / now_span;
    let ratio = if before == 0 { f64::INFINITY } else { now as f64 / before as f64 * spans };
    Some((ratio, wilson(now, now + before).map(|share| odds(share) * spans)))
}

/// One-sided p of Fisher's exact test: that `hits` of `of` are more than chance, where `other_hits` of `other_of` are
/// hits elsewhere. 1 where a row or a column is empty.
///
/// ```
/// use hotdash_core::chance::fisher_more;
/// assert!(fisher_more(9, 10, 2, 100) < 1e-6);
/// assert!(fisher_more(1, 10, 10, 100) > 0.5);
/// ```
#[must_use]
pub fn fisher_more(hits: u64, of: u64, other_hits: u64, other_of: u64) -> f64 {
    let table = [hits, of.saturating_sub(hits), other_hits, other_of.saturating_sub(other_hits)];
    fishers_exact(&table, Alternative::Greater).unwrap_or(1.0).clamp(0.0, 1.0)
}

/// p-values corrected for their number by Holm's method, in the order given: whoever acts on those below 0.05 is wrong
/// about any of them at most once in twenty times.
///
/// ```
/// use hotdash_core::chance::holm;
/// assert_eq!(holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
/// ```
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut corrected = vec![1.0; p_values.len()];
    let mut highest: f64 = 0.0;
    for (rank, place) in order.into_iter().enumerate() {
        let times = (p_values.len() - rank) as f64;
        highest = highest.max((p_values[place] * times).min(1.0));
        corrected[place] = highest;
    }
    corrected
}

/// The upper tail of the standard normal distribution: P(Z ≥ `z`).
#[must_use]
pub fn normal_tail(z: f64) -> f64 {
    Normal::standard().sf(z)
}

/// Quantiles of a gamma distribution with this mean and variance: a rate that is not known exactly. `share` in (0, 1).
/// The mean itself where the variance is 0.
#[must_use]
pub fn gamma_quantile(mean: f64, variance: f64, share: f64) -> f64 {
    if mean <= 0.0 || variance <= 1e-12 {
        return mean.max(0.0);
    }
    // Beyond this shape the gamma is a normal distribution to six digits, and its quantile is slow to find.
    if mean * mean / variance > 1e6 {
        return mean + Normal::standard().inverse_cdf(share) * variance.sqrt();
    }
    Gamma::new(mean * mean / variance, mean / variance).map_or(mean, |gamma| gamma.inverse_cdf(share))
}

/// A count that is expected to have a certain mean and variance: negative binomial where the variance is above the mean,
/// binomial where it is below, Poisson between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count {
    mean: f64,
    variance: f64,
}

impl Count {
    /// Mean and variance of the count; both are taken as at least a millionth.
    #[must_use]
    pub fn new(mean: f64, variance: f64) -> Self {
        Self { mean: mean.max(1e-6), variance: variance.max(1e-6) }
    }

    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// P(count ≥ `observed`).
    #[must_use]
    pub fn at_least(&self, observed: u64) -> f64 {
        let Some(below) = observed.checked_sub(1) else { return 1.0 };
        self.tail(below).clamp(0.0, 1.0)
    }

    /// P(count ≤ `observed`).
    #[must_use]
    pub fn at_most(&self, observed: u64) -> f64 {
        (1.0 - self.tail(observed)).clamp(0.0, 1.0)
    }

    /// Where nine of ten counts lie: from the smallest count that 5 % do not exceed to the smallest that 95 % do not.
    #[must_use]
    pub fn usual_range(&self) -> Interval {
        Interval { lower: self.quantile(0.05), upper: self.quantile(0.95) }
    }

    fn quantile(&self, share: f64) -> f64 {
        let reaches = |count: u64| self.at_most(count) >= share;
        let (mut low, mut high) = (0, 1);
        while !reaches(high) && high < 1 << 40 {
            (low, high) = (high, high * 2);
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if reaches(middle) { high = middle } else { low = middle + 1 }
        }
        high as f64
    }

    /// P(count > `value`).
    fn tail(&self, value: u64) -> f64 {
        let ratio = self.variance / self.mean;
        let known = if ratio > 1.0 + 1e-6 {
            // Number of failures before the r-th success: mean r(1−p)/p, variance mean/p.
            let p = 1.0 / ratio;
            NegativeBinomial::new(self.mean * p / (1.0 - p), p).ok().map(|d| d.sf(value))
        } else if ratio < 1.0 - 1e-6 {
            let trials = (self.mean / (1.0 - ratio)).round().max(1.0);
            Binomial::new((self.mean / trials).min(1.0), trials as u64).ok().map(|d| d.sf(value))
        } else {
            Poisson::new(self.mean).ok().map(|d| d.sf(value))
        };
        known.unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests;
