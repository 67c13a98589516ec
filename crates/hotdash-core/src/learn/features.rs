//! A text as numbers that a linear model can weigh: words and pairs of words, pieces of words, and shapes of words that
//! survive misspelling. Names are hashed; nothing of the text is kept but the words, to quote them as reasons.

mod denials;

pub use denials::Denials;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One hint, known by the hash of what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feature {
    pub hash: u32,
    pub value: f32,
    /// The tokens it stands for, first and last, where a reader would recognise them.
    pub(super) words: Option<(usize, usize)>,
}

/// Everything a model may weigh of one text.
#[derive(Debug, Clone, Default)]
pub struct Features {
    pub items: Vec<Feature>,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone)]
struct Token {
    text: String,
    /// Letters, and neither sign nor number.
    is_word: bool,
    /// A comma or a full stop follows.
    ends_clause: bool,
}

/// What kind of hint a hash belongs to: "no" as a word is something else than "no" within "annoy".
#[derive(Clone, Copy)]
enum Kind {
    Word = 1,
    Pair = 2,
    Piece = 3,
    /// The same letters in another order: "fruad".
    Letters = 4,
    /// Consonants only, doubled ones once: "refundd", "lawyr".
    Bones = 5,
    Named = 6,
}

/// Pieces are of 3 to 5 letters.
const PIECES: std::ops::RangeInclusive<usize> = 3..=5;
/// Words of this length on are worth a shape.
const SHAPELY: usize = 5;

impl Features {
    /// Read a text. The hints of words together weigh 1, so do those of pieces; a long text is no louder than a short one.
    #[must_use]
    pub fn of(text: &str, denials: &Denials) -> Self {
        let mut features = Self { items: Vec::new(), tokens: scan(text) };
        let denied = denials.reach(&features.tokens);
        features.add_words(&denied);
        let words = features.items.len();
        features.add_pieces(&denied);
        let (of_words, of_pieces) = features.items.split_at_mut(words);
        share(of_words);
        share(of_pieces);
        features
    }

    /// Add a hint from elsewhere.
    pub fn push(&mut self, name: &str, value: f32) {
        if value != 0.0 {
            self.items.push(Feature { hash: hash(Kind::Named, false, name.chars()), value, words: None });
        }
    }

    /// What a hint was read from.
    pub(super) fn quote(&self, feature: &Feature) -> Option<String> {
        let (first, last) = feature.words?;
        let words: Vec<&str> = self.tokens[first..=last].iter().map(|token| token.text.as_str()).collect();
        Some(words.join(" "))
    }

    fn add_words(&mut self, denied: &[bool]) {
        for (at, token) in self.tokens.iter().enumerate() {
            let alone = hash(Kind::Word, denied[at], token.text.chars());
            self.items.push(Feature { hash: alone, value: 1.0, words: token.is_word.then_some((at, at)) });
            let next = self.tokens.get(at + 1);
            let pair = next.map_or("$", |next| next.text.as_str());
            let letters = token.text.chars().chain([' ']).chain(pair.chars());
            let words = (token.is_word && next.is_some_and(|next| next.is_word)).then_some((at, at + 1));
            self.items.push(Feature { hash: hash(Kind::Pair, false, letters), value: 1.0, words });
        }
        if let Some(first) = self.tokens.first() {
            let letters = "^ ".chars().chain(first.text.chars());
            self.items.push(Feature { hash: hash(Kind::Pair, false, letters), value: 1.0, words: None });
        }
    }

    fn add_pieces(&mut self, denied: &[bool]) {
        for (at, token) in self.tokens.iter().enumerate().filter(|(_, token)| token.is_word) {
            let mut push = |hash| self.items.push(Feature { hash, value: 1.0, words: None });
            let letters: Vec<char> = ['<'].into_iter().chain(token.text.chars()).chain(['>']).collect();
            for length in PIECES {
                for piece in letters.windows(length) {
                    push(hash(Kind::Piece, denied[at], piece.iter().copied()));
                }
            }
            let letters = &letters[1..letters.len() - 1];
            if letters.len() >= SHAPELY {
                let mut sorted = letters.to_vec();
                sorted[1..].sort_unstable();
                push(hash(Kind::Letters, denied[at], sorted.into_iter()));
                push(hash(Kind::Bones, denied[at], bones(letters).into_iter()));
            }
        }
    }
}

/// Every hint of a group weighs the same, and the group 1.
#[expect(clippy::cast_precision_loss, reason = "a number of words")]
fn share(group: &mut [Feature]) {
    let each = 1.0 / (group.len().max(1) as f32).sqrt();
    for feature in group {
        feature.value = each;
    }
}

fn bones(letters: &[char]) -> Vec<char> {
    let mut bones: Vec<char> = letters[..1].to_vec();
    for letter in &letters[1..] {
        if !matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | '\'') && bones.last() != Some(letter) {
            bones.push(*letter);
        }
    }
    bones
}

/// FNV-1a.
fn hash(kind: Kind, denied: bool, letters: impl Iterator<Item = char>) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    let seed = kind as u32 + if denied { 16 } else { 0 };
    for unit in std::iter::once(seed).chain(letters.map(u32::from)) {
        hash = (hash ^ (unit & 0xff)).wrapping_mul(0x0100_0193);
        if unit > 0xff {
            hash = (hash ^ (unit >> 8)).wrapping_mul(0x0100_0193);
        }
    }
    hash
}

/// Split a text as people write it in public: handles, addresses and numbers lose what is particular about them, the
/// words of a hashtag stand alone, a letter repeated for emphasis is repeated once.
fn scan(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let text = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    for chunk in text.split_whitespace() {
        let bare = chunk.trim_start_matches(['.', '"', '“', '(', '\'']);
        if bare.len() > 1 && bare.starts_with('@') {
            push(&mut tokens, "@", false);
        } else if bare.contains("://") || bare.starts_with("www.") {
            push(&mut tokens, "<url>", false);
        } else if let Some(face) = face(chunk) {
            push(&mut tokens, face, false);
        } else if let Some(tag) = bare.strip_prefix('#').filter(|tag| tag.starts_with(char::is_alphabetic)) {
            push(&mut tokens, "#", false);
            scan_chunk(&mut tokens, &spaced(tag));
        } else {
            scan_chunk(&mut tokens, bare);
        }
    }
    tokens
}

fn face(chunk: &str) -> Option<&'static str> {
    match chunk.trim_end_matches(['.', ',', '!']) {
        ":)" | ":-)" | "=)" | ":D" | ":-D" | ";)" | ";-)" | "<3" | ":))" | ":')" | "(:" => Some("<smile>"),
        ":(" | ":-(" | ":((" | ":/" | ":-/" | ":'(" | "=(" | ":|" | "):" | "D:" => Some("<frown>"),
        _ => None,
    }
}

/// "NeverAgain" as "Never Again".
fn spaced(tag: &str) -> String {
    let mut words = String::with_capacity(tag.len() + 4);
    let mut before_is_small = false;
    for c in tag.chars() {
        if c.is_uppercase() && before_is_small {
            words.push(' ');
        }
        before_is_small = c.is_lowercase();
        words.push(if c == '_' { ' ' } else { c });
    }
    words
}

fn scan_chunk(tokens: &mut Vec<Token>, chunk: &str) {
    let mut rest = chunk;
    while let Some(c) = rest.chars().next() {
        let run = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let length = if c.is_alphabetic() {
            let length = run(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '‘' | '`' | '´'));
            push_word(tokens, &rest[..length]);
            length
        } else if c.is_numeric() {
            let length = run(|c| c.is_numeric() || matches!(c, '.' | ',' | ':'));
            push(tokens, "<n>", false);
            if rest[..length].ends_with(['.', ',', ':']) {
                end_clause(tokens);
            }
            length
        } else if matches!(c, '!' | '?' | '¿' | '¡') {
            let length = run(|c| matches!(c, '!' | '?' | '¿' | '¡'));
            end_clause(tokens);
            let signs = &rest[..length];
            if signs.contains('?') {
                push(tokens, "?", true);
            }
            if signs.contains('!') {
                push(tokens, if signs.matches('!').count() > 1 { "!!" } else { "!" }, true);
            }
            length
        } else {
            if rest.starts_with("...") || c == '…' {
                push(tokens, "…", true);
            } else if matches!(c, '.' | ',' | ';' | ':' | '(' | ')' | '–' | '—') {
                end_clause(tokens);
            } else if matches!(c, '$' | '€' | '£' | '%' | '&')
                || ('\u{2600}'..='\u{27bf}').contains(&c)
                || c >= '\u{1f300}'
            {
                push(tokens, &c.to_string(), false);
            }
            if rest.starts_with("...") { 3 } else { c.len_utf8() }
        };
        rest = &rest[length..];
    }
}

fn end_clause(tokens: &mut [Token]) {
    if let Some(token) = tokens.last_mut() {
        token.ends_clause = true;
    }
}

fn push(tokens: &mut Vec<Token>, text: &str, ends_clause: bool) {
    tokens.push(Token { text: text.to_owned(), is_word: false, ends_clause });
}

fn push_word(tokens: &mut Vec<Token>, word: &str) {
    let text = fold(word);
    let text = text.trim_matches('\'');
    // "l'avocat" is about an "avocat".
    let text = match text.split_once('\'') {
        Some((head, tail))
            if matches!(head, "l" | "d" | "qu" | "j" | "s" | "c" | "m" | "n") && tail.len() > 2 =>
        {
            tail
        }
        _ => text,
    };
    if !text.is_empty() {
        tokens.push(Token { text: text.to_owned(), is_word: true, ends_clause: false });
    }
}

/// Lower case without accents, one kind of apostrophe, no letter more than twice in a row.
fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let mut add = |c: char| {
        let c = if matches!(c, '’' | '‘' | '`' | '´') { '\'' } else { c };
        let thrice = folded.ends_with([c]) && folded.chars().rev().nth(1) == Some(c);
        if !thrice {
            folded.push(c);
        }
    };
    if word.is_ascii() {
        word.chars().for_each(|c| add(c.to_ascii_lowercase()));
    } else {
        word.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).for_each(add);
    }
    folded
}

#[cfg(test)]
mod tests;
