//! What a text becomes.

use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Features {
    let mut denials = Denials::default();
    denials.add(&["not".to_owned()], false, &["but".to_owned()]);
    denials.add(&["nicht".to_owned()], true, []);
    Features::of(text, &denials)
}

fn words(text: &str) -> Vec<String> {
    scan(text).into_iter().map(|token| token.text).collect()
}

#[test]
fn handles_addresses_numbers_and_hashtags_lose_what_is_particular() {
    assert_eq!(
        words("@shop My 3rd bag!! #NeverAgain https://x.example/1 :("),
        ["@", "my", "<n>", "rd", "bag", "!!", "#", "never", "again", "<url>", "<frown>"]
    );
}

#[test]
fn accents_elongation_and_elision_do_not_matter() {
    assert_eq!(words("sooooo LATE"), words("soo late"));
    assert_eq!(words("avión"), words("avion"));
    assert_eq!(words("l’avocat"), ["avocat"]);
}

#[test]
fn a_denied_word_is_another_hint_than_the_word() {
    let hash = |text: &str, word: &str| {
        let features = read(text);
        let hint = features.items.iter().find(|f| features.quote(f).is_some_and(|quote| quote == word));
        hint.map(|f| f.hash)
    };
    assert_eq!(hash("I am suing", "suing"), hash("we are suing", "suing"));
    assert_ne!(hash("I am suing", "suing"), hash("I am not suing", "suing"));
    assert_eq!(hash("not today, I am suing", "suing"), hash("I am suing", "suing"));
    assert_ne!(hash("ich verklage", "verklage"), hash("ich verklage Sie nicht", "verklage"));
}

#[test]
fn a_misspelt_word_shares_a_shape_with_the_right_one() {
    let hashes = |word: &str| read(word).items.iter().map(|f| f.hash).collect::<Vec<_>>();
    for (right, wrong) in [("fraud", "fruad"), ("lawyer", "lawyr"), ("refund", "refundd")] {
        let right = hashes(right);
        assert!(hashes(wrong).iter().any(|hash| right.contains(hash)), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in ".{0,200}") {
        let features = read(&text);
        prop_assert!(features.items.iter().all(|f| f.value.is_finite()));
    }
}
