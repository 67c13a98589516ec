//! How long real changes stay unseen: each is planted on a Tuesday at nine, on several desks.

use super::super::{Kind, WEEK};
use super::desk::{Planted, desk, episodes};

const FROM: i64 = 16 * WEEK + 24 + 9;

/// Hours until the alert, for ten desks, sorted; `i64::MAX` where there is none within two weeks.
fn delays(planted: Planted, kind: Kind, series: &str) -> Vec<i64> {
    let mut delays: Vec<i64> = (0..10)
        .map(|seed| {
            let mut all = desk(50 + seed, 19, 1.0, planted);
            // The threshold stays that of the whole desk, because the others are only left out of the looking.
            let told = {
                all.sort_by_key(|one| !(one.kind() == kind && one.name() == series));
                episodes(&all, FROM, FROM + 2 * WEEK)
            };
            let first = told.iter().find(|alert| alert.kind == kind && alert.series == series);
            first.map_or(i64::MAX, |alert| alert.until.0 - FROM + 1)
        })
        .collect();
    delays.sort_unstable();
    println!("{kind:?} {series}: {delays:?}");
    delays
}

/// Half of the desks are told within `half` hours, all within `all`.
fn check(delays: &[i64], half: i64, all: i64) {
    assert!(delays[4] <= half && delays[9] <= all, "{delays:?}");
}

fn planted() -> Planted {
    Planted { from: FROM, ..Planted::NOTHING }
}

#[test]
fn twice_the_volume_is_told_within_four_days() {
    check(&delays(Planted { volume: 2.0, ..planted() }, Kind::Volume, "All"), 12, 96);
}

#[test]
fn half_as_much_again_is_told_within_two_weeks() {
    check(&delays(Planted { volume: 1.5, ..planted() }, Kind::Volume, "All"), 96, 336);
}

#[test]
fn twice_the_response_time_is_told_within_four_days() {
    check(&delays(Planted { waits: 2.0, ..planted() }, Kind::ResponseTime, "All"), 24, 96);
}

#[test]
fn three_times_an_issue_is_told_within_two_days() {
    check(&delays(Planted { third_issue: 3.0, ..planted() }, Kind::Issue, "issue 2"), 24, 48);
}

#[test]
fn an_agent_with_five_times_the_bad_ratings_is_told_within_nine_days() {
    check(&delays(Planted { bad_ratings: 5.0, ..planted() }, Kind::Agent, "agent 0"), 120, 216);
}
