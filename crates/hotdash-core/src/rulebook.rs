//! The rules a lead writes, parsed once into types.
//!
//! The grammar is TOML; `defaults/routing.toml` explains it and is written in it. Parsing never fails as a whole: rules
//! with a problem are left out and the problem says where it is and what was probably meant.

mod check;
pub(crate) mod condition;
mod explain;
pub(crate) mod facts;
mod index;
mod keywords;
mod parse;
mod pattern;
pub(crate) mod vocabulary;

pub use explain::Seen;

use crate::automation::{Act, After, Once};
use crate::conversation::Priority;
use crate::ids::{RuleId, TeamId};
use crate::routing::Way;
use condition::Condition;
use facts::Facts;
use index::Index;
use keywords::Keywords;
use serde::Serialize;
use std::sync::LazyLock;

pub(crate) use vocabulary::nearest;

/// The rules shipped with hotdash: (file name, text).
pub const SHIPPED: (&str, &str) = ("routing.toml", include_str!("../defaults/routing.toml"));

/// How the ids of rules end that hand over what another one escalates.
const HANDS_OVER: &str = ":to";

/// A checked set of rules. Cheap to share behind an `Arc`.
#[derive(Debug, Clone)]
pub struct Rulebook {
    /// Highest priority first; equal ones in the order written.
    pub(crate) rules: Vec<Rule>,
    /// Categories become labels from this confidence on; `None` = never.
    pub(crate) labels_from: Option<f32>,
    /// Every keyword of every rule, found in one pass.
    pub(crate) keywords: Keywords,
    index: Index,
    hash: String,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: RuleId,
    pub name: String,
    pub group: Group,
    pub priority: i64,
    pub enabled: bool,
    pub why: String,
    /// It is judged only when so much time has passed.
    pub after: Option<After>,
    /// It acts no more often than this; `None` = for every message.
    pub once: Option<Once>,
    /// As written, for whoever wants to read it.
    pub(crate) when: Condition,
    /// The same, in the order in which it is quickly told.
    quick: Condition,
    pub(crate) then: Vec<Then>,
    /// In a group that says `first`: the number of that group.
    pub(crate) first_of: Option<u32>,
    /// What was written, for printing it again.
    source: toml::Table,
}

/// Rules that belong together. Of some groups every rule that matches acts, of others only the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Labels, priority and the like; `all` unless the file says otherwise.
    Tags,
    /// Who gets the conversation; always `first`.
    Assignment,
    /// A group of the lead's own, named in `[groups]`. It does what tags can do.
    Own(String),
}

impl Group {
    /// Its name in rule files.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Tags => "tags",
            Self::Assignment => "assignment",
            Self::Own(name) => name,
        }
    }
}

/// What a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Then {
    Tag(Vec<String>),
    Prioritise(Priority),
    /// Labels, a note with the reason, and a second approver.
    Escalate,
    Hold,
    Note(String),
    NoDraft,
    Assign(Strategy),
    /// Done by [`crate::automation`].
    Automate(Act),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Strategy {
    Choose(Choice),
    /// By name or e-mail address.
    Agent(String),
    Team(TeamId),
}

/// How somebody is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) way: Way,
    /// Only its members.
    pub(crate) team: Option<TeamId>,
    /// Only who has all of these.
    pub(crate) skills: Vec<String>,
    /// Only who speaks it.
    pub(crate) language: Option<Spoken>,
}

impl Choice {
    /// Whether not everybody will do.
    pub(crate) fn asks(&self) -> bool {
        self.team.is_some() || !self.skills.is_empty() || self.language.is_some()
    }
}

/// Which language somebody is to speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spoken {
    /// The customer's, where it can be told.
    Match,
    /// Two letters.
    Code(String),
}

/// Something wrong in a rule file, precise enough to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub file: String,
    /// The rule's id, where one could be read.
    pub rule: Option<String>,
    /// The key at fault, e.g. `when.all[0].any_of`.
    pub key: String,
    pub message: String,
    /// The right word nearest to a misspelt one.
    pub nearest: Option<String>,
    pub severity: Severity,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It works, but perhaps not as meant.
    Warning,
    /// The rule does not do what it says.
    Error,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(rule) = &self.rule {
            write!(f, ", rule {rule}")?;
        }
        write!(f, ", {}: {}", self.key, self.message)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean “{nearest}”?"),
            None => Ok(()),
        }
    }
}

static DEFAULT: LazyLock<Rulebook> = LazyLock::new(|| Rulebook::parse(&[SHIPPED]).0);

impl Rulebook {
    /// The five rules shipped with hotdash.
    #[must_use]
    pub fn shipped() -> Self {
        DEFAULT.clone()
    }

    /// Read rule files as (name, text): TOML, or the original guide's JSON where the name ends in `.json`. Rules with problems are left out, everything else is kept. A rule in a later
    /// file replaces the one with the same id in an earlier file: give [`SHIPPED`] first, then the lead's own files.
    #[must_use]
    pub fn parse(files: &[(&str, &str)]) -> (Self, Vec<Problem>) {
        parse::parse(files, Some(&[]))
    }

    /// The same where a desk's own model tells more intents than the five; `None`: nobody knows what was told when these
    /// rules decided, so any word will do.
    #[must_use]
    pub fn parse_with(files: &[(&str, &str)], intents: Option<&[String]>) -> (Self, Vec<Problem>) {
        parse::parse(files, intents)
    }

    /// Rules that can be read but hardly mean what they say: never matched or never reached, in conflict, setting
    /// each other off, with words that add nothing. In the order of the rules, errors and warnings.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        check::check(self)
    }

    /// A JSON file in the form of the original guide as a rule file in TOML, for whoever wants to go on writing there.
    /// Rules that cannot be understood are left out and told.
    #[must_use]
    pub fn import(file: &str, text: &str) -> (String, Vec<Problem>) {
        parse::import(file, text)
    }

    /// Categories become labels from this confidence on; `None` = never.
    #[must_use]
    pub fn labels_from(&self) -> Option<f32> {
        self.labels_from
    }

    /// Twelve hex digits that change whenever the rules change.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// All rules, highest priority first.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The teams that rules choose somebody of: their members must be known.
    #[must_use]
    pub fn teams_chosen_from(&self) -> Vec<TeamId> {
        let thens = self.rules.iter().filter(|rule| rule.enabled).flat_map(|rule| &rule.then);
        let mut teams: Vec<TeamId> = thens
            .filter_map(|then| match then {
                Then::Assign(Strategy::Choose(choice)) => choice.team,
                _ => None,
            })
            .collect();
        teams.sort_unstable();
        teams.dedup();
        teams
    }

    /// The rules that can match at all, in their order.
    pub(crate) fn candidates<'a>(&'a self, facts: &Facts<'_>) -> impl Iterator<Item = &'a Rule> {
        self.index.candidates(&facts.found).into_numbers().filter_map(|at| self.rules.get(at))
    }
}

impl Rule {
    /// Whether its conditions hold.
    pub(crate) fn holds(&self, facts: &Facts<'_>) -> bool {
        self.quick.holds(facts)
    }

    /// Whether time or colleagues may make its conditions hold.
    pub(crate) fn may_hold_later(&self, facts: &Facts<'_>) -> bool {
        self.quick.may_change(facts)
    }

    /// What decided its conditions, as a part of a sentence.
    pub(crate) fn because(&self, rules: &Rulebook, facts: &Facts<'_>) -> String {
        let mut because = String::new();
        self.when.say(rules, facts, &mut because);
        because
    }

    /// The rule that hands over what this one escalates.
    fn id_of_assignment(&self) -> RuleId {
        RuleId(format!("{}{HANDS_OVER}", self.id))
    }

    /// Whether it hands over what another one escalates.
    pub(crate) fn hands_over(&self) -> bool {
        self.id.as_str().ends_with(HANDS_OVER)
    }

    /// Whether people of ours are told as soon as it escalates: that belongs to the decision.
    pub(crate) fn tells_at_once(&self) -> bool {
        !self.waits() && self.then.contains(&Then::Escalate)
    }

    /// Whether a rule of an earlier file gives way to this one.
    fn replaces(&self, other: &Self) -> bool {
        other.id == self.id || other.id == self.id_of_assignment()
    }

    /// What it would take to write it again: one `[[rule]]` in TOML.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let rules = toml::Value::Array(vec![toml::Value::Table(self.source.clone())]);
        toml::Table::from_iter([("rule".to_owned(), rules)]).to_string()
    }
}

#[cfg(test)]
mod tests;
