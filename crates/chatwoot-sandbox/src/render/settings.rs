//! Webhooks, labels, canned responses, dashboard apps, attribute definitions, survey answers.

use serde_json::{Value, json};

use super::{contact, people};
use crate::desk::Desk;
use crate::json::iso;
use crate::model::{CannedResponse, CsatResponse, CustomAttribute, DashboardApp, Label, Webhook};

pub(crate) fn webhook(desk: &Desk, hook: &Webhook) -> Value {
    let mut shown = json!({
        "id": hook.id,
        "name": hook.name,
        "url": hook.url,
        "account_id": desk.account.id,
        "subscriptions": hook.subscriptions,
        "secret": hook.secret,
    });
    if let Some(inbox) = hook.inbox_id.and_then(|id| desk.inboxes.get(&id)) {
        shown["inbox"] = json!({"id": inbox.id, "name": inbox.name});
    }
    shown
}

pub(crate) fn label(label: &Label) -> Value {
    json!({
        "id": label.id,
        "title": label.title,
        "description": label.description,
        "color": label.color,
        "show_on_sidebar": label.show_on_sidebar,
    })
}

pub(crate) fn canned_response(desk: &Desk, row: &CannedResponse) -> Value {
    json!({
        "id": row.id,
        "account_id": desk.account.id,
        "short_code": row.short_code,
        "content": row.content,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    })
}

pub(crate) fn dashboard_app(app: &DashboardApp) -> Value {
    json!({"id": app.id, "title": app.title, "content": app.content, "created_at": iso(app.created_at)})
}

pub(crate) fn custom_attribute(row: &CustomAttribute) -> Value {
    json!({
        "id": row.id,
        "attribute_display_name": row.display_name,
        "attribute_display_type": row.display_type,
        "attribute_description": row.description,
        "attribute_key": row.key,
        "regex_pattern": null,
        "regex_cue": null,
        "attribute_values": row.values,
        "attribute_model": row.model,
        "default_value": null,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    })
}

/// A survey answer; the agent is absent where nobody was assigned.
pub(crate) fn csat_response(desk: &Desk, row: &CsatResponse) -> Value {
    let mut value = json!({
        "id": row.id,
        "rating": row.rating,
        "feedback_message": row.feedback_message,
        "csat_review_notes": null,
        "review_notes_updated_at": null,
        "account_id": desk.account.id,
        "message_id": row.message_id,
        "contact": desk.contacts.get(&row.contact_id).map(contact::rest),
        "conversation_id": row.conversation_id,
    });
    if let Some(agent) = row.assigned_agent.and_then(|id| desk.users.get(&id)) {
        value["assigned_agent"] = people::agent(&desk.account, agent);
    }
    value["created_at"] = json!(row.created_at.as_second());
    value
}
