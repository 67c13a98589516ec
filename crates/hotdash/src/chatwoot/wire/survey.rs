//! A survey's answer in the desk's list of them.

use super::contact::filled;
use super::{Moment, Unreadable};
use hotdash_core::conversation::SurveyAnswer;
use hotdash_core::ids::{AgentId, ContactId, ConversationId, MessageId};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
pub struct WireSurveyAnswer {
    id: i64,
    rating: u8,
    #[serde(default)]
    feedback_message: Option<String>,
    message_id: i64,
    /// The display id.
    conversation_id: i64,
    #[serde(default)]
    contact: Option<Numbered>,
    /// Absent when nobody had the conversation.
    #[serde(default)]
    assigned_agent: Option<Numbered>,
    #[serde(default)]
    created_at: Moment,
}

#[derive(Debug, Clone, Deserialize)]
struct Numbered {
    id: i64,
}

impl WireSurveyAnswer {
    /// `at` is the path of this object in the body, for errors.
    pub(crate) fn into_core(self, at: &str) -> Result<SurveyAnswer, Unreadable> {
        let wrong = |key: &str, reason: &str| Unreadable::at(format!("{at}{key}"), reason);
        if !(1..=5).contains(&self.rating) {
            return Err(wrong("rating", "is not between 1 and 5"));
        }
        Ok(SurveyAnswer {
            id: self.id,
            conversation: ConversationId(self.conversation_id),
            message: MessageId(self.message_id),
            contact: self.contact.map(|contact| ContactId(contact.id)),
            agent: self.assigned_agent.map(|agent| AgentId(agent.id)),
            rating: self.rating,
            feedback: filled(self.feedback_message),
            created_at: self.created_at.0.ok_or_else(|| wrong("created_at", "is missing"))?,
        })
    }
}
