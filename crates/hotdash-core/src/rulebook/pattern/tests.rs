//! The quick way finds what the exact pattern finds, nothing else.

use super::*;
use proptest::prelude::*;

#[test]
fn the_kelvin_sign_is_a_k_to_whoever_does_not_look_at_the_case() {
    let pattern = Pattern::new(0, r"\b{start}[[:alpha:]]").unwrap();
    assert!(pattern.takes_plain && pattern.fits(&Text::new("\u{212a}")));
}

#[test]
fn a_word_boundary_beside_an_umlaut_is_one_still() {
    let written = [r"\bb[oö]se\b|\b[a-f]-?\d{2,4}\b", r"\bb\w+e\b|\b[a-f]-?\d{2,4}\b"];
    let [loose, plain] = written.map(|written| Pattern::new(0, written).unwrap());
    assert!(loose.loose.is_some() && plain.takes_plain);
    for (text, fits) in [
        ("so böse", true),
        ("BÖSE!", true),
        ("übböse", false),
        ("größe A-123", true),
        ("größe ÄA-123", false),
        ("A-12345 größe", false),
    ] {
        for pattern in [&loose, &plain] {
            assert_eq!(pattern.fits(&Text::new(text)), fits, "{text}");
        }
    }
    let quick = Pattern::new(0, "refund|rück").unwrap();
    assert!(quick.loose.is_none() && !quick.takes_plain);
}

proptest! {
    #[test]
    fn the_quick_way_and_the_exact_one_agree(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                r"\b", r"\B", "a", "ä", "[b-f]", r"\d{1,2}", "(?:x|y)?", r"\w+", ".*", "^", "$", "(c)", " ", r"\b{start}",
                "k", "s", r"[^a]", r"\s", "_", r"\W", "[^ ]", r"\p{L}", r"\PL", "[[:alpha:]]", r"\D", r"[\w.-]",
            ]),
            1..7,
        ),
        text in "[aäbcxy1 .Ä_\u{a0}\u{1f}\u{c}٣½ſ€Я\u{308}\u{212a}]{0,12}",
    ) {
        let written = parts.concat();
        let pattern = Pattern::new(0, &written).unwrap();
        let plain = Regex::new(&format!("(?i){written}")).unwrap();
        prop_assert_eq!(pattern.fits(&Text::new(&text)), plain.is_match(&text), "{} on {}", written, text);
    }
}
