//! The pages.

mod chart;
mod choice;
mod dashboard;
mod decision;
mod deliveries;
mod delivery;
mod diff;
mod draft;
pub(crate) mod error;
mod events;
mod icons;
pub(crate) mod layout;
mod letter;
mod outcome;
mod queue;
mod recommendations;
mod reports;
mod rules;
mod sending;
mod side;
mod sla;
mod thread;
mod words;

use super::{assets, auth, headers};
use crate::app::App;
use crate::work::widget::origin_of;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Redirect;
use axum::routing::{get, post};
use std::sync::Arc;
use tower_http::csrf::CsrfLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A form holds a reply at most, never a file.
const MAX_FORM_BYTES: usize = 256 * 1024;
/// Rules with thousands of words, as a form writes them.
const MAX_RULES_BYTES: usize = 8 * 1024 * 1024;

/// Every page, with its session, its guards and its error pages; also answers what nothing else answers.
pub fn router(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/drafts") }))
        .route("/drafts", get(queue::show))
        .route("/queue", get(queue::list))
        .route("/drafts/{id}", get(draft::show))
        .route("/drafts/{id}/changes", post(decision::changes).get(draft::back))
        .route("/drafts/{id}/approval", post(decision::approve).get(draft::back))
        .route("/drafts/{id}/approval/undo", post(decision::undo).get(draft::back))
        .route("/drafts/{id}/rejection", post(decision::reject).get(draft::back))
        .route("/drafts/{id}/claim", post(decision::claim).get(draft::back))
        .route("/drafts/{id}/retry", post(decision::retry).get(draft::back))
        .route("/deliveries", get(deliveries::show))
        .route("/deliveries/{id}", get(delivery::show))
        .route("/deliveries/{id}/replay", post(delivery::replay).get(delivery::back))
        .route("/dead-letters/replay", post(deliveries::replay_all).get(deliveries::back))
        .route("/dead-letters/{id}/replay", post(deliveries::replay).get(deliveries::back))
        .route("/dead-letters/{id}/put-away", post(deliveries::put_away).get(deliveries::back))
        .route("/rules", get(rules::show))
        .route("/rules/switch", post(rules::switch).get(rules::back))
        .route("/rules/return", post(rules::go_back).get(rules::back))
        .route("/rules/shadow/off", post(rules::end_shadow).get(rules::back))
        .route("/rules/backtest", get(rules::backtest::show))
        .route("/rules/fairness", get(rules::fairness::show))
        .route("/rules/explain/{conversation}", get(rules::explain::show))
        .route("/dashboard", get(dashboard::show))
        .route("/dashboard/conversations", get(dashboard::show_behind))
        .route("/dashboard/alerts", get(dashboard::list_alerts))
        .route("/dashboard/alerts/{id}", get(dashboard::show_alert))
        .route("/dashboard/alerts/{id}/seen", post(dashboard::see_alert).get(dashboard::back_to_alerts))
        .route("/figures/{figure}", get(dashboard::show_figure))
        .route("/sla", get(sla::show))
        .route("/sla/{conversation}", get(sla::show_proof))
        .route("/recommendations", get(recommendations::show))
        .route("/reports", get(reports::index).post(reports::submit))
        .route("/reports/{id}", get(reports::show))
        .route("/reports/{id}/again", get(reports::show_again))
        .route("/reports/{id}/files/{format}", get(reports::file))
        .route("/reports/{id}/letters/{letter}", post(reports::send).get(reports::back_to))
        .route("/events", get(events::stream))
        .merge(
            Router::new()
                .route("/rules/edit", get(rules::edit::show).post(rules::edit::submit))
                .merge(Router::from(rules_api()))
                .layer(DefaultBodyLimit::max(MAX_RULES_BYTES)),
        )
        .merge(super::api::router())
        .merge(auth::router())
        .fallback(error::not_found)
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(auth::session_layer(app))
        .layer(csrf(app))
        .layer(from_fn_with_state(app.clone(), error::pages))
        .merge(assets::router())
        .layer(from_fn(headers::secure))
}

/// What programs may do with the rules.
pub(super) fn rules_api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(rules::api::get, rules::api::put)).routes(routes!(rules::api::check))
}

/// Forms are accepted from our own pages only. The public address counts as ours even behind a proxy that
/// rewrites `Host`.
fn csrf(app: &App) -> CsrfLayer {
    CsrfLayer::new().add_trusted_origin(origin_of(&app.config.public_url)).unwrap_or_else(|problem| {
        tracing::warn!(%problem, "the public address is no origin; forms need a proxy that keeps Host");
        CsrfLayer::new()
    })
}

#[cfg(test)]
mod tests;
