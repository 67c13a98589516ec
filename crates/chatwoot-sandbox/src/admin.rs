//! The door for tests in other processes, under `/_sandbox`: switch faults, look at everything. Never on a real desk.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::api::params::Params;
use crate::desk::Desk;
use crate::model::{Assignee, Channel, Inbox, User};
use crate::render::message;
use crate::{Faults, Sandbox};

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/_sandbox/faults", get(show_faults).post(set_faults).delete(clear_faults))
        .route("/_sandbox/state", get(state))
}

async fn show_faults(State(sandbox): State<Sandbox>) -> Response {
    axum::Json(sandbox.faults()).into_response()
}

/// Takes over the members that are given, `webhooks` member by member.
async fn set_faults(State(sandbox): State<Sandbox>, params: Params) -> Response {
    let current = serde_json::to_value(sandbox.faults()).unwrap_or_default();
    let mut wanted = current;
    merge(&mut wanted, Value::Object(params.values));
    match serde_json::from_value::<Faults>(wanted) {
        Ok(faults) => {
            sandbox.set_faults(faults.clone());
            axum::Json(faults).into_response()
        }
        Err(error) => {
            let body = json!({"error": format!("{error}; GET /_sandbox/faults shows all members")});
            (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(body)).into_response()
        }
    }
}

fn merge(target: &mut Value, given: Value) {
    match (target, given) {
        (Value::Object(target), Value::Object(given)) => {
            for (name, value) in given {
                merge(target.entry(name).or_insert(Value::Null), value);
            }
        }
        (target, given) => *target = given,
    }
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> Response {
    sandbox.set_faults(Faults::default());
    axum::Json(sandbox.faults()).into_response()
}

/// People with their tokens, inboxes with their addresses, and all conversations with all their messages.
async fn state(State(sandbox): State<Sandbox>) -> Response {
    sandbox.read(|desk| axum::Json(snapshot(desk)).into_response())
}

fn snapshot(desk: &Desk) -> Value {
    let conversations: Vec<Value> = desk
        .conversations
        .values()
        .map(|row| {
            let messages: Vec<Value> =
                desk.messages_of(row).map(|message| message::rest(desk, message, None)).collect();
            let (assignee, assignee_type) = match row.assignee {
                None => (None, None),
                Some(Assignee::User(id)) => (Some(id), Some("User")),
                Some(Assignee::AgentBot(id)) => (Some(id), Some("AgentBot")),
            };
            let contact = desk.contacts.get(&row.contact_id);
            json!({
                "id": row.id,
                "inbox_id": row.inbox_id,
                "contact": contact.map(|c| json!({"id": c.id, "name": c.name, "email": c.email})),
                "status": row.status.as_str(),
                "priority": row.priority.map(|priority| priority.as_str()),
                "assignee_id": assignee,
                "assignee_type": assignee_type,
                "team_id": row.team_id,
                "labels": row.labels,
                "custom_attributes": row.custom_attributes,
                "messages": messages,
            })
        })
        .collect();
    json!({"users": users(desk), "inboxes": inboxes(desk), "conversations": conversations})
}

fn users(desk: &Desk) -> Vec<Value> {
    let shown = |user: &User| {
        json!({
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "role": user.role.as_str(),
            "token": user.token,
            "availability_status": user.availability_status().as_str(),
        })
    };
    desk.users.values().map(shown).collect()
}

/// With what a customer needs to write to them: the website's token, the app's identifier, the address, the number.
fn inboxes(desk: &Desk) -> Vec<Value> {
    let shown = |inbox: &Inbox| {
        let (mut identifier, mut email, mut number) = (None, None, None);
        match &inbox.channel {
            Channel::Api { identifier: own, .. } => identifier = Some(own),
            Channel::Email { email: own, .. } => email = Some(own),
            Channel::Sms { phone_number } => number = Some(phone_number),
            Channel::WebWidget(_) => {}
        }
        json!({
            "id": inbox.id,
            "name": inbox.name,
            "channel_type": inbox.channel.class(),
            "website_token": inbox.widget().map(|widget| &widget.website_token),
            "inbox_identifier": identifier,
            "email": email,
            "phone_number": number,
        })
    };
    desk.inboxes.values().map(shown).collect()
}
