//! Small things of the forms.

use super::*;

#[test]
fn line_ends_of_forms_become_our_own() {
    assert_eq!(tidy("  Hello\r\n\r\nBye \r\n"), "Hello\n\nBye");
}

#[test]
fn three_grades_or_none() {
    assert_eq!(all_of(Some(5), Some(4), Some(3)), Some([5, 4, 3]));
    assert_eq!(all_of(Some(5), None, Some(3)), None);
}

#[test]
fn errors_become_sentences() {
    assert_eq!(sentence("grade tone first"), "Grade tone first.");
    assert_eq!(sentence(""), "");
}
