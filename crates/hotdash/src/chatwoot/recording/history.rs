//! A folder in which weeks of a desk were written down: its deliveries, and what REST answered at the end.

use super::{Recorded, WireConversation};
use crate::chatwoot::event::understand;
use crate::chatwoot::wire::people::WireAgent;
use crate::chatwoot::wire::{Unreadable, read};
use hotdash_core::conversation::{Agent, Conversation};
use hotdash_core::event::Event;
use serde::Deserialize;
use std::fmt::Write;

/// The texts of the files; all but the deliveries may be missing.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// One delivery a line, as JSON with `body`.
    pub deliveries: String,
    /// One conversation a line, as REST answered.
    pub conversations: Option<String>,
    /// The answer of the agents' list.
    pub agents: Option<String>,
    /// The answer of the inboxes' list.
    pub inboxes: Option<String>,
}

/// What they tell.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// In the order in which they came.
    pub events: Vec<Event>,
    /// How each conversation was at the end.
    pub finals: Vec<Conversation>,
    pub agents: Vec<Agent>,
    /// The opening hours of the first inbox that has some, in the grammar of the hours file.
    pub hours: Option<String>,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}{}: {why}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct HistoryError {
    pub file: &'static str,
    pub line: Option<usize>,
    pub why: String,
}

impl History {
    /// Reads the files. Whether the deliveries were signed is not asked: whoever reads a folder of their own trusts it.
    ///
    /// # Errors
    /// [`HistoryError`] names the file, the line and the reason.
    pub fn read(files: &Files) -> Result<Self, HistoryError> {
        let mut history = Self::default();
        for (line, text) in lines(&files.deliveries) {
            let at = |why: String| HistoryError { file: "deliveries", line: Some(line), why };
            let recorded = Recorded::read(text).map_err(|error| at(error.to_string()))?;
            history.events.push(understand(&recorded.body).map_err(|error| at(error.to_string()))?);
        }
        for (line, text) in lines(files.conversations.as_deref().unwrap_or_default()) {
            let conversation: Result<Conversation, Unreadable> =
                read::<WireConversation>(text.as_bytes()).and_then(|wire| wire.into_core(""));
            history.finals.push(conversation.map_err(|error| HistoryError {
                file: "conversations",
                line: Some(line),
                why: error.to_string(),
            })?);
        }
        let whole = |file| move |error: Unreadable| HistoryError { file, line: None, why: error.to_string() };
        if let Some(text) = &files.agents {
            let agents: Vec<WireAgent> = read(text.as_bytes()).map_err(whole("agents"))?;
            history.agents = agents.into_iter().map(WireAgent::into_core).collect();
        }
        if let Some(text) = &files.inboxes {
            let inboxes: Page = read(text.as_bytes()).map_err(whole("inboxes"))?;
            history.hours = inboxes.payload.iter().find(|inbox| inbox.working_hours_enabled).map(toml);
        }
        Ok(history)
    }
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty())
}

#[derive(Deserialize)]
struct Page {
    payload: Vec<OpenInbox>,
}

#[derive(Deserialize)]
struct OpenInbox {
    #[serde(default)]
    working_hours_enabled: bool,
    #[serde(default)]
    working_hours: Vec<OpenDay>,
    #[serde(default)]
    timezone: Option<String>,
}

#[derive(Deserialize)]
struct OpenDay {
    /// 0 = Sunday
    day_of_week: usize,
    #[serde(default)]
    closed_all_day: bool,
    #[serde(default)]
    open_all_day: bool,
    open_hour: Option<u8>,
    open_minutes: Option<u8>,
    close_hour: Option<u8>,
    close_minutes: Option<u8>,
}

const DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

fn toml(inbox: &OpenInbox) -> String {
    let zone = inbox.timezone.as_deref().unwrap_or("UTC");
    let mut text = format!("zone = {zone:?}\n[weekdays]\n");
    for (number, name) in DAYS.iter().enumerate() {
        let periods = inbox.working_hours.iter().find(|day| day.day_of_week == number).and_then(period);
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{name} = [{}]", periods.unwrap_or_default());
    }
    text
}

fn period(day: &OpenDay) -> Option<String> {
    if day.closed_all_day {
        return None;
    }
    if day.open_all_day {
        return Some("\"00:00-24:00\"".to_owned());
    }
    let (from, until) = (day.open_hour?, day.close_hour?);
    let (from_minute, until_minute) = (day.open_minutes.unwrap_or(0), day.close_minutes.unwrap_or(0));
    Some(format!("\"{from:02}:{from_minute:02}-{until:02}:{until_minute:02}\""))
}
