//! Hands for tests, demos and seeds: act on the desk as a customer or an agent would, without HTTP.

use crate::act::{NewContact, NewConversation, NewMessage};
use crate::desk::Desk;
use crate::event::Actor;
use crate::model::{Assignee, Availability, Conversation, Map, Message, Priority, Sender, Status};
use crate::refusal::Refusal;
use crate::sandbox::Sandbox;

/// A customer by name and e-mail address, e.g. `("Ann", "ann@example.test").into()`.
#[derive(Clone, Debug)]
pub struct Customer {
    pub name: String,
    pub email: String,
}

impl From<(&str, &str)> for Customer {
    fn from((name, email): (&str, &str)) -> Self {
        Self { name: name.to_owned(), email: email.to_owned() }
    }
}

impl Desk {
    /// The contact with this e-mail address, made if there is none.
    pub fn customer(&mut self, who: &Customer) -> i64 {
        let email = who.email.to_lowercase();
        let known = self.contacts.values().find(|row| row.email.as_ref() == Some(&email)).map(|row| row.id);
        known.unwrap_or_else(|| {
            self.create_contact(NewContact {
                name: Some(who.name.clone()),
                email: Some(email),
                ..NewContact::default()
            })
        })
    }
}

impl Sandbox {
    /// A customer starts a new conversation in an inbox of any kind. Returns its id.
    pub fn customer_says(&self, inbox: i64, who: impl Into<Customer>, text: &str) -> Result<i64, Refusal> {
        let who = who.into();
        self.act(|desk| {
            let contact = desk.customer(&who);
            let address = desk.address_in(contact, inbox, None)?;
            let mut new = NewConversation::of(address);
            if desk.inbox(inbox)?.widget().is_some() {
                new.additional_attributes = crate::widget::origin(&http::HeaderMap::new(), &Map::new());
            }
            let id = desk.create_conversation(new)?;
            desk.create_message(id, from_customer(desk, contact, inbox, text)?)?;
            Ok(id)
        })
    }

    /// The conversation's customer writes again. Returns the message's id.
    pub fn customer_replies(&self, conversation: i64, text: &str) -> Result<i64, Refusal> {
        self.act(|desk| {
            let row = desk.conversation(conversation)?;
            let message = from_customer(desk, row.contact_id, row.inbox_id, text)?;
            desk.create_message(conversation, message)
        })
    }

    /// A user answers publicly.
    pub fn agent_replies(&self, conversation: i64, user: i64, text: &str) -> Result<i64, Refusal> {
        self.act(|desk| desk.create_message(conversation, NewMessage::text(Sender::User(user), text)))
    }

    /// A user leaves a private note.
    pub fn agent_notes(&self, conversation: i64, user: i64, text: &str) -> Result<i64, Refusal> {
        self.act(|desk| desk.create_message(conversation, NewMessage::note(Sender::User(user), text)))
    }

    pub fn delete_message(&self, message: i64) -> Result<(), Refusal> {
        self.act(|desk| desk.delete_message(message))
    }

    pub fn resolve(&self, conversation: i64, user: i64) -> Result<(), Refusal> {
        self.set_status(conversation, user, Status::Resolved)
    }

    pub fn set_status(&self, conversation: i64, user: i64, status: Status) -> Result<(), Refusal> {
        self.act(|desk| desk.set_status(conversation, status, None, Actor::User(user)))
    }

    pub fn assign(&self, conversation: i64, to: Option<i64>, by: i64) -> Result<(), Refusal> {
        self.act(|desk| desk.assign_user(conversation, to, Actor::User(by)))
    }

    pub fn assign_team(&self, conversation: i64, to: Option<i64>, by: i64) -> Result<(), Refusal> {
        self.act(|desk| desk.assign_team(conversation, to, Actor::User(by)))
    }

    pub fn set_labels(&self, conversation: i64, labels: &[&str], by: i64) -> Result<(), Refusal> {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        self.act(|desk| desk.set_labels(conversation, labels, Actor::User(by)))
    }

    pub fn set_priority(
        &self,
        conversation: i64,
        priority: Option<Priority>,
        by: i64,
    ) -> Result<(), Refusal> {
        self.act(|desk| desk.set_priority(conversation, priority, Actor::User(by)))
    }

    /// Shows a user as available, busy or away, whether or not they have a page open.
    pub fn set_availability(&self, user: i64, availability: Availability) -> Result<(), Refusal> {
        self.act(|desk| desk.set_availability(user, availability))
    }

    /// Makes every user a member of an inbox.
    pub fn add_everybody(&self, inbox: i64) -> Result<(), Refusal> {
        self.act(|desk| {
            let users = desk.users.keys().copied().collect();
            desk.inboxes.get_mut(&inbox).ok_or(Refusal::NotFound)?.members = users;
            Ok(())
        })
    }

    /// A copy of a conversation.
    pub fn conversation(&self, id: i64) -> Result<Conversation, Refusal> {
        self.read(|desk| desk.conversation(id).cloned())
    }

    /// Copies of a conversation's messages, notes and activities included, oldest first.
    pub fn messages(&self, conversation: i64) -> Result<Vec<Message>, Refusal> {
        self.read(|desk| Ok(desk.messages_of(desk.conversation(conversation)?).cloned().collect()))
    }

    pub fn assignee(&self, conversation: i64) -> Result<Option<Assignee>, Refusal> {
        self.read(|desk| Ok(desk.conversation(conversation)?.assignee))
    }

    /// The API access token of a user.
    pub fn token(&self, user: i64) -> Result<String, Refusal> {
        self.read(|desk| Ok(desk.user(user)?.token.clone()))
    }
}

/// A customer's message as the inbox's channel would bring it: a widget always says what it replies to.
fn from_customer(desk: &Desk, contact: i64, inbox: i64, text: &str) -> Result<NewMessage, Refusal> {
    let mut message = NewMessage::text(Sender::Contact(contact), text);
    if desk.inbox(inbox)?.widget().is_some() {
        message.content_attributes = Map::from_iter([("in_reply_to".to_owned(), serde_json::Value::Null)]);
    }
    Ok(message)
}
