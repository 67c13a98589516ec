//! How a message sounds: VADER for English, the lists for every language.

use super::lists::{Found, Lists};
use super::words::Haystack;
use super::{distinct, rounded, together};
use vader_sentimental::SentimentIntensityAnalyzer;

/// How much VADER's opinion counts beside the lists'.
const VADER_SHARE: f32 = 0.8;
/// "Not happy" is a little less than unhappy.
const DENIED_PRAISE: f32 = 0.8;

/// The VADER lexicon.
pub(super) struct Mood(SentimentIntensityAnalyzer<'static>);

impl Default for Mood {
    fn default() -> Self {
        Self(SentimentIntensityAnalyzer::new())
    }
}

impl std::fmt::Debug for Mood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mood(VADER)")
    }
}

/// What lexicon and lists hear of a mood.
pub(super) struct Heard {
    /// VADER's, −1…1.
    pub(super) compound: f32,
    /// What the lists say for it, 0…1.
    pub(super) positive: f32,
    /// What they say against it, 0…1.
    pub(super) negative: f32,
    /// All of it together, −1…1.
    pub(super) score: f32,
    pub(super) words: Vec<String>,
}

pub(super) fn hear(
    vader: &Mood,
    lists: &Lists,
    text: &str,
    words: &Haystack,
    code: Option<&str>,
    found: &[Found<'_>],
) -> Heard {
    let good = found.iter().filter(|f| f.topic == "sentiment.positive" && !f.negated);
    let bad = found.iter().filter(|f| f.topic == "sentiment.negative" && !f.negated);
    let denied = found.iter().filter(|f| f.topic == "sentiment.positive" && f.negated);
    let positive = together(good.clone().map(|f| f.weight));
    let negative =
        together(bad.clone().map(|f| f.weight).chain(denied.clone().map(|f| f.weight * DENIED_PRAISE)));
    let (compound, lexicon_words) = match code {
        Some("en") | None => english(vader, lists, text, words, code, found),
        Some(_) => (0.0, Vec::new()),
    };
    let score = rounded((VADER_SHARE * compound + positive - negative).clamp(-1.0, 1.0));
    let listed = good.chain(bad).chain(denied).map(|f| f.words.as_str());
    let words = distinct(listed.chain(lexicon_words.iter().map(String::as_str)));
    Heard { compound, positive, negative, score, words }
}

/// VADER's compound score and the words it knows, without the words our lists call manners or trade. Where the
/// language is unknown the function words of all languages are left out too: German "die" is no English death.
fn english(
    vader: &Mood,
    lists: &Lists,
    text: &str,
    words: &Haystack,
    code: Option<&str>,
    found: &[Found<'_>],
) -> (f32, Vec<String>) {
    let manners: Vec<_> = found.iter().filter(|f| f.topic == "sentiment.ignore").map(|f| f.hit).collect();
    let mut kept = String::with_capacity(text.len());
    let mut known = Vec::new();
    let mut at = 0;
    for (index, token) in words.tokens.iter().enumerate() {
        let (start, end) = token.range;
        if start < at {
            continue;
        }
        kept.push_str(&text[at..start]);
        at = end;
        let ignored = manners.iter().any(|hit| hit.first <= index && index <= hit.last)
            || (code.is_none() && lists.is_function_word(&token.text));
        if ignored {
            continue;
        }
        kept.push_str(&text[start..end]);
        if vader.0.polarity_scores(&token.text).compound.abs() > 0.0 {
            known.push(token.text.clone());
        }
    }
    kept.push_str(&text[at..]);
    #[expect(clippy::cast_possible_truncation, reason = "a score between −1 and 1 with two decimals")]
    let compound = vader.0.polarity_scores(&kept).compound as f32;
    (if compound.is_finite() { compound } else { 0.0 }, known)
}
