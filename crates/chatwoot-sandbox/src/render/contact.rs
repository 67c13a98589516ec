//! Contacts in their five shapes.

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::json::{iso, iso_or_null};
use crate::model::{Contact, ContactInbox, Inbox};

/// Inside messages and `meta` of webhooks and nested messages: with `type`.
pub(crate) fn push(contact: &Contact) -> Value {
    json!({
        "additional_attributes": contact.additional_attributes,
        "custom_attributes": contact.custom_attributes,
        "email": contact.email,
        "id": contact.id,
        "identifier": contact.identifier,
        "name": contact.name,
        "phone_number": contact.phone_number,
        "thumbnail": "",
        "blocked": contact.blocked,
        "type": "contact",
    })
}

/// The top-level sender of a webhook, and the body of contact events: without `type`.
pub(crate) fn webhook(desk: &Desk, contact: &Contact) -> Value {
    json!({
        "account": super::account(desk),
        "additional_attributes": contact.additional_attributes,
        "avatar": "",
        "custom_attributes": contact.custom_attributes,
        "email": contact.email,
        "id": contact.id,
        "identifier": contact.identifier,
        "name": contact.name,
        "phone_number": contact.phone_number,
        "thumbnail": "",
        "blocked": contact.blocked,
    })
}

/// The contact model of REST answers; `last_activity_at` is absent until the contact has written.
pub(crate) fn rest(contact: &Contact) -> Value {
    let mut value = json!({
        "additional_attributes": contact.additional_attributes,
        "availability_status": "offline",
        "email": contact.email,
        "id": contact.id,
        "name": contact.name,
        "phone_number": contact.phone_number,
        "blocked": contact.blocked,
        "identifier": contact.identifier,
        "thumbnail": "",
        "custom_attributes": contact.custom_attributes,
    });
    if let Some(at) = contact.last_activity_at {
        value["last_activity_at"] = json!(at.as_second());
    }
    value["created_at"] = json!(contact.created_at.as_second());
    value
}

/// The contact model with the inboxes it can be reached through.
pub(crate) fn rest_with_inboxes(desk: &Desk, contact: &Contact) -> Value {
    let mut value = rest(contact);
    let inboxes: Vec<Value> = desk
        .contact_inboxes
        .values()
        .filter(|row| row.contact_id == contact.id)
        .filter_map(|row| Some((row, desk.inboxes.get(&row.inbox_id)?)))
        .map(|(row, inbox)| json!({"source_id": row.source_id, "inbox": slim_inbox(inbox)}))
        .collect();
    value["contact_inboxes"] = json!(inboxes);
    value
}

fn slim_inbox(inbox: &Inbox) -> Value {
    json!({
        "id": inbox.id,
        "avatar_url": "",
        "channel_id": inbox.channel_id,
        "name": inbox.name,
        "channel_type": inbox.channel.class(),
        "provider": super::inbox::provider(inbox),
    })
}

/// The raw row, as the widget and the public client interface show it.
pub(crate) fn row(desk: &Desk, contact: &Contact) -> Value {
    json!({
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "phone_number": contact.phone_number,
        "account_id": desk.account.id,
        "created_at": iso(contact.created_at),
        "updated_at": iso(contact.updated_at),
        "additional_attributes": contact.additional_attributes,
        "identifier": contact.identifier,
        "custom_attributes": contact.custom_attributes,
        "last_activity_at": iso_or_null(contact.last_activity_at),
        "contact_type": contact.contact_type.as_str(),
        "middle_name": "",
        "last_name": "",
        "location": null,
        "country_code": null,
        "blocked": contact.blocked,
        "company_id": null,
        "label_list": [],
    })
}

/// What the public client interface answers about a contact.
pub(crate) fn public(contact: &Contact, address: &ContactInbox) -> Value {
    json!({
        "source_id": address.source_id,
        "pubsub_token": address.pubsub_token,
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "phone_number": contact.phone_number,
    })
}

/// All columns of the contact's address, in every webhook about a conversation.
pub(crate) fn contact_inbox(row: &ContactInbox) -> Value {
    json!({
        "id": row.id,
        "contact_id": row.contact_id,
        "inbox_id": row.inbox_id,
        "source_id": row.source_id,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.created_at),
        "hmac_verified": row.hmac_verified,
        "pubsub_token": row.pubsub_token,
    })
}
