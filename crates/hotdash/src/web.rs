//! The doors for HTTP: webhooks, health, pages.

mod api;
pub mod assets;
pub mod auth;
pub mod headers;
pub mod health;
pub mod hook;
pub mod ui;

use crate::app::App;
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, SetRequestIdLayer};

/// Serve until told to stop; requests under way are finished.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: CancellationToken) -> std::io::Result<()> {
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
}

/// Everything that hotdash answers.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(health::router())
        .merge(ui::router(&app))
        .layer(CompressionLayer::new())
        // Named on error pages, so that a person can point at a line of the log.
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        // Behind the other layers: a delivery needs none of them, and there are thousands a second.
        .merge(hook::router())
        .layer(CatchPanicLayer::new())
        .with_state(app)
}
