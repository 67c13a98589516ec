//! The report of a small desk with nine weeks behind it.

use super::*;
use crate::conversation::{Channel, Status};
use crate::facts::{ConversationFacts, Fact, FactKind};
use crate::figures::columns::Columns;
use crate::figures::measured::{CategoryFact, Measured};
use crate::ids::{AgentId, InboxId};
use jiff::tz::TimeZone;

/// Monday, 2026-06-01, 00:00 UTC.
const MONDAY: i64 = 1_780_272_000;
const WEEK: i64 = 7 * 86_400;

fn conversation(id: i64, at: i64, seconds: i64, about: &str) -> Measured {
    let fact = |kind, at: i64, seconds| Fact {
        kind,
        at: at * 1_000_000,
        from: None,
        seconds,
        business: None,
        agent: Some(AgentId(2)),
        message: None,
        rating: None,
    };
    let facts = ConversationFacts {
        conversation: ConversationId(id),
        inbox: InboxId(1),
        channel: Channel::Email,
        status: Status::Resolved,
        assignee: Some(AgentId(2)),
        team: None,
        labels: Vec::new(),
        created_at: at * 1_000_000,
        waiting_since: None,
        is_answered: true,
        facts: vec![
            fact(FactKind::Created, at, None),
            fact(FactKind::FirstResponse, at + seconds, Some(seconds)),
        ],
        unknown: Vec::new(),
    };
    let categories = vec![CategoryFact { name: about.to_owned(), at: at * 1_000_000 }];
    Measured { categories, ..facts.into() }
}

/// Two conversations a week, each answered after a hundred seconds; five in the last, answered after a thousand.
fn desk() -> Columns {
    let mut all = vec![conversation(100, MONDAY - 9 * WEEK, 1, "orders")];
    for week in 1..=8 {
        let at = MONDAY - week * WEEK + 60;
        all.push(conversation(2 * week, at, 100, "orders"));
        all.push(conversation(2 * week + 1, at, 100, "refunds"));
    }
    all.extend((0..5).map(|more| conversation(200 + more, MONDAY + 60, 1000, "orders")));
    all.iter().collect()
}

fn report(columns: &Columns) -> AnalyticsReport {
    let day = Period { since: MONDAY, until: MONDAY + 86_400 };
    let now = Timestamp::from_second(MONDAY + 86_400).unwrap();
    let mut settings = Settings::default();
    settings.agents.insert(AgentId(2), "Ben".to_owned());
    generate_analytics_report(&Question::new(columns, day, TimeZone::UTC, now), &settings)
}

#[test]
fn a_figure_is_told_beside_what_is_usual_for_that_weekday() {
    let desk = desk();
    let report = report(&desk);
    let figure = |id: &str| report.figure(id).unwrap();
    let arrivals = figure("overview.conversations");
    assert_eq!((arrivals.value, arrivals.previous), (Some(5.0), Some(0.0)));
    let usual = arrivals.usual.unwrap();
    assert_eq!((usual.median, usual.periods, arrivals.standing), (2.0, 8, Some(Standing::Higher)));
    assert_eq!(figure("frt.p50").standing, Some(Standing::Worse));
    // Nobody was asked how satisfied they were, neither on this Monday nor on any.
    let rated = figure("csat.positive");
    assert_eq!(
        (rated.reason, rated.usual_reason),
        (Some(Reason::NothingHappened), Some(Reason::TooLittleHistory))
    );
    let open = figure("overview.open");
    assert_eq!((open.value, open.previous, open.usual_reason), (Some(0.0), None, Some(Reason::OnlyNow)));
    assert_eq!(report.period.compared_with, 8);
}

#[test]
fn issues_have_their_share_their_usual_number_and_examples() {
    let desk = desk();
    let report = report(&desk);
    assert_eq!(report.issues.len(), 1);
    let issue = &report.issues[0];
    assert_eq!((issue.name.as_str(), issue.count, issue.previous, issue.growth), ("orders", 5, 0, None));
    assert!((issue.share - 1.0).abs() < 1e-9);
    assert_eq!((issue.usual.map(|usual| usual.median), issue.standing), (Some(1.0), Some(Standing::Higher)));
    assert_eq!(issue.examples, [204, 203, 202, 201, 200].map(ConversationId));
}

#[test]
fn groups_have_the_names_that_people_use_and_people_are_left_out_for_others() {
    let desk = desk();
    let report = report(&desk);
    let agent = &report.agents[0];
    assert_eq!((agent.name.as_str(), agent.label.as_str()), ("2", "Ben"));
    assert_eq!(agent.figures["frt.p50"], Some(1000.0));
    assert_eq!(report.inboxes[0].label, "inbox 1");
    assert_eq!(report.hours[0].label, "00:00");
    assert_eq!(report.days.len(), 1);
    assert!(report.clone().without_people().agents.is_empty());
    assert_eq!(report.first_responses.counts, [0, 0, 0, 5, 0, 0, 0, 0, 0]);
}

#[test]
fn sections_are_objects_of_short_names() {
    let told = serde_json::to_value(report(&desk())).unwrap();
    assert_eq!(told["frt"]["p50"]["value"], 1000.0);
    assert_eq!(told["sla"]["first_response.compliance"]["reason"], "nothing_happened");
    assert_eq!(told["period"]["zone"], "UTC");
}
