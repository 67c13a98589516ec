//! The REST interface of agents, administrators and bots.

pub(crate) mod answer;
mod bulk;
mod contacts;
mod conversation_list;
mod conversations;
mod filter;
mod identity;
mod inboxes;
mod messages;
pub(crate) mod params;
mod people;
mod session;
mod settings;
mod surveys;
mod webhooks;

use axum::Router;
use axum::http::Uri;
use axum::routing::any;

use crate::Sandbox;
use crate::refusal::Refusal;

/// Everything below `/api` that is asked for with a token, and the two calls that need none.
pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .merge(identity::router())
        .merge(people::router())
        .merge(inboxes::router())
        .merge(settings::router())
        .merge(webhooks::router())
        .merge(conversation_list::router())
        .merge(conversations::router())
        .merge(messages::router())
        .merge(contacts::router())
        .merge(surveys::router())
        .merge(bulk::router())
        .route("/app/{*rest}", any(dashboard_path))
        .route("/api/v2/accounts/{account}/{*report}", any(report))
        .route("/api/{*rest}", any(unknown))
}

/// The dashboard itself is not here; JSON asked of it is refused as the real one refuses it.
async fn dashboard_path() -> Refusal {
    Refusal::DashboardPath
}

/// Reports are for administrators, and this desk has none.
async fn report(_: session::Administrator) -> Refusal {
    Refusal::NotFound
}

async fn unknown(uri: Uri) -> Refusal {
    tracing::debug!(path = uri.path(), "the sandbox does not have this call");
    Refusal::NotFound
}
