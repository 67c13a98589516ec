//! The steady state of a backfill.

use super::steady;
use std::time::Duration;
use tokio::time::Instant;

/// How many calls were let in, half a second after half a second.
fn seen(calls: impl Iterator<Item = u64>) -> Vec<(Instant, u64)> {
    let begin = Instant::now();
    calls.zip(0..).map(|(calls, n)| (begin + Duration::from_millis(500) * n, calls)).collect()
}

#[test]
fn neither_the_start_nor_the_end_counts() {
    // A second of nothing, 40 calls at once, then ten each half a second; then it looks for a while and ends.
    let start = [0, 0, 40];
    let middle = (1..100).map(|n| 40 + 10 * n);
    let end = [1030; 20];
    let per_minute = steady(&seen(start.into_iter().chain(middle).chain(end))).unwrap();
    assert!((per_minute - 1200.0).abs() < 1.0, "{per_minute}");
}

#[test]
fn what_is_over_at_once_has_no_steady_state() {
    assert!(steady(&seen([0, 30, 60, 90].into_iter())).is_err());
    assert!(steady(&seen([0; 50].into_iter())).is_err());
}
