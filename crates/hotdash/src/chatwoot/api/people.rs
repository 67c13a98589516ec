//! The desk itself, its people, teams, inboxes and labels.

use super::{As, Call, CallError, Chatwoot, Inbox, Label, Profile, Team, Version};
use crate::chatwoot::wire::people::{WireAgent, WireInbox, WireProfile, WireTeam};
use hotdash_core::conversation::Agent;
use http::Method;
use serde::Deserialize;

/// A list within `payload`.
#[derive(Deserialize)]
struct Payload<T> {
    payload: Vec<T>,
}

impl Chatwoot {
    /// Which Chatwoot this is. Needs no token. Its health figures are not to be trusted and are left out.
    ///
    /// # Errors
    /// [`CallError`]; `Unreadable` where the address is not a Chatwoot's.
    pub async fn version(&self) -> Result<Version, CallError> {
        self.repeated(&Call::new(Method::GET, "/api"), None, As::Nobody).await?.parse()
    }

    /// Whose token we use, and its role in each account. Bots cannot ask this.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn profile(&self) -> Result<Profile, CallError> {
        let call = Call::new(Method::GET, "/api/v1/profile");
        let profile: WireProfile = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(profile.into_profile())
    }

    /// Everybody who answers on the desk, with availability.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn agents(&self) -> Result<Vec<Agent>, CallError> {
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/agents");
        let agents: Vec<WireAgent> = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(agents.into_iter().map(WireAgent::into_core).collect())
    }

    /// The inboxes that the token's user can see.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn inboxes(&self) -> Result<Vec<Inbox>, CallError> {
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/inboxes");
        let inboxes: Payload<WireInbox> = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(inboxes.payload.into_iter().map(WireInbox::into_inbox).collect())
    }

    /// The account's teams.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn teams(&self) -> Result<Vec<Team>, CallError> {
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/teams");
        let teams: Vec<WireTeam> = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(teams.into_iter().map(WireTeam::into_team).collect())
    }

    /// The account's labels.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn labels(&self) -> Result<Vec<Label>, CallError> {
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/labels");
        let labels: Payload<Label> = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(labels.payload)
    }
}
