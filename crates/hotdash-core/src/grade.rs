//! Grades: how good a draft was, by a named reviewer.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// 1 (unusable) … 5 (perfect).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Grade(u8);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a grade is a whole number from 1 to 5, not {0}")]
pub struct NotAGrade(pub u8);

impl Grade {
    pub fn new(grade: u8) -> Result<Self, NotAGrade> {
        if (1..=5).contains(&grade) { Ok(Self(grade)) } else { Err(NotAGrade(grade)) }
    }

    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Grade {
    type Error = NotAGrade;
    fn try_from(grade: u8) -> Result<Self, NotAGrade> {
        Self::new(grade)
    }
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> Self {
        grade.0
    }
}

/// The three axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grades {
    pub tone: Grade,
    pub accuracy: Grade,
    pub policy: Grade,
}

impl Grades {
    pub fn new(tone: u8, accuracy: u8, policy: u8) -> Result<Self, NotAGrade> {
        Ok(Self { tone: Grade::new(tone)?, accuracy: Grade::new(accuracy)?, policy: Grade::new(policy)? })
    }

    /// Good enough to be an example for later drafts: every axis 4 or 5.
    #[must_use]
    pub fn is_gold(self) -> bool {
        [self.tone, self.accuracy, self.policy].iter().all(|grade| grade.get() >= 4)
    }
}

/// What a reviewer is told about one axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisGuide {
    /// `tone`, `accuracy` or `policy`.
    pub axis: String,
    pub title: String,
    pub question: String,
    /// For the grades 1 to 5, in this order.
    pub meanings: [String; 5],
}

/// The guide for the three axes, in the order in which they are asked.
#[must_use]
pub fn guide() -> &'static [AxisGuide] {
    &GUIDE
}

static GUIDE: LazyLock<Vec<AxisGuide>> = LazyLock::new(|| parse(GUIDE_TEXT).unwrap_or_default());

const GUIDE_TEXT: &str = include_str!("../defaults/grades.toml");

fn parse(text: &str) -> Result<Vec<AxisGuide>, toml::de::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        axis: Vec<AxisGuide>,
    }
    Ok(toml::from_str::<File>(text)?.axis)
}

#[cfg(test)]
mod tests;
