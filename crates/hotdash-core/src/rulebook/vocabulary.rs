//! The words of the rule grammar, and the nearest right one to a wrong one.

pub(super) const RULE_KEYS: [&str; 11] =
    ["id", "name", "priority", "enabled", "why", "group", "when", "then", "after", "since", "once"];
pub(super) const THEN_KEYS: [&str; 11] = [
    "tag", "priority", "escalate", "hold", "note", "draft", "assign", "notify", "snooze", "resolve",
    "template",
];
pub(super) const SINCE: [&str; 2] = ["customer_message", "our_reply"];
pub(super) const ONCE: [&str; 2] = ["conversation", "period"];
pub(super) const GROUPS: [&str; 3] = ["all", "any", "none"];
pub(super) const SENDER_PARTS: [&str; 6] =
    ["name", "email", "domain", "attribute", "vip", "earlier_conversations"];
pub(super) const PRIORITIES: [&str; 4] = ["low", "medium", "high", "urgent"];

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

/// A condition type with the operators it understands and, where it is closed, its words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) text: bool,
    pub(super) number: bool,
    pub(super) words: &'static [&'static str],
}

const fn text(name: &'static str, words: &'static [&'static str]) -> Type {
    Type { name, text: true, number: false, words }
}

pub(super) const TYPES: [Type; 15] = [
    text("keyword", &[]),
    text("regex", &[]),
    text("inbox", &[]),
    text("channel", &[]),
    text("tag", &[]),
    Type { name: "sender", text: true, number: true, words: &[] },
    text("time", &["business_hours", "after_hours"]),
    text("agent_availability", &["online", "busy", "offline"]),
    Type { name: "sentiment", text: true, number: true, words: &["negative", "neutral", "positive"] },
    text("intent", &["question", "complaint", "praise", "request", "general"]),
    Type { name: "urgency", text: true, number: true, words: &["urgent", "normal"] },
    text("language", &[]),
    text("escalation", &["safety", "legal", "fraud", "chargeback", "press"]),
    text("attachment", &[]),
    Type { name: "message_count", text: false, number: true, words: &[] },
];

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
