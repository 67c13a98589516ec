//! Making a report: figures as they stood at the end of the period, put into words.

mod advise;
mod sections;
mod summary;

use super::schedule::{self};
use super::tree::{Advice, Kind, Number, Question, Report, Section, Unit};
use super::words;
use crate::facts::{Settings, as_of};
use crate::figures::columns::Columns;
use crate::figures::definition;
use crate::figures::desk::Period;
use crate::figures::measured::{DraftFact, Measured, SlaFact, SlaOutcome};
use crate::figures::product::Question as Asked;
use crate::figures::report::{AnalyticsReport, Group, Reported, generate_analytics_report};
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
}

/// The report of one day, from midnight to midnight in the desk's zone.
///
/// ```
/// use hotdash_core::facts::{ConversationFacts, Settings};
/// use hotdash_core::report::Sources;
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
/// use hotdash_core::report::Sources;
///
/// let settings = Settings::default();
/// let sources = Sources {
///     measured: &[], settings: &settings, zone: "UTC", desk: "Hot Rodan", home: "https://hotdash.example",
///     conversations: "https://desk.example/app/accounts/1/conversations/",
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
        sources.measured.iter().filter_map(|measured| then(measured, period.until)).collect();
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

/// A conversation as it was measured until an instant (seconds since 1970).
fn then(now: &Measured, until: i64) -> Option<Measured> {
    let micros = until.saturating_mul(1_000_000);
    let before = |at: i64| at < micros;
    let sla = |fact: &SlaFact| match fact.outcome {
        SlaOutcome::Met { at } | SlaOutcome::Breached { at } => before(at),
        SlaOutcome::Open { due } => due.is_some_and(before),
    };
    let draft = |draft: &DraftFact| DraftFact {
        ready_at: draft.ready_at.filter(|at| before(*at)),
        ended: draft.ended.filter(|(_, at)| before(*at)),
        ..draft.clone()
    };
    Some(Measured {
        facts: as_of(&now.facts, micros)?,
        categories: now.categories.iter().filter(|seen| before(seen.at)).cloned().collect(),
        // A promise that was not over then is no part of a report: which were running then is not kept.
        sla: now.sla.iter().filter(|fact| sla(fact)).copied().collect(),
        drafts: now.drafts.iter().filter(|draft| before(draft.created_at)).map(draft).collect(),
    })
}

fn write(kind: Kind, analytics: &AnalyticsReport, sources: &Sources<'_>) -> Report {
    let writer = Writer { analytics, since: analytics.period.since, until: analytics.period.until };
    let (measured, settings, zone) = (sources.measured, sources.settings, zone_of(sources));
    let advised = advise::recommendations(measured, settings, &zone, writer.until);
    let (of_people, advised): (Vec<_>, Vec<_>) = advised.into_iter().partition(advise::compares_people);
    let advice: Vec<Advice> = advised.iter().map(advise::advice).collect();
    let of_people: Vec<Advice> = of_people.iter().map(advise::advice).collect();
    let followed = match kind {
        // Every day the same would be said of the same two weeks.
        Kind::Daily => Vec::new(),
        Kind::Weekly | Kind::Period => advise::followed_up(measured, settings, &zone, writer.until),
    };
    let days = words::days(writer.since, writer.until, &zone_of(sources));
    let name = match kind {
        Kind::Daily => "Daily report",
        Kind::Weekly => "Weekly report",
        Kind::Period => "Report",
    };
    let mut sections = vec![summary::summary(&writer, kind)];
    sections.extend(sections::all(&writer));
    sections.extend(sections::advice(&advice, &of_people, followed));
    Report {
        kind,
        title: format!("{name}, {days}"),
        desk: sources.desk.to_owned(),
        since: writer.since,
        until: writer.until,
        zone: sources.zone.to_owned(),
        home: sources.home.to_owned(),
        conversations: sources.conversations.to_owned(),
        said: summary::said(&writer, &advice),
        sections: sections.into_iter().filter(|section: &Section| !section.parts.is_empty()).collect(),
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
