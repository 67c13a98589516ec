//! Figures side by side: channels, inboxes, people, and what customers write about.

use super::super::words;
use super::cards::cell;
use super::numbers;
use super::pick::Pick;
use hotdash_core::figures::definition::Definition;
use hotdash_core::figures::product::Key;
use hotdash_core::figures::report::{Group, Issue};
use hotdash_core::figures::usual::Standing;
use hotdash_core::ids::ConversationId;
use hotdash_core::topics::{Topic, Topics, growth};
use std::collections::BTreeSet;

/// Groups in rows, figures in columns.
pub(super) struct Table {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) hint: &'static str,
    pub(super) of: &'static str,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    pub(super) name: String,
    pub(super) cells: Vec<Cell>,
}

pub(super) struct Cell {
    pub(super) text: String,
    /// `None` where there is nothing behind it.
    pub(super) href: Option<String>,
}

const COLUMNS: [(&str, &str); 6] = [
    ("Conversations", "overview.conversations"),
    ("First response, median", "frt.p50"),
    ("Slowest tenth", "frt.p90"),
    ("Resolution, median", "resolution.p50"),
    ("Promises kept", "sla.compliance"),
    ("Satisfied", "csat.positive"),
];

const PEOPLE: [(&str, &str); 7] = [
    ("Conversations", "overview.conversations"),
    ("First response, median", "frt.p50"),
    ("Reply, median", "reply.p50"),
    ("Resolutions", "overview.resolutions"),
    ("Promises kept", "sla.compliance"),
    ("Satisfied", "csat.positive"),
    ("Ratings", "csat.answers"),
];

pub(super) fn channels(groups: &[Group], pick: &Pick) -> Table {
    table("channels", "Channels", "", "Channel", &COLUMNS, groups, pick)
}

pub(super) fn inboxes(groups: &[Group], pick: &Pick) -> Table {
    table("inboxes", "Inboxes", "", "Inbox", &COLUMNS, groups, pick)
}

pub(super) fn people(groups: &[Group], pick: &Pick) -> Table {
    table("people", "People", "only leads see this", "Agent", &PEOPLE, groups, pick)
}

fn table(
    id: &'static str,
    title: &'static str,
    hint: &'static str,
    of: &'static str,
    columns: &[(&'static str, &'static str)],
    groups: &[Group],
    pick: &Pick,
) -> Table {
    let row = |group: &Group| {
        let cells = columns.iter().map(|(_, id)| {
            let value = group.figures.get(id).copied().flatten();
            let unit = Definition::find(id).map(|figure| figure.unit);
            let text = unit.map_or_else(String::new, |unit| cell(unit, value));
            let something = value.is_some_and(|value| value != 0.0 || text.ends_with('%'));
            Cell { text, href: something.then(|| pick.within(id, |part| narrow(part, &group.key))) }
        });
        let name = match &group.key {
            Key::Channel(channel) => words::channel(channel).0,
            _ => group.label.clone(),
        };
        Row { name, cells: cells.collect() }
    };
    let rows = groups.iter().map(row).collect();
    Table { id, title, hint, of, columns: columns.iter().map(|(name, _)| *name).collect(), rows }
}

/// The part of a page's slice that a group is.
fn narrow(part: &mut Pick, key: &Key) {
    let slice = &mut part.slice;
    match key {
        Key::Inbox(id) => slice.inbox = Some(*id),
        Key::Channel(channel) => slice.channel = Some(channel.clone()),
        Key::Team(id) => slice.team = Some(*id),
        Key::Agent(id) => slice.agent = Some(*id),
        Key::Label(name) => slice.label = Some(name.clone()),
        Key::Category(name) => slice.category = Some(name.clone()),
        Key::Hour(hour) => slice.hour = Some(*hour),
        Key::Day(_) => {}
    }
}

/// Something that customers write about.
pub(super) struct IssueView {
    pub(super) name: String,
    pub(super) count: usize,
    pub(super) share: String,
    pub(super) growth: String,
    /// Beside what is usual.
    pub(super) beside: String,
    pub(super) class: &'static str,
    pub(super) href: String,
    pub(super) examples: Vec<(ConversationId, String)>,
}

/// How many examples there is room for.
const EXAMPLES: usize = 3;

pub(super) fn issue(issue: &Issue, pick: &Pick, link: impl Fn(ConversationId) -> String) -> IssueView {
    use hotdash_core::figures::definition::Unit;
    let range = issue.usual.map(|usual| numbers::range(Unit::Count, &usual));
    let (beside, class) = match (range, issue.standing) {
        (Some(range), Some(Standing::Usual) | None) => (format!("usually {range}"), ""),
        (Some(range), Some(Standing::Lower)) => (format!("below the usual {range}"), "apart"),
        (Some(range), Some(_)) => (format!("above the usual {range}"), "apart"),
        (None, _) => ("not known yet".to_owned(), ""),
    };
    IssueView {
        name: issue.name.clone(),
        count: issue.count,
        share: numbers::value(Unit::Share, issue.share),
        growth: numbers::growth(issue.growth),
        beside,
        class,
        href: format!("{}&issue={}", pick.behind("overview.conversations"), words::escape_query(&issue.name)),
        examples: issue.examples.iter().take(EXAMPLES).map(|id| (*id, link(*id))).collect(),
    }
}

/// A learned topic.
pub(super) struct TopicView {
    pub(super) name: String,
    pub(super) count: usize,
    /// How many times as many as in the period before, with how sure that is.
    pub(super) growth: String,
    pub(super) class: &'static str,
    pub(super) href: String,
    pub(super) examples: Vec<(ConversationId, String)>,
}

/// The topics of the conversations that began in the period, the largest first, beside the period before.
pub(super) fn topics(
    learned: &Topics,
    now: &BTreeSet<ConversationId>,
    before: &BTreeSet<ConversationId>,
    pick: &Pick,
    link: impl Fn(ConversationId) -> String,
) -> Vec<TopicView> {
    let view = |topic: &Topic| {
        let of =
            |all: &BTreeSet<ConversationId>| topic.conversations.iter().filter(|id| all.contains(id)).count();
        let (count, earlier) = (of(now), of(before));
        let grown = growth(count as u64, 1.0, earlier as u64, 1.0)?;
        let grows = grown.grows() && !before.is_empty();
        let words = match (before.is_empty(), grown.times) {
            (true, _) => "the period before is not known".to_owned(),
            (_, Some(times)) if grows => format!("grows: {times:.1} times as many as before"),
            (_, Some(_)) => numbers::growth(Some(count as f64 / earlier as f64 - 1.0)),
            (_, None) => "none before".to_owned(),
        };
        let href = format!("{}&topic={}", pick.behind("overview.conversations"), topic.id);
        let examples = topic.examples.iter().chain(&topic.conversations).filter(|id| now.contains(id));
        let mut shown: Vec<ConversationId> = Vec::new();
        for id in examples {
            if !shown.contains(id) && shown.len() < EXAMPLES {
                shown.push(*id);
            }
        }
        let examples = shown.into_iter().map(|id| (id, link(id))).collect();
        let class = if grows { "apart" } else { "" };
        Some(TopicView { name: topic.name.clone(), count, growth: words, class, href, examples })
    };
    let mut topics: Vec<TopicView> =
        learned.topics.iter().filter_map(view).filter(|topic| topic.count > 0).collect();
    topics.sort_by_key(|topic| std::cmp::Reverse(topic.count));
    topics
}
