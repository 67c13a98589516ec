//! The pages people look at: a chat page for the customer, a desk page for the agents.

use axum::Router;

use crate::Sandbox;

/// The pages' routes.
pub fn router() -> Router<Sandbox> {
    Router::new()
}
