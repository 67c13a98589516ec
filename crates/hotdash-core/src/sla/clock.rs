//! One clock of one conversation: when it began, when it stood still and why, and when each share of its time is up.
//!
//! A clock is a value without a present: it follows from the facts, the target and the calendar alone, so computing it
//! again after a restart gives the same instants. Only [`Clock::at`] asks what time it is.

use super::history::{Happened, History};
use super::policy::{About, Kind, Promise, SlaPolicy, Time};
use crate::hours::{Hours, Interval};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The share at which a target is missed.
pub const BREACH: u16 = 100;

/// Why a clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    Snoozed,
    Resolved,
    /// The team has answered and the customer has not.
    WaitingForCustomer,
}

impl Pause {
    /// As people say it, after “the clock stood still while …”.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Snoozed => "the conversation was snoozed",
            Self::Resolved => "the conversation was resolved",
            Self::WaitingForCustomer => "the team waited for the customer",
        }
    }
}

/// A stretch in which a clock ran or stood still; without an end it still does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: Timestamp,
    pub until: Option<Timestamp>,
    /// `None` = it ran.
    pub pause: Option<Pause>,
}

/// How a clock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub at: Timestamp,
    /// What was promised was done; else it was not needed any more (resolved without an answer, given to a bot).
    pub done: bool,
}

/// A share of a target's time and the instant at which it is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Percent; 100 is the breach.
    pub share: u16,
    /// `None` while the clock stands still before it, and for ever when it ended before it.
    pub at: Option<Timestamp>,
}

/// A promise being watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    pub kind: Kind,
    pub start: Timestamp,
    /// The id of the target in its file.
    pub target: String,
    pub allowed: SignedDuration,
    /// `always` (the wall clock), `hours` (the desk's), or the name of a calendar of the targets file.
    pub calendar: String,
    /// In order, without gaps.
    pub spans: Vec<Span>,
    pub end: Option<End>,
    /// Ascending shares; the breach is always among them.
    pub marks: Vec<Mark>,
}

/// How a clock stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    Running,
    Paused(Pause),
    /// In time.
    Met,
    /// Too late, whether it was done since or not.
    Breached,
    /// Ended before its time without being needed.
    Stopped,
}

impl Clock {
    /// The clocks of a conversation, in the order of [`Kind::ALL`]; of next responses the last. A clock that no target
    /// asks for, or that has not begun, is not among them.
    #[must_use]
    pub fn all(
        history: &History,
        about: &About,
        created_at: Timestamp,
        policy: &SlaPolicy,
        hours: &Hours,
    ) -> Vec<Self> {
        let make = |kind: Kind| {
            let promise = policy.promise(kind, about)?;
            let course = match kind {
                Kind::FirstResponse => first_response(history, created_at),
                Kind::NextResponse => next_response(history),
                Kind::Resolution => Some(resolution(history, created_at, policy.pause_while_waiting)),
            };
            Some(Self::new(kind, promise, course?, policy.calendar(promise.target.calendar.name(), hours)))
        };
        Kind::ALL.into_iter().filter_map(make).collect()
    }

    fn new(kind: Kind, promise: Promise<'_>, course: Course, time: Time<'_>) -> Self {
        let mut shares: Vec<u16> = promise
            .warnings
            .iter()
            .filter(|warning| warning.is_for(kind))
            .map(|warning| warning.at)
            .collect();
        shares.push(BREACH);
        shares.sort_unstable();
        shares.dedup();
        let mut clock = Self {
            kind,
            start: course.start,
            target: promise.target.id.clone(),
            allowed: promise.allowed,
            calendar: promise.target.calendar.name().to_owned(),
            spans: course.spans,
            end: course.end,
            marks: Vec::new(),
        };
        clock.marks =
            shares.into_iter().map(|share| Mark { share, at: clock.instant_of(share, time) }).collect();
        clock
    }

    /// When a share of the time is up, as far as the spans tell.
    fn instant_of(&self, share: u16, time: Time<'_>) -> Option<Timestamp> {
        let mut rest = SignedDuration::from_millis_i128(self.allowed.as_millis() * i128::from(share) / 100);
        for span in self.spans.iter().filter(|span| span.pause.is_none()) {
            let Some(until) = span.until else { return time.after(span.from, rest) };
            let counted = time.between(span.from, until);
            if counted >= rest {
                return time.after(span.from, rest);
            }
            rest -= counted;
        }
        None
    }

    /// When all of the time is up; `None` while the clock stands still before that.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.marks.iter().find(|mark| mark.share == BREACH).and_then(|mark| mark.at)
    }

    /// How it stands at an instant, which must not be before the last fact.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> ClockState {
        let breached = self.due().is_some_and(|due| due <= self.end.map_or(now, |end| end.at) && due <= now);
        match (self.end, self.spans.last()) {
            _ if breached => ClockState::Breached,
            (Some(End { done: true, .. }), _) => ClockState::Met,
            (Some(End { done: false, .. }), _) => ClockState::Stopped,
            (None, Some(Span { pause: Some(pause), .. })) => ClockState::Paused(*pause),
            (None, _) => ClockState::Running,
        }
    }

    /// What was counted until an instant.
    #[must_use]
    pub fn elapsed(&self, time: Time<'_>, now: Timestamp) -> SignedDuration {
        let running = self.spans.iter().filter(|span| span.pause.is_none());
        running.map(|span| time.between(span.from, span.until.map_or(now, |until| until.min(now)))).sum()
    }

    /// The proof: every interval that was or will be counted, up to the deadline or the end, whichever is first. Their
    /// lengths add up to [`Clock::allowed`] where there is a deadline. While the clock stands still: up to then.
    #[must_use]
    pub fn proof(&self, time: Time<'_>) -> Vec<Interval> {
        let due = self.due();
        let mut counted = Vec::new();
        for span in self.spans.iter().filter(|span| span.pause.is_none()) {
            let until = match (span.until, due) {
                (Some(until), Some(due)) => until.min(due),
                (Some(until), None) => until,
                (None, Some(due)) => due,
                (None, None) => continue,
            };
            counted.extend(time.counted(span.from, until));
        }
        counted
    }

    /// Why a share of the time is up, in a sentence that shows what was counted in the zone of the calendar.
    #[must_use]
    pub fn because(&self, share: u16, time: Time<'_>) -> String {
        let zone = match time {
            Time::Wall => "UTC",
            Time::Working(hours) => hours.zone(),
        };
        let show = |at: Timestamp, form: &str| {
            at.in_tz(zone).map_or_else(|_| at.to_string(), |local| local.strftime(form).to_string())
        };
        let at = self.marks.iter().find(|mark| mark.share == share).and_then(|mark| mark.at);
        let mut counted = Vec::new();
        for span in self.spans.iter().filter(|span| span.pause.is_none()) {
            let Some(until) = span.until.into_iter().chain(at).min() else { continue };
            counted.extend(time.counted(span.from, until));
        }
        let shown: Vec<String> = counted
            .iter()
            .take(SHOWN)
            .map(|one| format!("{} to {}", show(one.from, "%a %-d %b %H:%M"), show(one.until, "%H:%M")))
            .collect();
        let more = counted.len().saturating_sub(SHOWN);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let so_much = SignedDuration::from_millis_i128(self.allowed.as_millis() * i128::from(share) / 100);
        let when = at.map_or_else(|| "not yet".to_owned(), |at| show(at, "%a %-d %b %Y %H:%M:%S"));
        format!(
            "{}: {} of the {} of target {} were up {when} ({zone}), {share} %. Counted: {}{more}.",
            self.kind.words(),
            in_words(so_much),
            in_words(self.allowed),
            self.target,
            if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") },
        )
    }
}

/// More intervals than that make no sentence.
const SHOWN: usize = 4;

/// `45 min`, `22 min 30 s`, `8 h`, `1 h 30 min`.
#[must_use]
pub fn in_words(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    let parts = [(seconds / 3600, "h"), (seconds % 3600 / 60, "min"), (seconds % 60, "s")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count != 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if said.is_empty() { "0 s".to_owned() } else { said.join(" ") }
}

/// When a clock began, ran, stood still and ended: what follows from the facts without any target.
struct Course {
    start: Timestamp,
    spans: Vec<Span>,
    end: Option<End>,
}

impl Course {
    fn begin(start: Timestamp, pause: Option<Pause>) -> Self {
        Self { start, spans: vec![Span { from: start, until: None, pause }], end: None }
    }

    /// From here on it runs, or stands still for this reason.
    fn switch(&mut self, at: Timestamp, pause: Option<Pause>) {
        let Some(last) = self.spans.last_mut() else { return };
        // What is dated before the beginning (a message's second is cut off) holds from the beginning on.
        let at = at.max(last.from);
        if last.until.is_none() && last.pause == pause {
            return;
        }
        last.until.get_or_insert(at);
        if last.until == Some(last.from) {
            self.spans.pop();
        }
        self.spans.push(Span { from: at, until: None, pause });
    }

    fn finish(&mut self, at: Timestamp, done: bool) {
        if let Some(last) = self.spans.last_mut() {
            let at = at.max(last.from);
            last.until = Some(at);
            self.end = Some(End { at, done });
        }
    }

    fn is_going_on(&self) -> bool {
        self.end.is_none()
    }
}

/// Begins with the conversation, anew when a bot hands it over and when it is reopened unanswered, as Chatwoot counts.
fn first_response(history: &History, created_at: Timestamp) -> Option<Course> {
    let mut course = Some(Course::begin(created_at, None));
    let mut status = None;
    for (at, what) in history.iter() {
        match what {
            Happened::TeamReplied => {
                if let Some(course) = course.as_mut().filter(|course| course.is_going_on()) {
                    course.finish(at, true);
                }
                return course;
            }
            Happened::Open if matches!(status, Some(Happened::Pending | Happened::Resolved)) => {
                course = Some(Course::begin(at, None));
            }
            Happened::Open => switch(&mut course, at, None),
            Happened::Snoozed => switch(&mut course, at, Some(Pause::Snoozed)),
            Happened::Pending if status.is_none() => course = None,
            Happened::Pending | Happened::Resolved => stop(&mut course, at),
            Happened::CustomerWrote => {}
        }
        status = what.status().map(|_| what).or(status);
    }
    course
}

/// Begins with the first message after the team's last answer, once the first answer was given.
fn next_response(history: &History) -> Option<Course> {
    let mut course: Option<Course> = None;
    let (mut replied, mut unanswered) = (false, false);
    let mut status = None;
    for (at, what) in history.iter() {
        match what {
            Happened::TeamReplied => {
                if let Some(course) = course.as_mut().filter(|course| course.is_going_on()) {
                    course.finish(at, true);
                }
                (replied, unanswered) = (true, false);
            }
            Happened::CustomerWrote => {
                let begins = replied && !course.as_ref().is_some_and(Course::is_going_on);
                // A message wakes what was snoozed; until that is told, the clock stands still.
                let pause = (status == Some(Happened::Snoozed)).then_some(Pause::Snoozed);
                if begins && status != Some(Happened::Pending) {
                    course = Some(Course::begin(at, pause));
                }
                unanswered = true;
            }
            Happened::Open if status == Some(Happened::Pending) => {
                if replied && unanswered {
                    course = Some(Course::begin(at, None));
                }
            }
            Happened::Open => switch(&mut course, at, None),
            Happened::Snoozed => switch(&mut course, at, Some(Pause::Snoozed)),
            Happened::Pending => stop(&mut course, at),
            Happened::Resolved => {
                stop(&mut course, at);
                unanswered = false;
            }
        }
        status = what.status().map(|_| what).or(status);
    }
    course
}

/// From creation to the last resolution; what lies between a resolution and a reopening is not counted.
fn resolution(history: &History, created_at: Timestamp, pause_while_waiting: bool) -> Course {
    let mut course = Course::begin(created_at, None);
    let mut status = Happened::Open;
    let mut waiting = false;
    for (at, what) in history.iter() {
        match what {
            Happened::TeamReplied => waiting = pause_while_waiting,
            Happened::CustomerWrote => waiting = false,
            status_now => status = status_now,
        }
        let pause = match status {
            Happened::Resolved => Some(Pause::Resolved),
            Happened::Snoozed => Some(Pause::Snoozed),
            _ => waiting.then_some(Pause::WaitingForCustomer),
        };
        course.switch(at, pause);
    }
    if let Some(last) = course.spans.last().copied().filter(|last| last.pause == Some(Pause::Resolved)) {
        course.end = Some(End { at: last.from, done: true });
        course.spans.pop();
    }
    course
}

fn switch(course: &mut Option<Course>, at: Timestamp, pause: Option<Pause>) {
    if let Some(course) = course.as_mut().filter(|course| course.is_going_on()) {
        course.switch(at, pause);
    }
}

fn stop(course: &mut Option<Course>, at: Timestamp) {
    if let Some(course) = course.as_mut().filter(|course| course.is_going_on()) {
        course.finish(at, false);
    }
}
