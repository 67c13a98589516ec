//! How far back: a time or a day, as people write it.

use anyhow::{Context, bail};
use jiff::{Span, Timestamp, ToSpan, tz::TimeZone};

/// Reads a span such as `90d`, `12 weeks` or `36h`, or a day such as `2026-08-01` (UTC).
pub(super) fn read_since(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    let utc = now.to_zoned(TimeZone::UTC);
    let since = if let Ok(span) = text.trim().parse::<Span>() {
        utc.checked_sub(span.abs()).with_context(|| format!("{text:?} is too long ago"))?
    } else if let Ok(day) = text.trim().parse::<jiff::civil::Date>() {
        day.to_zoned(TimeZone::UTC)?
    } else {
        bail!("--since {text:?} is neither a time like 90d or 36h nor a day like 2026-08-01");
    };
    if since > utc.checked_sub(1.second())? {
        bail!("--since {text:?} is not in the past");
    }
    Ok(since.timestamp())
}

#[cfg(test)]
mod tests;
