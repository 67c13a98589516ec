//! Agents, teams, inbox members.

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::answer;
use super::params::{Members, Params};
use super::session::{Administrator, Id, Session};
use crate::Sandbox;
use crate::desk::Desk;
use crate::model::{Availability, Role, User};
use crate::refusal::Refusal;
use crate::render::people::{self, agents_by_name, is_administrator};
use crate::sandbox::new_token;

pub(super) fn router() -> Router<Sandbox> {
    let members =
        get(team_members).post(add_team_members).patch(set_team_members).delete(remove_team_members);
    Router::new()
        .route("/api/v1/accounts/{account}/agents", get(agents).post(create_agent))
        .route("/api/v1/accounts/{account}/teams", get(teams).post(create_team))
        .route("/api/v1/accounts/{account}/teams/{id}", get(team))
        .route("/api/v1/accounts/{account}/teams/{id}/team_members", members)
        .route("/api/v1/accounts/{account}/inbox_members", post(add_inbox_members).patch(set_inbox_members))
        .route("/api/v1/accounts/{account}/inbox_members/{id}", get(inbox_members))
        .route("/api/v1/accounts/{account}/assignable_agents", get(assignable_agents))
}

fn agent_list(desk: &Desk, keep: impl Fn(&User) -> bool) -> Value {
    json!(agents_by_name(desk, keep).into_iter().map(|u| people::agent(&desk.account, u)).collect::<Vec<_>>())
}

async fn agents(State(sandbox): State<Sandbox>, _: Session) -> Response {
    sandbox.read(|desk| answer::json(&agent_list(desk, |_| true)))
}

async fn create_agent(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("agent");
    let name =
        given.text("name").ok_or_else(|| Refusal::Unprocessable("param is missing: name".to_owned()))?;
    let email =
        given.text("email").ok_or_else(|| Refusal::Unprocessable("param is missing: email".to_owned()))?;
    sandbox.act(|desk| {
        if desk.users.values().any(|user| user.email == email) {
            return Err(Refusal::invalid("Email has already been taken", "email"));
        }
        let id = desk.users.keys().next_back().copied().unwrap_or_default() + 1;
        let user = User {
            id,
            name,
            email,
            token: new_token(),
            pubsub_token: new_token(),
            role: given.text("role").and_then(|role| Role::parse(&role)).unwrap_or(Role::Agent),
            availability: Availability::Online,
            auto_offline: given.flag("auto_offline").unwrap_or(true),
            ui_settings: json!({}),
            super_admin: false,
        };
        let shown = people::agent(&desk.account, &user);
        desk.users.insert(id, user);
        Ok(answer::json(&shown))
    })
}

async fn teams(State(sandbox): State<Sandbox>, session: Session) -> Response {
    sandbox.read(|desk| {
        let teams = desk.teams.values().map(|team| people::team(&desk.account, team, Some(session.user)));
        answer::json(&teams.collect())
    })
}

async fn team(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        let team = desk.teams.get(&id.0).ok_or(Refusal::NotFound)?;
        Ok(answer::json(&people::team(&desk.account, team, Some(session.user))))
    })
}

async fn create_team(
    State(sandbox): State<Sandbox>,
    Administrator(session): Administrator,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("team");
    sandbox.act(|desk| {
        let name = given.text("name").unwrap_or_default();
        let id = desk.create_team(&name, given.text("description"), &[])?;
        let team = desk.teams.get_mut(&id).ok_or(Refusal::NotFound)?;
        team.allow_auto_assign = given.flag("allow_auto_assign").unwrap_or(true);
        let team = team.clone();
        Ok(answer::json(&people::team(&desk.account, &team, Some(session.user))))
    })
}

async fn team_members(
    State(sandbox): State<Sandbox>,
    _: Session,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        let team = desk.teams.get(&id.0).ok_or(Refusal::NotFound)?;
        Ok(answer::json(&agent_list(desk, |user| team.members.contains(&user.id))))
    })
}

/// Changes a team's members and answers with those `shown` picks from (before, after).
fn change_team(
    sandbox: &Sandbox,
    id: Id,
    params: &Params,
    change: impl FnOnce(&mut BTreeSet<i64>, &[i64]),
    shown: impl Fn(&BTreeSet<i64>, &BTreeSet<i64>) -> BTreeSet<i64>,
) -> Result<Response, Refusal> {
    let users = params.values.integers("user_ids");
    sandbox.act(|desk| {
        let known: Vec<i64> = users.into_iter().filter(|id| desk.users.contains_key(id)).collect();
        let team = desk.teams.get_mut(&id.0).ok_or(Refusal::NotFound)?;
        let before = team.members.clone();
        change(&mut team.members, &known);
        let shown = shown(&before, &team.members);
        Ok(answer::json(&agent_list(desk, |user| shown.contains(&user.id))))
    })
}

/// Answers with the newly added only.
async fn add_team_members(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    Path((_, id)): Path<(Id, Id)>,
    params: Params,
) -> Result<Response, Refusal> {
    let add = |members: &mut BTreeSet<i64>, users: &[i64]| members.extend(users);
    change_team(&sandbox, id, &params, add, |before, after| after - before)
}

async fn set_team_members(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    Path((_, id)): Path<(Id, Id)>,
    params: Params,
) -> Result<Response, Refusal> {
    let set = |members: &mut BTreeSet<i64>, users: &[i64]| *members = users.iter().copied().collect();
    change_team(&sandbox, id, &params, set, |_, after| after.clone())
}

async fn remove_team_members(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    Path((_, id)): Path<(Id, Id)>,
    params: Params,
) -> Result<Response, Refusal> {
    let remove = |members: &mut BTreeSet<i64>, users: &[i64]| members.retain(|id| !users.contains(id));
    change_team(&sandbox, id, &params, remove, |_, after| after.clone()).map(|_| answer::empty())
}

async fn inbox_members(
    State(sandbox): State<Sandbox>,
    _: Session,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| members_of(desk, id.0))
}

fn members_of(desk: &Desk, inbox: i64) -> Result<Response, Refusal> {
    let inbox = desk.inbox(inbox)?;
    Ok(answer::json(&json!({"payload": agent_list(desk, |user| inbox.members.contains(&user.id))})))
}

fn change_inbox(sandbox: &Sandbox, params: &Params, replace: bool) -> Result<Response, Refusal> {
    let id = params.values.integer("inbox_id").unwrap_or(-1);
    let users = params.values.integers("user_ids");
    sandbox.act(|desk| {
        let known: BTreeSet<i64> = users.into_iter().filter(|id| desk.users.contains_key(id)).collect();
        let inbox = desk.inboxes.get_mut(&id).ok_or(Refusal::NotFound)?;
        if replace {
            inbox.members = known;
        } else {
            inbox.members.extend(known);
        }
        members_of(desk, id)
    })
}

async fn add_inbox_members(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    params: Params,
) -> Result<Response, Refusal> {
    change_inbox(&sandbox, &params, false)
}

async fn set_inbox_members(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    params: Params,
) -> Result<Response, Refusal> {
    change_inbox(&sandbox, &params, true)
}

/// Members common to all inboxes, then the administrators.
async fn assignable_agents(
    State(sandbox): State<Sandbox>,
    session: Session,
    params: Params,
) -> Result<Response, Refusal> {
    let inboxes = params.values.integers("inbox_ids");
    sandbox.read(|desk| {
        let mut common: BTreeSet<i64> = desk.users.keys().copied().collect();
        for id in inboxes {
            let inbox = desk.inbox(id)?;
            if !session.caller().sees_inbox(inbox) {
                return Err(Refusal::NotAuthorized);
            }
            common = &common & &inbox.members;
        }
        let members = agents_by_name(desk, |user| common.contains(&user.id) && !is_administrator(user));
        let everybody = members.into_iter().chain(agents_by_name(desk, is_administrator));
        let agents: Vec<Value> = everybody.map(|user| people::agent(&desk.account, user)).collect();
        Ok(answer::json(&json!({"payload": agents})))
    })
}
