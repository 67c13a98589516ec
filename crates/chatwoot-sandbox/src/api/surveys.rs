//! Survey answers, for administrators.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::answer;
use super::params::{Members, Params};
use super::session::Administrator;
use crate::Sandbox;
use crate::model::Map;
use crate::render::settings::csat_response;

const PER_PAGE: usize = 25;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/api/v1/accounts/{account}/csat_survey_responses", get(list))
        .route("/api/v1/accounts/{account}/csat_survey_responses/metrics", get(metrics))
}

async fn list(State(sandbox): State<Sandbox>, _: Administrator, params: Params) -> Response {
    let page = params.values.integer("page").and_then(|page| usize::try_from(page).ok()).unwrap_or(1).max(1);
    sandbox.read(|desk| {
        let newest_first = desk.csat_responses.values().rev();
        let shown = newest_first.skip((page - 1).saturating_mul(PER_PAGE)).take(PER_PAGE);
        answer::json(&shown.map(|row| csat_response(desk, row)).collect())
    })
}

async fn metrics(State(sandbox): State<Sandbox>, _: Administrator) -> Response {
    sandbox.read(|desk| {
        let mut counts = Map::new();
        for rating in 1..=5 {
            let count = desk.csat_responses.values().filter(|row| row.rating == rating).count();
            if count > 0 {
                counts.insert(rating.to_string(), json!(count));
            }
        }
        let sent = desk.messages.values().filter(|message| message.content_type == "input_csat").count();
        answer::json(&json!({
            "total_count": desk.csat_responses.len(),
            "ratings_count": counts,
            "total_sent_messages_count": sent,
        }))
    })
}
