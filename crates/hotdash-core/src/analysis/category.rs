//! What a message is about. The categories are whatever the lists name under `category.`.

use super::lists::{Found, Thresholds};
use super::{Tag, distinct, weigh};

/// Those to act on, and those only worth proposing.
pub(super) fn judge(found: &[Found<'_>], limits: &Thresholds) -> (Vec<Tag>, Vec<Tag>) {
    let topics = distinct(found.iter().map(|f| f.topic).filter(|topic| topic.starts_with("category.")));
    let mut tags: Vec<Tag> = topics
        .iter()
        .map(|topic| {
            let (confidence, words) = weigh(found, topic);
            Tag { name: topic.trim_start_matches("category.").to_owned(), confidence, words }
        })
        .filter(|tag| tag.confidence >= limits.possible)
        .collect();
    tags.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| a.name.cmp(&b.name)));
    tags.into_iter().partition(|tag| tag.confidence >= limits.category)
}
