//! Style sheets, scripts and pictures: inside the binary, under an address that changes when any of them changes.
//!
//! The hash is a folder rather than a part of each name, so that scripts can import each other by plain names.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

struct Catalogue {
    hash: String,
    urls: BTreeMap<String, String>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut names: Vec<String> = Files::iter().map(|name| name.into_owned()).collect();
    names.sort();
    let mut digest = Sha256::new();
    for name in &names {
        digest.update(name.as_bytes());
        if let Some(file) = Files::get(name) {
            digest.update(file.metadata.sha256_hash());
        }
    }
    let hash = hex::encode(&digest.finalize()[..6]);
    let urls = names.into_iter().map(|name| (name.clone(), format!("/assets/{hash}/{name}"))).collect();
    Catalogue { hash, urls }
});

/// The address of a file below `static/`; a name that does not exist leads to a 404, which a test would notice.
#[must_use]
pub fn asset(name: &str) -> &'static str {
    CATALOGUE.urls.get(name).map_or("/assets/missing", String::as_str)
}

/// The addresses of all files in one folder of `static/`, by name.
pub fn assets_in(folder: &str) -> impl Iterator<Item = &'static str> {
    CATALOGUE.urls.iter().filter(move |(name, _)| name.starts_with(folder)).map(|(_, url)| url.as_str())
}

/// Serves them.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{hash}/{*name}", get(serve))
}

async fn serve(Path((hash, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(file) = Files::get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A page of the version before may still ask under the old hash; it gets the new file, for once.
    let caching = if hash == CATALOGUE.hash { "public, max-age=31536000, immutable" } else { "no-cache" };
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..8]));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let answer_headers = [
        (header::CONTENT_TYPE, content_type(&name).to_owned()),
        (header::CACHE_CONTROL, caching.to_owned()),
        (header::ETAG, tag),
    ];
    (answer_headers, file.data.into_owned()).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
