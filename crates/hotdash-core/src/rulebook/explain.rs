//! What a condition saw, in words. Only made for rules that matched and for whoever asks.

use super::Rulebook;
use super::condition::{Condition, Operator, Subject, Test};
use super::facts::Facts;
use super::vocabulary::{AVAILABILITIES, CLOCKS, ESCALATIONS, INTENTS, Mark, SENTIMENTS, TIMES, URGENCIES};
use serde::{Deserialize, Serialize};

/// One condition of a rule, held against a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How deep it stands in groups; 0 is the rule's own `when`.
    pub depth: usize,
    /// What is asked, e.g. `language any_of de, at`, or a group: `all of`, `any of`, `none of`.
    pub condition: String,
    pub holds: bool,
    /// What the message and its conversation say to it; empty for groups.
    pub seen: String,
}

/// What is between two things that were seen.
const AND: &str = "; ";

impl Condition {
    /// Add what decided it: of a met "any" what held, of a failed "all" what failed, else everything.
    pub(crate) fn say(&self, rules: &Rulebook, facts: &Facts<'_>, to: &mut String) {
        let (parts, is_all) = match self {
            Self::All(parts) => (parts, true),
            Self::Any(parts) | Self::None(parts) => (parts, false),
            Self::Always | Self::Test(_) => {
                if !to.is_empty() {
                    to.push_str(AND);
                }
                return match self {
                    Self::Test(test) => test.say(rules, facts, to),
                    _ => to.push_str("applies always"),
                };
            }
        };
        let settled = parts.iter().any(|part| part.holds(facts) != is_all);
        for part in parts.iter().filter(|part| !settled || part.holds(facts) != is_all) {
            part.say(rules, facts, to);
        }
    }

    /// Every condition with what it saw, groups before their parts.
    pub(crate) fn explain(&self, rules: &Rulebook, facts: &Facts<'_>) -> Vec<Seen> {
        let mut all = Vec::new();
        self.explain_into(&mut all, 0, rules, facts);
        all
    }

    fn explain_into(&self, all: &mut Vec<Seen>, depth: usize, rules: &Rulebook, facts: &Facts<'_>) {
        let (condition, seen, parts) = match self {
            Self::Always => ("always".to_owned(), "applies always".to_owned(), &[][..]),
            Self::Test(test) => (test.asks.to_string(), test.seen(rules, facts), &[][..]),
            Self::All(parts) => ("all of".to_owned(), String::new(), &parts[..]),
            Self::Any(parts) => ("any of".to_owned(), String::new(), &parts[..]),
            Self::None(parts) => ("none of".to_owned(), String::new(), &parts[..]),
        };
        all.push(Seen { depth, condition, holds: self.holds(facts), seen });
        for part in parts {
            part.explain_into(all, depth + 1, rules, facts);
        }
    }
}

impl Test {
    fn seen(&self, rules: &Rulebook, facts: &Facts<'_>) -> String {
        let mut seen = String::new();
        self.say(rules, facts, &mut seen);
        seen
    }

    fn say(&self, rules: &Rulebook, facts: &Facts<'_>, to: &mut String) {
        match &self.operator {
            Operator::Keyword(condition) => {
                let code = facts.snapshot.analysis.language.code.as_deref();
                match rules.keywords.words(&facts.found, *condition, &facts.text, code).as_slice() {
                    [] => to.push_str("none of the words occurs"),
                    words => {
                        to.push_str("the message says ");
                        quote(words, to);
                    }
                }
            }
            _ => to.push_str(&self.told(facts)),
        }
    }

    /// Of everything but keywords.
    fn told(&self, facts: &Facts<'_>) -> String {
        let name = self.subject.name();
        match &self.operator {
            Operator::Above(_) | Operator::Below(_) | Operator::Numbers(_) => {
                match facts.number(&self.subject) {
                    Some(number) => format!("{} is {number}", self.subject.measure()),
                    None => self.subject.no_number().to_owned(),
                }
            }
            Operator::Exists if self.subject == Subject::Waiting => match facts.number(&self.subject) {
                Some(number) => format!("{} is {number}", self.subject.measure()),
                None => self.subject.no_number().to_owned(),
            },
            Operator::Matches(_) if self.subject == Subject::Text => match self.is_met(facts) {
                true => "the message fits the pattern".to_owned(),
                false => "the message does not fit the pattern".to_owned(),
            },
            Operator::Times(times) => {
                let local = facts.local();
                let marks = marked(&TIMES, facts.time_marks() & times.marks);
                let clock = format!("{}, {:02}:{:02}", local.date(), local.hour(), local.minute());
                match marks.as_slice() {
                    [] => format!("it is {clock}"),
                    marks => format!("it is {clock}, {}", marks.join(", ").replace('_', " ")),
                }
            }
            Operator::Marked(mask) => self.subject.marked(facts, *mask),
            _ => match facts.texts(&self.subject).as_slice() {
                [] => format!("{name} is none"),
                texts => format!("{name} is {}", texts.join(", ")),
            },
        }
    }
}

fn quoted(words: &[String]) -> String {
    let mut quoted = String::new();
    quote(words, &mut quoted);
    quoted
}

fn quote(words: &[String], to: &mut String) {
    for (at, word) in words.iter().enumerate() {
        to.push_str(if at == 0 { "“" } else { ", “" });
        to.push_str(word);
        to.push('”');
    }
}

fn marked(words: &[(&'static str, Mark)], marks: u64) -> Vec<&'static str> {
    words.iter().filter(|(_, mark)| mark.bit() & marks != 0).map(|(word, _)| *word).collect()
}

impl Subject {
    fn marked(&self, facts: &Facts<'_>, mask: u64) -> String {
        let analysis = facts.snapshot.analysis;
        let (words, because): (Vec<&str>, &[String]) = match self {
            Self::Time => {
                // Of a whole list of true words only those asked for say something, else the hours do.
                let asked = marked(&TIMES, facts.time_marks() & mask);
                let hours = Mark::Open.bit() | Mark::Closed.bit();
                let kinds = if mask & hours != 0 { hours } else { u64::MAX ^ hours };
                let told = if asked.is_empty() { marked(&TIMES, facts.time_marks() & kinds) } else { asked };
                return format!("it is {}", told.join(", ").replace('_', " "));
            }
            Self::AgentAvailability => {
                return match marked(&AVAILABILITIES, facts.marks).as_slice() {
                    [] => "there are no agents".to_owned(),
                    [all] => format!("all agents are {all}"),
                    states => format!("some agents are {}", states.join(", some ")),
                };
            }
            Self::Sla => {
                return match marked(&CLOCKS, facts.marks).as_slice() {
                    [] | ["none"] => "no SLA clock runs".to_owned(),
                    states => format!("the SLA clock is {}", states.join(" and ")),
                };
            }
            Self::SenderVip => {
                let is = if facts.marks & Mark::Vip.bit() == 0 { "not " } else { "" };
                return format!("the sender is {is}a VIP");
            }
            Self::Sentiment => (marked(&SENTIMENTS, facts.marks), &analysis.sentiment.words),
            Self::Intent => (marked(&INTENTS, facts.marks), &analysis.intent.words),
            Self::Urgency => (marked(&URGENCIES, facts.marks), &analysis.urgency.words),
            Self::Escalation => (
                marked(&ESCALATIONS, facts.marks),
                analysis.escalation.as_ref().map_or(&[], |e| e.words.as_slice()),
            ),
            _ => (Vec::new(), &[]),
        };
        let name = self.name();
        match (words.as_slice(), because) {
            ([], _) => format!("{name} is none"),
            (words, []) => format!("{name} is {}", words.join(", ")),
            (words, because) => format!("{name} is {} ({})", words.join(", "), quoted(because)),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Text => "message",
            Self::Inbox => "inbox",
            Self::Channel => "channel",
            Self::Tag => "label",
            Self::SenderName => "sender's name",
            Self::SenderEmail => "sender's e-mail",
            Self::SenderDomain => "sender's domain",
            Self::SenderAttribute(_) => "sender's attribute",
            Self::SenderVip => "sender's VIP mark",
            Self::SenderEarlier => "number of earlier conversations",
            Self::Time => "time",
            Self::AgentAvailability => "agents' availability",
            Self::Sentiment => "sentiment",
            Self::Intent => "intent",
            Self::Category => "category",
            Self::Urgency => "urgency",
            Self::Escalation => "escalation",
            Self::Language => "language",
            Self::Waiting => "waiting time",
            Self::Sla => "SLA clock",
            Self::Attachment => "attachment",
            Self::MessageCount => "number of messages",
        }
    }

    /// What its number counts.
    fn measure(&self) -> &'static str {
        match self {
            Self::AgentAvailability => "number of agents online",
            Self::Waiting => "waiting time in minutes",
            Self::Sla => "percentage of the SLA target warned of",
            other => other.name(),
        }
    }

    fn no_number(&self) -> &'static str {
        match self {
            Self::Waiting => "nobody waits for an answer",
            Self::Sla => "no SLA clock runs",
            _ => "there is no number to compare",
        }
    }
}
