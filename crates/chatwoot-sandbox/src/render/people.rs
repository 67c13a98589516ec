//! Users, bots and teams.

use serde_json::{Map, Value, json};

use crate::desk::Desk;
use crate::json::iso;
use crate::model::{Account, AgentBot, Role, Team, User};

/// The agent model of REST answers.
pub(crate) fn agent(account: &Account, user: &User) -> Value {
    json!({
        "id": user.id,
        "account_id": account.id,
        "availability_status": user.availability_status().as_str(),
        "auto_offline": user.auto_offline,
        "confirmed": true,
        "email": user.email,
        "provider": "email",
        "available_name": user.name,
        "name": user.name,
        "role": user.role.as_str(),
        "thumbnail": "",
    })
}

/// The shape inside messages and `meta`. Answers know the availability; where no account is current it is `null`.
pub(crate) fn user_push(user: &User, availability_known: bool) -> Value {
    let availability = availability_known.then(|| user.availability_status().as_str());
    json!({
        "id": user.id,
        "name": user.name,
        "available_name": user.name,
        "avatar_url": "",
        "type": "user",
        "availability_status": availability,
        "thumbnail": "",
    })
}

/// The top-level sender of a webhook.
pub(crate) fn user_webhook(user: &User) -> Value {
    json!({"id": user.id, "name": user.name, "email": user.email, "type": "user"})
}

pub(crate) fn bot_push(bot: &AgentBot) -> Value {
    json!({"id": bot.id, "name": bot.name, "avatar_url": "", "type": "agent_bot"})
}

pub(crate) fn bot_webhook(bot: &AgentBot) -> Value {
    json!({"id": bot.id, "name": bot.name, "type": "agent_bot"})
}

/// The slim bot of assignment answers.
pub(crate) fn bot_slim(account: &Account, bot: &AgentBot) -> Value {
    json!({
        "id": bot.id,
        "name": bot.name,
        "description": bot.description,
        "thumbnail": "",
        "outgoing_url": bot.outgoing_url,
        "bot_type": "webhook",
        "account_id": account.id,
        "system_bot": false,
    })
}

/// The bot model, credentials included: only administrators see it.
pub(crate) fn bot(account: &Account, bot: &AgentBot) -> Value {
    json!({
        "id": bot.id,
        "name": bot.name,
        "description": bot.description,
        "thumbnail": "",
        "outgoing_url": bot.outgoing_url,
        "bot_type": "webhook",
        "bot_config": bot.bot_config,
        "account_id": account.id,
        "access_token": bot.access_token,
        "secret": bot.secret,
        "system_bot": false,
    })
}

/// The team model, as `viewer` sees it.
pub(crate) fn team(account: &Account, team: &Team, viewer: Option<i64>) -> Value {
    json!({
        "id": team.id,
        "name": team.name,
        "description": team.description,
        "allow_auto_assign": team.allow_auto_assign,
        "account_id": account.id,
        "is_member": viewer.is_some_and(|id| team.members.contains(&id)),
    })
}

/// The raw row that an assignment answers with.
pub(crate) fn team_row(account: &Account, team: &Team) -> Value {
    json!({
        "id": team.id,
        "name": team.name,
        "description": team.description,
        "allow_auto_assign": team.allow_auto_assign,
        "account_id": account.id,
        "created_at": iso(team.created_at),
        "updated_at": iso(team.created_at),
    })
}

/// `GET /api/v1/profile`.
pub(crate) fn profile(desk: &Desk, user: &User) -> Value {
    let account = &desk.account;
    json!({
        "access_token": user.token,
        "account_id": account.id,
        "available_name": user.name,
        "avatar_url": "",
        "confirmed": true,
        "display_name": null,
        "message_signature": null,
        "email": user.email,
        "id": user.id,
        "inviter_id": null,
        "name": user.name,
        "provider": "email",
        "pubsub_token": user.pubsub_token,
        "role": user.role.as_str(),
        "ui_settings": user.ui_settings,
        "uid": user.email,
        "type": user.super_admin.then_some("SuperAdmin"),
        "accounts": [{
            "id": account.id,
            "name": account.name,
            "status": "active",
            "onboarding_step": null,
            "active_at": null,
            "role": user.role.as_str(),
            "permissions": [user.role.as_str()],
            "availability": user.availability.as_str(),
            "availability_status": user.availability_status().as_str(),
            "auto_offline": user.auto_offline,
        }],
    })
}

/// The features a new account has switched on.
const FEATURES: [&str; 25] = [
    "inbound_emails",
    "channel_email",
    "channel_facebook",
    "help_center",
    "agent_bots",
    "macros",
    "agent_management",
    "team_management",
    "inbox_management",
    "labels",
    "custom_attributes",
    "automations",
    "canned_responses",
    "integrations",
    "voice_recorder",
    "channel_website",
    "campaigns",
    "reports",
    "crm",
    "auto_resolve_conversations",
    "chatwoot_v4",
    "contact_chatwoot_support_team",
    "channel_instagram",
    "assignment_v2",
    "channel_tiktok",
];

/// `GET /api/v1/accounts/{id}`.
pub(crate) fn account_show(account: &Account) -> Value {
    let mut features: Map<String, Value> = FEATURES.iter().map(|f| ((*f).to_owned(), json!(true))).collect();
    features.insert("captain_tasks".to_owned(), json!(true));
    json!({
        "settings": {},
        "created_at": iso(account.created_at),
        "domain": "in.acme.test",
        "features": features,
        "id": account.id,
        "locale": account.locale,
        "name": account.name,
        "support_email": "support@acme.test",
        "status": "active",
        "cache_keys": {"label": "0000000000", "inbox": "0000000000", "team": "0000000000"},
        "latest_chatwoot_version": null,
    })
}

/// Agents in the order in which a desk lists them: by name.
pub(crate) fn agents_by_name(desk: &Desk, keep: impl Fn(&User) -> bool) -> Vec<&User> {
    let mut users: Vec<&User> = desk.users.values().filter(|user| keep(user)).collect();
    users.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    users
}

pub(crate) fn is_administrator(user: &User) -> bool {
    user.role == Role::Administrator
}
