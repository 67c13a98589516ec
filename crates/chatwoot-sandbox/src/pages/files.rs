//! The pages' files, embedded in the program.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// A page's HTML.
pub(crate) fn page(name: &str) -> Response {
    match Files::get(name) {
        Some(file) => ([(header::CACHE_CONTROL, "no-cache")], Html(file.data)).into_response(),
        None => not_found(),
    }
}

/// A style sheet, script or picture. Browsers ask each time and are told when nothing changed.
pub(crate) async fn serve(Path(name): Path<String>, asked: HeaderMap) -> Response {
    let kind = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => return not_found(),
    };
    let Some(file) = Files::get(&name) else { return not_found() };
    let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..12])))
    else {
        return not_found();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::ETAG, tag.clone()),
    ];
    if asked.get(header::IF_NONE_MATCH) == Some(&tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, file.data).into_response()
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "There is no such file on the sandbox desk. Its pages are /chat and /desk.\n")
        .into_response()
}
