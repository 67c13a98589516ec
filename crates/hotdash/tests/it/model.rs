//! The model port against a scripted server, well-behaved and not.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use hotdash::model::{Completion, Model, ModelAddress, ModelError, Role};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const KEY: &str = "sk-quite-secret";
const QUESTION: &[(Role, &str)] = &[(Role::System, "Be kind."), (Role::User, "Where is A-17?")];

type Asked = Arc<Mutex<Vec<(Uri, HeaderMap, Value)>>>;

#[derive(Clone)]
struct Script {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
    after: Duration,
    asked: Asked,
}

/// A server that always answers this, at its address.
async fn server(
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: String,
    after: Duration,
) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let script = Script { status, headers: headers.to_vec(), body, after, asked: Asked::default() };
    let asked = script.asked.clone();
    let app = Router::new().fallback(answer).with_state(script);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, asked)
}

async fn answer(State(script): State<Script>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    script.asked.lock().unwrap().push((uri, headers, serde_json::from_slice(&body).unwrap()));
    tokio::time::sleep(script.after).await;
    let mut answer = Response::builder().status(script.status);
    for (name, value) in script.headers {
        answer = answer.header(name, value);
    }
    answer.body(Body::from(script.body)).unwrap()
}

fn model(url: &str) -> Model {
    let timeout = Duration::from_millis(1500);
    let key = Some(SecretString::from(KEY));
    Model::new(ModelAddress { base_url: url.to_owned(), key, model: "small-1".to_owned(), timeout }).unwrap()
}

async fn answered(body: Value) -> Result<Completion, ModelError> {
    let (url, _) = server(200, &[], body.to_string(), Duration::ZERO).await;
    model(&url).complete(QUESTION).await
}

async fn refused(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> ModelError {
    let (url, asked) = server(status, headers, body.to_owned(), Duration::ZERO).await;
    let error = model(&url).complete(QUESTION).await.unwrap_err();
    assert_eq!(asked.lock().unwrap().len(), 1, "one question, one request: {error}");
    error
}

fn usual() -> Value {
    json!({
        "id": "c-1", "object": "chat.completion", "created": 1, "model": "small-1-2026",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "It left on Friday."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 21, "completion_tokens": 5, "total_tokens": 26},
    })
}

/// The usual answer with one member of its choice replaced.
fn with_choice(choice: Value) -> Value {
    let mut answer = usual();
    answer["choices"] = json!([choice]);
    answer
}

#[tokio::test]
async fn a_question_is_asked_and_answered() {
    let (url, asked) = server(200, &[], usual().to_string(), Duration::ZERO).await;
    let completion = model(&url).complete(QUESTION).await.unwrap();
    let expected = Completion {
        text: "It left on Friday.".to_owned(),
        prompt_tokens: Some(21),
        completion_tokens: Some(5),
        model: "small-1-2026".to_owned(),
        truncated: false,
    };
    assert_eq!(completion, expected);
    let (uri, headers, body) = asked.lock().unwrap()[0].clone();
    assert_eq!(
        (uri.path(), headers["authorization"].to_str().unwrap()),
        ("/v1/chat/completions", "Bearer sk-quite-secret")
    );
    assert_eq!(
        body,
        json!({"model": "small-1", "stream": false, "messages": [
            {"role": "system", "content": "Be kind."}, {"role": "user", "content": "Where is A-17?"},
        ]})
    );
}

#[tokio::test]
async fn a_local_server_needs_no_key() {
    let (url, asked) = server(200, &[], usual().to_string(), Duration::ZERO).await;
    let address = ModelAddress {
        base_url: format!("{url}/"),
        key: None,
        model: "m".to_owned(),
        timeout: Duration::from_secs(2),
    };
    Model::new(address).unwrap().complete(QUESTION).await.unwrap();
    let (uri, headers, _) = asked.lock().unwrap()[0].clone();
    assert!(uri.path() == "/v1/chat/completions" && !headers.contains_key("authorization"));
}

#[tokio::test]
async fn odd_but_usable_answers_are_used() {
    let parts =
        json!([{"type": "text", "text": "It left "}, {"type": "image_url"}, "on ", {"text": "Friday."}]);
    for choice in [
        json!({"message": {"content": "It left on Friday."}, "finish_reason": ""}),
        json!({"message": {"content": "It left on Friday."}, "finish_reason": null, "logprobs": {"x": 1}}),
        json!({"message": {"content": parts}}),
        json!({"text": "It left on Friday."}),
        json!({"message": {"content": "<think>Where?\nHm.</think>\n\nIt left on Friday.", "refusal": null}}),
        json!({"message": {"content": "  It left on Friday.\n", "tool_calls": []}}),
    ] {
        let mut answer = with_choice(choice.clone());
        answer["usage"] = Value::Null;
        answer["model"] = json!("");
        let completion = answered(answer).await.unwrap_or_else(|e| panic!("{e}: {choice}"));
        assert_eq!(completion.text, "It left on Friday.");
        assert_eq!((completion.prompt_tokens, completion.model.as_str()), (None, "small-1"));
    }
    let cut = answered(with_choice(json!({"message": {"content": "It le"}, "finish_reason": "length"})))
        .await
        .unwrap();
    assert!(cut.truncated);
    let error_null = json!({"error": null, "choices": [{"message": {"content": "Yes."}}]});
    assert_eq!(answered(error_null).await.unwrap().text, "Yes.");
}

#[tokio::test]
async fn answers_without_words_are_named() {
    let empty =
        |message: Value, finish: &str| with_choice(json!({"message": message, "finish_reason": finish}));
    for (answer, code) in [
        (empty(json!({"content": ""}), "stop"), "empty"),
        (empty(json!({"content": null}), "tool_calls"), "empty"),
        (empty(json!({"content": []}), "stop"), "empty"),
        (empty(json!({}), "length"), "empty"),
        (empty(json!({"content": "<think>never ends"}), "length"), "empty"),
        (empty(json!({"content": null, "refusal": "I cannot help with that."}), "stop"), "declined"),
        (empty(json!({"content": ""}), "content_filter"), "declined"),
        (json!({"choices": []}), "unreadable"),
        (json!({}), "unreadable"),
        (json!([1, 2]), "unreadable"),
        (json!({"error": {"message": "model is loading"}}), "refused"),
        (json!({"error": "model is loading"}), "refused"),
    ] {
        let error = answered(answer.clone()).await.unwrap_err();
        assert_eq!(error.code(), code, "{answer}: {error}");
    }
}

#[tokio::test]
async fn refusals_are_named_and_quote_the_server() {
    let error =
        refused(401, &[], r#"{"error":{"message":"Incorrect API key provided","type":"x","code":null}}"#)
            .await;
    assert_eq!(error, ModelError::BadKey { message: "Incorrect API key provided".to_owned() });
    let error = refused(400, &[], r#"{"detail":"context too long"}"#).await;
    assert_eq!(error, ModelError::Refused { status: 400, message: "context too long".to_owned() });
    let error = refused(404, &[], "no such route").await;
    assert_eq!(error, ModelError::Refused { status: 404, message: "no such route".to_owned() });
    assert!(!error.is_worth_retrying());
    let error = refused(503, &[], "<html>busy</html>").await;
    assert!(matches!(error, ModelError::ServerFault { status: 503, .. }) && error.is_worth_retrying());
    let error = refused(302, &[("location", "http://elsewhere.example")], "").await;
    assert!(matches!(error, ModelError::Refused { status: 302, .. }));
}

#[tokio::test]
async fn a_rate_limit_says_how_long() {
    let body = r#"{"error":{"message":"slow down"}}"#;
    let error = refused(429, &[("retry-after", "17")], body).await;
    assert_eq!((error.code(), error.retry_after()), ("rate_limited", Some(Duration::from_secs(17))));
    assert_eq!(refused(429, &[], body).await.retry_after(), None);
}

#[tokio::test]
async fn answers_that_are_not_json_are_unreadable() {
    for body in [
        "<html><title>Welcome</title></html>",
        "",
        "{\"choices\":[{\"mess",
        "data: {\"choices\":[]}\n\n",
        "\u{feff}{}",
    ] {
        let error = refused(200, &[("content-type", "text/html")], body).await;
        assert_eq!(error.code(), "unreadable", "{body}: {error}");
    }
}

#[tokio::test]
async fn a_slow_model_times_out() {
    let (url, _) = server(200, &[], usual().to_string(), Duration::from_secs(30)).await;
    let started = Instant::now();
    let error = model(&url).complete(QUESTION).await.unwrap_err();
    assert_eq!(error, ModelError::TimedOut { after: Duration::from_millis(1500) });
    assert!(started.elapsed() < Duration::from_secs(30), "it did not wait for the answer");
}

/// Accepts, reads a little, writes these bytes, and then drips or hangs up.
async fn raw(bytes: &'static [u8], hang_up: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(bytes).await;
                if hang_up {
                    return;
                }
                while stream.write_all(b" ").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn a_connection_that_breaks_is_unreachable() {
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"choices\":[{\"message\""] {
        let error = model(&raw(bytes, true).await).complete(QUESTION).await.unwrap_err();
        assert_eq!(error.code(), "unreachable", "{error}");
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = model(&format!("http://{free}/v1")).complete(QUESTION).await.unwrap_err();
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn an_answer_that_drips_for_ever_times_out() {
    let url = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", false).await;
    assert_eq!(model(&url).complete(QUESTION).await.unwrap_err().code(), "timed_out");
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let huge = format!("{{\"choices\":\"{}\"}}", "x".repeat(5 * 1024 * 1024));
    let error = refused(200, &[], &huge).await;
    assert!(matches!(&error, ModelError::Unreadable { reason } if reason.contains("larger than")), "{error}");
}

#[tokio::test]
async fn the_key_is_never_shown() {
    let (url, _) = server(401, &[], "{}".to_owned(), Duration::ZERO).await;
    let model = model(&url);
    let error = model.complete(QUESTION).await.unwrap_err();
    assert!(!format!("{error} {error:?} {model:?}").contains(KEY));
}

#[test]
fn an_unusable_address_is_told_at_once() {
    let new = |base_url: &str, key: &str| {
        let key = Some(SecretString::from(key));
        Model::new(ModelAddress {
            base_url: base_url.to_owned(),
            key,
            model: "m".to_owned(),
            timeout: Duration::from_secs(1),
        })
    };
    for (url, key) in [("", "k"), ("localhost:8080/v1", "k"), ("ftp://x", "k"), ("http://x/v1", "a\nb")] {
        assert!(matches!(new(url, key).unwrap_err(), ModelError::NotAnAddress { .. }), "{url}");
    }
}
