//! The full report in the original guide's envelope, from memory.

use super::answer::{Problem, Reader, tagged};
use super::asking::{Asking, Request};
use super::described::Refusals;
use crate::app::App;
use crate::store::users::Role;
use crate::work::measures::{MAX_AGE_MS, Metrics, report};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::sync::Arc;

const JSON: &str = "application/json";

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
    let with_people = seat.user.role >= Role::Lead;
    let told = report.told(with_people);
    let now = app.clock.now_ms();
    let keeping = HeaderValue::from_static("private, max-age=300");
    if now - report.computed_at > MAX_AGE_MS {
        let late = report.told_late(with_people, now)?;
        return Ok(tagged(&headers, &format!("{}-stale", told.digest), JSON, keeping, || late));
    }
    let is_compressed = takes_gzip(&headers);
    let body = if is_compressed { &told.gzip } else { &told.text };
    let mut answer = tagged(&headers, &told.digest, JSON, keeping, || Body::from(body.clone()));
    answer.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if is_compressed && answer.status() == StatusCode::OK {
        answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(answer)
}

/// Compressing a report anew for everybody who asks would take many times longer than all else.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        is_gzip && weight.is_none_or(|weight| weight > 0.0)
    })
}
