//! A message: top level of a message event, REST message, and the push shape; and who wrote it (contract §2.6).

use super::contact::filled;
use super::rendered::{is_rendered, written};
use super::{Moment, Unreadable, free_object, or_default};
use hotdash_core::conversation::{
    Attachment, Author, Channel, Contact, CsatAnswer, DeliveryStatus, Direction, Envelope, Marks, Message,
};
use hotdash_core::ids::{AgentId, ContactId, ConversationId, EffectId, MessageId};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// What stands before our id in the mark of an automatic message.
pub(crate) const AUTOMATIC: &str = "hotdash:";

#[derive(Debug, Clone, Deserialize)]
pub struct WireMessage {
    pub(crate) id: i64,
    /// `null` when its creator sent none.
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    content_type: Option<String>,
    #[serde(default, deserialize_with = "free_object")]
    content_attributes: Map<String, Value>,
    #[serde(default, deserialize_with = "free_object")]
    additional_attributes: Map<String, Value>,
    message_type: WireDirection,
    #[serde(default)]
    created_at: Moment,
    #[serde(default, deserialize_with = "or_default")]
    private: bool,
    #[serde(default)]
    source_id: Option<String>,
    #[serde(default)]
    sender: Option<WireSender>,
    /// Absent at the top level of events.
    #[serde(default)]
    status: Option<String>,
    /// The display id; only in REST and push shapes.
    #[serde(default)]
    conversation_id: Option<i64>,
    /// Absent when there are none.
    #[serde(default, deserialize_with = "or_default")]
    attachments: Vec<WireAttachment>,
}

/// A user, a bot, Captain, or a contact: only contacts may lack the type.
#[derive(Debug, Clone, Deserialize)]
struct WireSender {
    #[serde(default)]
    id: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct WireAttachment {
    #[serde(default, deserialize_with = "or_default")]
    file_type: String,
    #[serde(default)]
    data_url: Option<String>,
    #[serde(default)]
    fallback_title: Option<String>,
    #[serde(default)]
    file_size: Option<i64>,
}

/// Text at the top of events, a number everywhere else, and now and then the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct WireDirection(Direction);

/// What the message's own JSON does not say but its surroundings do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Surroundings<'a> {
    pub(crate) conversation: Option<i64>,
    /// The customer of the conversation, for messages whose sender is gone.
    pub(crate) contact: Option<&'a Contact>,
    pub(crate) status: Option<&'a str>,
    pub(crate) delivered: Option<Delivered<'a>>,
}

/// What else a delivery says of its message's text. Some versions rendered the text of deliveries; REST never does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivered<'a> {
    pub(crate) channel: &'a Channel,
    /// The same message as it is nested in its conversation, where it is.
    pub(crate) nested: Option<&'a str>,
}

impl WireMessage {
    pub(crate) fn into_core(self, around: Surroundings<'_>) -> Result<Message, Unreadable> {
        let conversation = around.conversation.or(self.conversation_id);
        let status = self.status.as_deref().or(around.status);
        Ok(Message {
            id: MessageId(self.id),
            conversation: ConversationId(
                conversation.ok_or_else(|| Unreadable::at("conversation_id", "is missing"))?,
            ),
            new_text: self.new_text(),
            content: self.written(around.delivered),
            envelope: self.envelope(),
            author: self.author(around.contact),
            marks: self.marks(),
            delivery: status.and_then(delivery),
            direction: self.message_type.0,
            created_at: self.created_at.0.ok_or_else(|| Unreadable::at("created_at", "is missing"))?,
            content_type: self.content_type.unwrap_or_else(|| "text".to_owned()),
            private: self.private,
            attachments: self.attachments.into_iter().map(WireAttachment::into_core).collect(),
            source_id: filled(self.source_id),
        })
    }

    /// The text as its author wrote it. Deliveries of 4.9 to 4.12.0 carry HTML in inboxes that send HTML (contract §9).
    fn written(&self, delivered: Option<Delivered<'_>>) -> Option<String> {
        let content = self.content.as_deref()?;
        let renders = |around: &Delivered<'_>| matches!(around.channel, Channel::WebWidget | Channel::Email);
        match delivered.filter(renders) {
            Some(around) if is_rendered(content) => {
                // Only the top level has a survey's link.
                let nested = around.nested.filter(|_| self.content_type.as_deref() != Some("input_csat"));
                let mail = || self.mail_text("reply");
                let known = nested.filter(|nested| !nested.is_empty()).or_else(mail);
                Some(known.map(str::to_owned).unwrap_or_else(|| written(content)))
            }
            _ => Some(content.to_owned()),
        }
    }

    /// A part of an e-mail's text as Chatwoot took it apart.
    fn mail_text(&self, part: &str) -> Option<&str> {
        let text = self.content_attributes.get("email")?.get("text_content")?.get(part)?.as_str()?;
        Some(text).filter(|text| !text.trim().is_empty())
    }

    /// In spite of its name Chatwoot's `quoted` is the new text only, without quoted thread and signature.
    fn new_text(&self) -> Option<String> {
        let email = self.content_attributes.get("email")?;
        if self.message_type.0 != Direction::Incoming {
            return None;
        }
        let new =
            |part: &str| email.get(part)?.get("quoted")?.as_str().map(str::trim).filter(|t| !t.is_empty());
        new("text_content").or_else(|| new("html_content")).map(str::to_owned)
    }

    fn envelope(&self) -> Option<Envelope> {
        let email = self.content_attributes.get("email")?.as_object()?;
        if self.message_type.0 != Direction::Incoming {
            return None;
        }
        // A list, one address, or nothing.
        let addresses = |key: &str| -> Vec<String> {
            let all = match email.get(key) {
                Some(Value::Array(all)) => all.as_slice(),
                Some(one) => std::slice::from_ref(one),
                None => &[],
            };
            all.iter().filter_map(|one| filled(one.as_str().map(|one| one.trim().to_owned()))).collect()
        };
        Some(Envelope {
            subject: filled(email.get("subject").and_then(Value::as_str).map(str::to_owned)),
            from: addresses("from"),
            to: addresses("to"),
            cc: addresses("cc"),
            bcc: addresses("bcc"),
        })
    }

    /// The order matters: what a message *is* beats who happens to be named as its sender.
    fn author(&self, contact: Option<&Contact>) -> Author {
        let direction = self.message_type.0;
        if direction == Direction::Activity {
            return Author::Activity;
        }
        let sender = self.sender.as_ref().and_then(|s| Some((s.kind.as_deref(), s.id?, s.name.clone())));
        match sender {
            Some((Some("agent_bot"), id, name)) => return Author::Bot { id: AgentId(id), name },
            Some((Some("captain_assistant"), id, name)) => return Author::Captain { id: AgentId(id), name },
            _ => {}
        }
        if let Some(rule) = self.content_attributes.get("automation_rule_id").and_then(id_text) {
            return Author::Automation { rule };
        }
        if let Some(id) = self.additional_attributes.get("campaign_id").and_then(id_text) {
            return Author::Campaign { id };
        }
        if direction == Direction::Incoming {
            return match (sender, contact) {
                (Some((_, id, name)), _) => Author::Customer { id: ContactId(id), name },
                (None, Some(c)) => Author::Customer { id: c.id, name: c.name.clone() },
                (None, None) => Author::Unknown,
            };
        }
        // WhatsApp surveys are outgoing, not template.
        let is_survey = self.content_type.as_deref() == Some("input_csat");
        match sender {
            None if direction == Direction::Template || is_survey => Author::Template,
            _ if self.content_attributes.get("external_echo").is_some_and(truthy) => Author::NativeApp,
            Some((Some("user"), id, name)) => Author::Agent { id: AgentId(id), name },
            _ => Author::Unknown,
        }
    }

    fn marks(&self) -> Marks {
        let attributes = &self.content_attributes;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        Marks {
            deleted: attributes.get("deleted").is_some_and(truthy),
            auto_reply: attributes.get("email").and_then(|e| e.get("auto_reply")).is_some_and(truthy),
            in_reply_to: attributes.get("in_reply_to").and_then(Value::as_i64).map(MessageId),
            effect: filled(text(attributes.get("hotdash").and_then(|h| h.get("id"))))
                .or_else(|| {
                    Some(text(attributes.get("automation_rule_id"))?.strip_prefix(AUTOMATIC)?.to_owned())
                })
                .map(EffectId),
            external_error: filled(text(attributes.get("external_error"))),
            csat: attributes.get("submitted_values").and_then(csat),
        }
    }
}

fn csat(submitted: &Value) -> Option<CsatAnswer> {
    let answer = submitted.get("csat_survey_response")?;
    let rating = answer.get("rating")?;
    let rating = rating.as_u64().or_else(|| rating.as_str()?.trim().parse().ok())?;
    let rating = u8::try_from(rating).ok().filter(|r| (1..=5).contains(r))?;
    let feedback = answer.get("feedback_message").and_then(Value::as_str).map(str::to_owned);
    Some(CsatAnswer { rating, feedback: filled(feedback) })
}

fn delivery(status: &str) -> Option<DeliveryStatus> {
    match status {
        "sent" => Some(DeliveryStatus::Sent),
        "delivered" => Some(DeliveryStatus::Delivered),
        "read" => Some(DeliveryStatus::Read),
        "failed" => Some(DeliveryStatus::Failed),
        _ => None,
    }
}

fn truthy(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// Identifiers in free attributes come as numbers or as text, by whoever wrote them.
fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

impl WireAttachment {
    fn into_core(self) -> Attachment {
        let titled = matches!(self.file_type.as_str(), "location" | "fallback" | "contact");
        let url = filled(self.data_url);
        let name = if titled { self.fallback_title } else { url.as_deref().and_then(file_name) };
        Attachment { kind: self.file_type, name: filled(name), url, size_bytes: self.file_size }
    }
}

/// The last path segment, percent-decoded. It is the sender's text: never a path on our side.
fn file_name(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let (_, last) = path.rsplit_once('/')?;
    Some(percent_decoded(last))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2)).flatten();
        let mut byte = [0];
        match escaped {
            Some(digits) if hex::decode_to_slice(digits, &mut byte).is_ok() => {
                bytes.push(byte[0]);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl<'de> Deserialize<'de> for WireDirection {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(DirectionVisitor)
    }
}

struct DirectionVisitor;

impl Visitor<'_> for DirectionVisitor {
    type Value = WireDirection;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("incoming, outgoing, activity, template or 0 to 3")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<WireDirection, E> {
        match text {
            "incoming" => Ok(WireDirection(Direction::Incoming)),
            "outgoing" => Ok(WireDirection(Direction::Outgoing)),
            "activity" => Ok(WireDirection(Direction::Activity)),
            "template" => Ok(WireDirection(Direction::Template)),
            other => Err(E::unknown_variant(other, &["incoming", "outgoing", "activity", "template"])),
        }
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<WireDirection, E> {
        match number {
            0 => Ok(WireDirection(Direction::Incoming)),
            1 => Ok(WireDirection(Direction::Outgoing)),
            2 => Ok(WireDirection(Direction::Activity)),
            3 => Ok(WireDirection(Direction::Template)),
            other => Err(E::invalid_value(de::Unexpected::Unsigned(other), &self)),
        }
    }
}
