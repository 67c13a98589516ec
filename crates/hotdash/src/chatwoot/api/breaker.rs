//! Whether the desk can be reached at all. When it cannot, calls fail at once instead of waiting one by one, and one
//! call at a time is let through to see whether it is back.
//!
//! Ours, because the kept crate for this (recloser) lets many calls probe at once and can neither be asked for its state
//! nor for the time of the next probe, which pages show and waiting work goes by.

use super::{Call, CallError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// So many failures without an answer in between: more than one call's own repetitions.
const FAILURES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// What is known of the desk without asking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskState {
    Reachable,
    /// Calls are refused by ourselves until the next one is let through.
    Down {
        down_for: Duration,
        probe_in: Duration,
    },
    /// One call is under way to see whether the desk is back.
    Probing {
        down_for: Duration,
    },
}

#[derive(Debug, Default)]
pub(super) struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// The last call that the desk answered with a fault of its own.
    faulted: Option<Call>,
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    since: Instant,
    pause: Duration,
    probe_at: Instant,
    probing: bool,
}

/// Leave to make a call. Dropped without a word (the caller gave up), it says nothing about the desk.
#[derive(Debug)]
pub(super) struct Leave<'a> {
    breaker: &'a Breaker,
    is_probe: bool,
}

/// What a call tells of the desk.
enum Sign {
    Well,
    /// The desk cannot be reached, or says that it is not well.
    Down,
    /// It broke on this very call.
    Fault,
    /// Nothing: it does not know a value, or is broken.
    Nothing,
}

impl Breaker {
    /// Leave to call; `Err` says how long to wait before asking again.
    pub(super) fn enter(&self, now: Instant) -> Result<Leave<'_>, Duration> {
        let mut state = self.state();
        let Some(open) = &mut state.open else { return Ok(Leave { breaker: self, is_probe: false }) };
        if open.probing {
            return Err(FIRST_PAUSE);
        }
        if now < open.probe_at {
            return Err(open.probe_at - now);
        }
        open.probing = true;
        Ok(Leave { breaker: self, is_probe: true })
    }

    /// Whether it is worth waiting for one's turn at all.
    pub(super) fn is_open(&self, now: Instant) -> Option<Duration> {
        let open = self.state().open?;
        (now < open.probe_at).then(|| open.probe_at - now)
    }

    pub(super) fn desk_state(&self, now: Instant) -> DeskState {
        match self.state().open {
            None => DeskState::Reachable,
            Some(open) if open.probing => DeskState::Probing { down_for: now - open.since },
            Some(open) => DeskState::Down {
                down_for: now - open.since,
                probe_in: open.probe_at.saturating_duration_since(now),
            },
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Plain figures: a panic elsewhere cannot have left them half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leave<'_> {
    /// Tells how the call ended.
    pub(super) fn ended<T>(self, now: Instant, call: &Call, outcome: &Result<T, CallError>) {
        let mut state = self.breaker.state();
        let failed = match sign(outcome) {
            Sign::Nothing => false,
            Sign::Well => {
                *state = State::default();
                false
            }
            Sign::Down => true,
            // The same call that breaks the desk again says nothing new about the desk.
            Sign::Fault => self.is_probe || state.faulted.replace(call.clone()).as_ref() != Some(call),
        };
        if failed {
            state.failures = state.failures.saturating_add(1);
            state.fail(now, self.is_probe);
        }
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if self.is_probe
            && let Some(open) = &mut self.breaker.state().open
        {
            open.probing = false;
        }
    }
}

impl State {
    fn fail(&mut self, now: Instant, by_probe: bool) {
        match &mut self.open {
            Some(open) if by_probe => {
                open.pause = (open.pause * 2).min(LONGEST_PAUSE);
                open.probe_at = now + open.pause;
            }
            // One that was under way when the others failed.
            Some(_) => {}
            None if self.failures >= FAILURES => {
                let (pause, probe_at) = (FIRST_PAUSE, now + FIRST_PAUSE);
                self.open = Some(Open { since: now, pause, probe_at, probing: false });
            }
            None => {}
        }
    }
}

fn sign<T>(outcome: &Result<T, CallError>) -> Sign {
    match outcome {
        Err(CallError::Unreachable { .. }) => Sign::Down,
        // Said by what stands in front of a desk that is not there.
        Err(CallError::ServerFault { status: 502..=504, .. }) => Sign::Down,
        Err(CallError::ServerFault { .. }) => Sign::Fault,
        Err(CallError::UnknownValue { .. } | CallError::NotTheDesk { .. }) => Sign::Nothing,
        // A refusal is an answer, too.
        Ok(_) | Err(_) => Sign::Well,
    }
}

#[cfg(test)]
mod tests;
