//! The words of the rule grammar, and the nearest right one to a wrong one.

pub(super) const RULE_KEYS: [&str; 11] =
    ["id", "name", "priority", "enabled", "why", "group", "when", "then", "after", "since", "once"];
pub(super) const THEN_KEYS: [&str; 11] = [
    "tag", "priority", "escalate", "hold", "note", "draft", "assign", "notify", "snooze", "resolve",
    "template",
];
pub(super) const SINCE: [&str; 2] = ["customer_message", "our_reply"];
pub(super) const ONCE: [&str; 2] = ["conversation", "period"];
pub(super) const FILE_KEYS: [&str; 4] = ["labels", "groups", "rule", "switches"];
pub(super) const GROUPS: [&str; 3] = ["all", "any", "none"];
pub(super) const SENDER_PARTS: [&str; 6] =
    ["name", "email", "domain", "attribute", "vip", "earlier_conversations"];
pub(super) const PRIORITIES: [&str; 4] = ["low", "medium", "high", "urgent"];
pub(super) const DENIED: [&str; 3] = ["skip", "count", "only"];

/// Every operator. The negations are written out, because that is how people look for them.
pub(super) const OPERATORS: [&str; 14] = [
    "contains",
    "not_contains",
    "equals",
    "not_equals",
    "matches",
    "not_matches",
    "exists",
    "not_exists",
    "any_of",
    "none_of",
    "gt",
    "lt",
    "not_gt",
    "not_lt",
];

/// A word of a closed list that is true or not of a snapshot. All of them together fit into one number, so that a
/// condition on them is one bit operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mark {
    Open,
    Closed,
    Holiday,
    Weekday,
    Weekend,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
    Online,
    Busy,
    Offline,
    Negative,
    Neutral,
    Positive,
    Question,
    Complaint,
    Praise,
    Request,
    General,
    Urgent,
    Calm,
    Safety,
    Legal,
    Fraud,
    Chargeback,
    Press,
    NoClock,
    ClockRuns,
    ClockWarned,
    ClockBreached,
    Vip,
    NoVip,
}

impl Mark {
    /// The mark as one bit.
    pub(crate) const fn bit(self) -> u64 {
        1 << (self as u8)
    }
}

/// A condition type and what it can be compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Compares with numbers as well.
    pub(super) number: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Keyword,
    Regex,
    /// Any text.
    Open,
    /// Only these words.
    Closed(&'static [(&'static str, Mark)]),
    /// The words, and times and dates.
    Time,
    Sender,
    /// Numbers only.
    Number,
}

const fn of(name: &'static str, kind: Kind) -> Type {
    Type { name, kind, number: false }
}

const fn number(name: &'static str, kind: Kind) -> Type {
    Type { name, kind, number: true }
}

pub(super) const TYPES: [Type; 18] = [
    of("keyword", Kind::Keyword),
    of("regex", Kind::Regex),
    of("inbox", Kind::Open),
    of("channel", Kind::Open),
    of("tag", Kind::Open),
    of("sender", Kind::Sender),
    of("time", Kind::Time),
    number("agent_availability", Kind::Closed(&AVAILABILITIES)),
    number("sentiment", Kind::Closed(&SENTIMENTS)),
    of("intent", Kind::Closed(&INTENTS)),
    of("category", Kind::Open),
    number("urgency", Kind::Closed(&URGENCIES)),
    of("escalation", Kind::Closed(&ESCALATIONS)),
    of("language", Kind::Open),
    number("waiting_minutes", Kind::Number),
    number("sla", Kind::Closed(&CLOCKS)),
    of("attachment", Kind::Open),
    number("message_count", Kind::Number),
];

pub(crate) const TIMES: [(&str, Mark); 12] = [
    ("business_hours", Mark::Open),
    ("after_hours", Mark::Closed),
    ("holiday", Mark::Holiday),
    ("weekday", Mark::Weekday),
    ("weekend", Mark::Weekend),
    ("monday", Mark::Monday),
    ("tuesday", Mark::Tuesday),
    ("wednesday", Mark::Wednesday),
    ("thursday", Mark::Thursday),
    ("friday", Mark::Friday),
    ("saturday", Mark::Saturday),
    ("sunday", Mark::Sunday),
];
pub(crate) const AVAILABILITIES: [(&str, Mark); 3] =
    [("online", Mark::Online), ("busy", Mark::Busy), ("offline", Mark::Offline)];
pub(crate) const SENTIMENTS: [(&str, Mark); 3] =
    [("negative", Mark::Negative), ("neutral", Mark::Neutral), ("positive", Mark::Positive)];
pub(crate) const INTENTS: [(&str, Mark); 5] = [
    ("question", Mark::Question),
    ("complaint", Mark::Complaint),
    ("praise", Mark::Praise),
    ("request", Mark::Request),
    ("general", Mark::General),
];
pub(crate) const URGENCIES: [(&str, Mark); 2] = [("urgent", Mark::Urgent), ("normal", Mark::Calm)];
pub(crate) const ESCALATIONS: [(&str, Mark); 5] = [
    ("safety", Mark::Safety),
    ("legal", Mark::Legal),
    ("fraud", Mark::Fraud),
    ("chargeback", Mark::Chargeback),
    ("press", Mark::Press),
];
pub(crate) const CLOCKS: [(&str, Mark); 4] = [
    ("none", Mark::NoClock),
    ("running", Mark::ClockRuns),
    ("warned", Mark::ClockWarned),
    ("breached", Mark::ClockBreached),
];
pub(crate) const VIPS: [(&str, Mark); 2] = [("true", Mark::Vip), ("false", Mark::NoVip)];

/// The word most like a wrong one, if any is like it.
pub(crate) fn nearest<'a>(wrong: &str, words: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wrong = wrong.to_lowercase();
    words
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&wrong, word), word))
        .filter(|(distance, word)| *distance * 5 <= word.chars().count().max(wrong.chars().count()) * 2)
        .min()
        .map(|(_, word)| word.to_owned())
}
