//! The desk itself, its people, teams, inboxes and labels; and a customer.

use super::{As, Call, CallError, Chatwoot, Inbox, Label, Profile, Team, Version};
use crate::chatwoot::wire::WireContact;
use crate::chatwoot::wire::people::{WireAgent, WireInbox, WireProfile, WireTeam};
use hotdash_core::conversation::{Agent, Contact};
use hotdash_core::ids::{AgentId, ContactId, InboxId, TeamId};
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

    /// Who we are on this desk, asked once; `None` for a bot, which may not ask.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn ourselves(&self) -> Result<Option<AgentId>, CallError> {
        let asked = self.desk.ourselves.get_or_try_init(|| async {
            match self.profile().await {
                Ok(profile) => Ok(Some(profile.id)),
                Err(CallError::NotForBots { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        });
        asked.await.copied()
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

    /// Who works in an inbox.
    ///
    /// # Errors
    /// [`CallError`], `NoSuchThing` when there is no such inbox.
    pub async fn inbox_members(&self, inbox: InboxId) -> Result<Vec<Agent>, CallError> {
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/inbox_members/{inbox}");
        let call = call.with("inbox", inbox.0);
        let members: Payload<WireAgent> = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(members.payload.into_iter().map(WireAgent::into_core).collect())
    }

    /// Who may be given an inbox's conversations: its members, and every administrator.
    ///
    /// # Errors
    /// [`CallError`], `NoSuchThing` when there is no such inbox, `NotPermitted` when we do not see it.
    pub async fn assignable_agents(&self, inbox: InboxId) -> Result<Vec<Agent>, CallError> {
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/assignable_agents");
        let call = call.asking("inbox_ids[]", inbox);
        let agents: Payload<WireAgent> = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(agents.payload.into_iter().map(WireAgent::into_core).collect())
    }

    /// Who belongs to a team.
    ///
    /// # Errors
    /// [`CallError`], `NoSuchThing` when there is no such team.
    pub async fn team_members(&self, team: TeamId) -> Result<Vec<Agent>, CallError> {
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/teams/{team}/team_members");
        let call = call.with("team", team.0);
        let members: Vec<WireAgent> = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(members.into_iter().map(WireAgent::into_core).collect())
    }

    /// A customer as the desk knows them now.
    ///
    /// # Errors
    /// [`CallError`], `NoSuchThing` when they were deleted, or merged into another.
    pub async fn contact(&self, id: ContactId) -> Result<Contact, CallError> {
        #[derive(Deserialize)]
        struct Shown {
            payload: WireContact,
        }
        let call = self.in_account(Method::GET, "/api/v1/accounts/{account}/contacts/{contact}");
        let call = call.with("contact", id.0);
        let shown: Shown = self.repeated(&call, None, As::Ourselves).await?.parse()?;
        Ok(shown.payload.into_core())
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
