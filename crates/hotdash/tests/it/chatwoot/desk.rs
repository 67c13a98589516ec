//! A desk on loopback that says what it is told to say and remembers what it was asked.

use super::recordings::Response;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use hotdash::chatwoot::Chatwoot;
use hotdash::chatwoot::api::DeskAddress;
use secrecy::SecretString;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub(crate) const TOKEN: &str = "our-very-own-token";

/// What the desk was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Value>,
}

/// One answer of the script.
#[derive(Debug, Clone)]
pub(crate) struct Say {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Say {
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn json(body: &Value) -> Self {
        Self::new(200, body.to_string())
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl From<Response> for Say {
    fn from(recorded: Response) -> Self {
        let body = recorded.body();
        Self { status: recorded.status, headers: recorded.headers.into_iter().collect(), body }
    }
}

#[derive(Clone)]
pub(crate) struct Desk {
    url: String,
    script: Arc<Vec<Say>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Desk {
    /// Gives these answers in turn, and the last one for ever.
    pub(crate) async fn saying(script: Vec<Say>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let desk = Self { url, script: Arc::new(script), asked: Arc::default() };
        let app = Router::new().fallback(answer).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        desk
    }

    pub(crate) async fn replaying(recorded: Response) -> Self {
        Self::saying(vec![recorded.into()]).await
    }

    /// Reads a request, then writes these bytes and hangs up.
    pub(crate) async fn hanging_up_after(bytes: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let desk = Self { url, script: Arc::default(), asked: Arc::default() };
        let asked = desk.asked.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 4096]).await;
                let nothing =
                    Asked { method: Method::GET, path: String::new(), headers: HeaderMap::new(), body: None };
                asked.lock().unwrap().push(nothing);
                let _ = stream.write_all(bytes).await;
            }
        });
        desk
    }

    pub(crate) fn address(&self) -> DeskAddress {
        address(&self.url)
    }

    pub(crate) fn client(&self) -> Chatwoot {
        Chatwoot::new(self.address()).unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

pub(crate) fn address(url: &str) -> DeskAddress {
    DeskAddress {
        read_timeout: Duration::from_secs(5),
        connect_timeout: Duration::from_secs(1),
        deadline: Duration::from_secs(5),
        ..DeskAddress::new(url, 1, SecretString::from(TOKEN))
    }
}

async fn answer(
    State(desk): State<Desk>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let body = (!body.is_empty()).then(|| serde_json::from_slice(&body).unwrap());
    let turn = {
        let mut asked = desk.asked.lock().unwrap();
        asked.push(Asked { method, path: uri.to_string(), headers, body });
        asked.len() - 1
    };
    let say = &desk.script[turn.min(desk.script.len() - 1)];
    let mut answer = axum::response::Response::builder().status(StatusCode::from_u16(say.status).unwrap());
    for (name, value) in &say.headers {
        answer = answer.header(name, value);
    }
    answer.body(Body::from(say.body.clone())).unwrap()
}
