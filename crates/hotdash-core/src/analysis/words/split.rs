//! Splitting a text into its words, emojis and the ends of its sentences and clauses.
//!
//! The borders of words are those of UAX #29. In plain ASCII they are told many times more quickly, and nearly all of
//! most texts is that, even where they are German or French. So only what stands beside a foreign letter takes the long
//! way. The two may be parted at a blank that follows something else, because no rule of UAX #29 looks over it.

use unicode_segmentation::UnicodeSegmentation;

/// What a text consists of, as far as matching goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Word(&'a str),
    Emoji(&'a str),
    EndOfSentence,
    EndOfClause,
}

/// The pieces in their order, each with the byte where it begins.
pub(super) fn pieces<'a>(text: &'a str, mut take: impl FnMut(usize, Piece<'a>)) {
    let mut done = 0;
    while done < text.len() {
        let rest = &text[done..];
        let Some(foreign) = rest.bytes().position(|byte| !byte.is_ascii()) else {
            return ascii_pieces(rest, done, &mut take);
        };
        let plain = rest[..foreign].rfind(' ').map_or(0, |blank| rest[..blank].trim_end_matches(' ').len());
        ascii_pieces(&rest[..plain], done, &mut take);
        let rest = &rest[plain..];
        done += plain;
        let long = end_of_word(rest, foreign - plain);
        for (start, piece) in rest[..long].split_word_bound_indices() {
            if let Some(piece) = kind(piece) {
                take(done + start, piece);
            }
        }
        done += long;
    }
}

/// Where a blank stands after a word that begins before `from`, or the end.
fn end_of_word(text: &str, from: usize) -> usize {
    let blanks = text[from..].match_indices(' ').map(|(at, _)| from + at);
    let mut after_word = blanks.filter(|blank| !text[..*blank].ends_with(char::is_whitespace));
    after_word.next().unwrap_or(text.len())
}

/// As [`pieces`] of a part of the text that begins at `offset`. In ASCII the rules come to few: letters, digits and
/// underscores stay together, some signs hold two letters or two digits together, and every other sign stands alone.
fn ascii_pieces<'a>(text: &'a str, offset: usize, take: &mut impl FnMut(usize, Piece<'a>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b' ' => {}
            b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                at += rest_of_word(&bytes[start..]);
                let word = &text[start..at];
                // Underscores alone say nothing.
                if word.bytes().any(|byte| byte != b'_') {
                    take(offset + start, Piece::Word(word));
                }
            }
            b'.' | b'!' | b'?' | b';' | b'\n' => take(offset + start, Piece::EndOfSentence),
            b',' | b':' | b'(' | b')' | b'-' | b'"' => take(offset + start, Piece::EndOfClause),
            _ => {}
        }
    }
}

/// How many bytes belong to the word that the first of these begins.
fn rest_of_word(bytes: &[u8]) -> usize {
    let goes_on = |window: &[u8]| match window {
        [_, b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z', ..] => true,
        [before, b'.' | b'\'' | b':', after] if before.is_ascii_alphabetic() => after.is_ascii_alphabetic(),
        [before, b'.' | b'\'' | b',' | b';', after] if before.is_ascii_digit() => after.is_ascii_digit(),
        _ => false,
    };
    (0..bytes.len()).take_while(|at| goes_on(&bytes[*at..bytes.len().min(at + 3)])).count()
}

fn kind(piece: &str) -> Option<Piece<'_>> {
    if piece.chars().any(char::is_alphanumeric) {
        Some(Piece::Word(piece))
    } else if is_emoji(piece) {
        Some(Piece::Emoji(piece))
    } else if piece.contains(['.', '!', '?', ';', '…', '\n', '¿', '¡', '。']) {
        Some(Piece::EndOfSentence)
    } else if piece.contains([',', ':', '(', ')', '–', '—', '-', '"', '“', '”']) {
        Some(Piece::EndOfClause)
    } else {
        None
    }
}

fn is_emoji(piece: &str) -> bool {
    piece.chars().next().is_some_and(|c| ('\u{2600}'..='\u{27bf}').contains(&c) || c >= '\u{1f300}')
}

#[cfg(test)]
mod tests {
    //! The quick way says what the long one says.

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn where_a_text_is_parted_changes_none_of_its_pieces(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    " ", " ", "  ", "a", "Bc", "7", "1.5", ".", ";", "a_", "e.g", ",", "'", "_", "-", "\r\n", "\n", "\t", "\"", "l'a", ":", "@",
                    "ü", "né", "\u{308}", "\u{200d}", "\u{2003}", "\u{a0}", "…", "“", "🚗", "🇩🇪", "🇩", "👩‍🔧", "☎\u{fe0f}", "か", "カ",
                    "ไทย", "א", "\u{feff}", "½", "`",
                ]),
                0..14,
            ),
        ) {
            let text = parts.concat();
            let mut quick = Vec::new();
            // The ends of "\r\n" are told at its second sign by the quick way; nobody asks where an end stands.
            let place = |at: usize, piece: &Piece<'_>| match piece {
                Piece::Word(_) | Piece::Emoji(_) => Some(at),
                Piece::EndOfSentence | Piece::EndOfClause => None,
            };
            pieces(&text, |at, piece| quick.push((place(at, &piece), piece)));
            let long: Vec<_> = text
                .split_word_bound_indices()
                .filter_map(|(at, piece)| kind(piece).map(|piece| (place(at, &piece), piece)))
                .collect();
            prop_assert_eq!(quick, long, "{:?}", text);
        }
    }
}
