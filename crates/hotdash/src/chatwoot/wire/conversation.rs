//! A conversation: the webhook object and the REST object.

use super::contact::filled;
use super::{Moment, Unreadable, WireContact, free_object, or_default};
use hotdash_core::conversation::{Assignee, Channel, Contact, Conversation, Priority, Status, TeamRef};
use hotdash_core::ids::{AgentId, ContactId, ConversationId, InboxId, TeamId};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Clone, Deserialize)]
pub struct WireConversation {
    /// The display id; the database id is never shown.
    pub(crate) id: i64,
    inbox_id: i64,
    /// Webhooks; REST has it in `meta`.
    #[serde(default)]
    channel: Option<String>,
    status: WireStatus,
    #[serde(default)]
    priority: Option<WirePriority>,
    #[serde(default, deserialize_with = "or_default")]
    labels: Vec<String>,
    #[serde(default)]
    can_reply: Option<bool>,
    #[serde(default)]
    contact_inbox: Option<WireContactInbox>,
    #[serde(default, deserialize_with = "or_default")]
    meta: Meta,
    #[serde(default, deserialize_with = "free_object")]
    additional_attributes: Map<String, Value>,
    #[serde(default, deserialize_with = "free_object")]
    custom_attributes: Map<String, Value>,
    #[serde(default)]
    snoozed_until: Moment,
    #[serde(default)]
    first_reply_created_at: Moment,
    #[serde(default)]
    waiting_since: Moment,
    #[serde(default)]
    last_activity_at: Moment,
    /// The same as `last_activity_at`; the only one of the two before 3.12.
    #[serde(default)]
    timestamp: Moment,
    #[serde(default)]
    created_at: Moment,
    #[serde(default)]
    updated_at: Moment,
    /// At most one: webhooks show the last public one, REST the very last of any kind.
    #[serde(default, deserialize_with = "or_default")]
    messages: Vec<NestedMessage>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Meta {
    #[serde(default)]
    sender: Option<WireContact>,
    /// `null` in webhooks and absent in REST when there is none; a person or a bot.
    #[serde(default)]
    assignee: Option<WireAssignee>,
    /// Since 4.8.
    #[serde(default)]
    assignee_type: Option<String>,
    #[serde(default)]
    team: Option<WireTeamRef>,
    #[serde(default)]
    channel: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct WireAssignee {
    id: i64,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct WireTeamRef {
    id: i64,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct WireContactInbox {
    #[serde(default)]
    contact_id: Option<i64>,
    /// The address on the channel.
    #[serde(default)]
    source_id: Option<String>,
}

/// Of the nested message only what the top level of a message event does not say.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct NestedMessage {
    pub(crate) id: i64,
    /// As written, in every version.
    #[serde(default)]
    pub(crate) content: Option<String>,
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default)]
    pub(crate) updated_at: Moment,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireStatus {
    Open,
    Resolved,
    Pending,
    Snoozed,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WirePriority {
    Low,
    Medium,
    High,
    Urgent,
}

impl WireConversation {
    /// The nested message with this number, if the desk happened to show it.
    pub(crate) fn nested(&self, message: i64) -> Option<&NestedMessage> {
        self.messages.iter().find(|m| m.id == message)
    }

    /// `at` is the path of this object in the body, for errors.
    pub(crate) fn into_core(self, at: &str) -> Result<Conversation, Unreadable> {
        let missing = |key: &str| Unreadable::at(format!("{at}{key}"), "is missing");
        let contact = self.contact().ok_or_else(|| missing("meta.sender"))?;
        let text = |key: &str| self.additional_attributes.get(key).and_then(Value::as_str).map(str::to_owned);
        Ok(Conversation {
            id: ConversationId(self.id),
            inbox: InboxId(self.inbox_id),
            channel: self.kind_of_channel(),
            status: self.status.into(),
            priority: self.priority.map(Priority::from),
            subject: filled(text("mail_subject")),
            browser_language: filled(text("browser_language")),
            labels: self.labels,
            can_reply: self.can_reply.unwrap_or(true),
            contact,
            assignee: self.meta.assignee.map(|a| a.into_core(self.meta.assignee_type.as_deref())),
            team: self.meta.team.map(|t| TeamRef { id: TeamId(t.id), name: t.name }),
            custom_attributes: self.custom_attributes,
            snoozed_until: self.snoozed_until.0,
            first_reply_at: self.first_reply_created_at.0,
            waiting_since: self.waiting_since.0,
            last_activity_at: self.last_activity_at.0.or(self.timestamp.0),
            created_at: self.created_at.0.ok_or_else(|| missing("created_at"))?,
            updated_at: self.updated_at.0,
        })
    }

    /// Two networks can hide behind one of Chatwoot's channels.
    fn kind_of_channel(&self) -> Channel {
        let source = self.contact_inbox.as_ref().and_then(|row| row.source_id.as_deref());
        let kind = self.additional_attributes.get("type").and_then(Value::as_str);
        match channel(self.channel.as_deref().or(self.meta.channel.as_deref())) {
            // Twilio sends to WhatsApp, too; only the address tells.
            Channel::Sms if source.is_some_and(|source| source.starts_with("whatsapp:")) => Channel::Whatsapp,
            Channel::Facebook if kind == Some("instagram_direct_message") => Channel::Instagram,
            channel => channel,
        }
    }

    fn contact(&self) -> Option<Contact> {
        if let Some(sender) = &self.meta.sender {
            return Some(sender.clone().into_core());
        }
        // A contact deleted meanwhile leaves only its number behind.
        let id = self.contact_inbox.as_ref()?.contact_id?;
        Some(Contact {
            id: ContactId(id),
            name: String::new(),
            email: None,
            phone: None,
            identifier: None,
            blocked: false,
            custom_attributes: Map::new(),
        })
    }
}

impl WireAssignee {
    fn into_core(self, assignee_type: Option<&str>) -> Assignee {
        let is_bot = match assignee_type {
            Some(kind) => kind != "User",
            None => self.kind.as_deref().is_some_and(|kind| kind != "user"),
        };
        Assignee { id: AgentId(self.id), name: self.name, is_bot }
    }
}

/// `Channel::WebWidget` and friends.
pub(crate) fn channel(name: Option<&str>) -> Channel {
    match name.unwrap_or_default() {
        "Channel::WebWidget" => Channel::WebWidget,
        "Channel::Email" => Channel::Email,
        "Channel::Api" => Channel::Api,
        "Channel::Sms" | "Channel::TwilioSms" => Channel::Sms,
        "Channel::Whatsapp" => Channel::Whatsapp,
        "Channel::FacebookPage" => Channel::Facebook,
        "Channel::Instagram" => Channel::Instagram,
        "Channel::Telegram" => Channel::Telegram,
        "Channel::Line" => Channel::Line,
        "Channel::TwitterProfile" => Channel::Twitter,
        "Channel::Tiktok" => Channel::Tiktok,
        other => Channel::Other(other.to_owned()),
    }
}

impl From<WireStatus> for Status {
    fn from(status: WireStatus) -> Self {
        match status {
            WireStatus::Open => Self::Open,
            WireStatus::Resolved => Self::Resolved,
            WireStatus::Pending => Self::Pending,
            WireStatus::Snoozed => Self::Snoozed,
        }
    }
}

impl From<WirePriority> for Priority {
    fn from(priority: WirePriority) -> Self {
        match priority {
            WirePriority::Low => Self::Low,
            WirePriority::Medium => Self::Medium,
            WirePriority::High => Self::High,
            WirePriority::Urgent => Self::Urgent,
        }
    }
}
