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
