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

fn round_robin(agents: &[Agent], turns: &BTreeMap<AgentId, i64>) -> Assignment {
    choose_agent(agents, turns, &Standings::new(), &Want::default())
}

#[test]
fn sentences() {
    use Availability::{Busy, Offline, Online};
    let team =
        [agent(2, "Ben", Online), agent(1, "Ada", Busy), agent(3, "Cleo", Online), agent(4, "Dan", Offline)];
    let choose = |agents: &[Agent], turns: &[(i64, i64)]| {
        round_robin(agents, &turns.iter().map(|(agent, turn)| (AgentId(*agent), *turn)).collect()).sentence
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
    let choice = round_robin(&team, &BTreeMap::new());
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
                    let choice = round_robin(&team, &turns);
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
        let shuffled = round_robin(&team(&order), &turns);
        order.sort_unstable();
        prop_assert_eq!(shuffled, round_robin(&team(&order), &turns));
    }
}

fn standing(open: u32, capacity: Option<u32>) -> Standing {
    Standing { open, work: open * 100, capacity, ..Standing::default() }
}

#[test]
fn whoever_has_least_to_do_comes_first_and_the_sentence_says_so() {
    let team = [
        agent(1, "Ana", Availability::Online),
        agent(2, "Ben", Availability::Online),
        agent(3, "Cleo", Availability::Online),
        agent(4, "Dan", Availability::Offline),
    ];
    let way = Want { way: Way::LeastLoaded, ..Want::default() };
    let mut standings = Standings::from([
        (AgentId(1), standing(5, Some(5))),
        (AgentId(2), standing(2, Some(5))),
        (AgentId(3), Standing { work: 250, ..standing(2, None) }),
    ]);
    let choose = |standings: &Standings| choose_agent(&team, &BTreeMap::new(), standings, &way).sentence;
    assert_eq!(
        choose(&standings),
        "Routed to Ben: least to do (2; then Cleo with 2.5). Left out: Ana, at capacity (5 of 5)."
    );
    standings.insert(AgentId(3), standing(2, None));
    assert_eq!(
        choose(&standings),
        "Routed to Ben: as little to do as others (2), as long without a new conversation as others and first by name. \
         Left out: Ana, at capacity (5 of 5)."
    );
    standings.insert(AgentId(2), Standing { weight: 50, ..standing(2, None) });
    assert!(choose(&standings).starts_with("Routed to Cleo: least to do (2; then Ben with 4)."));
}

#[test]
fn whoever_knows_most_of_it_comes_first() {
    let team = [agent(1, "Ana", Availability::Online), agent(2, "Ben", Availability::Online)];
    let knows = |skills: &[&str], languages: &[&str]| Standing {
        skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
        languages: languages.iter().map(|language| (*language).to_owned()).collect(),
        ..Standing::default()
    };
    let topics = ["returns".to_owned()];
    let want = Want { way: Way::Skills, topics: &topics, spoken: Some("de"), ..Want::default() };
    let standings = Standings::from([
        (AgentId(1), knows(&["returns"], &["en"])),
        (AgentId(2), knows(&["returns", "jets"], &["en", "de"])),
    ]);
    let choice = choose_agent(&team, &BTreeMap::new(), &standings, &want);
    assert_eq!(choice.sentence, "Routed to Ben: the best match (returns, de).");
    let only = Want { language: Some("fr"), ..want };
    assert!(!anybody_fits(&team, &standings, &only));
    let choice = choose_agent(&team, &BTreeMap::new(), &standings, &only);
    assert_eq!(
        choice.sentence,
        "Waiting: nobody is available (Ana is no speaker of “fr”, Ben is no speaker of “fr”)."
    );
    let must = Want { skills: &topics, team: Some(TeamId(3)), ..Want::default() };
    let mut members = standings.clone();
    members.get_mut(&AgentId(1)).unwrap().teams.push(TeamId(3));
    let choice = choose_agent(&team, &BTreeMap::new(), &members, &must);
    assert_eq!(
        choice.sentence, "Routed to Ana: the only one online.",
        "who is not in the team needs no word"
    );
    members.get_mut(&AgentId(1)).unwrap().away = Some("absent until 2026-12-01".to_owned());
    let choice = choose_agent(&team, &BTreeMap::new(), &members, &must);
    assert_eq!(choice.sentence, "Waiting: nobody is available (Ana is absent until 2026-12-01).");
}

#[test]
fn who_is_outside_the_inbox_is_never_chosen_and_the_sentence_says_why() {
    use Availability::{Offline, Online};
    let (ana, ben) = (agent(1, "Ana", Online), agent(2, "Ben", Online));
    let who = [AgentId(2)];
    let inbox = |name| Members { inbox: InboxId(3), name, who: &who };
    let want = Want { members: Some(inbox(Some("Support"))), ..Want::default() };
    let choose =
        |agents: &[Agent], want: &Want<'_>| choose_agent(agents, &BTreeMap::new(), &Standings::new(), want);
    let choice = choose(&[ana.clone(), ben.clone()], &want);
    assert_eq!(choice.chosen, Some(AgentId(2)));
    assert_eq!(choice.excluded[0].why, "not a member of the inbox Support");
    assert_eq!(
        choice.sentence,
        "Routed to Ben: the only one who can take it. Left out: Ana, not a member of the inbox Support."
    );
    let gone = Agent { availability: Offline, ..ben };
    let unnamed = Want { members: Some(inbox(None)), ..Want::default() };
    let choice = choose(&[ana.clone(), gone], &unnamed);
    assert_eq!(
        choice.sentence,
        "Waiting: nobody is available (Ben is offline, Ana is not a member of inbox 3)."
    );
    assert!(!anybody_fits(std::slice::from_ref(&ana), &Standings::new(), &want));
    let crowd: Vec<Agent> =
        (10..15).map(|id| agent(id, &format!("Agent {id}"), Online)).chain([ana]).collect();
    let choice = choose(&crowd, &want);
    assert_eq!(
        choice.sentence, "Waiting: nobody is available (6 are not members of the inbox Support).",
        "many are counted"
    );
    assert_eq!(choice.excluded.len(), 6, "and all are kept");
}

/// What happens at a desk: a conversation comes, one is finished, somebody comes or goes.
#[derive(Debug, Clone)]
enum Day {
    Arrival,
    Finished(usize),
    Toggle(usize),
    /// The process starts anew: what it knows is what was kept.
    Restart,
}

fn days() -> impl Strategy<Value = Vec<Day>> {
    let day = prop_oneof![
        6 => Just(Day::Arrival),
        2 => (0_usize..6).prop_map(Day::Finished),
        1 => (0_usize..6).prop_map(Day::Toggle),
        1 => Just(Day::Restart),
    ];
    prop::collection::vec(day, 0..150)
}

proptest! {
    /// Nobody ever has more than their capacity, everybody waits only while nobody can take it, and by every way whoever
    /// is there with room gets one before any other gets a third.
    #[test]
    fn capacity_holds_and_nobody_starves(
        days in days(),
        capacities in prop::collection::vec(prop::option::of(0_u32..6), 6),
        way in prop::sample::select(vec![Way::RoundRobin, Way::LeastLoaded, Way::Skills]),
    ) {
        let mut team: Vec<Agent> = (0_i64..6).map(|i| agent(i, &format!("agent {i}"), Availability::Online)).collect();
        let mut standings: Standings = (0_i64..6).zip(&capacities).map(|(i, most)| (AgentId(i), standing(0, *most))).collect();
        let mut turns: BTreeMap<AgentId, i64> = BTreeMap::new();
        let mut next = 1;
        // Since when somebody could have been taken at every choice: how many choices that were.
        let mut passed_over = [0_usize; 6];
        let want = Want { way, ..Want::default() };
        for day in days {
            match day {
                Day::Toggle(i) => {
                    let online = team[i].availability == Availability::Online;
                    team[i].availability = if online { Availability::Offline } else { Availability::Online };
                    passed_over[i] = 0;
                }
                Day::Finished(i) => {
                    let one = standings.get_mut(&AgentId(i64::try_from(i).unwrap())).unwrap();
                    (one.open, one.work) = (one.open.saturating_sub(1), one.work.saturating_sub(100));
                }
                Day::Restart => {
                    let kept = serde_json::to_string(&(&turns, &standings)).unwrap();
                    (turns, standings) = serde_json::from_str(&kept).unwrap();
                }
                Day::Arrival => {
                    let choice = choose_agent(&team, &turns, &standings, &want);
                    let can = |a: &Agent| a.availability == Availability::Online && standings[&a.id].has_room();
                    prop_assert_eq!(choice.chosen.is_some(), team.iter().any(can));
                    prop_assert_eq!(choice.candidates.len() + choice.excluded.len(), team.len(), "all are accounted for");
                    let Some(chosen) = choice.chosen else { continue };
                    for (i, one) in team.iter().enumerate() {
                        passed_over[i] = if one.id == chosen || !can(one) { 0 } else { passed_over[i] + 1 };
                        let most = if way == Way::RoundRobin { team.len() } else { usize::MAX };
                        prop_assert!(passed_over[i] < most, "{} was passed over", one.name);
                        let least = standings[&chosen].load() <= standings[&one.id].load();
                        prop_assert!(way == Way::RoundRobin || !can(one) || least, "{} had less to do", one.name);
                    }
                    turns.insert(chosen, next);
                    next += 1;
                    let one = standings.get_mut(&chosen).unwrap();
                    one.add(100);
                    prop_assert!(one.capacity.is_none_or(|most| one.open <= most), "{} of {:?}", one.open, one.capacity);
                }
            }
        }
    }

    /// Equal people differ by at most one over any run, however often hotdash starts anew and whoever is new.
    #[test]
    fn equals_differ_by_at_most_one_over_any_run(
        runs in prop::collection::vec((1_usize..12, prop::option::of(2_i64..8)), 1..8),
        way in prop::sample::select(vec![Way::RoundRobin, Way::LeastLoaded]),
    ) {
        let mut size = 3;
        let (mut turns, mut standings, mut next) = (BTreeMap::new(), Standings::new(), 1);
        for (arrivals, changed) in runs {
            // Others come and go; two stay. Whoever is new to the load begins with nothing, so their run begins anew.
            if let Some(changed) = changed {
                size = changed;
                standings.clear();
            }
            let team: Vec<Agent> = (0..size).map(|i| agent(i, &format!("agent {i}"), Availability::Online)).collect();
            let mut given: BTreeMap<AgentId, i64> = team.iter().map(|one| (one.id, 0)).collect();
            for _ in 0..arrivals {
                let choice = choose_agent(&team, &turns, &standings, &Want { way, ..Want::default() });
                let chosen = choice.chosen.unwrap();
                turns.insert(chosen, next);
                next += 1;
                standings.entry(chosen).or_default().add(100);
                *given.get_mut(&chosen).unwrap() += 1;
            }
            let (most, least) = (given.values().max().unwrap(), given.values().min().unwrap());
            prop_assert!(most - least <= 1 || way == Way::LeastLoaded && changed.is_none(), "{given:?}");
            if way == Way::LeastLoaded {
                let open: Vec<u32> = team.iter().map(|one| standings.get(&one.id).map_or(0, |s| s.open)).collect();
                prop_assert!(open.iter().max().unwrap() - open.iter().min().unwrap() <= 1, "{open:?}");
            }
        }
    }
}
