//! Conversations, messages and people in our words, not in Chatwoot's JSON.
//!
//! These types carry no wire format of anybody else: the shell translates. Their `Serialize` is our own storage form.

use crate::ids::{AgentId, ContactId, ConversationId, InboxId, MessageId, TeamId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The state of a conversation as one payload or answer of the desk showed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    pub id: ConversationId,
    pub inbox: InboxId,
    pub channel: Channel,
    pub status: Status,
    pub priority: Option<Priority>,
    pub labels: Vec<String>,
    /// `false` when the channel's messaging window is closed.
    pub can_reply: bool,
    pub contact: Contact,
    pub assignee: Option<Assignee>,
    pub team: Option<TeamRef>,
    /// The subject of an e-mail conversation.
    pub subject: Option<String>,
    /// What the browser said, e.g. `de`; a hint only.
    pub browser_language: Option<String>,
    pub custom_attributes: Map<String, Value>,
    pub snoozed_until: Option<Timestamp>,
    pub first_reply_at: Option<Timestamp>,
    /// Since when the customer waits for a person; `None` when nobody waits.
    pub waiting_since: Option<Timestamp>,
    pub last_activity_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// When Chatwoot last saved it, to the microsecond (`None` before 4.0.2). The newest wins.
    pub updated_at: Option<Timestamp>,
}

/// The kind of an inbox.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    WebWidget,
    Email,
    Api,
    Sms,
    Whatsapp,
    Facebook,
    Instagram,
    Telegram,
    Line,
    Twitter,
    Tiktok,
    /// One we have no special behaviour for, e.g. `Channel::Voice`.
    Other(String),
}

impl Channel {
    /// The word used in rules; of an unknown kind Chatwoot's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::WebWidget => "web_widget",
            Self::Email => "email",
            Self::Api => "api",
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
            Self::Facebook => "facebook",
            Self::Instagram => "instagram",
            Self::Telegram => "telegram",
            Self::Line => "line",
            Self::Twitter => "twitter",
            Self::Tiktok => "tiktok",
            Self::Other(name) => name,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Open,
    Resolved,
    /// Handled by a bot; not to be treated as open.
    Pending,
    Snoozed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    Medium,
    High,
    Urgent,
}

impl Priority {
    /// Chatwoot's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub identifier: Option<String>,
    pub blocked: bool,
    pub custom_attributes: Map<String, Value>,
}

/// Who has the conversation: a person or a bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignee {
    pub id: AgentId,
    pub name: String,
    pub is_bot: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamRef {
    pub id: TeamId,
    pub name: String,
}

/// A person who answers on the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub email: String,
    pub availability: Availability,
    pub is_administrator: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    Online,
    Busy,
    Offline,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub conversation: ConversationId,
    /// As Chatwoot gave it: Markdown source, or the whole text part of an e-mail.
    pub content: Option<String>,
    /// An e-mail's new text without quoted thread and signature; `None` where there is no such distinction.
    pub new_text: Option<String>,
    /// Of an e-mail that came in: who wrote it to whom.
    #[serde(default)]
    pub envelope: Option<Envelope>,
    pub content_type: String,
    pub direction: Direction,
    /// A private note: never shown to the customer.
    pub private: bool,
    pub author: Author,
    pub created_at: Timestamp,
    pub attachments: Vec<Attachment>,
    pub marks: Marks,
    pub source_id: Option<String>,
    /// What the channel said of an outgoing message, where the payload told.
    pub delivery: Option<DeliveryStatus>,
}

impl Message {
    /// The words to analyse and to answer: the new text where the channel distinguishes it, else everything.
    #[must_use]
    pub fn text(&self) -> &str {
        self.new_text.as_deref().or(self.content.as_deref()).unwrap_or("")
    }

    /// The same words, however they are dressed: some versions of Chatwoot deliver HTML where others have Markdown.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let words = |message: &Self| {
            let mut in_tag = false;
            let mut words = String::new();
            for c in message.text().chars() {
                match c {
                    '<' => in_tag = true,
                    '>' if in_tag => in_tag = false,
                    c if !in_tag && c.is_alphanumeric() => words.push(c),
                    _ => {}
                }
            }
            words
        };
        words(self) == words(other)
    }

    /// A message that the customer wrote (an automatic reply of their mailbox is not one).
    #[must_use]
    pub fn is_from_customer(&self) -> bool {
        matches!(self.author, Author::Customer { .. }) && !self.private && !self.marks.auto_reply
    }

    /// A public answer by a person of the desk, as Chatwoot counts it.
    #[must_use]
    pub fn is_human_reply(&self) -> bool {
        !self.private
            && self.direction == Direction::Outgoing
            && matches!(self.author, Author::Agent { .. } | Author::NativeApp)
    }
}

/// The addresses of an e-mail, as its sender wrote them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    pub subject: Option<String>,
    pub from: Vec<String>,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
}

impl Envelope {
    /// Who gets a copy of the answer, as Chatwoot's own editor proposes it: everybody the customer wrote to openly,
    /// and whoever wrote in their place, except the customer and the desk's own addresses. Who was copied in secret
    /// stays secret.
    #[must_use]
    pub fn copies(&self, customer: Option<&str>, own: &[String]) -> Vec<String> {
        let same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
        let is_own = |address: &str| {
            own.iter().any(|own| same(own, address))
                || customer.is_some_and(|customer| same(customer, address))
                // Chatwoot's own reply addresses lead back to the conversation.
                || address.trim_start().to_ascii_lowercase().starts_with("reply+")
        };
        let mut copies: Vec<String> = Vec::new();
        for address in self.from.iter().chain(&self.cc).chain(&self.to).filter(|address| !is_own(address)) {
            // Chatwoot refuses the whole reply for one address that is none.
            let is_address = address.split_once('@').is_some_and(|(who, host)| {
                !who.is_empty()
                    && host.contains('.')
                    && !address.contains(|c: char| c.is_whitespace() || c == ',')
            });
            if is_address && !copies.iter().any(|known| same(known, address)) {
                copies.push(address.clone());
            }
        }
        copies
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Incoming,
    Outgoing,
    Activity,
    Template,
}

/// Who wrote a message (contract §2.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Author {
    Customer {
        id: ContactId,
        name: String,
    },
    Agent {
        id: AgentId,
        name: String,
    },
    Bot {
        id: AgentId,
        name: String,
    },
    Captain {
        id: AgentId,
        name: String,
    },
    Automation {
        rule: String,
    },
    Campaign {
        id: String,
    },
    /// Greeting, out-of-office notice, survey.
    Template,
    /// Sent from the channel's native app and echoed by Chatwoot.
    NativeApp,
    /// Chatwoot's own "Ben assigned…" lines (REST only).
    Activity,
    /// No sender and no trace of one, e.g. a deleted user.
    Unknown,
}

/// Facts about a message that change what we do with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    pub deleted: bool,
    /// An automatic e-mail reply of the customer's mailbox.
    pub auto_reply: bool,
    pub in_reply_to: Option<MessageId>,
    /// Our own mark: the effect that made this message.
    pub effect: Option<crate::ids::EffectId>,
    /// What a failed send left behind.
    pub external_error: Option<String>,
    /// A survey's answer.
    pub csat: Option<CsatAnswer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsatAnswer {
    /// 1…5
    pub rating: u8,
    pub feedback: Option<String>,
}

/// A survey's answer as the desk lists it; the same one stands in the marks of its message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyAnswer {
    /// The desk's number of the answer, not of the message.
    pub id: i64,
    pub conversation: ConversationId,
    /// The survey that was answered.
    pub message: MessageId,
    pub contact: Option<ContactId>,
    /// Who had the conversation when it was answered.
    pub agent: Option<AgentId>,
    /// 1…5
    pub rating: u8,
    pub feedback: Option<String>,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    Sent,
    Delivered,
    Read,
    Failed,
}

/// A file or place that came with a message. Its name is the sender's: untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Chatwoot's `file_type`: image, audio, video, file, location, fallback, …
    pub kind: String,
    pub name: Option<String>,
    pub url: Option<String>,
    pub size_bytes: Option<i64>,
}

#[cfg(test)]
mod tests;
