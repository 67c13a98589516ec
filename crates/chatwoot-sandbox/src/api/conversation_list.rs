//! Lists of conversations: by status, assignee, inbox, team, label, text; paged or by last change.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::params::{Members, Params};
use super::session::{Caller, Session};
use super::{answer, filter};
use crate::Sandbox;
use crate::desk::Desk;
use crate::model::{Conversation, Map, Status};
use crate::refusal::Refusal;
use crate::render::conversation::rest;

const PER_PAGE: usize = 25;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/api/v1/accounts/{account}/conversations", get(list).post(super::conversations::create))
        .route("/api/v1/accounts/{account}/conversations/meta", get(meta))
        .route("/api/v1/accounts/{account}/conversations/filter", post(by_filter))
}

/// How many there are in all, and for whom.
struct Counts {
    mine: usize,
    assigned: usize,
    unassigned: usize,
    all: usize,
}

impl Counts {
    fn of(rows: &[&Conversation], viewer: i64) -> Self {
        let count = |keep: &dyn Fn(&Conversation) -> bool| rows.iter().filter(|row| keep(row)).count();
        Self {
            mine: count(&|row| row.assignee_user() == Some(viewer)),
            assigned: count(&|row| row.assignee.is_some()),
            unassigned: count(&|row| row.assignee.is_none()),
            all: rows.len(),
        }
    }

    fn json(&self) -> Value {
        json!({
            "mine_count": self.mine,
            "assigned_count": self.assigned,
            "unassigned_count": self.unassigned,
            "all_count": self.all,
        })
    }
}

/// Everything the parameters ask for but the assignee and the page.
fn matching<'a>(desk: &'a Desk, caller: Caller, given: &Map) -> Result<Vec<&'a Conversation>, Refusal> {
    let status = match given.text("status").as_deref() {
        None => Some(Status::Open),
        Some("all") => None,
        Some(word) => Some(Status::parse(word).ok_or(Refusal::Broken)?),
    };
    let text = given.text("q").map(|q| q.to_lowercase());
    // A search for text looks into every status.
    let status = status.filter(|_| text.is_none());
    let labels = given.texts("labels");
    let inbox = given.integer("inbox_id");
    let team = given.integer("team_id");
    let source = given.text("source_id");
    let unattended = given.text("conversation_type").as_deref() == Some("unattended");
    let rows = desk.conversations.values().filter(|row| {
        desk.inboxes.get(&row.inbox_id).is_some_and(|inbox| caller.sees_inbox(inbox))
            && status.is_none_or(|status| row.status == status)
            && inbox.is_none_or(|id| row.inbox_id == id)
            && team.is_none_or(|id| row.team_id == Some(id))
            && labels.as_ref().is_none_or(|labels| labels.iter().any(|label| row.labels.contains(label)))
            && source.as_ref().is_none_or(|source| desk.source_id(row) == Some(source))
            && text.as_ref().is_none_or(|text| says(desk, row, text))
            && (!unattended || row.first_reply_created_at.is_none() || row.waiting_since.is_some())
    });
    Ok(rows.collect())
}

fn says(desk: &Desk, row: &Conversation, text: &str) -> bool {
    desk.messages_of(row)
        .any(|m| m.content.as_ref().is_some_and(|content| content.to_lowercase().contains(text)))
}

fn sort(rows: &mut [&Conversation], by: &str) {
    let urgency = |row: &Conversation| row.priority.map_or(0, |priority| 1 + priority as i64);
    let waiting = |row: &Conversation| row.waiting_since.unwrap_or(Timestamp::MAX);
    match by {
        "last_activity_at_asc" => rows.sort_by_key(|row| (row.last_activity_at, row.id)),
        "created_at_asc" => rows.sort_by_key(|row| (row.created_at, row.id)),
        "created_at_desc" => rows.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id))),
        "priority_asc" => rows.sort_by_key(|row| (urgency(row), row.id)),
        "priority_desc" => rows.sort_by_key(|row| std::cmp::Reverse((urgency(row), row.id))),
        "priority_desc_created_at_asc" => {
            rows.sort_by_key(|row| (std::cmp::Reverse(urgency(row)), row.created_at, row.id));
        }
        "waiting_since_asc" => rows.sort_by_key(|row| (waiting(row), row.id)),
        "waiting_since_desc" => rows.sort_by_key(|row| std::cmp::Reverse((row.waiting_since, row.id))),
        _ => rows.sort_by_key(|row| std::cmp::Reverse((row.last_activity_at, row.id))),
    }
}

fn by_assignee<'a>(rows: Vec<&'a Conversation>, kind: Option<&str>, viewer: i64) -> Vec<&'a Conversation> {
    rows.into_iter()
        .filter(|row| match kind {
            Some("me") => row.assignee_user() == Some(viewer),
            Some("unassigned") => row.assignee.is_none(),
            Some("assigned") => row.assignee.is_some(),
            _ => true,
        })
        .collect()
}

fn page_of<'a>(rows: &'a [&'a Conversation], given: &Map) -> impl Iterator<Item = &'a Conversation> {
    let page = given.integer("page").and_then(|page| usize::try_from(page).ok()).unwrap_or(1).max(1);
    rows.iter().copied().skip((page - 1).saturating_mul(PER_PAGE)).take(PER_PAGE)
}

async fn list(State(sandbox): State<Sandbox>, session: Session, params: Params) -> Result<Response, Refusal> {
    let given = &params.values;
    let now = sandbox.now();
    let (answer, listed) = sandbox.read(|desk| {
        let all = matching(desk, session.caller(), given)?;
        let counts = Counts::of(&all, session.user);
        let mut rows = by_assignee(all, given.text("assignee_type").as_deref(), session.user);
        sort(&mut rows, &given.text("sort_by").unwrap_or_default());
        let shown: Vec<Value> = if let Some(seconds) = given.integer("updated_within") {
            let since = now.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN);
            let touched = rows.into_iter().filter(|row| row.updated_at > since);
            touched.map(|row| rest(desk, row, Some(session.user))).collect()
        } else {
            page_of(&rows, given).map(|row| rest(desk, row, Some(session.user))).collect()
        };
        let answer = answer::json(&json!({"data": {"meta": counts.json(), "payload": shown}}));
        Ok::<_, Refusal>((answer, shown.len()))
    })?;
    take_time(&sandbox, listed).await;
    Ok(answer)
}

/// Lists are dear: a real desk renders every conversation in them.
async fn take_time(sandbox: &Sandbox, listed: usize) {
    let each = sandbox.faults().list_ms_per_conversation;
    let listed = u64::try_from(listed).unwrap_or(u64::MAX);
    tokio::time::sleep(Duration::from_millis(each.saturating_mul(listed))).await;
}

async fn meta(State(sandbox): State<Sandbox>, session: Session, params: Params) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        let rows = matching(desk, session.caller(), &params.values)?;
        Ok(answer::json(&json!({"meta": Counts::of(&rows, session.user).json()})))
    })
}

async fn by_filter(
    State(sandbox): State<Sandbox>,
    session: Session,
    params: Params,
) -> Result<Response, Refusal> {
    let conditions = filter::parse(params.values.get("payload"))?;
    let (answer, listed) = sandbox.read(|desk| {
        let everything = Map::from_iter([("status".to_owned(), json!("all"))]);
        let mut rows = matching(desk, session.caller(), &everything)?;
        rows.retain(|row| filter::holds(&conditions, row));
        let counts = Counts::of(&rows, session.user);
        sort(&mut rows, "");
        let shown: Vec<Value> =
            page_of(&rows, &params.values).map(|row| rest(desk, row, Some(session.user))).collect();
        let meta = json!({
            "mine_count": counts.mine,
            "unassigned_count": counts.unassigned,
            "all_count": counts.all,
        });
        Ok::<_, Refusal>((answer::json(&json!({"meta": meta, "payload": shown})), shown.len()))
    })?;
    take_time(&sandbox, listed).await;
    Ok(answer)
}
