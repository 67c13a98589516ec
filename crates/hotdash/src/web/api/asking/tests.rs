//! Periods and forms, as they are asked for.

use super::*;

fn at(text: &str) -> Zoned {
    text.parse().unwrap()
}

fn hours(name: &str, now: &str) -> Option<i64> {
    let period = preset(name, &at(now))?;
    Some((period.until - period.since) / 3600)
}

#[test]
fn periods_are_those_of_the_desks_zone() {
    // The clocks went back on Sunday the 25th: that day has 25 hours.
    let now = "2026-10-28T12:00:00[Europe/Berlin]";
    assert_eq!(hours("today", now), Some(12));
    assert_eq!(hours("yesterday", now), Some(24));
    assert_eq!(hours("last_week", now), Some(7 * 24 + 1));
    assert_eq!(hours("this_week", now), Some(60));
    assert_eq!(hours("last_month", now), Some(30 * 24));
    assert_eq!(hours("24h", now), Some(24));
    assert_eq!(hours("7d", now), Some(7 * 24 + 1));
}

#[test]
fn what_is_no_period_is_none() {
    for name in ["", "d", "0d", "-3d", "9999d", "7w", "7", "tomorrow", "é"] {
        assert_eq!(hours(name, "2026-10-28T12:00:00[UTC]"), None, "{name}");
    }
}

#[test]
fn the_form_is_named_or_accepted() {
    assert_eq!(form(None, Some("text/csv")).ok(), Some(Form::Csv));
    assert_eq!(form(Some("jsonl"), Some("text/csv")).ok(), Some(Form::Lines));
    assert_eq!(form(None, None).ok(), Some(Form::Json));
    assert!(form(Some("xml"), None).is_err());
}

#[test]
fn a_day_begins_in_the_desks_zone_and_an_instant_is_itself() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let day = instant("since", "2026-06-01", &zone).ok();
    assert_eq!(day, instant("since", "2026-05-31T22:00:00Z", &zone).ok());
    assert!(day.is_some() && instant("since", "June", &zone).is_err());
}
