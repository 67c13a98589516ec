//! The verbs of the desk: what people, customers and the desk itself do, and the events that follow.
//!
//! The order in which a verb emits its events is Chatwoot's own; deliveries may still overtake each other.

mod auto_assignment;
mod contacts;
mod conversations;
mod inboxes;
mod mail;
mod messages;
mod people;
mod status;
mod surveys;
mod templates;

pub use contacts::{Identity, NewContact};
pub use conversations::NewConversation;
pub use inboxes::{NewChannel, NewInbox};
pub use mail::IncomingMail;
pub use messages::{NewAttachment, NewMessage, Recipients};

use crate::desk::Desk;
use crate::event::Actor;
use crate::model::{Contact, Conversation, Inbox, Message, User};
use crate::refusal::Refusal;

impl Desk {
    pub fn conversation(&self, id: i64) -> Result<&Conversation, Refusal> {
        self.conversations.get(&id).ok_or(Refusal::NotFound)
    }

    pub fn message(&self, id: i64) -> Result<&Message, Refusal> {
        self.messages.get(&id).ok_or(Refusal::NotFound)
    }

    pub fn contact(&self, id: i64) -> Result<&Contact, Refusal> {
        self.contacts.get(&id).ok_or(Refusal::NotFound)
    }

    pub fn inbox(&self, id: i64) -> Result<&Inbox, Refusal> {
        self.inboxes.get(&id).ok_or(Refusal::NotFound)
    }

    pub fn user(&self, id: i64) -> Result<&User, Refusal> {
        self.users.get(&id).ok_or(Refusal::NotFound)
    }

    /// The name that activity messages use.
    pub(crate) fn name_of(&self, actor: Actor) -> Option<&str> {
        match actor {
            Actor::User(id) => self.users.get(&id).map(|user| user.name.as_str()),
            Actor::AgentBot(id) => self.bots.get(&id).map(|bot| bot.name.as_str()),
            Actor::Contact(id) => self.contacts.get(&id).map(|contact| contact.name.as_str()),
            Actor::System => None,
        }
    }

    /// Incoming messages since an agent last looked, at most ten.
    pub(crate) fn unread_count(&self, conversation: &Conversation) -> usize {
        self.messages_of(conversation)
            .filter(|message| message.message_type == crate::model::MessageType::Incoming)
            .filter(|message| conversation.agent_last_seen_at.is_none_or(|seen| message.created_at > seen))
            .take(10)
            .count()
    }

    /// Whether the website proved who the customer is.
    pub(crate) fn hmac_verified(&self, conversation: &Conversation) -> bool {
        self.contact_inboxes.get(&conversation.contact_inbox_id).is_some_and(|row| row.hmac_verified)
    }

    /// The customer's address in the conversation's inbox.
    pub(crate) fn source_id(&self, conversation: &Conversation) -> Option<&str> {
        self.contact_inboxes.get(&conversation.contact_inbox_id).map(|row| row.source_id.as_str())
    }
}
