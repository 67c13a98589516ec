//! The full report in the original guide's envelope, from memory.

use super::answer::{Problem, Reader, tagged};
use super::asking::{Asking, Request};
use super::described::Refusals;
use crate::app::App;
use crate::store::users::Role;
use crate::work::measures::{MAX_AGE_MS, report};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::ToSchema;

/// The full report of a period.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Metrics<'a> {
    /// Always true.
    success: bool,
    /// Sections `overview`, `frt`, `reply`, `resolution`, `turns`, `sla`, `csat`, `drafts` with figures by name, each with
    /// `value` or `reason`; `peak_hours`, `issues`, `first_responses`, `ratings`; and groups with their figures by id:
    /// `inboxes`, `channels`, `teams`, `agents` (only for leads), `labels`, `categories`, `hours`, `days`.
    #[schema(value_type = Object)]
    data: &'a RawValue,
    /// When the answer was given.
    timestamp: String,
    /// Until when its data goes.
    as_of: String,
    /// Whether the data is older than what `max-age` promises.
    stale: bool,
}

/// The full report of a period and slice.
#[utoipa::path(
    get,
    path = "/api/support/metrics",
    tag = "figures",
    params(Asking),
    responses(
        (status = 200, description = "The report; kept for up to five minutes", body = Metrics<'static>),
        (status = 304, description = "It is what `If-None-Match` names"),
        Refusals,
    )
)]
pub(super) async fn metrics(
    State(app): State<Arc<App>>,
    Reader(seat): Reader,
    request: Request,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    request.asking.without(&["by", "limit", "after"])?;
    request.json_only()?;
    let asked = request.asking.read(&app, &seat)?;
    let report = report(&app, &seat.desk, asked).await?;
    let (data, digest) = match seat.user.role >= Role::Lead {
        true => &report.for_leads,
        false => &report.for_others,
    };
    let now = app.clock.now_ms();
    let stale = now - report.computed_at > MAX_AGE_MS;
    let metrics = Metrics {
        success: true,
        data,
        timestamp: app.clock.now().to_string(),
        as_of: Timestamp::from_millisecond(report.computed_at).unwrap_or_default().to_string(),
        stale,
    };
    let body = serde_json::to_string(&metrics).map_err(|error| Problem::broken(&error))?;
    let keeping = HeaderValue::from_static("private, max-age=300");
    let tag = if stale { format!("{digest}-stale") } else { digest.clone() };
    Ok(tagged(&headers, &tag, "application/json", keeping, || body))
}
