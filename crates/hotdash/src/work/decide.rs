//! Deciding about a customer's message: the core concludes, the shell looks first and writes afterwards.

use super::automate::wanted;
use super::{JobError, Step, change_for, job, nothing, sla, want_soon};
use crate::app::{App, Desk, Notice};
use crate::store::automations::{AutomationState, NewAutomation, keep_automation};
use crate::store::conversations::keep_conversation;
use crate::store::decisions::{Cause, NewDecision, Rotation, keep_decision, take_turn};
use crate::store::drafts::{hold_living_draft, queue_draft};
use crate::store::effects::NewEffect;
use crate::store::facts::touch;
use crate::store::jobs::{Job, NewJob, enqueue};
use crate::store::rulebooks::{ShadowDecision, keep_match, keep_shadow_decision};
use crate::store::waiting::{Waits, leave_line, stand_in_line};
use crate::store::workload::Workload;
use crate::store::{Batch, StoreError};
use hotdash_core::action::{Action, Reasoned};
use hotdash_core::analysis::Analysis;
use hotdash_core::automation::{Automation, Cause as Matter, Due};
use hotdash_core::backtest::{Change as Otherwise, Outcome};
use hotdash_core::conversation::{Agent, Assignee, Availability, Conversation, Message, Status};
use hotdash_core::decide::{Decision, SlaState, Snapshot};
use hotdash_core::ids::{ConversationId, DecisionId, DeskId, DraftId, EffectId, MessageId};
use hotdash_core::record::{Question, Record};
use hotdash_core::routing::Assignable;
use hotdash_core::rulebook::Rulebook;
use hotdash_core::staff::Standings;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

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
    let analysis = app.analyzer().analyze(message.text());
    let (seen, rotation) = look(app, desk, &message).await?;
    let question = if about.opening { Question::Opening } else { Question::Message };
    let asked = Record::of(
        &seen.snapshot(desk, &message, &analysis, &rotation),
        question,
        &desk.hours_hash,
        app.clock.now(),
    );
    let decision = asked.decide(&desk.rulebook.load(), &analysis, &desk.hours);
    let mut batch = Batch::from(keep_conversation(job.desk, &seen.shown)?);
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
    // Last, because of the turn in it.
    batch.append(perform(app, desk, &asked, &analysis, &decision, &rotation).await?);
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

/// What the shell saw before the core was asked.
pub(super) struct Seen {
    /// As the desk shows it.
    pub(super) shown: Conversation,
    /// As it is to be decided about: with whoever is about to get it.
    pub(super) conversation: Conversation,
    agents: Arc<Vec<Agent>>,
    assignable: Arc<Assignable>,
    standings: Standings,
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
            assignable: &self.assignable,
            turns: &rotation.last,
            standings: &self.standings,
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
    let shared = Shared::read(app, desk).await?;
    let conversation = desk.chatwoot.conversation(message.conversation).await?;
    look_around(app, desk, message, conversation, shared).await
}

/// The same with a conversation as it is kept here.
pub(super) async fn look_here(
    app: &App,
    desk: &Desk,
    message: &Message,
    kept: Conversation,
) -> Result<(Seen, Rotation), JobError> {
    let shared = Shared::read(app, desk).await?;
    look_around(app, desk, message, kept, shared).await
}

/// What all conversations of a desk share. It is read in this order, and before the conversation: whoever takes the next
/// turn has then seen all that was given with the turns before; and what is not under way any more shows on the desk.
struct Shared {
    rotation: Rotation,
    workload: Workload,
}

impl Shared {
    async fn read(app: &App, desk: &Desk) -> Result<Self, StoreError> {
        let rotation = app.store.rotation(desk.id).await?;
        let workload = app.store.workload(desk.id, app.clock.now_ms()).await?;
        Ok(Self { rotation, workload })
    }
}

async fn look_around(
    app: &App,
    desk: &Desk,
    message: &Message,
    shown: Conversation,
    Shared { rotation, workload }: Shared,
) -> Result<(Seen, Rotation), JobError> {
    let agents = desk.agents(&app.clock).await?;
    let assignable = desk.assignable(shown.inbox, &app.clock).await?;
    let thread = app.store.thread(desk.id, message.conversation, 200).await?;
    let earlier = app.store.conversations_of(desk.id, shown.contact.id, shown.id).await?;
    let inboxes = desk.inboxes(&app.clock).await?;
    let inbox_name = inboxes.iter().find(|inbox| inbox.id == shown.inbox).map(|inbox| inbox.name.clone());
    let standings = standings(app, desk, &agents, &workload).await?;
    let mut conversation = shown.clone();
    if conversation.assignee.is_none()
        && let Some(id) = workload.under_way.get(&conversation.id)
    {
        let name = agents.iter().find(|agent| agent.id == *id).map(|agent| agent.name.clone());
        let name = name.unwrap_or_else(|| format!("agent {id}"));
        conversation.assignee = Some(Assignee { id: *id, name, is_bot: false });
    }
    let seen = Seen {
        message_count: thread.iter().filter(|m| !m.private).count(),
        earlier_conversations: earlier.len(),
        sla: sla::standing(app, desk.id, conversation.id).await?,
        shown,
        conversation,
        agents,
        assignable,
        standings,
        inbox_name,
    };
    Ok((seen, rotation))
}

/// How everybody stands now.
async fn standings(
    app: &App,
    desk: &Desk,
    agents: &[Agent],
    workload: &Workload,
) -> Result<Standings, JobError> {
    let now = app.clock.now();
    let mut standings = Standings::new();
    for agent in agents {
        let mut standing = desk.staff.standing(agent, &desk.hours, now);
        for share in workload.of.get(&agent.id).into_iter().flatten() {
            let work = desk.staff.work(share.status, share.priority);
            (0..share.count).for_each(|_| standing.add(work));
        }
        standings.insert(agent.id, standing);
    }
    let mut teams = desk.rulebook.load().teams_chosen_from();
    if let Some(candidate) = &*desk.candidate.load() {
        teams.extend(candidate.rulebook.teams_chosen_from());
    }
    teams.sort_unstable();
    teams.dedup();
    for team in teams {
        for member in desk.team(team, &app.clock).await?.iter() {
            if let Some(standing) = standings.get_mut(member) {
                standing.teams.push(team);
            }
        }
    }
    Ok(standings)
}

/// Whether anybody at all could take a conversation.
pub(super) fn is_available(seen: &Seen) -> bool {
    let free = |agent: &Agent| {
        let standing = seen.standings.get(&agent.id);
        agent.availability == Availability::Online
            && standing.is_none_or(|standing| standing.away.is_none() && standing.has_room())
    };
    seen.agents.iter().any(free)
}

/// A conclusion and what it was drawn from.
struct Made<'a> {
    seen: &'a Record,
    analysis: &'a Analysis,
    decision: &'a Decision,
}

/// Keep the decision, turn its actions into effects, and move the rotation: all in one batch.
pub(super) async fn perform(
    app: &App,
    served: &Desk,
    seen: &Record,
    analysis: &Analysis,
    decision: &Decision,
    rotation: &Rotation,
) -> Result<Batch, StoreError> {
    let made = Made { seen, analysis, decision };
    let (desk, conversation, message) = (served.id, seen.message.conversation, seen.message.id);
    let (id, mut batch) = keep(app, served, &made)?;
    let (mut waits, mut turns) = (false, Batch::new());
    for reasoned in &decision.actions {
        match &reasoned.action {
            Action::AssignAgent { agent, .. } => {
                turns.append(take_turn(desk, rotation, *agent));
            }
            Action::AwaitAgent => {
                waits = true;
                let (since, because) = (app.clock.now_ms(), reasoned.because.clone());
                batch.push(stand_in_line(desk, &Waits { conversation, message, since, because }));
            }
            Action::Notify { .. } => {
                batch.append(tell(app, served, &made, reasoned).await?);
            }
            _ => {}
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
    if !waits && decision.assignment.is_some() {
        batch.push(leave_line(desk, conversation));
    }
    batch.append(turns);
    Ok(batch)
}

/// People of ours learn of an escalation: once in a conversation for each kind of matter.
async fn tell(app: &App, served: &Desk, made: &Made<'_>, reasoned: &Reasoned) -> Result<Batch, StoreError> {
    let (desk, conversation) = (served.id, made.seen.message.conversation);
    let matter = made.analysis.escalation.as_ref().map_or("escalated", |matter| matter.kind.name());
    let cause = Matter::Matter(matter.to_owned());
    let known = app.store.automations(desk, conversation).await?;
    if known.iter().any(|kept| kept.automation.rule == reasoned.rule && kept.automation.cause == cause) {
        return Ok(Batch::new());
    }
    let trace = made.decision.trace.iter().find(|trace| trace.rule == reasoned.rule);
    let automation = Automation {
        rule: reasoned.rule.clone(),
        name: trace.map_or_else(|| reasoned.rule.to_string(), |trace| trace.name.clone()),
        cause,
        due: Due::Now,
        actions: vec![reasoned.action.clone()],
        refused: Vec::new(),
        because: reasoned.because.clone(),
    };
    let (id, now, seen) = (app.clock.new_id(), app.clock.now_ms(), made.seen.message.id);
    let new = NewAutomation { id: &id, desk, conversation, automation: &automation, due_at: now, seen, now };
    let mut batch = Batch::from(keep_automation(&new, AutomationState::Done)?);
    batch.append(wanted(app, served, conversation, &reasoned.action, seen).await?);
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
