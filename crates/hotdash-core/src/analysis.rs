//! What a customer's message is about, how it sounds, what it wants, and how soon: with the words that say so.

mod category;
mod escalation;
mod intent;
mod language;
mod lists;
mod sentiment;
mod urgency;
pub mod words;

pub use lists::ListProblem;

pub(crate) use lists::Denial;
use lists::{Found, Lists};
use sentiment::Mood;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use words::{Haystack, StemLanguage};

/// Everything the lists say about one message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Strongest first.
    pub categories: Vec<Tag>,
    pub sentiment: Sentiment,
    pub intent: Intent,
    pub urgency: Urgency,
    pub language: Language,
    /// A legal, fraud, chargeback, safety or press matter, if the message is one.
    pub escalation: Option<Escalation>,
}

/// One category with how sure the lists are (0…1) and the words that led to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    pub name: String,
    pub confidence: f32,
    pub words: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentiment {
    /// −1 (furious) … 1 (delighted).
    pub score: f32,
    pub class: SentimentClass,
    pub words: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentimentClass {
    Negative,
    Neutral,
    Positive,
}

impl SentimentClass {
    /// The word used in rules and labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    pub kind: IntentKind,
    pub confidence: f32,
    pub words: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentKind {
    Question,
    Complaint,
    Praise,
    Request,
    General,
}

impl IntentKind {
    /// The word used in rules and labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Complaint => "complaint",
            Self::Praise => "praise",
            Self::Request => "request",
            Self::General => "general",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Urgency {
    /// 0 (whenever) … 1 (now).
    pub score: f32,
    pub is_urgent: bool,
    pub words: Vec<String>,
}

/// The message's language as ISO 639-1, or `None` where it is too short or too mixed to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Language {
    pub code: Option<String>,
    pub confidence: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// The gravest kind found.
    pub kind: EscalationKind,
    pub confidence: f32,
    pub words: Vec<String>,
}

/// Gravest first, so that the smallest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationKind {
    Safety,
    Legal,
    Fraud,
    Chargeback,
    Press,
}

impl EscalationKind {
    /// The word used in rules and labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Legal => "legal",
            Self::Fraud => "fraud",
            Self::Chargeback => "chargeback",
            Self::Press => "press",
        }
    }
}

/// Word lists, ready to match. Build it once and share it.
#[derive(Debug)]
pub struct Analyzer {
    lists: Lists,
    vader: Mood,
}

static SHIPPED: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::parse(&lists::SHIPPED).0);

impl Analyzer {
    /// The analyzer of the lists shipped with hotdash, built on first use.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Read word lists as (file name, text). A file with a problem is left out.
    #[must_use]
    pub fn parse(files: &[(&str, &str)]) -> (Self, Vec<ListProblem>) {
        let (lists, problems) = Lists::parse(files);
        (Self { lists, vader: Mood::default() }, problems)
    }

    /// Analyse one message (its new text, without quoted thread).
    #[must_use]
    pub fn analyze(&self, text: &str) -> Analysis {
        let tokens = words::tokenize(text);
        let language = language::detect(text, &tokens, &self.lists);
        let code = language.code.as_deref();
        let stems = code.and_then(StemLanguage::from_code);
        let text_words =
            Haystack::of(tokens, stems.as_ref().map_or(&StemLanguage::ALL, std::slice::from_ref));
        let found = self.lists.find(&text_words, code);
        let limits = &self.lists.thresholds;
        let sentiment = sentiment::judge(&self.vader, &self.lists, text, &text_words, code, &found);
        let questions = self.lists.active(code);
        Analysis {
            categories: category::judge(&found, limits),
            intent: intent::judge(text, &text_words, &questions, &found, &sentiment, limits),
            urgency: urgency::judge(text, &found, limits),
            escalation: escalation::judge(&found, limits),
            sentiment,
            language,
        }
    }

    /// Which language a text is in.
    #[must_use]
    pub fn language(&self, text: &str) -> Language {
        language::detect(text, &words::tokenize(text), &self.lists)
    }

    /// Whether a word carries no meaning of its own in some language ("the", "und").
    #[must_use]
    pub fn is_function_word(&self, word: &str) -> bool {
        self.lists.is_function_word(word)
    }

    /// Where a "not" of the message's language denies words.
    pub(crate) fn denial<'a>(&'a self, text: &'a Haystack, code: Option<&str>) -> Denial<'a> {
        Denial::new(&self.lists, text, code)
    }

    /// The names of the categories that the lists speak of in a text, in a known language.
    pub(crate) fn category_names(&self, text: &Haystack, code: Option<&str>) -> Vec<String> {
        let found = self.lists.find(text, code);
        category::judge(&found, &self.lists.thresholds).into_iter().map(|tag| tag.name).collect()
    }
}

/// What several independent hints of these weights say together.
fn together(weights: impl IntoIterator<Item = f32>) -> f32 {
    1.0 - weights.into_iter().fold(1.0, |doubt, weight| doubt * (1.0 - weight.clamp(0.0, 1.0)))
}

/// The distinct words, in the order of the text.
fn distinct<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for word in words {
        if !seen.iter().any(|s| s == word) {
            seen.push(word.to_owned());
        }
    }
    seen
}

/// The hints on one topic that nothing denies: how sure they are together, and their words.
fn weigh(found: &[Found<'_>], topic: &str) -> (f32, Vec<String>) {
    let hits: Vec<&Found<'_>> = found.iter().filter(|f| f.topic == topic && !f.negated).collect();
    let words = distinct(hits.iter().map(|f| f.words.as_str()));
    let weights = words
        .iter()
        .map(|word| hits.iter().filter(|f| f.words == *word).map(|f| f.weight).fold(0.0, f32::max));
    (rounded(together(weights)), words)
}

/// Two decimals: a list of words knows no more than that.
fn rounded(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests;
