//! Every way in which the desk says no, with the status and body Chatwoot uses.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("no credentials")]
    NotSignedIn,
    #[error("unknown access token")]
    InvalidToken,
    #[error("this call is closed to bots and platform apps")]
    ClosedToBots,
    /// A permission failure: 401 like a bad token, told apart by its text.
    #[error("the token's owner may not do this")]
    NotAuthorized,
    #[error("no such record")]
    NotFound,
    /// A widget that shows no or a wrong token.
    #[error("unknown widget visitor")]
    UnknownVisitor,
    /// A website that cannot prove who its user is.
    #[error("the identifier's hash does not fit")]
    WrongIdentity,
    #[error("{0}")]
    Unprocessable(String),
    /// A model's validation failed, in Rails' words for its attribute.
    #[error("{message}")]
    Invalid { message: String, attribute: &'static str },
    #[error("{0}")]
    Forbidden(&'static str),
    #[error("the body is not JSON")]
    BadRequest,
    /// An unrescued error, e.g. a word that is not one of an enum's.
    #[error("internal error")]
    Broken,
    #[error("JSON asked of a dashboard page")]
    DashboardPath,
}

impl Refusal {
    pub(crate) fn invalid(message: &str, attribute: &'static str) -> Self {
        Self::Invalid { message: message.to_owned(), attribute }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotSignedIn
            | Self::InvalidToken
            | Self::ClosedToBots
            | Self::NotAuthorized
            | Self::WrongIdentity => StatusCode::UNAUTHORIZED,
            Self::NotFound | Self::UnknownVisitor => StatusCode::NOT_FOUND,
            Self::Unprocessable(_) | Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Self::DashboardPath => StatusCode::NOT_ACCEPTABLE,
        }
    }

    fn body(&self) -> Value {
        match self {
            Self::NotSignedIn => json!({"errors": ["You need to sign in or sign up before continuing."]}),
            Self::InvalidToken => json!({"error": "Invalid Access Token"}),
            Self::ClosedToBots => json!({"error": "Access to this endpoint is not authorized for bots"}),
            Self::NotAuthorized => json!({"error": "You are not authorized to do this action"}),
            Self::NotFound => json!({"error": "Resource could not be found"}),
            Self::UnknownVisitor => json!({"error": "web widget does not exist"}),
            Self::WrongIdentity => json!({"error": "HMAC failed: Invalid Identifier Hash Provided"}),
            Self::Unprocessable(text) => json!({"error": text}),
            Self::Invalid { message, attribute } => json!({"message": message, "attributes": [attribute]}),
            Self::Forbidden(text) => json!({"error": text}),
            Self::BadRequest => json!({"status": 400, "error": "Bad Request"}),
            Self::Broken => json!({"status": 500, "error": "Internal Server Error"}),
            Self::DashboardPath => {
                json!({"error": "Please use API routes instead of dashboard routes for JSON requests"})
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        crate::api::answer::with_status(self.status(), &self.body())
    }
}
