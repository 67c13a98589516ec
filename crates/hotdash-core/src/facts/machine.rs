//! Walking through a conversation's past as Chatwoot did, and writing down what it measured.

use super::history::{StatusWord, TimedMessage, What};
use super::status::{Assignees, Change, Statuses, statuses};
use super::{ConversationFacts, Fact, FactKind, History, InboxSettings, Settings, Unknown};
use crate::conversation::{Author, Direction};
use crate::ids::{AgentId, MessageId};
use std::collections::BTreeMap;

const SURVEY: &str = "input_csat";
const SECOND: i64 = 1_000_000;

/// Measure a conversation. The same history and settings give the same facts, in whatever order the history is listed.
#[must_use]
pub fn measure(history: &History, settings: &Settings) -> ConversationFacts {
    let conversation = &history.conversation;
    let Statuses { began, changes, explained } = statuses(history, settings);
    let mut walk = Walk::new(history, settings, began);
    walk.note(Fact::instant(FactKind::Created, walk.created));
    let mut messages: Vec<&TimedMessage> = history.messages.iter().collect();
    messages.sort_by_key(|m| (m.at, m.message.id));
    let mut changes = changes.into_iter().peekable();
    for m in messages {
        while let Some(change) = changes.next_if(|change| (change.at, change.id) <= (m.at, m.message.id.0)) {
            walk.change(change);
            walk.pass(change.at);
        }
        walk.message(m);
        walk.pass(m.at);
    }
    for change in changes {
        walk.change(change);
        walk.pass(change.at);
    }
    let answers = answers(history);
    for (message, (at, rating, agent)) in answers {
        let agent = agent.or_else(|| walk.assignees.at(at, i64::MAX));
        let fact = Fact::instant(FactKind::SurveyAnswered, at);
        walk.note(Fact { message: Some(message), rating: Some(rating), agent, ..fact });
    }
    let mut facts = walk.facts;
    facts.sort_by_key(|fact| (fact.at, fact.message, fact.kind));
    let mut unknown = Vec::new();
    if !explained {
        unknown.push(Unknown::StatusHistory);
    }
    if walk.inbox.is_none_or(|inbox| inbox.hours.is_none()) {
        unknown.push(Unknown::WorkingHours);
    }
    if is_cut(history) {
        unknown.push(Unknown::Fractions);
    }
    let mut labels = conversation.labels.clone();
    labels.sort();
    labels.dedup();
    ConversationFacts {
        conversation: conversation.id,
        inbox: conversation.inbox,
        channel: conversation.channel.clone(),
        status: conversation.status,
        assignee: conversation.assignee.as_ref().filter(|a| !a.is_bot).map(|a| a.id),
        team: conversation.team.as_ref().map(|team| team.id),
        labels,
        created_at: walk.created,
        waiting_since: conversation.waiting_since.map(jiff::Timestamp::as_microsecond),
        is_answered: conversation.first_reply_at.is_some(),
        facts,
        unknown,
    }
}

struct Walk<'a> {
    inbox: Option<&'a InboxSettings>,
    assignees: Assignees,
    facts: Vec<Fact>,
    created: i64,
    status: StatusWord,
    /// Whose turn it is, and since when.
    turn: (Option<FactKind>, i64),
    /// Since when somebody waits.
    waiting: Option<i64>,
    is_answered: bool,
    /// A person of the desk has written, privately or not.
    person_wrote: bool,
    handed_off: bool,
    /// The end of the last handoff or opening, else of the last time a bot resolved it.
    woken: Option<i64>,
    bot_resolved: Option<i64>,
    resolved: Option<i64>,
}

impl<'a> Walk<'a> {
    fn new(history: &History, settings: &'a Settings, status: StatusWord) -> Self {
        let created = history.conversation.created_at.as_microsecond();
        let began = history.told.iter().filter(|told| told.what == What::Began).map(|told| told.at);
        // The state has it cut to the second; what is told of the same second is nearer, the earliest nearest.
        let same_second = began.filter(|at| at.div_euclid(SECOND) == created.div_euclid(SECOND));
        let created = same_second.min().unwrap_or(created);
        let answered_before = answered_before(history);
        let waiting = if answered_before { waited_before(history) } else { Some(created) };
        Self {
            inbox: settings.inboxes.get(&history.conversation.inbox),
            assignees: Assignees::of(history, settings),
            facts: Vec::new(),
            created,
            waiting,
            status,
            turn: (turn(status, waiting), created),
            is_answered: answered_before,
            person_wrote: answered_before,
            handed_off: false,
            woken: None,
            bot_resolved: None,
            resolved: None,
        }
    }

    /// Whose turn it is from now on.
    fn pass(&mut self, at: i64) {
        let (kind, since) = self.turn;
        let next = turn(self.status, self.waiting);
        if next == kind {
            return;
        }
        if let Some(kind) = kind.filter(|_| since < at) {
            let assignee = self.assignees.at(at, i64::MAX);
            self.span(kind, since, at, assignee, None);
        }
        self.turn = (next, at);
    }

    fn note(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    fn span(
        &mut self,
        kind: FactKind,
        from: i64,
        at: i64,
        agent: Option<AgentId>,
        message: Option<MessageId>,
    ) {
        let seconds = at.div_euclid(SECOND) - from.div_euclid(SECOND);
        let hours = self.inbox.and_then(|inbox| inbox.hours.as_ref());
        let business = hours.map(|hours| hours.seconds_between(from, at));
        let fact = Fact::instant(kind, at);
        self.note(Fact { from: Some(from), seconds: Some(seconds), business, agent, message, ..fact });
    }

    fn message(&mut self, m: &TimedMessage) {
        let (message, at) = (&m.message, m.at);
        let sender = match &message.author {
            Author::Agent { id, .. } => Some(*id),
            _ => None,
        };
        let mut count = |kind| {
            self.note(Fact { message: Some(message.id), agent: sender, ..Fact::instant(kind, at) });
        };
        match message.direction {
            Direction::Incoming => {
                count(FactKind::MessageIn);
                self.waiting = self.waiting.or(Some(at));
            }
            Direction::Outgoing => {
                count(FactKind::MessageOut);
                if message.content_type == SURVEY {
                    count(FactKind::SurveySent);
                }
                let by_bot = matches!(message.author, Author::Bot { .. } | Author::Captain { .. });
                if message.is_human_reply() {
                    self.answer(m, sender);
                } else if by_bot && !message.private {
                    self.waiting = None;
                }
                self.person_wrote |= sender.is_some();
            }
            Direction::Template if message.content_type == SURVEY => count(FactKind::SurveySent),
            Direction::Template | Direction::Activity => {}
        }
    }

    fn answer(&mut self, m: &TimedMessage, sender: Option<AgentId>) {
        let id = Some(m.message.id);
        if !self.is_answered {
            let from = self.woken.or(self.bot_resolved).unwrap_or(self.created);
            self.span(FactKind::FirstResponse, from, m.at, sender, id);
        } else if let Some(since) = self.waiting {
            let assignee = self.assignees.at(m.at, i64::MAX);
            self.span(FactKind::ReplyTime, since, m.at, assignee, id);
        }
        self.is_answered = true;
        self.waiting = None;
    }

    fn change(&mut self, change: Change) {
        let at = change.at;
        self.status = change.now;
        let assignee = match change.handoff {
            // Whoever is given it in the same instant is given it because of the handoff.
            true => self.assignees.at(at - 1, i64::MAX),
            false => self.assignees.at(at, change.id),
        };
        match change.now {
            StatusWord::Resolved => {
                self.span(FactKind::Resolved, self.created, at, assignee, None);
                if !self.person_wrote && self.inbox.is_some_and(|inbox| inbox.has_bot == Some(true)) {
                    self.span(FactKind::BotResolved, self.created, at, assignee, None);
                    self.bot_resolved = Some(at);
                }
                self.resolved = Some(at);
                self.waiting = None;
            }
            StatusWord::Open => {
                if change.handoff && !self.handed_off {
                    self.span(FactKind::BotHandoff, self.created, at, assignee, None);
                    self.handed_off = true;
                }
                if change.handoff {
                    self.waiting = self.waiting.or(Some(at));
                }
                // Never resolved before: the desk writes a row of no length.
                if let Some(resolved) = self.resolved {
                    self.span(FactKind::Opened, resolved, at, assignee, None);
                } else {
                    let business = Some(0);
                    let fact = Fact::instant(FactKind::Opened, at);
                    let from = Some(self.created);
                    self.note(Fact { from, seconds: Some(0), business, agent: assignee, ..fact });
                }
                self.woken = Some(at);
            }
            StatusWord::Pending | StatusWord::Snoozed => {}
        }
    }
}

/// Who is waited for.
fn turn(status: StatusWord, waiting: Option<i64>) -> Option<FactKind> {
    match status {
        StatusWord::Resolved => None,
        StatusWord::Pending => Some(FactKind::WaitedForBot),
        StatusWord::Open if waiting.is_some() => Some(FactKind::WaitedForDesk),
        StatusWord::Open | StatusWord::Snoozed => Some(FactKind::WaitedForCustomer),
    }
}

/// Whether its first answer is older than every message of it that is known: it began before anybody listened.
fn answered_before(history: &History) -> bool {
    let Some(first) = history.conversation.first_reply_at else { return false };
    let replies = history.messages.iter().filter(|m| m.message.is_human_reply());
    replies.map(|m| m.at.div_euclid(SECOND)).min().is_some_and(|known| known > first.as_second() + 2)
}

/// The wait that ran when the first known message was written.
fn waited_before(history: &History) -> Option<i64> {
    let first = history.messages.iter().map(|m| m.at).min()?;
    let waits = history.told.iter().filter(|told| told.what == What::Waited && told.at < first);
    waits.map(|told| told.at).max()
}

/// Answered surveys by message: when first, which rating now, whose. What the desk lists is its own word; else it is
/// what deliveries told, and the rating that the message carries.
fn answers(history: &History) -> BTreeMap<MessageId, (i64, u8, Option<AgentId>)> {
    let mut answers = BTreeMap::new();
    for m in &history.messages {
        let Some(csat) = &m.message.marks.csat else { continue };
        let told = history.told.iter().filter(|told| told.what == What::Answered { message: m.message.id });
        // A read shows the answer without its time; it is no earlier than the survey.
        let at = told.map(|told| told.at).min().unwrap_or(m.at);
        answers.insert(m.message.id, (at, csat.rating, None));
    }
    for listed in &history.surveys {
        let at = listed.created_at.as_microsecond();
        let told = answers.get(&listed.message).map(|(at, ..)| *at);
        // The same instant, uncut.
        let at = told.filter(|told| told.div_euclid(SECOND) == at.div_euclid(SECOND)).unwrap_or(at);
        answers.insert(listed.message, (at, listed.rating, listed.agent));
    }
    answers
}

/// Whether some of it is known to whole seconds only.
fn is_cut(history: &History) -> bool {
    let began = history.told.iter().any(|told| told.what == What::Began);
    let counted =
        |m: &&TimedMessage| matches!(m.message.direction, Direction::Incoming | Direction::Outgoing);
    !began || history.messages.iter().filter(counted).any(|m| m.at % SECOND == 0)
}
