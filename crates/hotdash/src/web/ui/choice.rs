//! Who could have got a conversation, and who could not: a line for each, as a decision keeps it.

use hotdash_core::routing::{Assignment, Candidate};

/// One person of a choice.
pub(super) struct PersonLine {
    pub(super) name: String,
    pub(super) chosen: bool,
    /// Why not; `None` = could have been taken.
    pub(super) left_out: Option<String>,
    pub(super) what: String,
}

/// Everybody, the best first and those who were left out last; empty where nothing was chosen among people.
pub(super) fn people(assignment: &Assignment) -> Vec<PersonLine> {
    let candidates = assignment.candidates.iter().map(|candidate| PersonLine {
        name: candidate.name.clone(),
        chosen: assignment.chosen == Some(candidate.agent),
        left_out: None,
        what: standing(candidate),
    });
    let excluded = assignment.excluded.iter().map(|excluded| PersonLine {
        name: excluded.name.clone(),
        chosen: false,
        left_out: Some(excluded.why.clone()),
        what: String::new(),
    });
    candidates.chain(excluded).collect()
}

/// `2 of 5 conversations, load 2.5, last turn 17, knows returns`.
fn standing(candidate: &Candidate) -> String {
    let Candidate { open, capacity, load, last_turn, knows, .. } = candidate;
    let of = capacity.map_or(String::new(), |most| format!(" of {most}"));
    let conversations = if *open == 1 && capacity.is_none() { "conversation" } else { "conversations" };
    let mut parts = vec![format!("{open}{of} {conversations}")];
    if *load != u64::from(*open) * 100 {
        parts.push(format!("load {}.{:02}", load / 100, load % 100));
    }
    parts.push(last_turn.map_or("no turn yet".to_owned(), |turn| format!("last turn {turn}")));
    if !knows.is_empty() {
        parts.push(format!("knows {}", knows.join(", ")));
    }
    parts.join(", ")
}
