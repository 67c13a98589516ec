//! Whether everybody got a fair part of the conversations: over any run of choices, in figures that can be checked by
//! hand.

use crate::ids::AgentId;
use crate::routing::{Assignment, Way};
use serde::Serialize;
use std::collections::BTreeMap;

/// How the conversations of a period were shared.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Fairness {
    /// Choices among people that gave a conversation to somebody.
    pub assignments: usize,
    /// The most that anybody was given above their fair share less the most that anybody missed of it, in conversations;
    /// between people who were there the whole time, the difference of what they were given.
    pub spread: f64,
    /// Jain's index of given ÷ expected: 1 = everybody got exactly their part, 1/n = one of n got all. `None` without an
    /// assignment.
    pub jain: Option<f64>,
    /// What somebody missed most, in conversations; 0 where nobody missed any.
    pub largest_deficit: f64,
    /// By name.
    pub agents: Vec<Part>,
}

/// One person's part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    pub agent: AgentId,
    pub name: String,
    /// Conversations they were given.
    pub given: usize,
    /// Choices in which they could have been taken.
    pub eligible: usize,
    /// Their fair share: of each choice one part in as many as could have been taken, in proportion to their weight
    /// where the load decided.
    pub expected: f64,
    /// `expected` − `given`; negative = more than their share.
    pub deficit: f64,
}

/// Look at choices; those that chose nobody count for nothing.
#[must_use]
pub fn fairness<'a>(choices: impl IntoIterator<Item = &'a Assignment>) -> Fairness {
    let mut parts: BTreeMap<AgentId, Part> = BTreeMap::new();
    let mut assignments = 0;
    for choice in choices {
        let Some(chosen) = choice.chosen else { continue };
        assignments += 1;
        let weight = |weight: u32| if choice.way == Way::RoundRobin { 1.0 } else { f64::from(weight.max(1)) };
        let all: f64 = choice.candidates.iter().map(|candidate| weight(candidate.weight)).sum();
        for candidate in &choice.candidates {
            let part = parts.entry(candidate.agent).or_insert_with(|| Part {
                agent: candidate.agent,
                name: String::new(),
                given: 0,
                eligible: 0,
                expected: 0.0,
                deficit: 0.0,
            });
            // As they were called last.
            part.name.clone_from(&candidate.name);
            part.eligible += 1;
            part.given += usize::from(candidate.agent == chosen);
            part.expected += weight(candidate.weight) / all;
        }
    }
    let mut agents: Vec<Part> = parts.into_values().collect();
    for part in &mut agents {
        part.deficit = part.expected - count(part.given);
    }
    agents.sort_by(|a, b| (&a.name, a.agent).cmp(&(&b.name, b.agent)));
    let deficits = || agents.iter().map(|part| part.deficit);
    let most = deficits().fold(0.0, f64::max);
    let least = deficits().fold(0.0, f64::min);
    Fairness { assignments, spread: most - least, jain: jain(&agents), largest_deficit: most, agents }
}

/// (Σx)² ÷ (n · Σx²) over x = given ÷ expected.
fn jain(agents: &[Part]) -> Option<f64> {
    let shares: Vec<f64> = agents.iter().map(|part| count(part.given) / part.expected).collect();
    let (sum, squares) = shares.iter().fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
    (squares > 0.0).then(|| sum * sum / (count(shares.len()) * squares))
}

#[expect(clippy::cast_precision_loss, reason = "counts of conversations and people")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;
