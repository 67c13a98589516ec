//! Canned replies: what people approve again and again in nearly the same words.

use super::{FollowUp, Kind, Recommendation, Unit};
use crate::analysis::words::tokenize;
use crate::chance::Interval;
use crate::ids::ConversationId;
use std::collections::BTreeSet;

/// A reply as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedReply {
    pub conversation: ConversationId,
    pub text: String,
}

/// Replies that share this part of their pairs of words (Jaccard) are nearly the same.
const SAME: f64 = 0.6;

const LEAST: usize = 5;

/// Shorter replies ("Thanks, done!") are quicker written than found.
const LEAST_WORDS: usize = 8;

/// Groups of at least five approved replies that are nearly the same; the sentence quotes the beginning of the one that is
/// most like the others. Names and numbers may differ. Largest group first. `weeks` is how long they were collected,
/// above 0.
///
/// ```
/// use hotdash_core::ids::ConversationId;
/// use hotdash_core::recommend::{ApprovedReply, canned_replies};
/// let reply = |id: i64| ApprovedReply {
///     conversation: ConversationId(id),
///     text: format!("Your refund for order {id}77 is on its way and will reach your bank within five days."),
/// };
/// let found = canned_replies(&(1..=6).map(reply).collect::<Vec<_>>(), 2.0);
/// assert_eq!((found[0].number, found[0].gain), (6.0, 3.0));
/// ```
#[must_use]
pub fn canned_replies(replies: &[ApprovedReply], weeks: f64) -> Vec<Recommendation> {
    let mut ordered: Vec<&ApprovedReply> = replies.iter().collect();
    ordered.sort_by_key(|reply| reply.conversation);
    let mut groups: Vec<Vec<(&ApprovedReply, BTreeSet<String>)>> = Vec::new();
    for reply in ordered {
        let pairs = pairs(&reply.text);
        if pairs.len() + 1 < LEAST_WORDS {
            continue;
        }
        // Compared with the first of each group, so that a group cannot wander.
        let own = groups.iter_mut().find(|group| likeness(&group[0].1, &pairs) >= SAME);
        match own {
            Some(group) => group.push((reply, pairs)),
            None => groups.push(vec![(reply, pairs)]),
        }
    }
    let mut found: Vec<Recommendation> =
        groups.iter().filter(|group| group.len() >= LEAST).map(|group| one(group, weeks)).collect();
    found.sort_by(|a, b| b.number.total_cmp(&a.number).then_with(|| a.key.cmp(&b.key)));
    found
}

fn one(group: &[(&ApprovedReply, BTreeSet<String>)], weeks: f64) -> Recommendation {
    let total = |pairs: &BTreeSet<String>| group.iter().map(|(_, other)| likeness(pairs, other)).sum::<f64>();
    let middle = group.iter().max_by(|a, b| total(&a.1).total_cmp(&total(&b.1))).unwrap_or(&group[0]);
    let count = group.len() as f64;
    let begins: String = middle.0.text.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
    let gain = count / weeks.max(0.1);
    // A count of independent replies is about Poisson.
    let interval =
        Interval { lower: (count - 1.96 * count.sqrt()).max(0.0), upper: count + 1.96 * count.sqrt() };
    Recommendation {
        kind: Kind::CannedReply,
        key: format!("canned/{}", named(&middle.0.text, group)),
        sentence: format!("Make a canned reply: {count} approved replies are nearly the same as “{begins}…”"),
        number: count,
        unit: Unit::Replies,
        interval,
        evidence: group.iter().map(|(reply, _)| reply.conversation).collect(),
        gain,
        gain_unit: Unit::ConversationsPerWeek,
        confidence: 0.9,
        follow_up: FollowUp {
            figure: "uses of the canned reply each week".to_owned(),
            unit: Unit::ConversationsPerWeek,
            before: 0.0,
            expected: interval.lower / weeks.max(0.1),
            after_days: 28,
            least_cases: 1,
        },
    }
}

/// The first words that nearly all of them have: they stay when some replies come and others grow old.
fn named(text: &str, group: &[(&ApprovedReply, BTreeSet<String>)]) -> String {
    let written: Vec<BTreeSet<String>> =
        group.iter().map(|(reply, _)| words(&reply.text).into_iter().collect()).collect();
    let shared = |word: &String| {
        let users = written.iter().filter(|words| words.contains(word)).count();
        word.chars().count() > 3 && users * 5 >= written.len() * 4
    };
    words(text).into_iter().filter(shared).take(5).collect::<Vec<_>>().join("-")
}

/// Neighbouring words; numbers are all the same.
fn pairs(text: &str) -> BTreeSet<String> {
    words(text).windows(2).map(|pair| pair.join(" ")).collect()
}

fn words(text: &str) -> Vec<String> {
    let plain = |word: String| if word.chars().any(char::is_numeric) { "0".to_owned() } else { word };
    tokenize(text).into_iter().map(|token| plain(token.text)).collect()
}

fn likeness(left: &BTreeSet<String>, right: &BTreeSet<String>) -> f64 {
    let both = left.intersection(right).count() as f64;
    let any = left.len() as f64 + right.len() as f64 - both;
    if any > 0.0 { both / any } else { 0.0 }
}
