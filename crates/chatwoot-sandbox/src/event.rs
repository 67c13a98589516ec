//! What the desk tells the outside: events, and the deliveries built from them.

use bytes::Bytes;
use serde_json::Value;
use uuid::Uuid;

use crate::model::{Map, Message};

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    User(i64),
    AgentBot(i64),
    Contact(i64),
    /// The desk itself.
    System,
}

/// The account webhook events that exist; a subscription to any other is refused.
pub const SUBSCRIBABLE: [&str; 12] = [
    "conversation_status_changed",
    "conversation_updated",
    "conversation_created",
    "contact_created",
    "contact_updated",
    "message_created",
    "message_updated",
    "webwidget_triggered",
    "inbox_created",
    "inbox_updated",
    "conversation_typing_on",
    "conversation_typing_off",
];

/// The `changed_attributes` member of a delivery.
#[derive(Clone, Debug)]
pub enum Changed {
    /// The key is not there at all.
    Absent,
    /// There, and `null`: what a status change says.
    Null,
    Columns(Vec<Value>),
}

/// Something happened. Rows are named by id: the body is built later, from the rows as they are then.
#[derive(Clone, Debug)]
pub enum Event {
    Conversation {
        name: &'static str,
        conversation: i64,
        changed: Changed,
    },
    /// The message itself is kept as it was saved; the conversation around it is read later.
    Message {
        name: &'static str,
        message: Box<Message>,
    },
    Contact {
        name: &'static str,
        contact: i64,
        changed: Changed,
    },
    WidgetTriggered {
        contact_inbox: i64,
        info: Map,
    },
    Typing {
        on: bool,
        conversation: i64,
        by: Actor,
        is_private: bool,
    },
}

impl Event {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conversation { name, .. } | Self::Message { name, .. } | Self::Contact { name, .. } => name,
            Self::WidgetTriggered { .. } => "webwidget_triggered",
            Self::Typing { on: true, .. } => "conversation_typing_on",
            Self::Typing { on: false, .. } => "conversation_typing_off",
        }
    }

    /// Some events exist for agent bots alone; no other hook can even ask for them.
    pub(crate) fn is_for_bots_only(&self) -> bool {
        matches!(self.name(), "conversation_opened" | "conversation_resolved")
    }
}

/// Which kind of hook a delivery goes to; they differ in what a failure does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    Account,
    ApiInbox,
    AgentBot,
}

/// What a request says of itself beyond its content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// Nothing: it could come from anybody.
    None,
    /// Only the delivery id.
    Id,
    /// Delivery id, time of sending, and a signature over both time and body.
    Signed,
}

/// One request that is to be made.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: Uuid,
    pub hook: Hook,
    pub event: &'static str,
    pub url: String,
    pub secret: String,
    pub stamp: Stamp,
    pub body: Bytes,
    /// The message the event is about: what a failure does depends on it.
    pub message: Option<i64>,
}
