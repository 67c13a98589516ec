//! The page about oneself, and the password.

use super::people::{Seat, Viewer};
use super::{MIN_PASSWORD_CHARACTERS, hash_password, session};
use crate::app::{App, Desk};
use crate::store::users::{Role, User};
use crate::web::ui::error::UiError;
use crate::web::ui::layout::{Framed, Nav, Shell, page};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hotdash_core::ids::DeskId;
use serde::Deserialize;
use std::sync::Arc;
use tower_sessions::Session;

#[derive(Template)]
#[template(path = "auth/account.html")]
struct AccountPage {
    shell: Shell,
    user: User,
    has_password: bool,
    /// The desks where they work; empty where there is only one.
    places: Vec<Place>,
    may: &'static str,
}

impl Framed for AccountPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// A desk at which one may work.
struct Place {
    id: DeskId,
    name: String,
    role: &'static str,
    is_current: bool,
}

#[derive(Deserialize)]
pub(super) struct Choice {
    desk: i64,
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

impl Framed for PasswordPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    password: String,
    again: String,
}

pub(super) async fn show(State(app): State<Arc<App>>, Viewer(seat): Viewer) -> Result<Response, UiError> {
    let may = match seat.user.role {
        Role::Viewer => "You read conversations and drafts.",
        Role::Reviewer => "You read, claim, edit, approve, reject and grade drafts.",
        Role::Lead => "You decide about drafts, and change how hotdash works.",
    };
    let has_password = has_password(&app, &seat).await?;
    let place = |(desk, role): &(Arc<Desk>, Role)| Place {
        id: desk.id,
        name: desk.settings.shop_name.clone(),
        role: role.as_str(),
        is_current: desk.id == seat.desk.id,
    };
    let places = if seat.places.len() > 1 { seat.places.iter().map(place).collect() } else { Vec::new() };
    let shell = Shell::inside(&app, &seat, Nav::Account).await?;
    page(&AccountPage { shell, user: seat.user, has_password, places, may })
}

/// Work at another desk from now on.
pub(super) async fn choose_desk(
    Viewer(seat): Viewer,
    session: Session,
    Form(choice): Form<Choice>,
) -> Result<Redirect, UiError> {
    let (desk, _) = seat.places.iter().find(|(desk, _)| desk.id.0 == choice.desk).ok_or(UiError::NotFound)?;
    session::choose_desk(&session, desk.id).await?;
    Ok(Redirect::to("/drafts"))
}

async fn has_password(app: &App, seat: &Seat) -> Result<bool, UiError> {
    Ok(app.store.account(seat.user.id).await?.is_some_and(|account| account.password_hash.is_some()))
}

pub(super) async fn password(State(app): State<Arc<App>>, Viewer(seat): Viewer) -> Result<Response, UiError> {
    password_page(&app, &seat, None).await
}

pub(super) async fn set_password(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
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
        let mut answer = password_page(&app, &seat, Some(problem)).await?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    app.store.set_password_hash(seat.user.id, &hash_password(&form.password).await?).await?;
    tracing::info!(user = seat.user.id.0, "set a password");
    Ok(Redirect::to("/drafts").into_response())
}

async fn password_page(app: &App, seat: &Seat, problem: Option<String>) -> Result<Response, UiError> {
    page(&PasswordPage {
        shell: Shell::inside(app, seat, Nav::Account).await?,
        email: seat.user.email.clone(),
        has_one: has_password(app, seat).await?,
        least: MIN_PASSWORD_CHARACTERS,
        problem,
    })
}
