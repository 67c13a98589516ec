//! The desk's version and health, the caller's profile, the account.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::answer;
use super::params::{Members, Params};
use super::session::{Session, token_in};
use crate::Sandbox;
use crate::model::Availability;
use crate::refusal::Refusal;
use crate::render::people;
use crate::sandbox::new_token;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/api", get(version))
        .route("/health", get(health))
        .route("/api/v1/profile", get(profile).put(update_profile))
        .route("/api/v1/profile/availability", post(set_availability))
        .route("/api/v1/profile/auto_offline", post(set_auto_offline))
        .route("/api/v1/profile/reset_access_token", post(reset_token))
        .route("/api/v1/accounts/{account}", get(account))
        .route("/platform/api/v1/agent_bots", get(platform_bots))
}

async fn version(State(sandbox): State<Sandbox>) -> Response {
    let now = sandbox.now().strftime("%Y-%m-%d %H:%M:%S").to_string();
    answer::json(&json!({
        "version": sandbox.version().to_string(),
        "timestamp": now,
        "queue_services": "ok",
        "data_services": "ok",
    }))
}

async fn health() -> Response {
    answer::json(&json!({"status": "woot"}))
}

async fn profile(State(sandbox): State<Sandbox>, session: Session) -> Result<Response, Refusal> {
    let mut profile = sandbox.read(|desk| Ok(people::profile(desk, desk.user(session.user)?)))?;
    if sandbox.faults().belongs_nowhere {
        profile["accounts"] = json!([]);
    }
    Ok(answer::json(&profile))
}

async fn update_profile(
    State(sandbox): State<Sandbox>,
    session: Session,
    params: Params,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let user = desk.users.get_mut(&session.user).ok_or(Refusal::NotFound)?;
        let given = params.wrapped("profile");
        if let Some(settings) = given.get("ui_settings") {
            user.ui_settings = settings.clone();
        }
        if let Some(name) = given.text("name") {
            user.name = name;
        }
        Ok(answer::json(&people::profile(desk, desk.user(session.user)?)))
    })
}

async fn set_availability(
    State(sandbox): State<Sandbox>,
    session: Session,
    params: Params,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let word = params.wrapped("profile").text("availability").unwrap_or_default();
        let user = desk.users.get_mut(&session.user).ok_or(Refusal::NotFound)?;
        user.availability = Availability::parse(&word).ok_or(Refusal::Broken)?;
        Ok(answer::json(&people::profile(desk, desk.user(session.user)?)))
    })
}

async fn set_auto_offline(
    State(sandbox): State<Sandbox>,
    session: Session,
    params: Params,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let user = desk.users.get_mut(&session.user).ok_or(Refusal::NotFound)?;
        user.auto_offline = params.wrapped("profile").flag("auto_offline").unwrap_or(false);
        Ok(answer::json(&people::profile(desk, desk.user(session.user)?)))
    })
}

async fn reset_token(State(sandbox): State<Sandbox>, session: Session) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let user = desk.users.get_mut(&session.user).ok_or(Refusal::NotFound)?;
        user.token = new_token();
        Ok(answer::json(&people::profile(desk, desk.user(session.user)?)))
    })
}

/// The interface of platform apps has no bot of theirs here, and opens to their token only.
async fn platform_bots(State(sandbox): State<Sandbox>, headers: HeaderMap) -> Response {
    let given = token_in(&headers);
    let known = sandbox.read(|desk| given.is_some() && desk.platform_token.as_deref() == given);
    if known {
        return answer::json(&json!([]));
    }
    answer::with_status(StatusCode::UNAUTHORIZED, &json!({"error": "Invalid access_token"}))
}

async fn account(State(sandbox): State<Sandbox>, _: Session) -> Response {
    sandbox.read(|desk| answer::json(&people::account_show(&desk.account)))
}
