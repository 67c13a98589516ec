//! How many agents an hour needs: from arrivals, measured handling times and the target, by Erlang.
//!
//! Chat: customers wait in one queue, first come first served, for the next free place at an agent; each agent has as
//! many places as chats at the same time. The formulas are those of the queue M/M/n ([`erlang_c`], Erlang 1917) and of
//! the same queue with customers who give up ([`erlang_a`], Palm 1943). Each hour is taken as if it had always been so
//! (stationary, independent hours), which is a little too kind to the hour after a rush.
//!
//! Mail: nobody waits in a line, so what counts is that as much leaves as comes ([`agents_for_backlog`]).
//!
//! `staffing/tests.rs` plays the queues customer by customer and compares.

mod queue;

use crate::chance::{Interval, gamma_quantile};
pub use queue::{Patience, erlang_a, erlang_c};
use serde::{Deserialize, Serialize};

/// More agents than this are not looked for; an hour that needs them gets no advice.
const MOST_AGENTS: u32 = 2000;

/// What is promised: this share of customers gets an agent within this time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// 0…1, exclusive.
    pub share: f64,
    pub seconds: f64,
}

/// What work there is in the same hour of the week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HourOfWeek {
    /// 0 is Monday.
    pub weekday: u8,
    /// 0…23, of the desk's clocks.
    pub hour: u8,
    /// Chats that began in this hour, one number for each week that was counted.
    pub arrivals: Vec<u32>,
    /// How many agents were there, on average over those weeks; `None` where that is not known.
    pub on_duty: Option<f64>,
}

/// How chats are handled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Handling {
    /// Mean seconds from an agent's start to the end of the chat, measured while they have as many chats as they have.
    pub seconds: f64,
    /// Chats at the same time for each agent, at least 1.
    pub at_once: u32,
}

/// What an hour of the week needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    pub weekday: u8,
    pub hour: u8,
    /// Mean chats in this hour.
    pub arrivals: f64,
    /// The least number of agents that keeps the target at the mean of arrivals.
    pub agents: u32,
    /// The same for a quiet and a busy week: where the hour's rate lies in nine of ten weeks. Only what differs from week
    /// to week and what is not known yet counts here; the chance within an hour is the queue's and already in `agents`.
    pub interval: (u32, u32),
    pub on_duty: Option<f64>,
    /// Share of customers within the target with `agents`.
    pub served: f64,
    /// The same with who was there (rounded down: half an agent answers nobody).
    pub served_before: Option<f64>,
}

impl Advice {
    /// Agents missing (above 0) or to spare (below 0); `None` where it is not known who was there, and 0 where who was
    /// there lies within the interval.
    ///
    /// ```
    /// use hotdash_core::staffing::*;
    /// let monday_nine = HourOfWeek { weekday: 0, hour: 9, arrivals: vec![98, 104, 99, 101], on_duty: Some(4.0) };
    /// let handling = Handling { seconds: 540.0, at_once: 3 };
    /// let advice = advise(&monday_nine, handling, Target { share: 0.8, seconds: 60.0 }).unwrap();
    /// assert_eq!((advice.agents, advice.interval), (7, (6, 7)));
    /// assert_eq!(advice.missing(), Some(3.0));
    /// assert_eq!(advice.served_before, Some(0.0));
    /// ```
    #[must_use]
    pub fn missing(&self) -> Option<f64> {
        let there = self.on_duty?;
        let (lower, upper) = (f64::from(self.interval.0), f64::from(self.interval.1));
        Some(if (lower..=upper).contains(&there) { 0.0 } else { f64::from(self.agents) - there })
    }
}

/// What one hour of the week needs. `None` with no week counted, or where the numbers make no sense (no handling time, a
/// share of 1 or more).
#[must_use]
pub fn advise(hour: &HourOfWeek, handling: Handling, target: Target) -> Option<Advice> {
    let rate = rate_of(&hour.arrivals)?;
    let agents = agents_for(rate.mean, handling, target)?;
    let served = |agents: u32| service_level(rate.mean, agents, handling, target.seconds);
    Some(Advice {
        weekday: hour.weekday,
        hour: hour.hour,
        arrivals: rate.mean,
        agents,
        interval: (
            agents_for(rate.range.lower, handling, target)?,
            agents_for(rate.range.upper, handling, target)?,
        ),
        on_duty: hour.on_duty,
        served: served(agents),
        served_before: hour.on_duty.map(|there| served(there.max(0.0) as u32)),
    })
}

/// The least number of agents that keeps the target with this many chats an hour.
///
/// ```
/// use hotdash_core::staffing::*;
/// // 200 calls an hour of three minutes, 80 % within 20 seconds.
/// let one_at_a_time = Handling { seconds: 180.0, at_once: 1 };
/// assert_eq!(agents_for(200.0, one_at_a_time, Target { share: 0.8, seconds: 20.0 }), Some(14));
/// ```
#[must_use]
pub fn agents_for(per_hour: f64, handling: Handling, target: Target) -> Option<u32> {
    let is_sensible = per_hour >= 0.0 && handling.seconds > 0.0 && (0.0..1.0).contains(&target.share);
    if !is_sensible {
        return None;
    }
    if per_hour == 0.0 {
        return Some(0);
    }
    (1..=MOST_AGENTS)
        .find(|agents| service_level(per_hour, *agents, handling, target.seconds) >= target.share)
}

/// The share of customers who get an agent within `seconds`. 0 where the line only grows.
#[must_use]
pub fn service_level(per_hour: f64, agents: u32, handling: Handling, seconds: f64) -> f64 {
    if per_hour <= 0.0 {
        return 1.0;
    }
    let places = agents * handling.at_once.max(1);
    let load = per_hour * handling.seconds / 3600.0;
    let spare = f64::from(places) - load;
    if spare <= 0.0 {
        return 0.0;
    }
    1.0 - erlang_c(load, places) * (-spare * seconds.max(0.0) / handling.seconds).exp()
}

/// Mean seconds of waiting of all customers. Infinite where the line only grows.
#[must_use]
pub fn mean_wait(per_hour: f64, agents: u32, handling: Handling) -> f64 {
    let places = agents * handling.at_once.max(1);
    let load = per_hour * handling.seconds / 3600.0;
    let spare = f64::from(places) - load;
    if spare <= 0.0 { f64::INFINITY } else { erlang_c(load, places) * handling.seconds / spare }
}

/// How many agents mail needs: as many as keep up with what comes, and work off `open` in `hours` beside it. `busy` is the
/// part of an agent's hour that goes into mail (0…1, above 0); `work_seconds` is work on one conversation, not the time it
/// lies open.
///
/// ```
/// use hotdash_core::staffing::agents_for_backlog;
/// // 30 an hour of six minutes keep three people busy; 80 more in eight hours take one more.
/// assert_eq!(agents_for_backlog(30.0, 360.0, 80, 8.0, 1.0), Some(4));
/// ```
#[must_use]
pub fn agents_for_backlog(per_hour: f64, work_seconds: f64, open: u32, hours: f64, busy: f64) -> Option<u32> {
    let is_sensible = per_hour >= 0.0 && work_seconds > 0.0 && hours > 0.0 && busy > 0.0 && busy <= 1.0;
    if !is_sensible {
        return None;
    }
    let work = (per_hour + f64::from(open) / hours) * work_seconds / 3600.0;
    // A millionth less, so that exactly three do not become four.
    Some((work / busy - 1e-6).ceil().max(0.0) as u32)
}

/// An hour's rate, and where it lies in nine of ten weeks.
struct Rate {
    mean: f64,
    range: Interval,
}

/// The rate's own variance is what remains of the counts' variance without Poisson's, and what so few weeks leave open.
fn rate_of(weeks: &[u32]) -> Option<Rate> {
    if weeks.is_empty() {
        return None;
    }
    let n = weeks.len() as f64;
    let mean = weeks.iter().map(|count| f64::from(*count)).sum::<f64>() / n;
    let squares = weeks.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum::<f64>();
    let variance = if weeks.len() > 1 { squares / (n - 1.0) } else { mean };
    let unknown = (variance - mean).max(0.0) + variance.max(mean) / n;
    let end = |share| gamma_quantile(mean, unknown, share);
    Some(Rate { mean, range: Interval { lower: end(0.05), upper: end(0.95) } })
}

#[cfg(test)]
mod tests;
