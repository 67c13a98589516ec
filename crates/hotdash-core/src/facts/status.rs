//! How a conversation's status and assignee came to be, from what was told and from the lines of its thread.

use super::activity::{self, By, Line};
use super::history::{StatusWord, TimedMessage, What};
use super::{History, Settings};
use crate::conversation::{Author, Direction};
use crate::ids::AgentId;

/// A line and what a delivery told are of the same change when they are this near, in microseconds: REST cuts to the
/// second, and the desk writes the line after the change.
const SAME_CHANGE: (i64, i64) = (1_000_000, 2_000_000);

/// One change of status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) at: i64,
    /// The message's number where the thread tells it: the order within a second.
    pub(super) id: i64,
    pub(super) before: StatusWord,
    pub(super) now: StatusWord,
    /// A bot gave it to people.
    pub(super) handoff: bool,
}

/// Every change of status in order, and whether that explains the state as it is now.
#[derive(Debug)]
pub(super) struct Statuses {
    /// The status at its creation.
    pub(super) began: StatusWord,
    pub(super) changes: Vec<Change>,
    pub(super) explained: bool,
}

/// Something that may be a change of status.
#[derive(Debug, Clone, Copy)]
enum Sign {
    Told {
        now: StatusWord,
        waiting_since: Option<i64>,
    },
    Line {
        now: StatusWord,
        by: By,
    },
    /// The customer wrote: what is closed opens, or goes back to the bot.
    Incoming,
}

/// Follow the status from the beginning.
pub(super) fn statuses(history: &History, settings: &Settings) -> Statuses {
    let has_bot = settings.inboxes.get(&history.conversation.inbox).and_then(|inbox| inbox.has_bot);
    let told = told(history);
    let lines = lines(history, settings);
    let first_told = told.first().map_or(i64::MAX, |(at, ..)| *at);
    let mut signs: Vec<(i64, i64, Sign)> = Vec::new();
    signs.extend(
        told.iter().map(|&(at, _, now, waiting_since)| (at, i64::MAX, Sign::Told { now, waiting_since })),
    );
    let is_told =
        |at: i64, now: StatusWord| told.iter().any(|(t, _, told, _)| *told == now && is_same_change(at, *t));
    let untold = lines.iter().filter(|(at, _, now, _)| !is_told(*at, *now));
    signs.extend(untold.map(|&(at, id, now, by)| (at, id, Sign::Line { now, by })));
    let incoming = history.messages.iter().filter(|m| m.message.direction == Direction::Incoming);
    // Where deliveries were heard they tell of it themselves.
    signs.extend(incoming.filter(|m| m.at < first_told).map(|m| (m.at, m.message.id.0, Sign::Incoming)));
    signs.sort_by_key(|(at, id, _)| (*at, *id));

    let began = began_as(history, &told, has_bot);
    let mut status = began;
    let mut changes: Vec<Change> = Vec::new();
    let mut guessed = false;
    for (at, id, sign) in signs {
        let now = match sign {
            Sign::Told { now, .. } | Sign::Line { now, .. } => now,
            Sign::Incoming => match status {
                StatusWord::Resolved if has_bot == Some(true) => StatusWord::Pending,
                StatusWord::Resolved | StatusWord::Snoozed => StatusWord::Open,
                same => same,
            },
        };
        if now == status {
            continue;
        }
        let handoff = status == StatusWord::Pending
            && now == StatusWord::Open
            && is_handoff(history, &lines, at, sign, has_bot);
        changes.push(Change { at, id, before: status, now, handoff });
        (status, guessed) = (now, matches!(sign, Sign::Incoming));
    }
    let shown = StatusWord::from(history.conversation.status);
    // A muted customer's message opens nothing, and no line says so.
    if status != shown && guessed && changes.last().is_some_and(|change| change.before == shown) {
        changes.pop();
        status = shown;
    }
    Statuses { began, changes, explained: status == shown }
}

type ToldStatus = (i64, Option<StatusWord>, StatusWord, Option<i64>);

fn told(history: &History) -> Vec<ToldStatus> {
    let mut told: Vec<ToldStatus> = history
        .told
        .iter()
        .filter_map(|told| match &told.what {
            What::Status { before, now, waiting_since } => Some((told.at, *before, *now, *waiting_since)),
            _ => None,
        })
        .collect();
    told.sort_unstable();
    told
}

fn lines(history: &History, settings: &Settings) -> Vec<(i64, i64, StatusWord, By)> {
    let lines = history.messages.iter().filter_map(|m| match line(m, settings)? {
        Line::Status { now, by } => Some((m.at, m.message.id.0, now, by)),
        Line::Assignee(_) => None,
    });
    lines.collect()
}

fn line(m: &TimedMessage, settings: &Settings) -> Option<Line> {
    let is_line = m.message.direction == Direction::Activity;
    is_line.then(|| activity::read(m.message.content.as_deref()?, settings)).flatten()
}

fn is_same_change(line: i64, told: i64) -> bool {
    (line - SAME_CHANGE.0..=line + SAME_CHANGE.1).contains(&told)
}

/// The status at its creation: an inbox with a bot gives it to the bot first.
fn began_as(history: &History, told: &[ToldStatus], has_bot: Option<bool>) -> StatusWord {
    let usual = if has_bot == Some(true) { StatusWord::Pending } else { StatusWord::Open };
    let created = history.conversation.created_at.as_second();
    // Of one moment the one that tells what was before is sorted last.
    let first = told.iter().take_while(|(at, ..)| told.first().is_some_and(|first| at - first.0 < 1000));
    let before = first.clone().find_map(|(_, before, ..)| *before);
    let at_creation = first.clone().find(|(at, ..)| at.div_euclid(1_000_000) == created);
    before.or_else(|| at_creation.map(|(_, _, now, _)| *now)).unwrap_or(usual)
}

/// Whether a bot opened it. A person who does so leaves the wait as it is; a bot begins one where there is none. Where
/// one was running already, the desk's own line tells who it was; without a line the bot is believed, unless a person
/// has written before.
fn is_handoff(
    history: &History,
    lines: &[(i64, i64, StatusWord, By)],
    at: i64,
    sign: Sign,
    has_bot: Option<bool>,
) -> bool {
    let by = match sign {
        Sign::Incoming => return false,
        Sign::Line { by, .. } => Some(by),
        Sign::Told { waiting_since, .. } => {
            if waiting_since.is_some_and(|since| since.div_euclid(1_000_000) == at.div_euclid(1_000_000)) {
                return true;
            }
            if waiting_since.is_none() {
                return false;
            }
            let line =
                lines.iter().find(|(line, _, now, _)| *now == StatusWord::Open && is_same_change(*line, at));
            line.map(|(.., by)| *by)
        }
    };
    match by {
        Some(by) => by == By::Somebody,
        None => {
            let by_person =
                |m: &&TimedMessage| matches!(m.message.author, Author::Agent { .. }) && m.at <= at;
            has_bot == Some(true) && !history.messages.iter().any(|m| by_person(&m))
        }
    }
}

/// Who had the conversation at an instant.
pub(super) struct Assignees {
    changes: Vec<(i64, i64, Option<AgentId>)>,
    first: Option<AgentId>,
}

impl Assignees {
    pub(super) fn of(history: &History, settings: &Settings) -> Self {
        let told: Vec<(i64, Option<AgentId>, Option<AgentId>)> = history
            .told
            .iter()
            .filter_map(|told| match told.what {
                What::Assignee { before, now } => Some((told.at, before, now)),
                _ => None,
            })
            .collect();
        let mut changes: Vec<(i64, i64, Option<AgentId>)> =
            told.iter().map(|(at, _, now)| (*at, i64::MAX, *now)).collect();
        for m in &history.messages {
            if let Some(Line::Assignee(now)) = line(m, settings)
                && !told.iter().any(|(at, _, told)| *told == now && is_same_change(m.at, *at))
            {
                changes.push((m.at, m.message.id.0, now));
            }
        }
        changes.sort_unstable();
        let earliest = told.iter().min_by_key(|(at, ..)| *at);
        let current = history.conversation.assignee.as_ref().filter(|a| !a.is_bot).map(|a| a.id);
        let first = match (changes.first(), earliest) {
            (None, _) => current,
            (Some((first, ..)), Some((at, before, _))) if at <= first => *before,
            (Some(_), _) => None,
        };
        Self { changes, first }
    }

    /// `id` is the order within an instant where the thread tells it.
    pub(super) fn at(&self, at: i64, id: i64) -> Option<AgentId> {
        let before = self.changes.iter().take_while(|(changed, line, _)| (*changed, *line) <= (at, id));
        before.last().map_or(self.first, |(.., now)| *now)
    }
}
