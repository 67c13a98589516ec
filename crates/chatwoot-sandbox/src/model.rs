//! What a desk is made of: plain rows, named and typed as Chatwoot names and types them.
//!
//! Rows hold ids of other rows, never the rows themselves; the tables are in [`crate::desk::Desk`].

mod conversation;
mod inbox;
mod message;
mod people;
mod settings;

pub use conversation::{Assignee, Conversation, Priority, Status};
pub use inbox::{Channel, Inbox, WidgetSettings, WorkingHour};
pub use message::{Attachment, Message, MessageStatus, MessageType, Sender};
pub use people::{Account, AgentBot, Availability, Contact, ContactInbox, ContactType, Role, Team, User};
pub use settings::{CannedResponse, CsatResponse, CustomAttribute, DashboardApp, Label, Webhook};

/// A JSON object whose keys keep their order.
pub type Map = serde_json::Map<String, serde_json::Value>;

/// An enum whose values are Chatwoot's words for them.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// The word Chatwoot uses on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value a word stands for, if it is one of ours.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;
