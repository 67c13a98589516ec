//! The heart: what to do about one customer message, and why.

mod assign;
mod explain;
mod route;

pub use explain::explain;
pub use route::{Receiver, Route, RouteAction, route_conversation};

use crate::action::{Action, Reasoned, Target};
use crate::analysis::{Analysis, Tag};
use crate::automation::Act;
use crate::conversation::{Agent, Conversation, Message, Priority, Status};
use crate::hours::Hours;
use crate::ids::{AgentId, ConversationId, RuleId};
use crate::routing::{Assignable, Assignment};
use crate::rulebook::facts::Facts;
use crate::rulebook::{Group, Rule, Rulebook, Seen, Then};
use crate::staff::Standings;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything a decision may look at.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    pub conversation: &'a Conversation,
    /// The customer message that started this.
    pub message: &'a Message,
    pub analysis: &'a Analysis,
    /// The people of the desk.
    pub agents: &'a [Agent],
    /// Who of them may be given conversations of this inbox.
    pub assignable: &'a Assignable,
    /// The number of the last turn each agent got; absent = never.
    pub turns: &'a BTreeMap<AgentId, i64>,
    /// What is known of the agents beside that; whoever is missing has no limits and nothing to do.
    pub standings: &'a Standings,
    pub hours: &'a Hours,
    /// Public messages in the conversation so far, this one included.
    pub message_count: usize,
    /// Conversations this contact had before.
    pub earlier_conversations: usize,
    /// The inbox's name on the desk, where it is known.
    pub inbox_name: Option<&'a str>,
    /// The clock that is nearest to its target; `None` = nobody looked.
    pub sla: Option<SlaState>,
}

/// How far an SLA clock has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaState {
    /// No clock runs: there is no target, or it is met or paused.
    None,
    Running,
    /// It runs and has warned at this share of its target, in percent.
    Warned {
        percent: u8,
    },
    Breached,
}

/// Nobody had a turn yet.
static NO_TURNS: BTreeMap<AgentId, i64> = BTreeMap::new();
/// Everybody may be given everything.
static ANYBODY: Assignable = Assignable::Unasked;
/// Nobody has limits.
static NO_STANDINGS: Standings = BTreeMap::new();

impl<'a> Snapshot<'a> {
    /// The first message of somebody new, and nobody there to answer it; set the fields that are known beyond that.
    #[must_use]
    pub fn of(
        conversation: &'a Conversation,
        message: &'a Message,
        analysis: &'a Analysis,
        hours: &'a Hours,
    ) -> Self {
        Self {
            conversation,
            message,
            analysis,
            agents: &[],
            assignable: &ANYBODY,
            turns: &NO_TURNS,
            standings: &NO_STANDINGS,
            hours,
            message_count: 1,
            earlier_conversations: 0,
            inbox_name: None,
            sla: None,
        }
    }
}

/// What the rulebook concluded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// In the order in which they are to be done.
    pub actions: Vec<Reasoned>,
    /// The rules that matched, in their order, and the one for which an assignment waits. [`explain()`] tells of all.
    pub trace: Vec<RuleTrace>,
    /// Who has the conversation or why nobody; `None` when no assignment rule applies.
    pub assignment: Option<Assignment>,
    /// The draft needs a second, different person.
    pub hold: bool,
    /// Whether to draft a reply.
    pub draft: bool,
    /// Why (not) to draft, as a sentence.
    pub draft_because: String,
    /// [`Rulebook::hash`] of the rules that decided.
    pub rulebook: String,
    /// Labels that were too doubtful to be applied: for a person to judge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposed: Vec<Tag>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    pub rule: RuleId,
    pub name: String,
    /// It acted.
    pub matched: bool,
    /// What decided it, or what kept it from acting.
    pub because: String,
    /// Each of its conditions; only in answers of [`explain()`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Seen>,
}

/// The rule named behind labels that come from the analysis and not from a rule.
const ANALYSIS: &str = "analysis";

/// The labels of an escalated conversation.
pub(crate) const ESCALATED: [&str; 2] = ["escalated", "needs_attention"];

impl Decision {
    /// The decision as a sentence or two for a person.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut parts: Vec<String> = self.assignment.iter().map(|a| a.sentence.clone()).collect();
        let mut labels: Vec<&str> = Vec::new();
        for reasoned in &self.actions {
            match &reasoned.action {
                Action::AddLabels { labels: added } => labels.extend(added.iter().map(String::as_str)),
                Action::SetPriority { priority } => parts.push(format!("Priority {}.", priority.name())),
                Action::HoldForSecond => {
                    parts.push(format!("Needs two approvers: {}.", reasoned.because.trim_end_matches('.')));
                }
                _ => {}
            }
        }
        if !labels.is_empty() {
            parts.push(format!("Labelled {}.", labels.join(", ")));
        }
        if !self.draft {
            parts.push(self.draft_because.clone());
        }
        parts.extend(self.proposed.iter().map(proposal));
        if parts.is_empty() { "No rule applied.".to_owned() } else { parts.join(" ") }
    }
}

/// "Possible label: shipping (0.38, “parcel”)."
fn proposal(tag: &Tag) -> String {
    let words: String = tag.words.iter().map(|word| format!(", “{word}”")).collect();
    format!("Possible label: {} ({:.2}{words}).", tag.name, tag.confidence)
}

/// Decide about one customer message.
#[must_use]
pub fn decide(rules: &Rulebook, seen: &Snapshot<'_>, now: Timestamp) -> Decision {
    let facts = Facts::new(rules, seen, now);
    let mut making = Making::new(rules, seen);
    // One bit for each group of which only the first matching rule acts.
    let mut settled = 0_u64;
    // A rule that waits or remembers is `automation`'s.
    let at_once = |rule: &&Rule| rule.group != Group::Assignment && !rule.waits();
    for rule in rules.candidates(&facts).filter(at_once) {
        let group = rule.first_of.map_or(0, |group| 1 << group);
        if settled & group == 0 && rule.holds(&facts) {
            settled |= group;
            let because = rule.because(rules, &facts);
            making.apply(rule, &because);
            making.trace(rule, true, because);
        }
    }
    making.labels_of_the_analysis(rules);
    making.assign(rules, &facts);
    making.finish()
}

/// Decide the assignment alone, for a conversation that was left waiting ([`Action::AwaitAgent`]).
#[must_use]
pub fn decide_assignment(rules: &Rulebook, seen: &Snapshot<'_>, now: Timestamp) -> Decision {
    let facts = Facts::new(rules, seen, now);
    let mut making = Making::new(rules, seen);
    making.assign(rules, &facts);
    making.draft = Err("Only the assignment was decided.".to_owned());
    making.finish()
}

/// A decision in the making.
struct Making<'a> {
    seen: &'a Snapshot<'a>,
    labels: Vec<Reasoned>,
    priority: Option<(Priority, RuleId, String)>,
    notes: Vec<Reasoned>,
    hold: Option<Reasoned>,
    notices: Vec<Reasoned>,
    assignment: Option<(Assignment, Vec<Reasoned>)>,
    draft: Result<String, String>,
    trace: Vec<RuleTrace>,
    rulebook: String,
    proposed: Vec<Tag>,
}

impl<'a> Making<'a> {
    fn new(rules: &Rulebook, seen: &'a Snapshot<'a>) -> Self {
        Self {
            seen,
            labels: Vec::new(),
            priority: None,
            notes: Vec::new(),
            hold: None,
            notices: Vec::new(),
            assignment: None,
            draft: draft_for(seen),
            trace: Vec::new(),
            rulebook: rules.hash().to_owned(),
            proposed: Vec::new(),
        }
    }

    fn trace(&mut self, rule: &Rule, matched: bool, because: String) {
        self.trace.push(RuleTrace {
            rule: rule.id.clone(),
            name: rule.name.clone(),
            matched,
            because,
            conditions: Vec::new(),
        });
    }

    fn apply(&mut self, rule: &Rule, because: &str) {
        for then in &rule.then {
            match then {
                Then::Tag(labels) => self.add_labels(&rule.id, labels, because),
                Then::Prioritise(priority) => self.prioritise(rule, *priority, because),
                Then::Escalate => self.escalate(rule, because),
                Then::Hold => self.hold(&rule.id, because),
                Then::Note(text) => self.note(&rule.id, text.clone(), because),
                Then::NoDraft => {
                    self.draft = Err(format!("No draft: rule {} says so ({because}).", rule.name))
                }
                Then::Automate(Act::Notify { to, text }) if rule.tells_at_once() => {
                    let action = notice(rule, self.seen.conversation.id, because, to, text.as_deref());
                    let (rule, because) = (rule.id.clone(), because.to_owned());
                    self.notices.push(Reasoned { action, rule, because });
                }
                Then::Assign(_) | Then::Automate(_) => {}
            }
        }
    }

    /// Labels that are there already, or that another rule adds, are not added again.
    fn add_labels(&mut self, rule: &RuleId, labels: &[String], because: &str) {
        let there = |label: &String| {
            self.seen.conversation.labels.contains(label)
                || self
                    .labels
                    .iter()
                    .any(|r| matches!(&r.action, Action::AddLabels { labels } if labels.contains(label)))
        };
        let labels: Vec<String> = labels.iter().filter(|label| !there(label)).cloned().collect();
        if !labels.is_empty() {
            let action = Action::AddLabels { labels };
            self.labels.push(Reasoned { action, rule: rule.clone(), because: because.to_owned() });
        }
    }

    /// A priority is raised, never lowered: a colleague may know more.
    fn prioritise(&mut self, rule: &Rule, priority: Priority, because: &str) {
        let least = self.priority.as_ref().map(|(p, ..)| *p).max(self.seen.conversation.priority);
        if Some(priority) > least {
            self.priority = Some((priority, rule.id.clone(), because.to_owned()));
        }
    }

    fn escalate(&mut self, rule: &Rule, because: &str) {
        // A second threat in an escalated conversation does not need the same note again.
        if !self.seen.conversation.labels.iter().any(|label| label == ESCALATED[0]) {
            let text = format!(
                "**Escalated: {}**\n\n{because}.\n\n{}\n\nTwo different people must approve the reply.",
                rule.name, rule.why
            );
            self.note(&rule.id, text, because);
        }
        self.add_labels(&rule.id, &ESCALATED.map(str::to_owned), because);
        self.hold(&rule.id, because);
    }

    fn hold(&mut self, rule: &RuleId, because: &str) {
        self.hold.get_or_insert_with(|| Reasoned {
            action: Action::HoldForSecond,
            rule: rule.clone(),
            because: because.to_owned(),
        });
    }

    fn note(&mut self, rule: &RuleId, text: String, because: &str) {
        self.notes.push(Reasoned {
            action: Action::Note { text },
            rule: rule.clone(),
            because: because.to_owned(),
        });
    }

    fn labels_of_the_analysis(&mut self, rules: &Rulebook) {
        let Some(least) = rules.labels_from else { return };
        let analysis = self.seen.analysis;
        for tag in analysis.categories.iter().filter(|tag| tag.confidence >= least) {
            let because = format!("the message says “{}”", tag.words.join("”, “"));
            self.add_labels(&RuleId(ANALYSIS.to_owned()), std::slice::from_ref(&tag.name), &because);
        }
        let doubtful =
            analysis.categories.iter().filter(|tag| tag.confidence < least).chain(&analysis.possible);
        let there = &self.seen.conversation.labels;
        self.proposed = doubtful.filter(|tag| !there.contains(&tag.name)).cloned().collect();
    }

    fn finish(self) -> Decision {
        let mut actions = self.labels;
        actions.extend(self.priority.map(|(priority, rule, because)| Reasoned {
            action: Action::SetPriority { priority },
            rule,
            because,
        }));
        actions.extend(self.notes);
        let hold = self.hold.is_some();
        actions.extend(self.hold);
        actions.extend(self.notices);
        let (assignment, assigned) = self.assignment.map_or((None, Vec::new()), |(a, all)| (Some(a), all));
        actions.extend(assigned);
        let draft = self.draft.is_ok();
        let (Ok(draft_because) | Err(draft_because)) = self.draft;
        Decision {
            actions,
            trace: self.trace,
            assignment,
            hold,
            draft,
            draft_because,
            rulebook: self.rulebook,
            proposed: self.proposed,
        }
    }
}

/// People of ours are told, with the words of the customer that led to it and no others.
pub(crate) fn notice(
    rule: &Rule,
    conversation: ConversationId,
    because: &str,
    to: &[Target],
    own: Option<&str>,
) -> Action {
    let Rule { name, why, .. } = rule;
    let said = format!("The rule {name} applies to conversation {conversation}: {because}.");
    let parts: Vec<&str> =
        own.into_iter().chain([said.as_str(), why.as_str()]).filter(|part| !part.is_empty()).collect();
    let subject = format!("{name}: conversation {conversation}");
    Action::Notify { to: to.to_vec(), subject, text: parts.join("\n\n") }
}

fn draft_for(seen: &Snapshot<'_>) -> Result<String, String> {
    if !seen.message.is_from_customer() {
        Err("No draft: the message is not from the customer.".to_owned())
    } else if seen.conversation.contact.blocked {
        Err("No draft: the contact is blocked.".to_owned())
    } else if seen.conversation.status == Status::Pending {
        Err("No draft: a bot has the conversation.".to_owned())
    } else if seen.message.text().trim().is_empty() && seen.message.attachments.is_empty() {
        Err("No draft: the message is empty.".to_owned())
    } else {
        Ok("A customer wrote.".to_owned())
    }
}

#[cfg(test)]
pub(crate) mod tests;
