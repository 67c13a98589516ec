//! Messages in their four shapes: nested, webhook, REST, and what the customer reads.

use serde_json::{Value, json};

use super::{contact, people};
use crate::channel_text;
use crate::desk::Desk;
use crate::dialect::since;
use crate::json::iso;
use crate::model::{Attachment, Channel, Conversation, Message, MessageType, Sender};

/// What a door lets through: whether answers know who is online.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// REST: the account is current, so availability is known.
    Rest,
    /// Webhooks, the widget and the public interface.
    Outside,
}

/// The message as it stands inside a conversation (`messages[0]`): every column, plus its surroundings.
pub(crate) fn nested(desk: &Desk, conversation: &Conversation, message: &Message, door: Door) -> Value {
    let (sender_type, sender_id) = match message.sender {
        Sender::Nobody => (None, None),
        Sender::User(id) => (Some("User"), Some(id)),
        Sender::AgentBot(id) => (Some("AgentBot"), Some(id)),
        Sender::Contact(id) => (Some("Contact"), Some(id)),
    };
    let mut value = json!({
        "id": message.id,
        "content": message.content,
        "account_id": desk.account.id,
        "inbox_id": message.inbox_id,
        "conversation_id": conversation.id,
        "message_type": message.message_type.number(),
        "created_at": message.created_at.as_second(),
        "updated_at": iso(message.updated_at),
        "private": message.private,
        "status": message.status.as_str(),
        "source_id": message.source_id,
        "content_type": message.content_type,
        "content_attributes": message.content_attributes,
        "sender_type": sender_type,
        "sender_id": sender_id,
        "external_source_ids": {},
        "additional_attributes": message.additional_attributes,
        "processed_message_content": message.processed_message_content,
        "sentiment": {},
        "conversation": {
            "assignee_id": conversation.assignee_user(),
            "unread_count": desk.unread_count(conversation),
            "last_activity_at": conversation.last_activity_at.as_second(),
            "contact_inbox": {"source_id": desk.source_id(conversation)},
        },
    });
    add_attachments(desk, message, &mut value);
    if let Some(sender) = sender_push(desk, message.sender, door) {
        value["sender"] = sender;
    }
    value
}

/// The body of `message_created` and `message_updated`, without `event`.
pub(crate) fn webhook(desk: &Desk, message: &Message) -> Option<Value> {
    let conversation = desk.conversations.get(&message.conversation_id)?;
    let inbox = desk.inboxes.get(&message.inbox_id)?;
    let mut value = json!({
        "account": super::account(desk),
        "additional_attributes": message.additional_attributes,
        "content_attributes": message.content_attributes,
        "content_type": message.content_type,
        "content": webhook_content(desk, conversation, message),
        "conversation": super::conversation::webhook(desk, conversation),
        "created_at": iso(message.created_at),
        "id": message.id,
        "inbox": {"id": inbox.id, "name": inbox.name},
        "message_type": message.message_type.as_str(),
        "private": message.private,
        "sender": sender_webhook(desk, message.sender),
        "source_id": message.source_id,
    });
    add_attachments(desk, message, &mut value);
    Some(value)
}

/// A survey outside the widget carries its address; other text loses hard-break backslashes and trailing newlines.
/// For a while desks told the text as its channel carries it.
fn webhook_content(desk: &Desk, conversation: &Conversation, message: &Message) -> Option<String> {
    let content = message.content.as_ref()?;
    let channel = desk.inboxes.get(&message.inbox_id).map(|inbox| &inbox.channel);
    if message.content_type == "input_csat" && !matches!(channel, Some(Channel::WebWidget(_))) {
        let uuid = &conversation.uuid;
        return Some(format!("Please rate this conversation, {}/survey/responses/{uuid}", desk.base_url));
    }
    if desk.version >= since::CONTENT_NORMALISED {
        return Some(content.replace("\\\n", "\n").trim_end_matches('\n').to_owned());
    }
    let as_sent = (since::CONTENT_AS_SENT..since::CONTENT_RAW_AGAIN).contains(&desk.version);
    Some(match channel {
        Some(Channel::WebWidget(_) | Channel::Email { .. }) if as_sent => channel_text::html(content),
        Some(Channel::Sms { .. }) if as_sent => channel_text::plain(content),
        _ => content.clone(),
    })
}

fn sender_webhook(desk: &Desk, sender: Sender) -> Option<Value> {
    match sender {
        Sender::Nobody => None,
        Sender::User(id) => desk.users.get(&id).map(people::user_webhook),
        Sender::AgentBot(id) => desk.bots.get(&id).map(people::bot_webhook),
        Sender::Contact(id) => desk.contacts.get(&id).map(|row| contact::webhook(desk, row)),
    }
}

fn sender_push(desk: &Desk, sender: Sender, door: Door) -> Option<Value> {
    match sender {
        Sender::Nobody => None,
        Sender::User(id) => desk.users.get(&id).map(|user| people::user_push(user, door == Door::Rest)),
        Sender::AgentBot(id) => desk.bots.get(&id).map(people::bot_push),
        Sender::Contact(id) => desk.contacts.get(&id).map(contact::push),
    }
}

/// The message of REST answers; `echo_id` only where the caller just gave one.
pub(crate) fn rest(desk: &Desk, message: &Message, echo_id: Option<&Value>) -> Value {
    let mut value = json!({
        "id": message.id,
        "content": message.content,
        "inbox_id": message.inbox_id,
    });
    if let Some(echo_id) = echo_id {
        value["echo_id"] = echo_id.clone();
    }
    value["conversation_id"] = json!(message.conversation_id);
    value["message_type"] = json!(message.message_type.number());
    value["content_type"] = json!(message.content_type);
    value["status"] = json!(message.status.as_str());
    value["content_attributes"] = json!(message.content_attributes);
    value["created_at"] = json!(message.created_at.as_second());
    value["private"] = json!(message.private);
    value["source_id"] = json!(message.source_id);
    if let Some(sender) = sender_push(desk, message.sender, Door::Rest) {
        value["sender"] = sender;
    }
    add_attachments(desk, message, &mut value);
    value
}

/// The message as the customer reads it: no status, no `source_id`, and never a note.
pub(crate) fn public(desk: &Desk, message: &Message) -> Value {
    let mut value = json!({
        "id": message.id,
        "content": message.content,
        "message_type": message.message_type.number(),
        "content_type": message.content_type,
        "content_attributes": message.content_attributes,
        "created_at": message.created_at.as_second(),
        "conversation_id": message.conversation_id,
    });
    add_attachments(desk, message, &mut value);
    if let Some(sender) = sender_push(desk, message.sender, Door::Outside) {
        value["sender"] = sender;
    }
    value
}

/// The same in the answer that creates a widget conversation: a template made in this very request still has
/// the word where a number belongs.
pub(crate) fn public_just_made(desk: &Desk, message: &Message) -> Value {
    let mut value = public(desk, message);
    if message.message_type == MessageType::Template {
        value["message_type"] = json!(message.message_type.as_str());
    }
    value
}

/// What the widget answers when its visitor writes.
pub(crate) fn widget_created(desk: &Desk, message: &Message) -> Value {
    let mut value = json!({
        "id": message.id,
        "content": message.content,
        "inbox_id": message.inbox_id,
        "conversation_id": message.conversation_id,
        "message_type": message.message_type.number(),
        "created_at": message.created_at.as_second(),
        "private": message.private,
        "source_id": message.source_id,
        "content_attributes": message.content_attributes,
    });
    add_attachments(desk, message, &mut value);
    if let Some(sender) = sender_push(desk, message.sender, Door::Outside) {
        value["sender"] = sender;
    }
    value
}

/// `attachments` is absent, not empty, where there are none.
fn add_attachments(desk: &Desk, message: &Message, value: &mut Value) {
    if !message.attachments.is_empty() {
        let all: Vec<Value> = message.attachments.iter().map(|a| attachment(desk, message, a)).collect();
        value["attachments"] = json!(all);
    }
}

fn attachment(desk: &Desk, message: &Message, file: &Attachment) -> Value {
    let name = percent_encoded(&file.file_name);
    let base = &desk.base_url;
    let url = format!("{base}/rails/active_storage/blobs/redirect/{}/{name}", file.id);
    let thumb = match file.file_type.as_str() {
        "image" => format!("{base}/rails/active_storage/representations/redirect/{}/{name}", file.id),
        _ => String::new(),
    };
    json!({
        "id": file.id,
        "message_id": message.id,
        "file_type": file.file_type,
        "account_id": desk.account.id,
        "extension": file.file_name.rsplit_once('.').map(|(_, extension)| extension),
        "content_type": file.content_type,
        "data_url": url,
        "thumb_url": thumb,
        "file_size": file.data.len(),
        "width": null,
        "height": null,
    })
}

fn percent_encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => (byte as char).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
