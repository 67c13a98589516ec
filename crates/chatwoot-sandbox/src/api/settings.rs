//! Labels, canned responses, dashboard apps, attribute definitions, bots.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use serde_json::{Value, json};

use super::answer;
use super::params::{Members, Params};
use super::session::{Administrator, Caller, Id, Session};
use crate::Sandbox;
use crate::model::{CannedResponse, CustomAttribute, DashboardApp};
use crate::refusal::Refusal;
use crate::render::{people, settings};
use crate::sandbox::new_token;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/api/v1/accounts/{account}/labels", get(labels).post(create_label))
        .route(
            "/api/v1/accounts/{account}/canned_responses",
            get(canned_responses).post(create_canned_response),
        )
        .route("/api/v1/accounts/{account}/dashboard_apps", get(dashboard_apps).post(create_dashboard_app))
        .route("/api/v1/accounts/{account}/dashboard_apps/{id}", delete(remove_dashboard_app))
        .route(
            "/api/v1/accounts/{account}/custom_attribute_definitions",
            get(custom_attributes).post(create_custom_attribute),
        )
        .route("/api/v1/accounts/{account}/agent_bots", get(bots).post(create_bot))
        .route("/api/v1/accounts/{account}/agent_bots/{id}/reset_secret", post(reset_bot_secret))
}

async fn labels(State(sandbox): State<Sandbox>, _: Caller) -> Response {
    sandbox.read(|desk| {
        let mut rows: Vec<_> = desk.labels.values().collect();
        rows.sort_by(|a, b| a.title.cmp(&b.title));
        answer::json(&json!({"payload": rows.into_iter().map(settings::label).collect::<Vec<Value>>()}))
    })
}

async fn create_label(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("label");
    sandbox.act(|desk| {
        let title = given.text("title").unwrap_or_default();
        let color = given.text("color").unwrap_or_else(|| "#1f93ff".to_owned());
        let id = desk.create_label(&title, given.text("description"), &color)?;
        let label = desk.labels.get_mut(&id).ok_or(Refusal::NotFound)?;
        label.show_on_sidebar = given.flag("show_on_sidebar").unwrap_or(true);
        Ok(answer::json(&settings::label(label)))
    })
}

async fn canned_responses(State(sandbox): State<Sandbox>, _: Session, params: Params) -> Response {
    let search = params.values.text("search").unwrap_or_default().to_lowercase();
    sandbox.read(|desk| {
        let hits = desk.canned_responses.values().filter(|row| {
            row.short_code.to_lowercase().contains(&search) || row.content.to_lowercase().contains(&search)
        });
        answer::json(&hits.map(|row| settings::canned_response(desk, row)).collect())
    })
}

async fn create_canned_response(
    State(sandbox): State<Sandbox>,
    _: Session,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("canned_response");
    let now = sandbox.now();
    sandbox.act(|desk| {
        let short_code = given.text("short_code").unwrap_or_default();
        if desk.canned_responses.values().any(|row| row.short_code == short_code) {
            return Err(Refusal::invalid("Short code has already been taken", "short_code"));
        }
        let id = desk.next_id("canned_responses");
        let content = given.text("content").unwrap_or_default();
        let row = CannedResponse { id, short_code, content, created_at: now, updated_at: now };
        let shown = settings::canned_response(desk, &row);
        desk.canned_responses.insert(id, row);
        Ok(answer::json(&shown))
    })
}

async fn dashboard_apps(State(sandbox): State<Sandbox>, _: Session) -> Response {
    sandbox.read(|desk| answer::json(&desk.dashboard_apps.values().map(settings::dashboard_app).collect()))
}

async fn create_dashboard_app(
    State(sandbox): State<Sandbox>,
    _: Session,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("dashboard_app");
    let frames = given.get("content").and_then(Value::as_array).cloned().unwrap_or_default();
    let frame = |frame: &Value| {
        let url = frame.get("url").and_then(Value::as_str)?;
        let web = url.starts_with("http://") || url.starts_with("https://");
        web.then(|| json!({"url": url, "type": frame.get("type")}))
    };
    let content: Option<Vec<Value>> = frames.iter().map(frame).collect();
    let content = content.filter(|frames| !frames.is_empty());
    let content = content.ok_or_else(|| Refusal::invalid("Content : Invalid data", "content"))?;
    let title = given.text("title").unwrap_or_default();
    let created_at = sandbox.now();
    Ok(sandbox.act(|desk| {
        let id = desk.next_id("dashboard_apps");
        let app = DashboardApp { id, title, content: json!(content), created_at };
        let shown = settings::dashboard_app(&app);
        desk.dashboard_apps.insert(id, app);
        answer::json(&shown)
    }))
}

async fn remove_dashboard_app(
    State(sandbox): State<Sandbox>,
    _: Session,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox
        .act(|desk| desk.dashboard_apps.remove(&id.0).map(|_| answer::no_content()).ok_or(Refusal::NotFound))
}

const DISPLAY_TYPES: [&str; 8] =
    ["text", "number", "currency", "percent", "link", "date", "list", "checkbox"];
const ATTRIBUTE_MODELS: [&str; 2] = ["conversation_attribute", "contact_attribute"];

/// Enums may be given by number or by word.
fn word_of(value: Option<&Value>, words: &[&str]) -> String {
    let by_number = value.and_then(Value::as_u64).and_then(|n| words.get(usize::try_from(n).ok()?).copied());
    let by_word = value.and_then(Value::as_str).filter(|word| words.contains(word));
    by_number.or(by_word).or(words.first().copied()).unwrap_or_default().to_owned()
}

async fn custom_attributes(State(sandbox): State<Sandbox>, _: Session, params: Params) -> Response {
    let model = params.values.text("attribute_model");
    sandbox.read(|desk| {
        let rows =
            desk.custom_attributes.values().filter(|row| model.as_ref().is_none_or(|m| *m == row.model));
        answer::json(&rows.map(settings::custom_attribute).collect())
    })
}

async fn create_custom_attribute(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    params: Params,
) -> Response {
    let given = params.wrapped("custom_attribute_definition");
    let now = sandbox.now();
    sandbox.act(|desk| {
        let id = desk.next_id("custom_attribute_definitions");
        let row = CustomAttribute {
            id,
            display_name: given.text("attribute_display_name").unwrap_or_default(),
            display_type: word_of(given.get("attribute_display_type"), &DISPLAY_TYPES),
            description: given.text("attribute_description"),
            key: given.text("attribute_key").unwrap_or_default(),
            values: given.get("attribute_values").cloned().unwrap_or_else(|| json!([])),
            model: word_of(given.get("attribute_model"), &ATTRIBUTE_MODELS),
            created_at: now,
            updated_at: now,
        };
        let shown = settings::custom_attribute(&row);
        desk.custom_attributes.insert(id, row);
        answer::json(&shown)
    })
}

async fn bots(State(sandbox): State<Sandbox>, session: Session) -> Response {
    sandbox.read(|desk| {
        let shown = desk.bots.values().map(|bot| match session.administrator {
            true => people::bot(&desk.account, bot),
            false => people::bot_slim(&desk.account, bot),
        });
        answer::json(&shown.collect())
    })
}

async fn create_bot(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("agent_bot");
    sandbox.act(|desk| {
        let url = given.text("outgoing_url").unwrap_or_default();
        let id = desk.create_bot(&given.text("name").unwrap_or_default(), given.text("description"), &url);
        let bot = desk.bots.get(&id).ok_or(Refusal::NotFound)?;
        Ok(answer::json(&people::bot(&desk.account, bot)))
    })
}

async fn reset_bot_secret(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let bot = desk.bots.get_mut(&id.0).ok_or(Refusal::NotFound)?;
        bot.secret = new_token();
        let bot = bot.clone();
        Ok(answer::json(&people::bot(&desk.account, &bot)))
    })
}
