//! What a rule wants the customer to read or to notice: templates, snoozing, resolving. Nobody approved this very case,
//! so whatever happened since the rule was judged is a reason to leave it.

use super::{Form, done, end, must_wait, post, posted};
use crate::app::{App, Desk};
use crate::store::conversations::keep_conversation;
use crate::store::drafts::DraftState;
use crate::store::effects::{Change, Effect, EffectState, begin_sending, unsend};
use crate::store::jobs::Job;
use crate::work::{JobError, Step, nothing, ours};
use hotdash_core::conversation::{Author, Conversation, Direction, Message, Status};
use hotdash_core::ids::MessageId;

/// A message that a person wrote for the case.
struct Written<'a> {
    text: &'a str,
    after: MessageId,
    /// It speaks to a customer who is silent.
    to_silence: bool,
    until: Option<i64>,
}

/// Run an effect that speaks to the customer by itself, or puts their conversation away.
pub(super) async fn run(app: &App, desk: &Desk, job: &Job, effect: &Effect) -> Result<Step, JobError> {
    match &effect.change {
        Change::Template { text, after, to_silence, until, .. } => {
            let written = Written { text, after: *after, to_silence: *to_silence, until: *until };
            send(app, desk, job, effect, &written).await
        }
        Change::Snooze { until, after } => close(app, desk, effect, *after, Some(*until)).await,
        Change::Resolve { after } => close(app, desk, effect, *after, None).await,
        _ => Ok(nothing()),
    }
}

async fn send(
    app: &App,
    desk: &Desk,
    job: &Job,
    effect: &Effect,
    written: &Written<'_>,
) -> Result<Step, JobError> {
    if let Some(pause) = must_wait(app, effect) {
        return Ok(Step::Later(pause, "the desk may still be busy with an earlier try"));
    }
    app.store.commit(begin_sending(&effect.id, app.clock.now_ms()).into()).await?;
    match look(app, desk, effect, written).await {
        Ok(Seen::AlreadyThere(message)) => Ok(posted(app, effect, &message)?),
        Ok(Seen::Outdated(why, conversation)) => outdated(app, effect, why, &conversation),
        Ok(Seen::Fits) => post(app, desk, job, effect, written.text, Form::Automatic).await,
        Err(error) => {
            // Only reading failed. What an earlier try did is still unknown; without one nothing was sent.
            if effect.state == EffectState::Pending {
                app.store.commit(unsend(&effect.id).into()).await?;
            }
            Err(error)
        }
    }
}

enum Seen {
    /// An earlier try got through.
    AlreadyThere(Box<Message>),
    Outdated(&'static str, Box<Conversation>),
    Fits,
}

async fn look(app: &App, desk: &Desk, effect: &Effect, written: &Written<'_>) -> Result<Seen, JobError> {
    let chatwoot = desk.chatwoot.for_sending();
    let since = chatwoot.thread_since(effect.conversation, Some(written.after)).await?;
    if let Some(ours) = ours::made_by(app, desk, effect, &since).await? {
        return Ok(Seen::AlreadyThere(Box::new(ours)));
    }
    let conversation = chatwoot.conversation(effect.conversation).await?;
    let late = written.until.is_some_and(|until| app.clock.now_ms() >= until);
    let why = if late {
        "too late: it is not true any more"
    } else if since.iter().any(Message::is_human_reply) {
        "a colleague answered"
    } else if since.iter().any(speaks_for_the_desk) {
        "the desk answered by itself"
    } else if written.to_silence && since.iter().any(Message::is_from_customer) {
        "the customer answered"
    } else if let Some(why) = is_away(conversation.status) {
        why
    } else if conversation.contact.blocked {
        "the contact is blocked"
    } else if !conversation.can_reply {
        super::WINDOW_CLOSED
    } else {
        return Ok(Seen::Fits);
    };
    Ok(Seen::Outdated(why, Box::new(conversation)))
}

/// A bot, or an automation of the desk's own.
fn speaks_for_the_desk(message: &Message) -> bool {
    message.direction == Direction::Outgoing
        && !message.private
        && message.marks.effect.is_none()
        && matches!(message.author, Author::Bot { .. } | Author::Captain { .. } | Author::Automation { .. })
}

fn is_away(status: Status) -> Option<&'static str> {
    match status {
        Status::Resolved => Some("it was resolved"),
        Status::Snoozed => Some("it was snoozed"),
        Status::Open | Status::Pending => None,
    }
}

/// Snooze until then, or resolve, unless somebody wrote since the rule was judged.
async fn close(
    app: &App,
    desk: &Desk,
    effect: &Effect,
    after: MessageId,
    until: Option<i64>,
) -> Result<Step, JobError> {
    let id = effect.conversation;
    let conversation = desk.chatwoot.conversation(id).await?;
    if is_away(conversation.status).is_some() {
        return Ok(done(app, effect, "was put away already"));
    }
    let since = desk.chatwoot.thread_since(id, Some(after)).await?;
    if since.iter().any(Message::is_from_customer) {
        return outdated(app, effect, "the customer wrote meanwhile", &conversation);
    }
    if since.iter().any(Message::is_human_reply) {
        return outdated(app, effect, "a colleague answered meanwhile", &conversation);
    }
    match until.and_then(|until| jiff::Timestamp::from_millisecond(until).ok()) {
        Some(until) if until <= app.clock.now() => outdated(app, effect, "too late", &conversation),
        Some(until) => {
            desk.chatwoot.set_status(id, Status::Snoozed, Some(until)).await?;
            Ok(done(app, effect, "snoozed"))
        }
        None => {
            desk.chatwoot.set_status(id, Status::Resolved, None).await?;
            Ok(done(app, effect, "resolved"))
        }
    }
}

fn outdated(app: &App, effect: &Effect, why: &str, conversation: &Conversation) -> Result<Step, JobError> {
    let (mut batch, notices) = end(app, effect, EffectState::Dropped, why, None, DraftState::Superseded);
    batch.push(keep_conversation(effect.desk, conversation)?);
    Ok(Step::Done(batch, notices))
}
