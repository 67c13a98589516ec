//! More or fewer agents at an hour of the week.

use super::{FollowUp, Kind, Recommendation, Unit};
use crate::chance::Interval;
use crate::staffing::{Advice, Target};

const DAYS: [&str; 7] = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

/// Recommend a change where who was there lies outside what the hour needs even in a quiet or a busy week. Largest gap
/// first. Hours of which it is not known who was there are left out.
#[must_use]
pub fn staffing(advice: &[Advice], target: Target) -> Vec<Recommendation> {
    let mut found: Vec<Recommendation> = advice.iter().filter_map(|hour| one(hour, target)).collect();
    found.sort_by(|a, b| b.gain.total_cmp(&a.gain).then_with(|| a.key.cmp(&b.key)));
    found
}

fn one(hour: &Advice, target: Target) -> Option<Recommendation> {
    let (there, missing) = (hour.on_duty?, hour.missing()?);
    // Less than one person is a question of breaks, not of a plan.
    if missing.abs() < 1.0 {
        return None;
    }
    let served = hour.served_before?;
    let day = DAYS.get(usize::from(hour.weekday))?;
    let when = format!("{day} {:02}:00", hour.hour);
    let (low, high) = hour.interval;
    let needs = if low == high { format!("{low}") } else { format!("{low}–{high}") };
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let within = format!("within {:.0} s", target.seconds);
    let sentence = format!(
        "{when}: {} agents for {:.0} chats (range {needs}), {there:.1} were there. {} are reckoned to be answered {within}, {} with {}.",
        hour.agents,
        hour.arrivals,
        percent(served),
        percent(hour.served),
        hour.agents
    );
    let gain = if missing > 0.0 { hour.arrivals * (hour.served - served) } else { 0.0 };
    Some(Recommendation {
        kind: Kind::Staffing,
        key: format!("staffing/{}/{}", hour.weekday, hour.hour),
        sentence,
        number: f64::from(hour.agents),
        unit: Unit::Agents,
        interval: Interval { lower: f64::from(low), upper: f64::from(high) },
        evidence: Vec::new(),
        gain,
        gain_unit: Unit::ConversationsPerWeek,
        // The interval covers nine of ten weeks and who was there lies outside of it on one side.
        confidence: 0.95,
        follow_up: FollowUp {
            figure: format!("share of customers answered {within}, {when}"),
            unit: Unit::Share,
            before: served,
            expected: target.share.min(hour.served),
            after_days: 28,
            least_cases: 20,
        },
    })
}
