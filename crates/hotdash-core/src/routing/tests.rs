//! The rotation is fair and can be read.

use super::*;
use proptest::prelude::*;

fn agent(id: i64, name: &str, availability: Availability) -> Agent {
    Agent {
        id: AgentId(id),
        name: name.to_owned(),
        email: format!("{}@shop.test", name.to_lowercase()),
        availability,
        is_administrator: false,
    }
}

#[test]
fn sentences() {
    use Availability::{Busy, Offline, Online};
    let team =
        [agent(2, "Ben", Online), agent(1, "Ada", Busy), agent(3, "Cleo", Online), agent(4, "Dan", Offline)];
    let choose = |agents: &[Agent], turns: &[(i64, i64)]| {
        choose_agent(agents, &turns.iter().map(|(agent, turn)| (AgentId(*agent), *turn)).collect()).sentence
    };
    assert_eq!(
        choose(&team, &[(2, 4), (3, 9)]),
        "Routed to Ben: online, longest without a new conversation."
    );
    assert_eq!(choose(&team, &[(2, 4)]), "Routed to Cleo: online, had no conversation yet.");
    assert_eq!(
        choose(&team, &[]),
        "Routed to Ben: online, as long without a new conversation as others and first by name."
    );
    assert_eq!(choose(&team[..2], &[(2, 4)]), "Routed to Ben: the only one online.");
    assert_eq!(choose(&team[1..2], &[]), "Waiting: nobody is online (Ada is busy).");
    assert_eq!(choose(&[], &[]), "Waiting: this inbox has no agents.");
}

#[test]
fn everybody_is_accounted_for() {
    let team = [
        agent(1, "Ada", Availability::Busy),
        agent(2, "Ben", Availability::Online),
        agent(3, "Cleo", Availability::Offline),
    ];
    let choice = choose_agent(&team, &BTreeMap::new());
    assert_eq!(choice.chosen, Some(AgentId(2)));
    let excluded: Vec<(&str, &str)> =
        choice.excluded.iter().map(|e| (e.name.as_str(), e.why.as_str())).collect();
    assert_eq!(excluded, [("Ada", "busy"), ("Cleo", "offline")]);
}

/// What happens between two conversations: somebody comes or goes.
#[derive(Debug, Clone)]
enum Step {
    Arrival,
    Toggle(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(
        prop_oneof![3 => Just(Step::Arrival), 1 => (0_usize..6).prop_map(Step::Toggle)],
        0..120,
    )
}

proptest! {
    /// Over any stretch in which two people are both online, they get the same number of conversations, give or take
    /// one, whoever else comes and goes.
    #[test]
    fn two_who_are_there_differ_by_at_most_one(steps in steps(), online in prop::collection::vec(any::<bool>(), 6)) {
        let mut team: Vec<Agent> = (0_i64..6)
            .zip(&online)
            .map(|(i, on)| agent(i, &format!("agent {i}"), if *on { Availability::Online } else { Availability::Offline }))
            .collect();
        let mut turns: BTreeMap<AgentId, i64> = BTreeMap::new();
        let mut next = 1;
        // given[i][j]: what i got since i and j were last not both online
        let mut given = vec![vec![0_i64; 6]; 6];
        for step in steps {
            match step {
                Step::Toggle(i) => {
                    let now = if team[i].availability == Availability::Online { Availability::Offline } else { Availability::Online };
                    team[i].availability = now;
                    given[i].fill(0);
                    given.iter_mut().for_each(|row| row[i] = 0);
                }
                Step::Arrival => {
                    let choice = choose_agent(&team, &turns);
                    let anybody = team.iter().any(|a| a.availability == Availability::Online);
                    prop_assert_eq!(choice.chosen.is_some(), anybody);
                    let Some(chosen) = choice.chosen else { continue };
                    turns.insert(chosen, next);
                    next += 1;
                    let i = usize::try_from(chosen.0).unwrap();
                    for j in (0..6).filter(|j| *j != i && team[*j].availability == Availability::Online) {
                        given[i][j] += 1;
                        prop_assert!((given[i][j] - given[j][i]).abs() <= 1, "{} and {}", i, j);
                    }
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_list_does_not_matter(mut order in Just((0_i64..5).collect::<Vec<_>>()).prop_shuffle(), turns in prop::collection::btree_map(0_i64..5, 0_i64..9, 0..5)) {
        let turns: BTreeMap<AgentId, i64> = turns.into_iter().map(|(a, t)| (AgentId(a), t)).collect();
        let team = |order: &[i64]| order.iter().map(|i| agent(*i, &format!("agent {i}"), Availability::Online)).collect::<Vec<_>>();
        let shuffled = choose_agent(&team(&order), &turns);
        order.sort_unstable();
        prop_assert_eq!(shuffled, choose_agent(&team(&order), &turns));
    }
}
