//! The account and everybody who speaks in it: users, bots, contacts, teams.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::{Map, words};

#[derive(Clone, Debug)]
pub struct Account {
    pub id: i64,
    pub name: String,
    pub locale: String,
    pub created_at: Timestamp,
}

words! {
    /// What a user may do in the account.
    Role { Administrator = "administrator", Agent = "agent" }
}

words! {
    /// What a user chose to be; shown only while `auto_offline` is off (nobody has a live page here).
    Availability { Online = "online", Busy = "busy", Offline = "offline" }
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub email: String,
    /// The API access token.
    pub token: String,
    pub pubsub_token: String,
    pub role: Role,
    pub availability: Availability,
    pub auto_offline: bool,
    pub ui_settings: Value,
    /// The first user of an installation owns it.
    pub super_admin: bool,
}

impl User {
    /// The availability others see: without a live page an `auto_offline` user is offline.
    pub fn availability_status(&self) -> Availability {
        if self.auto_offline { Availability::Offline } else { self.availability }
    }
}

#[derive(Clone, Debug)]
pub struct AgentBot {
    pub id: i64,
    pub name: String,
    pub description: Option<String>,
    pub outgoing_url: Option<String>,
    pub bot_config: Value,
    /// The id of the token's own row.
    pub token_id: i64,
    pub access_token: String,
    pub secret: String,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Team {
    pub id: i64,
    pub name: String,
    pub description: Option<String>,
    pub allow_auto_assign: bool,
    pub members: BTreeSet<i64>,
    pub created_at: Timestamp,
}

words! {
    /// A visitor becomes a lead once there is a way to reach them.
    ContactType { Visitor = "visitor", Lead = "lead" }
}

#[derive(Clone, Debug)]
pub struct Contact {
    pub id: i64,
    pub name: String,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub identifier: Option<String>,
    pub additional_attributes: Map,
    pub custom_attributes: Map,
    pub blocked: bool,
    pub contact_type: ContactType,
    pub last_activity_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A contact's address in one inbox.
#[derive(Clone, Debug)]
pub struct ContactInbox {
    pub id: i64,
    pub contact_id: i64,
    pub inbox_id: i64,
    pub source_id: String,
    pub pubsub_token: String,
    /// What the visitor's browser shows for itself (`X-Auth-Token`).
    pub auth_token: String,
    /// The website proved who this is.
    pub hmac_verified: bool,
    pub created_at: Timestamp,
}
