//! One-time links. Opening one does nothing: mail scanners open links too. The button on the page uses it up.

use super::session;
use crate::app::App;
use crate::web::ui::error::UiError;
use crate::web::ui::layout::{Shell, page};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tower_sessions::Session;

#[derive(Template)]
#[template(path = "auth/link.html")]
struct LinkPage {
    shell: Shell,
    token: String,
    used_up: bool,
}

/// A token for a link, and the digest to keep of it: who reads the database cannot sign in.
#[must_use]
pub fn new_link_token() -> (String, String) {
    let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let digest = digest_of(&token);
    (token, digest)
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, UiError> {
    page(&LinkPage { shell: Shell::outside(&app), token, used_up: false })
}

pub(super) async fn submit(
    State(app): State<Arc<App>>,
    session: Session,
    Path(token): Path<String>,
) -> Result<Response, UiError> {
    let now = app.clock.now_ms();
    let Some(user) = app.store.use_sign_in_link(&digest_of(&token), now).await? else {
        let mut answer = page(&LinkPage { shell: Shell::outside(&app), token: String::new(), used_up: true })?;
        *answer.status_mut() = StatusCode::GONE;
        return Ok(answer);
    };
    session::begin(&session, user, now).await?;
    tracing::info!(user = user.0, "signed in with a one-time link");
    Ok(Redirect::to("/account/password").into_response())
}

fn digest_of(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
