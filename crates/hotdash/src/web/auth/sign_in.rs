//! Sign-in by e-mail and password, and sign-out.

use super::people::person;
use super::{limit, password, session};
use crate::app::App;
use crate::web::ui::error::UiError;
use crate::web::ui::layout::{Framed, Shell, page};
use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, Extension, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::net::SocketAddr;
use std::sync::Arc;
use tower_sessions::Session;

#[derive(Template)]
#[template(path = "auth/sign_in.html")]
struct SignInPage {
    shell: Shell,
    email: String,
    back_to: String,
    problem: Option<String>,
}

impl Framed for SignInPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back_to: String,
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    email: String,
    password: String,
    #[serde(default)]
    back_to: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    session: Session,
    Query(back): Query<Back>,
) -> Result<Response, UiError> {
    if person(&session, &app).await?.is_some() {
        return Ok(Redirect::to(own_path(&back.back_to)).into_response());
    }
    sign_in_page(&app, String::new(), back.back_to, None)
}

pub(super) async fn submit(
    State(app): State<Arc<App>>,
    session: Session,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    Form(form): Form<SignIn>,
) -> Result<Response, UiError> {
    let email = form.email.trim();
    if let Err(seconds) = limit::try_once(email, from.map(|from| from.0.0.ip())) {
        let problem = format!("Too many tries for this address. Try again in {seconds} s.");
        let mut answer = sign_in_page(&app, email.to_owned(), form.back_to, Some(problem))?;
        *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        return Ok(answer);
    }
    let user = app.store.account_by_email(email).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    if let (true, Some(user)) = (password::fits(&form.password, hash).await?, user) {
        session::begin(&session, user.id, app.clock.now_ms()).await?;
        tracing::info!(user = user.id.0, "signed in with a password");
        return Ok(Redirect::to(own_path(&form.back_to)).into_response());
    }
    let problem = "E-mail or password is wrong. A lead can give you a one-time link instead.".to_owned();
    let mut answer = sign_in_page(&app, email.to_owned(), form.back_to, Some(problem))?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

pub(super) async fn sign_out(session: Session) -> Result<Redirect, UiError> {
    session.flush().await?;
    Ok(Redirect::to("/sign-in"))
}

fn sign_in_page(
    app: &App,
    email: String,
    back_to: String,
    problem: Option<String>,
) -> Result<Response, UiError> {
    page(&SignInPage { shell: Shell::outside(app).signed_out(), email, back_to, problem })
}

/// A path of our own, or the start page: a link must not lead a person elsewhere after sign-in.
pub(super) fn own_path(path: &str) -> &str {
    let is_own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control);
    if is_own { path } else { "/" }
}
