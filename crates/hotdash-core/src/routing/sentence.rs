//! A choice as a sentence.

use super::{Candidate, Excluded, Way};

/// How an exclusion begins that is not worth a word: whoever reads knows the team.
pub(super) const NOT_IN_TEAM: &str = "not in team ";
/// How an exclusion begins that holds for most people of a large desk.
pub(super) const NOT_A_MEMBER: &str = "not a member of ";
/// So many of them are named; more are counted.
const OUTSIDERS: usize = 3;
/// More names than anybody reads.
const NAMES: usize = 6;

pub(super) fn of(way: Way, candidates: &[Candidate], excluded: &[Excluded]) -> String {
    let Some(first) = candidates.first() else { return nobody(excluded) };
    let left_out = left_out(excluded);
    let why = match candidates.get(1) {
        None if left_out.is_empty() => "the only one online".to_owned(),
        None => "the only one who can take it".to_owned(),
        Some(second) => match way {
            Way::RoundRobin => format!("online, {}", by_turn(first, second)),
            Way::LeastLoaded => by_load(first, second),
            Way::Skills => by_skills(first, second),
        },
    };
    let after = if left_out.is_empty() { String::new() } else { format!(" Left out: {left_out}.") };
    format!("Routed to {}: {why}.{after}", first.name)
}

fn by_turn(first: &Candidate, second: &Candidate) -> &'static str {
    if first.last_turn == second.last_turn {
        "as long without a new conversation as others and first by name"
    } else if first.last_turn.is_none() {
        "had no conversation yet"
    } else {
        "longest without a new conversation"
    }
}

fn by_load(first: &Candidate, second: &Candidate) -> String {
    if first.load < second.load {
        let next = format!("then {} with {}", second.name, hundredths(second.load));
        return format!("least to do ({}; {next})", hundredths(first.load));
    }
    format!("as little to do as others ({}), {}", hundredths(first.load), by_turn(first, second))
}

fn by_skills(first: &Candidate, second: &Candidate) -> String {
    if first.knows.is_empty() {
        return by_load(first, second);
    }
    let known = first.knows.join(", ");
    if first.knows.len() > second.knows.len() {
        return format!("the best match ({known})");
    }
    format!("as good a match as others ({known}), {}", by_load(first, second))
}

fn nobody(excluded: &[Excluded]) -> String {
    if excluded.is_empty() {
        return "Waiting: this inbox has no agents.".to_owned();
    }
    let meant: Vec<&Excluded> = excluded.iter().filter(|one| !one.why.starts_with(NOT_IN_TEAM)).collect();
    let meant = if meant.is_empty() { excluded.iter().collect() } else { meant };
    let plain = meant.iter().all(|one| is_plain(one));
    let all = listed(&meant, " is ", " are ", ", ");
    format!("Waiting: nobody is {} ({all}).", if plain { "online" } else { "available" })
}

/// Those who are there, or should be, and were not taken.
fn left_out(excluded: &[Excluded]) -> String {
    let meant = excluded.iter().filter(|one| !is_plain(one) && !one.why.starts_with(NOT_IN_TEAM));
    listed(&meant.collect::<Vec<_>>(), ", ", " who are ", "; ")
}

fn is_plain(excluded: &Excluded) -> bool {
    matches!(excluded.why.as_str(), "busy" | "offline")
}

/// Whoever is outside the inbox comes last, and is counted where there are many: it says least.
fn listed(meant: &[&Excluded], is: &str, are: &str, between: &str) -> String {
    let (outside, inside): (Vec<&Excluded>, Vec<&Excluded>) =
        meant.iter().partition(|one| one.why.starts_with(NOT_A_MEMBER));
    let named = |one: &&Excluded| format!("{}{is}{}", one.name, one.why);
    let mut parts: Vec<String> = inside.iter().take(NAMES).map(named).collect();
    if inside.len() > NAMES {
        parts.push(format!("and {} more", inside.len() - NAMES));
    }
    match outside.as_slice() {
        [first, ..] if outside.len() > OUTSIDERS => {
            let inbox = first.why.trim_start_matches(NOT_A_MEMBER);
            parts.push(format!("{}{are}not members of {inbox}", outside.len()));
        }
        few => parts.extend(few.iter().map(named)),
    }
    parts.join(between)
}

/// `250` → `2.5`.
fn hundredths(number: u64) -> String {
    let (whole, rest) = (number / 100, number % 100);
    match (rest, rest % 10) {
        (0, _) => whole.to_string(),
        (_, 0) => format!("{whole}.{}", rest / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}
