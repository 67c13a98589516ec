//! How long the team has been open or closed, and when that changes; and time that counts only while it is open.

use crate::hours::Hours;
use jiff::{SignedDuration, Timestamp};

/// Nobody plans further ahead: who is closed for so long has no next opening.
const HORIZON_MINUTES: i64 = 60 * 24 * 60;
const MINUTE: i64 = 60;

/// A time in which the team is open throughout, or closed throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub open: bool,
    /// When it began; at most 60 days back.
    pub since: Timestamp,
    /// When it ends; `None` when not within 60 days.
    pub until: Option<Timestamp>,
}

/// The stretch around an instant.
#[must_use]
pub fn stretch(hours: &Hours, at: Timestamp) -> Stretch {
    let open = hours.is_open(at);
    // Hours are written in whole minutes.
    let minute = at.as_second().div_euclid(MINUTE);
    let instant = |minute: i64| Timestamp::from_second(minute * MINUTE).unwrap_or(at);
    let changed = |minute: &i64| hours.is_open(instant(*minute)) != open;
    let until = (minute + 1..=minute + HORIZON_MINUTES).find(changed).map(instant);
    let before = (1..=HORIZON_MINUTES).map(|back| minute - back).find(changed);
    let since = before.map_or_else(|| instant(minute - HORIZON_MINUTES), |before| instant(before + 1));
    Stretch { open, since, until }
}

/// When the team opens next, from a closed or an open time; `None` when not within 60 days of it.
#[must_use]
pub fn next_opening(hours: &Hours, at: Timestamp) -> Option<Timestamp> {
    let now = stretch(hours, at);
    match now.until {
        Some(closes) if now.open => stretch(hours, closes).until,
        until => until,
    }
}

/// The instant at which so many open minutes have passed since `from`; `None` when the team is not open so long in the
/// next years.
#[must_use]
pub fn after_open_minutes(hours: &Hours, from: Timestamp, minutes: i64) -> Option<Timestamp> {
    let mut left = SignedDuration::from_mins(minutes);
    let mut at = from;
    // A stretch at least ends with every day; more of them than this is no waiting time any more.
    for _ in 0..4_000 {
        let now = stretch(hours, at);
        let Some(until) = now.until else {
            return if now.open { at.checked_add(left).ok() } else { None };
        };
        if now.open {
            let rest = until.duration_since(at);
            if rest >= left {
                return at.checked_add(left).ok();
            }
            left -= rest;
        }
        at = until;
    }
    None
}
