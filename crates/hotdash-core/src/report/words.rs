//! Numbers, periods and reasons as people read them.

use super::Unit;
use jiff::Timestamp;
use jiff::tz::TimeZone;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A value in its unit: `1,204`, `12 min`, `82.4 %`, `4.3`.
#[must_use]
pub fn number(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Count if value.fract() == 0.0 => thousands(value),
        Unit::Count => format!("{value:.1}"),
        Unit::Seconds => duration(whole(value)),
        Unit::Share => format!("{} %", short(value * 100.0)),
        Unit::Grade => format!("{value:.2}"),
        Unit::Money => money(value),
    }
}

/// `12.50`, `0.0042`: at least two digits that are no leading zeros, as a single draft costs very little.
#[must_use]
pub fn money(value: f64) -> String {
    let places = (2..12).find(|places| value >= 10_f64.powi(1 - places)).unwrap_or(2);
    format!("{value:.*}", usize::try_from(places).unwrap_or(2))
}

/// From where to where: `10 to 40 min`, `900 to 1,300`; one value where both read the same.
#[must_use]
pub fn range(unit: Unit, low: f64, high: f64) -> String {
    let (low, high) = (number(unit, low), number(unit, high));
    if low == high {
        return low;
    }
    // Words of the same unit are said once.
    match (low.split_once(' '), high.split_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

/// `38 s`, `12 min`, `3 h 05`, `2 d 4 h`.
fn duration(seconds: i64) -> String {
    match seconds {
        s if s < MINUTE => format!("{s} s"),
        s if s < HOUR => format!("{} min", s / MINUTE),
        s if s < DAY && s % HOUR < MINUTE => format!("{} h", s / HOUR),
        s if s < DAY => format!("{} h {:02}", s / HOUR, s % HOUR / MINUTE),
        s if s % DAY < HOUR => format!("{} d", s / DAY),
        s => format!("{} d {} h", s / DAY, s % DAY / HOUR),
    }
}

/// With one digit behind the point, unless that is a zero.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

fn thousands(value: f64) -> String {
    let digits = whole(value.abs()).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 { format!("-{text}") } else { text }
}

fn whole(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "counts and seconds stay far below 2^53")]
    let whole = value.round() as i64;
    whole
}

/// `Monday 16 November 2026`; of several days the first and the last.
#[must_use]
pub fn days(since: i64, until: i64, zone: &TimeZone) -> String {
    let at = |second: i64| Timestamp::from_second(second).unwrap_or_default().to_zoned(zone.clone());
    let (first, end) = (at(since), at(until));
    let midnight = |t: &jiff::Zoned| t.start_of_day().is_ok_and(|start| start == *t);
    if !midnight(&first) || !midnight(&end) {
        return format!("{} to {}", first.strftime("%-d %B %Y %H:%M"), end.strftime("%-d %B %Y %H:%M"));
    }
    let last = at(until - 1);
    if first.date() == last.date() {
        return first.strftime("%A %-d %B %Y").to_string();
    }
    let short = if first.year() == last.year() { "%-d %B" } else { "%-d %B %Y" };
    format!("{} to {}", first.strftime(short), last.strftime("%-d %B %Y"))
}

/// `one conversation`, `4 conversations`.
#[must_use]
pub(super) fn counted(count: f64, one: &str, many: &str) -> String {
    if (count - 1.0).abs() < f64::EPSILON {
        format!("one {one}")
    } else {
        format!("{} {many}", number(Unit::Count, count))
    }
}
