//! A conversation: one customer, one inbox, and where the work on it stands.

use jiff::Timestamp;

use super::{Map, words};

words! {
    Status { Open = "open", Resolved = "resolved", Pending = "pending", Snoozed = "snoozed" }
}

words! {
    Priority { Low = "low", Medium = "medium", High = "high", Urgent = "urgent" }
}

/// Who works on a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignee {
    User(i64),
    AgentBot(i64),
}

#[derive(Clone, Debug)]
pub struct Conversation {
    /// The display id. With one account it is the row id too.
    pub id: i64,
    pub uuid: String,
    pub inbox_id: i64,
    pub contact_id: i64,
    pub contact_inbox_id: i64,
    pub status: Status,
    pub priority: Option<Priority>,
    pub assignee: Option<Assignee>,
    pub team_id: Option<i64>,
    pub labels: Vec<String>,
    /// The tagging library's cache of `labels`; empty until labels are set for the first time.
    pub cached_label_list: Option<String>,
    pub custom_attributes: Map,
    pub additional_attributes: Map,
    pub snoozed_until: Option<Timestamp>,
    pub first_reply_created_at: Option<Timestamp>,
    pub waiting_since: Option<Timestamp>,
    pub agent_last_seen_at: Option<Timestamp>,
    pub assignee_last_seen_at: Option<Timestamp>,
    pub contact_last_seen_at: Option<Timestamp>,
    pub last_activity_at: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The unsent text of the shared editor.
    pub editor_draft: Option<String>,
    /// Ids of its messages, oldest first.
    pub messages: Vec<i64>,
    /// Of messages of one instant a database may call any the last: this one, as long as nothing later is written.
    pub last_of_instant: Option<i64>,
}

impl Conversation {
    pub fn assignee_user(&self) -> Option<i64> {
        match self.assignee {
            Some(Assignee::User(id)) => Some(id),
            _ => None,
        }
    }
}
