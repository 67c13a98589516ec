//! Figures as people read them: with their unit, and beside what is usual.

use super::super::words;
use hotdash_core::figures::definition::Unit;
use hotdash_core::figures::report::Reported;
use hotdash_core::figures::usual::{Standing, UsualRange};
use hotdash_core::report::money;

/// `1,204`, `11 min`, `93.1 %`, `4.62`.
pub(super) fn value(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Count | Unit::Tokens => count(value),
        Unit::Seconds => words::duration(whole(value * 1000.0)),
        Unit::Share => format!("{} %", tenths(value * 100.0)),
        Unit::Grade => format!("{value:.2}"),
        Unit::Money => money(value),
    }
}

/// The same cut before a unit that is shown smaller.
pub(super) fn in_two(unit: Unit, v: f64) -> (String, String) {
    let text = value(unit, v);
    let cut = [" min", " s", " %"]
        .into_iter()
        .find_map(|end| Some((text.strip_suffix(end)?.to_owned(), end.trim())));
    cut.map_or((text, String::new()), |(number, unit)| (number, unit.to_owned()))
}

fn count(value: f64) -> String {
    let digits = whole(value).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && digit != '-' {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

fn whole(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "counts and milliseconds stay far below 2^53")]
    let whole = value.round() as i64;
    whole
}

/// `14–22 min`, `50 min – 1 h 20`, `usually 4`.
pub(super) fn range(unit: Unit, usual: &UsualRange) -> String {
    let (low, high) = (in_two(unit, usual.low), in_two(unit, usual.high));
    let text = |(number, unit): &(String, String)| match unit.as_str() {
        "" => number.clone(),
        unit => format!("{number} {unit}"),
    };
    if low == high {
        return text(&low);
    }
    if low.1 == high.1 && !low.0.contains(' ') && !high.0.contains(' ') {
        let unit = if high.1.is_empty() { String::new() } else { format!(" {}", high.1) };
        return format!("{}–{}{unit}", low.0, high.0);
    }
    format!("{} – {}", text(&low), text(&high))
}

/// How a figure stands to what is usual: words, and the class that colours them.
pub(super) fn beside(figure: &Reported, when: &str) -> (String, &'static str) {
    let Some(usual) = &figure.usual else {
        let why = figure.usual_reason.map_or("", |reason| reason.words());
        return (why.to_owned(), "");
    };
    let range = range(figure.unit, usual);
    let Some(value) = figure.value else { return (format!("usually {range}{when}"), "") };
    let side = if value > usual.high { "above" } else { "below" };
    match figure.standing {
        Some(Standing::Worse) => (format!("{side} the usual {range}{when}"), "apart bad"),
        Some(Standing::Better) => (format!("{side} the usual {range}{when}"), "apart good"),
        Some(Standing::Higher | Standing::Lower) => (format!("{side} the usual {range}{when}"), "apart"),
        Some(Standing::Usual) | None => (format!("usually {range}{when}"), ""),
    }
}

/// `+38 %`, `−11 %`, `as many as before`.
pub(super) fn growth(growth: Option<f64>) -> String {
    match growth {
        None => "none before".to_owned(),
        Some(growth) if growth.abs() < 0.005 => "the same".to_owned(),
        Some(growth) if growth > 0.0 => format!("+{} %", whole(growth * 100.0)),
        Some(growth) => format!("−{} %", whole(-growth * 100.0)),
    }
}

#[cfg(test)]
mod tests;
