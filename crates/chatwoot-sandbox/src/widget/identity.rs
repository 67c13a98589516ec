//! Who a visitor is, as the website around the widget says it; and what the website notes down about them.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{delete, patch, post};
use serde_json::{Value, json};

use super::{Visitor, Website};
use crate::Sandbox;
use crate::act::{Identity, NewContact};
use crate::api::answer;
use crate::api::params::{Members, Params};
use crate::desk::Desk;
use crate::event::Actor;
use crate::model::Map;
use crate::refusal::Refusal;
use crate::render::contact;
use crate::sign;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/api/v1/widget/contact/set_user", patch(set_user))
        .route("/api/v1/widget/labels", post(add_label))
        .route("/api/v1/widget/labels/{label}", delete(remove_label))
}

/// The parts of an identity that are given.
pub(super) fn identity(given: &Map) -> Identity {
    Identity {
        identifier: given.text("identifier"),
        name: given.text("name"),
        email: given.text("email"),
        phone_number: given.text("phone_number"),
    }
}

/// The website names its user. A hash that does not fit is refused, and so is a missing one where it must be there.
///
/// A visitor who was somebody else before becomes a new visitor, whose token is in the answer.
async fn set_user(
    State(sandbox): State<Sandbox>,
    website: Website,
    visitor: Visitor,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("contact");
    let identifier = given.text("identifier").unwrap_or_default();
    let hash = given.text("identifier_hash").filter(|hash| !hash.is_empty());
    sandbox.act(|desk| {
        let widget = desk.inbox(website.inbox)?.widget().ok_or(Refusal::UnknownVisitor)?;
        let proven = match hash {
            Some(hash) if sign::proves_identity(&widget.hmac_token, &identifier, &hash) => true,
            None if !widget.hmac_mandatory => false,
            _ => return Err(Refusal::WrongIdentity),
        };
        let mut address = visitor.contact_inbox;
        let before = desk.contact(visitor.address(desk)?.contact_id)?.identifier.clone();
        let is_another = before.is_some_and(|before| before != identifier);
        if is_another {
            let contact = desk.create_contact(NewContact::default());
            address = desk.address_in(contact, website.inbox, None)?;
        }
        let row = desk.contact_inboxes.get_mut(&address).ok_or(Refusal::UnknownVisitor)?;
        row.hmac_verified |= proven;
        let (contact, token) = (row.contact_id, row.auth_token.clone());
        let contact = desk.identify_contact(contact, identity(given))?;
        note_attributes(desk, contact, given)?;
        let mut shown = contact::push(desk.contact(contact)?);
        if is_another {
            shown["widget_auth_token"] = json!(token);
        }
        Ok(answer::json(&shown))
    })
}

/// Custom attributes are merged into those that are there.
pub(super) fn note_attributes(desk: &mut Desk, contact: i64, given: &Map) -> Result<(), Refusal> {
    let Some(custom) = given.object("custom_attributes") else { return Ok(()) };
    desk.update_contact(contact, |row| row.custom_attributes.extend(custom))
}

/// Only labels of the account, and only once there is a conversation; else nothing happens.
async fn add_label(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, Refusal> {
    let label = params.values.text("label").unwrap_or_default();
    sandbox.act(|desk| {
        if desk.labels.values().any(|row| row.title == label) {
            change_labels(desk, visitor, |labels| labels.push(label))?;
        }
        Ok(answer::json(&Value::Null))
    })
}

async fn remove_label(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    Path(label): Path<String>,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        change_labels(desk, visitor, |labels| labels.retain(|known| *known != label))?;
        Ok(answer::json(&Value::Null))
    })
}

fn change_labels(
    desk: &mut Desk,
    visitor: Visitor,
    change: impl FnOnce(&mut Vec<String>),
) -> Result<(), Refusal> {
    let Some(row) = visitor.conversation(desk) else { return Ok(()) };
    let (id, contact, mut labels) = (row.id, row.contact_id, row.labels.clone());
    change(&mut labels);
    desk.set_labels(id, labels, Actor::Contact(contact))?;
    Ok(())
}
