//! Series of a desk.

use super::*;
use crate::anomaly::{Budget, find_anomalies};
use crate::conversation::{Channel, Status};
use crate::facts::{ConversationFacts, Fact};
use crate::figures::measured::{CategoryFact, Measured};
use crate::ids::{AgentId, InboxId};

/// A Monday, midnight in UTC.
const START: i64 = 1_780_272_000;
const HOUR: i64 = 3600;

fn conversation(id: i64, at: i64, category: Option<&str>) -> Measured {
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
        status: Status::Open,
        assignee: None,
        team: None,
        labels: Vec::new(),
        created_at: at * 1_000_000,
        waiting_since: None,
        is_answered: true,
        facts: vec![fact(FactKind::Created, at, None), fact(FactKind::FirstResponse, at + 60, Some(60))],
        unknown: Vec::new(),
    };
    let categories = category.map(|name| CategoryFact { name: name.into(), at: at * 1_000_000 });
    Measured { categories: categories.into_iter().collect(), ..facts.into() }
}

/// Four an hour for so many weeks, and what else.
fn desk(weeks: i64, more: impl Fn(i64) -> i64) -> Columns {
    let mut columns = Columns::new();
    let mut id = 0;
    for hour in 0..weeks * 168 {
        for n in 0..4 + more(hour) {
            id += 1;
            let category = if n >= 4 { Some("flood") } else { Some("orders") };
            columns.put(&conversation(id, START + hour * HOUR + n * 7, category));
        }
    }
    columns
}

fn at(weeks: i64) -> LocalHour {
    LocalHour(START / HOUR + weeks * 168 - 1)
}

#[test]
fn a_flood_in_the_last_hour_is_found_with_its_conversations() {
    let columns = desk(9, |hour| if hour == 9 * 168 - 1 { 60 } else { 0 });
    let series = watched(&columns, &Settings::default(), &TimeZone::UTC, at(9));
    let names: Vec<&str> = series.iter().map(Series::name).collect();
    assert_eq!(names, ["All conversations", "First responses", "orders", "flood", "Agent 2"]);
    let alerts = find_anomalies(&series, at(9), Budget::default());
    let all = alerts.iter().find(|alert| alert.series == "All conversations").expect("the flood is told");
    assert!(all.observed >= 64.0 && all.conversations.len() >= 64, "{all:?}");
    assert!(all.sentence.contains("usually"), "{}", all.sentence);
}

#[test]
fn an_even_desk_and_a_new_one_are_told_of_nothing() {
    let even = watched(&desk(9, |_| 0), &Settings::default(), &TimeZone::UTC, at(9));
    assert_eq!(find_anomalies(&even, at(9), Budget::default()), []);
    let new = watched(&desk(2, |hour| hour % 9 * 5), &Settings::default(), &TimeZone::UTC, at(2));
    assert_eq!(find_anomalies(&new, at(2), Budget::default()), []);
    assert!(watched(&Columns::new(), &Settings::default(), &TimeZone::UTC, at(2)).is_empty());
}

#[test]
fn hours_are_those_on_the_desks_clocks() {
    let kolkata = TimeZone::get("Asia/Kolkata").unwrap();
    let columns = desk(1, |_| 0);
    let at = hour_of(START + 100 * HOUR, &kolkata);
    // Five and a half hours ahead: what happened at 00:40 UTC lies in the local hour from 06:00.
    assert_eq!(hour_of(START + 40 * 60, &kolkata).hour(), 6);
    assert!(!watched(&columns, &Settings::default(), &kolkata, at).is_empty());
}
