//! Survey answers, for administrators.

use std::cmp::Reverse;
use std::ops::Range;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::answer;
use super::params::{Members, Params};
use super::session::Administrator;
use crate::Sandbox;
use crate::desk::Desk;
use crate::model::{CsatResponse, Map, Message};
use crate::render::settings::csat_response;

const PER_PAGE: usize = 25;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/api/v1/accounts/{account}/csat_survey_responses", get(list))
        .route("/api/v1/accounts/{account}/csat_survey_responses/metrics", get(metrics))
}

/// What the parameters ask for; a period counts only with both ends.
fn matching<'a>(desk: &'a Desk, given: &Map) -> Vec<&'a CsatResponse> {
    let (inbox, team, rating) =
        (given.integer("inbox_id"), given.integer("team_id"), given.integer("rating"));
    let users = given.integers("user_ids");
    let period = period(given);
    let rows = desk.csat_responses.values().filter(|row| {
        let conversation = desk.conversations.get(&row.conversation_id);
        let in_inbox = |id| conversation.is_some_and(|conversation| conversation.inbox_id == id);
        let in_team = |id| conversation.is_some_and(|conversation| conversation.team_id == Some(id));
        inbox.is_none_or(in_inbox)
            && team.is_none_or(in_team)
            && rating.is_none_or(|rating| row.rating == rating)
            && (users.is_empty() || row.assigned_agent.is_some_and(|agent| users.contains(&agent)))
            && period.as_ref().is_none_or(|period| period.contains(&row.created_at.as_second()))
    });
    rows.collect()
}

fn period(given: &Map) -> Option<Range<i64>> {
    Some(given.integer("since")?..given.integer("until")?)
}

/// In the order of the table, unless another is asked for.
async fn list(State(sandbox): State<Sandbox>, _: Administrator, params: Params) -> Response {
    let given = &params.values;
    let page = given.integer("page").and_then(|page| usize::try_from(page).ok()).unwrap_or(1).max(1);
    sandbox.read(|desk| {
        let mut rows = matching(desk, given);
        match given.text("sort").as_deref() {
            Some("created_at") => rows.sort_by_key(|row| (row.created_at, row.id)),
            Some("-created_at") => rows.sort_by_key(|row| Reverse((row.created_at, row.id))),
            _ => {}
        }
        let shown = rows.into_iter().skip((page - 1).saturating_mul(PER_PAGE)).take(PER_PAGE);
        answer::json(&shown.map(|row| csat_response(desk, row)).collect())
    })
}

async fn metrics(State(sandbox): State<Sandbox>, _: Administrator, params: Params) -> Response {
    let given = &params.values;
    sandbox.read(|desk| {
        let rows = matching(desk, given);
        let mut counts = Map::new();
        for rating in 1..=5 {
            let count = rows.iter().filter(|row| row.rating == rating).count();
            if count > 0 {
                counts.insert(rating.to_string(), json!(count));
            }
        }
        // Of what is asked for, only the period counts here.
        let period = period(given);
        let in_period =
            |message: &&Message| period.as_ref().is_none_or(|p| p.contains(&message.created_at.as_second()));
        let surveys = desk.messages.values().filter(|message| message.content_type == "input_csat");
        let sent = surveys.filter(in_period).count();
        answer::json(&json!({
            "total_count": rows.len(),
            "ratings_count": counts,
            "total_sent_messages_count": sent,
        }))
    })
}
