//! Articles to write: questions that come again and have no evidence.

use super::{FollowUp, Kind, Recommendation, Unit};
use crate::chance::{Interval, wilson};
use crate::ids::ConversationId;

/// The questions of one topic (see [`crate::topics`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestions {
    /// The topic's number and name.
    pub topic: u32,
    pub name: String,
    /// How many of its questions were drafted for.
    pub asked: u64,
    /// Those for which no passage of the knowledge base was found.
    pub without_evidence: Vec<ConversationId>,
}

/// Fewer questions are not worth an article.
const LEAST: usize = 5;

/// Articles worth writing: topics where the share without evidence lies above one in four, even at the lower end of its
/// interval. Most questions first. `weeks` is how long they were collected, above 0.
///
/// ```
/// use hotdash_core::ids::ConversationId;
/// use hotdash_core::recommend::{OpenQuestions, articles_to_write};
/// let without_evidence = (0..14).map(ConversationId).collect();
/// let topic = OpenQuestions { topic: 3, name: "return, label".to_owned(), asked: 20, without_evidence };
/// let found = articles_to_write(&[topic], 2.0);
/// assert_eq!(
///     found[0].sentence,
///     "Write an article on “return, label”: for 14 of 20 questions nothing was found in the knowledge base."
/// );
/// ```
#[must_use]
pub fn articles_to_write(topics: &[OpenQuestions], weeks: f64) -> Vec<Recommendation> {
    let mut found: Vec<Recommendation> = topics.iter().filter_map(|topic| one(topic, weeks)).collect();
    found.sort_by(|a, b| b.number.total_cmp(&a.number).then_with(|| a.key.cmp(&b.key)));
    found
}

fn one(topic: &OpenQuestions, weeks: f64) -> Option<Recommendation> {
    let open = topic.without_evidence.len();
    let share = wilson(open as u64, topic.asked.max(open as u64));
    if open < LEAST || share.lower < 0.25 {
        return None;
    }
    let (asked, name) = (topic.asked.max(open as u64), &topic.name);
    let a_week = |share: f64| share * asked as f64 / weeks.max(0.1);
    Some(Recommendation {
        kind: Kind::Article,
        key: format!("article/{}", name.replace(", ", "-")),
        sentence: format!(
            "Write an article on “{name}”: for {open} of {asked} questions nothing was found in the knowledge base."
        ),
        number: open as f64,
        unit: Unit::Conversations,
        interval: Interval { lower: share.lower * asked as f64, upper: share.upper * asked as f64 },
        evidence: topic.without_evidence.clone(),
        gain: a_week(share.lower),
        gain_unit: Unit::ConversationsPerWeek,
        confidence: 0.95,
        follow_up: FollowUp {
            figure: format!("share of questions on “{name}” without evidence"),
            unit: Unit::Share,
            before: open as f64 / asked as f64,
            expected: share.lower / 2.0,
            after_days: 28,
            least_cases: 10,
        },
    })
}
