//! The files of a recorded history.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::Context;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::shapes;

/// All that was recorded, as it was answered.
pub(super) struct Recorded {
    pub agents: Vec<shapes::Agent>,
    pub inboxes: Vec<shapes::Inbox>,
    /// By inbox.
    pub bots: BTreeMap<i64, shapes::InboxBot>,
    pub teams: Vec<shapes::Team>,
    /// By team.
    pub team_members: BTreeMap<i64, Vec<i64>>,
    pub labels: Vec<shapes::Label>,
    pub conversations: Vec<shapes::Conversation>,
    pub messages: Vec<shapes::Message>,
    pub csat_responses: Vec<shapes::CsatResponse>,
}

/// The list under `payload`.
#[derive(Deserialize)]
struct Payload<T> {
    payload: Vec<T>,
}

pub(super) fn read(dir: &Path) -> anyhow::Result<Recorded> {
    let inboxes: Payload<shapes::Inbox> = json(dir, "inboxes.json")?;
    let labels: Payload<shapes::Label> = json(dir, "labels.json")?;
    Ok(Recorded {
        agents: json(dir, "agents.json")?,
        inboxes: inboxes.payload,
        bots: json(dir, "inbox_agent_bots.json")?,
        teams: json(dir, "teams.json")?,
        team_members: json(dir, "team_members.json")?,
        labels: labels.payload,
        conversations: lines(dir, "conversations.jsonl")?,
        messages: lines(dir, "messages.jsonl")?,
        csat_responses: json(dir, "csat.json")?,
    })
}

fn json<T: DeserializeOwned>(dir: &Path, name: &str) -> anyhow::Result<T> {
    let path = dir.join(name);
    let text = std::fs::read_to_string(&path).with_context(|| missing(&path))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not what a desk answers", path.display()))
}

/// One JSON object a line, compressed or not.
fn lines<T: DeserializeOwned>(dir: &Path, name: &str) -> anyhow::Result<Vec<T>> {
    let plain = dir.join(name);
    let path = if plain.exists() { plain } else { dir.join(format!("{name}.gz")) };
    let file = File::open(&path).with_context(|| missing(&path))?;
    let bytes: Box<dyn Read> = match path.extension() {
        Some(extension) if extension == "gz" => Box::new(MultiGzDecoder::new(file)),
        _ => Box::new(file),
    };
    let mut rows = Vec::new();
    for (n, line) in BufReader::new(bytes).lines().enumerate() {
        let at = || format!("{}, line {}", path.display(), n + 1);
        let line = line.with_context(at)?;
        if !line.is_empty() {
            rows.push(serde_json::from_str(&line).with_context(at)?);
        }
    }
    Ok(rows)
}

fn missing(path: &Path) -> String {
    format!("cannot read {}, which a recorded history has", path.display())
}
