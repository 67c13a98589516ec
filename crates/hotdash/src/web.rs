//! The doors for HTTP: webhooks, health, pages.

pub mod health;
pub mod hook;

use crate::app::App;
use axum::Router;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// Everything that hotdash answers.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(hook::router())
        .merge(health::router())
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .with_state(app)
}
