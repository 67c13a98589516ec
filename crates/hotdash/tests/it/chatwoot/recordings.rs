//! Reads the recorded deliveries and answers.

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;

/// One webhook request as the receiver of the recording got it.
#[derive(Debug, Deserialize)]
pub(crate) struct Delivery {
    #[serde(default = "account")]
    pub(crate) hook: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

fn account() -> String {
    "account".to_owned()
}

impl Delivery {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// One REST call and what the desk answered.
#[derive(Debug, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) request: Request,
    pub(crate) response: Response,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    json: Option<Value>,
    text: Option<String>,
}

impl Response {
    pub(crate) fn body(&self) -> String {
        match (&self.json, &self.text) {
            (Some(json), _) => json.to_string(),
            (None, Some(text)) => text.clone(),
            (None, None) => String::new(),
        }
    }
}

const NEWEST: &str = "4.15.1";

/// Older desks that played the same scenes.
pub(crate) const OLDER: [&str; 2] = ["4.6.0", "4.12.0"];

/// Every version that was recorded.
pub(crate) const VERSIONS: [&str; 3] = ["4.6.0", "4.12.0", NEWEST];

fn root(version: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/chatwoot").join(version)
}

/// The deliveries of every scene of a version.
pub(crate) fn scenes_of(version: &str) -> Vec<Vec<Delivery>> {
    older_scenes(version).iter().map(|scene| older_scene(version, scene)).collect()
}

/// A recorded file's text, unpacked.
pub(crate) fn read(name: &str) -> String {
    read_of(NEWEST, name)
}

fn read_of(version: &str, name: &str) -> String {
    let path = root(version).join(name);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if !name.ends_with(".gz") {
        return String::from_utf8(bytes).unwrap();
    }
    let mut text = String::new();
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    text
}

fn lines<T: for<'de> Deserialize<'de>>(name: &str) -> Vec<T> {
    lines_of(NEWEST, name)
}

fn lines_of<T: for<'de> Deserialize<'de>>(version: &str, name: &str) -> Vec<T> {
    read_of(version, name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The deliveries of a scene, e.g. `15-resolved-with-csat`.
pub(crate) fn scene(name: &str) -> Vec<Delivery> {
    lines(&format!("webhooks/{name}.jsonl"))
}

/// The same scene as an older desk played it.
pub(crate) fn older_scene(version: &str, name: &str) -> Vec<Delivery> {
    lines_of(version, &format!("webhooks/{name}.jsonl"))
}

/// The names of all scenes.
pub(crate) fn scenes() -> Vec<String> {
    names(NEWEST, "webhooks")
}

/// The names of the scenes that an older desk played.
pub(crate) fn older_scenes(version: &str) -> Vec<String> {
    names(version, "webhooks")
}

/// What a busy desk sent, in the order of arrival.
pub(crate) fn busy() -> Vec<Delivery> {
    lines("busy/deliveries.jsonl")
}

/// A recorded answer, e.g. `agents-list`.
pub(crate) fn exchange(name: &str) -> Exchange {
    serde_json::from_str(&read(&format!("api/{name}.json"))).unwrap()
}

/// What an older desk answered, by the names of the calls.
pub(crate) fn older_exchanges(version: &str) -> BTreeMap<String, Exchange> {
    let exchange = |name: &str| serde_json::from_str(&read_of(version, &format!("api/{name}.json"))).unwrap();
    names(version, "api").into_iter().map(|name| (name.clone(), exchange(&name))).collect()
}

/// The names of all recorded refusals.
pub(crate) fn refusals() -> Vec<String> {
    names(NEWEST, "api").into_iter().filter(|name| name.starts_with("error-")).collect()
}

fn names(version: &str, folder: &str) -> Vec<String> {
    let files = fs::read_dir(root(version).join(folder)).unwrap();
    let stem = |entry: fs::DirEntry| entry.path().file_stem().unwrap().to_string_lossy().into_owned();
    let mut names: Vec<_> = files.map(|entry| stem(entry.unwrap())).collect();
    names.sort();
    names
}

/// What the REST API said of every conversation and message at the end of four weeks.
pub(crate) fn history(kind: &str) -> Vec<Value> {
    lines(&format!("history/{kind}.jsonl.gz"))
}

/// A file of the four weeks as it is.
pub(crate) fn history_file(name: &str) -> String {
    read(&format!("history/{name}"))
}

/// The scenes and the busy desk, with the secret that signed each delivery, if any did.
pub(crate) fn played() -> Vec<(Delivery, Option<String>)> {
    let secrets: BTreeMap<String, Option<String>> = serde_json::from_str(&read("secrets.json")).unwrap();
    let scenes = scenes().into_iter().flat_map(|name| scene(&name));
    let played = scenes.chain(busy()).map(|delivery| {
        let secret = secrets.get(&delivery.hook).cloned().flatten();
        (delivery, secret)
    });
    played.collect()
}

/// Everything ever delivered: what was played, and four weeks of history.
pub(crate) fn everything() -> Vec<(Delivery, Option<String>)> {
    let about: Value = serde_json::from_str(&read("history/about.json")).unwrap();
    let secret = about["secret"].as_str().map(str::to_owned);
    let history = lines("history/deliveries.jsonl.gz").into_iter().map(|delivery| (delivery, secret.clone()));
    played().into_iter().chain(history).collect()
}
