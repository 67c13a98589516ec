//! Numbers in words.

use super::*;

fn usual(low: f64, high: f64) -> UsualRange {
    UsualRange { low, median: f64::midpoint(low, high), high, periods: 8 }
}

#[test]
fn a_value_carries_its_unit() {
    assert_eq!(value(Unit::Count, 1_234_567.0), "1,234,567");
    assert_eq!(value(Unit::Count, 204.0), "204");
    assert_eq!(value(Unit::Seconds, 38.4), "38 s");
    assert_eq!(value(Unit::Seconds, 11_100.0), "3 h 05");
    assert_eq!(value(Unit::Share, 0.9312), "93.1 %");
    assert_eq!(value(Unit::Share, 0.9), "90 %");
    assert_eq!(in_two(Unit::Seconds, 700.0), ("11".to_owned(), "min".to_owned()));
    assert_eq!(in_two(Unit::Seconds, 6480.0), ("1 h 48".to_owned(), String::new()));
}

#[test]
fn a_usual_range_says_its_unit_once() {
    assert_eq!(range(Unit::Seconds, &usual(840.0, 1320.0)), "14–22 min");
    assert_eq!(range(Unit::Seconds, &usual(3000.0, 4800.0)), "50 min – 1 h 20");
    assert_eq!(range(Unit::Share, &usual(0.94, 0.98)), "94–98 %");
    assert_eq!(range(Unit::Count, &usual(4.0, 4.0)), "4");
}

#[test]
fn growth_from_nothing_is_no_percentage() {
    assert_eq!(
        [None, Some(0.0), Some(0.38), Some(-0.11)].map(growth),
        ["none before", "the same", "+38 %", "−11 %"]
    );
}
