//! What the reviewer's pages show: the queue, and everything about one draft.

use super::draft::{Draft, DraftBody};
use super::recheck;
use crate::app::{App, Desk};
use crate::store::StoreError;
use crate::store::automations::KeptAutomation;
use crate::store::drafts::DraftState;
use crate::store::effects::{Change, EffectState};
use crate::store::reviews::Review;
use crate::store::users::User;
use hotdash_core::analysis::Analysis;
use hotdash_core::conversation::{Contact, Conversation, Message, Status};
use hotdash_core::decide::Decision;
use hotdash_core::draft::{Finding, Severity, checks_run};
use hotdash_core::ids::{ConversationId, DraftId, UserId};
use jiff::Timestamp;

/// More than anybody reads at once.
const QUEUE: i64 = 500;
const THREAD: i64 = 100;

/// One line of the queue.
#[derive(Debug, Clone)]
pub struct QueueItem {
    pub draft: DraftId,
    pub state: DraftState,
    /// Needs two different people.
    pub hold: bool,
    pub conversation: Conversation,
    pub customer: String,
    /// The customer's last words.
    pub preview: String,
    pub language: Option<String>,
    pub urgent: bool,
    /// Findings that block one-click approval.
    pub blocking: usize,
    pub claimed_by: Option<String>,
    /// When the reply is due: by its clock, or where none runs so long after the wait began as the first response may
    /// take.
    pub due_at_ms: i64,
}

/// Why the conversation went where it is.
#[derive(Debug, Clone)]
pub struct DecisionView {
    pub sentence: String,
    pub decision: Decision,
    pub analysis: Analysis,
    pub rulebook: String,
    pub decided_at_ms: i64,
}

/// One change on the desk and what came of it.
#[derive(Debug, Clone)]
pub struct EffectView {
    pub what: String,
    pub state: EffectState,
    pub outcome: Option<String>,
}

/// An earlier conversation of the same customer.
#[derive(Debug, Clone)]
pub struct HistoryItem {
    pub conversation: ConversationId,
    pub status: Status,
    pub created_at: Timestamp,
    pub subject: Option<String>,
    pub link: String,
}

#[derive(Debug, Clone)]
pub struct ReviewView {
    pub who: String,
    pub review: Review,
}

/// Everything about one draft.
#[derive(Debug, Clone)]
pub struct DraftPage {
    pub item: QueueItem,
    pub draft: Draft,
    pub thread: Vec<Message>,
    pub customer: Contact,
    /// What the checks find in the words that would be sent now.
    pub findings: Vec<Finding>,
    /// Names of the checks that found nothing.
    pub checks_passed: Vec<&'static str>,
    pub decision: Option<DecisionView>,
    pub effects: Vec<EffectView>,
    /// What rules did, will do, or must not do by themselves.
    pub automations: Vec<KeptAutomation>,
    pub history: Vec<HistoryItem>,
    pub reviews: Vec<ReviewView>,
    pub desk_link: String,
    /// An approved reply leaves at this instant.
    pub leaves_at_ms: Option<i64>,
}

/// What waits for a person, most pressing first.
pub async fn queue(app: &App, desk: &Desk) -> Result<Vec<QueueItem>, StoreError> {
    let users = app.store.users_of(desk.id).await?;
    let mut items = Vec::new();
    for draft in app.store.drafts_awaiting_people::<DraftBody>(desk.id, QUEUE).await? {
        if let Some(item) = item(app, desk, &users, &draft).await? {
            items.push(item);
        }
    }
    items.sort_by_key(|item| (item.due_at_ms, item.draft.clone()));
    Ok(items)
}

/// One draft with its surroundings; `None` when there is no such draft at this desk.
pub async fn draft_page(app: &App, desk: &Desk, id: &DraftId) -> Result<Option<DraftPage>, StoreError> {
    let users = app.store.users_of(desk.id).await?;
    let draft = app.store.draft::<DraftBody>(id).await?.filter(|draft| draft.desk == desk.id);
    let Some(draft) = draft else { return Ok(None) };
    let Some(item) = item(app, desk, &users, &draft).await? else { return Ok(None) };
    let conversation = item.conversation.clone();
    let thread = app.store.thread(draft.desk, draft.conversation, THREAD).await?;
    let findings = if draft.state.awaits_person() {
        recheck::findings(app, desk, &draft, &conversation, &draft.text).await?
    } else {
        draft.body.as_ref().map(|body| body.findings.clone()).unwrap_or_default()
    };
    let leaves_at_ms = (draft.state == DraftState::Approved)
        .then(|| draft.decided_at.map(|at| at + app.config.undo_seconds * 1000))
        .flatten();
    Ok(Some(DraftPage {
        thread,
        customer: conversation.contact.clone(),
        checks_passed: checks_passed(&findings),
        findings,
        decision: decision(app, &draft).await?,
        effects: effects(app, desk, &draft).await?,
        automations: app.store.automations(draft.desk, draft.conversation).await?,
        history: history(app, desk, &draft, &conversation).await?,
        reviews: reviews(app, &users, &draft).await?,
        desk_link: desk.link_to(draft.conversation),
        leaves_at_ms,
        item,
        draft,
    }))
}

/// The names of the checks that found nothing.
#[must_use]
pub fn checks_passed(findings: &[Finding]) -> Vec<&'static str> {
    checks_run().into_iter().filter(|name| findings.iter().all(|finding| finding.check != *name)).collect()
}

async fn item(
    app: &App,
    desk: &Desk,
    users: &[User],
    draft: &Draft,
) -> Result<Option<QueueItem>, StoreError> {
    let Some(conversation) = app.store.conversation(draft.desk, draft.conversation).await? else {
        return Ok(None);
    };
    let question = app.store.message(draft.desk, draft.answers).await?;
    let since = conversation.waiting_since.or(question.as_ref().map(|m| m.created_at));
    let since = since.unwrap_or(conversation.created_at).as_millisecond();
    let promised = app.store.reply_due_at(draft.desk, draft.conversation).await?;
    let body = draft.body.as_ref();
    Ok(Some(QueueItem {
        draft: draft.id.clone(),
        state: draft.state,
        hold: draft.hold,
        customer: conversation.contact.name.clone(),
        preview: question.map(|m| m.text().to_owned()).unwrap_or_default(),
        language: body.and_then(|b| b.analysis.language.code.clone()),
        urgent: body.is_some_and(|b| b.analysis.urgency.is_urgent),
        blocking: body.map_or(0, |b| b.findings.iter().filter(|f| f.severity != Severity::Warns).count()),
        claimed_by: draft.claimed_by.and_then(|id| name_of(users, id)),
        due_at_ms: promised.unwrap_or(since + desk.settings.sla_minutes * 60_000),
        conversation,
    }))
}

async fn decision(app: &App, draft: &Draft) -> Result<Option<DecisionView>, StoreError> {
    let kept = app.store.decisions::<Analysis, Decision>(draft.desk, draft.conversation, 1).await?;
    Ok(kept.into_iter().next().map(|kept| DecisionView {
        sentence: kept.body.sentence(),
        decision: kept.body,
        analysis: kept.analysis,
        rulebook: kept.rulebook,
        decided_at_ms: kept.decided_at,
    }))
}

async fn effects(app: &App, desk: &Desk, draft: &Draft) -> Result<Vec<EffectView>, StoreError> {
    let agents = desk.agents(&app.clock).await.unwrap_or_default();
    let all = app.store.effects(draft.desk, draft.conversation).await?;
    Ok(all
        .into_iter()
        .map(|effect| EffectView {
            what: match &effect.change {
                Change::AssignAgent { agent } => {
                    let name = agents.iter().find(|a| a.id == *agent).map(|a| a.name.clone());
                    format!("Assign to {}", name.unwrap_or_else(|| format!("agent {agent}")))
                }
                Change::AssignTeam { team } => format!("Assign to team {team}"),
                Change::AddLabels { labels } => format!("Add labels {}", labels.join(", ")),
                Change::SetPriority { priority } => format!("Set priority {priority:?}").to_lowercase(),
                Change::Note { .. } => "Private note".into(),
                Change::Reply { .. } => "Reply to the customer".into(),
                Change::Template { template, .. } => format!("Automatic message “{template}”"),
                Change::Snooze { .. } => "Snooze".into(),
                Change::Resolve { .. } => "Resolve".into(),
                Change::Mail { to, .. } if to.is_empty() => "Mail to the leads".into(),
                Change::Mail { to, .. } => format!("Mail to {to}"),
                Change::Chat { .. } => "Notice in the team's chat".into(),
            },
            state: effect.state,
            outcome: effect.outcome,
        })
        .collect())
}

async fn history(
    app: &App,
    desk: &Desk,
    draft: &Draft,
    conversation: &Conversation,
) -> Result<Vec<HistoryItem>, StoreError> {
    let earlier = app.store.conversations_of(draft.desk, conversation.contact.id, conversation.id).await?;
    Ok(earlier
        .into_iter()
        .map(|c| HistoryItem {
            conversation: c.id,
            status: c.status,
            created_at: c.created_at,
            link: desk.link_to(c.id),
            subject: c.subject,
        })
        .collect())
}

async fn reviews(app: &App, users: &[User], draft: &Draft) -> Result<Vec<ReviewView>, StoreError> {
    let all = app.store.reviews(&draft.id).await?;
    Ok(all
        .into_iter()
        .map(|review| ReviewView {
            who: name_of(users, review.reviewer).unwrap_or_else(|| "somebody who is gone".into()),
            review,
        })
        .collect())
}

fn name_of(users: &[User], id: UserId) -> Option<String> {
    users.iter().find(|user| user.id == id).map(|user| user.name.clone())
}
