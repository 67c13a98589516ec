//! Account webhooks. Only administrators may even look.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, patch};
use serde_json::{Value, json};

use super::answer;
use super::params::{Members, Params};
use super::session::{Administrator, Id};
use crate::Sandbox;
use crate::desk::Desk;
use crate::refusal::Refusal;
use crate::render::settings;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/api/v1/accounts/{account}/webhooks", get(list).post(create))
        .route("/api/v1/accounts/{account}/webhooks/{id}", patch(update).put(update).delete(remove))
}

async fn list(State(sandbox): State<Sandbox>, _: Administrator) -> Response {
    sandbox.read(|desk| {
        let hooks: Vec<Value> = desk.webhooks.values().map(|hook| settings::webhook(desk, hook)).collect();
        answer::json(&json!({"payload": {"webhooks": hooks}}))
    })
}

fn one(desk: &Desk, id: i64) -> Result<Response, Refusal> {
    let hook = desk.webhooks.get(&id).ok_or(Refusal::NotFound)?;
    Ok(answer::json(&json!({"payload": {"webhook": settings::webhook(desk, hook)}})))
}

async fn create(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("webhook");
    sandbox.act(|desk| {
        let url = given.text("url").unwrap_or_default();
        let id = desk.create_webhook(&url, given.text("name"), given.texts("subscriptions"))?;
        one(desk, id)
    })
}

async fn update(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    Path((_, id)): Path<(Id, Id)>,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("webhook");
    sandbox.act(|desk| {
        let mut hook = desk.webhooks.get(&id.0).ok_or(Refusal::NotFound)?.clone();
        if let Some(url) = given.text("url") {
            hook.url = url;
        }
        if let Some(name) = given.text("name") {
            hook.name = Some(name);
        }
        if given.contains_key("inbox_id") {
            hook.inbox_id = given.integer("inbox_id");
        }
        if let Some(subscriptions) = given.texts("subscriptions") {
            hook.subscriptions = subscriptions;
        }
        desk.check_webhook(Some(id.0), &hook.url, &hook.subscriptions)?;
        desk.webhooks.insert(id.0, hook);
        one(desk, id.0)
    })
}

async fn remove(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| desk.webhooks.remove(&id.0).map(|_| answer::empty()).ok_or(Refusal::NotFound))
}
