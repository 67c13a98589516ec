//! The versions of Chatwoot this desk can pass for, and how their words differ.
//!
//! Everything else in this crate speaks the newest version. What older ones did otherwise is asked of [`since`];
//! what they merely did not say yet is taken out of finished bodies and answers by [`translate`].

use std::fmt;
use std::str::FromStr;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::{Value, json};

use crate::Sandbox;
use crate::api::answer;
use crate::event::{Hook, Stamp};
use crate::json::to_rails_json;
use crate::model::Map;

/// A released version, e.g. `4.12.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u16,
    pub minor: u16,
    pub patch: u16,
}

const fn version(major: u16, minor: u16, patch: u16) -> Version {
    Version { major, minor, patch }
}

/// The first versions in which something is so.
pub(crate) mod since {
    use super::{Version, version};

    pub(crate) const BOT_SETS_ATTRIBUTES: Version = version(4, 2, 0);
    pub(crate) const FAILING_BOT_LOSES_CONVERSATION: Version = version(4, 7, 0);
    pub(crate) const ASSIGNED_BOTS: Version = version(4, 8, 0);
    /// Before, a mail's files were stored after its message was told of.
    pub(crate) const MAIL_FILES_AT_ONCE: Version = version(4, 8, 0);
    pub(crate) const CUSTOM_CONTENT_ATTRIBUTES: Version = version(4, 9, 0);
    pub(crate) const CONTENT_AS_SENT: Version = version(4, 9, 0);
    pub(crate) const BOT_REPLY_ENDS_WAIT: Version = version(4, 10, 0);
    /// Before, the job that tells of a first reply mostly ran after the conversation was saved; since then, before.
    pub(crate) const REPLY_TOLD_FIRST: Version = version(4, 13, 0);
    pub(crate) const HEALTH: Version = version(4, 11, 0);
    pub(crate) const ACCOUNT_HOOKS_SIGNED: Version = version(4, 11, 2);
    pub(crate) const BOT_RETRIES: Version = version(4, 11, 2);
    pub(crate) const BOT_TYPES: Version = version(4, 11, 2);
    pub(crate) const META_LIMITED: Version = version(4, 11, 2);
    pub(crate) const CONTENT_RAW_AGAIN: Version = version(4, 12, 1);
    pub(crate) const ALL_HOOKS_SIGNED: Version = version(4, 13, 0);
    pub(crate) const BOTS_SEE_CHANGES: Version = version(4, 13, 0);
    pub(crate) const CONTENT_NORMALISED: Version = version(4, 13, 0);
    pub(crate) const ASSIGNMENT_JOB: Version = version(4, 13, 0);
    pub(crate) const INBOXES_BY_NAME: Version = version(4, 13, 0);
    pub(crate) const PRIVATE_TARGETS_REFUSED: Version = version(4, 14, 0);
    pub(crate) const ACCOUNT_IN_CONVERSATIONS: Version = version(4, 14, 2);
    pub(crate) const BOT_READS_AND_LABELS: Version = version(4, 14, 2);
}

impl Version {
    pub const NEWEST: Self = version(4, 15, 1);

    /// What deliveries to a hook of this kind carry.
    pub(crate) fn stamp(self, hook: Hook) -> Stamp {
        let signed = match hook {
            Hook::Account => since::ACCOUNT_HOOKS_SIGNED,
            Hook::ApiInbox | Hook::AgentBot => since::ALL_HOOKS_SIGNED,
        };
        match hook {
            _ if self >= signed => Stamp::Signed,
            Hook::ApiInbox if self >= since::ACCOUNT_HOOKS_SIGNED => Stamp::Id,
            _ => Stamp::None,
        }
    }

    /// Whether a bot's token opens a call. The calls that no version opens to bots are refused elsewhere.
    pub(crate) fn opens_to_bots(self, method: &Method, path: &str) -> bool {
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        match last {
            "labels" => self >= since::BOT_READS_AND_LABELS,
            "toggle_typing_status" => self >= since::BOT_TYPES,
            "custom_attributes" => self >= since::BOT_SETS_ATTRIBUTES,
            _ => *method != Method::GET || self >= since::BOT_READS_AND_LABELS,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A text that names no version this desk can pass for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version between 4.6.0 and {newest}, e.g. 4.12.0", newest = Version::NEWEST)]
pub struct UnknownVersion(String);

impl FromStr for Version {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let unknown = || UnknownVersion(text.to_owned());
        let numbers: Result<Vec<u16>, _> = text.split('.').map(str::parse).collect();
        let known = match numbers.map_err(|_| unknown())?[..] {
            [major, minor, patch] => version(major, minor, patch),
            _ => return Err(unknown()),
        };
        // Older ones were never recorded, so nobody could say whether this desk is like them.
        if (version(4, 6, 0)..=Self::NEWEST).contains(&known) { Ok(known) } else { Err(unknown()) }
    }
}

/// Takes out of answers what the desk's version does not say, and closes the calls it does not have.
pub(crate) async fn translate_answer(
    State(sandbox): State<Sandbox>,
    request: Request,
    next: Next,
) -> Response {
    let version = sandbox.version();
    if version >= Version::NEWEST {
        return next.run(request).await;
    }
    let path = request.uri().path();
    let unknown = (path == "/health" && version < since::HEALTH)
        || (path.ends_with("/reset_secret") && version < since::ALL_HOOKS_SIGNED);
    if unknown {
        return answer::with_status(StatusCode::NOT_FOUND, &json!({"status": 404, "error": "Not Found"}));
    }
    let (mut parts, body) = next.run(request).await.into_parts();
    // The body was made in this process a moment ago, so it is whole.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    translate(version, &mut value);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(to_rails_json(&value)))
}

/// Takes out of a body what `version` does not say yet.
pub(crate) fn translate(version: Version, value: &mut Value) {
    if version < Version::NEWEST {
        walk(version, "", value);
    }
}

fn walk(version: Version, name: &str, value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| walk(version, name, item)),
        Value::Object(members) => {
            forget(version, name, members);
            members.iter_mut().for_each(|(name, value)| walk(version, name, value));
        }
        _ => {}
    }
}

/// One object, told apart by what it is called and by keys that no other has.
fn forget(at: Version, name: &str, object: &mut Map) {
    let has = |key: &str| object.contains_key(key);
    let mut gone: Vec<&str> = Vec::new();
    if at < since::ACCOUNT_IN_CONVERSATIONS && has("can_reply") && has("contact_inbox") {
        gone.push("account");
    }
    if at < since::ALL_HOOKS_SIGNED {
        if has("bot_type") || has("inbox_identifier") {
            gone.push("secret");
        }
        match name {
            "attachments" => {
                gone.push("content_type");
                object.insert("extension".to_owned(), Value::Null);
            }
            "accounts" => gone.push("onboarding_step"),
            "features" => {
                gone.push("assignment_v2");
                insert_after(object, "channel_facebook", "channel_twitter", json!(true));
            }
            _ => {}
        }
        gone.push("imap_authentication");
    }
    if at < since::ACCOUNT_HOOKS_SIGNED && object.contains_key("subscriptions") {
        gone.extend(["name", "secret"]);
    }
    if at < since::ASSIGNED_BOTS {
        forget_before_4_8(name, object, &mut gone);
    }
    for key in gone {
        object.shift_remove(key);
    }
}

fn forget_before_4_8(name: &str, object: &mut Map, gone: &mut Vec<&str>) {
    gone.extend(["company_id", "csat_review_notes", "review_notes_updated_at", "forwarding_enabled"]);
    match name {
        "meta" => gone.extend(["assignee_type", "has_more"]),
        "email" if object.contains_key("references") => gone.push("headers"),
        "features" => {
            gone.extend(["captain_tasks", "channel_tiktok"]);
            insert_after(object, "chatwoot_v4", "report_v4", json!(true));
        }
        _ => {}
    }
    if object.contains_key("auto_offline") && object.contains_key("available_name") {
        gone.push("provider");
    }
    if object.contains_key("forward_to_email")
        && let Some(email) = object.shift_remove("email")
    {
        insert_after(object, "forward_to_email", "email", email);
    }
}

fn insert_after(object: &mut Map, neighbour: &str, key: &str, value: Value) {
    let at = object.keys().position(|known| known == neighbour).map_or(object.len(), |at| at + 1);
    object.shift_insert(at, key.to_owned(), value);
}

#[cfg(test)]
mod tests;
