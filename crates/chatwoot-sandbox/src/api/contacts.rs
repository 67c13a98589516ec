//! Contacts: listed, searched, created, changed, merged.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::answer;
use super::params::{Members, Params};
use super::session::{Id, Session};
use crate::Sandbox;
use crate::act::NewContact;
use crate::desk::Desk;
use crate::model::{Contact, Conversation};
use crate::refusal::Refusal;
use crate::render::{contact, conversation, inbox};

const PER_PAGE: usize = 15;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/api/v1/accounts/{account}/contacts", get(list).post(create))
        .route("/api/v1/accounts/{account}/contacts/search", get(search))
        .route("/api/v1/accounts/{account}/contacts/{id}", get(show).patch(update).put(update))
        .route("/api/v1/accounts/{account}/contacts/{id}/conversations", get(conversations))
        .route("/api/v1/accounts/{account}/actions/contact_merge", post(merge))
}

fn page_number(params: &Params) -> usize {
    params.values.integer("page").and_then(|page| usize::try_from(page).ok()).unwrap_or(1).max(1)
}

fn page(desk: &Desk, rows: &[&Contact], number: usize) -> Vec<Value> {
    let shown = rows.iter().skip((number - 1).saturating_mul(PER_PAGE)).take(PER_PAGE);
    shown.map(|row| contact::rest_with_inboxes(desk, row)).collect()
}

/// Only contacts with an e-mail address, a phone number or an identifier.
async fn list(State(sandbox): State<Sandbox>, _: Session, params: Params) -> Response {
    let number = page_number(&params);
    sandbox.read(|desk| {
        let rows: Vec<&Contact> = desk
            .contacts
            .values()
            .filter(|row| row.email.is_some() || row.phone_number.is_some() || row.identifier.is_some())
            .collect();
        // The page is a string here and an integer in a search.
        let meta = json!({"count": rows.len(), "current_page": number.to_string()});
        answer::json(&json!({"meta": meta, "payload": page(desk, &rows, number)}))
    })
}

async fn search(State(sandbox): State<Sandbox>, _: Session, params: Params) -> Response {
    let wanted = params.values.text("q").unwrap_or_default().trim().to_lowercase();
    let number = page_number(&params);
    sandbox.read(|desk| {
        let has =
            |field: &Option<String>| field.as_ref().is_some_and(|text| text.to_lowercase().contains(&wanted));
        let rows: Vec<&Contact> = desk
            .contacts
            .values()
            .filter(|row| {
                row.name.to_lowercase().contains(&wanted)
                    || has(&row.email)
                    || has(&row.phone_number)
                    || has(&row.identifier)
            })
            .collect();
        let shown = page(desk, &rows, number);
        let has_more = rows.len() > number.saturating_mul(PER_PAGE);
        let meta = json!({"count": shown.len(), "current_page": number, "has_more": has_more});
        answer::json(&json!({"meta": meta, "payload": shown}))
    })
}

async fn create(State(sandbox): State<Sandbox>, _: Session, params: Params) -> Result<Response, Refusal> {
    let given = params.wrapped("contact");
    sandbox.act(|desk| {
        let email = given.text("email").map(|email| email.to_lowercase());
        if email.is_some() && desk.contacts.values().any(|row| row.email == email) {
            return Err(Refusal::invalid("Email has already been taken", "email"));
        }
        let id = desk.create_contact(NewContact {
            name: Some(given.text("name").unwrap_or_default()),
            email,
            phone_number: given.text("phone_number"),
            identifier: given.text("identifier"),
            custom_attributes: given.object("custom_attributes").unwrap_or_default(),
            additional_attributes: given.object("additional_attributes").unwrap_or_default(),
        });
        let mut payload = json!({});
        let address = match given.integer("inbox_id") {
            Some(inbox) => Some(desk.address_in(id, inbox, given.text("source_id"))?),
            None => None,
        };
        payload["contact"] = contact::rest_with_inboxes(desk, desk.contact(id)?);
        if let Some(row) = address.and_then(|id| desk.contact_inboxes.get(&id)) {
            let inbox = inbox::row(desk, desk.inbox(row.inbox_id)?);
            payload["contact_inbox"] = json!({"inbox": inbox, "source_id": row.source_id});
        }
        Ok(answer::json(&json!({"payload": payload})))
    })
}

async fn show(
    State(sandbox): State<Sandbox>,
    _: Session,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        Ok(answer::json(&json!({"payload": contact::rest_with_inboxes(desk, desk.contact(id.0)?)})))
    })
}

/// Attributes are merged into those that are there.
async fn update(
    State(sandbox): State<Sandbox>,
    _: Session,
    Path((_, id)): Path<(Id, Id)>,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("contact");
    sandbox.act(|desk| {
        desk.update_contact(id.0, |row| {
            if let Some(name) = given.text("name") {
                row.name = name;
            }
            let optional = |name: &str, field: &mut Option<String>| {
                if given.contains_key(name) {
                    *field = given.text(name);
                }
            };
            optional("email", &mut row.email);
            optional("phone_number", &mut row.phone_number);
            optional("identifier", &mut row.identifier);
            if let Some(blocked) = given.flag("blocked") {
                row.blocked = blocked;
            }
            row.custom_attributes.extend(given.object("custom_attributes").unwrap_or_default());
            row.additional_attributes.extend(given.object("additional_attributes").unwrap_or_default());
        })?;
        Ok(answer::json(&json!({"payload": contact::rest_with_inboxes(desk, desk.contact(id.0)?)})))
    })
}

/// The newest 20 by activity, without pages.
async fn conversations(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        desk.contact(id.0)?;
        let seen = |row: &&Conversation| {
            desk.inboxes.get(&row.inbox_id).is_some_and(|inbox| session.caller().sees_inbox(inbox))
        };
        let mut rows: Vec<&Conversation> =
            desk.conversations.values().filter(|row| row.contact_id == id.0).filter(seen).collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.last_activity_at, row.id)));
        let shown: Vec<Value> =
            rows.into_iter().take(20).map(|row| conversation::rest(desk, row, Some(session.user))).collect();
        Ok(answer::json(&json!({"payload": shown})))
    })
}

async fn merge(State(sandbox): State<Sandbox>, _: Session, params: Params) -> Result<Response, Refusal> {
    let base = params.values.integer("base_contact_id").unwrap_or(-1);
    let mergee = params.values.integer("mergee_contact_id").unwrap_or(-1);
    sandbox.act(|desk| {
        desk.merge_contacts(base, mergee)?;
        Ok(answer::json(&contact::rest(desk.contact(base)?)))
    })
}
