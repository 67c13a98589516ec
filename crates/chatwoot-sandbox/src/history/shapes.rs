//! What a desk's answers hold, as far as rows are made of it. What is not named here follows from the rest.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::model::Map;

#[derive(Deserialize)]
pub(super) struct Agent {
    pub id: i64,
    pub account_id: i64,
    pub availability_status: String,
    pub auto_offline: bool,
    pub email: String,
    pub name: String,
    pub role: String,
}

#[derive(Deserialize)]
pub(super) struct Inbox {
    pub id: i64,
    pub channel_id: i64,
    pub name: String,
    pub channel_type: String,
    pub greeting_enabled: bool,
    pub greeting_message: Option<String>,
    pub working_hours_enabled: bool,
    pub enable_email_collect: bool,
    pub csat_survey_enabled: bool,
    pub enable_auto_assignment: bool,
    pub out_of_office_message: Option<String>,
    pub working_hours: Vec<WorkingHour>,
    pub timezone: String,
    pub allow_messages_after_resolved: bool,
    pub lock_to_single_conversation: bool,
    // Of websites.
    pub widget_color: Option<String>,
    pub website_url: Option<String>,
    pub welcome_title: Option<String>,
    pub welcome_tagline: Option<String>,
    pub website_token: Option<String>,
    pub hmac_mandatory: Option<bool>,
    pub allowed_domains: Option<String>,
    /// Of websites and API inboxes.
    pub hmac_token: Option<String>,
    // Of e-mail.
    pub email: Option<String>,
    pub forward_to_email: Option<String>,
    /// Of SMS.
    pub phone_number: Option<String>,
    // Of API inboxes.
    pub secret: Option<String>,
    pub webhook_url: Option<String>,
    pub inbox_identifier: Option<String>,
    pub additional_attributes: Option<Map>,
}

#[derive(Deserialize)]
pub(super) struct WorkingHour {
    pub day_of_week: i64,
    pub closed_all_day: bool,
    pub open_all_day: bool,
    pub open_hour: Option<i64>,
    pub open_minutes: Option<i64>,
    pub close_hour: Option<i64>,
    pub close_minutes: Option<i64>,
}

/// The answer about one inbox's bot: empty where there is none.
#[derive(Deserialize)]
pub(super) struct InboxBot {
    pub agent_bot: Option<AgentBot>,
}

#[derive(Deserialize)]
pub(super) struct AgentBot {
    pub id: i64,
    pub name: String,
    pub description: Option<String>,
    pub outgoing_url: Option<String>,
    pub bot_config: Value,
    pub access_token: TokenRow,
    pub secret: String,
}

#[derive(Deserialize)]
pub(super) struct TokenRow {
    pub id: i64,
    pub token: String,
    pub created_at: Timestamp,
}

#[derive(Deserialize)]
pub(super) struct Team {
    pub id: i64,
    pub name: String,
    pub description: Option<String>,
    pub allow_auto_assign: bool,
}

#[derive(Deserialize)]
pub(super) struct Label {
    pub id: i64,
    pub title: String,
    pub description: Option<String>,
    pub color: String,
    pub show_on_sidebar: bool,
}

#[derive(Deserialize)]
pub(super) struct Conversation {
    pub meta: Meta,
    pub id: i64,
    pub messages: Vec<Nested>,
    pub last_non_activity_message: Option<Nested>,
    pub uuid: String,
    pub additional_attributes: Map,
    pub agent_last_seen_at: i64,
    pub assignee_last_seen_at: i64,
    pub contact_last_seen_at: i64,
    pub custom_attributes: Map,
    pub inbox_id: i64,
    pub labels: Vec<String>,
    pub snoozed_until: Option<Timestamp>,
    pub status: String,
    pub created_at: i64,
    pub updated_at: f64,
    pub first_reply_created_at: i64,
    pub last_activity_at: i64,
    pub priority: Option<String>,
    pub waiting_since: i64,
}

#[derive(Deserialize)]
pub(super) struct Meta {
    pub sender: Contact,
    pub assignee: Option<Reference>,
    pub assignee_type: Option<String>,
    pub team: Option<Reference>,
    pub hmac_verified: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Reference {
    pub id: i64,
}

#[derive(Deserialize)]
pub(super) struct Contact {
    pub id: i64,
    pub name: String,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub identifier: Option<String>,
    pub additional_attributes: Map,
    pub custom_attributes: Map,
    pub blocked: bool,
    pub last_activity_at: Option<i64>,
    pub created_at: i64,
}

/// A message inside a conversation knows more than the list of messages tells.
#[derive(Deserialize)]
pub(super) struct Nested {
    pub id: i64,
    pub updated_at: Timestamp,
    pub additional_attributes: Map,
    pub processed_message_content: Option<String>,
    pub conversation: NestedConversation,
}

#[derive(Deserialize)]
pub(super) struct NestedConversation {
    pub contact_inbox: Address,
}

#[derive(Deserialize)]
pub(super) struct Address {
    pub source_id: String,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub id: i64,
    pub conversation_id: i64,
    pub inbox_id: i64,
    pub content: Option<String>,
    pub message_type: i64,
    pub content_type: String,
    pub status: String,
    pub content_attributes: Map,
    pub created_at: i64,
    pub private: bool,
    pub source_id: Option<String>,
    pub sender: Option<Sender>,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
pub(super) struct Sender {
    pub id: i64,
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Deserialize)]
pub(super) struct Attachment {
    pub id: i64,
    pub file_type: String,
    pub content_type: Option<String>,
    pub data_url: String,
    pub file_size: usize,
}

#[derive(Deserialize)]
pub(super) struct CsatResponse {
    pub id: i64,
    pub message_id: i64,
    pub conversation_id: i64,
    pub contact: Contact,
    pub assigned_agent: Option<Reference>,
    pub rating: i64,
    pub feedback_message: Option<String>,
    pub created_at: i64,
}
