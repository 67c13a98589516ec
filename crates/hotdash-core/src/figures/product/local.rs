//! Local hours and days of many instants: a zone's offsets over a span, looked up quickly.

use jiff::Timestamp;
use jiff::tz::TimeZone;

const DAY: i64 = 86_400;
/// Local instants count from so many days before 1970: then none is below nothing.
const BEFORE: i64 = 2;
/// Seconds of a stretch for which it is known which offset its beginning has: about three days.
const STRETCH: u32 = 1 << 18;

/// The offsets of a zone within a span of instants.
pub(super) struct Local {
    /// From when on which offset holds, in seconds; the first from the beginning of time.
    offsets: Vec<(i64, i64)>,
    /// For every stretch since 1970 the place of the offset at its beginning.
    stretches: Vec<u32>,
}

impl Local {
    /// Exact for instants between these two.
    pub(super) fn new(zone: &TimeZone, from: i64, until: i64) -> Self {
        let begin = Timestamp::from_second(from).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut offsets = vec![(i64::MIN, i64::from(zone.to_offset(begin).seconds()))];
        for change in zone.following(begin).take_while(|change| change.timestamp().as_second() < until) {
            offsets.push((change.timestamp().as_second(), i64::from(change.offset().seconds())));
        }
        let mut place = 0;
        let at_beginning = (0..=u32::MAX / STRETCH).map(|stretch| {
            let begin = i64::from(stretch) * i64::from(STRETCH);
            while offsets.get(place as usize + 1).is_some_and(|(next, _)| *next <= begin) {
                place += 1;
            }
            place
        });
        let stretches = at_beginning.collect();
        Self { offsets, stretches }
    }

    /// The seconds on the clock of the zone, as an unsigned number: those are divided more quickly.
    fn local(&self, at: u32) -> u64 {
        let mut place = self.stretches[(at / STRETCH) as usize] as usize;
        let at = i64::from(at);
        while let Some((from, _)) = self.offsets.get(place + 1)
            && *from <= at
        {
            place += 1;
        }
        (at + self.offsets[place].1 + BEFORE * DAY).cast_unsigned()
    }

    /// 0…23
    pub(super) fn hour(&self, at: u32) -> usize {
        usize::try_from(self.local(at) % DAY.cast_unsigned() / 3600).unwrap_or(0)
    }

    /// Monday is 0.
    pub(super) fn weekday(&self, at: u32) -> usize {
        // 1970 began on a Thursday.
        usize::try_from((self.day(at) + 3).rem_euclid(7)).unwrap_or(0)
    }

    /// Days since 1970-01-01.
    pub(super) fn day(&self, at: u32) -> i64 {
        (self.local(at) / DAY.cast_unsigned()).cast_signed() - BEFORE
    }
}
