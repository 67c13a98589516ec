//! Is it alive, is it ready.

use crate::app::{App, Desk};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Routes for whoever watches the process.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

/// The process answers. Says nothing about the database or the desk.
async fn alive() -> Response {
    Json(json!({"status": "alive", "version": env!("CARGO_PKG_VERSION")})).into_response()
}

/// Deliveries can be taken in: the database answers. The desk may be down; its work waits.
async fn ready(State(app): State<Arc<App>>) -> Response {
    match app.store.queue_counts(app.clock.now_ms()).await {
        Ok(queue) => Json(json!({
            "status": "ready",
            "jobs": {"waiting": queue.living, "due": queue.due, "dead": queue.dead},
            "desks": app.desks.iter().map(|desk| (&desk.settings.key, state_of(desk))).collect::<BTreeMap<_, _>>(),
        }))
        .into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            let body = json!({"status": "not ready", "reason": "the database does not answer"});
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

/// As far as our last calls tell; whoever wants to know more asks `hotdash doctor`.
fn state_of(desk: &Desk) -> &'static str {
    if desk.away_for().is_some() { "down" } else { "reachable" }
}
