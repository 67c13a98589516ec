//! The messages of a conversation: read, written, deleted, retried.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use serde_json::{Value, json};

use super::answer;
use super::params::{Members, Params};
use super::session::{Caller, Id, Session};
use crate::Sandbox;
use crate::act::{NewMessage, Recipients};
use crate::desk::Desk;
use crate::dialect::since;
use crate::model::{Conversation, Map, Message, MessageStatus, MessageType, Sender};
use crate::refusal::Refusal;
use crate::render::{conversation::messages_meta, message::rest};

pub(super) fn router() -> Router<Sandbox> {
    let all = "/api/v1/accounts/{account}/conversations/{id}/messages";
    Router::new()
        .route(all, get(list).post(create))
        .route(&format!("{all}/{{message}}"), delete(remove).patch(update))
        .route(&format!("{all}/{{message}}/retry"), post(retry))
}

async fn list(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): Path<(Id, Id)>,
    params: Params,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        let row = session.caller().conversation(desk, id)?;
        let messages: Vec<Value> =
            page(desk, row, &params.values).into_iter().map(|m| rest(desk, m, None)).collect();
        Ok(answer::json(&json!({"meta": messages_meta(desk, row), "payload": messages})))
    })
}

/// The page the cursors ask for, oldest first: the last 20, 20 before, up to 100 after, or up to 1000 between.
fn page<'a>(desk: &'a Desk, row: &'a Conversation, given: &Map) -> Vec<&'a Message> {
    let public_only = given.flag("filter_internal_messages").unwrap_or(false);
    let seen = desk.messages_of(row).filter(|message| !public_only || message.is_public());
    let last_20 = |messages: Vec<&'a Message>| messages[messages.len().saturating_sub(20)..].to_vec();
    match (given.integer("after"), given.integer("before")) {
        (None, None) => last_20(seen.collect()),
        (None, Some(before)) => last_20(seen.filter(|message| message.id < before).collect()),
        (Some(after), None) => seen.filter(|message| message.id > after).take(100).collect(),
        // With both ends given, `after` itself is in.
        (Some(after), Some(before)) => {
            seen.filter(|message| (after..before).contains(&message.id)).take(1000).collect()
        }
    }
}

async fn create(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path((_, id)): Path<(Id, Id)>,
    params: Params,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let row = caller.conversation(desk, id)?;
        let (contact, in_api) = (row.contact_id, desk.inbox(row.inbox_id)?.is_api());
        let new = new_message(desk, caller, contact, in_api, &params)?;
        let message = desk.create_message(id.0, NewMessage { attachments: params.files, ..new })?;
        Ok(answer::json(&rest(desk, desk.message(message)?, params.values.get("echo_id"))))
    })
}

fn new_message(
    desk: &Desk,
    caller: Caller,
    contact: i64,
    in_api: bool,
    params: &Params,
) -> Result<NewMessage, Refusal> {
    let given = &params.values;
    let incoming = given.text("message_type").as_deref() == Some("incoming");
    if incoming && !in_api {
        return Err(Refusal::Unprocessable("Incoming messages are only allowed in Api inboxes".to_owned()));
    }
    let as_bot = given.text("sender_type").as_deref() == Some("AgentBot");
    let bot = given.integer("sender_id").filter(|bot| as_bot && desk.bots.contains_key(bot));
    let sender = match (incoming, bot) {
        (true, _) => Sender::Contact(contact),
        (false, Some(bot)) => Sender::AgentBot(bot),
        (false, None) => caller.sender(),
    };
    let mut additional_attributes = Map::new();
    for name in ["campaign_id", "template_params"] {
        if let Some(value) = given.get(name) {
            additional_attributes.insert(name.to_owned(), value.clone());
        }
    }
    let mut content_attributes = given.object("content_attributes").unwrap_or_default();
    if desk.version < since::CUSTOM_CONTENT_ATTRIBUTES {
        let kept = ["items", "in_reply_to", "automation_rule_id"];
        content_attributes.retain(|name, _| kept.contains(&name.as_str()));
    }
    Ok(NewMessage {
        sender,
        message_type: if incoming { MessageType::Incoming } else { MessageType::Outgoing },
        content: given.text("content"),
        content_type: given.text("content_type").unwrap_or_else(|| "text".to_owned()),
        content_attributes,
        additional_attributes,
        private: given.flag("private").unwrap_or(false),
        source_id: given.text("source_id"),
        attachments: Vec::new(),
        recipients: Recipients {
            cc: addresses(given, "cc_emails"),
            bcc: addresses(given, "bcc_emails"),
            to: addresses(given, "to_emails"),
        },
    })
}

/// Addresses in one text, separated by commas.
fn addresses(given: &Map, name: &str) -> Vec<String> {
    let text = given.text(name).unwrap_or_default();
    text.split(',').map(str::trim).filter(|address| !address.is_empty()).map(str::to_owned).collect()
}

/// A message of this conversation, for a caller who may see it.
fn known(desk: &Desk, caller: Caller, id: Id, message: Id) -> Result<(), Refusal> {
    let row = caller.conversation(desk, id)?;
    if row.messages.contains(&message.0) { Ok(()) } else { Err(Refusal::NotFound) }
}

async fn remove(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id, message)): Path<(Id, Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        known(desk, session.caller(), id, message)?;
        desk.delete_message(message.0)?;
        Ok(answer::json(&rest(desk, desk.message(message.0)?, None)))
    })
}

/// Only the delivery status, and only in API inboxes: text is never edited.
async fn update(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id, message)): Path<(Id, Id, Id)>,
    params: Params,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        known(desk, session.caller(), id, message)?;
        if !desk.inbox(desk.conversation(id.0)?.inbox_id)?.is_api() {
            return Err(Refusal::Forbidden("Message status update is only allowed for API inboxes"));
        }
        let word = params.values.text("status").unwrap_or_default();
        let status = MessageStatus::parse(&word).ok_or(Refusal::Broken)?;
        desk.set_message_status(message.0, status, params.values.text("external_error"))?;
        Ok(answer::json(&rest(desk, desk.message(message.0)?, None)))
    })
}

async fn retry(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id, message)): Path<(Id, Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        known(desk, session.caller(), id, message)?;
        desk.retry_message(message.0)?;
        Ok(answer::json(&rest(desk, desk.message(message.0)?, None)))
    })
}
