//! The page about oneself, and the password.

use super::people::Viewer;
use super::{MIN_PASSWORD_CHARACTERS, hash_password};
use crate::app::App;
use crate::store::users::User;
use crate::web::ui::error::UiError;
use crate::web::ui::layout::{Nav, Shell, page};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "auth/account.html")]
struct AccountPage {
    shell: Shell,
    user: User,
    may: &'static str,
}

#[derive(Template)]
#[template(path = "auth/password.html")]
struct PasswordPage {
    shell: Shell,
    email: String,
    has_one: bool,
    least: usize,
    problem: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    password: String,
    again: String,
}

pub(super) async fn show(State(app): State<Arc<App>>, Viewer(user): Viewer) -> Result<Response, UiError> {
    use crate::store::users::Role;
    let may = match user.role {
        Role::Viewer => "You read conversations and drafts.",
        Role::Reviewer => "You read, claim, edit, approve, reject and grade drafts.",
        Role::Lead => "You decide about drafts, and change how hotdash works.",
    };
    page(&AccountPage { shell: Shell::inside(&app, &user, Nav::Account), user, may })
}

pub(super) async fn password(State(app): State<Arc<App>>, Viewer(user): Viewer) -> Result<Response, UiError> {
    password_page(&app, &user, None).await
}

pub(super) async fn set_password(
    State(app): State<Arc<App>>,
    Viewer(user): Viewer,
    Form(form): Form<NewPassword>,
) -> Result<Response, UiError> {
    let length = form.password.chars().count();
    let problem = if length < MIN_PASSWORD_CHARACTERS {
        Some(format!("The password has {length} characters; it needs {MIN_PASSWORD_CHARACTERS} or more."))
    } else if length > 1024 {
        Some("The password is longer than 1,024 characters.".to_owned())
    } else if form.password != form.again {
        Some("The two passwords differ.".to_owned())
    } else {
        None
    };
    if let Some(problem) = problem {
        let mut answer = password_page(&app, &user, Some(problem)).await?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    app.store.set_password_hash(user.id, &hash_password(&form.password).await?).await?;
    tracing::info!(user = user.id.0, "set a password");
    Ok(Redirect::to("/drafts").into_response())
}

async fn password_page(app: &App, user: &User, problem: Option<String>) -> Result<Response, UiError> {
    page(&PasswordPage {
        shell: Shell::inside(app, user, Nav::Account),
        email: user.email.clone(),
        has_one: user.password_hash.is_some(),
        least: MIN_PASSWORD_CHARACTERS,
        problem,
    })
}
