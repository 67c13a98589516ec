//! The live chat of websites: what the desk knows of it, and its colour.

use super::{As, CallError, Chatwoot};
use crate::chatwoot::wire::website::{WireWebsite, WireWebsites};
use hotdash_core::ids::InboxId;
use http::Method;
use serde_json::json;

pub use crate::chatwoot::wire::website::Website;

const INBOXES: &str = "/api/v1/accounts/{account}/inboxes";
const INBOX: &str = "/api/v1/accounts/{account}/inboxes/{inbox}";

impl Chatwoot {
    /// The account's website inboxes. Only an administrator's token is told their HMAC tokens.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn websites(&self) -> Result<Vec<Website>, CallError> {
        let call = self.in_account(Method::GET, INBOXES);
        let inboxes: WireWebsites = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(inboxes.into_websites())
    }

    /// Gives a website's chat its colour: the page around cannot choose it.
    ///
    /// # Errors
    /// [`CallError`]; `NotPermitted` for the token of an agent.
    pub async fn set_widget_color(&self, inbox: InboxId, color: &str) -> Result<(), CallError> {
        let call = self.in_account(Method::PATCH, INBOX).with("inbox", inbox.0);
        let body = json!({ "channel": { "widget_color": color } });
        let _: WireWebsite = self.repeated(&call, Some(&body), As::Ourselves).await?.parse()?;
        Ok(())
    }
}
