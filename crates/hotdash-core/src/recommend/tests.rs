//! Each recommendation once where it must come, and once where it must not.

mod since;

use super::*;
use crate::ids::AgentId;
use crate::simulated::Random;
use crate::staffing::{Handling, HourOfWeek, Target, advise as advise_hour};
use std::collections::BTreeSet;

fn ids(range: std::ops::Range<i64>) -> Vec<ConversationId> {
    range.map(ConversationId).collect()
}

#[test]
fn an_hour_is_told_where_its_customers_say_the_same_as_the_formula() {
    let target = Target { share: 0.8, seconds: 60.0 };
    let handling = Handling { seconds: 540.0, at_once: 3 };
    let judged = |there: f64, kept: u64| {
        let arrivals = vec![98, 104, 99, 101, 100, 97];
        let hour = HourOfWeek { weekday: 0, hour: 9, arrivals, on_duty: Some(there) };
        let advice = advise_hour(&hour, handling, target).unwrap();
        let hour = JudgedHour { advice, kept, of: 599, conversations: ids(0..599), late: ids(0..5) };
        staffing(&[hour], target)
    };
    let short = judged(5.0, 100).remove(0);
    assert!(
        short.sentence.starts_with("Mondays 09:00: 7 agents for 99.8 conversations"),
        "{}",
        short.sentence
    );
    assert!(short.sentence.contains("100 of 599 were answered within 1 min"), "{}", short.sentence);
    assert!(short.gain > 60.0 && short.evidence == ids(0..5), "{short:?}");
    assert_eq!(judged(5.0, 590), [], "nobody waited too long");
    assert_eq!(judged(6.0, 100), [], "that is enough");
    let spare = judged(10.0, 590).remove(0);
    assert_eq!((spare.gain, spare.gain_unit), (3.0, Unit::Agents), "{spare:?}");
    assert_eq!(judged(10.0, 400), [], "promises are broken though many are there");
}

fn labelled(count: i64, chance: &mut Random) -> Vec<Labelled> {
    (0..count)
        .map(|id| {
            let (refund, polite) = (chance.uniform() < 0.2, chance.uniform() < 0.5);
            let mut words = BTreeSet::from([format!("word{}", id % 40)]);
            let mut labels = BTreeSet::new();
            words.extend(refund.then(|| "refund".to_owned()));
            words.extend(polite.then(|| "please".to_owned()));
            // Nine of ten refunds are labelled, and a few others.
            let is_money = chance.uniform() < if refund { 0.9 } else { 0.05 };
            labels.extend(is_money.then(|| "money".to_owned()));
            labels.extend((chance.uniform() < 0.3).then(|| "vip".to_owned()));
            Labelled { conversation: ConversationId(id), words, labels }
        })
        .collect()
}

#[test]
fn a_label_that_people_set_after_a_word_becomes_a_rule_and_no_other() {
    for seed in 0..20 {
        let found = labels_by_rule(&labelled(600, &mut Random(seed)), 4.0);
        let keys: Vec<&str> = found.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["rule/money/refund"], "seed {seed}");
        assert!(found[0].interval.contains(found[0].number) && found[0].interval.lower > 0.7);
        assert_eq!(found[0].gain, found[0].evidence.len() as f64 / 4.0);
    }
}

#[test]
fn an_article_is_wanted_where_questions_stay_without_evidence() {
    let topic = |topic, open, asked| OpenQuestions {
        topic,
        name: "return, label".to_owned(),
        asked,
        without_evidence: ids(0..open),
    };
    let found = articles_to_write(&[topic(1, 14, 20), topic(2, 4, 4), topic(3, 30, 300)], 2.0);
    assert_eq!(found.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["article/return-label"]);
    assert_eq!(found[0].evidence.len(), 14);
    assert!(found[0].gain > 2.0 && found[0].gain < 7.0, "{}", found[0].gain);
}

#[test]
fn replies_in_nearly_the_same_words_become_a_canned_reply() {
    let reply = |id: i64, text: String| ApprovedReply { conversation: ConversationId(id), text };
    let same = (0..7).map(|id| {
        let name = ["Ada", "Grace", "Alan"][id as usize % 3];
        reply(id, format!("Hi {name}, your refund for order {id}77 is on its way and will reach your bank within 5 days."))
    });
    let short = (40..60).map(|id| reply(id, "Thanks, done!".to_owned()));
    let found = canned_replies(&same.chain(short).collect::<Vec<_>>(), 1.0);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].evidence, ids(0..7));
    assert_eq!(found[0].key, "canned/your-refund-order-will-reach");
    assert!(found[0].sentence.contains("“Hi "), "{}", found[0].sentence);
    // As long, and each about something else.
    let matters = [
        "the parcel",
        "a login that fails",
        "our opening hours",
        "a voucher",
        "the broken screen",
        "a new address",
    ];
    let different = matters.iter().enumerate().map(|(id, matter)| {
        reply(
            id as i64,
            format!(
                "About {matter}: {}",
                matter.split(' ').rev().cycle().take(9).collect::<Vec<_>>().join(" ")
            ),
        )
    });
    assert_eq!(canned_replies(&different.collect::<Vec<_>>(), 1.0), []);
}

fn agents(means: &[f64], cases: usize, seed: u64) -> Vec<AgentCases> {
    let mut chance = Random(seed);
    means
        .iter()
        .enumerate()
        .map(|(number, mean)| AgentCases {
            agent: AgentId(number as i64),
            name: format!("Agent {number}"),
            axis: "tone".to_owned(),
            scores: (0..cases)
                .map(|case| Score {
                    conversation: ConversationId(case as i64),
                    grade: (mean + 0.8 * chance.normal()).round().clamp(1.0, 5.0),
                })
                .collect(),
        })
        .collect()
}

#[test]
fn an_agent_clearly_below_colleagues_is_named_and_told_carefully() {
    let found = agents_to_coach(&agents(&[4.2, 4.1, 3.2, 4.2, 4.0], 60, 1));
    assert_eq!(found.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["coaching/2/tone"]);
    assert!(found[0].interval.upper < 0.0 && found[0].confidence > 0.99);
    assert!(found[0].sentence.contains("together with Agent 2"), "{}", found[0].sentence);
    // The same difference in ten cases says nothing.
    assert_eq!(agents_to_coach(&agents(&[4.2, 4.1, 3.2, 4.2, 4.0], 10, 1)), []);
}

#[test]
fn equal_agents_are_named_in_hardly_any_of_two_hundred_teams() {
    let wrong =
        (0..200).filter(|seed| !agents_to_coach(&agents(&[4.0; 8], 30, 100 + seed)).is_empty()).count();
    println!("{wrong} of 200 teams of equals");
    assert!(wrong <= 6, "{wrong}");
}

#[test]
fn a_backlog_that_grows_is_told_and_one_that_only_wavers_is_not() {
    let backlog = |arrived: f64| {
        let mut chance = Random(5);
        let days = (0..56)
            .map(|_| super::Day { arrived: chance.poisson(arrived), resolved: chance.poisson(40.0) })
            .collect();
        forecast_backlog(&Backlog { open: ids(0..90), days }).unwrap()
    };
    let (forecast, advice) = backlog(46.0);
    assert!(forecast.interval.contains(6.0), "{forecast:?}");
    assert!(advice.unwrap().sentence.starts_with("The backlog grows by "));
    let (level, advice) = backlog(40.0);
    assert!(advice.is_none() && level.empty_in.is_none(), "{level:?}");
    assert!(backlog(30.0).0.empty_in.is_some_and(|days| (6.0..13.0).contains(&days)));
    assert!(
        forecast_backlog(&Backlog { open: Vec::new(), days: vec![Day { arrived: 1, resolved: 1 }; 13] })
            .is_none()
    );
}

#[test]
fn more_than_nine_of_ten_backlogs_end_where_the_forecast_says() {
    let mut chance = Random(11);
    let mut inside = 0;
    for _ in 0..300 {
        let mut day = || super::Day { arrived: chance.poisson(50.0), resolved: chance.poisson(47.0) };
        let days: Vec<Day> = (0..56).map(|_| day()).collect();
        let (forecast, _) = forecast_backlog(&Backlog { open: ids(0..200), days }).unwrap();
        let end: f64 = (0..14).map(|_| day()).map(|d| f64::from(d.arrived) - f64::from(d.resolved)).sum();
        inside += u32::from(forecast.range_then.contains(200.0 + end));
    }
    println!("{inside} of 300 within the range");
    assert!((273..=297).contains(&inside), "{inside}");
}

#[test]
fn a_recommendation_is_followed_up_by_its_own_figure() {
    let days = vec![Day { arrived: 30, resolved: 20 }; 28];
    let (_, advice) = forecast_backlog(&Backlog { open: ids(0..50), days }).unwrap();
    let advice = advice.unwrap();
    let later = |followed, days, value: f64, cases| Later {
        followed,
        days,
        value,
        interval: Interval { lower: value - 2.0, upper: value + 2.0 },
        cases,
    };
    let verdict = |later| follow_up(&advice, &later).verdict;
    assert_eq!(verdict(later(true, 14, 1.0, 14)), Verdict::CameTrue);
    assert_eq!(verdict(later(true, 14, 9.0, 14)), Verdict::DidNot);
    assert_eq!(verdict(later(true, 14, 6.0, 14)), Verdict::TooEarly, "both ways are possible");
    assert_eq!(verdict(later(true, 13, 1.0, 13)), Verdict::TooEarly);
    assert_eq!(verdict(later(true, 14, 1.0, 3)), Verdict::TooEarly, "too few cases");
    assert_eq!(verdict(later(false, 14, 1.0, 14)), Verdict::NotFollowed);
    let sentence = follow_up(&advice, &later(true, 14, 1.0, 14)).sentence;
    assert_eq!(
        sentence,
        "Came true. Change of the backlog a day: 10.0 before, 0.0 expected, 1.0 now (-1.0 to 3.0, 14 cases)."
    );
}
