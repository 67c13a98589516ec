//! Words and matching: text becomes normalised tokens, patterns become one table, and one pass finds them all.
//!
//! A token is a UAX #29 word, NFKC-normalised and in lower case, or an emoji. Patterns go through the same tokeniser,
//! so "Charge-Back" in a list meets "charge back" in a message. Whole words only: each token is looked up among
//! the words that patterns begin with.

mod matcher;
mod rows;
mod split;

pub use matcher::Matcher;
pub(crate) use rows::Rows;

use rust_stemmers::{Algorithm, Stemmer};
use split::Piece;
use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// A word or an emoji of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Normalised.
    pub text: String,
    /// Which sentence; phrases never cross sentences.
    pub sentence: usize,
    /// Which part between commas, brackets and dashes; negations never cross these.
    pub clause: usize,
    /// Where it stands in the original, in bytes.
    pub range: (usize, usize),
}

/// Split a text into normalised tokens.
#[must_use]
pub fn tokenize(text: &str) -> Vec<Token> {
    // People's words have five letters and a blank.
    let mut tokens = Vec::with_capacity(text.len() / 5);
    let (mut sentence, mut clause) = (0, 0);
    split::pieces(text, |start, piece| match piece {
        Piece::Word(word) => push_word(&mut tokens, word, start, sentence, clause),
        Piece::Emoji(emoji) => {
            let text = emoji.chars().filter(|c| *c != '\u{fe0f}').collect();
            tokens.push(Token { text, sentence, clause, range: (start, start + emoji.len()) });
        }
        Piece::EndOfSentence => {
            sentence += 1;
            clause += 1;
        }
        Piece::EndOfClause => clause += 1,
    });
    tokens
}

/// French and Italian elisions are words of their own: "l'avocat" is about an "avocat".
const ELISIONS: [&str; 12] = ["l", "d", "j", "m", "t", "n", "s", "c", "qu", "jusqu", "lorsqu", "puisqu"];

fn push_word(tokens: &mut Vec<Token>, piece: &str, start: usize, sentence: usize, clause: usize) {
    let text = normalize(piece);
    let range = (start, start + piece.len());
    if text.bytes().any(|byte| byte == b'\'')
        && let Some((head, tail)) = text.split_once('\'')
        && ELISIONS.contains(&head)
        && tail.chars().count() > 1
    {
        tokens.push(Token { text: format!("{head}'"), sentence, clause, range });
        tokens.push(Token { text: tail.to_owned(), sentence, clause, range });
        return;
    }
    tokens.push(Token { text, sentence, clause, range });
}

/// NFKC, lower case, one kind of apostrophe.
#[must_use]
pub fn normalize(text: &str) -> String {
    // Nothing but lower case can change plain ASCII, and most text is that.
    if text.bytes().all(|byte| byte.is_ascii() && byte != b'`') {
        return text.to_ascii_lowercase();
    }
    if text.chars().all(|c| c.is_ascii() && c != '`' || is_plain_latin(c)) {
        let mut lower = String::with_capacity(text.len());
        lower.extend(text.chars().map(lower_plain_latin));
        return lower;
    }
    let folded: String =
        nfkc(text).chars().map(|c| if matches!(c, '’' | '‘' | '`' | '´') { '\'' } else { c }).collect();
    // A second pass, because lower-casing can leave a form that NFKC would change again ("İ").
    let lower = folded.to_lowercase();
    match nfkc(&lower) {
        Cow::Borrowed(_) => lower,
        Cow::Owned(normal) => normal,
    }
}

/// The letters of Western Europe that NFKC leaves alone, in either case.
fn is_plain_latin(c: char) -> bool {
    matches!(c, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ')
}

/// Of ASCII and those letters: what the library says, which must be ready for every script.
fn lower_plain_latin(c: char) -> char {
    match c {
        'À'..='Ö' | 'Ø'..='Þ' => char::from_u32(u32::from(c) + 0x20).unwrap_or(c),
        c => c.to_ascii_lowercase(),
    }
}

/// Most text has this form already, and that is quickly told.
fn nfkc(text: &str) -> Cow<'_, str> {
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfkc().collect()),
    }
}

/// A language for which words can be reduced to stems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StemLanguage {
    English,
    German,
    Spanish,
    French,
    Portuguese,
}

impl StemLanguage {
    pub const ALL: [Self; 5] = [Self::English, Self::German, Self::Spanish, Self::French, Self::Portuguese];

    /// From an ISO 639-1 code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            "es" => Some(Self::Spanish),
            "fr" => Some(Self::French),
            "pt" => Some(Self::Portuguese),
            _ => None,
        }
    }

    /// A word's stem.
    #[must_use]
    pub fn stem(self, word: &str) -> String {
        let algorithm = match self {
            Self::English => Algorithm::English,
            Self::German => Algorithm::German,
            Self::Spanish => Algorithm::Spanish,
            Self::French => Algorithm::French,
            Self::Portuguese => Algorithm::Portuguese,
        };
        Stemmer::create(algorithm).stem(word).into_owned()
    }
}

/// How a pattern is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Exactly this word or phrase; a final `*` lets the last word go on (German compounds).
    AsWritten,
    /// Any word with the same stems.
    Stem(StemLanguage),
}

/// A pattern found: tokens `first..=last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub owner: usize,
    pub first: usize,
    pub last: usize,
}

/// A pattern to look for.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub text: &'a str,
    pub form: Form,
    pub owner: usize,
}

/// A tokenised text with the stems of its words in some languages.
#[derive(Debug, Clone)]
pub struct Haystack {
    pub tokens: Vec<Token>,
    /// For each language a stem for each token.
    stems: Vec<(StemLanguage, Vec<String>)>,
}

impl Haystack {
    /// Prepare a text for matching, with stems for these languages.
    #[must_use]
    pub fn new(text: &str, languages: &[StemLanguage]) -> Self {
        Self::of(tokenize(text), languages)
    }

    /// As [`Haystack::new`], from tokens already made.
    #[must_use]
    pub fn of(tokens: Vec<Token>, languages: &[StemLanguage]) -> Self {
        let stems = languages
            .iter()
            .map(|language| (*language, tokens.iter().map(|token| language.stem(&token.text)).collect()));
        let stems = stems.collect();
        Self { tokens, stems }
    }

    /// The tokens of a hit as a reader would quote them.
    #[must_use]
    pub fn words(&self, hit: Hit) -> String {
        if hit.first == hit.last {
            return self.tokens[hit.first].text.clone();
        }
        let words: Vec<&str> = self.tokens[hit.first..=hit.last].iter().map(|t| t.text.as_str()).collect();
        words.join(" ").replace("' ", "'")
    }
}
