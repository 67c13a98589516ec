//! The public client interface of API inboxes: an app acts as its customer, without a token.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, patch, post};
use serde_json::{Value, json};

use crate::Sandbox;
use crate::act::{NewContact, NewConversation, NewMessage};
use crate::api::answer;
use crate::api::params::{Members, Params};
use crate::desk::Desk;
use crate::event::Actor;
use crate::json::seconds;
use crate::model::{Channel, ContactInbox, Conversation, Inbox, Message, Sender, Status};
use crate::refusal::Refusal;
use crate::render::{contact, inbox, message};

pub(crate) fn router() -> Router<Sandbox> {
    let base = "/public/api/v1/inboxes/{inbox}";
    let customer = format!("{base}/contacts/{{source}}");
    let one = format!("{customer}/conversations/{{id}}");
    Router::new()
        .route(base, get(show_inbox))
        .route(&format!("{base}/contacts"), post(create_contact))
        .route(&customer, get(show_contact).patch(update_contact))
        .route(&format!("{customer}/conversations"), get(list).post(start))
        .route(&one, get(show))
        .route(&format!("{one}/messages"), get(messages).post(write))
        .route(&format!("{one}/messages/{{message}}"), patch(answer_survey))
        .route(&format!("{one}/toggle_status"), post(resolve))
        .route(&format!("{one}/toggle_typing"), post(toggle_typing))
        .route(&format!("{one}/update_last_seen"), post(update_last_seen))
}

fn api_inbox<'a>(desk: &'a Desk, wanted: &str) -> Result<&'a Inbox, Refusal> {
    let is_it =
        |row: &&Inbox| matches!(&row.channel, Channel::Api { identifier, .. } if identifier == wanted);
    desk.inboxes.values().find(is_it).ok_or(Refusal::NotFound)
}

fn customer<'a>(desk: &'a Desk, inbox: &str, source: &str) -> Result<&'a ContactInbox, Refusal> {
    let inbox = api_inbox(desk, inbox)?;
    let row = desk.contact_inboxes.values().find(|row| row.inbox_id == inbox.id && row.source_id == source);
    row.ok_or(Refusal::NotFound)
}

fn conversation<'a>(
    desk: &'a Desk,
    inbox: &str,
    source: &str,
    id: &str,
) -> Result<&'a Conversation, Refusal> {
    let address = customer(desk, inbox, source)?;
    let row = desk.conversation(id.parse().map_err(|_| Refusal::NotFound)?)?;
    if row.contact_inbox_id == address.id { Ok(row) } else { Err(Refusal::NotFound) }
}

fn shown(desk: &Desk, row: &Conversation) -> Value {
    let messages: Vec<Value> =
        desk.messages_of(row).filter(|m| m.is_public()).map(|m| message::public(desk, m)).collect();
    json!({
        "id": row.id,
        "uuid": row.uuid,
        "inbox_id": row.inbox_id,
        "contact_last_seen_at": seconds(row.contact_last_seen_at),
        "status": row.status.as_str(),
        "agent_last_seen_at": seconds(row.agent_last_seen_at),
        "messages": messages,
        "contact": desk.contacts.get(&row.contact_id).map(|row| contact::row(desk, row)),
    })
}

async fn show_inbox(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<Response, Refusal> {
    sandbox.read(|desk| Ok(answer::json(&inbox::public(api_inbox(desk, &id)?, &id))))
}

/// A customer with a known identifier or e-mail address is that customer again.
async fn create_contact(
    State(sandbox): State<Sandbox>,
    Path(inbox): Path<String>,
    params: Params,
) -> Result<Response, Refusal> {
    let given = &params.values;
    sandbox.act(|desk| {
        let inbox = api_inbox(desk, &inbox)?.id;
        let identifier = given.text("identifier");
        let email = given.text("email").map(|email| email.to_lowercase());
        let known = desk.contacts.values().find(|row| {
            (identifier.is_some() && row.identifier == identifier) || (email.is_some() && row.email == email)
        });
        let contact = match known.map(|row| row.id) {
            Some(id) => id,
            None => desk.create_contact(NewContact {
                name: given.text("name"),
                email,
                phone_number: given.text("phone_number"),
                identifier,
                custom_attributes: given.object("custom_attributes").unwrap_or_default(),
                ..NewContact::default()
            }),
        };
        let address = desk.address_in(contact, inbox, given.text("source_id"))?;
        let address = desk.contact_inboxes.get(&address).ok_or(Refusal::NotFound)?;
        Ok(answer::json(&contact::public(desk.contact(contact)?, address)))
    })
}

async fn show_contact(
    State(sandbox): State<Sandbox>,
    Path((inbox, source)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        let address = customer(desk, &inbox, &source)?;
        Ok(answer::json(&contact::public(desk.contact(address.contact_id)?, address)))
    })
}

async fn update_contact(
    State(sandbox): State<Sandbox>,
    Path((inbox, source)): Path<(String, String)>,
    params: Params,
) -> Result<Response, Refusal> {
    let given = &params.values;
    sandbox.act(|desk| {
        let contact = customer(desk, &inbox, &source)?.contact_id;
        desk.update_contact(contact, |row| {
            if let Some(name) = given.text("name") {
                row.name = name;
            }
            if let Some(email) = given.text("email") {
                row.email = Some(email);
            }
            row.custom_attributes.extend(given.object("custom_attributes").unwrap_or_default());
        })?;
        let address = customer(desk, &inbox, &source)?;
        Ok(answer::json(&contact::public(desk.contact(contact)?, address)))
    })
}

async fn start(
    State(sandbox): State<Sandbox>,
    Path((inbox, source)): Path<(String, String)>,
    params: Params,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let address = customer(desk, &inbox, &source)?.id;
        let id = desk.create_conversation(NewConversation {
            custom_attributes: params.values.object("custom_attributes").unwrap_or_default(),
            ..NewConversation::of(address)
        })?;
        Ok(answer::json(&shown(desk, desk.conversation(id)?)))
    })
}

async fn list(
    State(sandbox): State<Sandbox>,
    Path((inbox, source)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        let address = customer(desk, &inbox, &source)?.id;
        let rows = desk.conversations.values().filter(|row| row.contact_inbox_id == address);
        Ok(answer::json(&rows.map(|row| shown(desk, row)).collect()))
    })
}

type One = Path<(String, String, String)>;

async fn show(State(sandbox): State<Sandbox>, Path((inbox, source, id)): One) -> Result<Response, Refusal> {
    sandbox.read(|desk| Ok(answer::json(&shown(desk, conversation(desk, &inbox, &source, &id)?))))
}

async fn messages(
    State(sandbox): State<Sandbox>,
    Path((inbox, source, id)): One,
    params: Params,
) -> Result<Response, Refusal> {
    let before = params.values.integer("before").unwrap_or(i64::MAX);
    sandbox.read(|desk| {
        let row = conversation(desk, &inbox, &source, &id)?;
        let seen: Vec<&Message> = desk.messages_of(row).filter(|m| m.is_public() && m.id < before).collect();
        let last = &seen[seen.len().saturating_sub(20)..];
        Ok(answer::json(&last.iter().map(|m| message::public(desk, m)).collect()))
    })
}

/// `echo_id` is taken and not returned.
async fn write(
    State(sandbox): State<Sandbox>,
    Path((inbox, source, id)): One,
    params: Params,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let row = conversation(desk, &inbox, &source, &id)?;
        let (id, sender) = (row.id, Sender::Contact(row.contact_id));
        let content = params.values.text("content").unwrap_or_default();
        let new = NewMessage { attachments: params.files, ..NewMessage::text(sender, &content) };
        let written = desk.create_message(id, new)?;
        Ok(answer::json(&message::public(desk, desk.message(written)?)))
    })
}

async fn answer_survey(
    State(sandbox): State<Sandbox>,
    Path((inbox, source, id, message)): Path<(String, String, String, String)>,
    params: Params,
) -> Result<Response, Refusal> {
    let message: i64 = message.parse().map_err(|_| Refusal::NotFound)?;
    sandbox.act(|desk| {
        if !conversation(desk, &inbox, &source, &id)?.messages.contains(&message) {
            return Err(Refusal::NotFound);
        }
        crate::widget::take_answer(desk, message, params.wrapped("message"))?;
        Ok(answer::json(&message::public(desk, desk.message(message)?)))
    })
}

/// A customer can only resolve.
async fn resolve(
    State(sandbox): State<Sandbox>,
    Path((inbox, source, id)): One,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let row = conversation(desk, &inbox, &source, &id)?;
        let (id, contact) = (row.id, row.contact_id);
        desk.set_status(id, Status::Resolved, None, Actor::Contact(contact))?;
        Ok(answer::json(&shown(desk, desk.conversation(id)?)))
    })
}

async fn toggle_typing(
    State(sandbox): State<Sandbox>,
    Path((inbox, source, id)): One,
    params: Params,
) -> Result<Response, Refusal> {
    let on = params.values.text("typing_status").as_deref() == Some("on");
    sandbox.act(|desk| {
        let row = conversation(desk, &inbox, &source, &id)?;
        let (id, contact) = (row.id, row.contact_id);
        desk.type_on(id, on, false, Actor::Contact(contact))?;
        Ok(answer::empty())
    })
}

async fn update_last_seen(
    State(sandbox): State<Sandbox>,
    Path((inbox, source, id)): One,
) -> Result<Response, Refusal> {
    let now = sandbox.now();
    sandbox.act(|desk| {
        let id = conversation(desk, &inbox, &source, &id)?.id;
        if let Some(row) = desk.conversations.get_mut(&id) {
            row.contact_last_seen_at = Some(now);
        }
        Ok(answer::empty())
    })
}
