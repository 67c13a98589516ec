//! Periods that are compared, and what is usual of them.

use super::*;

fn second(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

fn day(text: &str) -> Period {
    Period {
        since: second(&format!("{text}T00:00:00Z")),
        until: second(&format!("{text}T00:00:00Z")) + 86_400,
    }
}

#[test]
fn a_day_is_compared_with_the_same_weekday_of_eight_weeks() {
    let found = comparable(day("2026-06-29"), &TimeZone::UTC, Some(0));
    assert_eq!(found.len(), 8);
    assert_eq!((found[0], found[7]), (day("2026-06-22"), day("2026-05-04")));
}

#[test]
fn four_weeks_are_compared_with_four_weeks() {
    let asked = Period { since: second("2026-06-01T00:00:00Z"), until: second("2026-06-29T00:00:00Z") };
    let found = comparable(asked, &TimeZone::UTC, Some(0));
    assert_eq!(found[0].until, asked.since);
    assert_eq!(found[1].until, found[0].since);
}

#[test]
fn a_clock_change_keeps_the_hours_on_the_wall() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    // Monday 2026-03-30 00:00 in Berlin is 22:00 UTC; a week before it was 23:00 UTC.
    let asked = Period { since: second("2026-03-29T22:00:00Z"), until: second("2026-03-30T22:00:00Z") };
    assert_eq!(comparable(asked, &zone, Some(0))[0].since, second("2026-03-22T23:00:00Z"));
    // The day of the change has 23 hours; the day before it 24.
    let sunday = Period { since: second("2026-03-28T23:00:00Z"), until: second("2026-03-29T22:00:00Z") };
    assert_eq!(previous(sunday, &zone).since, second("2026-03-27T23:00:00Z"));
}

#[test]
fn what_was_before_the_first_conversation_is_not_compared() {
    let known = day("2026-06-08").since;
    assert_eq!(comparable(day("2026-06-29"), &TimeZone::UTC, Some(known)).len(), 3);
    assert!(comparable(day("2026-06-29"), &TimeZone::UTC, None).is_empty());
}

#[test]
fn fewer_than_four_values_make_nothing_usual() {
    assert_eq!(
        UsualRange::of([Ok(1.0), Ok(2.0), Err(Reason::NothingHappened), Ok(3.0)]),
        Err(Reason::TooLittleHistory)
    );
    let usual = UsualRange::of([4.0, 1.0, 2.0, 3.0].map(Ok)).unwrap();
    assert_eq!((usual.low, usual.median, usual.high, usual.periods), (1.75, 2.5, 3.25, 4));
}

#[test]
fn a_value_far_outside_the_range_is_better_or_worse_by_which_way_is_good() {
    let usual = UsualRange { low: 20.0, median: 22.0, high: 24.0, periods: 8 };
    assert_eq!(usual.standing(30.0, Good::Down), Standing::Usual);
    assert_eq!(usual.standing(31.0, Good::Down), Standing::Worse);
    assert_eq!(usual.standing(13.0, Good::Down), Standing::Better);
    assert_eq!(usual.standing(31.0, Good::Up), Standing::Better);
    assert_eq!(usual.standing(13.0, Good::Neither), Standing::Lower);
}

#[test]
fn beside_a_range_without_width_a_tenth_is_nothing_unusual() {
    let usual = UsualRange { low: 100.0, median: 100.0, high: 100.0, periods: 8 };
    assert_eq!(usual.standing(110.0, Good::Neither), Standing::Usual);
    assert_eq!(usual.standing(111.0, Good::Neither), Standing::Higher);
}
