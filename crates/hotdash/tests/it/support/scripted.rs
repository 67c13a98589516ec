//! A server that speaks Chat Completions and says what the test wants.

use serde_json::{Value, json};

/// What a model says, and the tokens that it says it read and wrote.
#[derive(Debug, Clone, Default)]
pub(crate) struct Says {
    pub(crate) text: String,
    pub(crate) usage: Option<(u64, u64)>,
}

impl Says {
    /// A reply as hotdash asks for it.
    pub(crate) fn reply(text: &str) -> Self {
        Self { text: json!({ "reply": text, "sources": [] }).to_string(), usage: None }
    }

    pub(crate) fn using(self, prompt: u64, completion: u64) -> Self {
        Self { usage: Some((prompt, completion)), ..self }
    }
}

/// Its address. It is asked for the model `scripted` and calls itself `scripted-1`.
pub(crate) async fn scripted_model(says: impl Fn(&str) -> Says + Clone + Send + Sync + 'static) -> String {
    let route = axum::routing::post(move |body: axum::Json<Value>| async move {
        assert_eq!(body["model"], "scripted");
        let Says { text, usage } = says(&body["messages"].to_string());
        let usage = usage.map(|(prompt, completion)| {
            json!({"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion})
        });
        let message = json!({"role": "assistant", "content": text});
        axum::Json(json!({
            "model": "scripted-1", "usage": usage,
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        }))
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        axum::serve(listener, axum::Router::new().route("/v1/chat/completions", route)).await
    });
    url
}
