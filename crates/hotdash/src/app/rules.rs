//! The rules of a desk in their layers: shipped, then the team's files, then what people edited in hotdash.

use super::StartError;
use crate::config::DeskConfig;
use hotdash_core::hours::{Hours, HoursError};
use hotdash_core::rulebook::{Problem, Rulebook, SHIPPED};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the edited layer is called in problems.
pub const EDITED: &str = "edited rules";

/// Rule files as (name, text), the later before the earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers(Vec<(String, String)>);

/// The hours a decision was made by, ready to be read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursText {
    /// TOML; `None` = the shipped hours in the zone.
    pub text: Option<String>,
    pub zone: String,
}

/// Rules that decide, or that are to.
#[derive(Debug)]
pub struct Rules {
    pub rulebook: Rulebook,
    pub layers: Layers,
}

impl Layers {
    /// The shipped rules and the team's files.
    #[must_use]
    pub fn of(settings: &DeskConfig) -> Self {
        let mut files = vec![(SHIPPED.0.to_owned(), SHIPPED.1.to_owned())];
        files.extend(settings.rules.iter().cloned());
        Self(files)
    }

    /// These files on top of the shipped rules.
    #[must_use]
    pub fn of_files(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let shipped = (SHIPPED.0.to_owned(), SHIPPED.1.to_owned());
        Self(std::iter::once(shipped).chain(files).collect())
    }

    /// With the edited layer on top; an empty one changes nothing.
    #[must_use]
    pub fn with(&self, edited: &str) -> Self {
        let mut files = self.0.clone();
        if !edited.trim().is_empty() {
            files.push((EDITED.to_owned(), edited.to_owned()));
        }
        Self(files)
    }

    /// The files as (name, text).
    #[must_use]
    pub fn files(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
    }

    /// All layers as one rulebook, as they were kept: which intents a model told then is not known any more.
    ///
    /// # Errors
    /// Everything else that is wrong with them.
    pub fn parse(self) -> Result<Rules, Vec<Problem>> {
        self.read(None)
    }

    /// All layers as one rulebook that is to decide where a model tells these intents beside the five.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn checked(self, intents: &[String]) -> Result<Rules, Vec<Problem>> {
        self.read(Some(intents))
    }

    fn read(self, intents: Option<&[String]>) -> Result<Rules, Vec<Problem>> {
        let (rulebook, problems) = Rulebook::parse_with(&self.files(), intents);
        if problems.is_empty() { Ok(Rules { rulebook, layers: self }) } else { Err(problems) }
    }
}

impl HoursText {
    /// The hours of these settings.
    #[must_use]
    pub fn of(settings: &DeskConfig) -> Self {
        Self { text: settings.hours.clone(), zone: settings.timezone.clone() }
    }

    /// The hours it tells.
    ///
    /// # Errors
    /// [`HoursError`] names what is wrong.
    pub fn read(&self) -> Result<Hours, HoursError> {
        match &self.text {
            Some(text) => Hours::parse(text),
            None => Hours::shipped().in_zone(&self.zone),
        }
    }

    /// Twelve hex digits that change whenever the hours change.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(self.zone.as_bytes());
        digest.update([0]);
        digest.update(self.text.as_deref().unwrap_or_default().as_bytes());
        hex::encode(digest.finalize()).chars().take(12).collect()
    }
}

/// The rules that a desk starts with.
pub(super) fn at_start(
    settings: &DeskConfig,
    version: i64,
    edited: &str,
    intents: &[String],
) -> Result<Rules, StartError> {
    let layers = Layers::of(settings);
    let told = |problems: Vec<Problem>| problems.iter().map(ToString::to_string).collect();
    // The files by themselves first, so that the message blames the right layer.
    let files = layers.clone().checked(intents);
    let files = files.map_err(|problems| StartError::Rules { problems: told(problems) })?;
    if edited.trim().is_empty() {
        return Ok(files);
    }
    let all = layers.with(edited).checked(intents);
    all.map_err(|problems| StartError::EditedRules { version, problems: told(problems) })
}
