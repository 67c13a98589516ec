//! Which promise holds for a conversation, on which calendar, and what happens as it runs out.

use super::parse;
use crate::action::{Action, Reasoned, Target as Tell};
use crate::conversation::{Conversation, Priority};
use crate::hours::{Hours, Interval};
use crate::ids::{AgentId, InboxId, RuleId, TeamId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The targets shipped with hotdash: (file name, text).
pub const SHIPPED: (&str, &str) = ("sla.toml", include_str!("../../defaults/sla.toml"));

/// A promise that a clock watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// From the conversation's beginning to the first public reply by a person.
    FirstResponse,
    /// From the customer's first unanswered message to the next such reply.
    NextResponse,
    /// From the beginning to the end.
    Resolution,
}

impl Kind {
    /// In the order in which they run.
    pub const ALL: [Self; 3] = [Self::FirstResponse, Self::NextResponse, Self::Resolution];

    /// As in targets files and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstResponse => "first_response",
            Self::NextResponse => "next_response",
            Self::Resolution => "resolution",
        }
    }

    /// As people say it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::FirstResponse => "First response",
            Self::NextResponse => "Next response",
            Self::Resolution => "Resolution",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a target asks about a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The desk's key in the settings.
    pub desk: String,
    pub inbox: Option<InboxId>,
    pub labels: Vec<String>,
    pub priority: Option<Priority>,
    /// The contact's own attributes; one of them is the tier.
    pub attributes: BTreeMap<String, String>,
}

impl About {
    /// What a conversation of this desk shows.
    #[must_use]
    pub fn of(desk: &str, conversation: &Conversation) -> Self {
        let attributes = &conversation.contact.custom_attributes;
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Self {
            desk: desk.to_owned(),
            inbox: Some(conversation.inbox),
            labels: conversation.labels.clone(),
            priority: conversation.priority,
            attributes: attributes.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        }
    }
}

/// Where a target holds. Nothing said = everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct When {
    pub(super) tiers: Vec<String>,
    pub(super) priorities: Vec<Priority>,
    pub(super) labels: Vec<String>,
    pub(super) inboxes: Vec<InboxId>,
    pub(super) desks: Vec<String>,
}

impl When {
    fn holds(&self, about: &About, tier: Option<&str>) -> bool {
        let is = |one: &str, other: &str| one.trim().to_lowercase() == other.trim().to_lowercase();
        let among = |words: &[String], word: &str| words.iter().any(|known| is(known, word));
        (self.tiers.is_empty() || tier.is_some_and(|tier| among(&self.tiers, tier)))
            && (self.priorities.is_empty() || about.priority.is_some_and(|p| self.priorities.contains(&p)))
            && (self.labels.is_empty() || about.labels.iter().any(|label| among(&self.labels, label)))
            && (self.inboxes.is_empty() || about.inbox.is_some_and(|inbox| self.inboxes.contains(&inbox)))
            && (self.desks.is_empty() || among(&self.desks, &about.desk))
    }

    /// Tier, priority, label, inbox, desk: one of the earlier outweighs all of the later.
    fn weight(&self) -> u8 {
        let said = [
            !self.tiers.is_empty(),
            !self.priorities.is_empty(),
            !self.labels.is_empty(),
            !self.inboxes.is_empty(),
            !self.desks.is_empty(),
        ];
        said.iter().fold(0, |weight, said| weight * 2 + u8::from(*said))
    }
}

/// On which clock a target counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Calendar {
    /// The wall clock.
    Always,
    /// The desk's opening hours.
    Hours,
    /// One of the file's own calendars.
    Named(String),
}

impl Calendar {
    /// As in the file.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Always => "always",
            Self::Hours => "hours",
            Self::Named(name) => name,
        }
    }
}

/// What is promised to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its name in the file.
    pub id: String,
    pub(super) when: When,
    pub(super) first_response: Option<SignedDuration>,
    pub(super) next_response: Option<SignedDuration>,
    pub(super) resolution: Option<SignedDuration>,
    pub(super) calendar: Calendar,
    /// Instead of the file's own.
    pub(super) warnings: Option<Vec<Warning>>,
}

impl Target {
    fn allows(&self, kind: Kind) -> Option<SignedDuration> {
        match kind {
            Kind::FirstResponse => self.first_response,
            Kind::NextResponse => self.next_response,
            Kind::Resolution => self.resolution,
        }
    }
}

/// What happens when a share of a target's time has passed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warning {
    /// Percent of the target's time, 1…1000; 100 is the breach.
    pub at: u16,
    /// Only for these clocks; none = for each.
    pub(super) clocks: Vec<Kind>,
    pub(super) tag: Vec<String>,
    pub(super) priority: Option<Priority>,
    /// Words before the reason, in a private note.
    pub(super) note: Option<String>,
    pub(super) assign: Option<Assign>,
    /// People of ours who are told.
    pub(super) notify: Vec<Tell>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assign {
    Agent(AgentId),
    Team(TeamId),
}

impl Warning {
    /// What it asks for on the desk, with this reason.
    #[must_use]
    pub fn actions(&self, kind: Kind, because: &str) -> Vec<Reasoned> {
        let rule = rule_id(kind, self.at);
        let mut actions = Vec::new();
        if !self.tag.is_empty() {
            actions.push(Action::AddLabels { labels: self.tag.clone() });
        }
        actions.extend(self.priority.map(|priority| Action::SetPriority { priority }));
        if let Some(words) = &self.note {
            let gap = if words.is_empty() { "" } else { "\n\n" };
            actions.push(Action::Note { text: format!("{words}{gap}{because}") });
        }
        actions.extend(self.assign.map(|assign| match assign {
            Assign::Agent(agent) => Action::AssignAgent { agent, name: format!("agent {agent}") },
            Assign::Team(team) => Action::AssignTeam { team },
        }));
        if !self.notify.is_empty() {
            let subject = format!("SLA: {} at {} % of its time", kind.words().to_lowercase(), self.at);
            let (to, text) = (self.notify.clone(), because.to_owned());
            actions.push(Action::Notify { to, subject, text });
        }
        let reasoned = |action| Reasoned { action, rule: rule.clone(), because: because.to_owned() };
        actions.into_iter().map(reasoned).collect()
    }
}

/// The name under which a warning's actions are kept, e.g. `sla/first-response/90`.
#[must_use]
pub fn rule_id(kind: Kind, share: u16) -> RuleId {
    RuleId(format!("sla/{}/{share}", kind.name().replace('_', "-")))
}

/// A target that holds for a conversation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Promise<'a> {
    pub target: &'a Target,
    pub allowed: SignedDuration,
    pub warnings: &'a [Warning],
}

/// Why a text is no targets file; precise enough to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlaProblem {
    pub file: String,
    /// The target's id or the warning's number, where one could be read: `target vip`, `warning 2`.
    pub place: Option<String>,
    pub key: String,
    pub message: String,
    /// The right word nearest to a misspelt one.
    pub nearest: Option<String>,
}

impl std::fmt::Display for SlaProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(place) = &self.place {
            write!(f, ", {place}")?;
        }
        write!(f, ", {}: {}", self.key, self.message)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean “{nearest}”?"),
            None => Ok(()),
        }
    }
}

/// The targets of a desk. Parsed once; cheap to share behind an `Arc`.
#[derive(Debug, Clone, PartialEq)]
pub struct SlaPolicy {
    /// In the order of the file; the last is the one that holds where nothing else does.
    pub(super) targets: Vec<Target>,
    pub(super) warnings: Vec<Warning>,
    pub(super) calendars: BTreeMap<String, Hours>,
    pub(super) tier_attribute: String,
    pub(super) pause_while_waiting: bool,
    pub(super) hash: String,
}

impl SlaPolicy {
    /// The targets shipped with hotdash: this first response on the wall clock, warnings at 50, 75 and 90 %.
    #[must_use]
    pub fn shipped(first_response: SignedDuration) -> Self {
        Self::parse(SHIPPED.0, SHIPPED.1, first_response).unwrap_or_else(|_| parse::nothing(first_response))
    }

    /// Read a targets file in the grammar of `defaults/sla.toml`. `first_response` is promised wherever no target of
    /// the file names one; it must be longer than nothing.
    pub fn parse(file: &str, text: &str, first_response: SignedDuration) -> Result<Self, Vec<SlaProblem>> {
        parse::parse(file, text, first_response)
    }

    /// Twelve hex digits that change whenever the targets change.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What is promised for a conversation on a clock: of the targets that hold and name this clock, the most specific
    /// one (tier before priority before label before inbox before desk; of equals, the first in the file).
    #[must_use]
    pub fn promise(&self, kind: Kind, about: &About) -> Option<Promise<'_>> {
        let tier = about.attributes.get(&self.tier_attribute).map(String::as_str);
        let holding = self.targets.iter().filter(|target| target.when.holds(about, tier));
        let mut best: Option<Promise<'_>> = None;
        for target in holding {
            let Some(allowed) = target.allows(kind) else { continue };
            if best.is_none_or(|best| target.when.weight() > best.target.when.weight()) {
                let warnings = target.warnings.as_deref().unwrap_or(&self.warnings);
                best = Some(Promise { target, allowed, warnings });
            }
        }
        best
    }

    /// The warning that a target's clock gives at a share of its time; `None` where that is only shown.
    #[must_use]
    pub fn warning(&self, target: &str, kind: Kind, share: u16) -> Option<&Warning> {
        let own =
            self.targets.iter().find(|known| known.id == target).and_then(|known| known.warnings.as_ref());
        own.unwrap_or(&self.warnings).iter().find(|warning| warning.at == share && warning.is_for(kind))
    }

    /// The clock a target counts on, by its name; one that is not there any more is the wall clock.
    #[must_use]
    pub fn calendar<'a>(&'a self, name: &str, hours: &'a Hours) -> Time<'a> {
        match name {
            "hours" => Time::Working(hours),
            name => self.calendars.get(name).map_or(Time::Wall, Time::Working),
        }
    }
}

impl Warning {
    pub(super) fn is_for(&self, kind: Kind) -> bool {
        self.clocks.is_empty() || self.clocks.contains(&kind)
    }
}

/// A way to count time.
#[derive(Debug, Clone, Copy)]
pub enum Time<'a> {
    Wall,
    Working(&'a Hours),
}

impl Time<'_> {
    /// What counts between two instants, to the millisecond.
    #[must_use]
    pub fn between(&self, from: Timestamp, until: Timestamp) -> SignedDuration {
        match self {
            Self::Wall => until.duration_since(from).max(SignedDuration::ZERO),
            Self::Working(hours) => hours.worked_between(from, until),
        }
    }

    /// When so much will have been counted.
    #[must_use]
    pub fn after(&self, from: Timestamp, counted: SignedDuration) -> Option<Timestamp> {
        match self {
            Self::Wall => from.checked_add(counted).ok(),
            Self::Working(hours) => hours.add_working(from, counted),
        }
    }

    /// The intervals that count between two instants.
    #[must_use]
    pub fn counted(&self, from: Timestamp, until: Timestamp) -> Vec<Interval> {
        match self {
            Self::Wall if from < until => vec![Interval { from, until }],
            Self::Wall => Vec::new(),
            Self::Working(hours) => hours.open_between(from, until),
        }
    }
}
