//! The rows that programs get, flat, so that a table can hold them.

use hotdash_core::figures::product::{Key, Value};
use hotdash_core::figures::report::{Issue, Reported};
use serde::Serialize;
use utoipa::ToSchema;

/// A row of an answer.
pub(super) trait Row: Serialize + ToSchema {
    /// As JSON calls all of them.
    const ALL: &'static str;
}

impl Row for FigureRow {
    const ALL: &'static str = "figures";
}

impl Row for GroupRow {
    const ALL: &'static str = "groups";
}

impl Row for ConversationRow {
    const ALL: &'static str = "conversations";
}

impl Row for IssueRow {
    const ALL: &'static str = "issues";
}

impl Row for HourRow {
    const ALL: &'static str = "hours";
}

/// One figure of a period.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FigureRow {
    /// E.g. `frt.p90`; what it means stands in docs/figures.md.
    id: &'static str,
    label: &'static str,
    /// `count`, `seconds`, `share` (0…1), `grade` (1…5), `tokens`, `money`
    #[schema(value_type = String)]
    unit: hotdash_core::figures::definition::Unit,
    /// Which way is better: `up`, `down`, `neither`
    #[schema(value_type = String)]
    good: hotdash_core::figures::definition::Good,
    /// Empty where there is none, with the reason.
    value: Option<f64>,
    /// Why there is no value, e.g. `nothing_happened`, `working_hours_unknown`
    reason: Option<String>,
    /// In the period before, equally long.
    previous: Option<f64>,
    /// A quarter of the comparable earlier periods lies below.
    usual_low: Option<f64>,
    usual_median: Option<f64>,
    /// A quarter lies above.
    usual_high: Option<f64>,
    /// How many earlier periods were compared.
    usual_periods: Option<usize>,
    /// `usual`, `better`, `worse`, `higher`, `lower`
    standing: Option<String>,
    /// What it should be, where the product has a goal.
    goal: Option<f64>,
}

/// As it is written in JSON, without the quotes.
fn word(value: impl Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

impl From<&Reported> for FigureRow {
    fn from(figure: &Reported) -> Self {
        Self {
            id: figure.id,
            label: figure.label,
            unit: figure.unit,
            good: figure.good,
            value: figure.value,
            reason: figure.reason.and_then(word),
            previous: figure.previous,
            usual_low: figure.usual.map(|usual| usual.low),
            usual_median: figure.usual.map(|usual| usual.median),
            usual_high: figure.usual.map(|usual| usual.high),
            usual_periods: figure.usual.map(|usual| usual.periods),
            standing: figure.standing.and_then(word),
            goal: figure.goal,
        }
    }
}

/// One figure of one group.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupRow {
    /// As it stands in addresses: a number, a name, an hour, a day.
    key: String,
    label: String,
    value: Option<f64>,
    reason: Option<String>,
}

impl GroupRow {
    pub(super) fn of(key: &Key, label: String, value: Value) -> Self {
        Self { key: key.to_string(), label, value: value.ok(), reason: value.err().and_then(word) }
    }
}

/// A conversation behind a figure.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConversationRow {
    pub(super) conversation: i64,
    /// Where it is on the desk.
    pub(super) url: String,
}

/// What customers write about.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IssueRow {
    name: String,
    /// Conversations in which it was first seen in the period.
    count: usize,
    /// Of the conversations in which any category was, 0…1.
    share: f64,
    /// In the period before.
    previous: usize,
    /// Against the period before: 0.5 is half more.
    growth: Option<f64>,
    usual_low: Option<f64>,
    usual_median: Option<f64>,
    usual_high: Option<f64>,
    standing: Option<String>,
    /// Numbers of some of its conversations, the newest first, with spaces between.
    examples: String,
}

impl From<&Issue> for IssueRow {
    fn from(issue: &Issue) -> Self {
        let examples: Vec<String> = issue.examples.iter().map(ToString::to_string).collect();
        Self {
            name: issue.name.clone(),
            count: issue.count,
            share: issue.share,
            previous: issue.previous,
            growth: issue.growth,
            usual_low: issue.usual.map(|usual| usual.low),
            usual_median: issue.usual.map(|usual| usual.median),
            usual_high: issue.usual.map(|usual| usual.high),
            standing: issue.standing.and_then(word),
            examples: examples.join(" "),
        }
    }
}

/// Conversations that began in an hour of a weekday.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HourRow {
    /// 1 is Monday.
    pub(super) weekday: usize,
    /// 0…23 in the desk's zone.
    pub(super) hour: usize,
    pub(super) conversations: usize,
}
