//! What a customer's message is about, how it sounds, what it wants, and how soon: with the words that say so.

use serde::{Deserialize, Serialize};

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

/// The shipped lists, ready to match.
pub struct Analyzer {}

impl Analyzer {
    /// The analyzer of the lists shipped with hotdash, built on first use.
    #[must_use]
    pub fn shipped() -> &'static Self {
        todo!()
    }

    /// Analyse one message (its new text, without quoted thread).
    #[must_use]
    pub fn analyze(&self, _text: &str) -> Analysis {
        todo!()
    }
}
