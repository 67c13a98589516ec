//! The doors for HTTP: webhooks, health, pages.

pub mod assets;
pub mod auth;
pub mod headers;
pub mod health;
pub mod hook;
pub mod ui;

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
        .merge(ui::router(&app))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .with_state(app)
}
