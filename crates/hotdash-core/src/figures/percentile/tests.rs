//! Against what PostgreSQL says, and the quick way against the plain one.

use super::{of_unsorted, percentile};
use proptest::prelude::*;

#[test]
fn between_two_values_it_is_interpolated_as_in_postgresql() {
    // SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY v) over 1 to 10 is 9.1.
    let values: Vec<i64> = (1..=10).rev().collect();
    assert!((percentile(&values, 0.9).unwrap() - 9.1).abs() < 1e-12);
    assert_eq!(percentile(&values, 0.0), Some(1.0));
    assert_eq!(percentile(&values, 1.0), Some(10.0));
    assert_eq!(percentile(&[7], 0.99), Some(7.0));
    assert_eq!(percentile(&[], 0.5), None);
}

proptest! {
    #[test]
    fn values_in_any_order_have_the_same_percentiles(
        values in prop::collection::vec(-20_i64..20, 0..60),
        mut shares in prop::array::uniform5(0.0_f64..=1.0),
    ) {
        shares.sort_by(f64::total_cmp);
        let plain = shares.map(|share| percentile(&values, share));
        let quick = of_unsorted(&mut values.clone(), shares);
        prop_assert_eq!(quick.map_or([None; 5], |all| all.map(Some)), plain);
    }
}
