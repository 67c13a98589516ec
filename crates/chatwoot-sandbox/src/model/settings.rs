//! What administrators set up: webhooks, labels, canned responses, dashboard apps; and survey answers.

use jiff::Timestamp;
use serde_json::Value;

#[derive(Clone, Debug)]
pub struct Webhook {
    pub id: i64,
    pub name: Option<String>,
    pub url: String,
    pub subscriptions: Vec<String>,
    pub secret: String,
    /// Kept and shown, but no filter.
    pub inbox_id: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct Label {
    pub id: i64,
    pub title: String,
    pub description: Option<String>,
    pub color: String,
    pub show_on_sidebar: bool,
}

#[derive(Clone, Debug)]
pub struct CannedResponse {
    pub id: i64,
    pub short_code: String,
    pub content: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct DashboardApp {
    pub id: i64,
    pub title: String,
    pub content: Value,
    pub created_at: Timestamp,
}

/// The definition of a custom attribute of conversations or contacts.
#[derive(Clone, Debug)]
pub struct CustomAttribute {
    pub id: i64,
    pub display_name: String,
    pub display_type: String,
    pub description: Option<String>,
    pub key: String,
    pub values: Value,
    /// `conversation_attribute` or `contact_attribute`.
    pub model: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct CsatResponse {
    pub id: i64,
    pub message_id: i64,
    pub conversation_id: i64,
    pub contact_id: i64,
    pub assigned_agent: Option<i64>,
    pub rating: i64,
    pub feedback_message: Option<String>,
    pub created_at: Timestamp,
}
