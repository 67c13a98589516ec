//! Arithmetic in working time: how much of it lies between two instants, and when so much of it will have passed.
//!
//! A zone's clock is a row of stretches with one offset each. Within a stretch local time runs like any other, so a
//! period of the week becomes an interval of instants by subtraction; an hour that the clocks skip is in no stretch and
//! an hour that they repeat is in two. Nothing else here knows about summer time.

use super::{DAY, Hours};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = DAY as i64 * MINUTE_MS;

/// How far ahead a deadline is looked for.
const HORIZON_MS: i64 = 50 * 366 * DAY_MS;

/// A stretch of time in which the team works without a pause: `from` belongs to it, `until` does not. To the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Interval {
    /// How long it lasts.
    #[must_use]
    pub fn length(&self) -> SignedDuration {
        self.until.duration_since(self.from)
    }
}

impl Hours {
    /// The open intervals between two instants, cut off at both, in order and with closed time between any two.
    /// Empty when `until` is not after `from`.
    ///
    /// ```
    /// use hotdash_core::hours::Hours;
    /// let hours = Hours::shipped(); // Monday to Friday, 09:00 to 17:00, UTC
    /// let open = hours.open_between("2026-11-20T16:30:00Z".parse()?, "2026-11-23T10:00:00Z".parse()?);
    /// assert_eq!(open.len(), 2); // half an hour on Friday, one on Monday
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn open_between(&self, from: Timestamp, until: Timestamp) -> Vec<Interval> {
        let walk = Walk::new(self, from.as_millisecond(), until.as_millisecond());
        walk.map(|(from, until)| Interval { from: instant(from), until: instant(until) }).collect()
    }

    /// How much working time lies between two instants, to the millisecond; zero when `until` is not after `from`.
    #[must_use]
    pub fn worked_between(&self, from: Timestamp, until: Timestamp) -> SignedDuration {
        let walk = Walk::new(self, from.as_millisecond(), until.as_millisecond());
        SignedDuration::from_millis(walk.map(|(from, until)| until - from).sum())
    }

    /// The first instant at which so much working time has passed since `from`; `from` itself for nothing or less.
    ///
    /// What ends exactly when the team goes home is due then, not when it comes back. `None` when the team never works
    /// so much within fifty years.
    ///
    /// ```
    /// use hotdash_core::hours::Hours;
    /// use jiff::SignedDuration;
    /// let friday = "2026-11-20T16:30:00Z".parse()?;
    /// let due = Hours::shipped().add_working(friday, SignedDuration::from_mins(45));
    /// assert_eq!(due, Some("2026-11-23T09:15:00Z".parse()?)); // Monday
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn add_working(&self, from: Timestamp, working: SignedDuration) -> Option<Timestamp> {
        let start = from.as_millisecond();
        let mut rest = i64::try_from(working.as_millis()).ok()?;
        if rest <= 0 {
            return Some(from);
        }
        for (from, until) in Walk::new(self, start, start.saturating_add(HORIZON_MS)) {
            if until - from >= rest {
                return Timestamp::from_millisecond(from.saturating_add(rest)).ok();
            }
            rest -= until - from;
        }
        None
    }

    /// When the team next begins to work; the instant itself while it does. `None` = not within fifty years.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        let start = at.as_millisecond();
        let (from, _) = Walk::new(self, start, start.saturating_add(HORIZON_MS)).next()?;
        Some(if from == start { at } else { instant(from) })
    }
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

/// A stretch of time in which the zone has one offset, in milliseconds.
#[derive(Clone, Copy)]
struct Stretch {
    from: i64,
    until: i64,
    offset: i64,
}

/// Goes through the open intervals between two instants.
struct Walk<'a> {
    hours: &'a Hours,
    limit: i64,
    stretch: Stretch,
    /// Days since 1970 on the local clock; its periods are next, from this one on.
    day: i64,
    period: usize,
    pending: Option<(i64, i64)>,
}

impl<'a> Walk<'a> {
    fn new(hours: &'a Hours, from: i64, limit: i64) -> Self {
        let never = hours.weekdays.iter().all(Vec::is_empty);
        let limit = if never { from } else { limit };
        let stretch = hours.stretch(from, limit);
        Self { hours, limit, stretch, day: first_day(stretch), period: 0, pending: None }
    }

    /// The next interval in the order of beginnings, not yet joined with its neighbours.
    fn piece(&mut self) -> Option<(i64, i64)> {
        while self.stretch.from < self.limit {
            let Stretch { from, until, offset } = self.stretch;
            let midnight = self.day * DAY_MS - offset;
            if midnight >= until {
                self.stretch = self.hours.stretch(until, self.limit);
                self.day = first_day(self.stretch);
                self.period = 0;
                continue;
            }
            let Some(period) = self.hours.on_day(self.day).get(self.period) else {
                self.day += 1;
                self.period = 0;
                continue;
            };
            self.period += 1;
            let begins = (midnight + i64::from(period.from) * MINUTE_MS).max(from);
            let ends = (midnight + i64::from(period.until) * MINUTE_MS).min(until);
            if begins < ends {
                return Some((begins, ends));
            }
        }
        None
    }
}

/// The day before is looked at too: its night may reach into the stretch.
fn first_day(stretch: Stretch) -> i64 {
    (stretch.from + stretch.offset).div_euclid(DAY_MS) - 1
}

impl Iterator for Walk<'_> {
    type Item = (i64, i64);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match (self.piece(), self.pending) {
                (Some(next), Some(before)) if next.0 <= before.1 => {
                    self.pending = Some((before.0, before.1.max(next.1)));
                }
                (next, before) => {
                    self.pending = next;
                    if next.is_none() || before.is_some() {
                        return before;
                    }
                }
            }
        }
    }
}

impl Hours {
    /// The stretch that begins at an instant, cut off at the limit.
    fn stretch(&self, from: i64, limit: i64) -> Stretch {
        let at = instant(from);
        let offset = i64::from(self.zone.to_offset(at).seconds()) * 1000;
        let next = self.zone.following(at).map(|transition| transition.timestamp().as_millisecond());
        let until = next.take_while(|next| *next < limit).find(|next| *next > from);
        Stretch { from, until: until.unwrap_or(limit), offset }
    }
}

#[cfg(test)]
mod tests;
