//! Cases a lead writes: a message, who is there, and what the rules must do with it.
//!
//! ```
//! use hotdash_core::cases::{read, run};
//! use hotdash_core::hours::Hours;
//! use hotdash_core::rulebook::SHIPPED;
//!
//! let cases = read(
//!     r#"
//!     [[case]]
//!     name = "a threat needs two people"
//!     text = "I will sue you"
//!     expect = { hold = true, added = ["escalated", "needs_attention"] }
//!     "#,
//! )?;
//! assert!(run(&cases[0], &[SHIPPED], &Hours::shipped())?.is_empty());
//! # Ok::<_, hotdash_core::cases::CaseError>(())
//! ```

use crate::action::Action;
use crate::analysis::Analyzer;
use crate::conversation::{
    Agent, Assignee, Author, Availability, Channel, Contact, Conversation, Direction, Marks, Message,
    Priority, Status,
};
use crate::decide::{Decision, RuleTrace, Snapshot, decide, explain};
use crate::hours::Hours;
use crate::ids::{AgentId, ContactId, ConversationId, InboxId, MessageId, TeamId};
use crate::rulebook::{Problem, Rulebook};
use crate::staff::{self, Staff, Standings};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The number of whoever has the conversation already.
const HOLDER: AgentId = AgentId(900);

/// One case. Whatever is left out is as ordinary as can be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A sentence that is true when the case holds.
    pub name: String,
    /// What the customer writes.
    pub text: String,
    /// When, as an RFC 3339 instant; otherwise a Monday at noon, UTC.
    #[serde(default = "monday_noon")]
    pub at: Timestamp,
    /// Name → number of the last turn, 0 = never.
    #[serde(default)]
    pub online: BTreeMap<String, i64>,
    #[serde(default)]
    pub busy: Vec<String>,
    #[serde(default)]
    pub offline: Vec<String>,
    /// What is known of the people, in the form of `defaults/agents.toml`.
    pub agents: Option<String>,
    /// Name → conversations that they have, each as much work as an ordinary one.
    #[serde(default)]
    pub open: BTreeMap<String, u32>,
    /// The numbers of teams → names of their members.
    #[serde(default)]
    pub teams: BTreeMap<String, Vec<String>>,
    /// Who has the conversation already.
    pub assigned_to: Option<String>,
    /// The conversation's labels before.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The customer's attributes.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    #[serde(default = "one")]
    pub inbox: i64,
    /// Public messages so far, this one included.
    #[serde(default = "one_message")]
    pub message_count: usize,
    /// More rules, on top of those that are tested.
    pub rules: Option<String>,
    pub expect: Expect,
}

/// Only what is stated is compared.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Exactly these labels are added, by rules or from the analysis.
    pub added: Option<Vec<String>>,
    pub priority: Option<Priority>,
    /// A name, or `team 3`.
    pub assigned: Option<String>,
    pub waits: Option<bool>,
    /// Whether the draft needs two people.
    pub hold: Option<bool>,
    pub draft: Option<bool>,
    /// Rules that match, in the order tried.
    pub matched: Option<Vec<String>>,
    /// The decision's whole sentence.
    pub sentence: Option<String>,
    /// The explanation of some rule says this.
    pub because: Option<String>,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The key below `expect`.
    pub what: String,
    pub expected: String,
    pub found: String,
}

/// Why a case cannot be tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    #[error("{0}")]
    Unreadable(String),
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Rules(Vec<Problem>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// Read a file of `[[case]]` tables.
///
/// # Errors
/// [`CaseError::Unreadable`] says where and why.
pub fn read(text: &str) -> Result<Vec<Case>, CaseError> {
    let file: Result<File, _> = toml::from_str(text);
    file.map(|file| file.case).map_err(|error| CaseError::Unreadable(error.to_string().trim_end().to_owned()))
}

/// Try one case by rule files as (name, text), the later before the earlier, at these hours.
///
/// # Errors
/// [`CaseError::Rules`] where the rules themselves have problems.
pub fn run(case: &Case, files: &[(&str, &str)], hours: &Hours) -> Result<Vec<Mismatch>, CaseError> {
    let own = case.rules.as_deref().map(|text| ("the case's own rules", text));
    let files: Vec<(&str, &str)> = files.iter().copied().chain(own).collect();
    let (rules, problems) = Rulebook::parse(&files);
    if !problems.is_empty() {
        return Err(CaseError::Rules(problems));
    }
    let own = case.agents.as_deref().map(|text| ("the case's own agents", text));
    let files: Vec<(&str, &str)> = [staff::SHIPPED].into_iter().chain(own).collect();
    let (staff, problems) = Staff::parse(&files);
    if !problems.is_empty() {
        return Err(CaseError::Rules(problems));
    }
    let (decision, explained) = decided(case, &rules, &staff, hours);
    Ok(mismatches(case, &decision, &explained))
}

fn decided(case: &Case, rules: &Rulebook, staff: &Staff, hours: &Hours) -> (Decision, Vec<RuleTrace>) {
    let (mut conversation, message) = ordinary(&case.text, case.at);
    conversation.labels.clone_from(&case.labels);
    conversation.inbox = InboxId(case.inbox);
    conversation.assignee = case.assigned_to.clone().map(|name| Assignee { id: HOLDER, name, is_bot: false });
    for (key, value) in &case.attributes {
        conversation.contact.custom_attributes.insert(key.clone(), value.clone().into());
    }
    let (agents, turns) = people(case);
    let analysis = Analyzer::shipped().analyze(&case.text);
    let seen = Snapshot {
        agents: &agents,
        turns: &turns,
        standings: &standings(case, &agents, staff, hours),
        message_count: case.message_count,
        ..Snapshot::of(&conversation, &message, &analysis, hours)
    };
    (decide(rules, &seen, case.at), explain(rules, &seen, case.at))
}

fn monday_noon() -> Timestamp {
    // 2026-11-23T12:00:00Z
    Timestamp::from_second(1_795_435_200).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn one() -> i64 {
    1
}

fn one_message() -> usize {
    1
}

fn people(case: &Case) -> (Vec<Agent>, BTreeMap<AgentId, i64>) {
    let states = (case.online.keys().map(|name| (name, Availability::Online)))
        .chain(case.busy.iter().map(|name| (name, Availability::Busy)))
        .chain(case.offline.iter().map(|name| (name, Availability::Offline)));
    let mut turns = BTreeMap::new();
    let mut agents = Vec::new();
    for (id, (name, availability)) in (1..).map(AgentId).zip(states) {
        if let Some(turn) = case.online.get(name).filter(|turn| **turn > 0) {
            turns.insert(id, *turn);
        }
        let email = format!("{}@shop.test", name.to_lowercase());
        agents.push(Agent { id, name: name.clone(), email, availability, is_administrator: false });
    }
    (agents, turns)
}

fn standings(case: &Case, agents: &[Agent], staff: &Staff, hours: &Hours) -> Standings {
    let of = |agent: &Agent| {
        let mut standing = staff.standing(agent, hours, case.at);
        let each = staff.work(Status::Open, None);
        (0..case.open.get(&agent.name).copied().unwrap_or(0)).for_each(|_| standing.add(each));
        let teams = case.teams.iter().filter(|(_, members)| members.contains(&agent.name));
        standing.teams = teams.filter_map(|(team, _)| team.parse().ok().map(TeamId)).collect();
        (agent.id, standing)
    };
    agents.iter().map(of).collect()
}

/// A website conversation in which nothing is remarkable, and its first message.
#[must_use]
pub fn ordinary(text: &str, at: Timestamp) -> (Conversation, Message) {
    let contact = Contact {
        id: ContactId(9),
        name: "Ann Customer".to_owned(),
        email: Some("ann@customer.test".to_owned()),
        phone: None,
        identifier: None,
        blocked: false,
        custom_attributes: serde_json::Map::new(),
    };
    let conversation = Conversation {
        id: ConversationId(1),
        inbox: InboxId(1),
        channel: Channel::WebWidget,
        status: Status::Open,
        priority: None,
        labels: Vec::new(),
        can_reply: true,
        contact,
        assignee: None,
        team: None,
        subject: None,
        browser_language: None,
        custom_attributes: serde_json::Map::new(),
        snoozed_until: None,
        first_reply_at: None,
        waiting_since: None,
        last_activity_at: None,
        created_at: at,
        updated_at: None,
    };
    let message = Message {
        id: MessageId(1),
        conversation: ConversationId(1),
        content: Some(text.to_owned()),
        new_text: None,
        envelope: None,
        content_type: "text".to_owned(),
        direction: Direction::Incoming,
        private: false,
        author: Author::Customer { id: ContactId(9), name: "Ann Customer".to_owned() },
        created_at: at,
        attachments: Vec::new(),
        marks: Marks::default(),
        source_id: None,
        delivery: None,
    };
    (conversation, message)
}

/// What a decision is, where the case says what it should be.
fn mismatches(case: &Case, decision: &Decision, explained: &[RuleTrace]) -> Vec<Mismatch> {
    let mut added = Vec::new();
    let (mut priority, mut assigned, mut waits) = (None, None, false);
    for reasoned in &decision.actions {
        match &reasoned.action {
            Action::AddLabels { labels } => added.extend(labels.iter().cloned()),
            Action::SetPriority { priority: set } => priority = Some(*set),
            Action::AssignAgent { name, .. } => assigned = Some(name.clone()),
            Action::AssignTeam { team } => assigned = Some(format!("team {team}")),
            Action::AwaitAgent => waits = true,
            _ => {}
        }
    }
    let matched: Vec<String> =
        decision.trace.iter().filter(|trace| trace.matched).map(|trace| trace.rule.0.clone()).collect();
    let expect = &case.expect;
    let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let nobody = || "nobody".to_owned();
    let pairs: [(&str, Option<String>, String); 8] = [
        ("added", expect.added.clone().map(sorted), sorted(added)),
        ("priority", expect.priority.map(named), priority.map_or("none".to_owned(), named)),
        ("assigned", expect.assigned.clone(), assigned.unwrap_or_else(nobody)),
        ("waits", expect.waits.map(yes), yes(waits)),
        ("hold", expect.hold.map(yes), yes(decision.hold)),
        ("draft", expect.draft.map(yes), yes(decision.draft)),
        ("matched", expect.matched.clone().map(list), list(matched)),
        ("sentence", expect.sentence.clone(), decision.sentence()),
    ];
    let mut wrong: Vec<Mismatch> = pairs
        .into_iter()
        .filter_map(|(what, expected, found)| {
            let expected = expected.filter(|expected| *expected != found)?;
            Some(Mismatch { what: what.to_owned(), expected, found })
        })
        .collect();
    if let Some(part) = &expect.because
        && !explained.iter().any(|trace| trace.because.contains(part.as_str()))
    {
        let said: Vec<String> =
            explained.iter().map(|trace| format!("{}: {}", trace.rule, trace.because)).collect();
        wrong.push(Mismatch { what: "because".to_owned(), expected: part.clone(), found: said.join("; ") });
    }
    wrong
}

fn named(priority: Priority) -> String {
    priority.name().to_owned()
}

fn sorted(mut names: Vec<String>) -> String {
    names.sort();
    list(names)
}

fn list(names: Vec<String>) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
