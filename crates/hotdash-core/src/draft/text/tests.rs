//! Passages as they are written in a knowledge folder.

use super::*;

#[test]
fn markup_goes_and_words_stay() {
    let passage = "# Shipping\n\nWe ship to **Norway** for 25 €. It takes *5–8 days*; see [the table](https://shop.test/t).\n\n\
                   To return an item:\n\n- pack it\n- print the label;\n- drop it off\n\nThat is all.\n\n\
                   | Country | Price |\n|---|---|\n| Norway | 25 € |\n| Italy | 12 € |\n";
    assert_eq!(
        sentences(passage),
        [
            "We ship to Norway for 25 €.",
            "It takes 5–8 days; see the table (https://shop.test/t).",
            "To return an item: pack it; print the label; drop it off",
            "That is all.",
            "Norway: 25 €",
            "Italy: 12 €",
        ]
    );
}

#[test]
fn sentences_of_plain_text_keep_their_places() {
    let text = "Hi Ann,\n\nit is here. Is it? Yes.\nBest,\nBen";
    let seen: Vec<&str> = split_ranges(text).into_iter().map(|(start, end)| &text[start..end]).collect();
    assert_eq!(seen, ["Hi Ann,", "it is here.", "Is it?", "Yes.", "Best,", "Ben"]);
}

#[test]
fn markdown_becomes_plain_where_nobody_shows_it() {
    for (markdown, expected) in [
        ("Hi Ann,\nyes.\n\n– Ben", "Hi Ann,\nyes.\n\n– Ben"),
        ("It costs **25 €** for *you*.", "It costs 25 € for you."),
        ("See [our help](https://shop.test/help).", "See our help (https://shop.test/help)."),
        ("See [https://shop.test](https://shop.test).", "See https://shop.test."),
        ("# Returns\n\nYou need:\n\n1. the **part**\n2. the bill\n\nThat is all.", {
            "Returns\n\nYou need:\n1. the part\n2. the bill\n\nThat is all."
        }),
        ("- `a`\n- b", "- a\n- b"),
        ("5 * 3 * 2 is 30, a_b_c", "5 * 3 * 2 is 30, a_b_c"),
    ] {
        assert_eq!(plain(markdown), expected);
    }
    assert_eq!(first_markup("a — **b** c"), Some((6, 11)));
    assert_eq!(first_markup("- a\n- b, see https://x.test"), None);
    assert_eq!(simple_marks("“It’s” 5–8 days…"), "\"It's\" 5-8 days...");
}
