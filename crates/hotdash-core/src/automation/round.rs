//! One look at all rules: what is due at once, what later, and what ended.

use super::{Automation, Cause, Due, Flags, MOST_DEPTH, Once, Reason, Refusal, stretch, wait};
use crate::action::Action;
use crate::decide::Snapshot;
use crate::ids::RuleId;
use crate::rulebook::facts::Facts;
use crate::rulebook::{Rule, Rulebook, Then};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A look at all rules in the making.
pub(super) struct Round<'a> {
    pub(super) rules: &'a Rulebook,
    pub(super) seen: &'a Snapshot<'a>,
    pub(super) flags: &'a Flags<'a>,
    pub(super) now: Timestamp,
    /// Automatic messages wanted in this look.
    pub(super) sent: usize,
    pub(super) found: Vec<Automation>,
}

impl Round<'_> {
    /// The rules that do not wait. The labels that one sets are seen by those it may set off, to a bounded depth; each
    /// acts once for a message, so a circle ends.
    pub(super) fn at_once(&mut self) {
        let mut conversation = self.seen.conversation.clone();
        let mut over: BTreeSet<RuleId> = BTreeSet::new();
        let rules = self.rules;
        for depth in 0..=MOST_DEPTH {
            let before = conversation.labels.len();
            let labels = conversation.clone();
            let snapshot = Snapshot { conversation: &labels, ..*self.seen };
            let facts = Facts::new(self.rules, &snapshot, self.now);
            for rule in rules.automations().filter(|rule| rule.after.is_none()) {
                if over.contains(&rule.id) {
                    continue;
                }
                if !rule.holds(&facts) || !self.is_first(rule, &facts) {
                    continue;
                }
                over.insert(rule.id.clone());
                let because = rule.because(self.rules, &facts);
                let cause = self.cause_at_once(rule);
                if self.is_over(rule, &cause) {
                    continue;
                }
                if depth == MOST_DEPTH {
                    self.refuse_depth(rule, because);
                    continue;
                }
                let automation = self.due_now(rule, cause, because, &snapshot);
                for action in &automation.actions {
                    if let Action::AddLabels { labels } = action {
                        conversation.labels.extend(labels.iter().cloned());
                    }
                }
                // What decide() does of the same rule is seen as well.
                for then in rule.then.iter().filter(|_| !rule.waits()) {
                    if let Then::Tag(labels) = then {
                        conversation.labels.extend(labels.iter().cloned());
                    }
                }
                self.found.push(automation);
            }
            conversation.labels.sort();
            conversation.labels.dedup();
            if conversation.labels.len() == before {
                break;
            }
        }
    }

    /// The rules that wait: when they are due, or that they do not wait any more.
    pub(super) fn later(&mut self) {
        let facts = Facts::new(self.rules, self.seen, self.now);
        let rules = self.rules;
        for rule in rules.automations() {
            let Some(after) = rule.after else { continue };
            let Some(wait) = wait::begin(rule, after.since, self.seen, self.flags) else { continue };
            let cause = Cause::Wait(wait.message);
            if self.is_over(rule, &cause) || self.has_acted_once(rule) {
                continue;
            }
            let Some(due) = wait::due(after, wait.at, self.seen.hours) else {
                self.end(rule, cause, Due::Cancelled, "the team has no opening hours in sight".to_owned());
                continue;
            };
            if let Some(why) = wait::ended(self.seen) {
                self.end(rule, cause, Due::Cancelled, why.to_owned());
            } else if due > self.now {
                let because = format!("{} and {}", wait.because, wait::unless(after));
                self.end(rule, cause, Due::At(due), because);
            } else {
                let seen = rule.because(self.rules, &facts);
                if rule.holds(&facts) {
                    let because = format!("{}; {seen}", wait::over(after));
                    let automation = self.due_now(rule, cause, because, self.seen);
                    self.found.push(automation);
                } else {
                    self.end(rule, cause, Due::Cancelled, seen);
                }
            }
        }
    }

    /// In a group of which only the first rule acts: whether it is that one.
    fn is_first(&self, rule: &Rule, facts: &Facts<'_>) -> bool {
        let Some(group) = rule.first_of.filter(|_| !rule.waits()) else { return true };
        let mut rivals = self.rules.candidates(facts).filter(|rival| rival.first_of == Some(group));
        rivals.find(|rival| !rival.waits() && rival.holds(facts)).is_none_or(|first| first.id == rule.id)
    }

    fn end(&mut self, rule: &Rule, cause: Cause, due: Due, because: String) {
        self.found.push(Automation {
            rule: rule.id.clone(),
            name: rule.name.clone(),
            cause,
            due,
            actions: Vec::new(),
            refused: Vec::new(),
            because,
        });
    }

    fn cause_at_once(&self, rule: &Rule) -> Cause {
        match rule.once {
            None => Cause::Message(self.seen.message.id),
            Some(Once::Conversation) => Cause::Conversation,
            Some(Once::Period) => Cause::Period(stretch(self.seen.hours, self.now).since),
        }
    }

    fn is_over(&self, rule: &Rule, cause: &Cause) -> bool {
        self.flags.fired.iter().any(|fired| fired.rule == rule.id && fired.cause == *cause)
    }

    /// A rule that waits is remembered by its wait; that it acts once is asked apart.
    fn has_acted_once(&self, rule: &Rule) -> bool {
        let since = match rule.once {
            None => return false,
            Some(Once::Conversation) => Timestamp::MIN,
            Some(Once::Period) => stretch(self.seen.hours, self.now).since,
        };
        self.flags.fired.iter().any(|fired| fired.rule == rule.id && fired.acted && fired.at >= since)
    }

    fn refuse_depth(&mut self, rule: &Rule, because: String) {
        let cause = Cause::Message(self.seen.message.id);
        if self.is_over(rule, &cause) {
            return;
        }
        let told = format!("more than {MOST_DEPTH} rules set each other off with their labels");
        let refusal = Refusal { action: "rule".to_owned(), reason: Reason::TooDeep, because: told };
        self.end(rule, cause, Due::Refused, because);
        if let Some(last) = self.found.last_mut() {
            last.refused.push(refusal);
        }
    }
}
