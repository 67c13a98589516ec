//! Schedules on the desk's clock.

use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap().unwrap()
}

fn runs(due: &[Due]) -> Vec<String> {
    due.iter().map(|due| Timestamp::from_millisecond(due.run_at).unwrap().to_string()).collect()
}

#[test]
fn a_daily_report_is_of_the_day_before_on_the_desks_calendar() {
    let oslo = zone("Europe/Oslo");
    let due = schedule("0 7 * * *").due(Kind::Daily, at("2026-11-15T12:00Z"), at("2026-11-16T06:00Z"), &oslo);
    assert_eq!(runs(&due), ["2026-11-16T06:00:00Z"]);
    let [due] = due[..] else { panic!() };
    assert_eq!(Timestamp::from_second(due.since).unwrap(), at("2026-11-14T23:00Z"));
    assert_eq!(Timestamp::from_second(due.until).unwrap(), at("2026-11-15T23:00Z"));
    assert!(due.is_latest);
}

#[test]
fn nothing_is_due_before_its_time_or_a_second_time() {
    let (daily, utc) = (schedule("0 7 * * *"), TimeZone::UTC);
    assert_eq!(daily.due(Kind::Daily, at("2026-11-15T12:00Z"), at("2026-11-16T06:59:59Z"), &utc), []);
    assert_eq!(daily.due(Kind::Daily, at("2026-11-16T07:00Z"), at("2026-11-16T23:00Z"), &utc), []);
}

#[test]
fn a_weekly_report_is_of_monday_to_sunday() {
    let due = schedule("0 7 * * 1").due(
        Kind::Weekly,
        at("2026-11-15T12:00Z"),
        at("2026-11-16T07:00Z"),
        &TimeZone::UTC,
    );
    let [due] = due[..] else { panic!("{due:?}") };
    assert_eq!(Timestamp::from_second(due.since).unwrap(), at("2026-11-09T00:00Z"));
    assert_eq!(Timestamp::from_second(due.until).unwrap(), at("2026-11-16T00:00Z"));
}

#[test]
fn days_of_a_clock_change_have_one_report_of_23_or_25_hours() {
    let berlin = zone("Europe/Berlin");
    for (last, now, hours) in
        [("2026-03-29T06:00Z", "2026-03-30T05:00Z", 23), ("2026-10-25T07:00Z", "2026-10-26T06:00Z", 25)]
    {
        let due = schedule("0 7 * * *").due(Kind::Daily, at(last), at(now), &berlin);
        let [due] = due[..] else { panic!("{due:?}") };
        assert_eq!((due.until - due.since) / 3600, hours);
    }
}

#[test]
fn a_time_that_the_clock_leaves_out_comes_after_it_and_one_that_comes_twice_is_taken_once() {
    let berlin = zone("Europe/Berlin");
    let nightly = schedule("30 2 * * *");
    let forward = nightly.due(Kind::Daily, at("2026-03-28T12:00Z"), at("2026-03-29T12:00Z"), &berlin);
    assert_eq!(runs(&forward), ["2026-03-29T01:00:00Z"], "2:30 is left out: at 3:00 summer time");
    let back = nightly.due(Kind::Daily, at("2026-10-24T12:00Z"), at("2026-10-25T12:00Z"), &berlin);
    assert_eq!(back.len(), 1, "{:?}", runs(&back));
}

#[test]
fn what_was_missed_is_due_with_a_bound_and_only_the_latest_is_for_the_mail() {
    let utc = TimeZone::UTC;
    let due = schedule("0 7 * * *").due(Kind::Daily, at("2026-11-10T07:00Z"), at("2026-11-13T09:00Z"), &utc);
    assert_eq!(runs(&due), ["2026-11-11T07:00:00Z", "2026-11-12T07:00:00Z", "2026-11-13T07:00:00Z"]);
    assert_eq!(due.iter().map(|due| due.is_latest).collect::<Vec<_>>(), [false, false, true]);
    let year = schedule("0 7 * * *").due(Kind::Daily, at("2025-11-10T07:00Z"), at("2026-11-13T09:00Z"), &utc);
    assert_eq!(year.len(), 31);
    let weeks =
        schedule("0 7 * * 1").due(Kind::Weekly, at("2025-11-10T07:00Z"), at("2026-11-13T09:00Z"), &utc);
    assert_eq!(weeks.len(), 9);
}

#[test]
fn two_times_in_one_day_are_one_report() {
    let due = schedule("0 7,19 * * *").due(
        Kind::Daily,
        at("2026-11-15T20:00Z"),
        at("2026-11-16T20:00Z"),
        &TimeZone::UTC,
    );
    assert_eq!(runs(&due), ["2026-11-16T19:00:00Z"]);
}

#[test]
fn off_is_no_schedule_and_nonsense_says_what_to_write() {
    assert_eq!(Schedule::parse("off"), Ok(None));
    assert_eq!(Schedule::parse("  "), Ok(None));
    let error = Schedule::parse("at seven").unwrap_err().to_string();
    assert!(error.contains("\"at seven\"") && error.contains("0 7 * * 1"), "{error}");
    assert!(Schedule::parse("0 25 * * *").is_err());
    assert!(Schedule::parse("0 0 7 * * *").is_err(), "seconds are no part of it");
}
