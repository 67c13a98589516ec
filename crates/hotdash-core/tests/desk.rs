//! A small desk for the cases.

use hotdash_core::cases::ordinary;
use hotdash_core::conversation::{Author, Conversation, Direction, Message};
use hotdash_core::ids::AgentId;
use jiff::Timestamp;

pub(crate) fn conversation(customer: &str) -> Conversation {
    let (mut conversation, _) = ordinary("", Timestamp::UNIX_EPOCH);
    conversation.contact.name = customer.to_owned();
    conversation
}

pub(crate) fn customer_says(text: &str) -> Message {
    ordinary(text, Timestamp::UNIX_EPOCH).1
}

pub(crate) fn agent_says(text: &str) -> Message {
    Message {
        direction: Direction::Outgoing,
        author: Author::Agent { id: AgentId(2), name: "Ben Agent".to_owned() },
        ..customer_says(text)
    }
}
