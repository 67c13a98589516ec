//! What was not as usual in a report's period, as it was found then.

use super::sections::section;
use super::{FoundAlert, Sources, Writer, zone_of};
use crate::anomaly::{Direction, Kind};
use crate::figures::watched::hour_of;
use crate::report::tree::{Advice, Part, Section};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// More conversations than this nobody opens from a report.
const SHOWN: usize = 8;

pub(super) struct Told {
    pub(super) for_all: Vec<Advice>,
    of_people: Vec<Advice>,
}

/// What was found by looking at an hour of the period, or before and was not over when it began.
pub(super) fn told(sources: &Sources<'_>, writer: &Writer<'_>) -> Told {
    let zone = zone_of(sources);
    let end = hour_of(writer.until - 1, &zone);
    let is_within = |found: &&FoundAlert| {
        found.alert.until <= end
            && (found.alert.until >= hour_of(writer.since, &zone)
                || found.ended_at.is_none_or(|ended| ended >= writer.since))
    };
    let within = sources.beside.alerts.iter().filter(is_within);
    let (of_people, for_all): (Vec<_>, Vec<_>) = within.partition(|found| found.alert.kind == Kind::Agent);
    let list = |found: Vec<&FoundAlert>| found.into_iter().map(|one| told_of(one, writer, &zone)).collect();
    Told { for_all: list(for_all), of_people: list(of_people) }
}

fn told_of(found: &FoundAlert, writer: &Writer<'_>, zone: &TimeZone) -> Advice {
    let alert = &found.alert;
    let way = match alert.direction {
        Direction::Above => "more than usual",
        Direction::Below => "less than usual",
    };
    let at = |second: i64| {
        let at = Timestamp::from_second(second).unwrap_or_default().to_zoned(zone.clone());
        at.strftime("%-d %B %H:%M").to_string()
    };
    let end = match found.ended_at.filter(|ended| *ended < writer.until) {
        Some(ended) => format!("as usual again since {}", at(ended)),
        None => "not over at the end".to_owned(),
    };
    let page = format!("/dashboard/alerts/{}", found.id);
    Advice {
        id: found.id.clone(),
        title: format!("{}: {way}.", alert.series),
        evidence: format!("{}. Found {}, {end}.", alert.sentence.trim_end_matches('.'), at(found.found_at)),
        gain: None,
        conversations: alert.conversations.iter().rev().take(SHOWN).map(|id| id.0).collect(),
        page: (alert.conversations.len() > SHOWN).then_some(page),
    }
}

pub(super) fn sections(told: &Told) -> Vec<Section> {
    let parts = |all: &[Advice]| if all.is_empty() { Vec::new() } else { vec![Part::Advice(all.to_vec())] };
    let people = section("alerts_of_agents", "Not as usual with colleagues", parts(&told.of_people));
    vec![section("alerts", "Not as usual", parts(&told.for_all)), Section { for_leads: true, ..people }]
}
