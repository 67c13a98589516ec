//! What a website loads of the widget: the script, and the page in its frame.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Website;
use crate::Sandbox;
use crate::pages::files;
use crate::refusal::Refusal;

/// The page's own protection; who may frame it is said only where the inbox says it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'";

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/packs/js/sdk.js", get(script))
        .route("/widget", get(page))
        .route("/audio/widget/ding.mp3", get(sound))
}

async fn script(asked: HeaderMap) -> Response {
    files::serve(Path("sdk.js".to_owned()), asked).await
}

async fn page(State(sandbox): State<Sandbox>, website: Website) -> Result<Response, Refusal> {
    let domains = sandbox.read(|desk| {
        let widget = desk.inbox(website.inbox)?.widget().ok_or(Refusal::UnknownVisitor)?;
        let domains: Vec<&str> = widget.allowed_domains.split(',').map(str::trim).collect();
        Ok::<_, Refusal>(domains.join(" ").trim().to_owned())
    })?;
    let policy =
        if domains.is_empty() { POLICY.to_owned() } else { format!("{POLICY}; frame-ancestors {domains}") };
    let policy = HeaderValue::from_str(&policy).map_err(|_| Refusal::Broken)?;
    let mut answer = files::page("widget.html");
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}

/// Pages ask for the sound of a new message. This desk is a silent one.
async fn sound() -> Response {
    (StatusCode::NO_CONTENT, [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")]).into_response()
}
