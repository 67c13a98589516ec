//! What must not wait for an ordinary reply: danger, the law, fraud, a chargeback, the press.

use super::lists::{Found, Thresholds};
use super::{Escalation, EscalationKind, distinct, weigh};

const TOPICS: [(EscalationKind, &str); 5] = [
    (EscalationKind::Safety, "escalation.safety"),
    (EscalationKind::Legal, "escalation.legal"),
    (EscalationKind::Fraud, "escalation.fraud"),
    (EscalationKind::Chargeback, "escalation.chargeback"),
    (EscalationKind::Press, "escalation.press"),
];

/// What the lists alone say.
pub(super) fn judge(found: &[Found<'_>], limits: &Thresholds) -> Option<Escalation> {
    let raised: Vec<(EscalationKind, f32, Vec<String>)> = TOPICS
        .iter()
        .map(|(kind, topic)| {
            let (confidence, words) = weigh(found, topic);
            (*kind, confidence, words)
        })
        .filter(|(_, confidence, _)| *confidence >= limits.escalation)
        .collect();
    let (kind, confidence, _) = raised.first()?;
    let words = distinct(raised.iter().flat_map(|(_, _, words)| words).map(String::as_str));
    Some(Escalation { kind: *kind, confidence: *confidence, words })
}
