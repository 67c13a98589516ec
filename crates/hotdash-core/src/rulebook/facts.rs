//! A snapshot looked at once for all rules.

use super::Rulebook;
use super::condition::Subject;
use super::keywords::Found;
use super::pattern::{Pattern, Text};
use super::vocabulary::{ESCALATIONS, INTENTS, Mark, SENTIMENTS};
use crate::analysis::words::{Haystack, normalize};
use crate::conversation::Availability;
use crate::decide::{SlaState, Snapshot};
use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use serde_json::Value;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

/// What rules ask about. What only few rules ask is found when it is first asked.
pub(crate) struct Facts<'a> {
    pub(crate) snapshot: &'a Snapshot<'a>,
    /// All [`Mark`]s but those of the time.
    pub(crate) marks: u64,
    pub(super) text: Haystack,
    pub(super) found: Found,
    /// The message as patterns are asked about it.
    written: Text<'a>,
    /// By the pattern's number, whether it fits; the few that were asked.
    fitting: RefCell<Vec<(usize, bool)>>,
    now: Timestamp,
    local: OnceCell<DateTime>,
    time_marks: OnceCell<u64>,
    folded: [OnceCell<Vec<Cow<'a, str>>>; SLOTS],
}

/// Subjects whose texts are kept normalised.
const SLOTS: usize = 9;

impl<'a> Facts<'a> {
    pub(crate) fn new(rules: &Rulebook, snapshot: &'a Snapshot<'a>, now: Timestamp) -> Self {
        let code = snapshot.analysis.language.code.as_deref();
        let text = Haystack::new(snapshot.message.text(), &rules.keywords.stems_for(code));
        let found = rules.keywords.find(&text, code);
        Self {
            snapshot,
            marks: marks(snapshot),
            text,
            found,
            written: Text::new(snapshot.message.text()),
            fitting: RefCell::default(),
            now,
            local: OnceCell::new(),
            time_marks: OnceCell::new(),
            folded: Default::default(),
        }
    }

    /// Whether a keyword condition is met.
    pub(crate) fn says(&self, condition: u32) -> bool {
        self.found.conditions.contains(condition)
    }

    /// Whether a pattern fits the message; tried once.
    pub(crate) fn fits(&self, pattern: &Pattern) -> bool {
        let mut fitting = self.fitting.borrow_mut();
        if let Some((_, fits)) = fitting.iter().find(|(number, _)| *number == pattern.number) {
            return *fits;
        }
        let fits = pattern.fits(&self.written);
        fitting.push((pattern.number, fits));
        fits
    }

    /// Date and time of day in the desk's zone.
    pub(crate) fn local(&self) -> DateTime {
        *self.local.get_or_init(|| self.snapshot.hours.local(self.now))
    }

    /// The marks of the time.
    pub(crate) fn time_marks(&self) -> u64 {
        *self.time_marks.get_or_init(|| {
            let hours = self.snapshot.hours;
            let date = self.local().date();
            let (day, weekend) = match date.weekday() {
                Weekday::Monday => (Mark::Monday, false),
                Weekday::Tuesday => (Mark::Tuesday, false),
                Weekday::Wednesday => (Mark::Wednesday, false),
                Weekday::Thursday => (Mark::Thursday, false),
                Weekday::Friday => (Mark::Friday, false),
                Weekday::Saturday => (Mark::Saturday, true),
                Weekday::Sunday => (Mark::Sunday, true),
            };
            let open = if hours.is_open(self.now) { Mark::Open } else { Mark::Closed };
            let holiday = if hours.is_holiday(date) { Mark::Holiday.bit() } else { 0 };
            let week = if weekend { Mark::Weekend } else { Mark::Weekday };
            open.bit() | holiday | week.bit() | day.bit()
        })
    }

    /// A subject's number; `None` where there is none to compare.
    #[expect(clippy::cast_precision_loss, reason = "counts of messages, people and conversations")]
    pub(crate) fn number(&self, subject: &Subject) -> Option<f64> {
        let Snapshot { conversation, analysis, agents, .. } = self.snapshot;
        Some(match subject {
            Subject::SenderEarlier => self.snapshot.earlier_conversations as f64,
            Subject::MessageCount => self.snapshot.message_count as f64,
            Subject::Sentiment => two_decimals(analysis.sentiment.score),
            Subject::Urgency => two_decimals(analysis.urgency.score),
            Subject::AgentAvailability => {
                agents.iter().filter(|agent| agent.availability == Availability::Online).count() as f64
            }
            Subject::Waiting => {
                let waited = self.now.duration_since(conversation.waiting_since?);
                (waited.as_secs().max(0) / 60) as f64
            }
            Subject::Sla => match self.snapshot.sla? {
                SlaState::None => return None,
                SlaState::Running => 0.0,
                SlaState::Warned { percent } => f64::from(percent),
                SlaState::Breached => 100.0,
            },
            Subject::SenderAttribute(_) => {
                self.texts(subject).first().and_then(|text| text.trim().parse().ok())?
            }
            _ => return None,
        })
    }

    /// A subject's texts, normalised and trimmed; kept where they may be asked for again.
    pub(crate) fn folded(&self, subject: &Subject) -> Cow<'_, [Cow<'a, str>]> {
        let fold = || self.texts(subject).into_iter().map(fold).collect();
        match slot(subject).and_then(|slot| self.folded.get(slot)) {
            Some(kept) => Cow::Borrowed(kept.get_or_init(fold)),
            None => Cow::Owned(fold()),
        }
    }

    /// A subject's texts as they are.
    pub(crate) fn texts(&self, subject: &Subject) -> Vec<Cow<'a, str>> {
        let snapshot: &'a Snapshot<'a> = self.snapshot;
        let Snapshot { conversation, message, analysis, .. } = snapshot;
        let contact = &conversation.contact;
        let one = |text: &'a str| vec![Cow::Borrowed(text)];
        match subject {
            Subject::Text => one(message.text()),
            Subject::Inbox => {
                let number = Cow::Owned(conversation.inbox.to_string());
                std::iter::once(number).chain(snapshot.inbox_name.map(Cow::Borrowed)).collect()
            }
            Subject::Channel => one(conversation.channel.name()),
            Subject::Tag => conversation.labels.iter().map(|label| label.as_str().into()).collect(),
            Subject::SenderName if contact.name.trim().is_empty() => Vec::new(),
            Subject::SenderName => one(&contact.name),
            Subject::SenderEmail => contact.email.as_deref().map_or(Vec::new(), one),
            Subject::SenderDomain => contact
                .email
                .as_deref()
                .and_then(|email| email.rsplit_once('@'))
                .map_or(Vec::new(), |(_, domain)| one(domain)),
            Subject::SenderAttribute(key) => contact.custom_attributes.get(key).map_or(Vec::new(), plain),
            Subject::Intent => {
                let learned = analysis.intent.learned.iter().map(|tag| tag.name.as_str());
                std::iter::once(analysis.intent.kind.name()).chain(learned).map(Cow::Borrowed).collect()
            }
            Subject::Category => analysis.categories.iter().map(|tag| tag.name.as_str().into()).collect(),
            Subject::Language => analysis.language.code.as_deref().map_or(Vec::new(), one),
            Subject::Attachment => message.attachments.iter().map(|file| file.kind.as_str().into()).collect(),
            _ => Vec::new(),
        }
    }
}

fn slot(subject: &Subject) -> Option<usize> {
    Some(match subject {
        Subject::Inbox => 0,
        Subject::Channel => 1,
        Subject::Tag => 2,
        Subject::SenderName => 3,
        Subject::SenderEmail => 4,
        Subject::SenderDomain => 5,
        Subject::Category => 6,
        Subject::Language => 7,
        Subject::Attachment => 8,
        _ => return None,
    })
}

fn fold(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_plain = |b: u8| b.is_ascii() && !b.is_ascii_uppercase() && b != b'`';
    match text {
        Cow::Borrowed(text) if text.bytes().all(is_plain) => Cow::Borrowed(text.trim()),
        other => Cow::Owned(normalize(other.trim())),
    }
}

fn marks(snapshot: &Snapshot<'_>) -> u64 {
    let Snapshot { analysis, agents, .. } = snapshot;
    let named = |words: &[(&str, Mark)], name: &str| {
        words.iter().find(|(word, _)| *word == name).map_or(0, |(_, mark)| mark.bit())
    };
    let mut marks = named(&SENTIMENTS, analysis.sentiment.class.name());
    marks |= named(&INTENTS, analysis.intent.kind.name());
    marks |= analysis.escalation.as_ref().map_or(0, |found| named(&ESCALATIONS, found.kind.name()));
    marks |= if analysis.urgency.is_urgent { Mark::Urgent.bit() } else { Mark::Calm.bit() };
    marks |= if is_vip(snapshot) { Mark::Vip.bit() } else { Mark::NoVip.bit() };
    // A clock that has warned runs on.
    marks |= match snapshot.sla {
        None | Some(SlaState::None) => Mark::NoClock.bit(),
        Some(SlaState::Running) => Mark::ClockRuns.bit(),
        Some(SlaState::Warned { .. }) => Mark::ClockRuns.bit() | Mark::ClockWarned.bit(),
        Some(SlaState::Breached) => Mark::ClockBreached.bit(),
    };
    for agent in *agents {
        marks |= match agent.availability {
            Availability::Online => Mark::Online.bit(),
            Availability::Busy => Mark::Busy.bit(),
            Availability::Offline => Mark::Offline.bit(),
        };
    }
    marks
}

fn is_vip(snapshot: &Snapshot<'_>) -> bool {
    let marked = |value: &Value| match value {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64().is_some_and(|n| n > 0.0),
        Value::String(text) => matches!(normalize(text.trim()).as_str(), "true" | "yes" | "1" | "vip"),
        _ => false,
    };
    let contact = &snapshot.conversation.contact;
    contact.custom_attributes.get("vip").is_some_and(marked)
        || snapshot.conversation.labels.iter().any(|label| label == "vip")
}

/// An attribute's value as texts.
fn plain(value: &Value) -> Vec<Cow<'_, str>> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text.as_str().into()],
        Value::Array(items) => items.iter().flat_map(plain).collect(),
        other => vec![other.to_string().into()],
    }
}

/// The scores have two decimals; as `f64` they would show more.
fn two_decimals(score: f32) -> f64 {
    (f64::from(score) * 100.0).round() / 100.0
}
