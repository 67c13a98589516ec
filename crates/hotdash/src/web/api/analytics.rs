//! Figures one by one: their values, their groups, and the conversations behind them.

use super::answer::{Problem, Reader, Refusal, rows};
use super::asking::{Asking, Request};
use super::described::{Refusals, Rows};
use super::rows::{ConversationRow, FigureRow, GroupRow, HourRow, IssueRow};
use crate::app::App;
use crate::work::facts::settings_of;
use crate::work::measures::{Asked, answer, report};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hotdash_core::figures::definition::Definition;
use hotdash_core::figures::report::label;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

/// What JSON says about the period.
fn covers(asked: &Asked) -> Value {
    let at = |second| Timestamp::from_second(second).unwrap_or_default().to_string();
    json!({
        "since": at(asked.period.since),
        "until": at(asked.period.until),
        "zone": asked.zone.iana_name().unwrap_or("UTC"),
        "clock": asked.clock,
    })
}

/// Every figure of a period and slice, with the period before and what is usual.
#[utoipa::path(
    get,
    path = "/api/analytics/figures",
    tag = "figures",
    params(Asking),
    responses(Rows<FigureRow>, Refusals)
)]
pub(super) async fn figures(
    State(app): State<Arc<App>>,
    Reader(seat): Reader,
    request: Request,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    request.asking.without(&["by", "limit", "after"])?;
    let asked = request.asking.read(&app, &seat)?;
    let report = report(&app, &seat.desk, asked).await?;
    let found: Vec<FigureRow> = report.report.figures().map(FigureRow::from).collect();
    let around = json!({ "period": report.report.period });
    rows(request.form, &headers, &found, around)
}

/// One figure, as the list of all has it; with `by` its groups.
#[utoipa::path(
    get,
    path = "/api/analytics/figures/{id}",
    tag = "figures",
    params(("id" = String, Path, description = "The figure's id, e.g. frt.p90"), Asking),
    responses(Rows<GroupRow>, Refusals, (status = 404, description = "There is no such figure", body = Refusal))
)]
pub(super) async fn figure(
    State(app): State<Arc<App>>,
    Reader(seat): Reader,
    Path(id): Path<String>,
    request: Request,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    request.asking.without(&["limit", "after"])?;
    let figure = known(&id)?;
    let asked = request.asking.read(&app, &seat)?;
    let Some(dimension) = request.asking.dimension(&seat)? else {
        let report = report(&app, &seat.desk, asked).await?;
        let found: Vec<FigureRow> =
            report.report.figure(figure.id).map(FigureRow::from).into_iter().collect();
        let around = json!({ "period": report.report.period });
        return rows(request.form, &headers, &found, around);
    };
    let settings =
        settings_of(&app.store, seat.desk.id).await.map_err(crate::work::measures::MeasuresError::from)?;
    let around = json!({ "period": covers(&asked), "figure": figure.id, "by": dimension });
    let groups = answer(&app, &seat.desk, asked, move |answers| answers.figure_by(dimension, figure)).await?;
    let groups: Vec<GroupRow> =
        groups.iter().map(|(key, value)| GroupRow::of(key, label(key, &settings), *value)).collect();
    rows(request.form, &headers, &groups, around)
}

/// Some of the conversations behind a figure, by their numbers; as JSON with `total`, how many there are.
#[utoipa::path(
    get,
    path = "/api/analytics/figures/{id}/conversations",
    tag = "figures",
    params(("id" = String, Path, description = "The figure's id, e.g. sla.breached"), Asking),
    responses(Rows<ConversationRow>, Refusals, (status = 404, description = "There is no such figure", body = Refusal))
)]
pub(super) async fn conversations(
    State(app): State<Arc<App>>,
    Reader(seat): Reader,
    Path(id): Path<String>,
    request: Request,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    request.asking.without(&["by"])?;
    let figure = known(&id)?;
    let (after, limit) = request.asking.page()?;
    let asked = request.asking.read(&app, &seat)?;
    let period = covers(&asked);
    let all = answer(&app, &seat.desk, asked, move |answers| answers.conversations(figure)).await?;
    let total = all.len();
    let some = all.into_iter().filter(|id| id.0 > after).take(limit);
    let found: Vec<ConversationRow> =
        some.map(|id| ConversationRow { conversation: id.0, url: seat.desk.chatwoot.link_to(id) }).collect();
    let around = json!({ "period": period, "figure": figure.id, "total": total });
    rows(request.form, &headers, &found, around)
}

/// What customers write about in the period, the most frequent first.
#[utoipa::path(
    get,
    path = "/api/analytics/issues",
    tag = "figures",
    params(Asking),
    responses(Rows<IssueRow>, Refusals)
)]
pub(super) async fn issues(
    State(app): State<Arc<App>>,
    Reader(seat): Reader,
    request: Request,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    request.asking.without(&["by", "limit", "after"])?;
    let asked = request.asking.read(&app, &seat)?;
    let report = report(&app, &seat.desk, asked).await?;
    let found: Vec<IssueRow> = report.report.issues.iter().map(IssueRow::from).collect();
    let around = json!({ "period": report.report.period });
    rows(request.form, &headers, &found, around)
}

/// Arrivals by weekday and hour: all 168 hours of the week.
#[utoipa::path(
    get,
    path = "/api/analytics/peak-hours",
    tag = "figures",
    params(Asking),
    responses(Rows<HourRow>, Refusals)
)]
pub(super) async fn peak_hours(
    State(app): State<Arc<App>>,
    Reader(seat): Reader,
    request: Request,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    request.asking.without(&["by", "limit", "after"])?;
    let asked = request.asking.read(&app, &seat)?;
    let report = report(&app, &seat.desk, asked).await?;
    let mut found = Vec::new();
    for (weekday, hours) in (1..).zip(report.report.peak_hours) {
        for (hour, conversations) in hours.into_iter().enumerate() {
            found.push(HourRow { weekday, hour, conversations });
        }
    }
    let around = json!({ "period": report.report.period });
    rows(request.form, &headers, &found, around)
}

fn known(id: &str) -> Result<&'static Definition, Problem> {
    Definition::find(id).ok_or_else(|| {
        Problem::not_found(&format!("there is no figure {id:?}; /api/analytics/figures lists all of them"))
    })
}
