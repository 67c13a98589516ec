//! A customer: top-level contact of contact events, sender of a message, `meta.sender`, REST contact model.

use super::{free_object, or_default};
use hotdash_core::conversation::Contact;
use hotdash_core::ids::ContactId;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Clone, Deserialize)]
pub struct WireContact {
    id: i64,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone_number: Option<String>,
    #[serde(default)]
    identifier: Option<String>,
    /// Since 4.0.2.
    #[serde(default, deserialize_with = "or_default")]
    blocked: bool,
    #[serde(default, deserialize_with = "free_object")]
    custom_attributes: Map<String, Value>,
}

impl WireContact {
    pub(crate) fn into_core(self) -> Contact {
        Contact {
            id: ContactId(self.id),
            name: self.name,
            email: filled(self.email),
            phone: filled(self.phone_number),
            identifier: filled(self.identifier),
            blocked: self.blocked,
            custom_attributes: self.custom_attributes,
        }
    }
}

/// Chatwoot writes both `null` and `""` for "none".
pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|t| !t.is_empty())
}
