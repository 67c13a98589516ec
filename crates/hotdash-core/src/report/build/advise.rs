//! What the figures of a period advise, and what became of what earlier ones advised.
//!
//! Both are made of the same facts as the rest of a report, cut off at the instant of the advice, so a report stays the
//! same to the byte and nobody has to remember what was said before.

use super::then;
use crate::facts::{FactKind, Settings};
use crate::figures::measured::Measured;
use crate::ids::AgentId;
use crate::recommend::{
    AgentCases, Backlog, Day, Kind, Later, Recommendation, Score, Unit, Verdict, agents_to_coach, follow_up,
    forecast_backlog,
};
use crate::report::tree::{Advice, Sentence, Tone};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;

/// What is resolved and what comes is looked at over four weeks, ratings over eight.
const BACKLOG_DAYS: i64 = 28;
const RATING_DAYS: i64 = 56;
const DAY: i64 = 86_400;
/// More conversations than this nobody opens.
const SHOWN: usize = 8;

/// What is advised at an instant, in seconds since 1970.
pub(super) fn recommendations(
    measured: &[Measured],
    settings: &Settings,
    zone: &TimeZone,
    at: i64,
) -> Vec<Recommendation> {
    let then: Vec<Measured> = measured.iter().filter_map(|measured| then(measured, at)).collect();
    let backlog = backlog(&then, zone, at, BACKLOG_DAYS);
    let grows = backlog.and_then(|backlog| forecast_backlog(&backlog)).and_then(|(_, advice)| advice);
    grows.into_iter().chain(agents_to_coach(&ratings(&then, settings, at))).collect()
}

/// What is open, and the days before. Only days of which everything is known.
fn backlog(then: &[Measured], zone: &TimeZone, at: i64, days: i64) -> Option<Backlog> {
    let local = |second: i64| Timestamp::from_second(second).ok().map(|at| at.to_zoned(zone.clone()).date());
    let end = local(at)?;
    let known = then.iter().map(|measured| measured.facts.created_at.div_euclid(1_000_000)).min()?;
    let first = end.checked_sub(days.days()).ok()?.max(local(known)?.tomorrow().ok()?);
    let mut by_day: BTreeMap<jiff::civil::Date, Day> = BTreeMap::new();
    let mut day = first;
    while day < end {
        by_day.insert(day, Day { arrived: 0, resolved: 0 });
        day = day.tomorrow().ok()?;
    }
    for fact in then.iter().flat_map(|measured| &measured.facts.facts) {
        let Some(day) = local(fact.at.div_euclid(1_000_000)).and_then(|day| by_day.get_mut(&day)) else {
            continue;
        };
        match fact.kind {
            FactKind::Created => day.arrived += 1,
            FactKind::Resolved => day.resolved += 1,
            _ => {}
        }
    }
    let is_open = |measured: &&Measured| measured.facts.status != crate::conversation::Status::Resolved;
    let open = then.iter().filter(is_open).map(|measured| measured.facts.conversation).collect();
    Some(Backlog { open, days: by_day.into_values().collect() })
}

/// What customers gave to each agent.
fn ratings(then: &[Measured], settings: &Settings, at: i64) -> Vec<AgentCases> {
    let since = (at - RATING_DAYS * DAY) * 1_000_000;
    let mut scores: BTreeMap<AgentId, Vec<Score>> = BTreeMap::new();
    for measured in then {
        let answers = measured.facts.of(FactKind::SurveyAnswered).filter(|answer| answer.at >= since);
        for (agent, rating) in answers.filter_map(|answer| Some((answer.agent?, answer.rating?))) {
            let score = Score { conversation: measured.facts.conversation, grade: f64::from(rating) };
            scores.entry(agent).or_default().push(score);
        }
    }
    let cases = |(agent, scores): (AgentId, Vec<Score>)| {
        let name = settings.agents.get(&agent).cloned().unwrap_or_else(|| format!("agent {agent}"));
        AgentCases { agent, name, axis: "rating".to_owned(), scores }
    };
    scores.into_iter().map(cases).collect()
}

/// Whether it is about one person: for leads only.
pub(super) fn compares_people(recommendation: &Recommendation) -> bool {
    recommendation.kind == Kind::Coaching
}

/// A recommendation as it stands in a report.
pub(super) fn advice(recommendation: &Recommendation) -> Advice {
    let title = match recommendation.kind {
        Kind::Staffing => "Change how many are there.",
        Kind::Rule => "Add a rule.",
        Kind::Article => "Write an article.",
        Kind::CannedReply => "Keep a reply for next time.",
        Kind::Coaching => "Look at some conversations with a colleague.",
        Kind::Backlog => "Resolve more, or more and more stays open.",
    };
    let range = recommendation.interval;
    let sure = recommendation.confidence * 100.0;
    let evidence = match recommendation.kind {
        // The range is in the sentence.
        Kind::Backlog | Kind::Staffing => recommendation.sentence.clone(),
        _ => format!(
            "{} ({} to {}, {sure:.0} % sure.)",
            recommendation.sentence,
            said(range.lower, recommendation.unit),
            said(range.upper, recommendation.unit)
        ),
    };
    let ids = recommendation.evidence.iter().take(SHOWN).map(|id| id.0);
    Advice {
        id: recommendation.key.clone(),
        title: title.to_owned(),
        evidence,
        gain: format!("{}.", said(recommendation.gain, recommendation.gain_unit)),
        conversations: ids.collect(),
    }
}

fn said(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{:.0} %", value * 100.0),
        Unit::Agents => format!("{value:.0} agents"),
        Unit::Conversations => format!("{value:.0} conversations"),
        Unit::ConversationsPerWeek => format!("{value:.0} conversations a week"),
        Unit::ConversationsPerDay => format!("{value:.1} conversations a day"),
        Unit::Replies => format!("{value:.0} replies"),
        Unit::Grade => format!("{value:.1} grades"),
        Unit::Days => format!("{value:.0} days"),
    }
}

/// What became of the backlog's advice of two weeks before: it is judged by the days since.
pub(super) fn followed_up(
    measured: &[Measured],
    settings: &Settings,
    zone: &TimeZone,
    at: i64,
) -> Vec<Sentence> {
    // Only the backlog is told by facts alone; whether somebody was talked with, no fact tells.
    let made = |days: i64| recommendations(measured, settings, zone, at - days * DAY);
    let earlier = made(14).into_iter().find(|recommendation| recommendation.kind == Kind::Backlog);
    let one = |recommendation: Recommendation| {
        let days = recommendation.follow_up.after_days;
        let now: Vec<Measured> = measured.iter().filter_map(|measured| then(measured, at)).collect();
        let since = backlog(&now, zone, at, i64::from(days))?;
        let resolved: u32 = since.days.iter().map(|day| day.resolved).sum();
        let before: Vec<Measured> =
            measured.iter().filter_map(|measured| then(measured, at - i64::from(days) * DAY)).collect();
        let earlier = backlog(&before, zone, at - i64::from(days) * DAY, i64::from(days))?;
        let cases = u32::try_from(since.days.len()).unwrap_or(u32::MAX);
        let (forecast, _) = forecast_backlog(&since)?;
        let later = Later {
            // That more is resolved is what was asked for.
            followed: resolved > earlier.days.iter().map(|day| day.resolved).sum(),
            days,
            value: forecast.a_day,
            interval: forecast.interval,
            cases,
        };
        let outcome = follow_up(&recommendation, &later);
        let tone = match outcome.verdict {
            Verdict::CameTrue => Tone::Good,
            Verdict::DidNot => Tone::Bad,
            Verdict::TooEarly | Verdict::NotFollowed => Tone::Plain,
        };
        Some(Sentence {
            tone,
            text: format!("Two weeks before, a growing backlog: {}", outcome.sentence),
            link: None,
        })
    };
    earlier.and_then(one).into_iter().collect()
}
