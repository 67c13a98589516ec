//! How far the bar is.

use super::{Backfill, PARTS, done_parts};

#[test]
fn the_bar_shows_how_much_of_the_time_was_walked_through() {
    let walk = |reached| Backfill {
        since: 1000,
        started_at: 2000,
        page: 1,
        reached,
        conversations: 1,
        messages: 1,
        surveys: 0,
        finished_at: None,
    };
    assert_eq!(done_parts(&walk(2000)), 0);
    assert_eq!(done_parts(&walk(1500)), PARTS / 2);
    assert_eq!(done_parts(&walk(900)), PARTS);
}
