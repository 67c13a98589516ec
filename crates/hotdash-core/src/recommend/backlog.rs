//! Whether what is open becomes more or less.

use super::{FollowUp, Kind, Recommendation, Unit};
use crate::chance::Interval;
use crate::ids::ConversationId;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// What came and what was resolved on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub arrived: u32,
    pub resolved: u32,
}

/// What is open, and the days before, oldest first; whole weeks, so that weekends count as often as they come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    pub open: Vec<ConversationId>,
    pub days: Vec<Day>,
}

/// Where the backlog goes if nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Conversations a day: above 0 it grows.
    pub a_day: f64,
    /// 95 % of `a_day`.
    pub interval: Interval,
    /// How many will be open after so many days, and where that lies in 95 of 100 cases.
    pub after_days: u32,
    pub open_then: f64,
    pub range_then: Interval,
    /// Days until nothing is open, where it shrinks beyond doubt.
    pub empty_in: Option<f64>,
}

/// Fewer days say nothing about weeks.
const LEAST_DAYS: usize = 14;

const AHEAD: u32 = 14;

/// Where the backlog goes in the next 14 days, and a recommendation where it grows beyond doubt. `None` with fewer than 14
/// days. The mean change of a day is taken from whole weeks; its error from how weeks differ where there are four of them
/// or more (days of one week depend on each other), else from how days differ.
///
/// ```
/// use hotdash_core::ids::ConversationId;
/// use hotdash_core::recommend::{Backlog, Day, forecast_backlog};
/// let open: Vec<ConversationId> = (0..60).map(ConversationId).collect();
/// let days = (0..28).map(|day| Day { arrived: 20 + day % 3, resolved: 25 + day % 2 }).collect();
/// let (forecast, advice) = forecast_backlog(&Backlog { open, days }).unwrap();
/// assert!((forecast.empty_in.unwrap() - 13.3).abs() < 0.1);
/// assert_eq!(advice, None);
/// ```
#[must_use]
pub fn forecast_backlog(backlog: &Backlog) -> Option<(Forecast, Option<Recommendation>)> {
    let whole = backlog.days.len() / 7 * 7;
    if whole < LEAST_DAYS {
        return None;
    }
    let days = &backlog.days[backlog.days.len() - whole..];
    let changes: Vec<f64> = days.iter().map(|day| f64::from(day.arrived) - f64::from(day.resolved)).collect();
    // Blocks of days that are taken as independent.
    let block = if whole >= 28 { 7 } else { 1 };
    let blocks: Vec<f64> =
        changes.chunks(block).map(|part| part.iter().sum::<f64>() / part.len() as f64).collect();
    let n = blocks.len() as f64;
    let a_day = blocks.iter().sum::<f64>() / n;
    let spread = blocks.iter().map(|value| (value - a_day).powi(2)).sum::<f64>() / (n - 1.0);
    let student = StudentsT::new(0.0, 1.0, n - 1.0).ok()?;
    let t = student.inverse_cdf(0.975);
    let reach = t * (spread / n).sqrt();
    let interval = Interval { lower: a_day - reach, upper: a_day + reach };
    let (ahead, open) = (f64::from(AHEAD), backlog.open.len() as f64);
    // What the mean leaves open, and the chance of the days to come.
    let reach_then = t * (ahead * ahead * spread / n + ahead * block as f64 * spread).sqrt();
    let then = open + ahead * a_day;
    let range = Interval { lower: then - reach_then, upper: then + reach_then };
    let forecast = Forecast {
        a_day,
        interval,
        after_days: AHEAD,
        open_then: then.max(0.0),
        range_then: range.map(|value| value.max(0.0)),
        empty_in: (interval.upper < 0.0).then(|| open / -a_day),
    };
    let advice = (interval.lower > 0.0).then(|| advise(backlog, &forecast, days));
    Some((forecast, advice))
}

fn advise(backlog: &Backlog, forecast: &Forecast, days: &[Day]) -> Recommendation {
    let resolved = days.iter().map(|day| f64::from(day.resolved)).sum::<f64>() / days.len() as f64;
    let open = backlog.open.len();
    Recommendation {
        kind: Kind::Backlog,
        key: "backlog".to_owned(),
        sentence: format!(
            "The backlog grows by {:.1} conversations a day ({:.1} to {:.1}): {open} are open, in {} days {:.0} will be. \
             {:.0} instead of {resolved:.0} resolved a day would keep it level.",
            forecast.a_day,
            forecast.interval.lower,
            forecast.interval.upper,
            forecast.after_days,
            forecast.open_then,
            resolved + forecast.a_day
        ),
        number: forecast.a_day,
        unit: Unit::ConversationsPerDay,
        interval: forecast.interval,
        evidence: backlog.open.clone(),
        gain: forecast.a_day * 7.0,
        gain_unit: Unit::ConversationsPerWeek,
        confidence: 0.975,
        follow_up: FollowUp {
            figure: "change of the backlog a day".to_owned(),
            unit: Unit::ConversationsPerDay,
            before: forecast.a_day,
            expected: 0.0,
            after_days: forecast.after_days,
            least_cases: 7,
        },
    }
}
