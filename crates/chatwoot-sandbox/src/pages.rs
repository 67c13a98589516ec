//! The pages people look at: a chat page for the customer, a desk page for the agents.
//!
//! The pages speak the desk's ordinary interfaces wherever those can do it: the chat page the widget's, the desk
//! page the REST API's. The doors here only add what a browser needs on top: files, rendered Markdown, and the
//! whole desk at a glance. They are open to anyone who reaches the sandbox, like everything of the sandbox.

mod desk;
pub(crate) mod files;
mod markdown;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Sandbox;

/// Nothing from elsewhere, nothing inline, nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The pages' routes.
pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/chat", get(|| async { files::page("chat.html") }))
        .route("/desk", get(|| async { files::page("desk.html") }))
        .route("/_sandbox/static/{name}", get(files::serve))
        .route("/_sandbox/chat/inboxes", get(chat_inboxes))
        .route("/_sandbox/markdown", post(render_markdown).layer(DefaultBodyLimit::max(16 << 20)))
        .route("/_sandbox/desk/overview", get(desk::overview))
        .route("/_sandbox/desk/conversations/{id}", get(desk::conversation))
        .layer(axum::middleware::map_response(protect))
}

/// Puts the pages' protection on every answer of these routes.
async fn protect(mut response: Response) -> Response {
    let fixed: [(HeaderName, &str); 3] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The website inboxes a customer can write to.
async fn chat_inboxes(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.read(|desk| {
        let inboxes = desk.inboxes.values().filter_map(|inbox| {
            let widget = inbox.widget()?;
            Some(json!({
                "id": inbox.id,
                "name": inbox.name,
                "website_token": widget.website_token,
                "welcome_title": widget.welcome_title,
                "welcome_tagline": widget.welcome_tagline,
            }))
        });
        Value::Array(inboxes.collect())
    }))
}

#[derive(Deserialize)]
struct Texts {
    texts: Vec<String>,
}

/// Renders several texts at once, in their order.
async fn render_markdown(Json(body): Json<Texts>) -> Response {
    let html: Vec<String> = body.texts.iter().map(|text| markdown::to_html(text)).collect();
    Json(json!({ "html": html })).into_response()
}
