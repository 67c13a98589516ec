//! What the desk page shows: the desk at a glance, and one conversation with its thread.
//!
//! Reading only. Acts go through the REST API with the chosen person's token, which is why tokens are in here.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::markdown;
use crate::model::{Assignee, Conversation, Message, MessageType, Sender, Status};
use crate::{Desk, Sandbox};

/// Longer lists than this are not drawn; the count above the list still tells how many there are.
const ROWS: usize = 300;
const GIST_CHARS: usize = 140;

#[derive(Deserialize)]
pub(super) struct Asked {
    show: Option<String>,
}

/// People, counts, and the list of conversations: the open ones first, then the latest.
pub(super) async fn overview(State(sandbox): State<Sandbox>, Query(asked): Query<Asked>) -> Json<Value> {
    Json(sandbox.read(|desk| {
        let shown: fn(&&Conversation) -> bool = match asked.show.as_deref() {
            Some("open") => |one| one.status == Status::Open,
            Some("waiting") => is_waiting,
            _ => |_| true,
        };
        let mut rows: Vec<&Conversation> = desk.conversations.values().filter(shown).collect();
        rows.sort_by_key(|one| {
            (one.status != Status::Open, std::cmp::Reverse((one.last_activity_at, one.id)))
        });
        let count = |of: fn(&&Conversation) -> bool| desk.conversations.values().filter(of).count();
        json!({
            "now": desk.now().as_second(),
            "account": { "id": desk.account.id, "name": desk.account.name },
            "users": desk.users.values().map(|user| json!({
                "id": user.id,
                "name": user.name,
                "role": user.role.as_str(),
                "availability": user.availability_status().as_str(),
                "access_token": user.token,
            })).collect::<Vec<_>>(),
            "counts": {
                "open": count(|one| one.status == Status::Open),
                "waiting": count(is_waiting),
                "all": desk.conversations.len(),
            },
            "conversations": rows.into_iter().take(ROWS).map(|one| row(desk, one)).collect::<Vec<_>>(),
        })
    }))
}

fn is_waiting(one: &&Conversation) -> bool {
    one.status == Status::Open && one.waiting_since.is_some()
}

/// One conversation as a line of the list.
fn row(desk: &Desk, one: &Conversation) -> Value {
    // The desk's own greeting or survey says nothing about the conversation.
    let said = |message: &&Message| message.is_public() && message.message_type != MessageType::Template;
    let last = desk.messages_of(one).rev().find(said);
    json!({
        "id": one.id,
        "contact": contact(desk, one),
        "inbox": desk.inboxes.get(&one.inbox_id).map(|inbox| &inbox.name),
        "status": one.status.as_str(),
        "priority": one.priority.map(|priority| priority.as_str()),
        "labels": one.labels,
        "assignee": assignee(desk, one),
        "waiting_since": seconds(one.waiting_since),
        "last_activity_at": one.last_activity_at.as_second(),
        "gist": last.and_then(|message| message.content.as_deref()).map(gist),
    })
}

/// One conversation with everything that was said in it, notes and activities included.
pub(super) async fn conversation(State(sandbox): State<Sandbox>, Path(id): Path<i64>) -> Response {
    let found = sandbox.read(|desk| desk.conversations.get(&id).map(|one| case(desk, one)));
    match found {
        Some(case) => Json(case).into_response(),
        None => {
            let error = json!({ "error": format!("There is no conversation {id} on this desk.") });
            (StatusCode::NOT_FOUND, Json(error)).into_response()
        }
    }
}

fn case(desk: &Desk, one: &Conversation) -> Value {
    let mut case = row(desk, one);
    case["team"] = json!(one.team_id.and_then(|id| desk.teams.get(&id)).map(|team| &team.name));
    case["assignee_id"] = json!(one.assignee_user());
    let subject = one.additional_attributes.get("mail_subject");
    let thread = desk.messages_of(one).enumerate().map(|(n, message)| {
        let mut line = line(desk, message);
        if n == 0
            && let Some(subject) = subject
        {
            line["subject"] = subject.clone();
        }
        line
    });
    case["messages"] = thread.collect();
    case
}

fn line(desk: &Desk, message: &Message) -> Value {
    let content = message.content.as_deref().unwrap_or_default();
    let rating = message
        .content_attributes
        .get("submitted_values")
        .map(|values| &values["csat_survey_response"]["rating"]);
    json!({
        "id": message.id,
        "kind": message.message_type.as_str(),
        "private": message.private,
        "status": message.status.as_str(),
        "sender": sender(desk, message.sender),
        "content": content,
        "html": markdown::to_html(content),
        "created_at": message.created_at.as_second(),
        "rating": rating,
        "attachments": message.attachments.len(),
    })
}

fn contact(desk: &Desk, one: &Conversation) -> Value {
    desk.contacts.get(&one.contact_id).map_or_else(
        || json!({ "name": "Deleted contact" }),
        |contact| json!({ "name": contact.name, "email": contact.email, "phone_number": contact.phone_number }),
    )
}

fn assignee<'a>(desk: &'a Desk, one: &Conversation) -> Option<&'a String> {
    match one.assignee? {
        Assignee::User(id) => desk.users.get(&id).map(|user| &user.name),
        Assignee::AgentBot(id) => desk.bots.get(&id).map(|bot| &bot.name),
    }
}

fn sender(desk: &Desk, sender: Sender) -> Option<&String> {
    match sender {
        Sender::Nobody => None,
        Sender::User(id) => desk.users.get(&id).map(|user| &user.name),
        Sender::AgentBot(id) => desk.bots.get(&id).map(|bot| &bot.name),
        Sender::Contact(id) => desk.contacts.get(&id).map(|contact| &contact.name),
    }
}

/// The beginning of a message on one line.
fn gist(text: &str) -> String {
    let line = markdown::to_line(text);
    match line.char_indices().nth(GIST_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Unix seconds; 0 stands for never.
fn seconds(at: Option<Timestamp>) -> i64 {
    at.map_or(0, Timestamp::as_second)
}
