//! The figures are those that a person reckons by hand.

use super::*;
use crate::conversation::{Agent, Availability};
use crate::routing::{Want, choose_agent};
use crate::staff::{Standing, Standings};

fn team(names: &[&str]) -> Vec<Agent> {
    (1..)
        .zip(names)
        .map(|(id, name)| Agent {
            id: AgentId(id),
            name: (*name).to_owned(),
            email: String::new(),
            availability: Availability::Online,
            is_administrator: false,
        })
        .collect()
}

/// Choices one after the other; nobody ever finishes anything.
fn run(agents: &[Agent], way: Way, standings: &mut Standings, count: i64) -> Vec<Assignment> {
    let mut turns = BTreeMap::new();
    let choices = (1..=count).map(|turn| {
        let choice = choose_agent(agents, &turns, standings, &Want { way, ..Want::default() });
        let chosen = choice.chosen.unwrap();
        turns.insert(chosen, turn);
        standings.entry(chosen).or_default().add(100);
        choice
    });
    choices.collect()
}

#[test]
fn a_rotation_of_three_is_fair() {
    let choices = run(&team(&["Ana", "Ben", "Cleo"]), Way::RoundRobin, &mut Standings::new(), 10);
    let told = fairness(&choices);
    assert_eq!(told.assignments, 10);
    let parts: Vec<(&str, usize, usize)> =
        told.agents.iter().map(|part| (part.name.as_str(), part.given, part.eligible)).collect();
    assert_eq!(parts, [("Ana", 4, 10), ("Ben", 3, 10), ("Cleo", 3, 10)]);
    assert!((told.spread - 1.0).abs() < 1e-9, "{told:?}");
    assert!((told.largest_deficit - 1.0 / 3.0).abs() < 1e-9, "{told:?}");
    assert!((told.jain.unwrap() - 100.0 / 102.0).abs() < 1e-9, "{told:?}");
}

#[test]
fn one_who_takes_all_is_told() {
    let agents = team(&["Ana", "Ben"]);
    let mut choices = run(&agents, Way::RoundRobin, &mut Standings::new(), 6);
    choices.iter_mut().for_each(|choice| choice.chosen = Some(AgentId(1)));
    let told = fairness(&choices);
    assert_eq!((told.spread, told.largest_deficit, told.jain), (6.0, 3.0, Some(0.5)));
}

#[test]
fn half_a_position_gets_half_of_the_work_and_that_is_fair() {
    let mut standings = Standings::from([(AgentId(2), Standing { weight: 50, ..Standing::default() })]);
    let told = fairness(&run(&team(&["Ana", "Ben"]), Way::LeastLoaded, &mut standings, 30));
    let given: Vec<usize> = told.agents.iter().map(|part| part.given).collect();
    assert_eq!(given, [20, 10]);
    assert!(told.spread < 1e-9 && told.jain.unwrap() > 1.0 - 1e-9, "{told:?}");
}

#[test]
fn who_was_not_there_missed_nothing() {
    let agents = team(&["Ana", "Ben"]);
    let mut choices = run(&agents[..1], Way::RoundRobin, &mut Standings::new(), 5);
    choices.extend(run(&agents, Way::RoundRobin, &mut Standings::new(), 2));
    let told = fairness(&choices);
    let parts: Vec<(usize, usize)> = told.agents.iter().map(|part| (part.given, part.eligible)).collect();
    assert_eq!((parts, told.spread), (vec![(6, 7), (1, 2)], 0.0));
    assert_eq!(fairness(&[]), Fairness::default());
}
