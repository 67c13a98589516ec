//! What a request's headers say about the browser behind it. Just enough for the words agents see.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use serde_json::{Value, json};

pub(super) struct Browser {
    name: &'static str,
    version: String,
    platform: &'static str,
    pub(super) language: Option<String>,
}

pub(super) fn of(headers: &HeaderMap) -> Browser {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let agent = text(USER_AGENT).unwrap_or_default();
    // The order matters: everybody claims to be Safari, and Edge claims to be Chrome.
    let known =
        [("Firefox/", "Firefox"), ("Edg/", "Microsoft Edge"), ("Chrome/", "Chrome"), ("Version/", "Safari")];
    let found = known.iter().find_map(|(mark, name)| {
        let rest = agent.split(mark).nth(1)?;
        Some((*name, rest.split([' ', ';']).next().unwrap_or_default().to_owned()))
    });
    let (name, version) = found.unwrap_or(("Unknown Browser", "0.0".to_owned()));
    let platforms = [("Android", "Android"), ("iPhone", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS")];
    let platform =
        platforms.iter().chain(&[("Linux", "Generic Linux")]).find(|(mark, _)| agent.contains(mark));
    let language = text(ACCEPT_LANGUAGE).and_then(|all| all.split([',', ';', '-']).next());
    Browser {
        name,
        version,
        platform: platform.map_or("Unknown", |(_, name)| name),
        language: language.map(str::to_owned),
    }
}

impl Browser {
    /// As a conversation keeps it.
    pub(super) fn for_conversation(&self) -> Value {
        json!({
            "device_name": "Unknown",
            "browser_name": self.name,
            "platform_name": self.platform,
            "browser_version": self.version,
            "platform_version": "0",
        })
    }

    /// As the opening of the widget reports it.
    pub(super) fn for_event(&self) -> Value {
        json!({
            "browser_name": self.name,
            "browser_version": self.version,
            "device_name": "Unknown",
            "platform_name": self.platform,
            "platform_version": "0",
        })
    }
}
