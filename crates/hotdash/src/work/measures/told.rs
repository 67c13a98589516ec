//! A report as programs get it: in the original guide's envelope, as text and compressed, made once and sent often.

use super::{MeasuresError, digest};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hotdash_core::figures::report::AnalyticsReport;
use jiff::Timestamp;
use serde::Serialize;
use std::io::Write;
use utoipa::ToSchema;

/// Of longer periods the last so many days: each has every figure, and years of them would be most of the answer.
const MOST_DAYS: usize = 31;

/// The full report of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct Metrics<'a> {
    /// Always true.
    success: bool,
    /// Sections `overview`, `frt`, `reply`, `resolution`, `turns`, `sla`, `csat`, `drafts` with figures by name, each with
    /// `value` or `reason`; `peak_hours`, `issues`, `first_responses`, `ratings`; and groups with their figures by id:
    /// `inboxes`, `channels`, `teams`, `agents` (only for leads), `labels`, `categories`, `hours`, and `days`, of which
    /// there are the last 31.
    #[schema(value_type = Object)]
    data: &'a AnalyticsReport,
    /// When the answer was made. It may be kept as long as `Cache-Control` says.
    timestamp: String,
    /// Until when its data goes.
    as_of: String,
    /// Whether the data is older than what `max-age` promises.
    stale: bool,
}

/// An answer that is ready to be sent.
pub struct Told {
    pub text: Bytes,
    pub gzip: Bytes,
    /// What tells it from others, short enough for a header.
    pub digest: String,
}

impl Told {
    pub(super) fn of(report: &AnalyticsReport, computed_at: i64) -> Result<Self, MeasuresError> {
        let text = text(report, computed_at, computed_at, false)?;
        let broken = |error: std::io::Error| MeasuresError::Broken(error.to_string());
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(text.as_bytes()).map_err(broken)?;
        let gzip = gzip.finish().map_err(broken)?.into();
        Ok(Self { digest: digest(&text), text: text.into(), gzip })
    }
}

/// The envelope around a report.
pub(super) fn text(
    report: &AnalyticsReport,
    computed_at: i64,
    told_at: i64,
    stale: bool,
) -> Result<String, MeasuresError> {
    let instant = |ms| Timestamp::from_millisecond(ms).unwrap_or_default().to_string();
    let (timestamp, as_of) = (instant(told_at), instant(computed_at));
    let metrics = Metrics { success: true, data: report, timestamp, as_of, stale };
    serde_json::to_string(&metrics).map_err(|error| MeasuresError::Broken(error.to_string()))
}

/// The part of a report that programs get.
pub(super) fn part(report: &AnalyticsReport, with_people: bool) -> AnalyticsReport {
    let mut part = report.clone();
    part.days.drain(..part.days.len().saturating_sub(MOST_DAYS));
    if with_people { part } else { part.without_people() }
}
