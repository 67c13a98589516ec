//! What is promised to customers, and the clocks that watch it.
//!
//! | clock | begins | ends |
//! |---|---|---|
//! | first response | with the conversation; anew when a bot hands over, or when it is reopened unanswered | first public reply by a person |
//! | next response | with the customer's first unanswered message after that | next public reply by a person |
//! | resolution | with the conversation | when it is resolved; goes on when it is reopened |
//!
//! Bots, automations, templates and notes are no reply. A clock stands still while the conversation is snoozed and after
//! it was resolved, that of the resolution also while the team waits for the customer (a setting of the targets file).
//! Times are counted to the millisecond on the wall clock or on a calendar.

mod clock;
mod history;
mod parse;
mod policy;

pub use clock::{BREACH, Clock, ClockState, End, Mark, Pause, Span, in_words};
pub use history::{Happened, History};
pub use policy::{
    About, Calendar, Kind, Promise, SHIPPED, SlaPolicy, SlaProblem, Target, Time, Warning, When, rule_id,
};

use crate::hours::Hours;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Everything that clocks are computed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaFacts {
    /// When the conversation began.
    pub created_at: Timestamp,
    /// What the targets look at.
    pub about: About,
    pub history: History,
}

impl SlaFacts {
    /// A conversation of which only its beginning is known.
    #[must_use]
    pub fn new(created_at: Timestamp) -> Self {
        Self { created_at, about: About::default(), history: History::new() }
    }

    /// The same with one more fact; see [`Happened`].
    #[must_use]
    pub fn with(mut self, at: Timestamp, what: Happened) -> Self {
        self.history.add(at, what);
        self
    }
}

/// How one clock stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockCheck {
    pub clock: Clock,
    pub state: ClockState,
    /// When all of the time is up or was; `None` while the clock stands still before that, and when it ended before.
    pub due: Option<Timestamp>,
    /// What was counted so far.
    pub elapsed: SignedDuration,
    /// What is left of the target on its own calendar; negative by how much it is over.
    pub left: SignedDuration,
}

/// What [`check_sla_breach`] found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlaCheck {
    /// Whether any target was missed.
    pub breached: bool,
    /// The next deadline of a clock that runs.
    pub next_due: Option<Timestamp>,
    /// Every clock that began, in the order of [`Kind::ALL`].
    pub clocks: Vec<ClockCheck>,
    /// One sentence for a person.
    pub reason: String,
}

/// Whether what was promised for a conversation was kept, as of an instant.
///
/// `hours` are the desk's opening hours, for targets that count on them. Nothing is read but the arguments: the same
/// ones always give the same answer.
///
/// ```
/// use hotdash_core::check_sla_breach;
/// use hotdash_core::hours::Hours;
/// use hotdash_core::sla::{Happened, SlaFacts, SlaPolicy};
/// use jiff::SignedDuration;
///
/// let policy = SlaPolicy::shipped(SignedDuration::from_mins(30));
/// let asked = SlaFacts::new("2026-11-23T09:00:00Z".parse()?)
///     .with("2026-11-23T09:00:00Z".parse()?, Happened::CustomerWrote);
///
/// let check = check_sla_breach(&asked, &policy, &Hours::shipped(), "2026-11-23T09:20:00Z".parse()?);
/// assert!(!check.breached);
/// assert_eq!(check.next_due, Some("2026-11-23T09:30:00Z".parse()?));
/// assert_eq!(check.clocks[0].left, SignedDuration::from_mins(10));
///
/// let late = asked.with("2026-11-23T09:31:00Z".parse()?, Happened::TeamReplied);
/// let check = check_sla_breach(&late, &policy, &Hours::shipped(), "2026-11-23T10:00:00Z".parse()?);
/// assert!(check.breached);
/// assert_eq!(check.reason, "First response: missed by 1 min.");
/// # Ok::<(), jiff::Error>(())
/// ```
#[must_use]
pub fn check_sla_breach(facts: &SlaFacts, policy: &SlaPolicy, hours: &Hours, now: Timestamp) -> SlaCheck {
    let clocks: Vec<ClockCheck> = Clock::all(&facts.history, &facts.about, facts.created_at, policy, hours)
        .into_iter()
        .map(|clock| {
            let time = policy.calendar(&clock.calendar, hours);
            let elapsed = clock.elapsed(time, now);
            ClockCheck {
                state: clock.at(now),
                due: clock.due(),
                elapsed,
                left: clock.allowed - elapsed,
                clock,
            }
        })
        .collect();
    let running = clocks.iter().filter(|check| check.state == ClockState::Running);
    let sentences: Vec<String> = clocks.iter().map(ClockCheck::sentence).collect();
    SlaCheck {
        breached: clocks.iter().any(|check| check.state == ClockState::Breached),
        next_due: running.filter_map(|check| check.due).min(),
        reason: if sentences.is_empty() { "Nothing is promised.".to_owned() } else { sentences.join(" ") },
        clocks,
    }
}

impl ClockCheck {
    fn sentence(&self) -> String {
        let left = in_words(self.left.abs());
        let how = match self.state {
            ClockState::Running => format!("{left} left"),
            ClockState::Paused(pause) => format!("{left} left; it stands still because {}", pause.words()),
            ClockState::Met => format!("met with {left} left"),
            ClockState::Breached if self.clock.end.is_some() => format!("missed by {left}"),
            ClockState::Breached => format!("over by {left}"),
            ClockState::Stopped => "not needed any more".to_owned(),
        };
        format!("{}: {how}.", self.clock.kind.words())
    }
}

#[cfg(test)]
mod tests;
