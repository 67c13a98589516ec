//! Messages and what the rules must do with them.

use crate::cases::{load, report};
use crate::desk;
use hotdash_core::action::Action;
use hotdash_core::analysis::Analyzer;
use hotdash_core::conversation::{Agent, Assignee, Availability, Priority};
use hotdash_core::decide::{Decision, RuleTrace, Snapshot, decide, explain};
use hotdash_core::hours::Hours;
use hotdash_core::ids::{AgentId, InboxId};
use hotdash_core::rulebook::{Rulebook, SHIPPED};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    text: String,
    /// When, as an RFC 3339 instant; the shipped hours are Monday to Friday, 09 to 17, UTC.
    #[serde(default = "monday_noon")]
    at: String,
    /// Name → number of the last turn, 0 = never.
    #[serde(default)]
    online: BTreeMap<String, i64>,
    #[serde(default)]
    busy: Vec<String>,
    #[serde(default)]
    offline: Vec<String>,
    assigned_to: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default = "one")]
    inbox: i64,
    #[serde(default = "one")]
    message_count: i64,
    /// Rules of the lead, on top of the shipped ones.
    rules: Option<String>,
    expect: Expect,
}

/// Only what is stated is compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    /// Exactly these labels are added, by rules or from the analysis.
    added: Option<Vec<String>>,
    priority: Option<Priority>,
    assigned: Option<String>,
    waits: Option<bool>,
    hold: Option<bool>,
    draft: Option<bool>,
    /// Rules that matched, in order.
    matched: Option<Vec<String>>,
    /// The whole sentence.
    sentence: Option<String>,
    /// The explanation of some rule says this.
    because: Option<String>,
}

fn monday_noon() -> String {
    "2026-11-23T12:00:00Z".to_owned()
}

fn one() -> i64 {
    1
}

#[test]
fn rules_decide_as_the_cases_say() {
    let cases: Vec<(String, Case)> = load("routing");
    let mut wrong = Vec::new();
    for (file, case) in &cases {
        let (decision, explained) = run(case);
        for difference in differences(case, &decision, &explained) {
            wrong.push(format!("{file}: {}: {difference}", case.name));
        }
    }
    report(&wrong, cases.len());
}

fn run(case: &Case) -> (Decision, Vec<RuleTrace>) {
    let mut conversation = desk::conversation("Ann Customer");
    conversation.labels.clone_from(&case.labels);
    conversation.inbox = InboxId(case.inbox);
    conversation.assignee =
        case.assigned_to.clone().map(|name| Assignee { id: AgentId(900), name, is_bot: false });
    for (key, value) in &case.attributes {
        conversation.contact.custom_attributes.insert(key.clone(), value.clone().into());
    }
    let message = desk::customer_says(&case.text);
    let mut turns = BTreeMap::new();
    let states = (case.online.keys().map(|n| (n, Availability::Online)))
        .chain(case.busy.iter().map(|n| (n, Availability::Busy)))
        .chain(case.offline.iter().map(|n| (n, Availability::Offline)));
    let agents: Vec<Agent> = (1..)
        .zip(states)
        .map(|(id, (name, availability))| {
            if let Some(turn) = case.online.get(name).filter(|turn| **turn > 0) {
                turns.insert(AgentId(id), *turn);
            }
            let email = format!("{}@shop.test", name.to_lowercase());
            Agent { id: AgentId(id), name: name.clone(), email, availability, is_administrator: false }
        })
        .collect();
    let own = case.rules.as_deref().unwrap_or("");
    let (rules, problems) = Rulebook::parse(&[SHIPPED, ("case", own)]);
    assert_eq!(problems, [], "{}", case.name);
    let (analysis, hours) = (Analyzer::shipped().analyze(&case.text), Hours::shipped());
    let snapshot = Snapshot {
        agents: &agents,
        turns: &turns,
        message_count: usize::try_from(case.message_count).unwrap(),
        ..Snapshot::of(&conversation, &message, &analysis, &hours)
    };
    let now = case.at.parse().unwrap();
    (decide(&rules, &snapshot, now), explain(&rules, &snapshot, now))
}

fn differences(case: &Case, decision: &Decision, explained: &[RuleTrace]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, is: String, should: Option<String>| {
        if let Some(should) = should.filter(|should| *should != is) {
            wrong.push(format!("{what} is {is}, not {should}"));
        }
    };
    let mut added = Vec::new();
    let (mut priority, mut assigned, mut waits) = (None, None, false);
    for reasoned in &decision.actions {
        match &reasoned.action {
            Action::AddLabels { labels } => added.extend(labels.clone()),
            Action::SetPriority { priority: set } => priority = Some(*set),
            Action::AssignAgent { name, .. } => assigned = Some(name.clone()),
            Action::AssignTeam { team } => assigned = Some(format!("team {team}")),
            Action::AwaitAgent => waits = true,
            _ => {}
        }
    }
    added.sort();
    let expect = &case.expect;
    let sorted = expect.added.clone().map(|mut labels| {
        labels.sort();
        labels
    });
    same("added", format!("{added:?}"), sorted.map(|s| format!("{s:?}")));
    same("priority", format!("{priority:?}"), expect.priority.map(|p| format!("{:?}", Some(p))));
    same("assigned", format!("{assigned:?}"), expect.assigned.clone().map(|a| format!("{:?}", Some(a))));
    same("waits", waits.to_string(), expect.waits.map(|w| w.to_string()));
    same("hold", decision.hold.to_string(), expect.hold.map(|w| w.to_string()));
    same("draft", decision.draft.to_string(), expect.draft.map(|w| w.to_string()));
    same("sentence", decision.sentence(), expect.sentence.clone());
    let matched: Vec<&str> = decision.trace.iter().filter(|t| t.matched).map(|t| t.rule.as_str()).collect();
    same("matched", format!("{matched:?}"), expect.matched.as_ref().map(|m| format!("{m:?}")));
    if let Some(part) = &expect.because
        && !explained.iter().any(|t| t.because.contains(part.as_str()))
    {
        wrong.push(format!("no rule says “{part}”: {explained:#?}"));
    }
    wrong
}
