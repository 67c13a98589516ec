//! How long the team has been open or closed, and when that changes.

use crate::hours::Hours;
use jiff::{SignedDuration, Timestamp};

/// Nobody plans further ahead: who is closed for so long has no next opening.
const HORIZON: SignedDuration = SignedDuration::from_hours(60 * 24);

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
    // To the millisecond, in which hours are reckoned, and beyond the instant itself, which may be the first of its kind.
    let now = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    let first = now.saturating_sub(HORIZON).unwrap_or(Timestamp::MIN);
    let last = now.saturating_add(HORIZON).unwrap_or(Timestamp::MAX);
    let open = hours.open_between(first, last);
    let around = open.iter().find(|open| open.from <= now && now < open.until);
    match around {
        Some(open) => {
            Stretch { open: true, since: open.from, until: Some(open.until).filter(|until| *until < last) }
        }
        None => Stretch {
            open: false,
            since: open.iter().rfind(|open| open.until <= now).map_or(first, |open| open.until),
            until: open.iter().find(|open| open.from > now).map(|open| open.from),
        },
    }
}

/// When the team opens next, from a closed or an open time; `None` when not within 60 days of it.
#[must_use]
pub fn next_opening(hours: &Hours, at: Timestamp) -> Option<Timestamp> {
    let now = stretch(hours, at);
    match now.until {
        Some(closes) if now.open => stretch(hours, closes).until,
        None if now.open => None,
        until => until,
    }
}
