//! `Retry-After` and `Date` of an HTTP answer, for every port that makes calls.

use http::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use std::time::Duration;

/// Seconds, or a date; a date is compared with the answer's own `Date`: the other side's clock, not ours.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let asked = text(headers, RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(asked).ok()?.timestamp();
    let now = date(headers)?;
    u64::try_from(until.as_second() - now.as_second()).ok().map(Duration::from_secs)
}

/// How long the minute lasts in which the other side answered, by its own clock.
pub(crate) fn rest_of_the_minute(headers: &HeaderMap) -> Option<Duration> {
    let now = date(headers)?;
    u64::try_from(60 - now.as_second().rem_euclid(60)).ok().map(Duration::from_secs)
}

/// When the other side answered, by its clock.
pub(crate) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    Some(rfc2822::parse(text(headers, DATE)?).ok()?.timestamp())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests;
