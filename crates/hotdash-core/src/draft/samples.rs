//! A conversation and messages for the tests of this folder.

use crate::cases::ordinary;
use crate::conversation::{Author, Contact, Conversation, Direction, Message};
use crate::ids::{AgentId, MessageId};
use jiff::Timestamp;

pub(super) fn contact_named(name: &str) -> Contact {
    Contact { name: name.to_owned(), ..conversation().contact }
}

pub(super) fn conversation() -> Conversation {
    ordinary("", Timestamp::UNIX_EPOCH).0
}

pub(super) fn message(text: &str) -> Message {
    Message { id: MessageId(5), ..ordinary(text, Timestamp::UNIX_EPOCH).1 }
}

pub(super) fn agent(text: &str) -> Message {
    Message {
        id: MessageId(4),
        direction: Direction::Outgoing,
        author: Author::Agent { id: AgentId(2), name: "Ben Agent".to_owned() },
        ..message(text)
    }
}
