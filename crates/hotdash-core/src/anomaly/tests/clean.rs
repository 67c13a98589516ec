//! False alarms, counted on desks where nothing is wrong.

use super::super::WEEK;
use super::desk::{Planted, desk, episodes};

/// Desks, and weeks of each that are looked at after the sixteen that are learned from.
const DESKS: u64 = 2;
const LOOKED_AT: i64 = 52;

fn false_alarms(growth: f64) -> f64 {
    let mut alarms = 0;
    for seed in 0..DESKS {
        let series = desk(1000 + seed, 16 + LOOKED_AT, growth, Planted::NOTHING);
        let told = episodes(&series, 16 * WEEK, (16 + LOOKED_AT) * WEEK);
        for alert in &told {
            println!("{seed} {:?} p {:.1e}: {}", alert.kind, alert.p, alert.sentence);
        }
        alarms += told.len();
    }
    let in_four_weeks = alarms as f64 / (DESKS as f64 * LOOKED_AT as f64) * 4.0;
    println!("growth {growth}: {alarms} false alarms, {in_four_weeks:.2} in four weeks");
    in_four_weeks
}

#[test]
fn clean_desks_raise_fewer_than_one_false_alarm_in_four_weeks() {
    let rate = false_alarms(1.0);
    assert!(rate <= 1.0, "{rate}");
}

#[test]
fn a_desk_that_grows_by_one_part_in_fifty_each_week_raises_no_more() {
    let rate = false_alarms(1.02);
    assert!(rate <= 1.0, "{rate}");
}
