//! Bulk actions: the only call of agents that adds or removes single labels.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use jiff::Timestamp;

use super::answer;
use super::params::{Members, Params};
use super::session::Session;
use crate::Sandbox;
use crate::desk::Desk;
use crate::event::Actor;
use crate::model::{Map, Status};
use crate::refusal::Refusal;

pub(super) fn router() -> Router<Sandbox> {
    Router::new().route("/api/v1/accounts/{account}/bulk_actions", post(act))
}

/// Answers at once, whatever becomes of it; ids that name nothing are passed over.
async fn act(State(sandbox): State<Sandbox>, session: Session, params: Params) -> Result<Response, Refusal> {
    let given = &params.values;
    if given.text("type").as_deref() != Some("Conversation") {
        return Err(Refusal::Unprocessable("success is not true".to_owned()));
    }
    let ids = given.integers("ids");
    let labels = given.object("labels").unwrap_or_default();
    let fields = given.object("fields").unwrap_or_default();
    let until = given.integer("snoozed_until").and_then(|at| Timestamp::from_second(at).ok());
    let by = session.actor();
    sandbox.act(|desk| {
        let known: Vec<i64> = ids.into_iter().filter(|id| desk.conversations.contains_key(id)).collect();
        // Removals of all come first, then each conversation's additions and fields.
        let gone = labels.texts("remove").unwrap_or_default();
        for id in &known {
            let kept = desk.conversation(*id)?.labels.iter().filter(|label| !gone.contains(label)).cloned();
            let kept: Vec<String> = kept.collect();
            desk.set_labels(*id, kept, by)?;
        }
        for id in &known {
            let mut all = desk.conversation(*id)?.labels.clone();
            all.extend(labels.texts("add").unwrap_or_default());
            desk.set_labels(*id, all, by)?;
            // Each step is a save of its own, told of before the next.
            desk.build_pending();
            set_fields(desk, *id, &fields, until, by)?;
        }
        Ok(answer::empty())
    })
}

fn set_fields(
    desk: &mut Desk,
    id: i64,
    fields: &Map,
    until: Option<Timestamp>,
    by: Actor,
) -> Result<(), Refusal> {
    if fields.contains_key("team_id") {
        desk.assign_team(id, fields.integer("team_id"), by)?;
    }
    if fields.contains_key("assignee_id") {
        desk.assign_user(id, fields.integer("assignee_id"), by)?;
    }
    if let Some(status) = fields.text("status").and_then(|word| Status::parse(&word)) {
        desk.set_status(id, status, until, by)?;
    }
    Ok(())
}
