//! The desk's clock: the only place that reads the time, so that a seed or a test can own the hands.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp, TimestampRound, Unit};

/// Follows real time until its hands are set; then it stands still until it is set, moved or released again.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    hands: Arc<Mutex<Option<Timestamp>>>,
}

impl Clock {
    /// Now, in whole microseconds: what a PostgreSQL column of the real desk keeps.
    pub fn now(&self) -> Timestamp {
        let held = *self.lock();
        whole_micros(held.unwrap_or_else(real_now))
    }

    /// Stops the clock at `at`.
    pub fn set(&self, at: Timestamp) {
        *self.lock() = Some(at);
    }

    /// Moves the hands on by `by` and leaves them there.
    pub fn advance(&self, by: SignedDuration) {
        let mut hands = self.lock();
        let from = hands.unwrap_or_else(real_now);
        *hands = Some(from.checked_add(by).unwrap_or(from));
    }

    /// Lets the clock follow real time again.
    pub fn follow_real_time(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Timestamp>> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
fn real_now() -> Timestamp {
    Timestamp::now()
}

fn whole_micros(at: Timestamp) -> Timestamp {
    at.round(TimestampRound::new().smallest(Unit::Microsecond).mode(jiff::RoundMode::Trunc)).unwrap_or(at)
}
