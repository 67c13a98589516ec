//! A decision reduced to what it means for the desk, so that two can be compared.

use crate::action::Action;
use crate::conversation::Priority;
use crate::decide::Decision;
use crate::ids::{AgentId, RuleId, TeamId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The label of an escalated conversation.
const ESCALATED: &str = "escalated";

/// One side of a change.
type Words = fn(&Outcome) -> String;

/// What a decision comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Rules that matched, in the order tried.
    pub matched: Vec<RuleId>,
    /// Labels that were added.
    pub labels: BTreeSet<String>,
    pub priority: Option<Priority>,
    pub assignee: Option<(AgentId, String)>,
    pub team: Option<TeamId>,
    /// Nobody was there for it.
    pub waits: bool,
    /// Its draft needs two people.
    pub held: bool,
    pub drafts: bool,
}

/// One thing that differs, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// labels, priority, assignee, approval, draft
    pub what: String,
    pub before: String,
    pub after: String,
}

impl Outcome {
    /// What a decision comes to.
    #[must_use]
    pub fn of(decision: &Decision) -> Self {
        let mut outcome = Self {
            matched: decision.trace.iter().filter(|t| t.matched).map(|t| t.rule.clone()).collect(),
            held: decision.hold,
            drafts: decision.draft,
            ..Self::default()
        };
        for reasoned in &decision.actions {
            match &reasoned.action {
                Action::AddLabels { labels } => outcome.labels.extend(labels.iter().cloned()),
                Action::SetPriority { priority } => outcome.priority = Some(*priority),
                Action::AssignAgent { agent, name } => outcome.assignee = Some((*agent, name.clone())),
                Action::AssignTeam { team } => outcome.team = Some(*team),
                Action::AwaitAgent => outcome.waits = true,
                _ => {}
            }
        }
        outcome
    }

    pub(super) fn is_escalated(&self) -> bool {
        self.labels.contains(ESCALATED)
    }

    /// What would be different on the desk. Which rules led there does not count.
    #[must_use]
    pub fn changes(&self, after: &Self) -> Vec<Change> {
        let sides: [(&str, Words); 5] = [
            ("labels", Self::labels_in_words),
            ("priority", |o| o.priority.map_or("none", Priority::name).to_owned()),
            ("assignee", Self::assignee_in_words),
            ("approval", |o| if o.held { "two people" } else { "one person" }.to_owned()),
            ("draft", |o| if o.drafts { "yes" } else { "no" }.to_owned()),
        ];
        let changes = sides.into_iter().map(|(what, words)| Change {
            what: what.to_owned(),
            before: words(self),
            after: words(after),
        });
        changes.filter(|change| change.before != change.after).collect()
    }

    fn labels_in_words(&self) -> String {
        if self.labels.is_empty() {
            return "none".to_owned();
        }
        self.labels.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    fn assignee_in_words(&self) -> String {
        match (&self.assignee, self.team) {
            (Some((_, name)), _) => name.clone(),
            (None, Some(team)) => format!("team {team}"),
            (None, None) if self.waits => "nobody yet".to_owned(),
            (None, None) => "as it is".to_owned(),
        }
    }
}
