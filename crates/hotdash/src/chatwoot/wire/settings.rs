//! What administrators set up on the desk: webhooks, channels with their secrets, bots. Only the doctor reads this much.

use super::or_default;
use hotdash_core::ids::InboxId;
use secrecy::SecretString;
use serde::Deserialize;

/// An account webhook as the desk has it.
#[derive(Debug, Clone, Deserialize)]
pub struct Webhook {
    pub id: i64,
    #[serde(default)]
    pub name: Option<String>,
    pub url: String,
    #[serde(default, deserialize_with = "or_default")]
    pub subscriptions: Vec<String>,
    /// Since 4.11.2, shown to administrators on every read.
    #[serde(default)]
    pub secret: Option<SecretString>,
    /// Kept and shown, but no filter.
    #[serde(default)]
    pub inbox: Option<NamedInbox>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NamedInbox {
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
}

/// An inbox with the settings of its channel. Secrets are shown to administrators only.
#[derive(Debug, Clone, Deserialize)]
pub struct ChannelSettings {
    #[serde(deserialize_with = "inbox_id")]
    pub id: InboxId,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Of an API inbox.
    #[serde(default)]
    pub webhook_url: Option<String>,
    #[serde(default)]
    pub secret: Option<SecretString>,
    /// Proves who a visitor or customer is; signs no webhook.
    #[serde(default)]
    pub hmac_token: Option<SecretString>,
    /// Of a live chat. Public: every visitor's browser has it.
    #[serde(default)]
    pub website_token: Option<String>,
    /// The page it is meant for.
    #[serde(default)]
    pub website_url: Option<String>,
}

/// An agent bot of the account. Its tokens are shown to administrators only.
#[derive(Debug, Clone, Deserialize)]
pub struct AgentBot {
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default)]
    pub outgoing_url: Option<String>,
    #[serde(default)]
    pub secret: Option<SecretString>,
    #[serde(default)]
    pub access_token: Option<SecretString>,
}

fn inbox_id<'de, D: serde::Deserializer<'de>>(input: D) -> Result<InboxId, D::Error> {
    i64::deserialize(input).map(InboxId)
}
