//! What conversations are about, learned from their words, beside the lists somebody wrote.
//!
//! Words become stems weighted by how rare they are (TF-IDF). Frequent words that keep the same company are seeds, and
//! k-means by cosine settles who belongs where (Dhillon and Modha 2001). Nothing is random: the same texts give the same
//! topics, in whatever order they come. A conversation that is like no topic belongs to none.
//!
//! A topic keeps its number and its name as long as its characteristic words do ([`learn`] is given the topics of the
//! last time). [`growth`] says how much more of it there is, with an interval.

mod cluster;
mod name;
mod text;

use crate::chance::{Interval, rate_ratio};
use crate::ids::ConversationId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
pub use text::Text;

/// Fewer conversations are no topic.
pub const LEAST_CONVERSATIONS: usize = 5;

/// Words kept of a topic; what is below is not characteristic.
const WORDS: usize = 12;

/// A new topic is an old one when their words agree by this much (cosine).
const SAME: f64 = 0.35;

/// One topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Stays as long as the topic is found again.
    pub id: u32,
    /// Its most characteristic words when it was first found: "password, reset, link".
    pub name: String,
    /// Stems with weights (their squares sum to 1), heaviest first.
    pub words: Vec<(String, f64)>,
    /// Of the texts it was learned from.
    pub conversations: Vec<ConversationId>,
    /// Up to five of them that stand nearest to its middle, nearest first.
    pub examples: Vec<ConversationId>,
}

/// What was learned from some texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Topics {
    /// Largest first.
    pub topics: Vec<Topic>,
    /// How many texts were looked at, those without a topic included.
    pub texts: usize,
    rarity: BTreeMap<String, f64>,
}

/// Learn topics, keeping numbers and names of those that are found again. At most `most` topics; about 20 can be read.
///
/// ```
/// use hotdash_core::ids::ConversationId;
/// use hotdash_core::topics::{Text, Topics, learn};
/// let says = [
///     "my parcel is late, tracking says nothing", "parcel lost, tracking stopped", "tracking of a late parcel",
///     "reset my password", "the password reset fails at login", "login fails with a fresh password",
///     "which size fits", "shirt in a small size", "the small shirt fits",
/// ];
/// let texts: Vec<Text> = (0..90)
///     .map(|id| Text::new(ConversationId(id), says[id as usize % 9], Some("en"), |word| word.len() < 4))
///     .collect();
/// let found = learn(&texts, &Topics::default(), 10);
/// assert!(found.topics.iter().any(|topic| topic.name.contains("parcel")), "{:?}", found.topics);
/// assert!(found.topics.iter().any(|topic| topic.name.contains("password")));
/// assert_eq!(learn(&texts, &found, 10), found);
/// ```
#[must_use]
pub fn learn(texts: &[Text], before: &Topics, most: usize) -> Topics {
    let mut ordered: Vec<&Text> = texts.iter().collect();
    ordered.sort_by_key(|text| text.conversation);
    let rarity = cluster::rarity(&ordered);
    let clusters = cluster::find(&ordered, &rarity, most);
    let mut found: Vec<Topic> = clusters
        .iter()
        .map(|cluster| {
            let ids = |places: &[usize]| places.iter().map(|at| ordered[*at].conversation).collect();
            Topic {
                id: 0,
                name: name::of(cluster, &ordered),
                words: cluster.words.iter().take(WORDS).cloned().collect(),
                conversations: ids(&cluster.members),
                examples: ids(&cluster.nearest),
            }
        })
        .collect();
    found.sort_by(|a, b| b.conversations.len().cmp(&a.conversations.len()).then_with(|| a.name.cmp(&b.name)));
    keep_names(&mut found, &before.topics);
    Topics { topics: found, texts: texts.len(), rarity }
}

/// The pair that agrees best comes first; each topic of either side is used once.
fn keep_names(found: &mut [Topic], before: &[Topic]) {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (new, topic) in found.iter().enumerate() {
        for (old, earlier) in before.iter().enumerate() {
            let agreement = cosine(&topic.words, &earlier.words);
            if agreement >= SAME {
                pairs.push((agreement, new, old));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut next = before.iter().map(|topic| topic.id).max().unwrap_or(0) + 1;
    let (mut named, mut used) = (vec![false; found.len()], vec![false; before.len()]);
    for (_, new, old) in pairs {
        if !named[new] && !used[old] {
            found[new].id = before[old].id;
            found[new].name.clone_from(&before[old].name);
            (named[new], used[old]) = (true, true);
        }
    }
    for (topic, _) in found.iter_mut().zip(&named).filter(|(_, is_named)| !**is_named) {
        topic.id = next;
        next += 1;
    }
}

fn cosine(left: &[(String, f64)], right: &[(String, f64)]) -> f64 {
    let dot: f64 = left
        .iter()
        .filter_map(|(stem, weight)| right.iter().find(|(other, _)| other == stem).map(|(_, w)| w * weight))
        .sum();
    let length = |words: &[(String, f64)]| words.iter().map(|(_, w)| w * w).sum::<f64>().sqrt();
    let lengths = length(left) * length(right);
    if lengths > 0.0 { dot / lengths } else { 0.0 }
}

impl Topics {
    /// Which topic a text belongs to, if any: for conversations that came after learning, or before.
    #[must_use]
    pub fn of(&self, text: &Text) -> Option<&Topic> {
        let vector = cluster::vector(text, |stem| self.rarity.get(stem).copied().unwrap_or(0.0));
        let own: Vec<(String, f64)> =
            vector.into_iter().map(|(stem, weight)| (stem.to_owned(), weight)).collect();
        self.topics
            .iter()
            .map(|topic| (cosine(&own, &topic.words), topic))
            .filter(|(likeness, _)| *likeness >= cluster::LEAST_LIKENESS)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.id.cmp(&a.1.id)))
            .map(|(_, topic)| topic)
    }
}

/// How a topic changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    pub now: u64,
    pub before: u64,
    /// How many times as many a day as before; `None` when there were none before.
    pub times: Option<f64>,
    /// 95 %; the upper end is `None` when there were none before.
    pub lower: f64,
    pub upper: Option<f64>,
}

impl Growth {
    /// Whether it is more than chance that there is more of it.
    #[must_use]
    pub fn grows(&self) -> bool {
        self.lower > 1.0
    }
}

/// How much more of a topic there is a day: `now` conversations in `days` against `before` in `days_before`, counted by the
/// same topics ([`Topics::of`]). `None` when there are none at all.
///
/// ```
/// use hotdash_core::topics::growth;
/// let topic = growth(30, 7.0, 40, 28.0).unwrap();
/// assert_eq!(topic.times, Some(3.0));
/// assert!(topic.grows());
/// ```
#[must_use]
pub fn growth(now: u64, days: f64, before: u64, days_before: f64) -> Option<Growth> {
    let (times, Interval { lower, upper }) = rate_ratio(now, days, before, days_before)?;
    let finite = |value: f64| value.is_finite().then_some(value);
    Some(Growth { now, before, times: finite(times), lower, upper: finite(upper) })
}

#[cfg(test)]
mod tests;
