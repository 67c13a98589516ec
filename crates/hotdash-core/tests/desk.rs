//! A small desk for the cases.

use hotdash_core::conversation::{Author, Channel, Contact, Conversation, Direction, Marks, Message, Status};
use hotdash_core::ids::{AgentId, ContactId, ConversationId, InboxId, MessageId};
use jiff::Timestamp;

pub(crate) fn conversation(customer: &str) -> Conversation {
    Conversation {
        id: ConversationId(1),
        inbox: InboxId(1),
        channel: Channel::WebWidget,
        status: Status::Open,
        priority: None,
        labels: Vec::new(),
        can_reply: true,
        contact: Contact {
            id: ContactId(9),
            name: customer.to_owned(),
            email: Some("ann@customer.test".to_owned()),
            phone: None,
            identifier: None,
            blocked: false,
            custom_attributes: serde_json::Map::new(),
        },
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

pub(crate) fn customer_says(text: &str) -> Message {
    said(text, Direction::Incoming, Author::Customer { id: ContactId(9), name: "Ann Customer".to_owned() })
}

pub(crate) fn agent_says(text: &str) -> Message {
    said(text, Direction::Outgoing, Author::Agent { id: AgentId(2), name: "Ben Agent".to_owned() })
}

fn said(text: &str, direction: Direction, author: Author) -> Message {
    Message {
        id: MessageId(1),
        conversation: ConversationId(1),
        content: Some(text.to_owned()),
        new_text: None,
        envelope: None,
        content_type: "text".to_owned(),
        direction,
        private: false,
        author,
        created_at: Timestamp::UNIX_EPOCH,
        attachments: Vec::new(),
        marks: Marks::default(),
        source_id: None,
        delivery: None,
    }
}
