//! Website inboxes: what belongs to the live chat.

use super::or_default;
use hotdash_core::ids::InboxId;
use secrecy::SecretString;
use serde::Deserialize;

/// An inbox that is a website's live chat.
#[derive(Debug, Clone)]
pub struct Website {
    pub id: InboxId,
    pub name: String,
    /// By which a page names it; no secret.
    pub token: String,
    pub color: String,
    /// Who may frame the chat; empty for anybody.
    pub allowed_domains: Vec<String>,
    /// Nobody may say who they are without the hash.
    pub hmac_mandatory: bool,
    /// Only administrators are told.
    pub hmac_token: Option<SecretString>,
    /// The desk's own snippet, which has the address it believes to be reached at.
    pub snippet: String,
}

/// `GET …/inboxes`; inboxes of other kinds have no website token.
#[derive(Debug, Deserialize)]
pub(crate) struct WireWebsites {
    payload: Vec<WireWebsite>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct WireWebsite {
    id: i64,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default)]
    website_token: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    widget_color: String,
    #[serde(default, deserialize_with = "or_default")]
    allowed_domains: String,
    #[serde(default, deserialize_with = "or_default")]
    hmac_mandatory: bool,
    #[serde(default)]
    hmac_token: Option<SecretString>,
    #[serde(default, deserialize_with = "or_default")]
    web_widget_script: String,
}

impl WireWebsites {
    pub(crate) fn into_websites(self) -> Vec<Website> {
        self.payload.into_iter().filter_map(WireWebsite::into_website).collect()
    }
}

impl WireWebsite {
    fn into_website(self) -> Option<Website> {
        let token = self.website_token?;
        let domains = self.allowed_domains.split(',').map(str::trim).filter(|domain| !domain.is_empty());
        Some(Website {
            id: InboxId(self.id),
            name: self.name,
            token,
            color: self.widget_color,
            allowed_domains: domains.map(str::to_owned).collect(),
            hmac_mandatory: self.hmac_mandatory,
            hmac_token: self.hmac_token,
            snippet: self.web_widget_script,
        })
    }
}
