//! What can go wrong on a page, and the page that says so, with a way out.

use super::layout::{Framed, Shell, page};
use crate::app::App;
use crate::store::StoreError;
use crate::store::users::Role;
use crate::work::dead_letters::NotReplayed;
use crate::work::review::ReviewError;
use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use tower_http::request_id::RequestId;

/// What stops a page. Its cause is logged here, once; the page shows only what helps.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UiError {
    #[error("nobody is signed in")]
    SignIn { back_to: Option<String> },
    #[error("this needs the role {0:?}")]
    Forbidden(Role),
    #[error("the person works at no desk")]
    NoDesk,
    #[error("there is no such page")]
    NotFound,
    #[error("{0}")]
    Invalid(String),
    #[error("the store is not available: {0}")]
    Away(String),
    #[error("{0}")]
    Broken(String),
}

impl From<StoreError> for UiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(why) | StoreError::Contended(why) => Self::Away(why),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<ReviewError> for UiError {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Store(error) => error.into(),
            ReviewError::NotFound => Self::NotFound,
            ReviewError::NotAllowed => Self::Forbidden(Role::Reviewer),
            other => Self::Invalid(other.to_string()),
        }
    }
}

impl From<NotReplayed> for UiError {
    fn from(error: NotReplayed) -> Self {
        match error {
            NotReplayed::Store(error) => error.into(),
            NotReplayed::NotFound => Self::NotFound,
            other => Self::Invalid(sentence(&other.to_string())),
        }
    }
}

impl From<tower_sessions::session::Error> for UiError {
    fn from(error: tower_sessions::session::Error) -> Self {
        Self::Away(error.to_string())
    }
}

impl From<crate::web::auth::PasswordError> for UiError {
    fn from(error: crate::web::auth::PasswordError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<askama::Error> for UiError {
    fn from(error: askama::Error) -> Self {
        Self::Broken(format!("a page cannot be rendered: {error}"))
    }
}

/// Travels from the handler to [`pages`], which knows the request.
#[derive(Clone)]
struct Explained(&'static str, String);

impl IntoResponse for UiError {
    fn into_response(self) -> Response {
        let (status, title, text) = match &self {
            Self::SignIn { back_to } => return to_sign_in(back_to.as_deref()),
            Self::Forbidden(role) => (
                StatusCode::FORBIDDEN,
                "You may not do this",
                format!("It needs the role “{}”. A lead can give it to you.", role.as_str()),
            ),
            Self::NoDesk => (
                StatusCode::FORBIDDEN,
                "You work at no desk here",
                "A lead can let you in with `hotdash user add`.".to_owned(),
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, title_of(StatusCode::NOT_FOUND), String::new()),
            Self::Invalid(why) => (StatusCode::UNPROCESSABLE_ENTITY, "This cannot be done", why.clone()),
            Self::Away(why) => {
                tracing::error!(%why, "a page could not be served");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The database does not answer",
                    "Nothing was changed. Try again in a moment.".to_owned(),
                )
            }
            Self::Broken(why) => {
                tracing::error!(%why, "a page could not be served");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    title_of(StatusCode::INTERNAL_SERVER_ERROR),
                    String::new(),
                )
            }
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Explained(title, text));
        response
    }
}

/// As it stands on a page of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).chain(['.']).collect()
}

fn to_sign_in(back_to: Option<&str>) -> Response {
    match back_to.filter(|path| *path != "/" && *path != "/drafts") {
        Some(path) => Redirect::to(&format!("/sign-in?back_to={}", super::words::escape_query(path))),
        None => Redirect::to("/sign-in"),
    }
    .into_response()
}

/// The answer to an address that nothing serves.
pub(crate) async fn not_found() -> UiError {
    UiError::NotFound
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    status: u16,
    title: String,
    text: String,
    request: Option<String>,
}

impl Framed for ErrorPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// Turns every bare refusal (of a handler, an extractor, a layer) into a page that people understand.
pub(crate) async fn pages(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let wants_html = wants_html(request.headers());
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .map(str::to_owned);
    let response = next.run(request).await;
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page || !(status.is_client_error() || status.is_server_error()) || !wants_html {
        return response;
    }
    let explained = response.extensions().get::<Explained>().cloned();
    let Explained(title, text) = explained.unwrap_or(Explained(title_of(status), String::new()));
    let text = if text.is_empty() { text_of(status).to_owned() } else { text };
    let shell = Shell::outside(&app);
    let error =
        ErrorPage { shell, status: status.as_u16(), title: title.to_owned(), text, request: request_id };
    match page(&error) {
        Ok(mut answer) => {
            *answer.status_mut() = status;
            if let Some(after) = response.headers().get(header::RETRY_AFTER) {
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::clone(after));
            }
            answer
        }
        Err(_) => response,
    }
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|a| a.contains("text/html"))
}

fn title_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "Sign in first",
        403 => "This request was refused",
        404 => "There is nothing here",
        405 => "This address is for forms only",
        413 => "This is too large",
        400 | 415 | 422 => "This form cannot be read",
        429 => "Too many tries",
        503 => "hotdash is busy",
        _ => "Something broke on our side",
    }
}

fn text_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        403 => "It came from another site, or your browser hid where it came from. Nothing was changed.",
        404 => "The address is wrong, or what it showed was removed.",
        405 => "Open the page that leads here instead.",
        400 | 413 | 415 | 422 => "Go back, reload the page, and try again. Nothing was changed.",
        500 => {
            "Nothing you did was wrong. Try again; if it stays, tell whoever runs hotdash the request below."
        }
        _ => "Try again in a moment.",
    }
}
