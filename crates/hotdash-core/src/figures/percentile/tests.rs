//! Against what PostgreSQL says.

use super::percentile;

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
