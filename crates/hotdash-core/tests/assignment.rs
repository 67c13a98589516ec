//! docs/assignment.md does what it says: its people and rules are read, its messages decided.

use crate::cases::report;
use crate::desk;
use hotdash_core::analysis::Analyzer;
use hotdash_core::conversation::{Agent, Availability, Status};
use hotdash_core::decide::{Snapshot, decide};
use hotdash_core::hours::Hours;
use hotdash_core::ids::{AgentId, TeamId};
use hotdash_core::route_conversation;
use hotdash_core::routing::Assignable;
use hotdash_core::rulebook::{Rulebook, SHIPPED as RULES};
use hotdash_core::staff::{SHIPPED as PEOPLE, Staff, Standings};
use jiff::Timestamp;
use std::collections::BTreeMap;

fn guide() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/assignment.md");
    std::fs::read_to_string(path).unwrap()
}

/// What was read so far, walking down the guide.
struct Reading {
    staff: Staff,
    rules: Rulebook,
}

#[test]
fn every_message_of_the_assignment_guide_is_decided_as_it_says() {
    let mut reading = Reading { staff: Staff::shipped(), rules: Rulebook::shipped() };
    let (mut blocks, mut wrong, mut count) = (0, Vec::new(), 0);
    let mut block: Option<String> = None;
    let mut in_table = false;
    for line in guide().lines() {
        match (&mut block, line) {
            (None, "```toml") => block = Some(String::new()),
            (Some(text), "```") => {
                read(&mut reading, text);
                blocks += 1;
                block = None;
            }
            (Some(text), line) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, line) if line.starts_with('|') => {
                let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
                match cells.as_slice() {
                    ["message", "given", "then"] => in_table = true,
                    [message, given, then] if in_table && !message.starts_with("---") => {
                        count += 1;
                        let found = decided(&reading, message, given);
                        if found != *then {
                            wrong.push(format!("“{message}” ({given}): {found}, not {then}"));
                        }
                    }
                    _ => {}
                }
            }
            (None, _) => in_table = false,
        }
    }
    assert!(blocks >= 2 && count >= 9, "only {blocks} blocks and {count} messages are read");
    report(&wrong, count);
}

fn read(reading: &mut Reading, text: &str) {
    if text.contains("[[rule]]") {
        let (rules, problems) = Rulebook::parse(&[RULES, ("guide.toml", text)]);
        assert_eq!(problems, [], "{text}");
        reading.rules = rules;
    } else {
        let (staff, problems) = Staff::parse(&[PEOPLE, ("guide.toml", text)]);
        assert_eq!(problems, [], "{text}");
        reading.staff = staff;
    }
}

/// `given`: `Ben online`, `Ben 3 open`, `Ben team 3`, `Ben outside`, `at 2026-12-28T10:00:00Z`.
fn decided(reading: &Reading, text: &str, given: &str) -> String {
    let (conversation, message) = (desk::conversation("Ann Customer"), desk::customer_says(text));
    let mut now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    let mut agents: Vec<Agent> = Vec::new();
    let (mut open, mut teams) = (BTreeMap::new(), BTreeMap::new());
    let mut outside = Vec::new();
    for part in given.split(", ").filter(|part| !part.is_empty()) {
        let words: Vec<&str> = part.split(' ').collect();
        match words.as_slice() {
            ["at", instant] => now = instant.parse().unwrap(),
            [name, count, "open"] => {
                open.insert(*name, count.parse::<u32>().unwrap());
            }
            [name, "team", team] => {
                teams.insert(*name, TeamId(team.parse().unwrap()));
            }
            [name, "outside"] => outside.push(*name),
            [name, state] => agents.push(Agent {
                id: AgentId(i64::try_from(agents.len()).unwrap() + 1),
                name: (*name).to_owned(),
                email: format!("{}@shop.test", name.to_lowercase()),
                availability: match *state {
                    "online" => Availability::Online,
                    "busy" => Availability::Busy,
                    "offline" => Availability::Offline,
                    other => panic!("what is {other}?"),
                },
                is_administrator: false,
            }),
            _ => panic!("what is given by “{part}”?"),
        }
    }
    let (analysis, hours) = (Analyzer::shipped().analyze(text), Hours::shipped());
    let standings: Standings = agents
        .iter()
        .map(|agent| {
            let mut standing = reading.staff.standing(agent, &hours, now);
            let work = reading.staff.work(Status::Open, None);
            (0..open.get(agent.name.as_str()).copied().unwrap_or(0)).for_each(|_| standing.add(work));
            standing.teams.extend(teams.get(agent.name.as_str()));
            (agent.id, standing)
        })
        .collect();
    let members = agents.iter().filter(|agent| !outside.contains(&agent.name.as_str()));
    let seen = Snapshot {
        agents: &agents,
        assignable: &Assignable::Only(members.map(|agent| agent.id).collect()),
        inbox_name: Some("Support"),
        standings: &standings,
        ..Snapshot::of(&conversation, &message, &analysis, &hours)
    };
    let route = route_conversation(&reading.rules, &seen, now);
    let made = decide(&reading.rules, &seen, now).assignment.unwrap();
    assert_eq!(made.sentence, route.reason, "both ways say the same");
    route.reason
}
