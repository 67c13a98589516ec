//! The people who answer: what they know, when they work, how much they take. The desk says who is there; this says who
//! should be given what.

mod parse;

use crate::analysis::words::normalize;
use crate::conversation::{Agent, Priority, Status};
use crate::hours::Hours;
use crate::ids::{AgentId, TeamId};
use crate::rulebook::{Problem, vocabulary::nearest};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What is shipped: (file name, text).
pub const SHIPPED: (&str, &str) = ("agents.toml", include_str!("../defaults/agents.toml"));

/// Why somebody is away who has hours of their own.
pub(crate) const OUTSIDE_HOURS: &str = "outside working hours";

/// One conversation of no priority is so much work; all work is counted in such hundredths.
const ONE: u32 = 100;

/// What a choice looks at beside the desk's own word for an agent, as it is at one moment. A decision keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// Two letters each; empty = every language.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Most conversations at once; `None` = no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Their part of the work, in percent of a whole position.
    pub weight: u32,
    /// Why they are not there, whatever the desk says: `absent until 2027-01-02`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away: Option<String>,
    /// Conversations they have, open and pending, with those that were just given to them.
    pub open: u32,
    /// How much work these are, in hundredths of an ordinary conversation.
    pub work: u32,
    /// Of the teams that rules choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<TeamId>,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            skills: Vec::new(),
            languages: Vec::new(),
            capacity: None,
            weight: ONE,
            away: None,
            open: 0,
            work: 0,
            teams: Vec::new(),
        }
    }
}

/// Who stands how, by agent; whoever is missing has no limits and nothing to do.
pub type Standings = BTreeMap<AgentId, Standing>;

impl Standing {
    /// One more conversation that is theirs.
    pub fn add(&mut self, work: u32) {
        self.open += 1;
        self.work = self.work.saturating_add(work);
    }

    /// Whether another conversation fits.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.capacity.is_none_or(|most| self.open < most)
    }

    /// What they have to do in proportion to their part: the smaller, the more they can take.
    #[must_use]
    pub fn load(&self) -> u64 {
        u64::from(self.work) * u64::from(ONE) / u64::from(self.weight.max(1))
    }
}

/// The settings of everybody. Parsed once.
#[derive(Debug, Clone, PartialEq)]
pub struct Staff {
    default: Terms,
    work: Work,
    /// In the order of the files.
    people: Vec<(String, Terms)>,
}

/// Somebody in a file whom the desk does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger<'a> {
    pub who: &'a str,
    /// The name or address on the desk that is most like it.
    pub nearest: Option<String>,
}

/// What one person knows and takes.
#[derive(Debug, Clone, Default, PartialEq)]
struct Terms {
    skills: Option<Vec<String>>,
    languages: Option<Vec<String>>,
    capacity: Option<u32>,
    weight: Option<u32>,
    zone: Option<TimeZone>,
    hours: Option<toml::Table>,
    /// With the last day.
    absent: Vec<(Date, Date)>,
}

/// How much work conversations are, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Work {
    urgent: u32,
    high: u32,
    medium: u32,
    low: u32,
    none: u32,
    pending: u32,
}

impl Default for Work {
    fn default() -> Self {
        Self { urgent: ONE, high: ONE, medium: ONE, low: ONE, none: ONE, pending: ONE }
    }
}

static DEFAULT: LazyLock<Staff> = LazyLock::new(|| Staff::parse(&[SHIPPED]).0);

impl Staff {
    /// Nobody is named: whoever is online takes what comes.
    #[must_use]
    pub fn shipped() -> Self {
        DEFAULT.clone()
    }

    /// Read files as (name, text), the later over the earlier: give [`SHIPPED`] first. A person with a problem is left
    /// out; every problem names file, person, key and the nearest right word.
    #[must_use]
    pub fn parse(files: &[(&str, &str)]) -> (Self, Vec<Problem>) {
        parse::parse(files)
    }

    /// How a person stands at an instant, before their conversations are counted. `hours` are the desk's.
    #[must_use]
    pub fn standing(&self, agent: &Agent, hours: &Hours, at: Timestamp) -> Standing {
        let terms = self.terms(agent);
        let text = |own: Option<&Vec<String>>, all: &Option<Vec<String>>| {
            own.or(all.as_ref()).cloned().unwrap_or_default()
        };
        Standing {
            skills: text(terms.and_then(|own| own.skills.as_ref()), &self.default.skills),
            languages: text(terms.and_then(|own| own.languages.as_ref()), &self.default.languages),
            capacity: terms.and_then(|own| own.capacity).or(self.default.capacity),
            weight: terms.and_then(|own| own.weight).or(self.default.weight).unwrap_or(ONE),
            away: self.away(terms, hours, at),
            ..Standing::default()
        }
    }

    /// How much work a conversation is, in hundredths of an ordinary one.
    #[must_use]
    pub fn work(&self, status: Status, priority: Option<Priority>) -> u32 {
        match (status, priority) {
            (Status::Pending, _) => self.work.pending,
            (_, Some(Priority::Urgent)) => self.work.urgent,
            (_, Some(Priority::High)) => self.work.high,
            (_, Some(Priority::Medium)) => self.work.medium,
            (_, Some(Priority::Low)) => self.work.low,
            (_, None) => self.work.none,
        }
    }

    /// People named in the files who are nobody on the desk: probably misspelt.
    #[must_use]
    pub fn strangers(&self, agents: &[Agent]) -> Vec<Stranger<'_>> {
        let texts = || agents.iter().flat_map(|agent| [agent.name.as_str(), agent.email.as_str()]);
        let known: Vec<(String, &str)> = texts().map(|text| (normalize(text), text)).collect();
        let strangers = self.people.iter().filter(|(who, _)| !agents.iter().any(|agent| is(agent, who)));
        let meant = |who: &str| {
            // All addresses of one shop are alike behind the @.
            let own = |text: &str| nearest(before_at(who), [before_at(text)]).is_some();
            let near = nearest(who, known.iter().map(|(text, _)| text.as_str()).filter(|text| own(text)));
            // A first name alone is none the desk knows.
            let is_part = |text: &str| text.split([' ', '@']).any(|part| part == who);
            let found = known
                .iter()
                .find(|(text, _)| near.as_ref().map_or_else(|| is_part(text), |near| near == text));
            found.map(|(_, text)| (*text).to_owned())
        };
        strangers.map(|(who, _)| Stranger { who, nearest: meant(who) }).collect()
    }

    fn terms(&self, agent: &Agent) -> Option<&Terms> {
        self.people.iter().rev().find(|(who, _)| is(agent, who)).map(|(_, terms)| terms)
    }

    fn away(&self, own: Option<&Terms>, hours: &Hours, at: Timestamp) -> Option<String> {
        let zone = own.and_then(|own| own.zone.as_ref()).or(self.default.zone.as_ref());
        let zone = zone.unwrap_or_else(|| hours.time_zone());
        let today = at.to_zoned(zone.clone()).date();
        let everybody = self.default.absent.iter();
        let mut absences = own.into_iter().flat_map(|own| &own.absent).chain(everybody);
        if let Some((_, last)) = absences.find(|(first, last)| (*first..=*last).contains(&today)) {
            return Some(format!("absent until {last}"));
        }
        let working = own.and_then(|own| own.hours.as_ref()).or(self.default.hours.as_ref())?;
        let working = parse::hours(working, zone.iana_name().unwrap_or("UTC")).ok()?;
        (!working.is_open(at)).then(|| OUTSIDE_HOURS.to_owned())
    }
}

fn before_at(text: &str) -> &str {
    text.split('@').next().unwrap_or(text)
}

/// Whether a person is meant by a name or an address.
fn is(agent: &Agent, who: &str) -> bool {
    [&agent.name, &agent.email].iter().any(|text| normalize(text) == who)
}

#[cfg(test)]
mod tests;
