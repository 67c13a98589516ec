//! The desk's clock: the only place that reads the time, so that a seed or a test can own the hands.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp, TimestampRound, Unit};

/// Follows real time until its hands are set; then it stands still until it is set, moved or released again.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    hands: Option<Timestamp>,
    /// How far ahead of real time it runs.
    ahead: SignedDuration,
    /// The last real time that was told.
    last: Timestamp,
}

impl Clock {
    /// Now, in whole microseconds: what a PostgreSQL column of the real desk keeps.
    /// Following real time, no two are equal.
    pub fn now(&self) -> Timestamp {
        let mut state = self.lock();
        if let Some(hands) = state.hands {
            return whole_micros(hands);
        }
        let tick = state.last.checked_add(SignedDuration::from_micros(1)).unwrap_or(state.last);
        let ahead = state.ahead;
        let real = real_now();
        state.last = whole_micros(real.checked_add(ahead).unwrap_or(real)).max(tick);
        state.last
    }

    /// Stops the clock at `at`.
    pub fn set(&self, at: Timestamp) {
        self.lock().hands = Some(at);
    }

    /// Moves the hands on by `by` and leaves them there.
    pub fn advance(&self, by: SignedDuration) {
        let mut state = self.lock();
        let from = state.hands.unwrap_or_else(real_now);
        state.hands = Some(from.checked_add(by).unwrap_or(from));
    }

    /// Lets the clock run on, so much further ahead of real time.
    pub fn set_forward(&self, by: SignedDuration) {
        let mut state = self.lock();
        state.ahead = state.ahead.checked_add(by).unwrap_or(state.ahead);
    }

    /// Lets the clock follow real time again.
    pub fn follow_real_time(&self) {
        self.lock().hands = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
fn real_now() -> Timestamp {
    Timestamp::now()
}

fn whole_micros(at: Timestamp) -> Timestamp {
    at.round(TimestampRound::new().smallest(Unit::Microsecond).mode(jiff::RoundMode::Trunc)).unwrap_or(at)
}
