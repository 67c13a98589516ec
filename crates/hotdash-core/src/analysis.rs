//! What a customer's message is about, how it sounds, what it wants, and how soon: with the words that say so.

mod category;
mod conversation;
mod escalation;
mod evidence;
mod intent;
mod language;
mod lists;
mod sentiment;
mod taught;
mod urgency;
pub mod words;

pub use conversation::{ConversationAnalysis, analyze_conversation};
pub use lists::{ListProblem, shipped as shipped_lists};
pub use taught::examples;

use crate::learn::features::Features;
use crate::learn::{Model, Task};
pub(crate) use lists::Denial;
use lists::{Found, Lists};
use sentiment::Mood;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use words::{Haystack, StemLanguage};

/// Everything that can be told of one message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Strongest first; surely enough to be acted on.
    pub categories: Vec<Tag>,
    /// Categories that are too doubtful to be acted on and worth proposing to a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possible: Vec<Tag>,
    pub sentiment: Sentiment,
    pub intent: Intent,
    pub urgency: Urgency,
    pub language: Language,
    /// A legal, fraud, chargeback, safety or press matter, if the message is one.
    pub escalation: Option<Escalation>,
    /// The desk's own learned models that were asked: task and version.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub learned: BTreeMap<String, String>,
}

/// One label with how sure it is (0…1) and the words that led to it.
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
    /// Neutral also where it is too doubtful to say.
    pub class: SentimentClass,
    /// Of the likeliest class, 0…1.
    #[serde(default)]
    pub confidence: f32,
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
    /// A finer one, where the desk's own model knows it surely enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned: Option<Tag>,
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
    pub const ALL: [Self; 5] = [Self::Question, Self::Complaint, Self::Praise, Self::Request, Self::General];

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

/// Word lists and models, ready to use. Build it once and share it.
#[derive(Debug)]
pub struct Analyzer {
    lists: Lists,
    mood: Mood,
    /// Taught by the examples that are shipped.
    taught: BTreeMap<Task, Model>,
    /// Learned from the desk's own labels.
    learned: BTreeMap<Task, Model>,
}

static SHIPPED: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::parse(&lists::SHIPPED).0);

/// What was read of a text before anything is judged.
struct Read<'a> {
    text: &'a str,
    words: Haystack,
    language: Language,
    found: Vec<Found<'a>>,
    mood: sentiment::Heard,
}

impl Analyzer {
    /// The analyzer of the lists and models shipped with hotdash, built on first use.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Read word lists as (file name, text). A file with a problem is left out.
    #[must_use]
    pub fn parse(files: &[(&str, &str)]) -> (Self, Vec<ListProblem>) {
        let (mut analyzer, mut problems) = Self::untaught(files);
        let (taught, bad) = taught::read();
        analyzer.taught = taught;
        problems.extend(bad);
        (analyzer, problems)
    }

    /// The lists alone, for whoever teaches the shipped models.
    #[must_use]
    pub fn untaught(files: &[(&str, &str)]) -> (Self, Vec<ListProblem>) {
        let (lists, problems) = Lists::parse(files);
        let (taught, learned) = (BTreeMap::new(), BTreeMap::new());
        let mood = Mood::new(&lists);
        (Self { lists, mood, taught, learned }, problems)
    }

    /// The shipped lists and models, and models learned from the desk's own labels. Of several of one task the last is
    /// taken; one that did not beat what is shipped is not.
    #[must_use]
    pub fn with_models(models: impl IntoIterator<Item = Model>) -> Self {
        let mut analyzer = Self::parse(&lists::SHIPPED).0;
        analyzer.learned = models.into_iter().filter(|m| m.used).map(|m| (m.task, m)).collect();
        analyzer
    }

    /// The labels of the desk's own model for a task; none where it has no such model.
    #[must_use]
    pub fn learned_labels(&self, task: Task) -> &[String] {
        self.learned.get(&task).map_or(&[], Model::labels)
    }

    /// Analyse one message (its new text, without quoted thread).
    #[must_use]
    pub fn analyze(&self, text: &str) -> Analysis {
        let read = self.read(text);
        let mut features = Features::of(text, &self.lists.denials);
        let plain = features.items.len();
        evidence::add(&mut features, &read.found, &read.mood);
        for task in self.learned.keys() {
            self.add_opinion(*task, &mut features);
        }
        let limits = &self.lists.thresholds;
        let code = read.language.code.as_deref();
        let sentiment = taught::sentiment(self, &read, &features);
        let urgency = taught::urgency(self, &read, &features);
        let escalation = taught::escalation(self, &read, &features);
        features.items.truncate(plain);
        let questions = self.lists.active(code);
        let mut intent = intent::judge(text, &read.words, &questions, &read.found, &sentiment, limits);
        let (mut categories, mut possible) = category::judge(&read.found, limits);
        if let Some(own) = self.learned.get(&Task::Category) {
            (categories, possible) = taught::categories(own, &features, limits);
        }
        if let Some(own) = self.learned.get(&Task::Intent) {
            taught::intent(own, &features, limits, &mut intent, &mut possible);
        }
        let learned = self.learned.iter().map(|(task, m)| (task.name().to_owned(), m.version().to_owned()));
        Analysis {
            categories,
            possible,
            intent,
            urgency,
            escalation,
            sentiment,
            learned: learned.collect(),
            language: read.language,
        }
    }

    /// One label for a message and how sure it is (0…1), by the best that is there for the task: the desk's own model,
    /// the shipped one, the lists. `kinds` asks for an escalation's kind instead of true or false.
    #[must_use]
    pub fn label(&self, task: Task, kinds: bool, text: &str) -> (String, f32) {
        if let Some(own) = self.learned.get(&task) {
            let features = self.features(task, text);
            return match task {
                Task::Escalation if !kinds => {
                    taught::yes_no(own, &features, self.lists.thresholds.escalation)
                }
                _ => taught::label(own, &features),
            };
        }
        if let Some(model) = self.taught.get(&task).filter(|_| task == Task::Sentiment) {
            // The likeliest class, even where it is too doubtful to act on.
            return taught::label(model, &self.features(task, text));
        }
        let seen = self.analyze(text);
        match task {
            Task::Sentiment => (seen.sentiment.class.name().to_owned(), seen.sentiment.confidence),
            Task::Urgency if seen.urgency.is_urgent => ("true".to_owned(), seen.urgency.score),
            Task::Urgency => ("false".to_owned(), 1.0 - seen.urgency.score),
            Task::Escalation => match seen.escalation {
                Some(found) if kinds => (found.kind.name().to_owned(), found.confidence),
                Some(found) => ("true".to_owned(), found.confidence),
                None => {
                    let calm =
                        self.taught.get(&task).map_or(1.0, |m| taught::calm(m, &self.features(task, text)));
                    ((if kinds { "none" } else { "false" }).to_owned(), calm)
                }
            },
            Task::Intent => (seen.intent.kind.name().to_owned(), seen.intent.confidence),
            Task::Category => {
                let best = seen.categories.first().or(seen.possible.first());
                best.map_or(("none".to_owned(), 0.0), |tag| (tag.name.clone(), tag.confidence))
            }
            Task::Language => {
                let code = seen.language.code.unwrap_or_else(|| "unknown".to_owned());
                (code, seen.language.confidence)
            }
        }
    }

    /// From which confidence (0…1) on a label of this task is acted on.
    #[must_use]
    pub fn least_confidence(&self, task: Task) -> f32 {
        let limits = &self.lists.thresholds;
        match task {
            Task::Sentiment => limits.sentiment,
            Task::Intent => limits.intent,
            Task::Category => limits.category,
            Task::Urgency => limits.urgent,
            Task::Escalation => limits.escalation,
            Task::Language => 0.0,
        }
    }

    /// What a model of this task weighs of a text.
    #[must_use]
    pub fn features(&self, task: Task, text: &str) -> Features {
        let mut features = Features::of(text, &self.lists.denials);
        if task.weighs_evidence() {
            let read = self.read(text);
            evidence::add(&mut features, &read.found, &read.mood);
            self.add_opinion(task, &mut features);
        }
        features
    }

    /// What the shipped model thinks is a hint for one that learns from the desk's own labels.
    fn add_opinion(&self, task: Task, features: &mut Features) {
        if let Some(shipped) = self.taught.get(&task) {
            taught::add_opinion(shipped, features);
        }
    }

    fn read<'a>(&'a self, text: &'a str) -> Read<'a> {
        let tokens = words::tokenize(text);
        let language = language::detect(text, &tokens, &self.lists);
        let code = language.code.as_deref();
        let stems = code.and_then(StemLanguage::from_code);
        let words = Haystack::of(tokens, stems.as_ref().map_or(&StemLanguage::ALL, std::slice::from_ref));
        let found = self.lists.find(&words, code);
        let mood = sentiment::hear(&self.mood, &self.lists, text, &words, code, &found);
        Read { text, words, language, found, mood }
    }

    /// The model for a task: the desk's own before the shipped one.
    fn model(&self, task: Task) -> Option<&Model> {
        self.learned.get(&task).or_else(|| self.taught.get(&task))
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
        category::judge(&found, &self.lists.thresholds).0.into_iter().map(|tag| tag.name).collect()
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
