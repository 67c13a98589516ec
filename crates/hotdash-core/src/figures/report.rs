//! The full report of a period: every figure with the one before and what is usual, group by group, and what it is about.
//!
//! A report has no lists of conversations: behind each number there may be all of them. Whoever wants those of one asks
//! [`super::product::Answers::conversations`] with the figure's id and the group's slice.

use super::definition::{Definition, Good, SECTIONS, Unit};
use super::desk::Period;
use super::product::{Answers, Clock, DISTRIBUTION, Dimension, Key, Question, Reason, Totals};
use super::usual::{Standing, UsualRange, comparable, previous};
use crate::facts::Settings;
use crate::ids::ConversationId;
use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// How many example conversations an issue names.
const EXAMPLES: usize = 5;

/// One figure as reported.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reported {
    pub id: &'static str,
    pub label: &'static str,
    pub unit: Unit,
    /// Which way is better.
    pub good: Good,
    pub value: Option<f64>,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// In the period before, equally long.
    pub previous: Option<f64>,
    /// In the same stretch of earlier weeks.
    pub usual: Option<UsualRange>,
    /// Why nothing is called usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual_reason: Option<Reason>,
    /// Where the value stands to what is usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// What it should be, where the product has a goal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<f64>,
}

/// The figures of a section; as JSON an object by their ids without the section's name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section(pub Vec<Reported>);

impl Serialize for Section {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for figure in &self.0 {
            let short = figure.id.split_once('.').map_or(figure.id, |(_, short)| short);
            map.serialize_entry(short, figure)?;
        }
        map.end()
    }
}

/// The figures of one group: of an inbox, an agent, an hour …
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    #[serde(skip)]
    pub key: Key,
    /// The key as it stands in addresses.
    #[serde(rename = "key")]
    pub name: String,
    /// As people call it.
    pub label: String,
    /// By id; `null` where there is none.
    pub figures: BTreeMap<&'static str, Option<f64>>,
}

/// What customers write about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Issue {
    /// The category.
    pub name: String,
    /// In how many conversations it was first seen in the period.
    pub count: usize,
    /// Of the conversations in which any category was, 0…1.
    pub share: f64,
    pub previous: usize,
    /// Change against the period before: 0.5 is half more; `None` where there was none before.
    pub growth: Option<f64>,
    pub usual: Option<UsualRange>,
    /// Against what is usual; more is neither good nor bad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// The newest few of its conversations.
    pub examples: Vec<ConversationId>,
}

/// Of when the figures are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Covers {
    /// Seconds since 1970, the end excluded.
    pub since: i64,
    pub until: i64,
    /// Its name in the IANA list, where it has one.
    pub zone: String,
    pub clock: Clock,
    /// Until when open ones wait.
    pub now: Timestamp,
    /// With how many earlier periods the figures are compared.
    pub compared_with: usize,
}

/// How long first responses took, by classes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distribution {
    /// The upper ends in seconds, included in none but the class above; the last class has no end.
    pub ends: [i64; 8],
    pub counts: [usize; 9],
}

/// The full report; see the module.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnalyticsReport {
    pub period: Covers,
    pub overview: Section,
    pub frt: Section,
    pub reply: Section,
    pub resolution: Section,
    pub turns: Section,
    pub sla: Section,
    pub csat: Section,
    pub drafts: Section,
    /// How many gave 1, 2, … 5.
    pub ratings: [usize; 5],
    pub first_responses: Distribution,
    /// Conversations that began, by weekday (Monday first) and hour.
    pub peak_hours: [[usize; 24]; 7],
    pub issues: Vec<Issue>,
    pub inboxes: Vec<Group>,
    pub channels: Vec<Group>,
    pub teams: Vec<Group>,
    /// Only for leads; see [`AnalyticsReport::without_people`].
    pub agents: Vec<Group>,
    pub labels: Vec<Group>,
    pub categories: Vec<Group>,
    pub hours: Vec<Group>,
    pub days: Vec<Group>,
}

/// The full report of a question's period and slice.
///
/// `settings` gives people, inboxes and teams their names. Nothing is read but the arguments: the same ones always give
/// the same report.
///
/// ```
/// use hotdash_core::facts::{ConversationFacts, Settings};
/// use hotdash_core::figures::columns::Columns;
/// use hotdash_core::figures::desk::Period;
/// use hotdash_core::figures::product::Question;
/// use hotdash_core::generate_analytics_report;
/// use jiff::tz::TimeZone;
///
/// // As they are kept by hotdash: one conversation, answered after 90 seconds.
/// let facts: ConversationFacts = serde_json::from_str(r#"{
///     "conversation": 7, "inbox": 1, "channel": "email", "status": "open", "assignee": 2, "team": null,
///     "labels": ["orders"], "created_at": 1780300800000000, "waiting_since": null, "is_answered": true,
///     "facts": [
///         {"kind": "created", "at": 1780300800000000},
///         {"kind": "first_response", "at": 1780300890000000, "from": 1780300800000000, "seconds": 90, "agent": 2}
///     ],
///     "unknown": []
/// }"#)?;
/// let mut columns = Columns::new();
/// columns.put(&facts.into());
///
/// let day = Period { since: 1_780_272_000, until: 1_780_358_400 };
/// let question = Question::new(&columns, day, TimeZone::UTC, "2026-06-02T00:00:00Z".parse()?);
/// let report = generate_analytics_report(&question, &Settings::default());
///
/// assert_eq!(report.figure("overview.conversations").and_then(|figure| figure.value), Some(1.0));
/// assert_eq!(report.figure("frt.p50").and_then(|figure| figure.value), Some(90.0));
/// // Without data there is a reason instead of a number.
/// assert_eq!(report.figure("csat.positive").and_then(|figure| figure.value), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn generate_analytics_report(question: &Question<'_>, settings: &Settings) -> AnalyticsReport {
    let answers = question.answers();
    let known = question.columns.known_since();
    let before = question.over(previous(question.period, &question.zone)).answers();
    let earlier = comparable(question.period, &question.zone, known);
    let earlier: Vec<_> = earlier.into_iter().map(|period| question.over(period).answers()).collect();
    let sections = |name: &str| section(name, &answers, &before, &earlier);
    let by = |dimension| groups(&answers, dimension, settings);
    AnalyticsReport {
        overview: sections("overview"),
        frt: sections("frt"),
        reply: sections("reply"),
        resolution: sections("resolution"),
        turns: sections("turns"),
        sla: sections("sla"),
        csat: sections("csat"),
        drafts: sections("drafts"),
        ratings: answers.whole().ratings(),
        first_responses: Distribution { ends: DISTRIBUTION, counts: answers.distribution() },
        peak_hours: answers.peak_hours(),
        issues: issues(&answers, &before, &earlier),
        inboxes: by(Dimension::Inbox),
        channels: by(Dimension::Channel),
        teams: by(Dimension::Team),
        agents: by(Dimension::Agent),
        labels: by(Dimension::Label),
        categories: by(Dimension::Category),
        hours: by(Dimension::Hour),
        days: by(Dimension::Day),
        period: covers(question, earlier.len()),
    }
}

impl AnalyticsReport {
    /// Every figure of every section.
    pub fn figures(&self) -> impl Iterator<Item = &Reported> {
        let sections = [
            &self.overview,
            &self.frt,
            &self.reply,
            &self.resolution,
            &self.turns,
            &self.sla,
            &self.csat,
            &self.drafts,
        ];
        sections.into_iter().flat_map(|section| section.0.iter())
    }

    /// The figure of that id.
    #[must_use]
    pub fn figure(&self, id: &str) -> Option<&Reported> {
        self.figures().find(|figure| figure.id == id)
    }

    /// The groups of a dimension.
    #[must_use]
    pub fn groups(&self, dimension: Dimension) -> &[Group] {
        match dimension {
            Dimension::Inbox => &self.inboxes,
            Dimension::Channel => &self.channels,
            Dimension::Team => &self.teams,
            Dimension::Agent => &self.agents,
            Dimension::Label => &self.labels,
            Dimension::Category => &self.categories,
            Dimension::Hour => &self.hours,
            Dimension::Day => &self.days,
        }
    }

    /// The same without what compares people: that is for leads.
    #[must_use]
    pub fn without_people(mut self) -> Self {
        self.agents.clear();
        self
    }
}

fn covers(question: &Question<'_>, compared_with: usize) -> Covers {
    let Period { since, until } = question.period;
    let zone = question.zone.iana_name().unwrap_or("UTC").to_owned();
    Covers { since, until, zone, clock: question.clock, now: question.now, compared_with }
}

fn section(name: &str, answers: &Answers<'_>, before: &Answers<'_>, earlier: &[Answers<'_>]) -> Section {
    let figures =
        SECTIONS.iter().find(|(section, _)| *section == name).map_or(&[][..], |(_, figures)| *figures);
    Section(figures.iter().map(|figure| report_figure(figure, answers, before, earlier)).collect())
}

/// One figure with the period before and what is usual.
#[must_use]
pub fn report_figure(
    figure: &Definition,
    answers: &Answers<'_>,
    before: &Answers<'_>,
    earlier: &[Answers<'_>],
) -> Reported {
    let value = answers.whole().value(figure.of);
    // How many are open is known of this moment only: no earlier one can be compared with it.
    let (previous, usual) = match figure.is_of_the_moment() {
        true => (None, Err(Reason::OnlyNow)),
        false => (
            before.whole().value(figure.of).ok(),
            UsualRange::of(earlier.iter().map(|answers| answers.whole().value(figure.of))),
        ),
    };
    let standing = value.ok().zip(usual.ok()).map(|(value, usual)| usual.standing(value, figure.good));
    Reported {
        id: figure.id,
        label: figure.label,
        unit: figure.unit,
        good: figure.good,
        value: value.ok(),
        reason: value.err(),
        previous,
        usual: usual.ok(),
        usual_reason: usual.err(),
        standing,
        goal: figure.goal,
    }
}

fn groups(answers: &Answers<'_>, dimension: Dimension, settings: &Settings) -> Vec<Group> {
    let one = |(key, totals): (Key, Totals)| {
        let figures = Definition::all().map(|figure| (figure.id, totals.value(figure.of).ok()));
        let (name, label) = (key.to_string(), label(&key, settings));
        Group { figures: figures.collect(), name, label, key }
    };
    answers.by(dimension).into_iter().map(one).collect()
}

/// As people call a group.
#[must_use]
pub fn label(key: &Key, settings: &Settings) -> String {
    let named = |name: Option<&String>, kind: &str| match name {
        Some(name) if !name.is_empty() => name.clone(),
        _ => format!("{kind} {key}"),
    };
    match key {
        Key::Inbox(id) => named(settings.inboxes.get(id).map(|inbox| &inbox.name), "inbox"),
        Key::Team(id) => named(settings.teams.get(id), "team"),
        Key::Agent(id) => named(settings.agents.get(id), "agent"),
        Key::Hour(hour) => format!("{hour:02}:00"),
        Key::Channel(_) | Key::Label(_) | Key::Category(_) | Key::Day(_) => key.to_string(),
    }
}

/// The categories of the period, the most frequent first.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn issues(answers: &Answers<'_>, before: &Answers<'_>, earlier: &[Answers<'_>]) -> Vec<Issue> {
    let counts =
        |answers: &Answers<'_>| -> BTreeMap<String, usize> { answers.categories().0.into_iter().collect() };
    let (now, any) = answers.categories();
    let before = counts(before);
    let earlier: Vec<_> = earlier.iter().map(counts).collect();
    let one = |(name, count): (String, usize)| {
        let previous = before.get(&name).copied().unwrap_or(0);
        let of = |counts: &BTreeMap<String, usize>| Ok(counts.get(&name).copied().unwrap_or(0) as f64);
        let usual = UsualRange::of(earlier.iter().map(of)).ok();
        let growth = (previous > 0).then(|| count as f64 / previous as f64 - 1.0);
        let mut examples = answers.conversations_of_category(&name);
        examples.reverse();
        examples.truncate(EXAMPLES);
        Issue {
            share: count as f64 / any.max(1) as f64,
            standing: usual.map(|usual| usual.standing(count as f64, Good::Neither)),
            name,
            count,
            previous,
            growth,
            usual,
            examples,
        }
    };
    let mut issues: Vec<_> = now.into_iter().map(one).collect();
    issues.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    issues
}
