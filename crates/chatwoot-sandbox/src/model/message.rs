//! Messages: what was said, privately or publicly, and what the desk noted down itself.

use jiff::Timestamp;

use super::{Map, words};

words! {
    MessageType { Incoming = "incoming", Outgoing = "outgoing", Activity = "activity", Template = "template" }
}

impl MessageType {
    /// The number that stands for it in REST answers and nested messages.
    pub fn number(self) -> i64 {
        match self {
            Self::Incoming => 0,
            Self::Outgoing => 1,
            Self::Activity => 2,
            Self::Template => 3,
        }
    }

    pub fn from_number(number: i64) -> Option<Self> {
        [Self::Incoming, Self::Outgoing, Self::Activity, Self::Template]
            .into_iter()
            .find(|kind| kind.number() == number)
    }
}

words! {
    MessageStatus { Sent = "sent", Delivered = "delivered", Read = "read", Failed = "failed" }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Templates and activities have no author.
    Nobody,
    User(i64),
    AgentBot(i64),
    Contact(i64),
}

#[derive(Clone, Debug)]
pub struct Message {
    pub id: i64,
    /// The conversation's display id.
    pub conversation_id: i64,
    pub inbox_id: i64,
    pub content: Option<String>,
    /// The text before Liquid was evaluated.
    pub processed_message_content: Option<String>,
    pub message_type: MessageType,
    pub content_type: String,
    pub content_attributes: Map,
    pub additional_attributes: Map,
    pub private: bool,
    pub status: MessageStatus,
    pub source_id: Option<String>,
    pub sender: Sender,
    pub attachments: Vec<Attachment>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Message {
    /// What the customer can read: not a note, not an activity.
    pub fn is_public(&self) -> bool {
        !self.private && self.message_type != MessageType::Activity
    }
}

#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: i64,
    /// `image`, `audio`, `video` or `file`.
    pub file_type: String,
    pub file_name: String,
    pub content_type: String,
    pub data: bytes::Bytes,
}
