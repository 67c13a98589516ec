//! Whether a recommendation came true.

use super::{Recommendation, Unit};
use crate::chance::Interval;
use serde::{Deserialize, Serialize};

/// The figure of a recommendation, measured later.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Later {
    /// Whether somebody did it (the rule exists, the article was written, the hour was staffed).
    pub followed: bool,
    /// Days since it was done, or since it was made where nobody did it.
    pub days: u32,
    pub value: f64,
    /// 95 % of `value`.
    pub interval: Interval,
    /// Cases behind `value`.
    pub cases: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// At least half of what was expected.
    CameTrue,
    /// Less than half of it, and that is sure enough.
    DidNot,
    /// Not enough days or cases, or still both ways possible.
    TooEarly,
    /// Nobody did it.
    NotFollowed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub verdict: Verdict,
    /// For a person, in English.
    pub sentence: String,
}

/// What became of a recommendation. Half of the expected change is the mark: it came true when the value reached it and
/// its interval leaves "before" behind; it did not when the interval does not reach the mark.
#[must_use]
pub fn follow_up(recommendation: &Recommendation, later: &Later) -> Outcome {
    let plan = &recommendation.follow_up;
    let say = |value: f64| number(value, plan.unit);
    let verdict = judge(recommendation, later);
    let mut figure = plan.figure.clone();
    if let Some(first) = figure.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let values = format!("{figure}: {} before, {} expected", say(plan.before), say(plan.expected));
    let range = format!(
        "{} now ({} to {}, {} cases)",
        say(later.value),
        say(later.interval.lower),
        say(later.interval.upper),
        later.cases
    );
    let sentence = match verdict {
        Verdict::CameTrue => format!("Came true. {values}, {range}."),
        Verdict::DidNot => format!("Did not come true. {values}, {range}."),
        Verdict::NotFollowed => format!("Not followed. {values}, {range}."),
        Verdict::TooEarly => format!(
            "Too early to say after {} of {} days. {values}, {range}.",
            later.days.min(plan.after_days),
            plan.after_days
        ),
    };
    Outcome { verdict, sentence }
}

fn judge(recommendation: &Recommendation, later: &Later) -> Verdict {
    let plan = &recommendation.follow_up;
    if later.days < plan.after_days {
        return Verdict::TooEarly;
    }
    if !later.followed {
        return Verdict::NotFollowed;
    }
    if later.cases < plan.least_cases {
        return Verdict::TooEarly;
    }
    // Turned so that more is better.
    let sign = if plan.expected >= plan.before { 1.0 } else { -1.0 };
    let mark = sign * (plan.before + plan.expected) / 2.0;
    let (value, before) = (sign * later.value, sign * plan.before);
    let ends = (sign * later.interval.lower, sign * later.interval.upper);
    let (worst, best) = (ends.0.min(ends.1), ends.0.max(ends.1));
    if value >= mark && worst > before {
        Verdict::CameTrue
    } else if best < mark {
        Verdict::DidNot
    } else {
        Verdict::TooEarly
    }
}

fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{:.0} %", value * 100.0),
        Unit::Agents | Unit::Conversations | Unit::Replies => format!("{value:.0}"),
        Unit::ConversationsPerWeek | Unit::ConversationsPerDay | Unit::Grade | Unit::Days => {
            format!("{value:.1}")
        }
    }
}
