//! Every figure that is one number: its id, its words, its unit, which way is good, and what it is made of.
//!
//! The id is what the API, reports and pages call it: the section, a dot, and what is meant of it. What a figure means is
//! told once, in [`super::CATALOGUE`] and `docs/figures.md`, under the name that `entry` has.

mod list;

pub use list::SECTIONS;

use crate::facts::FactKind;
use crate::sla::Kind;
use serde::Serialize;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Count,
    Seconds,
    /// 0…1
    Share,
    /// 1…5
    Grade,
    Tokens,
    /// In the currency of the prices in the settings.
    Money,
}

/// Which way a figure should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Good {
    Up,
    Down,
    /// It tells what happened, not how well.
    Neither,
}

/// One number of a spread of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stat {
    Count,
    Mean,
    Min,
    P50,
    P75,
    P90,
    P95,
    P99,
    Max,
}

/// Of all clocks of a kind (`None`: of every kind).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlaPart {
    Compliance,
    Met,
    Breached,
    Running,
}

/// Of the answers to surveys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsatPart {
    Answers,
    Mean,
    Positive,
    Negative,
    ResponseRate,
}

/// Of the drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftPart {
    Ready,
    ReadyTime(Stat),
    Decided,
    Approved,
    Edited,
    Rejected,
    Superseded,
    EditDistance,
    Tone,
    Accuracy,
    Policy,
    Findings,
    Blocked,
    Tokens,
    Cost,
    CostMean,
}

/// What a figure is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Count(FactKind),
    Reopened,
    /// Of spans that ended.
    Time(FactKind, Stat),
    /// Of spans of that kind that have not ended.
    Waiting(FactKind, Stat),
    /// The sum of turns.
    Turn(FactKind),
    Sla(Option<Kind>, SlaPart),
    Csat(CsatPart),
    Draft(DraftPart),
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Definition {
    pub id: &'static str,
    pub label: &'static str,
    pub unit: Unit,
    pub good: Good,
    /// Its name in the catalogue, where its formula stands.
    pub entry: &'static str,
    pub of: Of,
    /// What it should be, where the product has a goal.
    pub goal: Option<f64>,
}

impl Definition {
    /// The figure of that id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        Self::all().find(|figure| figure.id == id)
    }

    /// Every figure, section by section.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        SECTIONS.iter().flat_map(|(_, figures)| figures.iter())
    }

    /// The id without its section, as the section's own list calls it.
    #[must_use]
    pub fn short(&self) -> &'static str {
        self.id.split_once('.').map_or(self.id, |(_, short)| short)
    }

    /// Whether it tells how things stand now, whatever the period: nothing earlier can be compared with it.
    #[must_use]
    pub fn is_of_the_moment(&self) -> bool {
        matches!(self.of, Of::Waiting(..) | Of::Sla(_, SlaPart::Running))
    }

    /// Whether it depends on the clock: working time or the clock on the wall.
    #[must_use]
    pub fn has_clock(&self) -> bool {
        matches!(self.of, Of::Time(_, stat) if stat != Stat::Count) || matches!(self.of, Of::Turn(_))
    }
}
