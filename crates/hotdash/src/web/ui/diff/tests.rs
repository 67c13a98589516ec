//! What an edit changed is told in whole phrases, and nothing is lost on the way.

use super::*;
use proptest::prelude::*;

fn told(old: &str, new: &str) -> String {
    let mark = |p: &Piece| match p.kind {
        "del" => format!("[-{}-]", p.text),
        "ins" => format!("[+{}+]", p.text),
        _ => p.text.clone(),
    };
    diff(old, new).pieces.iter().map(mark).collect()
}

#[test]
fn neighbouring_words_change_together() {
    assert_eq!(
        told("It will come soon.", "We cannot say when."),
        "[-It will come soon-][+We cannot say when+]."
    );
    assert_eq!(told("Hello Ann,\n\nBye", "Dear Ann,\n\nBye"), "[-Hello-][+Dear+] Ann,\n\nBye");
}

#[test]
fn nothing_changed_is_one_piece() {
    let diff = diff("Hello Ann", "Hello Ann");
    assert_eq!(diff.pieces, [Piece { kind: "same", text: "Hello Ann".into() }]);
    assert_eq!((diff.removed_words, diff.added_words), (0, 0));
}

#[test]
fn words_are_counted() {
    let diff = diff("one two three", "one 2 three four");
    assert_eq!((diff.removed_words, diff.added_words), (1, 2));
}

proptest! {
    #[test]
    fn both_texts_can_be_read_back(old in "[ab \n.é]{0,40}", new in "[ab \n.é]{0,40}") {
        let diff = diff(&old, &new);
        let text = |but: &str| diff.pieces.iter().filter(|p| p.kind != but).map(|p| p.text.as_str()).collect::<String>();
        prop_assert_eq!(text("ins"), old);
        prop_assert_eq!(text("del"), new);
    }
}
