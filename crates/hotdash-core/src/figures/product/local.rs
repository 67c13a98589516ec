//! Local hours and days of many instants: a zone's offsets over a span, looked up quickly.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::cell::Cell;

const DAY: i64 = 86_400;

/// The offsets of a zone within a span of instants.
pub(super) struct Local {
    /// From when on which offset holds, in seconds; the first from the beginning of time.
    offsets: Vec<(i64, i64)>,
    /// Neighbours in a table are mostly neighbours in time.
    last: Cell<usize>,
}

impl Local {
    /// Exact for instants between these two.
    pub(super) fn new(zone: &TimeZone, from: i64, until: i64) -> Self {
        let begin = Timestamp::from_second(from).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut offsets = vec![(i64::MIN, i64::from(zone.to_offset(begin).seconds()))];
        for change in zone.following(begin).take_while(|change| change.timestamp().as_second() < until) {
            offsets.push((change.timestamp().as_second(), i64::from(change.offset().seconds())));
        }
        Self { offsets, last: Cell::new(0) }
    }

    fn local(&self, at: u32) -> i64 {
        let at = i64::from(at);
        let holds = |place: usize| {
            self.offsets[place].0 <= at && self.offsets.get(place + 1).is_none_or(|(next, _)| *next > at)
        };
        let mut place = self.last.get();
        if !holds(place) {
            place = self.offsets.partition_point(|(from, _)| *from <= at).saturating_sub(1);
            self.last.set(place);
        }
        at + self.offsets[place].1
    }

    /// 0…23
    pub(super) fn hour(&self, at: u32) -> usize {
        usize::try_from(self.local(at).rem_euclid(DAY) / 3600).unwrap_or(0)
    }

    /// Monday is 0.
    pub(super) fn weekday(&self, at: u32) -> usize {
        // 1970 began on a Thursday.
        usize::try_from((self.day(at) + 3).rem_euclid(7)).unwrap_or(0)
    }

    /// Days since 1970-01-01.
    pub(super) fn day(&self, at: u32) -> i64 {
        self.local(at).div_euclid(DAY)
    }
}
