//! Answers of reports from a handful of facts.

use super::*;
use crate::facts::Fact;
use crate::ids::ConversationId;
use serde_json::json;

/// 2026-10-24T22:00Z: midnight in Berlin, when the clocks change.
const DAY: i64 = 1_792_879_200;

fn fact(kind: FactKind, second: i64, seconds: Option<i64>, agent: Option<i64>) -> Fact {
    Fact {
        kind,
        at: (DAY + second) * 1_000_000,
        from: None,
        seconds,
        business: seconds.map(|seconds| seconds / 10),
        agent: agent.map(AgentId),
        message: None,
        rating: None,
    }
}

fn conversation(id: i64, created: i64, labels: &[&str], facts: Vec<Fact>) -> ConversationFacts {
    ConversationFacts {
        conversation: ConversationId(id),
        inbox: InboxId(1),
        channel: Channel::Email,
        status: Status::Open,
        assignee: Some(AgentId(2)),
        team: None,
        labels: labels.iter().map(|&label| label.to_owned()).collect(),
        created_at: (DAY + created) * 1_000_000,
        waiting_since: None,
        is_answered: true,
        facts,
        unknown: Vec::new(),
    }
}

/// For whoever compares.
pub(in crate::figures) fn conversation_with_a_handoff(id: i64) -> ConversationFacts {
    conversation(id, 0, &[], vec![fact(FactKind::BotHandoff, 100, Some(100), None)])
}

fn answer(facts: &[ConversationFacts], path: &str) -> Result<Value, NotAnswered> {
    let labels = [(9, "vip".to_owned())].into();
    let settings = Settings { labels, ..Settings::default() };
    let today = Timestamp::from_second(DAY + 30 * 86_400).unwrap();
    let path = format!("/api/v2/accounts/1/{path}since={DAY}&until={}", DAY + 3 * 86_400);
    Desk { facts, settings: &settings, today }.answer(&path)
}

#[test]
fn nothing_to_average_is_null_in_a_summary_and_0_in_a_series_and_of_labels() {
    let summary = answer(&[], "reports/summary?type=account&").unwrap();
    assert_eq!(summary["avg_resolution_time"], Value::Null);
    assert_eq!(summary["resolutions_count"], 0);
    let series = answer(&[], "reports?metric=reply_time&type=account&group_by=day&").unwrap();
    assert_eq!(series[0]["value"], 0);
    assert_eq!(answer(&[], "summary_reports/label?").unwrap()[0]["avg_reply_time"], 0.0);
}

#[test]
fn the_day_with_the_change_of_the_clock_has_25_hours() {
    let created = [conversation(1, 86_400 + 1800, &[], Vec::new())];
    let series =
        answer(&created, "reports?metric=conversations_count&type=account&group_by=day&timezone_offset=1&");
    let starts: Vec<i64> =
        series.unwrap().as_array().unwrap().iter().map(|row| row["timestamp"].as_i64().unwrap()).collect();
    // Asked in winter, so +1 is a zone that was at +2 on the first day.
    assert_eq!(starts, [DAY, DAY + 25 * 3600, DAY + 49 * 3600]);
}

#[test]
fn a_label_averages_what_began_and_counts_what_happened() {
    let early = conversation(1, -100, &["vip"], vec![fact(FactKind::Resolved, 500, Some(600), Some(2))]);
    let late = fact(FactKind::Resolved, 40 * 86_400, Some(5000), None);
    let began = conversation(2, 10, &["vip"], vec![fact(FactKind::Resolved, 20, Some(10), None), late]);
    let row = answer(&[early, began], "summary_reports/label?").unwrap()[0].clone();
    assert_eq!(row["resolved_conversations_count"], 2);
    assert_eq!(row["avg_resolution_time"], 2505.0);
}

#[test]
fn an_agents_events_are_theirs_by_credit_and_conversations_by_assignment() {
    let mine = conversation(1, 0, &[], vec![fact(FactKind::FirstResponse, 60, Some(60), Some(3))]);
    let summary = answer(&[mine], "reports/summary?type=agent&id=3&").unwrap();
    assert_eq!(
        (&summary["conversations_count"], &summary["avg_first_response_time"]),
        (&json!(0), &json!(60.0))
    );
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let refused = answer(&[], "reports/summary?type=account&only_vip=1&").unwrap_err();
    assert_eq!(refused, NotAnswered::Parameter("only_vip".into()));
    assert!(matches!(answer(&[], "reports/agents?"), Err(NotAnswered::Report(_))));
    let unknown = answer(&[], "reports/summary?type=label&id=77&").unwrap_err();
    assert_eq!(unknown, NotAnswered::Value("id", "77".into()));
}

#[test]
fn a_resolution_with_a_handoff_in_the_period_is_not_the_bots() {
    let both = vec![
        fact(FactKind::BotResolved, 500, Some(500), None),
        fact(FactKind::BotHandoff, 100, Some(100), None),
    ];
    let summary = answer(&[conversation(1, 0, &[], both)], "reports/bot_summary?type=account&").unwrap();
    assert_eq!((&summary["bot_resolutions_count"], &summary["bot_handoffs_count"]), (&json!(0), &json!(1)));
}
