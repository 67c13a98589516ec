//! What rules do by themselves: asking the core which automations are due, remembering them, wanting their effects.
//!
//! A customer's message is looked at after it was decided about; a colleague's answer ends waits and begins others; and
//! an alarm looks again when a wait is over. All looks at a conversation stand in one lane, so they never overlap, on
//! any number of replicas. What an automation wants is stored together with the mark that it has acted.

use super::decide::{lane, look};
use super::tell::notices;
use super::{JobError, Step, change_for, job, nothing, want_soon};
use crate::app::{App, Desk, Notice};
use crate::store::automations::{
    AutomationState, KeptAutomation, NewAutomation, await_automation, cancel_automation, end_automation,
    keep_automation, note_automation,
};
use crate::store::conversations::keep_conversation;
use crate::store::drafts::hold_living_draft;
use crate::store::effects::{Change, EffectState, NewEffect};
use crate::store::jobs::{Job, NewJob, enqueue, enqueue_once};
use crate::store::{Batch, StoreError};
use hotdash_core::action::Action;
use hotdash_core::automation::{Automation, Cause, Due, Fired, Flags, Trigger};
use hotdash_core::automations_for;
use hotdash_core::conversation::{Conversation, Message};
use hotdash_core::ids::{ConversationId, DeskId, EffectId, JobId, MessageId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

const DAY_MS: i64 = 24 * 3_600_000;
/// More of a thread than any rule looks back.
const THREAD: i64 = 200;

/// What a look is about.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) conversation: ConversationId,
    /// The message that came; of an alarm the one with which the wait began.
    message: MessageId,
    trigger: Trigger,
}

/// The job that looks at a conversation after a message, where the desk has rules for it.
pub(super) fn job_after(
    app: &App,
    desk: DeskId,
    conversation: ConversationId,
    message: MessageId,
    trigger: Trigger,
) -> Option<NewJob> {
    let rules = app.desk(desk)?.rulebook.load();
    let wanted = match trigger {
        Trigger::CustomerMessage => rules.has_automations(),
        Trigger::Reply | Trigger::Alarm => rules.has_waits(),
    };
    wanted.then(|| look_at(app, desk, About { conversation, message, trigger }))
}

fn look_at(app: &App, desk: DeskId, about: About) -> NewJob {
    job(app, "automate", desk, lane(desk, about.conversation), payload(about), Duration::ZERO)
}

fn payload(about: About) -> String {
    let About { conversation, message, trigger } = about;
    serde_json::json!({ "conversation": conversation, "message": message, "trigger": trigger }).to_string()
}

pub(super) fn about(payload: &str) -> Result<About, JobError> {
    serde_json::from_str(payload).map_err(|e| JobError::Hopeless { why: format!("unreadable job: {e}") })
}

/// Run the job of an alarm: a wait is over, so its conversation is looked at in its turn.
pub fn alarm(app: &App, job: &Job) -> Result<Step, JobError> {
    let about = about(&job.payload)?;
    Ok(Step::Done(enqueue(look_at(app, job.desk, about)).into(), Vec::new()))
}

/// Run the job of one look.
pub async fn run(app: &App, desk: &Desk, job: &Job) -> Result<Step, JobError> {
    let about = about(&job.payload)?;
    let kept = app.store.automations(desk.id, about.conversation).await?;
    let waiting = kept.iter().any(|kept| kept.state == AutomationState::Waiting);
    if about.trigger != Trigger::CustomerMessage && !waiting && !desk.rulebook.load().has_waits() {
        return Ok(nothing());
    }
    let thread = thread(app, desk, about).await?;
    let wrote = |message: &&Message| match about.trigger {
        Trigger::CustomerMessage => message.id == about.message,
        Trigger::Reply | Trigger::Alarm => message.is_from_customer(),
    };
    let Some(message) = thread.iter().rfind(wrote).cloned() else { return Ok(nothing()) };
    let known = Known { thread, kept };
    let (conversation, automations) = judge(app, desk, about.trigger, &message, &known).await?;
    let mut batch = Batch::from(keep_conversation(desk.id, &conversation)?);
    for automation in &automations {
        batch.append(perform(app, desk, about.conversation, automation, &known).await?);
    }
    batch.append(cancel_the_rest(app, desk, &known, &automations));
    Ok(Step::Done(batch, vec![Notice::ConversationChanged(about.conversation)]))
}

/// What came of applying an automation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Its effects are stored, and will be tried.
    Wanted,
    /// It will be judged again at its time.
    Waits,
    /// It ended without acting, and that is kept.
    Ended,
    /// It was applied before: for this rule, conversation and cause.
    Before,
}

/// Store what automations want in a conversation, so that the worker performs it: each once for its rule, conversation
/// and cause, however often this is called and on however many replicas.
///
/// `automations` is what [`hotdash_core::automations_for`] answered. The effects are stored in the same transaction as
/// the mark that the automation has acted; a message to the customer is posted after one more look at the thread, and is
/// looked for before it is posted again.
///
/// # Errors
/// [`StoreError`]; then the automation at which it happened, and those after it, are not applied.
pub async fn apply_automations(
    app: &App,
    desk: &Desk,
    conversation: ConversationId,
    automations: &[Automation],
) -> Result<Vec<Applied>, StoreError> {
    let mut all = Vec::with_capacity(automations.len());
    for automation in automations {
        let thread = app.store.thread(desk.id, conversation, THREAD).await?;
        let known = Known { thread, kept: app.store.automations(desk.id, conversation).await? };
        let is_same = |kept: &&KeptAutomation| is_of(kept, &automation.rule.0, &automation.cause);
        let before = known.kept.iter().find(is_same).map(|kept| kept.state);
        let applied = match (before, automation.due) {
            (Some(AutomationState::Waiting) | None, Due::Now) => Applied::Wanted,
            (Some(AutomationState::Waiting) | None, Due::At(_)) => Applied::Waits,
            (Some(AutomationState::Waiting), Due::Cancelled) => Applied::Ended,
            (Some(AutomationState::Waiting) | None, Due::Refused) => Applied::Ended,
            _ => Applied::Before,
        };
        if applied == Applied::Before {
            all.push(applied);
            continue;
        }
        let batch = perform(app, desk, conversation, automation, &known).await?;
        all.push(match app.store.commit(batch).await {
            Ok(_) => applied,
            Err(StoreError::Conflict { .. }) => Applied::Before,
            Err(error) => return Err(error),
        });
    }
    app.work.notify_one();
    Ok(all)
}

/// What is known of a conversation.
struct Known {
    thread: Vec<Message>,
    kept: Vec<KeptAutomation>,
}

impl Known {
    fn last(&self) -> MessageId {
        self.thread.iter().map(|message| message.id).max().unwrap_or(MessageId(0))
    }

    /// Those that are over.
    fn fired(&self) -> Vec<Fired> {
        let over = self.kept.iter().filter(|kept| kept.state != AutomationState::Waiting);
        over.map(|kept| Fired {
            rule: kept.automation.rule.clone(),
            cause: kept.automation.cause.clone(),
            acted: kept.state == AutomationState::Done,
            at: instant(kept.settled_at.unwrap_or(kept.created_at)),
            seen: kept.seen,
        })
        .collect()
    }
}

fn is_of(kept: &KeptAutomation, rule: &str, cause: &Cause) -> bool {
    kept.automation.rule.as_str() == rule && kept.automation.cause == *cause
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The thread as it is kept, and as the desk has it from the message on: a delivery may still be under way or lost.
async fn thread(app: &App, desk: &Desk, about: About) -> Result<Vec<Message>, JobError> {
    let kept = app.store.thread(desk.id, about.conversation, THREAD).await?;
    let after = MessageId(about.message.0.saturating_sub(1));
    let fresh = desk.chatwoot.thread_since(about.conversation, Some(after)).await?;
    let all: BTreeMap<MessageId, Message> =
        kept.into_iter().chain(fresh).map(|message| (message.id, message)).collect();
    Ok(all.into_values().collect())
}

/// Ask the core.
async fn judge(
    app: &App,
    desk: &Desk,
    trigger: Trigger,
    message: &Message,
    known: &Known,
) -> Result<(Conversation, Vec<Automation>), JobError> {
    let analysis = app.analyzer().analyze(message.text());
    let (mut seen, rotation) = look(app, desk, message).await?;
    let conversation = seen.shown.clone();
    // What was decided about this message may not be on the desk yet.
    for effect in app.store.effects(desk.id, message.conversation).await? {
        if let (Change::AddLabels { labels }, EffectState::Pending | EffectState::Sending) =
            (&effect.change, effect.state)
        {
            let there = &mut seen.conversation.labels;
            let new: Vec<String> = labels.iter().filter(|label| !there.contains(label)).cloned().collect();
            there.extend(new);
        }
    }
    let now = app.clock.now();
    let day_ago = app.clock.now_ms() - DAY_MS;
    let sent = app.store.automatic_messages_since(desk.id, message.conversation, day_ago).await?;
    let inboxes = desk.inboxes(&app.clock).await?;
    let inbox = inboxes.iter().find(|inbox| inbox.id == conversation.inbox);
    let flags = Flags {
        trigger,
        thread: &known.thread,
        fired: &known.fired(),
        public_in_last_day: usize::try_from(sent).unwrap_or(usize::MAX),
        most_public_a_day: desk.settings.automatic_messages_per_day,
        inbox_says_closed: inbox
            .is_some_and(|inbox| inbox.working_hours_enabled && inbox.out_of_office_message.is_some()),
        templates: &desk.templates,
        shop: &desk.settings.shop_name,
    };
    let snapshot = seen.snapshot(desk, message, &analysis, &rotation);
    Ok((conversation, automations_for(&desk.rulebook.load(), &snapshot, &flags, now)))
}

/// Remember one automation together with what it wants.
async fn perform(
    app: &App,
    desk: &Desk,
    conversation: ConversationId,
    automation: &Automation,
    known: &Known,
) -> Result<Batch, StoreError> {
    let now = app.clock.now_ms();
    let id = app.clock.new_id();
    let due_at = match automation.due {
        Due::At(at) => at.as_millisecond(),
        Due::Now | Due::Cancelled | Due::Refused => now,
    };
    let seen = known.last();
    let new = NewAutomation { id: &id, desk: desk.id, conversation, automation, due_at, seen, now };
    let waiting = known.kept.iter().find(|kept| {
        kept.state == AutomationState::Waiting && is_of(kept, &automation.rule.0, &automation.cause)
    });
    let mut batch = Batch::new();
    let state = match automation.due {
        Due::At(_) => {
            batch.push(await_automation(&new)?);
            batch.push(enqueue_once(alarm_job(app, &new)));
            return Ok(batch);
        }
        Due::Now => AutomationState::Done,
        Due::Cancelled => AutomationState::Cancelled,
        Due::Refused => AutomationState::Refused,
    };
    match (waiting, state) {
        (Some(waiting), _) => batch.push(end_automation(&waiting.id, &new, state)?),
        (None, AutomationState::Done) => batch.push(keep_automation(&new, state)?),
        (None, AutomationState::Refused) => batch.push(note_automation(&new, state)?),
        (None, _) => return Ok(batch),
    };
    tracing::info!(rule = %automation.rule, %conversation, state = state.as_str(), "an automation ended");
    for action in &automation.actions {
        batch.append(wanted(app, desk, conversation, action, seen).await?);
    }
    Ok(batch)
}

/// The job that looks again when a wait is over. Its name says for when, so there is one for each time.
fn alarm_job(app: &App, new: &NewAutomation<'_>) -> NewJob {
    let (desk, conversation) = (new.desk, new.conversation);
    let Automation { rule, cause, .. } = new.automation;
    let name = format!("alarm:{desk}:{conversation}:{rule}:{cause}:{}", new.due_at);
    let message = match cause {
        Cause::Message(id) | Cause::Wait(id) => *id,
        Cause::Conversation | Cause::Period(_) | Cause::Day(_) | Cause::Matter(_) => new.seen,
    };
    let payload = payload(About { conversation, message, trigger: Trigger::Alarm });
    let mut alarm = job(app, "alarm", desk, name.clone(), payload, Duration::ZERO);
    alarm.id = JobId(name);
    alarm.run_at = new.due_at;
    alarm
}

/// The effects of an action.
pub(super) async fn wanted(
    app: &App,
    desk: &Desk,
    conversation: ConversationId,
    action: &Action,
    seen: MessageId,
) -> Result<Batch, StoreError> {
    let changes = match action {
        Action::HoldForSecond => return Ok(hold_living_draft(desk.id, conversation).into()),
        Action::Notify { to, subject, text } => {
            let text = format!("{text}\n\n{}", desk.link_to(conversation));
            notices(app, desk, to, subject, &text).await?
        }
        Action::Snooze { until } => vec![Change::Snooze { until: until.as_millisecond(), after: seen }],
        Action::Resolve => vec![Change::Resolve { after: seen }],
        Action::SendTemplate { template, language, text, to_silence, until } => vec![Change::Template {
            template: template.clone(),
            language: language.clone(),
            text: text.clone(),
            after: seen,
            to_silence: *to_silence,
            until: until.map(Timestamp::as_millisecond),
        }],
        other => change_for(other).into_iter().collect(),
    };
    let mut batch = Batch::new();
    for change in changes {
        let effect = NewEffect {
            id: EffectId(app.clock.new_id()),
            desk: desk.id,
            conversation,
            decision: None,
            draft: None,
            change,
            created_at: app.clock.now_ms(),
        };
        batch.append(want_soon(app, &effect, Duration::ZERO)?);
    }
    Ok(batch)
}

/// What waits although the core does not know of the wait any more, waits for nothing.
fn cancel_the_rest(app: &App, desk: &Desk, known: &Known, automations: &[Automation]) -> Batch {
    let now = app.clock.now_ms();
    let rules = desk.rulebook.load();
    let mut batch = Batch::new();
    for kept in known.kept.iter().filter(|kept| kept.state == AutomationState::Waiting) {
        let Automation { rule, cause, .. } = &kept.automation;
        if automations.iter().any(|automation| is_of(kept, &automation.rule.0, &automation.cause)) {
            continue;
        }
        let begun = match cause {
            Cause::Wait(id) => *id,
            _ => MessageId(0),
        };
        let since = |test: fn(&Message) -> bool| {
            known.thread.iter().any(|message| message.id > begun && test(message))
        };
        let is_on = rules.rules().iter().any(|known| known.id == *rule && known.enabled);
        let why = if !is_on {
            "the rule was switched off"
        } else if since(Message::is_human_reply) {
            "a person answered"
        } else if since(Message::is_from_customer) {
            "the customer answered"
        } else {
            "what it waited for came"
        };
        // A later message begins another wait by itself.
        batch.push(cancel_automation(&kept.id, why, begun, now));
    }
    batch
}
