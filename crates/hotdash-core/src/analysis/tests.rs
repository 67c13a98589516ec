//! The lists themselves, and what must hold for any text.

use super::*;
use proptest::prelude::*;

#[test]
fn the_shipped_lists_have_no_problem() {
    let (_, problems) = Analyzer::parse(&lists::SHIPPED);
    assert_eq!(problems, []);
}

#[test]
fn a_bad_list_is_left_out_and_named() {
    let (_, problems) = Analyzer::parse(&[("mine.toml", "code = 'en'\n[[lists]]\n")]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].file, "mine.toml");
    assert!(problems[0].message.contains("lists"), "{}", problems[0].message);
}

#[test]
fn offsets_of_words_are_those_of_the_original() {
    let text = "ＨＥＬＬＯ, l’avocat 😠!";
    let tokens = words::tokenize(text);
    let seen: Vec<(&str, &str)> =
        tokens.iter().map(|t| (t.text.as_str(), &text[t.range.0..t.range.1])).collect();
    assert_eq!(seen, [("hello", "ＨＥＬＬＯ"), ("l'", "l’avocat"), ("avocat", "l’avocat"), ("😠", "😠")]);
}

proptest! {
    #[test]
    fn any_text_can_be_analysed(text in ".{0,300}") {
        let seen = Analyzer::shipped().analyze(&text);
        prop_assert!((-1.0..=1.0).contains(&seen.sentiment.score));
        prop_assert!((0.0..=1.0).contains(&seen.urgency.score));
        prop_assert!((0.0..=1.0).contains(&seen.intent.confidence));
        prop_assert!(seen.categories.iter().all(|tag| (0.0..=1.0).contains(&tag.confidence)));
        prop_assert_eq!(&seen, &Analyzer::shipped().analyze(&text));
    }

    #[test]
    fn words_of_the_lists_in_any_order_are_analysed(
        picked in prop::collection::vec(prop::sample::select(vec![
            "not", "urgent", "sue", "lawyer", "but", ",", ".", "don't", "make", "me", "😠", "die", "order", "C-9",
            "nicht", "verklage", "l'avocat", "pas", "!!", "🙏", "kind", "of", "least", "at", "never", "so",
        ]), 0..30)
    ) {
        let text = picked.join(" ");
        let seen = Analyzer::shipped().analyze(&text);
        prop_assert_eq!(seen.urgency.is_urgent, seen.urgency.score >= 0.6);
    }

    /// However many harmless words stand between "not" and "urgent" within its reach, it is denied; a "but" or a new
    /// sentence ends the denial.
    #[test]
    fn a_not_reaches_as_far_as_the_language_says(filler in 0_usize..8) {
        let between = vec!["really"; filler].join(" ");
        let denied = Analyzer::shipped().analyze(&format!("This is not {between} urgent for the order"));
        prop_assert_eq!(denied.urgency.is_urgent, filler > 3);
        let ended = Analyzer::shipped().analyze(&format!("This is not {between} but urgent for the order"));
        prop_assert!(ended.urgency.is_urgent);
        let other = Analyzer::shipped().analyze(&format!("That is it, not {between}. Urgent: the order"));
        prop_assert!(other.urgency.is_urgent);
    }
}
