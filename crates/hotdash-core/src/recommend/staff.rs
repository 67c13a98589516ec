//! More or fewer agents at an hour of the week.

use super::rota::JudgedHour;
use super::{FollowUp, Kind, Recommendation, Unit};
use crate::chance::{Interval, wilson};
use crate::staffing::Target;

const DAYS: [&str; 7] = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

/// Recommend a change where who was there lies outside what the hour needs even in a quiet or a busy week, and where the
/// customers of that hour say so too: more where promises were broken beyond doubt, fewer where they were kept. Largest
/// gain first. Hours of which it is not known who was there are left out.
#[must_use]
pub fn staffing(hours: &[JudgedHour], target: Target) -> Vec<Recommendation> {
    let mut found: Vec<Recommendation> = hours.iter().filter_map(|hour| one(hour, target)).collect();
    let frees = |one: &Recommendation| one.gain_unit == Unit::Agents;
    found.sort_by(|a, b| {
        frees(a).cmp(&frees(b)).then_with(|| b.gain.total_cmp(&a.gain)).then_with(|| a.key.cmp(&b.key))
    });
    found
}

/// Which hour, and the promise, in words.
#[must_use]
pub fn hour_words(weekday: u8, hour: u8) -> String {
    format!("{} {hour:02}:00", DAYS.get(usize::from(weekday)).copied().unwrap_or_default())
}

fn one(judged: &JudgedHour, target: Target) -> Option<Recommendation> {
    let hour = &judged.advice;
    let (there, missing) = (hour.on_duty?, hour.missing()?);
    // Less than one person is a question of breaks, not of a plan.
    if missing.abs() < 1.0 || judged.of == 0 {
        return None;
    }
    let share = judged.kept as f64 / judged.of as f64;
    let is_short = missing > 0.0;
    let shows =
        if is_short { wilson(judged.kept, judged.of).upper < target.share } else { share >= target.share };
    if !shows {
        return None;
    }
    let when = hour_words(hour.weekday, hour.hour);
    let (low, high) = hour.interval;
    let needs = if low == high { format!("{low}") } else { format!("{low}–{high}") };
    let within = within(target);
    let measured = format!("{} of {} were answered {within}", judged.kept, judged.of);
    let reckoned = format!("with {} it would be {:.0} %", agents(hour.agents), hour.served * 100.0);
    let sentence = format!(
        "{when}: {} for {:.1} conversations (range {needs}), {there:.1} were seen answering. {measured}; {reckoned}.",
        agents(hour.agents),
        hour.arrivals,
    );
    let (gain, gain_unit, evidence) = match is_short {
        true => ((hour.arrivals * (hour.served - share)).max(0.0), Unit::ConversationsPerWeek, &judged.late),
        false => (-missing, Unit::Agents, &judged.conversations),
    };
    let (figure, unit, before, expected) = match is_short {
        true => {
            let figure = format!("share of customers answered {within}, {when}");
            (figure, Unit::Share, share, target.share.min(hour.served))
        }
        false => (format!("agents there, {when}"), Unit::Agents, there, f64::from(hour.agents)),
    };
    Some(Recommendation {
        kind: Kind::Staffing,
        key: format!("staffing/{}/{}", hour.weekday, hour.hour),
        sentence,
        number: f64::from(hour.agents),
        unit: Unit::Agents,
        interval: Interval { lower: f64::from(low), upper: f64::from(high) },
        evidence: evidence.clone(),
        gain,
        gain_unit,
        // The interval covers nine of ten weeks and who was there lies outside of it on one side.
        confidence: 0.95,
        follow_up: FollowUp { figure, unit, before, expected, after_days: 28, least_cases: 16 },
    })
}

fn agents(count: u32) -> String {
    if count == 1 { "one agent".to_owned() } else { format!("{count} agents") }
}

fn within(target: Target) -> String {
    let seconds = target.seconds;
    if seconds >= 60.0 && seconds % 60.0 == 0.0 {
        format!("within {:.0} min", seconds / 60.0)
    } else {
        format!("within {seconds:.0} s")
    }
}
