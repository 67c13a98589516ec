//! A served desk, a client that speaks to it, and a receiver of its webhooks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chatwoot_sandbox::{Options, Sandbox, Server};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const ADA: i64 = 1;
pub(crate) const BEN: i64 = 2;
pub(crate) const CLEO: i64 = 3;

/// A new desk on a free port, and everything needed to talk with it.
pub(crate) struct House {
    pub desk: Sandbox,
    pub server: Server,
    pub receiver: Receiver,
    pub http: reqwest::Client,
}

/// What an answer was.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::of(Options::default()).await
    }

    pub(crate) async fn speaking(version: &str) -> Self {
        Self::of(Options { version: version.parse().unwrap(), ..Options::default() }).await
    }

    pub(crate) async fn of(options: Options) -> Self {
        let desk = Sandbox::new(Options { platform_token: Some("platform".to_owned()), ..options });
        let server = desk.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { desk, server, receiver: Receiver::start().await, http }
    }

    /// A desk with a website inbox of which everybody is a member, and an account webhook.
    pub(crate) async fn with_website() -> (Self, i64) {
        Self::new().await.and_website()
    }

    pub(crate) fn and_website(self) -> (Self, i64) {
        let house = self;
        let inbox = house.desk.act(|desk| {
            let url = house.receiver.url("account");
            let all: Vec<String> =
                chatwoot_sandbox::event::SUBSCRIBABLE.iter().map(|name| (*name).to_owned()).collect();
            desk.create_webhook(&url, None, Some(all)).unwrap();
            desk.create_inbox(chatwoot_sandbox::act::NewInbox::website("Website", "https://shop.test"))
        });
        house.desk.add_everybody(inbox).unwrap();
        (house, inbox)
    }

    pub(crate) fn token(&self, user: i64) -> String {
        self.desk.token(user).unwrap()
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let path = path.strip_prefix('~').map_or(path.to_owned(), |rest| format!("/api/v1/accounts/1{rest}"));
        self.http.request(method.parse().unwrap(), format!("{}{path}", self.server.url()))
    }

    /// Calls as a user; `~` stands for the account's base path.
    pub(crate) async fn call(&self, user: i64, method: &str, path: &str, body: Value) -> Answer {
        let request = self.request(method, path).header("Api-Access-Token", self.token(user));
        let request = if body.is_null() { request } else { request.json(&body) };
        send(request).await
    }

    pub(crate) async fn get(&self, user: i64, path: &str) -> Value {
        let answer = self.call(user, "GET", path, Value::Null).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// The bodies that arrived since the last call, once nothing is on its way any more.
    pub(crate) async fn delivered(&self) -> Vec<Value> {
        self.desk.settled().await;
        self.receiver.take().iter().map(|received| serde_json::from_str(&received.body).unwrap()).collect()
    }

    pub(crate) async fn delivered_events(&self) -> Vec<String> {
        self.delivered().await.iter().map(|body| body["event"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

/// One delivery as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub hook: String,
    pub headers: HeaderMap,
    pub body: String,
}

/// Receives webhooks at `/hook/<name>` and answers what it was told to, else 200.
#[derive(Clone, Default)]
pub(crate) struct Receiver {
    received: Arc<Mutex<Vec<Received>>>,
    planned: Arc<Mutex<HashMap<String, Vec<u16>>>>,
    base: String,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let receiver = Self { base, ..Self::default() };
        let app = Router::new().route("/hook/{name}", post(receive)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        receiver
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn url(&self, hook: &str) -> String {
        format!("{}/hook/{hook}", self.base)
    }

    /// The next answers of one hook.
    pub(crate) fn plan(&self, hook: &str, statuses: &[u16]) {
        self.planned.lock().unwrap().insert(hook.to_owned(), statuses.to_vec());
    }

    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }
}

async fn receive(
    State(receiver): State<Receiver>,
    Path(hook): Path<String>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let planned =
        receiver.planned.lock().unwrap().get_mut(&hook).filter(|plan| !plan.is_empty()).map(|p| p.remove(0));
    receiver.received.lock().unwrap().push(Received { hook, headers, body });
    StatusCode::from_u16(planned.unwrap_or(200)).unwrap()
}

/// A JSON object for a message.
pub(crate) fn message(content: &str, private: bool) -> Value {
    json!({"content": content, "private": private})
}
