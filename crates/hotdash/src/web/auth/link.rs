//! One-time links. Opening one does nothing: mail scanners open links too. The button on the page uses it up.

use super::session;
use crate::app::App;
use crate::web::ui::error::UiError;
use crate::web::ui::layout::{Framed, Shell, page};
use crate::work::people::{LINK_HOURS, link_digest};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use tower_sessions::Session;

#[derive(Template)]
#[template(path = "auth/link.html")]
struct LinkPage {
    shell: Shell,
    token: String,
    used_up: bool,
    hours: i64,
}

impl Framed for LinkPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, UiError> {
    page(&LinkPage { shell: Shell::outside(&app), token, used_up: false, hours: LINK_HOURS })
}

pub(super) async fn submit(
    State(app): State<Arc<App>>,
    session: Session,
    Path(token): Path<String>,
) -> Result<Response, UiError> {
    let now = app.clock.now_ms();
    let Some(user) = app.store.use_sign_in_link(&link_digest(&token), now).await? else {
        let mut answer = page(&LinkPage {
            shell: Shell::outside(&app),
            token: String::new(),
            used_up: true,
            hours: LINK_HOURS,
        })?;
        *answer.status_mut() = StatusCode::GONE;
        return Ok(answer);
    };
    session::begin(&session, user, now).await?;
    tracing::info!(user = user.0, "signed in with a one-time link");
    Ok(Redirect::to("/account/password").into_response())
}
