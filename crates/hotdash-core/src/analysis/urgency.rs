//! How soon a message wants an answer.

use super::lists::{Found, Thresholds};
use super::{Urgency, rounded, together, weigh};

/// What shouting adds to words that already press.
const SHOUTING: f32 = 0.2;

/// What the lists alone say.
pub(super) fn judge(text: &str, found: &[Found<'_>], limits: &Thresholds) -> Urgency {
    let (mut score, words) = weigh(found, "urgency");
    if score > 0.0 && text.contains("!!") {
        score = rounded(together([score, SHOUTING]));
    }
    Urgency { score, is_urgent: score >= limits.urgent, words }
}
