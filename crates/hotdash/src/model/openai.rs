//! Chat Completions over async-openai.
//!
//! The request and the address are async-openai's; the exchange itself is ours ([`exchange`]), because its own would
//! retry for minutes, drop `Retry-After` and log answers it cannot read. Answers are taken as plain JSON: compatible
//! servers break closed types.

use super::{Completion, ModelAddress, ModelError, Role};
use crate::retry_after::retry_after;
use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::time::Duration;

/// No useful answer is nearly as large.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
/// As much of a refusal's text as is worth keeping.
const LONGEST_MESSAGE: usize = 300;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A model behind an OpenAI-compatible server.
#[derive(Clone)]
pub struct Model {
    client: Client<Endpoint>,
    http: reqwest::Client,
    endpoint: Endpoint,
    name: String,
    timeout: Duration,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Model {
    /// Prepares the client; calls nothing.
    ///
    /// # Errors
    /// [`ModelError::NotAnAddress`] when the address or the key cannot be used at all.
    pub fn new(address: ModelAddress) -> Result<Self, ModelError> {
        let url = address.base_url.trim().trim_end_matches('/').to_owned();
        let wrong = |reason: String| ModelError::NotAnAddress { url: url.clone(), reason };
        let parsed = Url::parse(&url).map_err(|error| wrong(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(wrong("it must begin with http:// or https://".to_owned()));
        }
        let headers = authorization(address.key.as_ref())
            .map_err(|_| wrong("the key holds characters that no HTTP header can carry".to_owned()))?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("hotdash/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| ModelError::Unreachable { reason: error.to_string() })?;
        let key = address.key.unwrap_or_default();
        let kept = key.clone();
        let endpoint = Endpoint { base: url, key, headers };
        let used = http.clone();
        let client = Client::build(http.clone(), endpoint.clone()).with_http_service(tower::service_fn(
            move |request: HttpRequestFactory| {
                let (http, key) = (used.clone(), kept.clone());
                async move {
                    exchange(&http, &request, &key).await.map_err(|error| OpenAIError::Boxed(Box::new(error)))
                }
            },
        ));
        Ok(Self { client, http, endpoint, name: address.model, timeout: address.timeout })
    }

    /// The names of the models that the server lists. Not every server has a list, and not every list is complete.
    ///
    /// # Errors
    /// [`ModelError`].
    pub async fn list(&self) -> Result<Vec<String>, ModelError> {
        let request = self.http.get(self.endpoint.url("/models")).headers(self.endpoint.headers());
        let request =
            request.build().map_err(|error| ModelError::Unreachable { reason: error.to_string() })?;
        let answer = tokio::time::timeout(self.timeout, execute(&self.http, request, &self.endpoint.key));
        let body = answer.await.map_err(|_| ModelError::TimedOut { after: self.timeout })??;
        let list: Value = serde_json::from_slice(&body)
            .map_err(|error| ModelError::Unreadable { reason: error.to_string() })?;
        let named = list.get("data").and_then(Value::as_array).into_iter().flatten();
        Ok(named.filter_map(|model| model.get("id")?.as_str().map(str::to_owned)).collect())
    }

    /// The configured name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Asks once. Whether to ask again is the caller's decision.
    ///
    /// # Errors
    /// [`ModelError`].
    pub async fn complete(&self, messages: &[(Role, &str)]) -> Result<Completion, ModelError> {
        let messages: Vec<_> = messages
            .iter()
            .map(|(role, content)| json!({ "role": role_name(*role), "content": content }))
            .collect();
        let request = json!({ "model": self.name, "messages": messages, "stream": false });
        let chat = self.client.chat();
        let answer = tokio::time::timeout(self.timeout, chat.create_byot::<Value, Value>(request)).await;
        let answer = answer.map_err(|_| ModelError::TimedOut { after: self.timeout })?.map_err(ours)?;
        completion(&answer, &self.name)
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// Address and key, from our configuration only: async-openai's own config reads the environment.
#[derive(Clone)]
struct Endpoint {
    base: String,
    key: SecretString,
    headers: HeaderMap,
}

impl Config for Endpoint {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

fn authorization(key: Option<&SecretString>) -> Result<HeaderMap, header::InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    if let Some(key) = key.map(|k| k.expose_secret().trim()).filter(|k| !k.is_empty()) {
        let mut value = HeaderValue::from_str(&format!("Bearer {key}"))?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    Ok(headers)
}

/// One request and its whole answer; only a successful answer that is JSON goes on.
async fn exchange(
    http: &reqwest::Client,
    request: &HttpRequestFactory,
    key: &SecretString,
) -> Result<reqwest::Response, ModelError> {
    let request =
        request.build().await.map_err(|error| ModelError::Unreachable { reason: error.to_string() })?;
    Ok(http::Response::new(execute(http, request, key).await?).into())
}

async fn execute(
    http: &reqwest::Client,
    request: reqwest::Request,
    key: &SecretString,
) -> Result<Bytes, ModelError> {
    let mut response = http.execute(request).await.map_err(|error| unreachable(&error))?;
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(ModelError::Unreadable {
                reason: format!("it is larger than {LARGEST_ANSWER} bytes"),
            });
        }
        body.extend_from_slice(&chunk);
    }
    let status = response.status();
    if !status.is_success() {
        return Err(refusal(status, response.headers(), &body, key));
    }
    if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&body) {
        return Err(ModelError::Unreadable { reason: error.to_string() });
    }
    Ok(body.freeze())
}

fn unreachable(error: &reqwest::Error) -> ModelError {
    if error.is_timeout() && error.is_connect() {
        return ModelError::Unreachable { reason: "its address does not answer".to_owned() };
    }
    // The innermost cause says what happened; the outer ones repeat the address.
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    ModelError::Unreachable { reason: cause.to_string() }
}

fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8], key: &SecretString) -> ModelError {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let message = message(&json).unwrap_or_else(|| String::from_utf8_lossy(body).trim().to_owned());
    // Some servers repeat the key they refuse; what they say is logged and shown.
    let message = match key.expose_secret().trim() {
        "" => message,
        key => message.replace(key, "[the key]"),
    };
    let message = message.chars().take(LONGEST_MESSAGE).collect();
    match status {
        StatusCode::UNAUTHORIZED => ModelError::BadKey { message },
        StatusCode::TOO_MANY_REQUESTS => {
            ModelError::RateLimited { message, retry_after: retry_after(headers) }
        }
        status if status.is_server_error() => ModelError::ServerFault { status: status.as_u16(), message },
        status => ModelError::Refused { status: status.as_u16(), message },
    }
}

/// Servers say what is wrong as `error.message`, `error`, `message` or `detail`.
fn message(json: &Value) -> Option<String> {
    let error = json.get("error").filter(|error| !error.is_null());
    let said = error.map(|error| error.get("message").unwrap_or(error));
    let said = said.or_else(|| json.get("message")).or_else(|| json.get("detail"))?;
    Some(said.as_str().map_or_else(|| said.to_string(), str::to_owned))
}

fn ours(error: OpenAIError) -> ModelError {
    match error {
        OpenAIError::Boxed(inner) => match inner.downcast::<ModelError>() {
            Ok(error) => *error,
            Err(other) => ModelError::Unreachable { reason: other.to_string() },
        },
        OpenAIError::JSONDeserialize(error, _) => ModelError::Unreadable { reason: error.to_string() },
        other => ModelError::Unreachable { reason: other.to_string() },
    }
}

fn completion(answer: &Value, configured: &str) -> Result<Completion, ModelError> {
    let Some(choice) = answer.get("choices").and_then(|choices| choices.get(0)) else {
        return Err(match message(answer) {
            Some(message) => ModelError::Refused { status: 200, message },
            None => ModelError::Unreadable { reason: "it has no `choices`".to_owned() },
        });
    };
    let finish = choice.get("finish_reason").and_then(Value::as_str).unwrap_or("unknown");
    let said = choice.get("message");
    let text =
        said.and_then(|m| m.get("content")).or_else(|| choice.get("text")).map(spoken).unwrap_or_default();
    let text = without_thoughts(&text).trim().to_owned();
    if text.is_empty() {
        let refusal = said.and_then(|m| m.get("refusal")).and_then(Value::as_str).filter(|r| !r.is_empty());
        return Err(match refusal {
            Some(reason) => ModelError::Declined { reason: reason.chars().take(LONGEST_MESSAGE).collect() },
            None if finish == "content_filter" => {
                ModelError::Declined { reason: "its content filter".to_owned() }
            }
            None => ModelError::Empty { finish: finish.to_owned() },
        });
    }
    let tokens = |key: &str| answer.get("usage").and_then(|usage| usage.get(key)).and_then(Value::as_u64);
    let model = answer.get("model").and_then(Value::as_str).filter(|m| !m.is_empty()).unwrap_or(configured);
    Ok(Completion {
        text,
        prompt_tokens: tokens("prompt_tokens"),
        completion_tokens: tokens("completion_tokens"),
        model: model.to_owned(),
        truncated: finish == "length",
    })
}

/// Content is a string, or a list of parts of which some are text.
fn spoken(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part.as_str().or_else(|| part.get("text")?.as_str())).collect()
        }
        _ => String::new(),
    }
}

/// Some servers leave a reasoning model's thoughts in front of the answer; customers must never read them.
fn without_thoughts(text: &str) -> &str {
    match text.trim_start().strip_prefix("<think>") {
        // Thoughts without an end are thoughts only: the allowance ran out before the answer.
        Some(thinking) => thinking.split_once("</think>").map_or("", |(_, answer)| answer),
        None => text,
    }
}
