//! Splitting a text into its words, emojis and the ends of its sentences and clauses.
//!
//! The borders of words are those of UAX #29. In ASCII with the letters of Western Europe they are told many times more
//! quickly, and nearly all of most texts is that. So only what stands beside something foreign takes the long way. The two
//! may be parted at a blank that follows something else, because no rule of UAX #29 looks over it.

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
        let foreign = first_foreign(rest.as_bytes());
        if foreign == rest.len() {
            return plain_pieces(rest, done, &mut take);
        }
        let plain = rest[..foreign].rfind(' ').map_or(0, |blank| rest[..blank].trim_end_matches(' ').len());
        plain_pieces(&rest[..plain], done, &mut take);
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

/// Where the first character stands that is neither ASCII nor a letter of Western Europe, or the end.
fn first_foreign(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            0..=0x7f => 1,
            // The second byte tells "À" to "ÿ" apart; two of those are signs.
            0xc3 if bytes.get(at + 1).is_some_and(|second| !matches!(second, 0x97 | 0xb7)) => 2,
            _ => return at,
        }
    }
    at
}

/// Where a blank stands after a word that begins before `from`, or the end.
fn end_of_word(text: &str, from: usize) -> usize {
    let blanks = text[from..].match_indices(' ').map(|(at, _)| from + at);
    let mut after_word = blanks.filter(|blank| !text[..*blank].ends_with(char::is_whitespace));
    after_word.next().unwrap_or(text.len())
}

/// As [`pieces`] of a part of the text that begins at `offset` and has nothing foreign. There the rules come to few:
/// letters, digits and underscores stay together, some signs hold two letters or two digits together, and every other
/// sign stands alone.
fn plain_pieces<'a>(text: &'a str, offset: usize, take: &mut impl FnMut(usize, Piece<'a>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b' ' => {}
            byte if is_of_word(byte) => {
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
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        let is_held = || match (bytes[at - 1], bytes.get(at + 1)) {
            (before, Some(&after)) if is_letter(before) => {
                matches!(byte, b'.' | b'\'' | b':') && is_letter(after)
            }
            (b'0'..=b'9', Some(b'0'..=b'9')) => matches!(byte, b'.' | b'\'' | b',' | b';'),
            _ => false,
        };
        if !is_of_word(byte) && !is_held() {
            break;
        }
        at += 1;
    }
    at - 1
}

/// Where nothing is foreign, bytes beyond ASCII are parts of letters.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

fn is_of_word(byte: u8) -> bool {
    is_letter(byte) || byte.is_ascii_digit() || byte == b'_'
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
                    "ü", "né", "É", "ß", "×", "÷", "ø'", "0", "\u{308}", "\u{200d}", "\u{2003}", "\u{a0}", "…", "“", "🚗", "🇩🇪", "🇩", "👩‍🔧", "☎\u{fe0f}", "か", "カ",
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
