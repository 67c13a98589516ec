//! The lists themselves, and what must hold for any text.

use super::*;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

#[test]
fn the_shipped_lists_have_no_problem() {
    let (_, problems) = Analyzer::parse(&lists::SHIPPED);
    assert_eq!(problems, []);
}

#[test]
fn a_doubtful_category_is_proposed_and_not_taken() {
    let list = "code = 'en'\n[[list]]\ntopic = 'category.sails'\nweight = WEIGHT\nwords = ['mast']\n\
                [thresholds]\ncategory = 0.4\npossible = 0.25\nintent = 0.3\nurgent = 0.5\nescalation = 0.5\nsentiment = 0.4\n";
    let names = |weight: &str| {
        let text = list.replace("WEIGHT", weight);
        let seen = Analyzer::parse(&[("mine.toml", text.as_str())]).0.analyze("The mast is here");
        let names = |tags: Vec<Tag>| tags.into_iter().map(|tag| tag.name).collect::<Vec<_>>();
        (names(seen.categories), names(seen.possible))
    };
    let sails = || vec!["sails".to_owned()];
    assert_eq!(names("0.5"), (sails(), Vec::new()));
    assert_eq!(names("0.3"), (Vec::new(), sails()));
    assert_eq!(names("0.2"), (Vec::new(), Vec::new()));
}

/// The shipped models are those of the shipped examples; after a change teach them again.
#[test]
fn what_is_shipped_was_taught_by_the_examples() {
    for task in [crate::learn::Task::Sentiment, crate::learn::Task::Urgency, crate::learn::Task::Escalation] {
        let shipped = &Analyzer::shipped().taught[&task];
        let rows = taught::examples(task).unwrap();
        assert_eq!(
            shipped.examples,
            crate::learn::digest(&rows),
            "the examples of {} changed: cargo run -p hotdash-core --example teach",
            task.name()
        );
    }
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

#[test]
fn letters_of_western_europe_are_made_small_as_the_library_makes_them() {
    for letter in '\u{1}'..='\u{ff}' {
        let word = format!("a{letter}B");
        let library: String = word.nfkc().collect::<String>().to_lowercase().replace(['`', '´'], "'");
        assert_eq!(words::normalize(&word), library.nfkc().collect::<String>(), "{letter:?}");
    }
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
        prop_assert_eq!(seen.urgency.is_urgent, seen.urgency.score >= 0.5);
    }

    /// However many harmless words stand between "not" and "urgent" within its reach, it is denied; a "but" or a new
    /// sentence ends the denial.
    #[test]
    fn a_not_reaches_as_far_as_the_language_says(filler in 0_usize..8) {
        let between = vec!["really"; filler].join(" ");
        // What the lists hear, before a model weighs it.
        let heard = |text: &str| weigh(&Analyzer::shipped().read(text).found, "urgency").0 > 0.0;
        let text = format!("This is not {between} urgent for the order");
        prop_assert_eq!(heard(&text), filler > 3);
        let text = format!("This is not {between} but urgent for the order");
        prop_assert!(heard(&text));
        let text = format!("That is it, not {between}. Urgent: the order");
        prop_assert!(heard(&text));
    }
}
