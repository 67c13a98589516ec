//! The same for programs and for the page's own script: read the rules, check a text, put a new one.

use super::super::error::UiError;
use super::edit::{Checked, checked};
use crate::app::App;
use crate::web::auth::{Lead, Viewer};
use crate::work::rules::{self, Edit, RulesError};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::ToSchema;

/// Rules to check or to put.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web::ui) struct Given {
    /// The edited layer, in the grammar of rule files or as the original guide's JSON.
    #[serde(default)]
    text: String,
    /// Instead of a text: the original guide's JSON as it is.
    #[schema(value_type = Option<Object>)]
    rules: Option<Value>,
    /// The version it was made from.
    version: Option<i64>,
    #[serde(default)]
    note: String,
}

impl Given {
    fn text(&self) -> String {
        self.rules.as_ref().map_or_else(|| self.text.clone(), Value::to_string)
    }
}

/// The active rules, and the text of the layer that can be put.
#[utoipa::path(
    get,
    path = "/api/rules",
    tag = "rules",
    responses(
        (status = 200, description = "`version`, `hash`, `text` of the edited layer, and the `rules`", body = Object),
        (status = 303, description = "Nobody is signed in"),
    )
)]
pub(in crate::web::ui) async fn get(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
) -> Result<Json<Value>, UiError> {
    let (text, version) = rules::edited(&app.store, seat.desk.id).await?;
    let rulebook = seat.desk.rulebook.load();
    let told: Vec<Value> = rulebook
        .rules()
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id, "name": rule.name, "group": rule.group.name(), "priority": rule.priority,
                "enabled": rule.enabled, "why": rule.why,
            })
        })
        .collect();
    Ok(Json(json!({ "version": version, "hash": rulebook.hash(), "text": text, "rules": told })))
}

/// Check without changing anything.
#[utoipa::path(
    post,
    path = "/api/rules/check",
    tag = "rules",
    request_body = Given,
    responses(
        (status = 200, description = "What is wrong with them, if anything", body = Checked),
        (status = 303, description = "Nobody is signed in"),
    )
)]
pub(in crate::web::ui) async fn check(Viewer(seat): Viewer, Json(given): Json<Given>) -> Json<Checked> {
    Json(checked(&seat, &given.text()))
}

/// Make a text the edited layer.
#[utoipa::path(
    put,
    path = "/api/rules",
    tag = "rules",
    request_body = Given,
    responses(
        (status = 200, description = "The new `version` and its `hash`", body = Object),
        (status = 303, description = "Nobody is signed in"),
        (status = 403, description = "Only leads may"),
        (status = 409, description = "Somebody else changed them first"),
        (status = 422, description = "They cannot be used", body = Checked),
    )
)]
pub(in crate::web::ui) async fn put(
    State(app): State<Arc<App>>,
    Lead(seat): Lead,
    Json(given): Json<Given>,
) -> Result<Response, UiError> {
    let Ok(text) = rules::in_own_words(&given.text()) else {
        return Ok(
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!(checked(&seat, &given.text())))).into_response()
        );
    };
    let Some(based_on) = given.version else {
        let error = "say with `version` which version the text was made from; GET tells the active one";
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": error }))).into_response());
    };
    let note = if given.note.trim().is_empty() { "Put by a program".to_owned() } else { given.note };
    let edit = Edit { text: text.clone(), based_on, note, author: seat.user.name.clone() };
    Ok(match rules::edit(&app, &seat.desk, &edit).await {
        Ok(number) => {
            Json(json!({ "version": number, "hash": seat.desk.rulebook.load().hash() })).into_response()
        }
        Err(RulesError::Store(error)) => return Err(error.into()),
        Err(RulesError::Problems(_)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!(checked(&seat, &text)))).into_response()
        }
        Err(error) => (StatusCode::CONFLICT, Json(json!({ "error": error.to_string() }))).into_response(),
    })
}
