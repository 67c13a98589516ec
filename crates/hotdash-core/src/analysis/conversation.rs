//! A whole conversation in one answer, for programs that use the core as a library.

use super::{Analyzer, EscalationKind, Intent, IntentKind, Sentiment, SentimentClass, Tag};
use crate::conversation::Message;

/// What a conversation is about and how it stands, by what its customer wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationAnalysis {
    /// Every category that some message of the customer's speaks of, surest first; confidences are 0…1.
    pub categories: Vec<Tag>,
    /// How the customer's last message sounds: `score` is −1 (furious) … 1 (delighted).
    pub sentiment: Sentiment,
    /// What the customer's last message wants.
    pub intent: Intent,
    /// Whether any of the messages since our last answer presses.
    pub is_urgent: bool,
    /// The gravest matter that any message of the customer's raises.
    pub escalation: Option<EscalationKind>,
}

/// Analyse a conversation's messages, oldest first. Only what the customer wrote in public counts; a conversation without
/// that is neutral, general and not urgent.
///
/// ```
/// use hotdash_core::analysis::{IntentKind, SentimentClass};
/// use hotdash_core::analyze_conversation;
/// use hotdash_core::conversation::Message;
/// use hotdash_core::ids::{ConversationId, MessageId};
///
/// # fn said(id: i64, text: &str) -> Message {
/// #     serde_json::from_value(serde_json::json!({
/// #         "id": id, "conversation": 142, "content": text, "new_text": null, "content_type": "text",
/// #         "direction": "incoming", "private": false, "author": { "kind": "customer", "id": 9, "name": "Ann" },
/// #         "created_at": "2026-11-20T16:30:00Z", "attachments": [], "source_id": null, "delivery": null,
/// #         "marks": { "deleted": false, "auto_reply": false, "in_reply_to": null, "effect": null,
/// #                    "external_error": null, "csat": null },
/// #     })).unwrap_or_else(|e| panic!("{e}"))
/// # }
/// let thread = [
///     said(1, "Hello, where is my parcel?"),
///     said(2, "It is my daughter's birthday tomorrow, I need it today!! This is the worst service ever."),
/// ];
/// let seen = analyze_conversation(&thread);
/// assert!(seen.categories.iter().any(|tag| tag.name == "shipping"));
/// assert_eq!(seen.sentiment.class, SentimentClass::Negative);
/// assert!(seen.is_urgent);
/// ```
#[must_use]
pub fn analyze_conversation(messages: &[Message]) -> ConversationAnalysis {
    let analyzer = Analyzer::shipped();
    let mut whole = ConversationAnalysis {
        categories: Vec::new(),
        sentiment: Sentiment {
            score: 0.0,
            class: SentimentClass::Neutral,
            confidence: 1.0,
            words: Vec::new(),
        },
        intent: Intent { kind: IntentKind::General, confidence: 1.0, words: Vec::new(), learned: None },
        is_urgent: false,
        escalation: None,
    };
    for message in messages.iter().filter(|message| !message.private) {
        if !message.is_from_customer() {
            whole.is_urgent = false;
            continue;
        }
        let seen = analyzer.analyze(message.text());
        for tag in seen.categories {
            match whole.categories.iter_mut().find(|known| known.name == tag.name) {
                Some(known) if known.confidence < tag.confidence => *known = tag,
                Some(_) => {}
                None => whole.categories.push(tag),
            }
        }
        whole.sentiment = seen.sentiment;
        whole.intent = seen.intent;
        whole.is_urgent |= seen.urgency.is_urgent;
        whole.escalation = whole.escalation.into_iter().chain(seen.escalation.map(|e| e.kind)).min();
    }
    whole.categories.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| a.name.cmp(&b.name)));
    whole
}
