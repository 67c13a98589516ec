//! Times and names as people read them.

use super::*;

#[test]
fn durations_name_their_unit() {
    let cases = [
        (0, "0 s"),
        (38_000, "38 s"),
        (12 * MINUTE, "12 min"),
        (3 * HOUR + 5 * MINUTE, "3 h 05"),
        (2 * DAY + 4 * HOUR, "2 d 4 h"),
        (-8 * MINUTE, "8 min"),
    ];
    for (ms, text) in cases {
        assert_eq!(duration(ms), text);
    }
}

#[test]
fn time_left_turns_to_words_when_it_matters() {
    let left = |due| Left::until(due, 0, 30);
    assert_eq!((left(25 * MINUTE).text.as_str(), left(25 * MINUTE).class), ("25 min left", "fine"));
    assert_eq!((left(9 * MINUTE).text.as_str(), left(9 * MINUTE).class), ("9 min left", "soon"));
    assert_eq!((left(-125 * MINUTE).text.as_str(), left(-MINUTE).class), ("overdue by 2 h 05", "late"));
}

#[test]
fn instants_are_told_in_the_zone_of_the_desk() {
    let now: Timestamp = "2026-11-22T23:30:00Z".parse().unwrap();
    let times = Times::new("Europe/Berlin", now.as_millisecond());
    // Past midnight in Berlin: the same day as now, though not in UTC.
    assert_eq!(times.at(now).text, "00:30");
    assert_eq!(times.at("2026-11-20T08:13:00Z".parse().unwrap()).text, "20 Nov 09:13");
    assert_eq!(times.at("2025-07-01T08:00:00Z".parse().unwrap()).text, "1 Jul 2025");
    assert!(times.at(now).title.ends_with("2026, 00:30 Europe/Berlin"));
}

#[test]
fn people_are_addressed_by_their_first_name_and_numbers_whole() {
    assert_eq!(first_name("Ann Customer"), "Ann");
    assert_eq!(first_name("+1 555 010 0222"), "+1 555 010 0222");
    assert_eq!(first_name("منى الخطيب"), "منى");
    assert_eq!(first_name("Wolfeschlegelsteinhausenbergerdorff"), "Wolfeschlegelsteinhausen…");
    assert_eq!(first_name(""), "");
}

#[test]
fn queries_hold_no_character_that_could_end_them() {
    assert_eq!(escape_query("a&b=ü #/x"), "a%26b%3D%C3%BC%20%23/x");
}

#[test]
fn old_things_are_called_old() {
    assert_eq!(age(30 * MINUTE), "less than an hour old");
    assert_eq!(age(3 * DAY), "3 days old");
    assert_eq!(age(14 * 30 * DAY), "14 months old");
    assert_eq!(age(3 * 365 * DAY), "3 years old");
}

#[test]
fn right_to_left_languages_are_known_with_and_without_region() {
    assert_eq!(
        [direction("ar"), direction("he-IL"), direction("en"), direction("")],
        ["rtl", "rtl", "ltr", "ltr"]
    );
}
