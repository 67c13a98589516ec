//! Opening hours against clocks, holidays, summer time and a slower way to the same answer.

use super::*;
use jiff::ToSpan;
use jiff::civil::Weekday;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn berlin(monday: &str, holidays: &str) -> Hours {
    let text = format!("zone = 'Europe/Berlin'\nholidays = {holidays}\n[weekdays]\nmonday = {monday}\n");
    Hours::parse(&text).unwrap()
}

#[test]
fn shipped_hours_are_the_file_and_not_the_fallback() {
    let hours = Hours::shipped();
    assert!(hours.is_open(at("2026-11-23T09:00:00Z")), "Monday, to the second");
    assert!(hours.is_open(at("2026-11-27T16:59:59Z")));
    assert!(!hours.is_open(at("2026-11-27T17:00:00Z")));
    assert!(!hours.is_open(at("2026-11-28T12:00:00Z")), "Saturday");
}

#[test]
fn zones_breaks_holidays_and_nights() {
    let hours = berlin("['09:00-12:30', '13:30-17:00', '22:00-02:00']", "['2026-12-28']");
    assert!(hours.is_open(at("2026-11-23T08:00:00Z")), "09:00 in winter");
    assert!(hours.is_open(at("2026-07-06T07:00:00Z")), "09:00 in summer");
    assert!(!hours.is_open(at("2026-11-23T12:00:00Z")), "lunch");
    assert!(hours.is_open(at("2026-11-24T00:30:00Z")), "Tuesday 01:30 belongs to Monday's night");
    assert!(!hours.is_open(at("2026-11-24T01:00:00Z")));
    assert!(!hours.is_open(at("2026-12-28T09:00:00Z")), "a holiday");
    assert!(!hours.is_open(at("2026-12-29T00:30:00Z")), "and its night");
    assert_eq!(hours.in_zone("America/New_York").unwrap().zone(), "America/New_York");
}

#[test]
fn wrong_hours_say_what_is_wrong() {
    let wrong = |text: &str| Hours::parse(text).unwrap_err().to_string();
    assert_eq!(
        wrong("zone = 'Berlin'\n[weekdays]"),
        "zone: “Berlin” is no IANA time zone; write for example Europe/Berlin"
    );
    assert_eq!(
        wrong("zone = 'UTC'\n[weekdays]\nfriday = ['9 to 5']"),
        "weekdays.friday: “9 to 5” is no period; write it as 09:00-17:00"
    );
    assert_eq!(
        wrong("zone = 'UTC'\n[weekdays]\nfriday = ['09:00-12:00', '11:00-13:00']"),
        "weekdays.friday: two periods overlap"
    );
    assert!(wrong("zone = 'UTC'\nholidays = ['Christmas']\n[weekdays]").starts_with("holidays: “Christmas”"));
    assert!(wrong("zone = 'UTC'\n[weekdays]\nmontag = []").contains("montag"));
}

proptest! {
    /// Walking from midnight minute by minute on the wall clock finds the same answer, also where clocks change.
    #[test]
    fn open_means_that_the_local_clock_stands_in_a_period(
        minutes in 0_i64..(400 * 24 * 60),
        from in 0_u16..1439,
        length in 1_u16..1440,
        zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
    ) {
        let until = (from + length) % DAY;
        prop_assume!(until != from);
        let text = format!(
            "zone = '{zone}'\n[weekdays]\nmonday = ['{:02}:{:02}-{:02}:{:02}']\n",
            from / 60, from % 60, until / 60, until % 60
        );
        let hours = Hours::parse(&text).unwrap();
        let instant = at("2026-01-01T00:00:00Z") + minutes.minutes();
        let local = instant.in_tz(zone).unwrap();
        let minute = u16::try_from(local.hour()).unwrap() * 60 + u16::try_from(local.minute()).unwrap();
        let expected = if from < until {
            local.weekday() == Weekday::Monday && (from..until).contains(&minute)
        } else {
            (local.weekday() == Weekday::Monday && minute >= from)
                || (local.weekday() == Weekday::Tuesday && minute < until)
        };
        prop_assert_eq!(hours.is_open(instant), expected);
    }

    #[test]
    fn no_text_makes_parsing_panic(text in ".{0,80}") {
        let _ = Hours::parse(&format!("zone = 'UTC'\n[weekdays]\nmonday = ['{text}']"));
        let _ = Hours::parse(&text);
    }
}
