//! The carrier's door: where a text message comes in.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use serde_json::Value;

use crate::Sandbox;
use crate::act::{NewContact, NewConversation, NewMessage};
use crate::api::answer;
use crate::api::params::Params;
use crate::desk::Desk;
use crate::model::{Channel, Sender, Status};
use crate::refusal::Refusal;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new().route("/webhooks/sms/{number}", post(receive))
}

/// What is for no inbox of this desk, or is no message, is taken without a word.
async fn receive(State(sandbox): State<Sandbox>, params: Params) -> Result<Response, Refusal> {
    let events = params.values.get("_json").and_then(Value::as_array).cloned().unwrap_or_default();
    for event in events.iter().filter(|event| event["type"] == "message-received") {
        sandbox.act(|desk| desk.receive_sms(event))?;
    }
    Ok(answer::empty())
}

impl Desk {
    fn receive_sms(&mut self, event: &Value) -> Result<(), Refusal> {
        let (to, said) = (event["to"].as_str().unwrap_or_default(), &event["message"]);
        let is_it =
            |channel: &Channel| matches!(channel, Channel::Sms { phone_number } if phone_number == to);
        let inbox = self.inboxes.values().find(|inbox| is_it(&inbox.channel)).map(|inbox| inbox.id);
        let (Some(inbox), Some(from)) = (inbox, said["from"].as_str()) else { return Ok(()) };
        let known =
            self.contacts.values().find(|row| row.phone_number.as_deref() == Some(from)).map(|row| row.id);
        let contact = known.unwrap_or_else(|| {
            self.create_contact(NewContact {
                name: Some(from.trim_start_matches('+').to_owned()),
                phone_number: Some(from.to_owned()),
                ..NewContact::default()
            })
        });
        let address = self.address_in(contact, inbox, Some(from.to_owned()))?;
        let running = |row: &&crate::model::Conversation| {
            row.contact_inbox_id == address && row.status != Status::Resolved
        };
        let id = match self.conversations.values().rfind(running).map(|row| row.id) {
            Some(id) => id,
            None => self.create_conversation(NewConversation::of(address))?,
        };
        let message = NewMessage {
            source_id: said["id"].as_str().map(str::to_owned),
            ..NewMessage::text(Sender::Contact(contact), said["text"].as_str().unwrap_or_default())
        };
        self.create_message(id, message).map(|_| ())
    }
}
