//! A conversation and messages for the tests of this folder.

use crate::conversation::{Author, Channel, Contact, Conversation, Direction, Marks, Message, Status};
use crate::ids::{AgentId, ContactId, ConversationId, InboxId, MessageId};
use jiff::Timestamp;

pub(super) fn contact_named(name: &str) -> Contact {
    Contact {
        id: ContactId(9),
        name: name.to_owned(),
        email: Some("ann@customer.test".to_owned()),
        phone: None,
        identifier: None,
        blocked: false,
        custom_attributes: serde_json::Map::new(),
    }
}

pub(super) fn conversation() -> Conversation {
    Conversation {
        id: ConversationId(1),
        inbox: InboxId(1),
        channel: Channel::WebWidget,
        status: Status::Open,
        priority: None,
        labels: Vec::new(),
        can_reply: true,
        contact: contact_named("Ann Customer"),
        assignee: None,
        team: None,
        subject: None,
        browser_language: None,
        custom_attributes: serde_json::Map::new(),
        snoozed_until: None,
        first_reply_at: None,
        waiting_since: None,
        last_activity_at: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: None,
    }
}

pub(super) fn message(text: &str) -> Message {
    Message {
        id: MessageId(5),
        conversation: ConversationId(1),
        content: Some(text.to_owned()),
        new_text: None,
        envelope: None,
        content_type: "text".to_owned(),
        direction: Direction::Incoming,
        private: false,
        author: Author::Customer { id: ContactId(9), name: "Ann Customer".to_owned() },
        created_at: Timestamp::UNIX_EPOCH,
        attachments: Vec::new(),
        marks: Marks::default(),
        source_id: None,
        delivery: None,
    }
}

pub(super) fn agent(text: &str) -> Message {
    Message {
        id: MessageId(4),
        direction: Direction::Outgoing,
        author: Author::Agent { id: AgentId(2), name: "Ben Agent".to_owned() },
        ..message(text)
    }
}
