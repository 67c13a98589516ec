//! Rate limits as a real desk has them, where a test switches them on: counted per minute, per caller.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::http::HeaderMap;

use crate::dialect::{Version, since};

/// The window in which calls are counted. It is fixed, not sliding: a new one starts with an empty count.
const WINDOW: Duration = Duration::from_secs(60);

/// Everything from one address.
const PER_ADDRESS: u32 = 3000;
/// The counts of conversations, per token.
const META: u32 = 30;
/// The search for contacts, per account.
const CONTACT_SEARCH: u32 = 100;
/// Reports, per token.
const REPORTS: u32 = 100;

/// What is counted: a limit, and who or what it is counted for.
type Counted = (&'static str, String);

/// The calls of the current window.
#[derive(Debug)]
pub(crate) struct Limits {
    began: Instant,
    calls: HashMap<Counted, u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self::from(Instant::now())
    }
}

impl From<Instant> for Limits {
    fn from(began: Instant) -> Self {
        Self { began, calls: HashMap::new() }
    }
}

impl Limits {
    /// Counts a call; false if it is one too many. Refused calls count as well, as they do there.
    pub(crate) fn take(
        &mut self,
        now: Instant,
        version: Version,
        from: Option<IpAddr>,
        path: &str,
        headers: &HeaderMap,
    ) -> bool {
        if path == "/health" {
            return true;
        }
        if now.duration_since(self.began) >= WINDOW {
            *self = Self::from(now);
        }
        let header = headers.get("api-access-token").or_else(|| headers.get("api_access_token"));
        let token = header.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let address = from.map_or_else(String::new, |address| address.to_string());
        let mut counted = vec![(("address", address), PER_ADDRESS)];
        if path.ends_with("/conversations/meta") && version >= since::META_LIMITED {
            counted.push((("meta", token), META));
        } else if path.ends_with("/contacts/search") {
            counted.push((("contacts/search", String::new()), CONTACT_SEARCH));
        } else if path.starts_with("/api/v2/") && path.contains("/reports") {
            counted.push((("reports", token), REPORTS));
        }
        let mut within = true;
        for (what, most) in counted {
            let calls = self.calls.entry(what).or_default();
            *calls += 1;
            within &= *calls <= most;
        }
        within
    }
}

#[cfg(test)]
mod tests;
