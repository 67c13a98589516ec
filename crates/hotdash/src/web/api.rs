//! What programs may ask: figures, and the conversations behind them; and the description of every address below `/api`.
//!
//! The description grows out of the routes: an address that is not in it is not served.

mod analytics;
mod answer;
mod asking;
mod described;
mod metrics;
mod rows;

use crate::app::App;
use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use std::sync::{Arc, LazyLock};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "hotdash",
        description = "Webhooks in, rules and figures out. Everything but the webhooks needs a signed-in person's \
                       session; per-agent figures need a lead."
    ),
    components(schemas(
        answer::Refusal,
        rows::ConversationRow,
        rows::FigureRow,
        rows::GroupRow,
        rows::HourRow,
        rows::IssueRow,
    )),
    tags(
        (name = "figures", description = "What was measured, by any period and slice"),
        (name = "rules", description = "What hotdash does with messages"),
        (name = "webhooks", description = "For the desk")
    )
)]
struct Description;

fn figures() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(metrics::metrics))
        .routes(routes!(analytics::figures))
        .routes(routes!(analytics::figure))
        .routes(routes!(analytics::conversations))
        .routes(routes!(analytics::issues))
        .routes(routes!(analytics::peak_hours))
}

/// The addresses that this room serves.
pub(super) fn router() -> Router<Arc<App>> {
    let figures: Router<Arc<App>> = figures().into();
    figures.route("/openapi.json", get(describe))
}

static DESCRIPTION: LazyLock<String> = LazyLock::new(|| {
    let mut all = OpenApiRouter::with_openapi(Description::openapi())
        .merge(figures())
        .merge(super::ui::rules_api())
        .merge(super::hook::addresses());
    let mut description = all.to_openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut description.info.version);
    // A description that cannot be written would be a fault of the library, found by the test that reads it.
    description.to_json().unwrap_or_default()
});

async fn describe() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, DESCRIPTION.as_str())
}
