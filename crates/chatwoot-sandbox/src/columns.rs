//! Rows as columns: what a save changed, in the order and form of `changed_attributes`.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::json::iso_or_null;
use crate::model::{Contact, Conversation};

/// A column as a diff shows it. Times are shown in milliseconds, but change by the microsecond.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    name: &'static str,
    shown: Value,
    exact: Option<Timestamp>,
}

fn plain(name: &'static str, shown: Value) -> Column {
    Column { name, shown, exact: None }
}

fn time(name: &'static str, at: Option<Timestamp>) -> Column {
    Column { name, shown: iso_or_null(at), exact: at }
}

/// The one-key objects of `changed_attributes`, in column order. Empty if nothing changed.
pub(crate) fn changes(before: &[Column], after: &[Column]) -> Vec<Value> {
    before
        .iter()
        .zip(after)
        .filter(|(old, new)| old.exact != new.exact || old.shown != new.shown)
        .map(|(old, new)| json!({ old.name: {"previous_value": old.shown, "current_value": new.shown} }))
        .collect()
}

/// Whether `changes` names one of `columns`.
pub(crate) fn names_any(changes: &[Value], columns: &[&str]) -> bool {
    changes.iter().any(|change| columns.iter().any(|column| change.get(column).is_some()))
}

/// The columns of a conversation whose change is announced, in table order; the virtual `label_list` is last.
pub(crate) fn conversation(row: &Conversation) -> Vec<Column> {
    vec![
        plain("status", json!(row.status.as_str())),
        plain("assignee_id", json!(row.assignee_user())),
        time("updated_at", Some(row.updated_at)),
        plain("team_id", json!(row.team_id)),
        time("snoozed_until", row.snoozed_until),
        plain("custom_attributes", Value::Object(row.custom_attributes.clone())),
        time("first_reply_created_at", row.first_reply_created_at),
        plain("priority", json!(row.priority.map(crate::model::Priority::as_str))),
        time("waiting_since", row.waiting_since),
        plain("cached_label_list", json!(row.cached_label_list)),
        plain("label_list", json!(row.labels)),
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
        plain("name", json!(row.name)),
        plain("email", json!(row.email)),
        plain("phone_number", json!(row.phone_number)),
        time("updated_at", Some(row.updated_at)),
        plain("additional_attributes", Value::Object(row.additional_attributes.clone())),
        plain("identifier", json!(row.identifier)),
        plain("custom_attributes", Value::Object(row.custom_attributes.clone())),
        time("last_activity_at", row.last_activity_at),
        plain("contact_type", json!(row.contact_type.as_str())),
        plain("blocked", json!(row.blocked)),
    ]
}
