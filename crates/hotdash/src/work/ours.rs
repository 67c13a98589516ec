//! Which message on the desk is ours: by the mark it carries, or where there is none by everything else.
//!
//! Deleting and retrying on the desk wipe the mark, and desks before 4.9 never keep it.

use super::JobError;
use crate::app::{App, Desk};
use crate::store::effects::{Change, Effect, EffectState};
use hotdash_core::conversation::{Author, Direction, Message};
use hotdash_core::draft::liquid_safe;

/// The message that an earlier try of this effect made, if it is in the thread.
pub(super) async fn made_by(
    app: &App,
    desk: &Desk,
    effect: &Effect,
    thread: &[Message],
) -> Result<Option<Message>, JobError> {
    if let Some(marked) = thread.iter().find(|m| m.marks.effect.as_ref() == Some(&effect.id)) {
        return Ok(Some(marked.clone()));
    }
    // Without an earlier try of unknown outcome the same words are somebody else's.
    if effect.state != EffectState::Sending {
        return Ok(None);
    }
    for message in thread.iter().filter(|message| says_the_same(effect, message)) {
        if is_by_us(desk, message).await? && app.store.effect_of_message(desk.id, message.id).await?.is_none()
        {
            return Ok(Some(message.clone()));
        }
    }
    Ok(None)
}

/// Whether a message without our mark may be what this effect made.
pub(super) fn may_be(effect: &Effect, message: &Message) -> bool {
    let newer = matches!(effect.change, Change::Reply { answers, .. } if message.id > answers);
    newer && (message.marks.deleted || says_the_same(effect, message))
}

/// No mark, and exactly what this effect has to say, where it has to say it.
fn says_the_same(effect: &Effect, message: &Message) -> bool {
    let (text, private, newer) = match &effect.change {
        Change::Reply { text, answers, .. } => (text, false, message.id > *answers),
        Change::Note { text } => (text, true, true),
        _ => return false,
    };
    let content = message.content.as_deref().unwrap_or_default().trim();
    message.marks.effect.is_none()
        && message.direction == Direction::Outgoing
        && message.private == private
        && newer
        && (content == text.trim() || content == liquid_safe(text).trim())
}

async fn is_by_us(desk: &Desk, message: &Message) -> Result<bool, JobError> {
    Ok(match &message.author {
        // A bot cannot ask who it is; its messages are not a person's in any case.
        Author::Bot { .. } => true,
        Author::Agent { id, .. } => desk.chatwoot.ourselves().await? == Some(*id),
        _ => false,
    })
}
