//! The recordings of a real Chatwoot, read from the repository's fixtures.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::shape::differences;

/// The version whose calls are replayed, whatever version the desk speaks: they were the same.
const PLAYED: Recordings = Recordings("4.15.1");

/// What was recorded on a desk of one version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recordings(pub &'static str);

impl Recordings {
    fn folder(self) -> PathBuf {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/chatwoot")).join(self.0)
    }

    fn read(self, path: &str) -> String {
        let path = self.folder().join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The deliveries of a scene, e.g. `01-chat-visitor-opens-widget`.
    ///
    /// A scene in which nothing was delivered has no file.
    pub(crate) fn scene(self, name: &str) -> Vec<Delivery> {
        let path = format!("webhooks/{name}.jsonl");
        if self.folder().join(&path).exists() { lines(&self.read(&path)) } else { Vec::new() }
    }

    /// Whether a call was recorded: some could not be made on older desks.
    pub(crate) fn has_answer(self, name: &str) -> bool {
        self.folder().join(format!("api/{name}.json")).exists()
    }

    pub(crate) fn all_deliveries(self) -> Vec<Delivery> {
        let scenes = fs::read_dir(self.folder().join("webhooks")).expect("the scenes are in the repository");
        scenes
            .map(|entry| {
                fs::read_to_string(entry.expect("a readable folder").path()).expect("a readable scene")
            })
            .flat_map(|text| lines(&text))
            .collect()
    }

    pub(crate) fn secrets(self) -> Value {
        serde_json::from_str(&self.read("secrets.json")).expect("the secrets are JSON")
    }

    pub(crate) fn answer(self, name: &str) -> Answer {
        self.call(name).response
    }

    fn call(self, name: &str) -> Recorded {
        serde_json::from_str(&self.read(&format!("api/{name}.json"))).expect("a recorded call")
    }
}

/// One delivery, recorded or ours.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Delivery {
    pub hook: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Delivery {
    fn json(&self) -> Map<String, Value> {
        serde_json::from_str(&self.body).expect("a delivery's body is a JSON object")
    }

    /// What kind of delivery this is: hook, event, kind of message, changed columns, status.
    pub(crate) fn label(&self) -> String {
        let body = self.json();
        let event = body["event"].as_str().expect("every delivery names its event");
        let mut parts = vec![format!("{} {event}", self.hook)];
        if event.starts_with("message_") {
            parts.extend(["message_type", "content_type", "private"].map(|key| body[key].to_string()));
        }
        if let Some(columns) = body.get("changed_attributes").and_then(Value::as_array) {
            let names = columns.iter().filter_map(Value::as_object).flat_map(|column| column.keys());
            let mut names: Vec<String> = names.cloned().collect();
            names.sort();
            parts.extend(names);
        }
        if event.starts_with("conversation_") {
            parts.extend(body.get("status").map(Value::to_string));
        }
        parts.join(" ")
    }

    pub(crate) fn differences(&self, recorded: &Self) -> Vec<String> {
        let mut found = differences(&Value::Object(self.json()), &Value::Object(recorded.json()));
        let signed = |delivery: &Self| {
            let names = delivery.headers.keys().map(|name| name.to_lowercase());
            names.filter(|name| name.starts_with("x-chatwoot-")).collect::<Vec<_>>()
        };
        if signed(self) != signed(recorded) {
            found.push(format!("headers {:?} expected, {:?} found", signed(recorded), signed(self)));
        }
        found
    }
}

fn lines(text: &str) -> Vec<Delivery> {
    text.lines().map(|line| serde_json::from_str(line).expect("a recorded delivery")).collect()
}

/// A recorded call.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    pub method: String,
    pub path: String,
    pub r#as: Option<String>,
    pub body: Value,
}

/// A recorded answer.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub status: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub json: Option<Value>,
    #[serde(default)]
    pub text: String,
}

#[derive(Deserialize)]
struct Recorded {
    request: Request,
    response: Answer,
}

pub(crate) fn request(name: &str) -> Request {
    PLAYED.call(name).request
}

/// The answer that the replayed call got when it was recorded.
pub(crate) fn answer(name: &str) -> Answer {
    PLAYED.answer(name)
}
