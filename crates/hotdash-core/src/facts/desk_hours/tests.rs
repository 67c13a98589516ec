//! The desk's working hours, with their oddities.

use super::{DeskDay, DeskHours};
use jiff::Timestamp;

fn weekday(day_of_week: u8, open: u8, close: u8) -> DeskDay {
    DeskDay {
        day_of_week,
        closed_all_day: Some(false),
        open_all_day: Some(false),
        open_hour: Some(open),
        open_minutes: Some(0),
        close_hour: Some(close),
        close_minutes: Some(30),
    }
}

fn micros(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn berlin() -> DeskHours {
    let days: Vec<DeskDay> = (1..=5).map(|day| weekday(day, 9, 17)).collect();
    DeskHours::new("Europe/Berlin", &days)
}

#[test]
fn only_what_lies_within_the_hours_counts() {
    // Friday 16:30 to Monday 09:30 in Berlin (summer): an hour and half an hour.
    let counted = berlin().seconds_between(micros("2026-06-05T14:30:00Z"), micros("2026-06-08T07:30:00Z"));
    assert_eq!(counted, 5400);
    // From a Sunday to the same Sunday: nothing.
    assert_eq!(berlin().seconds_between(micros("2026-06-07T08:00:00Z"), micros("2026-06-07T18:00:00Z")), 0);
}

#[test]
fn fractions_are_rounded_only_at_the_end() {
    let from = micros("2026-06-05T08:00:00.700Z");
    assert_eq!(berlin().seconds_between(from, micros("2026-06-05T08:00:02.100Z")), 1);
    assert_eq!(berlin().seconds_between(from, micros("2026-06-05T08:00:02.200Z")), 2);
    // A thousand times a second too few would be a quarter of an hour.
    assert_eq!(
        berlin().seconds_between(micros("2026-06-05T05:00:00.4Z"), micros("2026-06-05T07:16:19.6Z")),
        980
    );
}

#[test]
fn open_all_day_ends_a_minute_early() {
    let day = |day_of_week| DeskDay {
        open_all_day: Some(true),
        ..DeskDay {
            day_of_week,
            closed_all_day: None,
            open_all_day: None,
            open_hour: None,
            open_minutes: None,
            close_hour: None,
            close_minutes: None,
        }
    };
    let always = DeskHours::new("UTC", &(0..7).map(day).collect::<Vec<_>>());
    let (from, until) = (micros("2026-06-05T00:00:00Z"), micros("2026-06-06T00:00:00Z"));
    assert_eq!(always.seconds_between(from, until), 23 * 3600 + 59 * 60);
    assert_eq!(always.seconds_between(from, until + 3_600_000_000), 24 * 3600 + 59 * 60);
}

#[test]
fn no_hours_and_closed_days_count_nothing() {
    let (from, until) = (micros("2026-06-05T00:00:00Z"), micros("2026-07-05T00:00:00Z"));
    assert_eq!(DeskHours::none().seconds_between(from, until), 0);
    let closed = DeskDay { closed_all_day: Some(true), ..weekday(1, 9, 17) };
    assert_eq!(DeskHours::new("UTC", &[closed]).seconds_between(from, until), 0);
}

#[test]
fn a_change_of_the_clock_outside_the_hours_changes_nothing() {
    // From Friday 17:00 to Monday 10:00 in Berlin, over both changes of 2026.
    let spring = berlin().seconds_between(micros("2026-03-27T16:00:00Z"), micros("2026-03-30T08:00:00Z"));
    let autumn = berlin().seconds_between(micros("2026-10-23T15:00:00Z"), micros("2026-10-26T09:00:00Z"));
    assert_eq!((spring, autumn), (1800 + 3600, 1800 + 3600));
}

#[test]
fn a_whole_day_with_a_change_of_the_clock_counts_its_hours_on_the_wall() {
    let sunday =
        DeskDay { open_hour: Some(0), close_hour: Some(12), close_minutes: Some(0), ..weekday(0, 0, 12) };
    let hours = DeskHours::new("Europe/Berlin", &[sunday]);
    // 29 March has no hour from two to three; the wall goes from 0 to 12.
    assert_eq!(
        hours.seconds_between(micros("2026-03-28T20:00:00Z"), micros("2026-03-29T20:00:00Z")),
        12 * 3600
    );
    assert_eq!(
        hours.seconds_between(micros("2026-10-24T20:00:00Z"), micros("2026-10-25T20:00:00Z")),
        12 * 3600
    );
}

#[test]
fn the_wrong_way_round_is_negative() {
    let (from, until) = (micros("2026-06-05T08:00:00Z"), micros("2026-06-05T08:01:00Z"));
    assert_eq!(berlin().seconds_between(until, from), -60);
}

#[test]
fn hour_by_hour_it_is_the_same_as_minute_by_minute() {
    let hours = berlin();
    // Every quarter of an hour of nine weeks around the autumn change, one whole span against its parts.
    let start = micros("2026-09-28T00:00:00Z");
    let step = 900_000_000;
    let parts: i64 = (0..6048).map(|n| hours.seconds_between(start + n * step, start + (n + 1) * step)).sum();
    assert_eq!(hours.seconds_between(start, start + 6048 * step), parts);
    // 45 working days of eight and a half hours.
    assert_eq!(parts, 45 * 8 * 3600 + 45 * 1800);
}
