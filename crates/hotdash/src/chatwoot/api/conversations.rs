//! Reading a conversation, and changing who has it, its labels and its priority.

use super::{As, Call, CallError, Chatwoot};
use crate::chatwoot::wire::WireConversation;
use crate::chatwoot::wire::people::{WireAgent, WireTeam};
use hotdash_core::conversation::{Agent, Conversation, Priority, Status};
use hotdash_core::ids::{AgentId, ConversationId, TeamId};
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

const SHOW: &str = "/api/v1/accounts/{account}/conversations/{conversation}";
const ASSIGNMENTS: &str = "/api/v1/accounts/{account}/conversations/{conversation}/assignments";
const LABELS: &str = "/api/v1/accounts/{account}/conversations/{conversation}/labels";
const STATUS: &str = "/api/v1/accounts/{account}/conversations/{conversation}/toggle_status";
const PRIORITY: &str = "/api/v1/accounts/{account}/conversations/{conversation}/toggle_priority";

impl Chatwoot {
    /// The conversation as the desk has it now.
    ///
    /// # Errors
    /// [`CallError`], `NoSuchThing` when it was deleted.
    pub async fn conversation(&self, id: ConversationId) -> Result<Conversation, CallError> {
        let answer = self.repeated(&self.of(Method::GET, SHOW, id), None, As::Ourselves).await?;
        let conversation: WireConversation = answer.parse()?;
        conversation.into_core("").map_err(|unreadable| answer.unreadable(unreadable))
    }

    /// Gives the conversation to a person, and makes sure that the desk really did.
    ///
    /// # Errors
    /// [`CallError::NobodyAssigned`] when the desk does not know the person: the conversation then has **nobody**.
    pub async fn assign_agent(&self, id: ConversationId, agent: AgentId) -> Result<Agent, CallError> {
        let call = self.of(Method::POST, ASSIGNMENTS, id);
        let answer = self.repeated(&call, Some(&json!({ "assignee_id": agent.0 })), As::Ourselves).await?;
        match answer.parse::<Option<WireAgent>>()? {
            Some(assigned) if assigned.id() == agent => Ok(assigned.into_core()),
            _ => Err(CallError::NobodyAssigned { call, what: "agent", asked: agent.0 }),
        }
    }

    /// Gives the conversation to a team. Set the team first, the agent second: this may drop the assignee.
    ///
    /// # Errors
    /// [`CallError::NobodyAssigned`] when the desk does not know the team.
    pub async fn assign_team(&self, id: ConversationId, team: TeamId) -> Result<(), CallError> {
        let call = self.of(Method::POST, ASSIGNMENTS, id);
        let answer = self.repeated(&call, Some(&json!({ "team_id": team.0 })), As::Ourselves).await?;
        match answer.parse::<Option<WireTeam>>()? {
            Some(assigned) if assigned.id() == team => Ok(()),
            _ => Err(CallError::NobodyAssigned { call, what: "team", asked: team.0 }),
        }
    }

    /// The labels on a conversation.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn conversation_labels(&self, id: ConversationId) -> Result<Vec<String>, CallError> {
        self.labels_by(&self.of(Method::GET, LABELS, id), None).await
    }

    /// Adds labels and removes none. Chatwoot can only replace the whole set, so it is read freshly, merged, written
    /// and compared; where nothing is to be added nothing is written. Answers the labels now on the conversation.
    ///
    /// # Errors
    /// [`CallError::LabelsNotKept`] when they are not there afterwards.
    pub async fn add_labels(&self, id: ConversationId, labels: &[String]) -> Result<Vec<String>, CallError> {
        let mut all = self.conversation_labels(id).await?;
        let before = all.len();
        for label in labels {
            // Chatwoot lower-cases titles, and splits on commas.
            let label = label.trim().to_lowercase().replace(',', " ");
            if !label.is_empty() && !all.contains(&label) {
                all.push(label);
            }
        }
        if all.len() == before {
            return Ok(all);
        }
        let call = self.of(Method::POST, LABELS, id);
        let kept = self.labels_by(&call, Some(&json!({ "labels": all }))).await?;
        let missing: Vec<_> = all.into_iter().filter(|label| !kept.contains(label)).collect();
        if missing.is_empty() { Ok(kept) } else { Err(CallError::LabelsNotKept { call, missing }) }
    }

    /// Sets or clears the priority.
    ///
    /// # Errors
    /// [`CallError`]; a 500 here is `UnknownValue` and is not repeated.
    pub async fn set_priority(
        &self,
        id: ConversationId,
        priority: Option<Priority>,
    ) -> Result<(), CallError> {
        let call = self.of(Method::POST, PRIORITY, id);
        let body = json!({ "priority": priority.map(priority_name) });
        self.repeated(&call, Some(&body), As::Ourselves).await.map(drop)
    }

    /// Sets the status; `until` ends a snooze. Setting it twice is setting it once.
    ///
    /// # Errors
    /// [`CallError`]; a 500 here is `UnknownValue` and is not repeated.
    pub async fn set_status(
        &self,
        id: ConversationId,
        status: Status,
        until: Option<Timestamp>,
    ) -> Result<(), CallError> {
        let name = match status {
            Status::Open => "open",
            Status::Resolved => "resolved",
            Status::Pending => "pending",
            Status::Snoozed => "snoozed",
        };
        let mut body = json!({ "status": name });
        if let Some(until) = until {
            // Whole seconds: what is left of one is waited for, so that nobody comes back too early.
            let seconds = until.as_second() + i64::from(until.subsec_nanosecond() > 0);
            body["snoozed_until"] = json!(seconds);
        }
        self.repeated(&self.of(Method::POST, STATUS, id), Some(&body), As::Ourselves).await.map(drop)
    }

    async fn labels_by(
        &self,
        call: &Call,
        body: Option<&serde_json::Value>,
    ) -> Result<Vec<String>, CallError> {
        #[derive(Deserialize)]
        struct Labels {
            payload: Vec<String>,
        }
        Ok(self.repeated(call, body, As::Ourselves).await?.parse::<Labels>()?.payload)
    }

    pub(super) fn of(&self, method: Method, template: &'static str, id: ConversationId) -> Call {
        self.in_account(method, template).with("conversation", id.0)
    }
}

fn priority_name(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
        Priority::Urgent => "urgent",
    }
}
