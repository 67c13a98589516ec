//! The door for webhooks: proof, then storage, then a polite answer; everything else happens later.

use crate::app::{App, Desk};
use crate::chatwoot::signature::{Refusal, Verified, verify};
use crate::work::accept::{NotTaken, Taken, accept};
use crate::work::people::link_digest;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use hotdash_core::ids::DeskId;
use serde_json::json;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A message has at most 150,000 characters; an e-mail's HTML comes several times over.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// Routes for deliveries.
pub fn router() -> Router<Arc<App>> {
    addresses().into()
}

/// The same with their descriptions.
pub(super) fn addresses() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(signed))
        .routes(routes!(addressed))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

/// A webhook that the desk signed.
#[utoipa::path(
    post,
    path = "/api/webhooks/chatwoot",
    tag = "webhooks",
    params(
        ("X-Chatwoot-Signature" = String, Header, description = "sha256= and the hex HMAC of timestamp, a dot, and the body"),
        ("X-Chatwoot-Timestamp" = String, Header, description = "Seconds since 1970, at most five minutes off"),
    ),
    request_body(content = Object, description = "The event, as the desk sends it"),
    responses(
        (status = 200, description = "Stored, or known already"),
        (status = 400, description = "No JSON"),
        (status = 401, description = "Not proven to be the desk's"),
        (status = 413, description = "Too large"),
        (status = 503, description = "It cannot be stored now; `Retry-After` says when to try again"),
    )
)]
async fn signed(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    receive(&app, &app.desks, &headers, body, false).await
}

/// A webhook of a desk that is too old to sign.
#[utoipa::path(
    post,
    path = "/api/webhooks/chatwoot/{desk}/{url_token}",
    tag = "webhooks",
    params(
        ("desk" = i64, Path, description = "The desk's number here"),
        ("url_token" = String, Path, description = "The unguessable part of its address"),
    ),
    request_body(content = Object, description = "The event, as the desk sends it"),
    responses(
        (status = 200, description = "Stored, or known already"),
        (status = 400, description = "No JSON"),
        (status = 401, description = "No desk has this address"),
        (status = 413, description = "Too large"),
        (status = 503, description = "It cannot be stored now; `Retry-After` says when to try again"),
    )
)]
async fn addressed(
    State(app): State<Arc<App>>,
    Path((desk, url_token)): Path<(i64, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    // Hashing both makes the comparison take the same time for every wrong token.
    let desk = app.desk(DeskId(desk)).filter(|desk| link_digest(&url_token) == link_digest(&desk.url_token));
    match desk {
        Some(desk) => receive(&app, std::slice::from_ref(desk), &headers, body, true).await,
        None => refuse(StatusCode::UNAUTHORIZED, "unknown_desk", "no desk has this address"),
    }
}

/// Take a delivery for one of these desks: the one whose secret signed it.
async fn receive(
    app: &App,
    desks: &[Arc<Desk>],
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    url_token_ok: bool,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let limit = format!("a delivery may have at most {LARGEST_BODY} bytes");
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "too_large", &limit);
        }
        Err(_) => return refuse(StatusCode::BAD_REQUEST, "unreadable_body", "the body ended early"),
    };
    let (now_s, tolerance) = (app.clock.now_ms() / 1000, app.config.signature_tolerance_s);
    let mut refusal = Refusal::MissingSignature;
    for desk in desks {
        let legacy = desk.settings.legacy_signature;
        match verify(&desk.secrets, headers, body.clone(), now_s, tolerance, legacy, url_token_ok) {
            Ok(verified) => return take(app, desk, verified).await,
            // It was this desk's, only too late or too early.
            Err(Refusal::StaleTimestamp) => return not_believed(Refusal::StaleTimestamp),
            Err(other) => refusal = other,
        }
    }
    not_believed(refusal)
}

async fn take(app: &App, desk: &Desk, verified: Verified) -> Response {
    match accept(app, desk, verified).await {
        Ok(Taken::Accepted) => Json(json!({"status": "accepted"})).into_response(),
        Ok(Taken::Duplicate) => Json(json!({"status": "duplicate"})).into_response(),
        Err(NotTaken::Malformed(error)) => {
            refuse(StatusCode::BAD_REQUEST, "malformed_json", &error.to_string())
        }
        Err(error @ NotTaken::OtherAccount(_)) => {
            refuse(StatusCode::UNAUTHORIZED, "unknown_desk", &error.to_string())
        }
        Err(NotTaken::Store(error)) => {
            tracing::error!(%error, "a delivery could not be stored");
            let text = "the delivery could not be stored; please send it again";
            let mut answer = refuse(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", text);
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
            answer
        }
    }
}

fn not_believed(refusal: Refusal) -> Response {
    tracing::warn!(reason = refusal.code(), "a delivery was not believed");
    refuse(StatusCode::UNAUTHORIZED, refusal.code(), &refusal.to_string())
}

fn refuse(status: StatusCode, reason: &str, message: &str) -> Response {
    (status, Json(json!({"status": "refused", "reason": reason, "message": message}))).into_response()
}
