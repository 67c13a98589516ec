//! Deciding about a customer's message: the core concludes, the shell looks first and writes afterwards.

use super::{JobError, Step, change_for, job, nothing, sla, want_soon};
use crate::app::{App, Desk, Notice};
use crate::store::conversations::keep_conversation;
use crate::store::decisions::{Cause, NewDecision, Rotation, keep_decision, take_turn};
use crate::store::drafts::{hold_living_draft, queue_draft};
use crate::store::effects::NewEffect;
use crate::store::facts::touch;
use crate::store::jobs::{Job, NewJob, enqueue};
use crate::store::rulebooks::{ShadowDecision, keep_match, keep_shadow_decision};
use crate::store::{Batch, StoreError};
use hotdash_core::action::Action;
use hotdash_core::analysis::{Analysis, Analyzer};
use hotdash_core::backtest::{Change as Otherwise, Outcome};
use hotdash_core::conversation::{Conversation, Message, Status};
use hotdash_core::decide::{Decision, SlaState, Snapshot};
use hotdash_core::ids::{ConversationId, DecisionId, DeskId, DraftId, EffectId, MessageId};
use hotdash_core::record::{Question, Record};
use hotdash_core::rulebook::Rulebook;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A conversation that nobody could take is offered again this often.
const OFFER_AGAIN: Duration = Duration::from_secs(15);
/// Whoever escalated once needs two people for the rest of the conversation.
const ESCALATED: &str = "escalated";

/// Which message a job is about.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) conversation: ConversationId,
    message: MessageId,
    /// A bot had the conversation when it was decided about the message.
    #[serde(default)]
    opening: bool,
}

/// The job that decides about a message.
pub(super) fn job_for(app: &App, desk: DeskId, conversation: ConversationId, message: MessageId) -> NewJob {
    job(app, "decide", desk, lane(desk, conversation), payload(conversation, message), Duration::ZERO)
}

/// In which everything that rules say about a conversation is done in turn.
pub(super) fn lane(desk: DeskId, conversation: ConversationId) -> String {
    format!("decide:{desk}:{conversation}")
}

/// The job that decides once more about a message, because people have the conversation now.
pub(super) fn job_at_opening(
    app: &App,
    desk: DeskId,
    conversation: ConversationId,
    message: MessageId,
) -> NewJob {
    let payload = format!("{{\"conversation\":{conversation},\"message\":{message},\"opening\":true}}");
    NewJob { payload, ..job_for(app, desk, conversation, message) }
}

fn payload(conversation: ConversationId, message: MessageId) -> String {
    format!("{{\"conversation\":{conversation},\"message\":{message}}}")
}

pub(super) fn about(payload: &str) -> Result<About, JobError> {
    serde_json::from_str(payload).map_err(|e| JobError::Hopeless { why: format!("unreadable job: {e}") })
}

/// Run the job of one message.
pub async fn run(app: &App, desk: &Desk, job: &Job) -> Result<Step, JobError> {
    let about = about(&job.payload)?;
    let cause = if about.opening { Cause::Opening } else { Cause::Message };
    if app.store.is_decided(job.desk, about.message, cause).await? {
        return Ok(nothing());
    }
    let Some(message) = app.store.message(job.desk, about.message).await? else { return Ok(nothing()) };
    let analysis = Analyzer::shipped().analyze(message.text());
    let (seen, rotation) = look(app, desk, &message).await?;
    let question = if about.opening { Question::Opening } else { Question::Message };
    let asked = Record::of(
        &seen.snapshot(desk, &message, &analysis, &rotation),
        question,
        &desk.hours_hash,
        app.clock.now(),
    );
    let decision = asked.decide(&desk.rulebook.load(), &analysis, &desk.hours);
    let made = Made { seen: &asked, analysis: &analysis, decision: &decision };
    let mut batch = perform(app, desk, &made, &rotation)?;
    batch.push(keep_conversation(job.desk, &seen.conversation)?);
    let hold = decision.hold || is_escalated(&seen.conversation);
    if hold {
        batch.push(hold_living_draft(job.desk, message.conversation));
    }
    let answered = app.store.is_answered_after(job.desk, message.conversation, message.id).await?;
    // A customer who writes reopens what was closed: so it was closed afterwards.
    let closed = matches!(seen.conversation.status, Status::Resolved | Status::Snoozed);
    if decision.draft && !answered && !closed {
        batch.append(ask_for_draft(app, job.desk, message.conversation, message.id, hold));
    }
    Ok(Step::Done(batch, vec![Notice::ConversationChanged(message.conversation)]))
}

/// Whether it needed two people once, and therefore for the rest of its life.
pub(super) fn is_escalated(conversation: &Conversation) -> bool {
    conversation.labels.iter().any(|label| label == ESCALATED)
}

/// Queue a draft; it is written when the customer has paused.
pub(super) fn ask_for_draft(
    app: &App,
    desk: DeskId,
    conversation: ConversationId,
    answers: MessageId,
    hold: bool,
) -> Batch {
    let id = DraftId(app.clock.new_id());
    let lane = format!("draft:{desk}:{conversation}");
    let mut batch = Batch::from(queue_draft(&id, desk, conversation, answers, hold, app.clock.now_ms()));
    batch.push(enqueue(job(app, "draft", desk, lane, id.0, app.config.debounce)));
    batch
}

/// Offer a waiting conversation again: to whoever is there now.
pub async fn offer_again(app: &App, desk: &Desk, job: &Job) -> Result<Step, JobError> {
    let about = about(&job.payload)?;
    let Some(message) = app.store.message(job.desk, about.message).await? else { return Ok(nothing()) };
    let analysis = Analyzer::shipped().analyze(message.text());
    let (seen, rotation) = look(app, desk, &message).await?;
    if seen.conversation.status != Status::Open {
        return Ok(nothing());
    }
    let asked = Record::of(
        &seen.snapshot(desk, &message, &analysis, &rotation),
        Question::Offer,
        &desk.hours_hash,
        app.clock.now(),
    );
    let decision = asked.decide(&desk.rulebook.load(), &analysis, &desk.hours);
    if decision.actions.iter().any(|a| a.action == Action::AwaitAgent) {
        return Ok(Step::Later(OFFER_AGAIN, "nobody is available"));
    }
    let made = Made { seen: &asked, analysis: &analysis, decision: &decision };
    let batch = perform(app, desk, &made, &rotation)?;
    Ok(Step::Done(batch, vec![Notice::ConversationChanged(message.conversation)]))
}

/// What the shell saw before the core was asked.
pub(super) struct Seen {
    pub(super) conversation: Conversation,
    agents: std::sync::Arc<Vec<hotdash_core::conversation::Agent>>,
    message_count: usize,
    earlier_conversations: usize,
    inbox_name: Option<String>,
    sla: SlaState,
}

impl Seen {
    pub(super) fn snapshot<'a>(
        &'a self,
        desk: &'a Desk,
        message: &'a Message,
        analysis: &'a Analysis,
        rotation: &'a Rotation,
    ) -> Snapshot<'a> {
        Snapshot {
            agents: &self.agents,
            turns: &rotation.last,
            message_count: self.message_count,
            earlier_conversations: self.earlier_conversations,
            inbox_name: self.inbox_name.as_deref(),
            sla: Some(self.sla),
            ..Snapshot::of(&self.conversation, message, analysis, &desk.hours)
        }
    }
}

/// The desk is asked for what a payload may show too early or too late: assignee, labels, who is online.
pub(super) async fn look(app: &App, desk: &Desk, message: &Message) -> Result<(Seen, Rotation), JobError> {
    let conversation = desk.chatwoot.conversation(message.conversation).await?;
    let agents = desk.agents(&app.clock).await?;
    let thread = app.store.thread(desk.id, message.conversation, 200).await?;
    let earlier = app.store.conversations_of(desk.id, conversation.contact.id, conversation.id).await?;
    let rotation = app.store.rotation(desk.id).await?;
    let message_count = thread.iter().filter(|m| !m.private).count();
    let earlier_conversations = earlier.len();
    let inboxes = desk.inboxes(&app.clock).await?;
    let inbox_name =
        inboxes.iter().find(|inbox| inbox.id == conversation.inbox).map(|inbox| inbox.name.clone());
    let sla = sla::standing(app, desk.id, conversation.id).await?;
    Ok((Seen { conversation, agents, message_count, earlier_conversations, inbox_name, sla }, rotation))
}

/// A conclusion and what it was drawn from.
struct Made<'a> {
    seen: &'a Record,
    analysis: &'a Analysis,
    decision: &'a Decision,
}

/// Keep the decision, turn its actions into effects, and move the rotation: all in one batch.
fn perform(app: &App, served: &Desk, made: &Made<'_>, rotation: &Rotation) -> Result<Batch, StoreError> {
    let (desk, conversation, message) = (served.id, made.seen.message.conversation, made.seen.message.id);
    let (id, mut batch) = keep(app, served, made)?;
    for reasoned in &made.decision.actions {
        if let Action::AssignAgent { agent, .. } = &reasoned.action {
            batch.append(take_turn(desk, rotation, *agent));
        }
        if reasoned.action == Action::AwaitAgent {
            let lane = format!("offer:{desk}:{conversation}");
            let payload = payload(conversation, message);
            batch.push(enqueue(job(app, "offer", desk, lane, payload, OFFER_AGAIN)));
        }
        let Some(change) = change_for(&reasoned.action) else { continue };
        let effect = NewEffect {
            id: EffectId(app.clock.new_id()),
            desk,
            conversation,
            decision: Some(id.clone()),
            draft: None,
            change,
            created_at: app.clock.now_ms(),
        };
        batch.append(want_soon(app, &effect, Duration::ZERO)?);
    }
    Ok(batch)
}

/// Keep the decision with what it saw, where its rules matched, and what a candidate would have decided instead.
fn keep(app: &App, desk: &Desk, made: &Made<'_>) -> Result<(DecisionId, Batch), StoreError> {
    let id = DecisionId(app.clock.new_id());
    let (conversation, decided_at) = (made.seen.message.conversation, app.clock.now_ms());
    let mut batch = Batch::from(keep_decision(&NewDecision {
        id: &id,
        desk: desk.id,
        conversation,
        message: made.seen.message.id,
        cause: match made.seen.question {
            Question::Message => Cause::Message,
            Question::Offer => Cause::Offer,
            Question::Opening => Cause::Opening,
        },
        rulebook: &made.decision.rulebook,
        analysis: made.analysis,
        body: made.decision,
        seen: made.seen,
        decided_at,
    })?);
    batch.push(touch(desk.id, conversation, decided_at));
    for rule in made.decision.trace.iter().filter(|trace| trace.matched) {
        batch.push(keep_match(desk.id, &rule.rule, &id, conversation));
    }
    if let Some(candidate) = &*desk.candidate.load() {
        let changes = otherwise(&candidate.rulebook, desk, made);
        let beside = ShadowDecision { decision: id.clone(), conversation, changes: &*changes, decided_at };
        batch.push(keep_shadow_decision(desk.id, candidate.rulebook.hash(), &beside)?);
    }
    Ok((id, batch))
}

/// What a candidate would have changed. It decides about the same, and nothing follows from it.
fn otherwise(candidate: &Rulebook, desk: &Desk, made: &Made<'_>) -> Vec<Otherwise> {
    let decided = made.seen.decide(candidate, made.analysis, &desk.hours);
    Outcome::of(made.decision).changes(&Outcome::of(&decided))
}
