//! How long lists of conversations take lately: what polling costs the desk.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many of the last lists are kept in mind.
const KEPT: usize = 32;

/// The answer times of the last lists, at most 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub lists: u32,
    pub mean: Duration,
    pub median: Duration,
    pub last: Duration,
}

#[derive(Debug, Default)]
pub(super) struct AnswerTimes {
    newest_last: Mutex<VecDeque<Duration>>,
}

impl AnswerTimes {
    pub(super) fn add(&self, took: Duration) {
        let mut times = self.times();
        if times.len() == KEPT {
            times.pop_front();
        }
        times.push_back(took);
    }

    /// `None` before the first list.
    pub(super) fn pace(&self) -> Option<Pace> {
        let times = self.times();
        let last = *times.back()?;
        let lists = u32::try_from(times.len()).ok()?;
        let mut sorted: Vec<Duration> = times.iter().copied().collect();
        sorted.sort_unstable();
        let median = *sorted.get(sorted.len() / 2)?;
        Some(Pace { lists, mean: times.iter().sum::<Duration>() / lists, median, last })
    }

    fn times(&self) -> MutexGuard<'_, VecDeque<Duration>> {
        // Plain figures: a panic elsewhere cannot have left them half-changed.
        self.newest_last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
