//! Every figure once: its name, unit and formula, as `docs/figures.md` has them.

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub name: &'static str,
    pub unit: &'static str,
    pub formula: &'static str,
}

const fn entry(name: &'static str, unit: &'static str, formula: &'static str) -> Entry {
    Entry { name, unit, formula }
}

/// All figures. The document has one row for each, with the same words.
pub const CATALOGUE: &[Entry] = &[
    entry("conversations", "count", "conversations created in the period"),
    entry("incoming messages", "count", "messages of customers written in the period"),
    entry("outgoing messages", "count", "messages of people and bots, notes included, written in the period"),
    entry(
        "first response time",
        "seconds",
        "first public human reply − last handoff or opening, else creation",
    ),
    entry("reply time", "seconds", "later public human reply − start of the wait that it ends"),
    entry("resolution time", "seconds", "each change to resolved − creation"),
    entry("resolutions", "count", "changes to resolved in the period"),
    entry("reopened", "count", "changes to open after a resolution in the period"),
    entry("bot handoffs", "count", "first change from pending to open by a bot in the period"),
    entry("bot resolutions", "count", "changes to resolved in an inbox with a bot before any person wrote"),
    entry("open", "seconds", "now − start, of what has not ended: counted apart, never dropped"),
    entry(
        "waited for the desk",
        "seconds",
        "turns that ended in the period: open, and the customer waited for a person",
    ),
    entry(
        "waited for the customer",
        "seconds",
        "turns that ended in the period: open and answered, or snoozed",
    ),
    entry("waited for a bot", "seconds", "turns that ended in the period: pending"),
    entry("percentiles", "seconds", "p50, p75, p90, p95, p99 with linear interpolation over all values"),
    entry("working time", "seconds", "the part of a span inside the inbox's working hours"),
    entry("surveys sent", "count", "survey messages written in the period"),
    entry("ratings", "count", "answers first given in the period, by their rating now"),
    entry("csat positive", "share", "answers of 4 and 5 / answers"),
    entry("csat negative", "share", "answers of 1 and 2 / answers"),
    entry("csat response rate", "share", "answers / surveys sent"),
    entry("csat average", "grade", "mean of the answers, 1…5"),
    entry("peak hours", "count", "conversations created in each hour of each weekday"),
    entry("sla compliance", "share", "met / (met + breached); running ones apart"),
    entry("sla met", "count", "promises kept, by when they were kept"),
    entry("sla breached", "count", "promises whose time was up unkept in the period, answered since or not"),
    entry("sla running", "count", "promises that are neither kept nor broken now"),
    entry("common issues", "count", "conversations in which a category was first seen in the period"),
    entry("drafts ready", "count", "drafts that became ready to read in the period"),
    entry("draft ready time", "seconds", "ready − asked for"),
    entry("drafts decided", "count", "drafts approved, edited or rejected by a person in the period"),
    entry("drafts approved", "share", "approved as written / decided"),
    entry("drafts edited", "share", "approved with other words / decided"),
    entry("drafts rejected", "share", "rejected / decided"),
    entry("drafts superseded", "share", "given up because the thread moved on / ended, however"),
    entry(
        "draft edit distance",
        "share",
        "mean share of the text that reviewers changed, of approved and edited drafts",
    ),
    entry(
        "draft grades",
        "grade",
        "mean of tone, accuracy, policy, each 1…5, of drafts decided in the period",
    ),
    entry("draft findings", "count", "what the checks found in drafts that became ready in the period"),
    entry("drafts blocked", "share", "drafts with a finding that blocks one-click approval / drafts ready"),
    entry("draft tokens", "tokens", "tokens that models counted for drafts that became ready in the period"),
    entry(
        "draft cost",
        "money",
        "those tokens by the prices of the settings: their sum, and the mean of a draft",
    ),
];
