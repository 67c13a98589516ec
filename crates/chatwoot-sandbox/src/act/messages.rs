//! Messages: written, answered by templates, updated, deleted, retried.

use bytes::Bytes;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::dialect::since;
use crate::event::{Actor, Event};
use crate::liquid_text;
use crate::model::{
    Attachment, Channel, Conversation, Map, Message, MessageStatus, MessageType, Sender, Status,
};
use crate::refusal::Refusal;

use super::mail;

/// The longest message the desk takes, in characters.
const LONGEST: usize = 150_000;
/// The most messages of any kind one conversation takes in a minute.
const PER_MINUTE: usize = 200;

/// A message to write.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub sender: Sender,
    pub message_type: MessageType,
    pub content: Option<String>,
    pub content_type: String,
    pub content_attributes: Map,
    pub additional_attributes: Map,
    pub private: bool,
    pub source_id: Option<String>,
    pub attachments: Vec<NewAttachment>,
    /// Further addresses; only e-mail inboxes write to them.
    pub recipients: Recipients,
}

/// To whom an e-mail goes beside the customer.
#[derive(Clone, Debug, Default)]
pub struct Recipients {
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub to: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct NewAttachment {
    pub file_name: String,
    pub content_type: String,
    pub data: Bytes,
}

impl NewMessage {
    /// A public text; what kind of message it is follows from who sends it.
    pub fn text(sender: Sender, content: &str) -> Self {
        Self {
            sender,
            message_type: match sender {
                Sender::Contact(_) => MessageType::Incoming,
                Sender::Nobody => MessageType::Template,
                Sender::User(_) | Sender::AgentBot(_) => MessageType::Outgoing,
            },
            content: Some(content.to_owned()),
            content_type: "text".to_owned(),
            content_attributes: Map::new(),
            additional_attributes: Map::new(),
            private: false,
            source_id: None,
            attachments: Vec::new(),
            recipients: Recipients::default(),
        }
    }

    /// A private note.
    pub fn note(sender: Sender, content: &str) -> Self {
        Self { private: true, ..Self::text(sender, content) }
    }
}

impl Desk {
    /// Writes a message, with everything that follows from it.
    pub fn create_message(&mut self, conversation_id: i64, new: NewMessage) -> Result<i64, Refusal> {
        self.conversation(conversation_id)?;
        if new.content.as_ref().is_some_and(|content| content.chars().count() > LONGEST) {
            let text = format!("Validation failed: Content is too long (maximum is {LONGEST} characters)");
            return Err(Refusal::Unprocessable(text));
        }
        if self.messages_of_the_last_minute(conversation_id)? >= PER_MINUTE {
            return Err(Refusal::Unprocessable("Too many messages".to_owned()));
        }
        let id = self.insert_message(conversation_id, new)?;
        let message = self.message(id)?.clone();
        if message.message_type == MessageType::Incoming {
            self.reopen(conversation_id)?;
        }
        self.emit(Event::Message { name: "message_created", message: Box::new(message.clone()) });
        self.update_waiting(&message)?;
        if let (MessageType::Incoming, Sender::Contact(contact)) = (message.message_type, message.sender) {
            if !mail::is_auto_reply(&message) {
                self.say_templates(conversation_id)?;
            }
            self.touch_contact(contact)?;
        }
        self.send_as_mail(&message)?;
        Ok(id)
    }

    fn messages_of_the_last_minute(&self, conversation_id: i64) -> Result<usize, Refusal> {
        let row = self.conversation(conversation_id)?;
        let minute_ago = self.now().checked_sub(SignedDuration::from_mins(1)).unwrap_or(row.created_at);
        // A seeded history stands still or runs fast; only the order of messages can be trusted, so look back.
        Ok(self.messages_of(row).rev().take_while(|message| message.created_at > minute_ago).count())
    }

    /// The row itself, and the conversation's activity: set silently.
    fn insert_message(&mut self, conversation_id: i64, new: NewMessage) -> Result<i64, Refusal> {
        let inbox_id = self.conversation(conversation_id)?.inbox_id;
        let content = match (&new.content, new.message_type) {
            (Some(text), MessageType::Outgoing) => {
                Some(liquid_text::evaluate(text, &self.liquid_values(conversation_id, new.sender)))
            }
            _ => new.content.clone(),
        };
        let processed = mail::new_text(&new.content_attributes).or(new.content);
        let id = self.next_id("messages");
        let now = self.now();
        let attachments = self.stored(new.attachments);
        let mut content_attributes = self.checked_attributes(conversation_id, new.content_attributes);
        if new.message_type == MessageType::Outgoing
            && matches!(self.inbox(inbox_id)?.channel, Channel::Email { .. })
        {
            // What a reply looks like is told since attributes are kept as they are given.
            let shown = content.as_deref().filter(|_| self.version >= since::CUSTOM_CONTENT_ATTRIBUTES);
            mail::add_outgoing(&mut content_attributes, new.recipients, shown, new.private);
        }
        let message = Message {
            id,
            conversation_id,
            inbox_id,
            content,
            processed_message_content: processed,
            message_type: new.message_type,
            content_type: new.content_type,
            content_attributes,
            additional_attributes: new.additional_attributes,
            private: new.private,
            status: MessageStatus::Sent,
            source_id: new.source_id,
            sender: new.sender,
            attachments,
            created_at: now,
            updated_at: now,
        };
        self.messages.insert(id, message);
        if let Some(row) = self.conversations.get_mut(&conversation_id) {
            row.messages.push(id);
            row.last_activity_at = now;
            row.updated_at = now;
        }
        Ok(id)
    }

    fn stored(&mut self, files: Vec<NewAttachment>) -> Vec<Attachment> {
        let stored = files.into_iter().map(|file| Attachment {
            id: self.next_id("attachments"),
            file_type: file_type(&file.content_type).to_owned(),
            file_name: file.file_name,
            content_type: file.content_type,
            data: file.data,
        });
        stored.collect()
    }

    /// Files that reach a message after it was written; nobody is told.
    pub(super) fn attach_later(&mut self, message: i64, files: Vec<NewAttachment>) {
        let files = self.stored(files);
        if let Some(message) = self.messages.get_mut(&message) {
            message.attachments.extend(files);
        }
    }

    /// Attributes are kept as given, but `in_reply_to` must name a message of this conversation, and an
    /// automation rule's mark drives everything else out.
    fn checked_attributes(&self, conversation_id: i64, mut attributes: Map) -> Map {
        if let Some(rule) = attributes.remove("automation_rule_id") {
            return Map::from_iter([("automation_rule_id".to_owned(), rule)]);
        }
        if let Some(reply_to) = attributes.get_mut("in_reply_to") {
            let known = reply_to.as_i64().and_then(|id| self.messages.get(&id));
            if known.is_none_or(|message| message.conversation_id != conversation_id) {
                *reply_to = Value::Null;
            }
        }
        attributes
    }

    /// A customer's message reopens what was resolved or snoozed, unless the customer is blocked.
    fn reopen(&mut self, id: i64) -> Result<(), Refusal> {
        let row = self.conversation(id)?;
        let (status, contact, inbox) = (row.status, row.contact_id, row.inbox_id);
        if self.contact(contact)?.blocked {
            return Ok(());
        }
        let has_bot = self.inbox(inbox)?.agent_bot.is_some();
        match status {
            Status::Snoozed => self.set_status(id, Status::Open, None, Actor::System),
            Status::Resolved if has_bot => self.set_status(id, Status::Pending, None, Actor::System),
            Status::Resolved => self.set_status(id, Status::Open, None, Actor::System),
            Status::Open | Status::Pending => Ok(()),
        }
    }

    /// A wait starts with the customer's first message and ends with the first public answer.
    fn update_waiting(&mut self, message: &Message) -> Result<(), Refusal> {
        let id = message.conversation_id;
        // Telling a bot reads the labels, and a save after that stores their cache.
        let labels_were_read = !self.bots_of(id).is_empty();
        let row = self.conversation(id)?;
        let (first_reply, waiting) = (row.first_reply_created_at, row.waiting_since);
        if message.message_type == MessageType::Incoming {
            if waiting.is_none() {
                self.update_conversation(id, |row| {
                    row.waiting_since = Some(message.created_at);
                    cache_labels(row, labels_were_read);
                })?;
            }
            return Ok(());
        }
        let answers = message.message_type == MessageType::Outgoing
            && !message.private
            && !message.content_attributes.contains_key("automation_rule_id")
            && !message.additional_attributes.contains_key("campaign_id");
        match message.sender {
            Sender::User(_) if answers && first_reply.is_none() => {
                if self.version >= since::REPLY_TOLD_FIRST {
                    self.build_pending();
                }
                self.update_conversation(id, |row| {
                    row.first_reply_created_at = Some(message.created_at);
                    row.waiting_since = None;
                    cache_labels(row, labels_were_read);
                })?;
            }
            Sender::AgentBot(_) if self.version < since::BOT_REPLY_ENDS_WAIT => {}
            Sender::User(_) | Sender::AgentBot(_) if answers && waiting.is_some() => {
                self.update_conversation(id, |row| {
                    row.waiting_since = None;
                    cache_labels(row, labels_were_read);
                })?;
            }
            _ => {}
        }
        Ok(())
    }

    /// What the desk notes down in the thread; no webhook carries it.
    pub(crate) fn note_activity(&mut self, conversation_id: i64, text: String) -> Result<(), Refusal> {
        let activity =
            NewMessage { message_type: MessageType::Activity, ..NewMessage::text(Sender::Nobody, &text) };
        self.insert_message(conversation_id, activity).map(|_| ())
    }

    /// Changes a message in one save and announces the message as it then is.
    pub(crate) fn update_message(
        &mut self,
        id: i64,
        change: impl FnOnce(&mut Message),
    ) -> Result<(), Refusal> {
        let now = self.now();
        let message = self.messages.get_mut(&id).ok_or(Refusal::NotFound)?;
        let before = saved(message);
        change(message);
        // A save that changes nothing is none: a delivery that fails twice must not announce itself for ever.
        if saved(message) == before {
            return Ok(());
        }
        message.updated_at = now;
        let message = Box::new(message.clone());
        self.emit(Event::Message { name: "message_updated", message });
        Ok(())
    }

    /// Leaves a placeholder; author, `source_id` and time stay.
    pub fn delete_message(&mut self, id: i64) -> Result<(), Refusal> {
        self.update_message(id, |message| {
            let placeholder = "This message was deleted".to_owned();
            message.processed_message_content = Some(placeholder.clone());
            message.content = Some(placeholder);
            message.content_type = "text".to_owned();
            message.content_attributes = Map::from_iter([("deleted".to_owned(), json!(true))]);
            message.attachments.clear();
        })
    }

    /// The delivery status, with the carrier's words where it failed.
    pub fn set_message_status(
        &mut self,
        id: i64,
        status: MessageStatus,
        error: Option<String>,
    ) -> Result<(), Refusal> {
        self.update_message(id, |message| {
            message.status = status;
            if status == MessageStatus::Failed {
                message.content_attributes.insert("external_error".to_owned(), json!(error));
            }
        })
    }

    /// Sends a failed message once more: two saves, and all its attributes are gone.
    pub fn retry_message(&mut self, id: i64) -> Result<(), Refusal> {
        self.update_message(id, |message| {
            message.status = MessageStatus::Sent;
            message.content_attributes.insert("external_error".to_owned(), Value::Null);
        })?;
        self.update_message(id, |message| message.content_attributes.clear())
    }

    /// Somebody types, or stopped.
    pub fn type_on(
        &mut self,
        conversation: i64,
        on: bool,
        is_private: bool,
        by: Actor,
    ) -> Result<(), Refusal> {
        self.conversation(conversation)?;
        self.emit(Event::Typing { on, conversation, by, is_private });
        Ok(())
    }

    /// The visitor opened the chat window.
    pub(crate) fn trigger_widget(&mut self, contact_inbox: i64, info: Map) {
        self.emit(Event::WidgetTriggered { contact_inbox, info });
    }

    fn liquid_values(&self, conversation_id: i64, sender: Sender) -> liquid_text::Values {
        let row = self.conversations.get(&conversation_id);
        let contact = row.and_then(|row| self.contacts.get(&row.contact_id));
        let inbox = row.and_then(|row| self.inboxes.get(&row.inbox_id));
        let agent = match sender {
            Sender::User(id) => self.users.get(&id),
            _ => None,
        };
        liquid_text::Values::new(&self.account, row, contact, inbox, agent)
    }
}

fn cache_labels(row: &mut Conversation, were_read: bool) {
    if were_read {
        row.cached_label_list.get_or_insert_default();
    }
}

/// The columns an update can change.
fn saved(message: &Message) -> (Option<String>, Map, MessageStatus, Option<String>, usize) {
    (
        message.content.clone(),
        message.content_attributes.clone(),
        message.status,
        message.source_id.clone(),
        message.attachments.len(),
    )
}

fn file_type(content_type: &str) -> &'static str {
    match content_type.split('/').next() {
        Some("image") => "image",
        Some("audio") => "audio",
        Some("video") => "video",
        _ => "file",
    }
}
