//! Identifiers that cannot be mixed up. No bare number crosses a function.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

number_id! {
    /// One Chatwoot account that hotdash serves. Ours, not Chatwoot's account number.
    DeskId
}
number_id! {
    /// Chatwoot's per-account conversation number ("display id"): unique only together with the desk.
    ConversationId
}
number_id! {
    /// Chatwoot's message number.
    MessageId
}
number_id! {
    /// Chatwoot's contact number.
    ContactId
}
number_id! {
    /// Chatwoot's inbox number.
    InboxId
}
number_id! {
    /// A person who answers on the desk: Chatwoot's user number.
    AgentId
}
number_id! {
    /// Chatwoot's team number.
    TeamId
}
number_id! {
    /// A person who signs in to hotdash.
    UserId
}
text_id! {
    /// One webhook request as received. Time-sortable.
    DeliveryId
}
text_id! {
    /// One job of the queue. Time-sortable.
    JobId
}
text_id! {
    /// What the rulebook concluded for one message. Time-sortable.
    DecisionId
}
text_id! {
    /// One change wanted on the desk; travels with public messages as our only mark.
    EffectId
}
text_id! {
    /// A proposed reply. Time-sortable.
    DraftId
}
text_id! {
    /// A routing rule's name in its rulebook.
    RuleId
}
