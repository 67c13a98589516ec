//! The hours of the week as they were: what came, who answered, how long the work took, and what was promised and kept.
//!
//! A desk does not tell who is at work, nor when somebody begins with a conversation; both are read off the answers. Who
//! answered in an hour was there. An answer took from the agent's answer before, or from the customer's message if that
//! came later; half an hour or more is a break, and such an answer took as long as half of the others.

use super::known::{Plan, Then};
use crate::facts::FactKind;
use crate::figures::measured::{Measured, SlaOutcome};
use crate::figures::watched::hour_of;
use crate::ids::{AgentId, ConversationId};
use crate::sla::Kind;
use crate::staffing::{Advice, Handling, HourOfWeek, advise};
use std::collections::{BTreeMap, BTreeSet};

const WEEK: i64 = 168;
const LEAST_WEEKS: i64 = 4;
/// Fewer conversations say nothing about how long the work takes.
const LEAST_HANDLED: usize = 30;
/// Fewer conversations, over all weeks, say nothing about an hour.
const LEAST_ARRIVALS: u32 = 16;
/// After so long a person did something else.
const BREAK: i64 = 30 * 60;
/// What is promised within more than that is not decided by who is there in the hour.
const LONGEST: f64 = 2.0 * 3600.0;

/// An hour of the week with what it needs and what it was like.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedHour {
    pub advice: Advice,
    /// First responses in time, of all whose time is over.
    pub kept: u64,
    pub of: u64,
    /// That came in this hour.
    pub conversations: Vec<ConversationId>,
    /// Those of them that were answered late, or not at all.
    pub late: Vec<ConversationId>,
}

/// What happened in one hour of the week.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// By week.
    arrivals: Vec<u32>,
    there: usize,
    pub(super) kept: u64,
    pub(super) of: u64,
    conversations: Vec<ConversationId>,
    late: Vec<ConversationId>,
}

/// All hours of some weeks, by weekday (0 is Monday) and hour.
pub(super) struct Rota {
    pub(super) weeks: i64,
    pub(super) hours: BTreeMap<(u8, u8), Seen>,
    handling: Result<Handling, usize>,
}

impl Seen {
    /// Who was there, on average.
    pub(super) fn there(&self, weeks: i64) -> f64 {
        self.there as f64 / weeks.max(1) as f64
    }
}

/// The hours that can be judged, Monday's first; or why none can.
pub(super) fn judged(then: &Then<'_>, since: i64) -> Result<Vec<JudgedHour>, String> {
    let plan = then.known.plan.ok_or("nothing is promised for a first response")?;
    if plan.target.seconds > LONGEST {
        return Err(
            "a first response is promised within more than two hours, so it is not decided by who is there \
                    in the hour"
                .to_owned(),
        );
    }
    let rota = rota(then, plan, since).ok_or("nothing is known yet")?;
    if rota.weeks < LEAST_WEEKS {
        return Err(format!("{} whole weeks are known, {LEAST_WEEKS} are needed", rota.weeks));
    }
    let handling = rota.handling.map_err(|count| {
        format!("how long the work takes is known of {count} conversations, {LEAST_HANDLED} are needed")
    })?;
    let judged: Vec<JudgedHour> =
        rota.hours.iter().filter_map(|(place, seen)| judge(*place, seen, &rota, handling, plan)).collect();
    if judged.is_empty() {
        let weeks = rota.weeks;
        return Err(format!(
            "no opening hour of the week had {LEAST_ARRIVALS} conversations in {weeks} weeks"
        ));
    }
    Ok(judged)
}

fn judge(
    (weekday, hour): (u8, u8),
    seen: &Seen,
    rota: &Rota,
    handling: Handling,
    plan: Plan<'_>,
) -> Option<JudgedHour> {
    if seen.arrivals.iter().sum::<u32>() < LEAST_ARRIVALS || seen.of == 0 {
        return None;
    }
    let on_duty = Some(seen.there(rota.weeks));
    let hour = HourOfWeek { weekday, hour, arrivals: seen.arrivals.clone(), on_duty };
    Some(JudgedHour {
        advice: advise(&hour, handling, plan.target)?,
        kept: seen.kept,
        of: seen.of,
        conversations: seen.conversations.clone(),
        late: seen.late.clone(),
    })
}

/// Whole weeks until the last midnight. Of the day on which the first conversation began only a part is known.
pub(super) fn rota(then: &Then<'_>, plan: Plan<'_>, since: i64) -> Option<Rota> {
    let zone = &then.known.zone;
    let midnight = |second: i64| hour_of(second, zone).0.div_euclid(24) * 24;
    let end = midnight(then.at);
    let known = then.measured.iter().map(|measured| measured.facts.created_at.div_euclid(1_000_000)).min()?;
    let first = midnight(since - 1).max(midnight(known)) + 24;
    let weeks = ((end - first) / WEEK).max(0);
    let start = end - weeks * WEEK;
    let mut hours: BTreeMap<(u8, u8), Seen> = BTreeMap::new();
    let place = |micros: i64| {
        let hour = hour_of(micros.div_euclid(1_000_000), zone);
        let is_open = || plan.hours.is_open(jiff::Timestamp::from_microsecond(micros).unwrap_or_default());
        ((start..end).contains(&hour.0) && is_open()).then_some(hour)
    };
    let of_week = |hour: crate::anomaly::LocalHour| {
        let weekday = hour.date().weekday().to_monday_zero_offset();
        (u8::try_from(weekday).unwrap_or(0), u8::try_from(hour.0.rem_euclid(24)).unwrap_or(0))
    };
    let mut answers: Vec<(AgentId, i64, i64, ConversationId)> = Vec::new();
    let mut there: BTreeSet<(i64, AgentId)> = BTreeSet::new();
    for measured in &then.measured {
        let facts = &measured.facts;
        let replies =
            facts.facts.iter().filter(|f| matches!(f.kind, FactKind::FirstResponse | FactKind::ReplyTime));
        for (fact, agent) in replies.filter_map(|fact| Some((fact, fact.agent?))) {
            let Some(hour) = place(fact.at) else { continue };
            answers.push((agent, fact.at, fact.from.unwrap_or(fact.at), measured.id()));
            if there.insert((hour.0, agent)) {
                hours.entry(of_week(hour)).or_default().there += 1;
            }
        }
        // What was closed without a word is nobody's work.
        let Some(hour) = place(facts.created_at).filter(|_| facts.is_answered || measured.is_open()) else {
            continue;
        };
        let seen = hours.entry(of_week(hour)).or_default();
        seen.arrivals.resize(usize::try_from(weeks).unwrap_or(0), 0);
        let week = usize::try_from((hour.0 - start) / WEEK).unwrap_or(0);
        seen.arrivals.iter_mut().skip(week).take(1).for_each(|count| *count += 1);
        seen.conversations.push(measured.id());
        if let Some(kept) = kept(measured, plan.target.seconds, then.at) {
            seen.of += 1;
            seen.kept += u64::from(kept);
            seen.late.extend((!kept).then_some(measured.id()));
        }
    }
    Some(Rota { weeks, hours, handling: handling(answers) })
}

/// Whether the first response came in time; `None` while there is time left. Where no clock ran, by the promise of now.
fn kept(measured: &Measured, seconds: f64, at: i64) -> Option<bool> {
    let clock = measured.sla.iter().find(|fact| fact.kind == Kind::FirstResponse);
    if let Some(clock) = clock {
        return Some(matches!(clock.outcome, SlaOutcome::Met { .. }));
    }
    let answer = measured.facts.of(FactKind::FirstResponse).find_map(|answer| answer.seconds);
    match answer {
        Some(took) => Some(took as f64 <= seconds),
        // Answered before anybody listened.
        None if measured.facts.is_answered => None,
        None => ((at - measured.facts.created_at.div_euclid(1_000_000)) as f64 > seconds).then_some(false),
    }
}

/// Mean work on one conversation; with too few the count of them.
fn handling(mut answers: Vec<(AgentId, i64, i64, ConversationId)>) -> Result<Handling, usize> {
    answers.sort_unstable();
    let mut before: Option<(AgentId, i64)> = None;
    let mut took: Vec<(ConversationId, Option<i64>)> = Vec::new();
    for (agent, at, from, conversation) in answers {
        let last = before.filter(|(other, _)| *other == agent).map_or(i64::MIN, |(_, at)| at);
        let seconds = (at - from.max(last)).max(0) / 1_000_000;
        took.push((conversation, (seconds < BREAK).then_some(seconds)));
        before = Some((agent, at));
    }
    let mut known: Vec<i64> = took.iter().filter_map(|(_, seconds)| *seconds).collect();
    known.sort_unstable();
    let usual = known.get(known.len() / 2).copied().unwrap_or(0);
    let mut by_conversation: BTreeMap<ConversationId, i64> = BTreeMap::new();
    for (conversation, seconds) in took {
        *by_conversation.entry(conversation).or_default() += seconds.unwrap_or(usual);
    }
    if known.len() < LEAST_HANDLED || by_conversation.len() < LEAST_HANDLED {
        return Err(known.len().min(by_conversation.len()));
    }
    let mean = by_conversation.values().sum::<i64>() as f64 / by_conversation.len() as f64;
    // Nobody answers in no time at all; what was typed elsewhere is not seen.
    Ok(Handling { seconds: mean.max(1.0), at_once: 1 })
}
