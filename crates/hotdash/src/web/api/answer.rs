//! Answers to programs: the same rows as JSON, CSV or JSON lines, with a digest that spares the second sending; and
//! refusals that say what to mend.

use super::asking::Form;
use super::rows::Row;
use crate::app::App;
use crate::store::users::Role;
use crate::web::auth::{Seat, Viewer};
use crate::web::ui::error::UiError;
use crate::work::measures::{MeasuresError, digest};
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hotdash_core::sheet;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

/// A refusal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Refusal {
    /// Always false.
    success: bool,
    error: Wrong,
}

/// What is wrong with a request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Wrong {
    /// The parameter that is wrong, where one is.
    parameter: Option<String>,
    /// What it is, and what would be right.
    message: String,
}

/// Why a program gets no answer.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    parameter: Option<String>,
    message: String,
}

impl Problem {
    pub(super) fn bad(parameter: &str, message: &str) -> Self {
        let (parameter, message) = (Some(parameter.to_owned()), message.to_owned());
        Self { status: StatusCode::BAD_REQUEST, parameter, message }
    }

    pub(super) fn not_found(message: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, parameter: None, message: message.to_owned() }
    }

    pub(super) fn broken(error: &dyn std::fmt::Display) -> Self {
        MeasuresError::Broken(error.to_string()).into()
    }

    /// What compares people is for leads.
    pub(super) fn unless_lead(seat: &Seat, parameter: &str) -> Result<(), Self> {
        if seat.user.role >= Role::Lead {
            return Ok(());
        }
        let message = "figures of single agents are for leads".to_owned();
        Err(Self { status: StatusCode::FORBIDDEN, parameter: Some(parameter.to_owned()), message })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { status, parameter, message } = self;
        let refusal = Refusal { success: false, error: Wrong { parameter, message } };
        let mut response = (status, Json(refusal)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

impl From<MeasuresError> for Problem {
    fn from(error: MeasuresError) -> Self {
        let status = match &error {
            MeasuresError::Filling => StatusCode::SERVICE_UNAVAILABLE,
            MeasuresError::Store(_) | MeasuresError::Broken(_) => {
                tracing::error!(%error, "figures could not be told");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let message = match status {
            StatusCode::SERVICE_UNAVAILABLE => error.to_string(),
            _ => "something broke on our side; the log of hotdash says what".to_owned(),
        };
        Self { status, parameter: None, message }
    }
}

impl From<UiError> for Problem {
    fn from(error: UiError) -> Self {
        let (status, message) = match &error {
            UiError::SignIn { .. } => (
                StatusCode::UNAUTHORIZED,
                "nobody is signed in: send the session's cookie, which signing in at /sign-in gives",
            ),
            UiError::Forbidden(_) | UiError::NoDesk => (StatusCode::FORBIDDEN, "you work at no desk here"),
            UiError::NotFound => (StatusCode::NOT_FOUND, "there is nothing here"),
            UiError::Away(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer; try again in a moment")
            }
            UiError::Invalid(_) | UiError::Broken(_) => {
                tracing::error!(%error, "figures could not be told");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "something broke on our side; the log of hotdash says what",
                )
            }
        };
        Self { status, parameter: None, message: message.to_owned() }
    }
}

/// Anybody who signed in. Programs get no page to sign in at, but a refusal that they understand.
pub(super) struct Reader(pub(super) Seat);

impl FromRequestParts<Arc<App>> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Viewer(seat) = Viewer::from_request_parts(parts, app).await?;
        Ok(Self(seat))
    }
}

/// How long an answer may be kept before it is asked for again: not at all, only its digest is compared.
const ALWAYS_ASK: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Rows in the form that was asked for. `around` is what JSON has beside the rows.
pub(super) fn rows<T: Row>(
    form: Form,
    headers: &HeaderMap,
    rows: &[T],
    around: Value,
) -> Result<Response, Problem> {
    let broken = Problem::broken;
    let (kind, body) = match form {
        Form::Json => {
            let mut whole = around;
            if let Some(whole) = whole.as_object_mut() {
                whole.insert(T::ALL.to_owned(), serde_json::to_value(rows).map_err(|e| broken(&e))?);
            }
            ("application/json", whole.to_string())
        }
        Form::Lines => {
            let lines: Result<Vec<String>, _> = rows.iter().map(|row| serde_json::to_string(row)).collect();
            let mut text = lines.map_err(|e| broken(&e))?.join("\n");
            if !text.is_empty() {
                text.push('\n');
            }
            ("application/jsonl", text)
        }
        Form::Csv => ("text/csv; charset=utf-8", sheet::csv(rows).map_err(|e| broken(&e))?),
    };
    Ok(tagged(headers, &digest(&body), kind, ALWAYS_ASK, || body))
}

/// A text under its digest: whoever has it already gets only that.
pub(super) fn tagged<B: IntoResponse>(
    headers: &HeaderMap,
    digest: &str,
    kind: &'static str,
    keeping: HeaderValue,
    body: impl FnOnce() -> B,
) -> Response {
    let tag = format!("W/\"{digest}\"");
    let is_known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|seen| seen.to_str().ok())
        .flat_map(|seen| seen.split(','))
        .any(|seen| seen.trim() == tag || seen.trim() == "*");
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, kind)], body()).into_response(),
    };
    let answer = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.insert(header::ETAG, tag);
    }
    answer.insert(header::CACHE_CONTROL, keeping);
    answer.insert(header::VARY, HeaderValue::from_static("Accept, Cookie"));
    response
}
