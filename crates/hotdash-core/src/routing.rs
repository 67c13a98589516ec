//! Who gets a conversation: chosen among those who are there, know enough and have room; and explained.
//!
//! Turns are numbers that only grow and belong to the desk, so the rotation survives restarts and people coming and
//! going: between two people who are both there the whole time, nobody is ever more than one conversation ahead.
//! Somebody new, or back from an absence, gets one turn like everybody else and none of what was missed.

mod sentence;

use crate::conversation::{Agent, Availability};
use crate::ids::{AgentId, InboxId, TeamId};
use crate::staff::{OUTSIDE_HOURS, Standing, Standings};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// By what people are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Whoever is longest without a new conversation.
    #[default]
    RoundRobin,
    /// Whoever has the least to do in proportion to their part.
    LeastLoaded,
    /// Whoever knows most of what the message is about; then the least to do.
    Skills,
}

impl Way {
    /// The word used in rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RoundRobin => "round_robin",
            Self::LeastLoaded => "least_loaded",
            Self::Skills => "skills",
        }
    }
}

/// Who may be given the conversations of an inbox, as the desk tells it. A decision keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignable {
    /// Nobody asked: everybody may.
    #[default]
    Unasked,
    /// These and nobody else: the members of the inbox, and the administrators.
    Only(Vec<AgentId>),
    /// The desk does not tell, for this reason: everybody may.
    NotTold(String),
}

impl Assignable {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_unasked(&self) -> bool {
        *self == Self::Unasked
    }
}

/// An inbox whose people are known.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a> {
    pub inbox: InboxId,
    /// As the desk calls it.
    pub name: Option<&'a str>,
    pub who: &'a [AgentId],
}

impl Members<'_> {
    /// Why somebody may not be given its conversations: `not a member of the inbox Support`.
    #[must_use]
    pub fn exclude(&self, agent: AgentId) -> Option<String> {
        if self.who.contains(&agent) {
            return None;
        }
        let inbox =
            self.name.map_or_else(|| format!("inbox {}", self.inbox), |name| format!("the inbox {name}"));
        Some(format!("{}{inbox}", sentence::NOT_A_MEMBER))
    }
}

/// What is asked of whoever gets a conversation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Want<'a> {
    pub way: Way,
    /// Only who may be given conversations of the inbox; `None` = whoever is at the desk.
    pub members: Option<Members<'a>>,
    /// Only its members.
    pub team: Option<TeamId>,
    /// Only who has all of these.
    pub skills: &'a [String],
    /// Only who speaks it.
    pub language: Option<&'a str>,
    /// What the message is about: who knows more of it is better, with [`Way::Skills`].
    pub topics: &'a [String],
    /// The customer's language: who speaks it is better, with [`Way::Skills`].
    pub spoken: Option<&'a str>,
}

/// A choice with everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// `None`: it waits, stays where it is, or went to a team; the sentence says which.
    pub chosen: Option<AgentId>,
    #[serde(default)]
    pub way: Way,
    /// The best first.
    pub candidates: Vec<Candidate>,
    pub excluded: Vec<Excluded>,
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub agent: AgentId,
    pub name: String,
    /// The number of the last turn this person got; `None` = never.
    pub last_turn: Option<i64>,
    /// Conversations they have.
    #[serde(default)]
    pub open: u32,
    #[serde(default)]
    pub capacity: Option<u32>,
    /// What they have to do in proportion to their part, in hundredths of a conversation.
    #[serde(default)]
    pub load: u64,
    /// Their part of the work, in percent.
    #[serde(default)]
    pub weight: u32,
    /// What they know of the message: skills, and the language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub knows: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    pub agent: AgentId,
    pub name: String,
    /// So that "Ben is …" is a sentence: `offline`, `at capacity (5 of 5)`.
    pub why: String,
}

impl Assignment {
    /// A result without a choice among people.
    #[must_use]
    pub fn said(sentence: impl Into<String>) -> Self {
        Self {
            chosen: None,
            way: Way::default(),
            candidates: Vec::new(),
            excluded: Vec::new(),
            sentence: sentence.into(),
        }
    }
}

/// A person in no file, with nothing to do.
static ORDINARY: Standing = Standing {
    skills: Vec::new(),
    languages: Vec::new(),
    capacity: None,
    weight: 100,
    away: None,
    open: 0,
    work: 0,
    teams: Vec::new(),
};

fn standing_of(standings: &Standings, agent: AgentId) -> &Standing {
    standings.get(&agent).unwrap_or(&ORDINARY)
}

/// Choose among the people of a desk. Ties: longest without a new conversation, then name, then number; so the answer
/// does not depend on the order of the list.
///
/// `turns` holds the number of the last turn each agent got; absent = never.
#[must_use]
pub fn choose_agent(
    agents: &[Agent],
    turns: &BTreeMap<AgentId, i64>,
    standings: &Standings,
    want: &Want<'_>,
) -> Assignment {
    let mut candidates = Vec::new();
    let mut excluded = Vec::new();
    for agent in agents {
        let standing = standing_of(standings, agent.id);
        match obstacle(agent, standing, want) {
            Some(why) => excluded.push(Excluded { agent: agent.id, name: agent.name.clone(), why }),
            None => candidates.push(Candidate {
                agent: agent.id,
                name: agent.name.clone(),
                last_turn: turns.get(&agent.id).copied(),
                open: standing.open,
                capacity: standing.capacity,
                load: standing.load(),
                weight: standing.weight,
                knows: known(standing, want),
            }),
        }
    }
    candidates.sort_by(|a, b| order(want.way, a).cmp(&order(want.way, b)));
    excluded.sort_by(|a, b| (&a.name, a.agent).cmp(&(&b.name, b.agent)));
    let sentence = sentence::of(want.way, &candidates, &excluded);
    Assignment { chosen: candidates.first().map(|c| c.agent), way: want.way, candidates, excluded, sentence }
}

/// Whether anybody of the desk, there or not, could ever be chosen.
#[must_use]
pub fn anybody_fits(agents: &[Agent], standings: &Standings, want: &Want<'_>) -> bool {
    agents.iter().any(|agent| unfit(agent, standing_of(standings, agent.id), want).is_none())
}

type Order<'a> = (Reverse<usize>, u64, Option<i64>, &'a str, AgentId);

fn order(way: Way, candidate: &Candidate) -> Order<'_> {
    let knows = if way == Way::Skills { candidate.knows.len() } else { 0 };
    let load = if way == Way::RoundRobin { 0 } else { candidate.load };
    (Reverse(knows), load, candidate.last_turn, &candidate.name, candidate.agent)
}

/// Why somebody cannot be chosen now.
fn obstacle(agent: &Agent, standing: &Standing, want: &Want<'_>) -> Option<String> {
    if let Some(why) = unfit(agent, standing, want) {
        return Some(why);
    }
    // That somebody who went home is offline needs no other word.
    let is_online = agent.availability == Availability::Online;
    if let Some(away) = standing.away.as_ref().filter(|away| is_online || *away != OUTSIDE_HOURS) {
        return Some(away.clone());
    }
    match agent.availability {
        Availability::Online => {}
        Availability::Busy => return Some("busy".to_owned()),
        Availability::Offline => return Some("offline".to_owned()),
    }
    let most = standing.capacity.filter(|_| !standing.has_room())?;
    Some(format!("at capacity ({} of {most})", standing.open))
}

/// Why somebody is not who is wanted, at any time.
fn unfit(agent: &Agent, standing: &Standing, want: &Want<'_>) -> Option<String> {
    if let Some(team) = want.team.filter(|team| !standing.teams.contains(team)) {
        return Some(format!("{}{team}", sentence::NOT_IN_TEAM));
    }
    if let Some(why) = want.members.and_then(|members| members.exclude(agent.id)) {
        return Some(why);
    }
    if let Some(skill) = want.skills.iter().find(|skill| !standing.skills.contains(skill)) {
        return Some(format!("without the skill “{skill}”"));
    }
    let language = want.language.filter(|language| !speaks(standing, language))?;
    Some(format!("no speaker of “{language}”"))
}

fn speaks(standing: &Standing, language: &str) -> bool {
    standing.languages.is_empty() || standing.languages.iter().any(|spoken| spoken == language)
}

fn known(standing: &Standing, want: &Want<'_>) -> Vec<String> {
    if want.way != Way::Skills {
        return Vec::new();
    }
    let topics = want.topics.iter().filter(|topic| standing.skills.contains(topic)).cloned();
    // Only who says so: that somebody without a list speaks everything is an assumption.
    let spoken = want.spoken.filter(|spoken| standing.languages.iter().any(|own| own == spoken));
    topics.chain(spoken.map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests;
