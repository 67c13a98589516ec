//! One conversation: shown, started, changed.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer;
use super::params::{Members, Params};
use super::session::{Administrator, Caller, Id, Session};
use crate::Sandbox;
use crate::act::{NewConversation, NewMessage};
use crate::desk::Desk;
use crate::event::Actor;
use crate::json::iso_or_null;
use crate::model::{Map, Priority, Role, Status};
use crate::refusal::Refusal;
use crate::render::{conversation::rest, people};

pub(super) fn router() -> Router<Sandbox> {
    let one = "/api/v1/accounts/{account}/conversations/{id}";
    let at = |rest: &str| format!("{one}/{rest}");
    Router::new()
        .route(one, get(show).patch(update).delete(remove))
        .route(&at("toggle_status"), post(toggle_status))
        .route(&at("toggle_priority"), post(toggle_priority))
        .route(&at("toggle_typing_status"), post(toggle_typing))
        .route(&at("assignments"), post(assign))
        .route(&at("labels"), get(labels).post(set_labels))
        .route(&at("custom_attributes"), post(set_custom_attributes))
        .route(&at("mute"), post(mute))
        .route(&at("unmute"), post(unmute))
        .route(&at("update_last_seen"), post(update_last_seen))
        .route(&at("unread"), post(unread))
        .route(&at("draft_messages"), get(draft).patch(set_draft).delete(remove_draft))
}

type At = Path<(Id, Id)>;

fn shown(desk: &Desk, id: Id, caller: Caller) -> Result<Response, Refusal> {
    Ok(answer::json(&rest(desk, desk.conversation(id.0)?, caller.user())))
}

/// Changes a conversation the caller may see.
fn change<T>(
    sandbox: &Sandbox,
    caller: Caller,
    id: Id,
    verb: impl FnOnce(&mut Desk, i64) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    sandbox.act(|desk| {
        caller.conversation(desk, id)?;
        verb(desk, id.0)
    })
}

async fn show(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path((_, id)): At,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        caller.conversation(desk, id)?;
        shown(desk, id, caller)
    })
}

pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    params: Params,
) -> Result<Response, Refusal> {
    let given = &params.values;
    let status = match given.text("status") {
        None => None,
        Some(word) => Some(Status::parse(&word).ok_or(Refusal::Broken)?),
    };
    sandbox.act(|desk| {
        let inbox = given.integer("inbox_id");
        let address = match (given.text("source_id"), given.integer("contact_id"), inbox) {
            (source, Some(contact), Some(inbox)) => desk.address_in(contact, inbox, source)?,
            (Some(source), _, _) => {
                let known = desk.contact_inboxes.values().find(|row| row.source_id == source);
                known.ok_or(Refusal::NotFound)?.id
            }
            _ => return Err(Refusal::NotFound),
        };
        let id = desk.create_conversation(NewConversation {
            status,
            assignee_id: given.integer("assignee_id"),
            team_id: given.integer("team_id"),
            snoozed_until: given.text("snoozed_until").and_then(|at| at.parse().ok()),
            additional_attributes: given.object("additional_attributes").unwrap_or_default(),
            custom_attributes: given.object("custom_attributes").unwrap_or_default(),
            ..NewConversation::of(address)
        })?;
        if let Some(content) = given.object("message").and_then(|message| message.text("content")) {
            desk.create_message(id, NewMessage::text(caller.sender(), &content))?;
        }
        shown(desk, Id(id), caller)
    })
}

async fn update(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path((_, id)): At,
    params: Params,
) -> Result<Response, Refusal> {
    let priority = wanted_priority(params.wrapped("conversation"))?;
    change(&sandbox, caller, id, |desk, n| {
        desk.set_priority(n, priority, caller.actor)?;
        shown(desk, id, caller)
    })
}

/// A word that is no priority raises, unrescued.
fn wanted_priority(given: &Map) -> Result<Option<Priority>, Refusal> {
    given.text("priority").map(|word| Priority::parse(&word).ok_or(Refusal::Broken)).transpose()
}

async fn remove(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    Path((_, id)): At,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| desk.delete_conversation(id.0).map(|()| answer::empty()))
}

async fn toggle_status(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path((_, id)): At,
    params: Params,
) -> Result<Response, Refusal> {
    let word = params.values.text("status");
    let until = params.values.integer("snoozed_until").and_then(|at| Timestamp::from_second(at).ok());
    change(&sandbox, caller, id, |desk, n| {
        let status = match word {
            Some(word) => Status::parse(&word).ok_or(Refusal::Broken)?,
            None => desk.opposite_status(n)?,
        };
        let hands_off = caller.user().is_none()
            && status == Status::Open
            && desk.conversation(n)?.status == Status::Pending;
        if hands_off {
            desk.hand_off(n, caller.actor)?;
        } else {
            desk.set_status(n, status, until, caller.actor)?;
        }
        // An agent who opens a conversation takes it; administrators and bots do not.
        if let (Status::Open, Some(user)) = (status, caller.user())
            && desk.user(user)?.role == Role::Agent
        {
            desk.assign_user(n, Some(user), caller.actor)?;
        }
        let row = desk.conversation(n)?;
        Ok(answer::json(&json!({"payload": {
            // A hand-off saves in another way, whose outcome the answer does not know.
            "success": (!hands_off).then_some(true),
            "conversation_id": row.id,
            "current_status": row.status.as_str(),
            "snoozed_until": iso_or_null(row.snoozed_until),
        }})))
    })
}

async fn toggle_priority(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path((_, id)): At,
    params: Params,
) -> Result<Response, Refusal> {
    let priority = wanted_priority(&params.values)?;
    change(&sandbox, caller, id, |desk, n| desk.set_priority(n, priority, caller.actor))?;
    Ok(answer::empty())
}

async fn toggle_typing(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path((_, id)): At,
    params: Params,
) -> Result<Response, Refusal> {
    let on = params.values.text("typing_status").as_deref() == Some("on");
    let private = params.values.flag("is_private").unwrap_or(false);
    change(&sandbox, caller, id, |desk, n| desk.type_on(n, on, private, caller.actor))?;
    Ok(answer::empty())
}

/// If both an agent and a team are named, only the agent counts.
async fn assign(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path((_, id)): At,
    params: Params,
) -> Result<Response, Refusal> {
    let given = &params.values;
    let value = change(&sandbox, caller, id, |desk, n| {
        if given.contains_key("assignee_id") {
            let assignee = given.integer("assignee_id");
            if given.text("assignee_type").as_deref() == Some("AgentBot") {
                desk.assign_bot(n, assignee.unwrap_or(-1))?;
                let bot = assignee.and_then(|bot| desk.bots.get(&bot));
                return Ok(bot.map_or(Value::Null, |bot| people::bot_slim(&desk.account, bot)));
            }
            desk.assign_user(n, assignee, caller.actor)?;
            let user = assignee.and_then(|user| desk.users.get(&user));
            return Ok(user.map_or(Value::Null, |user| people::agent(&desk.account, user)));
        }
        if given.contains_key("team_id") {
            let team = given.integer("team_id");
            desk.assign_team(n, team, caller.actor)?;
            let team = team.and_then(|team| desk.teams.get(&team));
            return Ok(team.map_or(Value::Null, |team| people::team_row(&desk.account, team)));
        }
        Ok(Value::Null)
    })?;
    Ok(answer::json(&value))
}

async fn labels(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path((_, id)): At,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| Ok(answer::json(&json!({"payload": caller.conversation(desk, id)?.labels}))))
}

async fn set_labels(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path((_, id)): At,
    params: Params,
) -> Result<Response, Refusal> {
    let labels = params.values.texts("labels").unwrap_or_default();
    change(&sandbox, caller, id, |desk, n| {
        desk.set_labels(n, labels, caller.actor)?;
        Ok(answer::json(&json!({"payload": desk.conversation(n)?.labels})))
    })
}

async fn set_custom_attributes(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path((_, id)): At,
    params: Params,
) -> Result<Response, Refusal> {
    let attributes = params.values.object("custom_attributes").unwrap_or_default();
    change(&sandbox, caller, id, |desk, n| {
        desk.set_custom_attributes(n, attributes)?;
        Ok(answer::json(&json!({"custom_attributes": desk.conversation(n)?.custom_attributes})))
    })
}

async fn mute(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): At,
) -> Result<Response, Refusal> {
    change(&sandbox, session.caller(), id, |desk, n| desk.mute(n, session.actor()))?;
    Ok(answer::empty())
}

async fn unmute(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): At,
) -> Result<Response, Refusal> {
    change(&sandbox, session.caller(), id, |desk, n| desk.unmute(n, session.actor()))?;
    Ok(answer::empty())
}

async fn update_last_seen(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): At,
) -> Result<Response, Refusal> {
    change(&sandbox, session.caller(), id, |desk, n| {
        desk.mark_seen(n, Actor::User(session.user))?;
        shown(desk, id, session.caller())
    })
}

async fn unread(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): At,
) -> Result<Response, Refusal> {
    change(&sandbox, session.caller(), id, |desk, n| {
        desk.mark_unread(n)?;
        shown(desk, id, session.caller())
    })
}

async fn draft(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): At,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        let text = &session.caller().conversation(desk, id)?.editor_draft;
        Ok(answer::json(&match text {
            Some(text) => json!({"has_draft": true, "message": text}),
            None => json!({"has_draft": false}),
        }))
    })
}

async fn set_draft(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): At,
    params: Params,
) -> Result<Response, Refusal> {
    let text = params.values.object("draft_message").and_then(|draft| draft.text("message"));
    keep_draft(&sandbox, session, id, text)
}

async fn remove_draft(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): At,
) -> Result<Response, Refusal> {
    keep_draft(&sandbox, session, id, None)
}

fn keep_draft(
    sandbox: &Sandbox,
    session: Session,
    id: Id,
    text: Option<String>,
) -> Result<Response, Refusal> {
    change(sandbox, session.caller(), id, |desk, n| {
        desk.conversations.get_mut(&n).ok_or(Refusal::NotFound)?.editor_draft = text;
        Ok(answer::empty())
    })
}
