//! When customers write and when the shop is open, in the shop's own time zone.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use rand::RngExt;
use rand::rngs::StdRng;

use super::texts::Mix;

pub(super) struct Calendar {
    zone: TimeZone,
    now: Timestamp,
    /// Every hour of the four weeks with the sum of the weights up to and including it.
    hours: Vec<(Timestamp, u32)>,
}

const DAYS: i64 = 28;

/// When the desk was set up: shortly before its first customer.
pub(super) fn start(now: Timestamp) -> Timestamp {
    now - SignedDuration::from_hours(24 * (DAYS + 1))
}

impl Calendar {
    pub(super) fn new(now: Timestamp, mix: &Mix) -> anyhow::Result<Self> {
        let zone = TimeZone::get("Europe/Berlin")?;
        let today = now.to_zoned(zone.clone()).date();
        let mut hours = Vec::new();
        let mut sum = 0;
        for back in (0..DAYS).rev() {
            let date = today.checked_sub(back.days())?;
            let by_day = mix.weekdays[usize::try_from(date.weekday().to_monday_zero_offset())?];
            for (hour, by_hour) in (0i8..).zip(mix.hours) {
                let start = date.at(hour, 0, 0, 0).to_zoned(zone.clone())?.timestamp();
                sum += by_day * by_hour;
                hours.push((start, sum));
            }
        }
        Ok(Self { zone, now, hours })
    }

    /// A moment at which a customer writes for the first time.
    pub(super) fn arrival(&self, rng: &mut StdRng) -> Timestamp {
        let total = self.hours.last().map_or(1, |(_, sum)| *sum);
        let drawn = rng.random_range(0..total.max(1));
        let slot = self.hours.partition_point(|(_, sum)| *sum <= drawn);
        let start = self.hours.get(slot).map_or(self.now, |(start, _)| *start);
        start + SignedDuration::from_millis(rng.random_range(0..3_600_000))
    }

    /// The moment when `work` of opening hours have passed since `from`.
    pub(super) fn after_working(&self, from: Timestamp, work: SignedDuration) -> Timestamp {
        let mut at = from.to_zoned(self.zone.clone());
        let mut left = work;
        // Nothing here takes longer than a few weeks; the bound only keeps a wrong table from looping for ever.
        for _ in 0..60 {
            if let Some((open, close)) = opening(&at) {
                let begin = if at < open { open } else { at.clone() };
                let rest = begin.duration_until(&close);
                if rest > left {
                    return begin.timestamp() + left;
                }
                left -= rest.max(SignedDuration::ZERO);
            }
            let Ok(tomorrow) = at.tomorrow().and_then(|next| next.start_of_day()) else { break };
            at = tomorrow;
        }
        at.timestamp() + left
    }
}

/// When the shop opens and closes on the day of `at`, if it does.
fn opening(at: &Zoned) -> Option<(Zoned, Zoned)> {
    let (open, close) = match at.weekday() {
        Weekday::Sunday => return None,
        Weekday::Saturday => (10, 14),
        _ => (9, 17),
    };
    let hour = |hour| at.with().time(Time::constant(hour, 0, 0, 0)).build().ok();
    let (open, close) = (hour(open)?, hour(close)?);
    (*at < close).then_some((open, close))
}
