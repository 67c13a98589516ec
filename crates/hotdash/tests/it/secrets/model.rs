//! A model that is told a key, and tells it again.

use super::MODEL_KEY;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;

/// A model that answers once and then refuses the key, repeating it.
pub(super) async fn open() -> String {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let route = post(move |headers: HeaderMap| async move {
        assert_eq!(headers["authorization"], format!("Bearer {MODEL_KEY}"));
        if asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
            let reply = json!({"reply": "Hello, it takes 4 to 7 working days.", "sources": []}).to_string();
            let message = json!({"role": "assistant", "content": reply});
            return (
                StatusCode::OK,
                Json(json!({"model": "m", "choices": [{"index": 0, "message": message}]})),
            );
        }
        let message = format!("Incorrect API key provided: {MODEL_KEY}.");
        (StatusCode::UNAUTHORIZED, Json(json!({"error": {"message": message}})))
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/chat/completions", route);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}
