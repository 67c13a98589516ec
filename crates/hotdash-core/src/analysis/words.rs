//! Words and matching: text becomes normalised tokens, patterns become one automaton, and one pass finds them all.
//!
//! A token is a UAX #29 word, NFKC-normalised and in lower case, or an emoji. Patterns go through the same tokeniser,
//! so "Charge-Back" in a list meets "charge back" in a message. Whole words only: the automaton runs over the tokens
//! joined by separators, and every pattern carries its separators with it.

use aho_corasick::{AhoCorasick, BuildError};
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Between the words as written.
const SURFACE: char = ' ';

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
    let mut tokens = Vec::new();
    let (mut sentence, mut clause) = (0, 0);
    for (start, piece) in text.split_word_bound_indices() {
        let end = start + piece.len();
        if piece.chars().any(char::is_alphanumeric) {
            push_word(&mut tokens, piece, start, sentence, clause);
        } else if is_emoji(piece) {
            let text = piece.chars().filter(|c| *c != '\u{fe0f}').collect();
            tokens.push(Token { text, sentence, clause, range: (start, end) });
        } else if piece.contains(['.', '!', '?', ';', '…', '\n', '¿', '¡', '。']) {
            sentence += 1;
            clause += 1;
        } else if piece.contains([',', ':', '(', ')', '–', '—', '-', '"', '“', '”']) {
            clause += 1;
        }
    }
    tokens
}

/// French and Italian elisions are words of their own: "l'avocat" is about an "avocat".
const ELISIONS: [&str; 12] = ["l", "d", "j", "m", "t", "n", "s", "c", "qu", "jusqu", "lorsqu", "puisqu"];

fn push_word(tokens: &mut Vec<Token>, piece: &str, start: usize, sentence: usize, clause: usize) {
    let text = normalize(piece);
    let range = (start, start + piece.len());
    if let Some((head, tail)) = text.split_once('\'')
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
    if text.is_ascii() && !text.contains('`') {
        return text.to_ascii_lowercase();
    }
    let folded: String =
        text.nfkc().map(|c| if matches!(c, '’' | '‘' | '`' | '´') { '\'' } else { c }).collect();
    // A second pass, because lower-casing can leave a form that NFKC would change again ("İ").
    folded.to_lowercase().nfkc().collect()
}

fn is_emoji(piece: &str) -> bool {
    piece.chars().next().is_some_and(|c| ('\u{2600}'..='\u{27bf}').contains(&c) || c >= '\u{1f300}')
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

    /// Between the stems of this language; a control character, which no token contains.
    fn separator(self) -> char {
        match self {
            Self::English => '\u{1}',
            Self::German => '\u{2}',
            Self::Spanish => '\u{3}',
            Self::French => '\u{4}',
            Self::Portuguese => '\u{5}',
        }
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

/// Many patterns, each belonging to a numbered owner.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    automaton: Option<AhoCorasick>,
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone)]
struct Pattern {
    owner: usize,
    words: usize,
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

impl Matcher {
    /// Build the automaton; entries without a word in them are ignored.
    pub fn build<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> Result<Self, BuildError> {
        let mut texts = Vec::new();
        let mut patterns = Vec::new();
        for entry in entries {
            let words: Vec<String> = tokenize(entry.text).into_iter().map(|token| token.text).collect();
            if words.is_empty() {
                continue;
            }
            let (separator, words) = match entry.form {
                Form::AsWritten => (SURFACE, words),
                Form::Stem(language) => {
                    (language.separator(), words.iter().map(|word| language.stem(word)).collect())
                }
            };
            let mut text = String::from(separator);
            text.push_str(&words.join(&separator.to_string()));
            if !entry.text.trim_end().ends_with('*') {
                text.push(separator);
            }
            texts.push(text);
            patterns.push(Pattern { owner: entry.owner, words: words.len() });
        }
        let automaton = if texts.is_empty() { None } else { Some(AhoCorasick::new(&texts)?) };
        Ok(Self { automaton, patterns })
    }

    /// Every pattern in a text, stems compared in the given languages; each pattern once per place.
    #[must_use]
    pub fn hits(&self, text: &Haystack) -> Vec<Hit> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let mut hits = Vec::new();
        for found in automaton.find_overlapping_iter(&text.joined) {
            let pattern = &self.patterns[found.pattern().as_usize()];
            let Ok(place) = text.starts.binary_search_by_key(&found.start(), |(at, _)| *at) else { continue };
            let first = text.starts[place].1;
            let last = first + pattern.words - 1;
            let hit = Hit { owner: pattern.owner, first, last };
            let in_one_sentence =
                text.tokens.get(last).is_some_and(|t| t.sentence == text.tokens[first].sentence);
            if in_one_sentence && !hits.contains(&hit) {
                hits.push(hit);
            }
        }
        hits
    }
}

/// A tokenised text joined for the automaton: the words as written, then their stems per language.
#[derive(Debug, Clone)]
pub struct Haystack {
    pub tokens: Vec<Token>,
    joined: String,
    /// Byte of the separator before a token in `joined` → index of the token.
    starts: Vec<(usize, usize)>,
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
        let mut haystack = Self { tokens, joined: String::new(), starts: Vec::new() };
        haystack.append(SURFACE, str::to_owned);
        for language in languages {
            haystack.append(language.separator(), |word| language.stem(word));
        }
        haystack
    }

    fn append(&mut self, separator: char, form: impl Fn(&str) -> String) {
        for (index, token) in self.tokens.iter().enumerate() {
            self.starts.push((self.joined.len(), index));
            self.joined.push(separator);
            self.joined.push_str(&form(&token.text));
        }
        self.joined.push(separator);
    }

    /// The tokens of a hit as a reader would quote them.
    #[must_use]
    pub fn words(&self, hit: Hit) -> String {
        let words: Vec<&str> = self.tokens[hit.first..=hit.last].iter().map(|t| t.text.as_str()).collect();
        words.join(" ").replace("' ", "'")
    }
}
