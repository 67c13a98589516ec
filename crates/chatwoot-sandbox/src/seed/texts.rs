//! The sample desk's words and proportions, read from the commented data file beside this one.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Deserialize;

/// A language of the sample desk: `en`, `de`, `es` or `fr`.
pub(super) type Language = String;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    pub mix: Mix,
    pub people: BTreeMap<Language, Vec<String>>,
    pub cities: BTreeMap<Language, Vec<String>>,
    pub weekdays: BTreeMap<Language, Vec<String>>,
    pub things: Things,
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
    pub phrases: BTreeMap<Language, Phrases>,
    #[serde(rename = "topic")]
    pub topics: Vec<Topic>,
    #[serde(rename = "open")]
    pub open: Vec<Open>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mix {
    pub settled: usize,
    pub people: BTreeMap<Language, usize>,
    pub languages: BTreeMap<Language, u32>,
    pub channels: BTreeMap<Channel, u32>,
    pub hours: [u32; 24],
    pub weekdays: [u32; 7],
    pub first_answer: BTreeMap<Channel, u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Channel {
    Website,
    Mail,
    App,
    Sms,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Things {
    pub cars: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Part {
    pub price: String,
    #[serde(default)]
    pub high: bool,
    /// Its name by language.
    #[serde(flatten)]
    pub names: BTreeMap<Language, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrases {
    pub hello: Vec<String>,
    pub bye: Vec<String>,
    pub thanks: Vec<String>,
    pub nudge: Vec<String>,
    pub reopen: Vec<String>,
    pub again: Vec<String>,
    pub sign: Vec<String>,
    pub feedback: Vec<String>,
    pub complaint: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Topic {
    pub name: String,
    pub weight: u32,
    pub labels: Vec<String>,
    pub team: Option<String>,
    pub priority: Option<String>,
    #[serde(default)]
    pub happy: bool,
    #[serde(default)]
    pub unhappy: bool,
    /// Nobody answers: an agent just closes it.
    #[serde(default)]
    pub silent: bool,
    /// The subject of an e-mail, by language.
    pub subject: BTreeMap<Language, String>,
    pub notes: Vec<String>,
    #[serde(flatten)]
    pub lines: BTreeMap<Language, Lines>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lines {
    pub open: Vec<String>,
    /// The first message as somebody types it on a phone.
    #[serde(default)]
    pub short: Vec<String>,
    pub reply: Vec<String>,
    /// What the customer asks next, and the answer to each.
    pub ask: Vec<String>,
    pub answer: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Open {
    pub topic: String,
    pub channel: Channel,
    #[serde(default = "english")]
    pub language: Language,
    pub minutes: i64,
    pub state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    New,
    Noted,
    Asked,
    Answered,
    Snoozed,
}

fn english() -> Language {
    "en".to_owned()
}

impl Texts {
    pub(super) fn read() -> anyhow::Result<Self> {
        let texts: Self = toml::from_str(include_str!("texts.toml")).context("src/seed/texts.toml")?;
        for language in texts.mix.languages.keys() {
            let known = texts.people.contains_key(language)
                && texts.cities.contains_key(language)
                && texts.weekdays.contains_key(language)
                && texts.phrases.contains_key(language)
                && texts.mix.people.contains_key(language)
                && texts.parts.iter().all(|part| part.names.contains_key(language));
            anyhow::ensure!(known, "src/seed/texts.toml: something is missing for the language {language:?}");
        }
        for topic in &texts.topics {
            let paired = topic.lines.values().all(|lines| lines.ask.len() == lines.answer.len());
            anyhow::ensure!(
                paired,
                "src/seed/texts.toml: topic {:?} has questions without answers",
                topic.name
            );
        }
        Ok(texts)
    }
}
