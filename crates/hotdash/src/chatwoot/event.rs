//! From a delivery's body to an event of the core.
//!
//! [`peek()`] is for intake: one cheap pass that proves the whole body to be JSON and finds where it belongs, before
//! anything is stored. [`understand`] is for the worker: the whole event, typed. Neither panics on any input.

mod peek;

pub use peek::{Malformed, Peek, peek};

use super::wire::message::{Delivered, Surroundings};
use super::wire::{Unreadable, WireChanges, WireContact, WireConversation, WireMessage, or_default, read};
use hotdash_core::conversation::{Conversation, Message};
use hotdash_core::event::{Change, Event};
use jiff::Timestamp;
use serde::Deserialize;

/// Why a body is not an event we can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("the body has no `event`; whoever sent it, it was not a Chatwoot webhook")]
    NoEvent,
    #[error(
        "{event}: {path}: {reason}; if Chatwoot really sends this, the reader of this object needs to learn it"
    )]
    WrongShape { event: String, path: String, reason: String },
}

/// Turns a body into an event. Unknown names become [`Event::Other`].
///
/// # Errors
/// [`Misread`] names the event and the JSON path that does not fit.
pub fn understand(body: &[u8]) -> Result<Event, Misread> {
    let name = peek(body)?.event.ok_or(Misread::NoEvent)?;
    typed(&name, body).map_err(|Unreadable { path, reason }| Misread::WrongShape {
        event: name,
        path,
        reason,
    })
}

fn typed(name: &str, body: &[u8]) -> Result<Event, Unreadable> {
    Ok(match name {
        "message_created" => {
            let (message, conversation, changed) = message(body)?;
            Event::MessageCreated { message, conversation, changed }
        }
        "message_updated" => {
            let (message, conversation, changed) = message(body)?;
            Event::MessageUpdated { message, conversation, changed }
        }
        "conversation_created" => Event::ConversationCreated { conversation: conversation(body)? },
        "conversation_updated" => {
            Event::ConversationUpdated { conversation: conversation(body)?, changes: changes(body)? }
        }
        "conversation_status_changed" => {
            Event::ConversationStatusChanged { conversation: conversation(body)? }
        }
        "conversation_opened" => Event::ConversationOpened { conversation: conversation(body)? },
        "conversation_resolved" => Event::ConversationResolved { conversation: conversation(body)? },
        "contact_created" => Event::ContactCreated { contact: read::<WireContact>(body)?.into_core() },
        "contact_updated" => {
            Event::ContactUpdated { contact: read::<WireContact>(body)?.into_core(), changes: changes(body)? }
        }
        "webwidget_triggered" => widget_triggered(body)?,
        "conversation_typing_on" => typing(true, body)?,
        "conversation_typing_off" => typing(false, body)?,
        "inbox_created" | "inbox_updated" => Event::InboxChanged { name: name.to_owned() },
        "account_created" => Event::AccountCreated { name: read::<AccountCreated>(body)?.name },
        called if called == "macro.executed" || called.starts_with("automation_event.") => {
            Event::Called { name: name.to_owned(), conversation: conversation(body)? }
        }
        _ => Event::Other { name: name.to_owned() },
    })
}

/// Message and conversation share the top level, so it is read twice; `flatten` would lose the paths of errors.
fn message(body: &[u8]) -> Result<(Message, Box<Conversation>, Option<Timestamp>), Unreadable> {
    let Around { conversation } = read(body)?;
    let message: WireMessage = read(body)?;
    // Delivery status and time of change are told only by the nested message, and only while it is the same one.
    let nested = conversation.nested(message.id);
    let (status, changed) = (nested.and_then(|m| m.status.clone()), nested.and_then(|m| m.updated_at.0));
    let written = nested.and_then(|m| m.content.clone());
    let conversation = conversation.into_core("conversation.")?;
    let around = Surroundings {
        conversation: Some(conversation.id.0),
        contact: Some(&conversation.contact),
        status: status.as_deref(),
        delivered: Some(Delivered { channel: &conversation.channel, nested: written.as_deref() }),
    };
    Ok((message.into_core(around)?, Box::new(conversation), changed))
}

fn conversation(body: &[u8]) -> Result<Box<Conversation>, Unreadable> {
    read::<WireConversation>(body)?.into_core("").map(Box::new)
}

fn changes(body: &[u8]) -> Result<Vec<Change>, Unreadable> {
    Ok(read::<Changed>(body)?.changed_attributes.into_core())
}

fn widget_triggered(body: &[u8]) -> Result<Event, Unreadable> {
    let triggered: WidgetTriggered = read(body)?;
    let conversation =
        triggered.current_conversation.map(|c| c.into_core("current_conversation.")).transpose()?;
    Ok(Event::WidgetTriggered {
        contact: triggered.contact.into_core(),
        conversation: conversation.map(Box::new),
    })
}

fn typing(on: bool, body: &[u8]) -> Result<Event, Unreadable> {
    let typing: Typing = read(body)?;
    // Users and bots carry a type; contacts carry none.
    let by_customer = typing.user.is_some_and(|u| u.kind.is_none_or(|kind| kind == "contact"));
    Ok(Event::Typing {
        on,
        conversation: Box::new(typing.conversation.into_core("conversation.")?),
        by_customer,
        private: typing.is_private,
    })
}

#[derive(Deserialize)]
struct Around {
    conversation: WireConversation,
}

#[derive(Deserialize)]
struct Changed {
    #[serde(default)]
    changed_attributes: WireChanges,
}

#[derive(Deserialize)]
struct AccountCreated {
    #[serde(default, deserialize_with = "or_default")]
    name: String,
}

#[derive(Deserialize)]
struct WidgetTriggered {
    contact: WireContact,
    #[serde(default)]
    current_conversation: Option<WireConversation>,
}

#[derive(Deserialize)]
struct Typing {
    #[serde(default)]
    user: Option<Typist>,
    conversation: WireConversation,
    #[serde(default, deserialize_with = "or_default")]
    is_private: bool,
}

#[derive(Deserialize)]
struct Typist {
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[cfg(test)]
mod tests;
