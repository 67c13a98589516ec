//! Looking at a desk's settings, for whoever has to say what is wrong with them.

use super::{AgentBot, As, Call, CallError, ChannelSettings, Chatwoot, Version};
use crate::chatwoot::wire::or_default;
use hotdash_core::ids::InboxId;
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::Instant;

/// A desk as a stranger sees it.
#[derive(Debug, Clone)]
pub struct Sighting {
    pub version: Version,
    /// What its clock showed.
    pub date: Option<Timestamp>,
    /// How long it took to answer so little.
    pub took: Duration,
}

#[derive(Deserialize)]
struct Payload<T> {
    payload: Vec<T>,
}

impl Chatwoot {
    /// Version, clock and speed of the desk. Needs no token.
    ///
    /// # Errors
    /// [`CallError`]; `Unreadable` where the address is not a Chatwoot's.
    pub async fn sight(&self) -> Result<Sighting, CallError> {
        let started = Instant::now();
        let answer = self.repeated(&Call::new(Method::GET, "/api"), None, As::Nobody).await?;
        Ok(Sighting { version: answer.parse()?, date: answer.date(), took: started.elapsed() })
    }

    /// Whether the token arrives when its header is spelt with underscores, as the desk's own documentation spells it.
    ///
    /// # Errors
    /// [`CallError`]; `MissingToken` when it is dropped in this spelling too.
    pub async fn profile_underscored(&self) -> Result<(), CallError> {
        let call = Call::new(Method::GET, "/api/v1/profile");
        self.repeated(&call, None, As::OurselvesUnderscored).await.map(drop)
    }

    /// Whether our token opens the platform interface: then it is a platform app's, not a bot's.
    ///
    /// # Errors
    /// [`CallError`]; never a refusal of the token, which means no.
    pub async fn has_platform_token(&self) -> Result<bool, CallError> {
        let call = Call::new(Method::GET, "/platform/api/v1/agent_bots");
        match self.repeated(&call, None, As::Ourselves).await {
            Ok(_) => Ok(true),
            Err(CallError::Unauthorized { message, .. }) => Ok(message == "Non permissible resource"),
            Err(error) if error.is_worth_retrying() => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// The inboxes that the token's user can see, with the settings of their channels.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn channels(&self) -> Result<Vec<ChannelSettings>, CallError> {
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/inboxes");
        let listed: Payload<ChannelSettings> = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(listed.payload)
    }

    /// The account's agent bots.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn agent_bots(&self) -> Result<Vec<AgentBot>, CallError> {
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/agent_bots");
        self.repeated(&call, None, As::Ourselves).await?.parse()
    }

    /// The name of the agent bot that an inbox gives its new conversations to.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn bot_of_inbox(&self, inbox: InboxId) -> Result<Option<String>, CallError> {
        #[derive(Deserialize)]
        struct Shown {
            #[serde(default)]
            agent_bot: Option<Named>,
        }
        #[derive(Deserialize)]
        struct Named {
            #[serde(default, deserialize_with = "or_default")]
            name: String,
        }
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/inboxes/{inbox}/agent_bot");
        let shown: Shown = self.repeated(&call.with("inbox", inbox.0), None, As::Ourselves).await?.parse()?;
        Ok(shown.agent_bot.map(|bot| bot.name))
    }
}
