//! Agents who might like help: one figure clearly below that of colleagues, with enough cases.

use super::{FollowUp, Kind, Recommendation, SURE, Unit};
use crate::chance::{Interval, holm};
use crate::ids::{AgentId, ConversationId};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// One graded or rated conversation: 1…5, more is better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    pub conversation: ConversationId,
    pub grade: f64,
}

/// All cases of one agent on one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentCases {
    pub agent: AgentId,
    pub name: String,
    /// "tone", "accuracy", "policy", "rating".
    pub axis: String,
    pub scores: Vec<Score>,
}

/// Fewer cases say nothing about a person.
const LEAST: usize = 20;

/// A smaller difference does not matter, however sure it is.
const LEAST_DIFFERENCE: f64 = 0.3;

/// Agents to talk with: whose mean lies below the mean of all colleagues on the same axis by at least 0.3 grades, with at
/// least 20 cases of their own, and beyond chance (Welch's t-test, one-sided, corrected by Holm for all agents and axes
/// that were compared). Only for leads. A figure is a reason to look at conversations together, not a verdict.
#[must_use]
pub fn agents_to_coach(cases: &[AgentCases]) -> Vec<Recommendation> {
    let compared: Vec<(&AgentCases, Comparison)> =
        cases.iter().filter_map(|own| Some((own, compare(own, cases)?))).collect();
    let chances: Vec<f64> = compared.iter().map(|(_, comparison)| comparison.p).collect();
    let mut found: Vec<Recommendation> = compared
        .iter()
        .zip(holm(&chances))
        .filter(|((_, comparison), p)| *p < SURE && comparison.difference <= -LEAST_DIFFERENCE)
        .map(|((own, comparison), p)| one(own, comparison, p))
        .collect();
    found.sort_by(|a, b| a.number.total_cmp(&b.number).then_with(|| a.key.cmp(&b.key)));
    found
}

struct Comparison {
    mean: f64,
    others: f64,
    /// Own mean − colleagues' mean.
    difference: f64,
    interval: Interval,
    p: f64,
}

fn compare(own: &AgentCases, all: &[AgentCases]) -> Option<Comparison> {
    let mine: Vec<f64> = own.scores.iter().map(|score| score.grade).collect();
    let theirs: Vec<f64> = all
        .iter()
        .filter(|other| other.axis == own.axis && other.agent != own.agent)
        .flat_map(|other| other.scores.iter().map(|score| score.grade))
        .collect();
    if mine.len() < LEAST || theirs.len() < LEAST {
        return None;
    }
    let (mean, error) = mean_and_error(&mine);
    let (others, other_error) = mean_and_error(&theirs);
    // Where everybody always gets the same grade there is no error to divide by; a thousandth stands for it.
    let squared = (error + other_error).max(1e-6);
    let (n, m) = (mine.len() as f64 - 1.0, theirs.len() as f64 - 1.0);
    let freedom = (squared * squared / (error * error / n + other_error * other_error / m).max(1e-12))
        .clamp(1.0, n + m);
    let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
    let difference = mean - others;
    let reach = student.inverse_cdf(0.975) * squared.sqrt();
    let interval = Interval { lower: difference - reach, upper: difference + reach };
    Some(Comparison { mean, others, difference, interval, p: student.cdf(difference / squared.sqrt()) })
}

/// The mean, and the variance of the mean.
fn mean_and_error(grades: &[f64]) -> (f64, f64) {
    let n = grades.len() as f64;
    let mean = grades.iter().sum::<f64>() / n;
    let variance = grades.iter().map(|grade| (grade - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, variance / n)
}

fn one(own: &AgentCases, comparison: &Comparison, p: f64) -> Recommendation {
    let (name, axis, n) = (&own.name, &own.axis, own.scores.len());
    let mut low: Vec<&Score> = own.scores.iter().collect();
    low.sort_by(|a, b| a.grade.total_cmp(&b.grade).then(a.conversation.cmp(&b.conversation)));
    Recommendation {
        kind: Kind::Coaching,
        key: format!("coaching/{}/{axis}", own.agent),
        sentence: format!(
            "Look at some conversations together with {name}: {axis} is {:.1} on average over {n} cases, {:.1} among \
             colleagues. Easier or harder cases may be the reason.",
            comparison.mean, comparison.others
        ),
        number: comparison.difference,
        unit: Unit::Grade,
        interval: comparison.interval,
        evidence: low.iter().take(10).map(|score| score.conversation).collect(),
        // Half way to the colleagues is what one may hope for.
        gain: -comparison.difference / 2.0,
        gain_unit: Unit::Grade,
        confidence: 1.0 - p,
        follow_up: FollowUp {
            figure: format!("mean {axis} of {name}"),
            unit: Unit::Grade,
            before: comparison.mean,
            expected: comparison.mean - comparison.difference / 2.0,
            after_days: 42,
            least_cases: LEAST as u32,
        },
    }
}
