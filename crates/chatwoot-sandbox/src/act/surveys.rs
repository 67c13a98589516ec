//! Satisfaction surveys: sent once per conversation when it is resolved, answered by the customer.

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::model::{CsatResponse, Map, MessageType, Sender};
use crate::refusal::Refusal;

use super::messages::NewMessage;

impl Desk {
    pub(crate) fn survey_is_due(&self, conversation_id: i64) -> Result<bool, Refusal> {
        let row = self.conversation(conversation_id)?;
        let enabled = self.inbox(row.inbox_id)?.csat_survey_enabled;
        let sent = self.messages_of(row).any(|message| message.content_type == "input_csat");
        Ok(enabled && !sent)
    }

    pub(crate) fn send_survey(&mut self, conversation_id: i64) -> Result<(), Refusal> {
        let mut attributes = Map::new();
        attributes.insert("display_type".to_owned(), json!("emoji"));
        let survey = NewMessage {
            message_type: MessageType::Template,
            content_type: "input_csat".to_owned(),
            content_attributes: attributes,
            ..NewMessage::text(Sender::Nobody, "Please rate the conversation")
        };
        self.create_message(conversation_id, survey).map(|_| ())
    }

    /// Stores the answer on the survey message and in the survey table; a second answer replaces the first.
    pub fn answer_survey(
        &mut self,
        message_id: i64,
        rating: i64,
        feedback: Option<String>,
    ) -> Result<(), Refusal> {
        let message = self.message(message_id)?;
        if message.content_type != "input_csat" {
            return Err(Refusal::NotFound);
        }
        let conversation = self.conversation(message.conversation_id)?;
        let response = CsatResponse {
            id: 0,
            message_id,
            conversation_id: conversation.id,
            contact_id: conversation.contact_id,
            assigned_agent: conversation.assignee_user(),
            rating,
            feedback_message: feedback.clone(),
            created_at: self.now(),
        };
        let answer: Value = json!({"csat_survey_response": {"feedback_message": feedback, "rating": rating}});
        self.update_message(message_id, |message| {
            message.content_attributes.insert("submitted_values".to_owned(), answer);
        })?;
        let known = self.csat_responses.values_mut().find(|row| row.message_id == message_id);
        if let Some(row) = known {
            // The date stays that of the first answer.
            *row = CsatResponse { id: row.id, created_at: row.created_at, ..response };
        } else {
            let id = self.next_id("csat_responses");
            self.csat_responses.insert(id, CsatResponse { id, ..response });
        }
        Ok(())
    }
}
