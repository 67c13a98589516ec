//! Everything that can happen on a desk. Closed: an unknown name becomes [`Event::Other`], never an error.

use crate::conversation::{Contact, Conversation, Message};
use crate::ids::ConversationId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A delivery understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    MessageCreated {
        message: Message,
        conversation: Box<Conversation>,
        /// When the desk last changed the message, where the body told.
        changed: Option<Timestamp>,
    },
    MessageUpdated {
        message: Message,
        conversation: Box<Conversation>,
        /// When the desk last changed the message, where the body told.
        changed: Option<Timestamp>,
    },
    ConversationCreated {
        conversation: Box<Conversation>,
    },
    ConversationUpdated {
        conversation: Box<Conversation>,
        changes: Vec<Change>,
    },
    ConversationStatusChanged {
        conversation: Box<Conversation>,
    },
    /// Agent bots only.
    ConversationOpened {
        conversation: Box<Conversation>,
    },
    /// Agent bots only.
    ConversationResolved {
        conversation: Box<Conversation>,
    },
    ContactCreated {
        contact: Contact,
    },
    ContactUpdated {
        contact: Contact,
        changes: Vec<Change>,
    },
    /// The visitor opened the chat bubble.
    WidgetTriggered {
        contact: Contact,
        conversation: Option<Box<Conversation>>,
    },
    Typing {
        on: bool,
        conversation: Box<Conversation>,
        by_customer: bool,
        private: bool,
    },
    /// An automation rule or a macro called the URL; nothing says which one.
    Called {
        name: String,
        conversation: Box<Conversation>,
    },
    /// `inbox_created` and `inbox_updated`, whose payload has no inbox number at the top.
    InboxChanged {
        name: String,
    },
    AccountCreated {
        name: String,
    },
    /// A name this version does not know. Stored and acknowledged.
    Other {
        name: String,
    },
}

/// One column that a save changed. It tells the event; the state is in the body (they can contradict each other).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub column: String,
    pub before: Value,
    pub after: Value,
}

impl Event {
    /// The conversation this event shows, if any.
    #[must_use]
    pub fn conversation(&self) -> Option<&Conversation> {
        match self {
            Self::MessageCreated { conversation, .. }
            | Self::MessageUpdated { conversation, .. }
            | Self::ConversationCreated { conversation }
            | Self::ConversationUpdated { conversation, .. }
            | Self::ConversationStatusChanged { conversation }
            | Self::ConversationOpened { conversation }
            | Self::ConversationResolved { conversation }
            | Self::Typing { conversation, .. }
            | Self::Called { conversation, .. } => Some(conversation),
            Self::WidgetTriggered { conversation, .. } => conversation.as_deref(),
            Self::ContactCreated { .. }
            | Self::ContactUpdated { .. }
            | Self::InboxChanged { .. }
            | Self::AccountCreated { .. }
            | Self::Other { .. } => None,
        }
    }

    /// The number of that conversation.
    #[must_use]
    pub fn conversation_id(&self) -> Option<ConversationId> {
        self.conversation().map(|c| c.id)
    }
}
