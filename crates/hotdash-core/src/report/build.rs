//! Making a report: figures as they stood at the end of the period, put into words.

mod advise;
mod alerts;
mod sections;
mod summary;

pub use advise::as_advice;

use super::schedule::{self};
use super::tree::{Kind, Number, Question, Report, Section, Unit};
use super::words;
use crate::anomaly::Alert;
use crate::facts::Settings;
use crate::figures::columns::Columns;
use crate::figures::definition;
use crate::figures::desk::Period;
use crate::figures::measured::Measured;
use crate::figures::product::Question as Asked;
use crate::figures::report::{AnalyticsReport, Group, Reported, generate_analytics_report};
use crate::recommend::{Heard, Plan};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What a report is made of.
#[derive(Debug, Clone)]
pub struct Sources<'a> {
    /// Everything measured; what is of no use for the period is left out here.
    pub measured: &'a [Measured],
    /// Names of inboxes, people and teams.
    pub settings: &'a Settings,
    /// The desk's zone, as it is called in the IANA list.
    pub zone: &'a str,
    /// How the desk's team calls itself.
    pub desk: &'a str,
    /// Where people reach hotdash, without a slash at the end.
    pub home: &'a str,
    /// Where a conversation is on the desk, up to its number.
    pub conversations: &'a str,
    pub beside: Beside<'a>,
}

/// What is told beside figures: what advice is made of, and alerts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    pub heard: &'a [Heard],
    /// `None` where nothing is promised for a first response.
    pub plan: Option<Plan<'a>>,
    pub alerts: &'a [FoundAlert],
}

/// Something that was not as usual, as it was found: what was found of it later is not said, so a report stays the same.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundAlert {
    pub id: String,
    pub alert: Alert,
    /// In seconds since 1970.
    pub found_at: i64,
    pub ended_at: Option<i64>,
}

/// The report of one day, from midnight to midnight in the desk's zone.
///
/// ```
/// use hotdash_core::facts::{ConversationFacts, Settings};
/// use hotdash_core::report::{Beside, Sources};
/// use hotdash_core::{format_report_as_markdown, generate_daily_report};
///
/// // As they are kept by hotdash: one conversation, answered after 90 seconds.
/// let facts: ConversationFacts = serde_json::from_str(r#"{
///     "conversation": 7, "inbox": 1, "channel": "email", "status": "open", "assignee": 2, "team": null,
///     "labels": [], "created_at": 1780300800000000, "waiting_since": null, "is_answered": true,
///     "facts": [
///         {"kind": "created", "at": 1780300800000000},
///         {"kind": "first_response", "at": 1780300890000000, "from": 1780300800000000, "seconds": 90, "agent": 2}
///     ],
///     "unknown": []
/// }"#)?;
/// let sources = Sources {
///     measured: &[facts.into()],
///     settings: &Settings::default(),
///     zone: "Europe/Oslo",
///     desk: "Hot Rodan",
///     home: "https://hotdash.example",
///     conversations: "https://desk.example/app/accounts/1/conversations/",
///     beside: Beside::default(),
/// };
/// let report = generate_daily_report(&sources, "2026-06-01".parse()?);
/// assert_eq!(report.title, "Daily report, Monday 1 June 2026");
/// let text = format_report_as_markdown(&report);
/// assert!(text.contains("| Conversations | [1]("));
/// // The same facts, the same bytes.
/// assert_eq!(generate_daily_report(&sources, "2026-06-01".parse()?), report);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn generate_daily_report(sources: &Sources<'_>, day: Date) -> Report {
    let end = day.tomorrow().unwrap_or(day);
    generate_report(sources, Kind::Daily, between(day, end, &zone_of(sources)))
}

/// The report of the week, Monday to Sunday in the desk's zone, in which the day lies.
///
/// ```
/// use hotdash_core::facts::Settings;
/// use hotdash_core::generate_weekly_report;
/// use hotdash_core::report::{Beside, Sources};
///
/// let settings = Settings::default();
/// let sources = Sources {
///     measured: &[], settings: &settings, zone: "UTC", desk: "Hot Rodan", home: "https://hotdash.example",
///     conversations: "https://desk.example/app/accounts/1/conversations/", beside: Beside::default(),
/// };
/// let report = generate_weekly_report(&sources, "2026-06-04".parse()?);
/// assert_eq!(report.title, "Weekly report, 1 June to 7 June 2026");
/// // Without data a number has a reason instead of a value.
/// let median = report.numbers().into_iter().find(|placed| placed.number.figure == "frt.p50").unwrap();
/// assert_eq!(median.number.value, None);
/// assert_eq!(median.number.reason.as_deref(), Some("nothing of the kind happened"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn generate_weekly_report(sources: &Sources<'_>, day: Date) -> Report {
    let (monday, next) = schedule::week_of(day);
    generate_report(sources, Kind::Weekly, between(monday, next, &zone_of(sources)))
}

/// The report of any period.
#[must_use]
pub fn generate_report(sources: &Sources<'_>, kind: Kind, period: Period) -> Report {
    let analytics = analytics(sources, period);
    write(kind, &analytics, sources)
}

/// Every figure of a period as it stood when the period ended: what happened later changes nothing.
#[must_use]
pub fn analytics(sources: &Sources<'_>, period: Period) -> AnalyticsReport {
    let then: Vec<Measured> =
        sources.measured.iter().filter_map(|measured| measured.as_of(period.until)).collect();
    let columns: Columns = then.iter().collect();
    let end = Timestamp::from_second(period.until).unwrap_or_default();
    generate_analytics_report(&Asked::new(&columns, period, zone_of(sources), end), sources.settings)
}

fn zone_of(sources: &Sources<'_>) -> TimeZone {
    TimeZone::get(sources.zone).unwrap_or(TimeZone::UTC)
}

fn between(first: Date, end: Date, zone: &TimeZone) -> Period {
    let second = |day: Date| day.to_zoned(zone.clone()).map_or(0, |at| at.timestamp().as_second());
    Period { since: second(first), until: second(end) }
}

fn write(kind: Kind, analytics: &AnalyticsReport, sources: &Sources<'_>) -> Report {
    let writer = Writer { analytics, since: analytics.period.since, until: analytics.period.until };
    let advised = advise::advised(kind, sources, writer.until);
    let alerts = alerts::told(sources, &writer);
    let days = words::days(writer.since, writer.until, &zone_of(sources));
    let name = match kind {
        Kind::Daily => "Daily report",
        Kind::Weekly => "Weekly report",
        Kind::Period => "Report",
    };
    let mut sections = vec![summary::summary(&writer, kind)];
    sections.extend(alerts::sections(&alerts));
    sections.extend(sections::all(&writer));
    Report {
        kind,
        title: format!("{name}, {days}"),
        desk: sources.desk.to_owned(),
        since: writer.since,
        until: writer.until,
        zone: sources.zone.to_owned(),
        home: sources.home.to_owned(),
        conversations: sources.conversations.to_owned(),
        said: summary::said(&writer, &alerts.for_all, advised.first()),
        sections: sections
            .into_iter()
            .chain(advised.into_sections())
            .filter(|section: &Section| !section.parts.is_empty())
            .collect(),
    }
}

/// What every section needs.
struct Writer<'a> {
    analytics: &'a AnalyticsReport,
    since: i64,
    until: i64,
}

impl Writer<'_> {
    fn figure(&self, id: &str) -> Option<&Reported> {
        self.analytics.figure(id)
    }

    fn question(&self, figure: &str, slice: &[(&str, &str)]) -> Question {
        let slice = slice.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Question { figure: figure.to_owned(), since: self.since, until: self.until, slice }
    }

    /// A figure of the whole desk.
    fn number(&self, reported: &Reported) -> Number {
        Number {
            figure: reported.id.to_owned(),
            unit: unit(reported.unit),
            value: reported.value,
            reason: reported.reason.map(|reason| reason.words().to_owned()),
            link: reported.value.is_some().then(|| self.question(reported.id, &[])),
        }
    }

    /// A figure of one group.
    fn of_group(&self, group: &Group, dimension: &str, id: &str) -> Number {
        let value = group.figures.get(id).copied().flatten();
        Number {
            figure: id.to_owned(),
            unit: self.figure(id).map_or(Unit::Count, |figure| unit(figure.unit)),
            value,
            reason: None,
            link: value.map(|_| self.question(id, &[(dimension, &group.name)])),
        }
    }
}

fn unit(unit: definition::Unit) -> Unit {
    match unit {
        definition::Unit::Count | definition::Unit::Tokens => Unit::Count,
        definition::Unit::Seconds => Unit::Seconds,
        definition::Unit::Share => Unit::Share,
        definition::Unit::Grade => Unit::Grade,
        definition::Unit::Money => Unit::Money,
    }
}

#[cfg(test)]
mod tests;
