//! Working time against an oracle that knows nothing but what the wall clock shows each minute.

use super::*;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::fmt::Write as _;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours(zone: &str, rest: &str) -> Hours {
    Hours::parse(&format!("zone = '{zone}'\n{rest}")).unwrap()
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

#[test]
fn a_weekend_and_a_holiday_are_not_worked() {
    let hours = hours(
        "Europe/Berlin",
        "holidays = ['2026-12-25']\n[weekdays]\nthursday = ['09:00-12:00', '13:00-17:00']\nfriday = ['09:00-17:00']\nmonday = ['09:00-17:00']",
    );
    let thursday = at("2026-12-24T15:00:00Z");
    assert_eq!(hours.add_working(thursday, minutes(60)), Some(at("2026-12-24T16:00:00Z")), "closing time");
    assert_eq!(hours.add_working(thursday, minutes(61)), Some(at("2026-12-28T08:01:00Z")));
    assert_eq!(hours.worked_between(thursday, at("2026-12-28T09:00:00Z")), minutes(120));
    let open = hours.open_between(at("2026-12-24T00:00:00Z"), at("2026-12-26T00:00:00Z"));
    assert_eq!(open.iter().map(Interval::length).collect::<Vec<_>>(), [minutes(180), minutes(240)]);
    assert_eq!(hours.next_open(at("2026-12-24T11:30:00Z")), Some(at("2026-12-24T12:00:00Z")));
    assert_eq!(hours.next_open(thursday), Some(thursday));
}

#[test]
fn clocks_that_leap_make_nights_shorter_and_longer() {
    let night = hours("Europe/Berlin", "[weekdays]\nsaturday = ['22:00-06:00']");
    let length = |from: &str, until: &str| night.worked_between(at(from), at(until));
    assert_eq!(
        length("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
        minutes(7 * 60),
        "02:00 to 03:00 is not"
    );
    assert_eq!(
        length("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"),
        minutes(9 * 60),
        "02:00 to 03:00 is twice"
    );
    let one = night.open_between(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"));
    assert_eq!(one.len(), 1, "one night is one interval");
    let leaping = hours("Australia/Lord_Howe", "[weekdays]\nsunday = ['01:00-04:00']");
    assert_eq!(leaping.worked_between(at("2026-10-03T00:00:00Z"), at("2026-10-04T12:00:00Z")), minutes(150));
}

#[test]
fn a_day_that_a_country_skipped_was_not_worked() {
    let hours = hours("Pacific/Apia", "[weekdays]\nthursday = ['09:00-17:00']\nfriday = ['09:00-17:00']");
    // Friday, 30 December 2011 did not happen in Samoa.
    assert_eq!(hours.worked_between(at("2011-12-29T00:00:00Z"), at("2012-01-02T00:00:00Z")), minutes(8 * 60));
}

#[test]
fn whoever_never_works_meets_no_deadline() {
    let never = hours("UTC", "[weekdays]");
    assert_eq!(never.add_working(at("2026-01-01T00:00:00Z"), minutes(1)), None);
    assert_eq!(never.next_open(at("2026-01-01T00:00:00Z")), None);
    assert_eq!(never.worked_between(Timestamp::MIN, Timestamp::MAX), SignedDuration::ZERO);
    let weekly = hours("UTC", "[weekdays]\nmonday = ['09:00-09:01']");
    assert_eq!(weekly.add_working(at("2026-01-01T00:00:00Z"), minutes(60 * 60)), None, "69 years");
    assert_eq!(Hours::shipped().add_working(Timestamp::MAX, minutes(1)), None, "and no panic");
    assert_eq!(Hours::shipped().worked_between(Timestamp::MIN, Timestamp::MIN), SignedDuration::ZERO);
    let friday = at("2026-11-20T18:00:00Z");
    assert_eq!(Hours::shipped().add_working(friday, SignedDuration::ZERO), Some(friday));
    assert_eq!(Hours::shipped().worked_between(friday, friday - minutes(600)), SignedDuration::ZERO);
}

/// Zones with a change worth looking at: where, and the UTC day around which to look.
const CHANGES: [(&str, &str); 14] = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2027-03-14"),
    ("America/New_York", "2027-11-07"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/St_Johns", "2026-11-01"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Asia/Kathmandu", "2026-06-01"),
    ("Asia/Pyongyang", "2018-05-04"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Pacific/Apia", "2011-12-30"),
    ("Pacific/Chatham", "2026-09-27"),
    ("UTC", "2026-01-01"),
];

const WINDOW: usize = 12 * 24 * 60;

/// A calendar as numbers, so that the oracle need not read what the code under test has parsed.
#[derive(Debug, Clone)]
struct Week {
    zone: &'static str,
    day: &'static str,
    /// Of each weekday, from Monday: from which minute to which, in order; the last may pass midnight.
    periods: Vec<Vec<(u16, u16)>>,
    /// Days of the window, counted from its middle.
    holidays: Vec<i64>,
    seed: u64,
}

fn weeks() -> impl Strategy<Value = Week> {
    let day = prop::collection::btree_set(0_u16..1440, 0..=6).prop_map(|marks| {
        let marks: Vec<u16> = marks.into_iter().collect();
        marks.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
    });
    let night = prop::option::weighted(0.3, (1_u16..1439, 1_u16..600));
    let day = (day, night).prop_map(|(mut periods, night)| {
        if let Some((from, length)) = night
            && periods.last().is_none_or(|last| last.1 <= from)
        {
            periods.push((from, (from + length).min(from + 1439)));
        }
        periods
    });
    let change = prop::sample::select(CHANGES.to_vec());
    (change, prop::collection::vec(day, 7), prop::collection::vec(-6_i64..6, 0..3), any::<u64>())
        .prop_map(|((zone, day), periods, holidays, seed)| Week { zone, day, periods, holidays, seed })
}

impl Week {
    fn middle(&self) -> jiff::civil::Date {
        self.day.parse().unwrap()
    }

    fn holidays(&self) -> Vec<jiff::civil::Date> {
        let date = |days: &i64| self.middle().checked_add(jiff::Span::new().days(*days)).unwrap();
        self.holidays.iter().map(date).collect()
    }

    fn as_toml(&self) -> String {
        let mut text = format!("zone = '{}'\nholidays = [", self.zone);
        for date in self.holidays() {
            write!(text, "'{date}', ").unwrap();
        }
        text.push_str("]\n[weekdays]\n");
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        for (name, periods) in names.iter().zip(&self.periods) {
            write!(text, "{name} = [").unwrap();
            for (from, until) in periods {
                let until = if *until == 1440 { 1440 } else { until % 1440 };
                write!(text, "'{:02}:{:02}-{:02}:{:02}', ", from / 60, from % 60, until / 60, until % 60)
                    .unwrap();
            }
            text.push_str("]\n");
        }
        text
    }

    /// Whether the wall clock that shows this stands in a period.
    fn is_open(&self, shown: jiff::civil::DateTime, holidays: &[jiff::civil::Date]) -> bool {
        let minute = u16::from(shown.hour().unsigned_abs()) * 60 + u16::from(shown.minute().unsigned_abs());
        [(shown.date(), 0), (shown.date().yesterday().unwrap(), 1440)].iter().any(|(date, later)| {
            let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
            let minute = minute + later;
            self.periods[weekday].iter().any(|p| p.0 <= minute && minute < p.1) && !holidays.contains(date)
        })
    }
}

/// Each minute of a window, and how many were worked before it.
struct Minutes {
    start: i64,
    open: Vec<bool>,
    before: Vec<i64>,
}

impl Minutes {
    fn of(week: &Week) -> Self {
        let zone = TimeZone::get(week.zone).unwrap();
        let holidays = week.holidays();
        let middle = week.middle().to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond();
        let start = middle - (WINDOW as i64 / 2) * MINUTE_MS;
        let open: Vec<bool> = (0..WINDOW as i64)
            .map(|minute| week.is_open(zone.to_datetime(instant(start + minute * MINUTE_MS)), &holidays))
            .collect();
        let mut before = vec![0];
        for open in &open {
            before.push(before.last().unwrap() + i64::from(*open));
        }
        Self { start, open, before }
    }

    /// Milliseconds worked from the window's beginning to one of its instants.
    fn until(&self, at: i64) -> i64 {
        let minute = usize::try_from((at - self.start) / MINUTE_MS).unwrap();
        let begun = if self.open.get(minute) == Some(&true) { (at - self.start) % MINUTE_MS } else { 0 };
        self.before[minute] * MINUTE_MS + begun
    }

    /// When so much was worked since the beginning, if within the window.
    fn when(&self, worked: i64) -> Option<i64> {
        let minute = self.before.partition_point(|before| before * MINUTE_MS < worked).checked_sub(1)?;
        (minute < self.open.len()).then(|| {
            self.start + i64::try_from(minute).unwrap() * MINUTE_MS + worked - self.before[minute] * MINUTE_MS
        })
    }
}

/// A million pairs of a calendar and instants, spread over many calendars: what lies between, and when it will have.
#[test]
fn a_minute_by_minute_oracle_agrees_on_a_million_calendars_and_instants() {
    const CALENDARS: u32 = 400;
    const PAIRS: u64 = 2_500;
    let config = Config { cases: CALENDARS, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[5; 32]));
    let compared = std::cell::Cell::new(0_u64);
    runner
        .run(&weeks(), |week| {
            let hours = Hours::parse(&week.as_toml()).unwrap();
            let oracle = Minutes::of(&week);
            let mut dice = week.seed;
            let mut roll = || {
                // An even spread is all that is wanted here.
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                oracle.start + i64::try_from((dice >> 20) % (WINDOW as u64 * 60_000)).unwrap()
            };
            for _ in 0..PAIRS {
                let (one, other) = (roll(), roll());
                let (from, until) = (one.min(other), one.max(other));
                let worked = oracle.until(until) - oracle.until(from);
                let found = hours.worked_between(instant(from), instant(until));
                prop_assert_eq!(
                    found,
                    SignedDuration::from_millis(worked),
                    "{} {}",
                    instant(from),
                    instant(until)
                );
                // The other way round: so much working time ahead.
                let ahead = worked - worked / 3;
                let due = if ahead == 0 { Some(from) } else { oracle.when(oracle.until(from) + ahead) };
                let found = hours.add_working(instant(from), SignedDuration::from_millis(ahead));
                prop_assert_eq!(found, due.map(instant), "{} plus {} ms", instant(from), ahead);
                compared.set(compared.get() + 1);
            }
            let (from, until) = (oracle.start, oracle.start + WINDOW as i64 * MINUTE_MS);
            let open = hours.open_between(instant(from), instant(until));
            prop_assert!(
                open.windows(2).all(|pair| pair[0].until < pair[1].from),
                "closed time between any two"
            );
            let listed: i64 = open.iter().map(|i| i64::try_from(i.length().as_millis()).unwrap()).sum();
            prop_assert_eq!(listed, oracle.until(until - 1) + i64::from(oracle.open[WINDOW - 1]));
            Ok(())
        })
        .unwrap();
    assert!(compared.get() >= 1_000_000, "{} pairs", compared.get());
}
