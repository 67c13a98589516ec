//! E-mail inboxes: a mail becomes a message, and a reply becomes a mail.

use serde_json::{Value, json};

use crate::channel_text;
use crate::desk::Desk;
use crate::dialect::since;
use crate::json::iso;
use crate::mail::text::{from_html, new_part};
use crate::model::{Channel, Map, Message, MessageType, Sender};
use crate::refusal::Refusal;

use super::contacts::NewContact;
use super::conversations::NewConversation;
use super::messages::{NewAttachment, NewMessage, Recipients};

/// The host in the addresses and message ids that the desk makes up.
const DOMAIN: &str = "in.acme.test";

/// A mail as it came in, taken apart. Addresses and ids are without angle brackets.
#[derive(Clone, Debug, Default)]
pub struct IncomingMail {
    pub from: String,
    pub from_name: Option<String>,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub subject: Option<String>,
    pub message_id: String,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// ISO 8601 with the sender's own offset.
    pub date: Option<String>,
    pub content_type: Option<String>,
    pub multipart: bool,
    pub text: Option<String>,
    pub html: Option<String>,
    /// Written by a machine: an absence note, for example.
    pub auto_reply: bool,
    pub attachments: Vec<NewAttachment>,
}

impl IncomingMail {
    fn recipients(&self) -> impl Iterator<Item = &String> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    /// `content_attributes` of the message it becomes.
    fn attributes(&self) -> Map {
        let list_or_null = |list: &[String]| if list.is_empty() { Value::Null } else { json!(list) };
        let (cc, bcc) = (list_or_null(&self.cc), list_or_null(&self.bcc));
        let email = json!({
            "bcc": bcc,
            "cc": cc,
            "content_type": self.content_type,
            "date": self.date,
            "from": [self.from],
            "headers": null,
            "html_content": parts(self.html.as_deref(), from_html),
            "in_reply_to": self.in_reply_to,
            "message_id": self.message_id,
            "multipart": self.multipart,
            "number_of_attachments": self.attachments.len(),
            "references": self.references,
            "subject": self.subject,
            "text_content": parts(self.text.as_deref(), |text| text.replace("\r\n", "\n").trim().to_owned()),
            "to": self.to,
            "auto_reply": self.auto_reply,
        });
        Map::from_iter([
            ("email".to_owned(), email),
            ("cc_email".to_owned(), cc),
            ("bcc_email".to_owned(), bcc),
        ])
    }

    fn into_message(self, sender: i64) -> NewMessage {
        let attributes = self.attributes();
        let reply = |part: &str| attributes["email"][part]["reply"].as_str().map(str::to_owned);
        NewMessage {
            content: Some(reply("text_content").or_else(|| reply("html_content")).unwrap_or_default()),
            content_type: "incoming_email".to_owned(),
            source_id: Some(self.message_id),
            attachments: self.attachments,
            content_attributes: attributes,
            ..NewMessage::text(Sender::Contact(sender), "")
        }
    }
}

/// `full` as it came, `reply` trimmed, and `quoted`, which in spite of its name is the new text only.
fn parts(full: Option<&str>, to_text: impl Fn(&str) -> String) -> Value {
    let Some(full) = full else { return json!({}) };
    let reply = to_text(full);
    json!({"full": full, "reply": reply, "quoted": new_part(&reply)})
}

/// The text of an incoming mail without quoted thread and signature.
pub(super) fn new_text(content_attributes: &Map) -> Option<String> {
    let email = content_attributes.get("email")?;
    let quoted = |part: &str| email[part]["quoted"].as_str().map(str::to_owned);
    quoted("text_content").or_else(|| quoted("html_content"))
}

pub(super) fn is_auto_reply(message: &Message) -> bool {
    message.content_attributes.get("email").is_some_and(|email| email["auto_reply"] == json!(true))
}

/// What an e-mail inbox adds to a reply: to whom it goes, and how it will look. A note only gets the former.
pub(super) fn add_outgoing(
    attributes: &mut Map,
    recipients: Recipients,
    content: Option<&str>,
    private: bool,
) {
    attributes.insert("cc_emails".to_owned(), json!(recipients.cc));
    attributes.insert("bcc_emails".to_owned(), json!(recipients.bcc));
    attributes.insert("to_emails".to_owned(), json!(recipients.to));
    if let Some(text) = content.filter(|text| !private && !text.is_empty()) {
        let html = channel_text::html(text);
        let email = json!({
            "html_content": {"full": html, "reply": html},
            "text_content": {"full": text, "reply": text},
        });
        attributes.insert("email".to_owned(), email);
    }
}

impl Desk {
    /// Files a mail under the conversation it answers, or starts one. `None` if it is for no inbox of this desk.
    pub fn receive_mail(&mut self, mail: IncomingMail) -> Result<Option<i64>, Refusal> {
        let answered = self.answered_by(&mail);
        let inbox = match answered {
            Some(id) => Some(self.conversation(id)?.inbox_id),
            None => self.mailbox_of(&mail),
        };
        let Some(inbox) = inbox else { return Ok(None) };
        let contact = self.writer_of(&mail);
        let address = self.address_in(contact, inbox, Some(mail.from.clone()))?;
        let id = match answered {
            Some(id) => id,
            None => self.create_conversation(NewConversation {
                additional_attributes: Map::from_iter([
                    ("source".to_owned(), json!("email")),
                    ("auto_reply".to_owned(), json!(mail.auto_reply)),
                    ("in_reply_to".to_owned(), json!(mail.in_reply_to)),
                    ("initiated_at".to_owned(), json!({"timestamp": iso(self.now())})),
                    ("mail_subject".to_owned(), json!(mail.subject)),
                ]),
                ..NewConversation::of(address)
            })?,
        };
        let mut message = mail.into_message(contact);
        let late = match self.version < since::MAIL_FILES_AT_ONCE {
            true => std::mem::take(&mut message.attachments),
            false => Vec::new(),
        };
        let message = self.create_message(id, message)?;
        if !late.is_empty() {
            self.build_pending();
            self.attach_later(message, late);
        }
        Ok(Some(id))
    }

    /// The conversation a mail belongs to: by its reply address, or by a message it answers.
    fn answered_by(&self, mail: &IncomingMail) -> Option<i64> {
        let with_uuid =
            |uuid: &str| self.conversations.values().find(|row| row.uuid == uuid).map(|row| row.id);
        let by_address = mail
            .recipients()
            .find_map(|address| with_uuid(address.split('@').next()?.strip_prefix("reply+")?));
        by_address.or_else(|| {
            mail.in_reply_to.iter().chain(&mail.references).find_map(|id| {
                let ours = id.strip_prefix("conversation/").and_then(|rest| rest.split('/').next());
                ours.and_then(with_uuid).or_else(|| {
                    let answered = |message: &&Message| message.source_id.as_ref() == Some(id);
                    self.messages.values().find(answered).map(|message| message.conversation_id)
                })
            })
        })
    }

    fn mailbox_of(&self, mail: &IncomingMail) -> Option<i64> {
        let is_for = |address: &str| mail.recipients().any(|wanted| wanted.eq_ignore_ascii_case(address));
        let takes = |channel: &Channel| match channel {
            Channel::Email { email, forward_to_email } => is_for(email) || is_for(forward_to_email),
            _ => false,
        };
        self.inboxes.values().find(|inbox| takes(&inbox.channel)).map(|inbox| inbox.id)
    }

    /// The contact with the sender's address, made if there is none.
    fn writer_of(&mut self, mail: &IncomingMail) -> i64 {
        let email = mail.from.to_lowercase();
        let known = self.contacts.values().find(|row| row.email.as_ref() == Some(&email)).map(|row| row.id);
        known.unwrap_or_else(|| {
            let local = email.split('@').next().unwrap_or_default().to_owned();
            let origin = json!(format!("email:{}", mail.message_id));
            self.create_contact(NewContact {
                name: Some(mail.from_name.clone().unwrap_or(local)),
                email: Some(email),
                additional_attributes: Map::from_iter([("source_id".to_owned(), origin)]),
                ..NewContact::default()
            })
        })
    }

    /// A public message of an e-mail inbox leaves as a mail. One that names a source is taken for one that came from
    /// the channel, and is never sent: Chatwoot's own trap.
    pub(super) fn send_as_mail(&mut self, message: &Message) -> Result<(), Refusal> {
        let leaves = matches!(message.message_type, MessageType::Outgoing | MessageType::Template)
            && !message.private
            && message.source_id.is_none()
            && matches!(self.inbox(message.inbox_id)?.channel, Channel::Email { .. });
        if leaves {
            self.unsent_mails.push(message.id);
        }
        Ok(())
    }

    /// What a job does soon after the action that wrote the messages: a mail that left gives its message an id.
    pub(crate) fn send_mails(&mut self) {
        for id in std::mem::take(&mut self.unsent_mails) {
            let Ok(message) = self.message(id) else { continue };
            let Ok(conversation) = self.conversation(message.conversation_id) else { continue };
            let source_id = format!("conversation/{}/messages/{id}@{DOMAIN}", conversation.uuid);
            // The message was just found, so there is nothing to refuse.
            let _ = self.update_message(id, |row| row.source_id = Some(source_id));
        }
    }
}
