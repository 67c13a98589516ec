//! The headers every page carries: nothing loads, runs or frames anything from elsewhere, but for the desk's live chat
//! on the pages that show it.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Travels with an answer that shows the live chat: the desk's origin.
#[derive(Debug, Clone)]
pub struct ShowsChat(pub String);

/// No inline script or style is ours, so no nonce is needed.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The desk's script, its frame and its sound; and the style sheet that the script writes into the page.
fn policy_with_chat(desk: &str) -> String {
    POLICY
        .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
        .replace("script-src 'self'", &format!("script-src 'self' {desk}; frame-src {desk}"))
        .replace("connect-src 'self'", &format!("connect-src 'self' {desk}"))
}

const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// A layer for all pages. What a page says about its own caching stays; else nothing of it is kept by the browser.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let chat = response.extensions().get::<ShowsChat>().map(|ShowsChat(desk)| policy_with_chat(desk));
    // An address that no header can carry leaves the page without its chat.
    let policy = chat.and_then(|policy| HeaderValue::from_str(&policy).ok());
    let headers = response.headers_mut();
    let policy = policy.unwrap_or(HeaderValue::from_static(POLICY));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
