//! Who is there: sign-in by password or one-time link, sessions, roles.

mod account;
mod limit;
mod link;
mod password;
mod people;
mod session;
mod sign_in;

pub use password::{MIN_PASSWORD_CHARACTERS, PasswordError, hash_password};
pub(crate) use people::{Lead, Reviewer, Seat, Viewer};
pub use session::session_layer;

use crate::app::App;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// Sign-in, sign-out and the account page.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-in/link/{token}", get(link::show).post(link::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/account", get(account::show))
        .route("/account/desk", post(account::choose_desk))
        .route("/account/password", get(account::password).post(account::set_password))
}

#[cfg(test)]
mod tests;
