//! Rows as columns: what a save changed, in the order and form of `changed_attributes`.

use serde_json::{Value, json};

use crate::json::{iso, iso_or_null};
use crate::model::{Contact, Conversation};

type Column = (&'static str, Value);

/// The one-key objects of `changed_attributes`, in column order. Empty if nothing changed.
pub(crate) fn changes(before: &[Column], after: &[Column]) -> Vec<Value> {
    before
        .iter()
        .zip(after)
        .filter(|((_, old), (_, new))| old != new)
        .map(|((name, old), (_, new))| json!({ *name: {"previous_value": old, "current_value": new} }))
        .collect()
}

/// Whether `changes` names one of `columns`.
pub(crate) fn names_any(changes: &[Value], columns: &[&str]) -> bool {
    changes.iter().any(|change| columns.iter().any(|column| change.get(column).is_some()))
}

/// The columns of a conversation whose change is announced, in table order; the virtual `label_list` is last.
pub(crate) fn conversation(row: &Conversation) -> Vec<Column> {
    vec![
        ("status", json!(row.status.as_str())),
        ("assignee_id", json!(row.assignee_user())),
        ("updated_at", iso(row.updated_at)),
        ("team_id", json!(row.team_id)),
        ("snoozed_until", iso_or_null(row.snoozed_until)),
        ("custom_attributes", Value::Object(row.custom_attributes.clone())),
        ("first_reply_created_at", iso_or_null(row.first_reply_created_at)),
        ("priority", json!(row.priority.map(crate::model::Priority::as_str))),
        ("waiting_since", iso_or_null(row.waiting_since)),
        ("cached_label_list", json!(row.cached_label_list)),
        ("label_list", json!(row.labels)),
    ]
}

/// A change of one of these is worth a `conversation_updated`.
pub(crate) const ANNOUNCED: [&str; 9] = [
    "team_id",
    "assignee_id",
    "status",
    "snoozed_until",
    "custom_attributes",
    "label_list",
    "waiting_since",
    "first_reply_created_at",
    "priority",
];

/// The columns of a contact, in table order.
pub(crate) fn contact(row: &Contact) -> Vec<Column> {
    vec![
        ("name", json!(row.name)),
        ("email", json!(row.email)),
        ("phone_number", json!(row.phone_number)),
        ("updated_at", iso(row.updated_at)),
        ("additional_attributes", Value::Object(row.additional_attributes.clone())),
        ("identifier", json!(row.identifier)),
        ("custom_attributes", Value::Object(row.custom_attributes.clone())),
        ("last_activity_at", iso_or_null(row.last_activity_at)),
        ("contact_type", json!(row.contact_type.as_str())),
        ("blocked", json!(row.blocked)),
    ]
}
