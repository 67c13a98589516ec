//! Sixteen Mondays on which everything that was advised is done at last, and what is said of it.

use super::super::*;
use crate::conversation::{Channel, Status};
use crate::facts::{ConversationFacts, Fact, FactKind, Settings};
use crate::figures::desk::Period;
use crate::figures::measured::Measured;
use crate::hours::Hours;
use crate::ids::{AgentId, InboxId};
use crate::staffing::Target;
use jiff::tz::TimeZone;

const DAY: i64 = 86_400;
/// Monday 3 August 2026, ten o'clock.
const TEN: i64 = 1_785_751_200;
const WEEKS: i64 = 16;
/// The Tuesday after the last one.
const END: i64 = TEN - 10 * 3600 + (WEEKS - 1) * 7 * DAY + DAY;
const AROUND_THE_CLOCK: &str = "
zone = 'UTC'
holidays = []
[weekdays]
monday = ['00:00-24:00']
tuesday = ['00:00-24:00']
wednesday = ['00:00-24:00']
thursday = ['00:00-24:00']
friday = ['00:00-24:00']
saturday = ['00:00-24:00']
sunday = ['00:00-24:00']
";
const SAID: [&str; 8] = [
    "I want a refund for my jacket",
    "Refund the scarf",
    "A refund for boots",
    "Where does my refund stay?",
    "Do you teach hovercraft piloting?",
    "When is the hovercraft piloting lesson?",
    "Hovercraft piloting for beginners",
    "What does hovercraft piloting cost?",
];

/// From which week on each thing is done; `WEEKS` = never.
#[derive(Clone, Copy)]
struct Done {
    staffed: i64,
    rule: i64,
    article: i64,
    talked: i64,
}

fn one(week: i64, number: i64, done: Done) -> (Measured, Heard) {
    let id = ConversationId(week * 8 + number + 1);
    let began = (TEN + week * 7 * DAY + number * 10) * 1_000_000;
    let took = if week >= done.staffed { 120 + number * 20 } else { 4200 + number * 20 };
    let (answered, ben) = (began + took * 1_000_000, Some(AgentId(2)));
    let fact = |kind, at| Fact {
        kind,
        at,
        from: None,
        seconds: None,
        business: None,
        agent: None,
        message: None,
        rating: None,
    };
    let is_ben = number % 2 == 0;
    let rating = Some(if is_ben && week < done.talked { 2 } else { 4 } + u8::from(number > 3));
    let of_agent = Some(AgentId(if is_ben { 2 } else { 3 }));
    let facts = ConversationFacts {
        conversation: id,
        inbox: InboxId(1),
        channel: Channel::WebWidget,
        status: Status::Resolved,
        assignee: ben,
        team: None,
        labels: if number < 4 { vec!["money".into()] } else { Vec::new() },
        created_at: began,
        waiting_since: None,
        is_answered: true,
        facts: vec![
            fact(FactKind::Created, began),
            Fact {
                from: Some(began),
                seconds: Some(took),
                agent: ben,
                ..fact(FactKind::FirstResponse, answered)
            },
            Fact { rating, agent: of_agent, ..fact(FactKind::SurveyAnswered, answered + 1_000_000) },
            fact(FactKind::Resolved, answered + 2_000_000),
        ],
        unknown: Vec::new(),
    };
    let asked = SAID[usize::try_from(number).unwrap()].to_owned();
    let by_rule = number < 4 && week >= done.rule;
    let has_evidence = number < 4 || week >= done.article;
    let heard = Heard {
        ours: by_rule.then(|| "money".to_owned()).into_iter().collect(),
        drafted: Some(Drafted { at: began + 5_000_000, question: asked.clone(), has_evidence }),
        asked,
        ..Heard::nothing(id)
    };
    (facts.into(), heard)
}

/// What is said of the desk at the end: what is advised, and what became of it.
fn told(done: Done) -> (Advised, Vec<Followed>) {
    let all = (0..WEEKS).flat_map(|week| (0..8).map(move |number| one(week, number, done)));
    let (measured, heard): (Vec<Measured>, Vec<Heard>) = all.unzip();
    let hours = Hours::parse(AROUND_THE_CLOCK).unwrap();
    let known = Known {
        measured: &measured,
        heard: &heard,
        settings: &Settings::default(),
        zone: TimeZone::UTC,
        plan: Some(Plan { target: Target { share: 0.9, seconds: 1800.0 }, hours: &hours }),
    };
    let period = Period { since: END - ADVICE_DAYS * DAY, until: END };
    (advise(&known, period, &Kind::ALL), followed_up(&known, END))
}

fn verdicts(followed: &[Followed]) -> Vec<(&str, i64, Verdict)> {
    let one = |one: &'_ Followed| (one.said_at - END) / -DAY;
    followed.iter().map(|f| (f.recommendation.key.as_str(), one(f), f.outcome.verdict)).collect()
}

#[test]
fn what_was_done_came_true_by_its_own_figure() {
    let (advised, followed) = told(Done { staffed: 12, rule: 14, article: 12, talked: 10 });
    assert_eq!(
        verdicts(&followed),
        [
            ("rule/money/refund", 14, Verdict::CameTrue),
            ("staffing/0/10", 28, Verdict::CameTrue),
            ("article/hovercraft-piloting", 28, Verdict::CameTrue),
            ("coaching/2/rating", 42, Verdict::CameTrue),
        ],
        "{followed:#?}"
    );
    let staffing = &followed[1];
    assert!(
        staffing
            .recommendation
            .sentence
            .contains("0.0 were seen answering. 0 of 64 were answered within 30 min"),
        "{staffing:?}"
    );
    assert!(
        staffing.outcome.sentence.contains("0 % before") && staffing.outcome.sentence.contains("32 cases")
    );
    // One of the last eight weeks' halves is good: it is not advised any more where the promise may have been kept.
    let keys: Vec<&str> = advised.recommendations.iter().map(|one| one.key.as_str()).collect();
    assert!(!keys.contains(&"coaching/2/rating"), "{keys:?}");
}

#[test]
fn what_nobody_did_is_told_as_such() {
    let never = Done { staffed: WEEKS, rule: WEEKS, article: WEEKS, talked: WEEKS };
    let (advised, followed) = told(never);
    assert_eq!(
        verdicts(&followed),
        [
            ("rule/money/refund", 14, Verdict::NotFollowed),
            ("staffing/0/10", 28, Verdict::NotFollowed),
            ("article/hovercraft-piloting", 28, Verdict::NotFollowed),
            ("coaching/2/rating", 42, Verdict::DidNot),
        ],
        "{followed:#?}"
    );
    // It is advised still, under the same names.
    for one in &followed {
        assert!(advised.recommendations.iter().any(|now| now.key == one.recommendation.key), "{one:?}");
    }
}

#[test]
fn what_comes_later_changes_nothing_of_what_was_said() {
    let never = Done { staffed: WEEKS, rule: WEEKS, article: WEEKS, talked: WEEKS };
    let at_once = Done { article: 12, staffed: 12, talked: 12, rule: WEEKS };
    let advised = |done: Done, weeks: i64| {
        let all = (0..weeks).flat_map(|week| (0..8).map(move |number| one(week, number, done)));
        let (measured, heard): (Vec<Measured>, Vec<Heard>) = all.unzip();
        let hours = Hours::parse(AROUND_THE_CLOCK).unwrap();
        let (measured, heard) = (measured.as_slice(), heard.as_slice());
        let plan = Some(Plan { target: Target { share: 0.9, seconds: 1800.0 }, hours: &hours });
        let known = Known { measured, heard, settings: &Settings::default(), zone: TimeZone::UTC, plan };
        let until = END - 28 * DAY;
        advise(&known, Period { since: until - ADVICE_DAYS * DAY, until }, &Kind::ALL)
    };
    let then = advised(never, 12);
    assert!(then.recommendations.len() >= 4, "{then:?}");
    assert_eq!(advised(at_once, WEEKS), then);
}
