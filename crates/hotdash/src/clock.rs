//! The only room that reads the time. Tests own the hands.

use jiff::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::timestamp::context::ContextV7;

/// Where "now" comes from, and with it the time-sortable ids.
#[derive(Clone)]
pub struct Clock {
    /// `None` = the machine's clock; else milliseconds since 1970, set by a test.
    hands: Option<Arc<AtomicI64>>,
    /// Keeps ids in order within a millisecond, and when the machine's clock is set back.
    order: Arc<Mutex<ContextV7>>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn real() -> Self {
        Self { hands: None, order: Arc::new(Mutex::new(ContextV7::new())) }
    }

    /// A clock that stands still until it is set.
    #[must_use]
    pub fn manual(now: Timestamp) -> Self {
        Self { hands: Some(Arc::new(AtomicI64::new(now.as_millisecond()))), ..Self::real() }
    }

    /// Move a manual clock; the machine's clock cannot be moved.
    pub fn advance(&self, milliseconds: i64) {
        if let Some(hands) = &self.hands {
            hands.fetch_add(milliseconds, Ordering::SeqCst);
        }
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match &self.hands {
            Some(hands) => hands.load(Ordering::SeqCst),
            None => machine_now().as_millisecond(),
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

#[expect(clippy::disallowed_methods, reason = "the one place that may")]
fn machine_now() -> Timestamp {
    Timestamp::now()
}
