//! Against values that can be worked out by hand or stand in tables.

use super::*;

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-6
}

#[test]
fn a_share_of_nothing_may_be_anything() {
    assert_eq!(wilson(0, 0), Interval { lower: 0.0, upper: 1.0 });
    assert_eq!(wilson(0, 20).lower, 0.0);
    assert!((wilson(0, 20).upper - 0.161).abs() < 0.001);
}

#[test]
fn a_variance_above_the_mean_is_a_negative_binomial() {
    // r = 2, p = 1/2: P(X = 0) = 1/4, P(X = 1) = 2/8, P(X = 2) = 3/16.
    let count = Count::new(2.0, 4.0);
    assert!(close(count.at_most(0), 0.25));
    assert!(close(count.at_most(1), 0.5));
    assert!(close(count.at_least(3), 1.0 - 0.25 - 0.25 - 3.0 / 16.0));
}

#[test]
fn a_variance_equal_to_the_mean_is_a_poisson() {
    let count = Count::new(3.0, 3.0);
    assert!(close(count.at_most(0), (-3.0_f64).exp()));
    assert!(close(count.at_most(1), 4.0 * (-3.0_f64).exp()));
}

#[test]
fn a_variance_below_the_mean_is_a_binomial() {
    // Ten tosses of a coin.
    let count = Count::new(5.0, 2.5);
    assert!(close(count.at_least(10), 1.0 / 1024.0));
    assert!(close(count.at_most(1), 11.0 / 1024.0));
}

#[test]
fn tails_cover_everything_and_ranges_hold_what_they_say() {
    for (mean, variance) in [(0.06, 0.07), (0.5, 0.5), (12.0, 30.0), (40.0, 22.0), (900.0, 4000.0)] {
        let count = Count::new(mean, variance);
        assert_eq!(count.at_least(0), 1.0);
        for value in [1, 3, 10, 40, 900] {
            assert!(
                close(count.at_least(value) + count.at_most(value - 1), 1.0),
                "{mean} {variance} {value}"
            );
        }
        let range = count.usual_range();
        assert!(count.at_most(range.upper as u64) >= 0.95, "{mean}");
        assert!(range.upper == 0.0 || count.at_most(range.upper as u64 - 1) < 0.95, "{mean}");
        assert!(range.lower <= mean.ceil() && range.upper >= mean.floor());
    }
}

#[test]
fn a_ratio_without_earlier_cases_has_no_upper_end_that_is_known() {
    let (ratio, interval) = rate_ratio(5, 1.0, 0, 1.0).unwrap();
    assert!(ratio.is_infinite() && interval.upper.is_infinite() && interval.lower > 1.0);
    assert_eq!(rate_ratio(0, 1.0, 0, 1.0), None);
}

#[test]
fn a_tea_taster_with_all_eight_cups_right_is_as_lucky_as_fisher_says() {
    // One in seventy.
    assert!(close(fisher_more(4, 4, 0, 4), 1.0 / 70.0));
    assert_eq!(fisher_more(0, 0, 3, 9), 1.0);
}

#[test]
fn a_gamma_quantile_has_the_mean_between_its_ends() {
    // Shape 1 is the exponential distribution: its median is ln 2.
    assert!((gamma_quantile(1.0, 1.0, 0.5) - 2.0_f64.ln()).abs() < 1e-3);
    assert_eq!(gamma_quantile(7.0, 0.0, 0.9), 7.0);
    assert!((gamma_quantile(1000.0, 0.5, 0.95) - 1001.163).abs() < 0.01);
}
