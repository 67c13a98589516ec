//! Figures that can be checked by hand.

use super::*;

fn judged(truth: &str, guess: &str, confidence: f32) -> Judged {
    Judged { truth: truth.to_owned(), guess: guess.to_owned(), confidence, abstained: confidence < 0.5 }
}

#[test]
fn figures_are_those_of_the_textbook() {
    let seen = measure(&[
        judged("a", "a", 0.9),
        judged("a", "b", 0.6),
        judged("b", "b", 0.8),
        judged("b", "b", 0.4),
        judged("b", "a", 0.55),
    ]);
    assert_eq!((seen.n, seen.accuracy, seen.abstained), (5, 0.6, 1));
    let a = seen.per_class["a"];
    assert_eq!((a.precision, a.recall, a.f1, a.n), (0.5, 0.5, 0.5, 2));
    let b = seen.per_class["b"];
    assert_eq!((b.precision, b.recall, b.f1, b.n), (0.6667, 0.6667, 0.6667, 3));
    assert_eq!(seen.macro_f1, 0.5833);
    assert_eq!(seen.accuracy_when_sure, Some(0.5));
}

#[test]
fn a_label_that_is_guessed_but_never_true_has_no_part_in_the_macro_f1() {
    let seen = measure(&[judged("a", "a", 0.9), judged("a", "c", 0.9)]);
    assert_eq!(seen.macro_f1, seen.per_class["a"].f1);
    assert_eq!(seen.per_class["c"].n, 0);
}

#[test]
fn calibration_is_the_distance_between_confidence_and_truth() {
    let honest: Vec<Judged> = (0..10).map(|n| judged("a", if n < 8 { "a" } else { "b" }, 0.8)).collect();
    assert_eq!(measure(&honest).calibration.expected_error, 0.0);
    let boasting: Vec<Judged> = honest.into_iter().map(|j| Judged { confidence: 1.0, ..j }).collect();
    let seen = measure(&boasting).calibration;
    assert_eq!((seen.expected_error, seen.bins.len()), (0.2, 1));
    assert_eq!((seen.bins[0].n, seen.bins[0].accuracy), (10, 0.8));
}

#[test]
fn nothing_measures_nothing() {
    let seen = measure(&[]);
    assert_eq!((seen.n, seen.accuracy, seen.macro_f1, seen.accuracy_when_sure), (0, 0.0, 0.0, None));
}
