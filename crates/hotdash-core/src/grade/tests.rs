//! Grades and their guide.

use super::*;

#[test]
fn the_guide_explains_every_axis_and_grade() {
    let guide = parse(GUIDE_TEXT).unwrap();
    let axes: Vec<&str> = guide.iter().map(|axis| axis.axis.as_str()).collect();
    assert_eq!(axes, ["tone", "accuracy", "policy"]);
    assert_eq!(super::guide(), guide);
    assert!(guide.iter().flat_map(|axis| &axis.meanings).all(|meaning| meaning.len() > 10));
}

#[test]
fn only_one_to_five_is_a_grade() {
    let valid: Vec<u8> = (0..=255).filter(|n| Grade::new(*n).is_ok()).collect();
    assert_eq!(valid, [1, 2, 3, 4, 5]);
    assert_eq!(Grade::new(6).unwrap_err().to_string(), "a grade is a whole number from 1 to 5, not 6");
    assert!(serde_json::from_str::<Grades>(r#"{"tone":5,"accuracy":0,"policy":5}"#).is_err());
}

#[test]
fn gold_needs_every_axis() {
    assert!(Grades::new(4, 5, 4).unwrap().is_gold());
    assert!(!Grades::new(5, 5, 3).unwrap().is_gold());
    let text = serde_json::to_string(&Grades::new(5, 4, 3).unwrap()).unwrap();
    assert_eq!(text, r#"{"tone":5,"accuracy":4,"policy":3}"#);
}
