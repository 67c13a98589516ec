//! Conditions, and whether they hold. Judging makes no words and no copies; `explain.rs` says what was seen.

use super::facts::Facts;
use super::pattern::{Pattern, Text};
use jiff::civil::Date;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    None(Vec<Condition>),
    Always,
    Test(Test),
}

/// One comparison.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    pub(crate) subject: Subject,
    pub(crate) negated: bool,
    pub(crate) operator: Operator,
    /// The condition as a reader would say it.
    pub(crate) asks: Box<str>,
}

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Text,
    Inbox,
    Channel,
    Tag,
    SenderName,
    SenderEmail,
    SenderDomain,
    SenderAttribute(String),
    SenderVip,
    SenderEarlier,
    Time,
    AgentAvailability,
    Sentiment,
    Intent,
    Category,
    Urgency,
    Escalation,
    Language,
    Waiting,
    Sla,
    Attachment,
    MessageCount,
}

/// How it is compared. Texts are normalised.
#[derive(Debug, Clone)]
pub(crate) enum Operator {
    /// Words of [`super::Rulebook::keywords`] that belong to the keyword condition of this number.
    Keyword(u32),
    /// One of these marks is there.
    Marked(u64),
    Times(Times),
    /// Sorted.
    AnyOf(Vec<String>),
    Contains(Vec<String>),
    Matches(Arc<Pattern>),
    Exists,
    Above(f64),
    Below(f64),
    Numbers(Vec<f64>),
}

/// Moments in the desk's zone; one of them is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) marks: u64,
    /// Minutes of the day, the end excluded; one that ends before it begins goes over midnight.
    pub(crate) hours: Vec<(i16, i16)>,
    /// First and last day.
    pub(crate) dates: Vec<(Date, Date)>,
}

impl Condition {
    /// Whether it holds.
    pub(crate) fn holds(&self, facts: &Facts<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::Test(test) => test.holds(facts),
            Self::All(parts) => parts.iter().all(|part| part.holds(facts)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(facts)),
            Self::None(parts) => !parts.iter().any(|part| part.holds(facts)),
        }
    }

    /// Whether the clock or a colleague coming online may change the answer; the message itself cannot.
    pub(crate) fn may_change(&self, facts: &Facts<'_>) -> bool {
        self.outlook(facts).1
    }

    /// Whether it holds, and whether that may change.
    fn outlook(&self, facts: &Facts<'_>) -> (bool, bool) {
        match self {
            Self::Always => (true, false),
            Self::Test(test) => (test.holds(facts), test.subject.changes()),
            Self::All(parts) => outlook(parts, facts, true),
            Self::Any(parts) => outlook(parts, facts, false),
            Self::None(parts) => {
                let (holds, may_change) = outlook(parts, facts, false);
                (!holds, may_change)
            }
        }
    }

    /// The same condition with what is quickly told first, so that a pattern is only tried where all else holds.
    pub(crate) fn by_cost(&self) -> Self {
        let sorted = |parts: &[Self]| {
            let mut parts: Vec<Self> = parts.iter().map(Self::by_cost).collect();
            parts.sort_by_key(Self::cost);
            parts
        };
        match self {
            Self::All(parts) => Self::All(sorted(parts)),
            Self::Any(parts) => Self::Any(sorted(parts)),
            Self::None(parts) => Self::None(sorted(parts)),
            other => other.clone(),
        }
    }

    fn cost(&self) -> usize {
        match self {
            Self::Always => 0,
            Self::Test(test) => test.operator.cost(),
            Self::All(parts) | Self::Any(parts) | Self::None(parts) => {
                parts.iter().map(Self::cost).max().unwrap_or(0) + 1
            }
        }
    }
}

/// One part can settle a group: a failed one of "all", a met one of "any". If that one stays, nothing changes.
fn outlook(parts: &[Condition], facts: &Facts<'_>, is_all: bool) -> (bool, bool) {
    let (mut settled, mut for_good, mut may_change) = (false, false, false);
    for (holds, changes) in parts.iter().map(|part| part.outlook(facts)) {
        settled |= holds != is_all;
        for_good |= holds != is_all && !changes;
        may_change |= changes;
    }
    (settled != is_all, may_change && !for_good)
}

impl Test {
    fn holds(&self, facts: &Facts<'_>) -> bool {
        self.is_met(facts) != self.negated
    }

    /// Without the negation.
    pub(crate) fn is_met(&self, facts: &Facts<'_>) -> bool {
        match &self.operator {
            Operator::Keyword(condition) => facts.says(*condition),
            Operator::Marked(mask) if self.subject == Subject::Time => facts.time_marks() & mask != 0,
            Operator::Marked(mask) => facts.marks & mask != 0,
            Operator::Times(times) => times.hold(facts),
            Operator::AnyOf(wanted) => facts.folded(&self.subject).iter().any(|text| contains(wanted, text)),
            Operator::Contains(parts) => facts
                .folded(&self.subject)
                .iter()
                .any(|text| parts.iter().any(|part| text.contains(part.as_str()))),
            Operator::Matches(pattern) => match self.subject {
                Subject::Text => facts.fits(pattern),
                _ => facts.texts(&self.subject).iter().any(|text| pattern.fits(&Text::new(text))),
            },
            Operator::Exists => match self.subject {
                Subject::Waiting => facts.number(&self.subject).is_some(),
                _ => !facts.folded(&self.subject).is_empty(),
            },
            Operator::Above(limit) => facts.number(&self.subject).is_some_and(|n| n > *limit),
            Operator::Below(limit) => facts.number(&self.subject).is_some_and(|n| n < *limit),
            Operator::Numbers(wanted) => facts
                .number(&self.subject)
                .is_some_and(|n| wanted.iter().any(|wanted| (n - wanted).abs() < 1e-9)),
        }
    }
}

fn contains(sorted: &[String], text: &str) -> bool {
    sorted.binary_search_by(|wanted| wanted.as_str().cmp(text)).is_ok()
}

impl Times {
    fn hold(&self, facts: &Facts<'_>) -> bool {
        if facts.time_marks() & self.marks != 0 {
            return true;
        }
        let local = facts.local();
        let minute = i16::from(local.hour()) * 60 + i16::from(local.minute());
        self.dates.iter().any(|(first, last)| (*first..=*last).contains(&local.date()))
            || self.hours.iter().any(|&(from, until)| {
                if from < until { from <= minute && minute < until } else { from <= minute || minute < until }
            })
    }
}

impl Subject {
    /// Whether time or colleagues change it; all else belongs to the message.
    pub(crate) fn changes(&self) -> bool {
        matches!(self, Self::Time | Self::AgentAvailability | Self::Waiting | Self::Sla)
    }
}

impl Operator {
    /// In which order to try; only the order of the figures matters.
    fn cost(&self) -> usize {
        match self {
            Self::Keyword(_) | Self::Marked(_) => 1,
            Self::Above(_) | Self::Below(_) | Self::Numbers(_) => 2,
            Self::Times(_) => 3,
            Self::AnyOf(_) | Self::Exists => 4,
            Self::Contains(_) => 5,
            Self::Matches(_) => 1000,
        }
    }
}
