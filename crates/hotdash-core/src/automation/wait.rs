//! Waiting times: where one begins, when it is over, what ends it.

use super::{After, Flags, Since};
use crate::conversation::{Author, Direction, Message, Status};
use crate::decide::Snapshot;
use crate::hours::Hours;
use crate::ids::MessageId;
use crate::rulebook::Rule;
use jiff::{SignedDuration, Timestamp};

/// A wait that is running.
pub(super) struct Wait {
    /// The message with which it began.
    pub(super) message: MessageId,
    pub(super) at: Timestamp,
    pub(super) because: &'static str,
}

/// The wait that a rule is about now, if there is one.
pub(super) fn begin(rule: &Rule, since: Since, seen: &Snapshot<'_>, flags: &Flags<'_>) -> Option<Wait> {
    // A wait that was cancelled begins anew with the next message, not with the old one.
    let cancelled = flags.fired.iter().filter(|fired| fired.rule == rule.id && !fired.acted);
    let after = cancelled.map(|fired| fired.seen).max();
    let last_reply = flags.thread.iter().rfind(|message| message.is_human_reply());
    let message = match since {
        Since::CustomerMessage => {
            let answered = last_reply.map(|reply| reply.id);
            flags
                .thread
                .iter()
                .chain([seen.message])
                .filter(|message| message.is_from_customer())
                .find(|message| Some(message.id) > answered && Some(message.id) > after)?
        }
        Since::OurReply => {
            let reply = last_reply?;
            let wrote_since = |message: &Message| message.is_from_customer() && message.id > reply.id;
            if flags.thread.iter().any(wrote_since) || Some(reply.id) <= after {
                return None;
            }
            reply
        }
    };
    let because = match since {
        Since::CustomerMessage => "the customer waits for an answer",
        Since::OurReply => "the customer was answered",
    };
    Some(Wait { message: message.id, at: message.created_at, because })
}

/// When a wait is over; `None` when the team never works so long.
pub(super) fn due(after: After, from: Timestamp, hours: &Hours) -> Option<Timestamp> {
    let time = SignedDuration::from_mins(after.minutes);
    if after.business { hours.add_working(from, time) } else { from.checked_add(time).ok() }
}

/// Why nobody waits any more, as far as the conversation itself tells.
pub(super) fn ended(seen: &Snapshot<'_>) -> Option<&'static str> {
    match seen.conversation.status {
        Status::Resolved => Some("the conversation was resolved"),
        Status::Snoozed => Some("the conversation was snoozed"),
        Status::Open | Status::Pending => None,
    }
}

/// What was waited for, once it has passed in vain.
pub(super) fn over(after: After) -> String {
    let who = match after.since {
        Since::CustomerMessage => "nobody answered",
        Since::OurReply => "the customer did not answer",
    };
    format!("{who} for {}", span(after))
}

/// What a wait is for.
pub(super) fn unless(after: After) -> String {
    let who = match after.since {
        Since::CustomerMessage => "somebody answers",
        Since::OurReply => "the customer answers",
    };
    format!("is judged again after {}, unless {who}", span(after))
}

fn span(after: After) -> String {
    let kind = if after.business { "business " } else { "" };
    let (count, unit) = match after.minutes {
        minutes if minutes % (24 * 60) == 0 && !after.business => (minutes / (24 * 60), "day"),
        minutes if minutes % 60 == 0 => (minutes / 60, "hour"),
        minutes => (minutes, "minute"),
    };
    format!("{count} {kind}{unit}{}", if count == 1 { "" } else { "s" })
}

/// Whatever spoke to the customer after a message: a person, a bot, the desk's own automation. Not our own automatic
/// messages, and not the desk's greeting.
pub(super) fn answer_after(thread: &[Message], message: MessageId) -> Option<&Message> {
    thread.iter().find(|other| {
        other.id > message
            && other.direction == Direction::Outgoing
            && !other.private
            && !matches!(other.author, Author::Template)
            && !(matches!(other.author, Author::Automation { .. }) && other.marks.effect.is_some())
    })
}
