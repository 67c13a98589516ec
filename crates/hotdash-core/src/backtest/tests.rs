//! The same past by the same and by other rules.

use super::*;
use crate::analysis::Analyzer;
use crate::cases::ordinary;
use crate::conversation::{Agent, Availability};
use crate::record::Question;
use crate::routing::Assignable;
use crate::rulebook::SHIPPED;
use proptest::prelude::*;

const MODEL: Model = Model { handling_s: 600, target_s: 1800 };

fn agent(id: i64, name: &str) -> Agent {
    Agent {
        id: AgentId(id),
        name: name.to_owned(),
        email: format!("{name}@shop.test"),
        availability: Availability::Online,
        is_administrator: false,
    }
}

fn past(number: i64, text: &str, at: &str) -> Past {
    let at: Timestamp = at.parse().unwrap();
    let (mut conversation, mut message) = ordinary(text, at);
    (conversation.id, message.id, message.conversation) =
        (ConversationId(number), MessageId(number), ConversationId(number));
    let record = Record {
        question: Question::Message,
        at,
        hours: String::new(),
        conversation,
        message,
        agents: vec![agent(1, "Ben"), agent(2, "Cleo")],
        assignable: Assignable::Unasked,
        turns: BTreeMap::new(),
        standings: BTreeMap::new(),
        message_count: 1,
        earlier_conversations: 0,
        inbox_name: None,
        sla: None,
    };
    let analysis = Analyzer::shipped().analyze(text);
    Past { record, analysis, hours: Arc::new(Hours::shipped()), outcome: None, first_answer_s: Some(60) }
}

fn rules(own: &str) -> Rulebook {
    let (rules, problems) = Rulebook::parse(&[SHIPPED, ("own", own)]);
    assert_eq!(problems, []);
    rules
}

const WEDNESDAY: [(&str, &str); 4] = [
    ("Where is my parcel?", "2026-11-25T10:00:00Z"),
    ("I will sue you", "2026-11-25T10:01:00Z"),
    ("Please hurry, it is urgent!", "2026-11-25T10:02:00Z"),
    ("Do you ship to Norway?", "2026-11-25T10:03:00Z"),
];

fn wednesday() -> Vec<Past> {
    (1..).zip(WEDNESDAY).map(|(number, (text, at))| past(number, text, at)).collect()
}

#[test]
fn the_same_rules_change_nothing_and_share_the_work_fairly() {
    let rules = rules("");
    let report = backtest(&wednesday(), Sides { before: Some(&rules), after: &rules }, &MODEL, 2);
    // The records all say that nobody had a turn yet; the rotation that is played again moves on.
    let load: Vec<(&str, usize)> = report.load.iter().map(|l| (l.name.as_str(), l.after)).collect();
    assert_eq!(load, [("Ben", 2), ("Cleo", 2)]);
    assert_eq!(report.differences, []);
    assert_eq!((report.decisions, report.conversations), (4, 4));
    assert!(report.rules.iter().all(|rule| rule.before == rule.after));
}

#[test]
fn what_new_rules_change_is_told_by_conversation() {
    let old = rules("");
    let new = rules(
        "[[rule]]\nid = \"norway\"\ngroup = \"tags\"\npriority = 70\n\
         when = { type = \"keyword\", contains = \"norway\" }\nthen = { tag = [\"abroad\"], priority = \"low\" }\n\
         [[rule]]\nid = \"urgent\"\nenabled = false\ngroup = \"tags\"\nwhen = { always = true }\n\
         then = { tag = [\"urgent\"] }\n",
    );
    let report = backtest(&wednesday(), Sides { before: Some(&old), after: &new }, &MODEL, 1);
    let of = |conversation: i64| -> Vec<String> {
        let here = report.differences.iter().filter(|d| d.conversation.0 == conversation);
        here.flat_map(|d| &d.changes).map(|c| format!("{}: {} → {}", c.what, c.before, c.after)).collect()
    };
    assert_eq!(of(1), Vec::<String>::new());
    assert_eq!(of(4), ["labels: shipping → abroad, shipping", "priority: none → low"]);
    assert!(of(3).contains(&"priority: urgent → none".to_owned()), "{:?}", of(3));
    let norway = report.rules.iter().find(|rule| rule.name == "norway").unwrap();
    assert_eq!((norway.before, norway.after), (0, 1));
    assert_eq!(report.escalated, Pair { before: 1, after: 1 });
}

#[test]
fn who_is_given_everything_answers_late() {
    let (old, new) = (
        rules(""),
        rules(
            "[[rule]]\nid = \"all-to-ben\"\ngroup = \"assignment\"\npriority = 60\nwhen = { always = true }\n\
             then = { assign = { agent = \"Ben\" } }\n",
        ),
    );
    let mut monday = Vec::new();
    for number in 0..6 {
        monday.push(past(number, "Where is my parcel?", "2026-11-23T10:00:00Z"));
    }
    let report = backtest(&monday, Sides { before: Some(&old), after: &new }, &MODEL, 2);
    // Ten minutes each: the fourth in a row is later than half an hour.
    assert_eq!(report.breaches, Pair { before: 0, after: 3 });
    let ben = report.load.iter().find(|load| load.name == "Ben").unwrap();
    assert_eq!((ben.before, ben.after), (3, 6));
    let night = [past(1, "Hello", "2026-11-21T22:00:00Z")];
    let report = backtest(&night, Sides { before: Some(&old), after: &new }, &MODEL, 1);
    assert_eq!(report.breaches, Pair { before: 1, after: 1 }, "on a Saturday night nobody answers");
    assert_eq!(report.waiting, Pair { before: 1, after: 0 });
}

proptest! {
    #[test]
    fn how_many_work_at_once_does_not_change_the_report(threads in 1_usize..9, count in 0_usize..40) {
        let (old, new) = (rules(""), rules(
            "[[rule]]\nid = \"parcel\"\ngroup = \"tags\"\npriority = 70\n\
             when = { type = \"keyword\", contains = \"parcel\" }\nthen = { tag = [\"parcel\"] }\n"));
        let past: Vec<Past> = (1..).zip(WEDNESDAY.iter().cycle().take(count))
            .map(|(number, (text, at))| past(number, text, at)).collect();
        let sides = Sides { before: Some(&old), after: &new };
        prop_assert_eq!(backtest(&past, sides, &MODEL, 1), backtest(&past, sides, &MODEL, threads));
    }
}
