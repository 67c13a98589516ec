//! How a message sounds: VADER for English, the lists for every language.

use super::lists::{Found, Lists};
use super::words::Haystack;
use super::{distinct, rounded, together};
use rustc_hash::FxHashMap;
use vader_sentimental::SentimentIntensityAnalyzer;

/// How much VADER's opinion counts beside the lists'.
const VADER_SHARE: f32 = 0.8;
/// "Not happy" is a little less than unhappy.
const DENIED_PRAISE: f32 = 0.8;

/// The VADER lexicon.
pub(super) struct Mood {
    vader: SentimentIntensityAnalyzer<'static>,
    /// Its opinion of the words that are in every sentence, so that it need not be asked each time.
    common: FxHashMap<String, f32>,
}

impl Mood {
    pub(super) fn new(lists: &Lists) -> Self {
        let mut mood = Self { vader: SentimentIntensityAnalyzer::new(), common: FxHashMap::default() };
        mood.common = lists.function_words().map(|word| (word.clone(), mood.alone(word))).collect();
        mood
    }

    /// The compound score of a single word.
    fn alone(&self, word: &str) -> f32 {
        let known = self.common.get(word).copied();
        known.unwrap_or_else(|| finite(self.vader.polarity_scores(word).compound))
    }
}

impl std::fmt::Debug for Mood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mood(VADER)")
    }
}

/// What lexicon and lists hear of a mood.
pub(super) struct Heard {
    /// VADER's opinion.
    pub(super) lexicon: Lexicon,
    /// What the lists say for it, 0…1.
    pub(super) positive: f32,
    /// What they say against it, 0…1.
    pub(super) negative: f32,
    /// All of it together, −1…1.
    pub(super) score: f32,
    pub(super) words: Vec<String>,
}

/// What VADER hears, for English only; silence is all zero.
#[derive(Default)]
pub(super) struct Lexicon {
    /// −1…1, without words of manners and trade.
    pub(super) compound: f32,
    /// −1…1, of all words.
    pub(super) plain: f32,
    /// Shares of the good and bad words in the text, 0…1.
    pub(super) good: f32,
    pub(super) bad: f32,
    /// The single words it knows with their valences, −4…4, whatever denies them.
    pub(super) valences: Vec<f32>,
}

pub(super) fn hear(
    mood: &Mood,
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
    let (lexicon, lexicon_words) = match code {
        Some("en") | None => english(mood, lists, text, words, code, found),
        Some(_) => (Lexicon::default(), Vec::new()),
    };
    let score = rounded((VADER_SHARE * lexicon.compound + positive - negative).clamp(-1.0, 1.0));
    let listed = good.chain(bad).chain(denied).map(|f| f.words.as_str());
    let words = distinct(listed.chain(lexicon_words.iter().map(String::as_str)));
    Heard { lexicon, positive, negative, score, words }
}

/// VADER's scores and the words it knows, without the words our lists call manners or trade. Where the
/// language is unknown the function words of all languages are left out too: German "die" is no English death.
fn english(
    mood: &Mood,
    lists: &Lists,
    text: &str,
    words: &Haystack,
    code: Option<&str>,
    found: &[Found<'_>],
) -> (Lexicon, Vec<String>) {
    let manners: Vec<_> = found.iter().filter(|f| f.topic == "sentiment.ignore").map(|f| f.hit).collect();
    let mut kept = String::with_capacity(text.len());
    let mut known = Vec::new();
    let mut valences = Vec::new();
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
        let alone = mood.alone(&token.text);
        if alone.abs() > 0.0 {
            known.push(token.text.clone());
            // VADER squeezes a sum x into x / √(x² + 15); of a single word x is its valence.
            valences.push(alone * (15.0 / (1.0 - alone * alone).max(0.01)).sqrt());
        }
    }
    kept.push_str(&text[at..]);
    let heard = mood.vader.polarity_scores(&kept);
    let plain = if kept == text { heard.compound } else { mood.vader.polarity_scores(text).compound };
    let plain = finite(plain);
    let (compound, good, bad) = (finite(heard.compound), finite(heard.pos), finite(heard.neg));
    (Lexicon { compound, plain, good, bad, valences }, known)
}

#[expect(clippy::cast_possible_truncation, reason = "a score between −1 and 1 with two decimals")]
fn finite(score: f64) -> f32 {
    if score.is_finite() { score as f32 } else { 0.0 }
}
