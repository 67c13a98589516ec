//! The account's webhooks: the way to be told, and the only place where the signing secret can be read.

use super::{As, CallError, Chatwoot, Webhook};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

const HOOKS: &str = "/api/v1/accounts/{account}/webhooks";
const HOOK: &str = "/api/v1/accounts/{account}/webhooks/{webhook}";

/// What hotdash subscribes to. Chatwoot knows no `conversation_resolved` here and refuses the whole list for it.
pub const EVENTS: [&str; 10] = [
    "conversation_created",
    "conversation_status_changed",
    "conversation_updated",
    "message_created",
    "message_updated",
    "webwidget_triggered",
    "contact_created",
    "contact_updated",
    "conversation_typing_on",
    "conversation_typing_off",
];

/// What a webhook should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookChange {
    /// Unique in the account.
    pub url: String,
    pub name: String,
    /// Never empty: the desk refuses that.
    pub subscriptions: Vec<String>,
}

impl WebhookChange {
    /// Our webhook at this address, with all of [`EVENTS`].
    #[must_use]
    pub fn ours(url: impl Into<String>) -> Self {
        let subscriptions = EVENTS.iter().map(|&event| event.to_owned()).collect();
        Self { url: url.into(), name: "hotdash".to_owned(), subscriptions }
    }

    fn body(&self) -> Value {
        json!({ "webhook": { "url": self.url, "name": self.name, "subscriptions": self.subscriptions } })
    }
}

#[derive(Deserialize)]
struct Listed {
    payload: ListedHooks,
}

#[derive(Deserialize)]
struct ListedHooks {
    webhooks: Vec<Webhook>,
}

#[derive(Deserialize)]
struct Shown {
    payload: ShownHook,
}

#[derive(Deserialize)]
struct ShownHook {
    webhook: Webhook,
}

/// All of these need the token of an administrator.
impl Chatwoot {
    /// The account's webhooks with their secrets.
    ///
    /// # Errors
    /// [`CallError`]; `NotPermitted` for the token of an agent.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, CallError> {
        let call = self.in_account(Method::GET, HOOKS);
        let listed: Listed = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(listed.payload.webhooks)
    }

    /// Registers a webhook. Tried once: a second attempt of one that succeeded would be refused as taken.
    ///
    /// # Errors
    /// [`CallError`]; `Invalid` when the address is already registered.
    pub async fn create_webhook(&self, hook: &WebhookChange) -> Result<Webhook, CallError> {
        let call = self.in_account(Method::POST, HOOKS);
        let shown: Shown = self.once(&call, Some(&hook.body()), As::Ourselves).await?.parse()?;
        Ok(shown.payload.webhook)
    }

    /// Changes a webhook. Its secret stays.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn update_webhook(&self, id: i64, hook: &WebhookChange) -> Result<Webhook, CallError> {
        let call = self.in_account(Method::PATCH, HOOK).with("webhook", id);
        let shown: Shown = self.repeated(&call, Some(&hook.body()), As::Ourselves).await?.parse()?;
        Ok(shown.payload.webhook)
    }

    /// Removes a webhook; with it goes its secret. One that is gone already counts as removed.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn delete_webhook(&self, id: i64) -> Result<(), CallError> {
        let call = self.in_account(Method::DELETE, HOOK).with("webhook", id);
        match self.repeated(&call, None, As::Ourselves).await {
            Ok(_) | Err(CallError::NoSuchThing { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
