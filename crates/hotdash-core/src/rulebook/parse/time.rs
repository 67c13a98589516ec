//! Reading times: words of the week and the team's hours, ranges of the clock, dates.

use crate::rulebook::condition::Times;
use crate::rulebook::vocabulary::TIMES;
use jiff::civil::Date;

impl Times {
    /// One more moment: `business_hours`, `saturday`, `09:00-12:00`, `2026-12-24`, `2026-12-24..2027-01-02`; or
    /// whether it was none.
    pub(super) fn add(&mut self, text: &str) -> bool {
        if let Some((_, mark)) = TIMES.iter().find(|(word, _)| *word == text) {
            self.marks |= mark.bit();
        } else if let Some(hours) = hours(text) {
            self.hours.push(hours);
        } else if let Some(dates) = dates(text) {
            self.dates.push(dates);
        } else {
            return false;
        }
        true
    }
}

/// Minutes of the day; the same twice would be no time at all, or all day.
fn hours(text: &str) -> Option<(i16, i16)> {
    let (from, until) = text.split_once(['-', '–'])?;
    let (from, until) = (minute(from)?, minute(until)?);
    (from != until && from < 24 * 60).then_some((from, until))
}

fn minute(text: &str) -> Option<i16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (i16, i16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && (hour < 24 || (hour == 24 && minute == 0))).then_some(hour * 60 + minute)
}

fn dates(text: &str) -> Option<(Date, Date)> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last): (Date, Date) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}
