//! An alert in words.

use super::LocalHour;
use super::compare::Finding;
use super::series::{Measure, Series};
use crate::chance::Interval;

/// "Shipping: 34 conversations since 09:00, usually 8–15".
pub(super) fn of(series: &Series, found: &Finding<'_>, at: LocalHour) -> String {
    let (name, what, since) = (&series.name, &series.what, since(found.window.since, at));
    match series.measure() {
        Measure::Count => {
            format!("{name}: {} {what} {since}, usually {}", found.observed, counts(found.usual))
        }
        Measure::Share => {
            let of = found.window.of;
            let usual = counts(found.usual);
            format!("{name}: {} {what} of {of} {since}, usually {usual}", found.observed)
        }
        Measure::Seconds => {
            let (lower, upper) = (duration(found.usual.lower), duration(found.usual.upper));
            let usual = if lower == upper { lower } else { format!("{lower} to {upper}") };
            format!(
                "{name}: half of the {what} took {} or longer {since}, usually {usual}",
                duration(found.observed)
            )
        }
    }
}

fn since(start: LocalHour, at: LocalHour) -> String {
    let hour = start.hour();
    if start.date() == at.date() {
        return format!("since {hour:02}:00");
    }
    format!("since {} {hour:02}:00", start.date().strftime("%a %-d %b"))
}

fn counts(usual: Interval) -> String {
    if usual.lower == usual.upper {
        usual.lower.to_string()
    } else {
        format!("{}–{}", usual.lower, usual.upper)
    }
}

/// Seconds as a person says them: "45 s", "34 min", "5.2 h".
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else if seconds < 5400.0 {
        format!("{:.0} min", seconds / 60.0)
    } else if seconds < 48.0 * 3600.0 {
        format!("{:.1} h", seconds / 3600.0)
    } else {
        format!("{:.1} days", seconds / 86_400.0)
    }
}
