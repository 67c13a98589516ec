//! Messages and what the rules must do with them.

use crate::cases::{load, report};
use hotdash_core::cases::{Case, Mismatch, read, run};
use hotdash_core::hours::Hours;
use hotdash_core::rulebook::SHIPPED;

#[test]
fn rules_decide_as_the_cases_say() {
    let cases: Vec<(String, Case)> = load("routing");
    let mut wrong = Vec::new();
    for (file, case) in &cases {
        let mismatches = run(case, &[SHIPPED], &Hours::shipped());
        let mismatches = mismatches.unwrap_or_else(|problems| panic!("{file}: {}: {problems}", case.name));
        for Mismatch { what, expected, found } in mismatches {
            wrong.push(format!("{file}: {}: {what} is {found}, not {expected}", case.name));
        }
    }
    report(&wrong, cases.len());
}

#[test]
fn a_case_that_does_not_hold_says_what_was_expected_and_what_was_found() {
    let cases = read(
        "[[case]]\nname = \"calm\"\ntext = \"I will sue you\"\nonline = { Ben = 1 }\n\
         expect = { hold = false, assigned = \"Cleo\", added = [], because = \"full moon\" }\n",
    );
    let told = run(&cases.unwrap()[0], &[SHIPPED], &Hours::shipped()).unwrap();
    let told: Vec<(&str, &str, &str)> =
        told.iter().map(|m| (m.what.as_str(), m.expected.as_str(), m.found.as_str())).collect();
    assert_eq!(
        told[..3],
        [("added", "none", "escalated, needs_attention"), ("assigned", "Cleo", "Ben"), ("hold", "no", "yes")]
    );
    assert_eq!((told[3].0, told[3].1), ("because", "full moon"));
    assert!(told[3].2.contains("legal-or-fraud: "), "{told:?}");
}

#[test]
fn a_file_with_a_misspelt_key_is_refused_with_its_place() {
    let wrong =
        read("[[case]]\nname = \"a\"\ntext = \"b\"\nexpects = { hold = true }\n").unwrap_err().to_string();
    assert!(wrong.contains("line 4") && wrong.contains("expects"), "{wrong}");
    let empty = read("").unwrap_err().to_string();
    assert!(empty.contains("case"), "{empty}");
}
