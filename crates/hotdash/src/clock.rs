//! The only room that reads the time. Tests own the hands.

use jiff::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::timestamp::context::ContextV7;

/// Where "now" comes from, and with it the time-sortable ids.
#[derive(Clone)]
pub struct Clock {
    hands: Hands,
    /// Keeps ids in order within a millisecond, and when the machine's clock is set back.
    order: Arc<Mutex<ContextV7>>,
}

#[derive(Clone)]
enum Hands {
    Machine,
    /// Milliseconds since 1970, set by a test.
    Set(Arc<AtomicI64>),
    /// The machine's clock, so many milliseconds ahead.
    Ahead(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn real() -> Self {
        Self { hands: Hands::Machine, order: Arc::new(Mutex::new(ContextV7::new())) }
    }

    /// A clock that stands still until it is set.
    #[must_use]
    pub fn manual(now: Timestamp) -> Self {
        Self { hands: Hands::Set(Arc::new(AtomicI64::new(now.as_millisecond()))), ..Self::real() }
    }

    /// A clock that runs like the machine's and can be set forward.
    #[must_use]
    pub fn running() -> Self {
        Self { hands: Hands::Ahead(Arc::default()), ..Self::real() }
    }

    /// Move the hands of a test's clock; the machine's clock cannot be moved.
    pub fn advance(&self, milliseconds: i64) {
        if let Hands::Set(hands) | Hands::Ahead(hands) = &self.hands {
            hands.fetch_add(milliseconds, Ordering::SeqCst);
        }
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match &self.hands {
            Hands::Machine => machine_now().as_millisecond(),
            Hands::Set(hands) => hands.load(Ordering::SeqCst),
            Hands::Ahead(by) => machine_now().as_millisecond() + by.load(Ordering::SeqCst),
        }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// A new time-sortable id, as text.
    #[must_use]
    pub fn new_id(&self) -> String {
        let now = self.now();
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
        // The context is plain data: a panic elsewhere cannot have left it half-changed.
        let order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        let timestamp = uuid::Timestamp::from_unix(&*order, seconds, nanos);
        uuid::Uuid::new_v7(timestamp).to_string()
    }
}

/// Where the ids made from this millisecond on begin.
#[must_use]
pub fn first_id_at(ms: i64) -> String {
    let hex = format!("{:012x}", ms.max(0));
    let (high, low) = hex.split_at(hex.len() - 4);
    format!("{high}-{low}")
}

#[expect(clippy::disallowed_methods, reason = "the one place that may")]
fn machine_now() -> Timestamp {
    Timestamp::now()
}
