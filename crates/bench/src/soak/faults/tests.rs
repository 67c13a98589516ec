//! Plans of half an hour.

use super::{ALL, plan};
use std::time::Duration;

const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);

#[test]
fn half_an_hour_meets_every_trouble_one_after_the_other_and_ends_in_time() {
    for seed in 0..200 {
        let plan = plan(seed, HALF_AN_HOUR);
        assert!(ALL.iter().all(|trouble| plan.iter().any(|phase| phase.trouble == *trouble)), "seed {seed}");
        assert!(plan.windows(2).all(|two| two[0].ends < two[1].begins), "seed {seed}");
        assert!(
            plan.iter().all(|phase| phase.begins < phase.ends && phase.ends < HALF_AN_HOUR),
            "seed {seed}"
        );
    }
}

#[test]
fn a_kill_lies_within_its_trouble_and_not_in_the_last_third() {
    for seed in 0..200 {
        let plan = plan(seed, HALF_AN_HOUR);
        let kills: Vec<_> = plan.iter().filter_map(|p| Some((p.begins, p.kill?.0, p.ends))).collect();
        assert!(kills.len() > 3, "seed {seed}");
        let fits = |(begins, at, ends): &(Duration, Duration, Duration)| {
            begins < at && at < ends && *ends < HALF_AN_HOUR * 2 / 3
        };
        assert!(kills.iter().all(fits), "seed {seed}: {kills:?}");
    }
}

#[test]
fn the_same_seed_makes_the_same_plan() {
    let shown = |seed| format!("{:?}", plan(seed, HALF_AN_HOUR));
    assert_eq!(shown(7), shown(7));
    assert_ne!(shown(7), shown(8));
}
