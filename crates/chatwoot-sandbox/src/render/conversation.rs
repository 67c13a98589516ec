//! Conversations: the webhook body and the REST answer, which agree on little.

use serde_json::{Value, json};

use super::message::{Door, nested};
use super::{contact, people};
use crate::desk::Desk;
use crate::json::{float_seconds, iso_or_null, seconds};
use crate::model::{Assignee, Conversation, Message, MessageType, Priority};

/// The conversation in webhooks: `messages` holds the last message the customer can read.
pub(crate) fn webhook(desk: &Desk, row: &Conversation) -> Value {
    let last = desk.messages_of(row).rev().find(|message| message.is_public());
    let messages: Vec<Value> =
        last.map(|message| nested(desk, row, message, Door::Outside)).into_iter().collect();
    let sender = desk.contacts.get(&row.contact_id).map(contact::push);
    let (assignee, assignee_type) = match row.assignee {
        None => (None, None),
        Some(Assignee::User(id)) => {
            (desk.users.get(&id).map(|user| people::user_push(user, false)), Some("User"))
        }
        Some(Assignee::AgentBot(id)) => (desk.bots.get(&id).map(people::bot_push), Some("AgentBot")),
    };
    let team = row.team_id.and_then(|id| desk.teams.get(&id));
    json!({
        "additional_attributes": row.additional_attributes,
        "can_reply": desk.can_reply(row),
        "channel": desk.inboxes.get(&row.inbox_id).map(|inbox| inbox.channel.class()),
        "contact_inbox": desk.contact_inboxes.get(&row.contact_inbox_id).map(contact::contact_inbox),
        "id": row.id,
        "inbox_id": row.inbox_id,
        "messages": messages,
        "labels": row.labels,
        "meta": {
            "sender": sender,
            "assignee": assignee,
            "assignee_type": assignee_type,
            "team": team.map(|team| json!({"id": team.id, "name": team.name})),
            "hmac_verified": desk.hmac_verified(row),
        },
        "status": row.status.as_str(),
        "custom_attributes": row.custom_attributes,
        "snoozed_until": iso_or_null(row.snoozed_until),
        "unread_count": desk.unread_count(row),
        "first_reply_created_at": iso_or_null(row.first_reply_created_at),
        "priority": row.priority.map(Priority::as_str),
        "waiting_since": seconds(row.waiting_since),
        "agent_last_seen_at": seconds(row.agent_last_seen_at),
        "contact_last_seen_at": seconds(row.contact_last_seen_at),
        "last_activity_at": row.last_activity_at.as_second(),
        "timestamp": row.last_activity_at.as_second(),
        "created_at": row.created_at.as_second(),
        "updated_at": float_seconds(row.updated_at),
        "account": super::account(desk),
    })
}

/// The conversation in REST answers, as `viewer` sees it: `messages` holds the very last message of any kind.
pub(crate) fn rest(desk: &Desk, row: &Conversation, viewer: Option<i64>) -> Value {
    let shown = |message: Option<&Message>| message.map(|m| nested(desk, row, m, Door::Rest));
    let last = shown(desk.last_message(row));
    let last_spoken =
        shown(desk.messages_of(row).rev().find(|message| message.message_type != MessageType::Activity));
    json!({
        "meta": meta(desk, row, viewer),
        "id": row.id,
        "messages": last.into_iter().collect::<Vec<_>>(),
        "account_id": desk.account.id,
        "uuid": row.uuid,
        "additional_attributes": row.additional_attributes,
        "agent_last_seen_at": seconds(row.agent_last_seen_at),
        "assignee_last_seen_at": seconds(row.assignee_last_seen_at),
        "can_reply": desk.can_reply(row),
        "contact_last_seen_at": seconds(row.contact_last_seen_at),
        "custom_attributes": row.custom_attributes,
        "inbox_id": row.inbox_id,
        "labels": row.labels,
        "muted": desk.contacts.get(&row.contact_id).is_some_and(|contact| contact.blocked),
        "snoozed_until": iso_or_null(row.snoozed_until),
        "status": row.status.as_str(),
        "created_at": row.created_at.as_second(),
        "updated_at": float_seconds(row.updated_at),
        "timestamp": row.last_activity_at.as_second(),
        "first_reply_created_at": seconds(row.first_reply_created_at),
        "unread_count": desk.unread_count(row),
        "last_non_activity_message": last_spoken,
        "last_activity_at": row.last_activity_at.as_second(),
        "priority": row.priority.map(Priority::as_str),
        "waiting_since": seconds(row.waiting_since),
        "sla_policy_id": null,
    })
}

/// Assignee and team are absent, not `null`, where there are none.
fn meta(desk: &Desk, row: &Conversation, viewer: Option<i64>) -> Value {
    let mut meta = json!({
        "sender": desk.contacts.get(&row.contact_id).map(contact::rest),
        "channel": desk.inboxes.get(&row.inbox_id).map(|inbox| inbox.channel.class()),
    });
    let assignee = match row.assignee {
        None => None,
        Some(Assignee::User(id)) => desk.users.get(&id).map(|u| (people::agent(&desk.account, u), "User")),
        Some(Assignee::AgentBot(id)) => {
            desk.bots.get(&id).map(|bot| (people::bot_slim(&desk.account, bot), "AgentBot"))
        }
    };
    if let Some((assignee, kind)) = assignee {
        meta["assignee"] = assignee;
        meta["assignee_type"] = json!(kind);
    }
    if let Some(team) = row.team_id.and_then(|id| desk.teams.get(&id)) {
        meta["team"] = people::team(&desk.account, team, viewer);
    }
    meta["hmac_verified"] = json!(desk.hmac_verified(row));
    meta
}

/// The `meta` around a list of messages.
pub(crate) fn messages_meta(desk: &Desk, row: &Conversation) -> Value {
    let mut meta = json!({
        "labels": row.labels,
        "additional_attributes": row.additional_attributes,
        "contact": desk.contacts.get(&row.contact_id).map(contact::push),
    });
    let assignee = match row.assignee {
        Some(Assignee::User(id)) => desk.users.get(&id).map(|user| people::user_push(user, true)),
        Some(Assignee::AgentBot(id)) => desk.bots.get(&id).map(people::bot_push),
        None => None,
    };
    if let Some(assignee) = assignee {
        meta["assignee"] = assignee;
    }
    meta["agent_last_seen_at"] = iso_or_null(row.agent_last_seen_at);
    meta["assignee_last_seen_at"] = iso_or_null(row.assignee_last_seen_at);
    meta
}
