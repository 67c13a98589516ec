//! What rules do by themselves: later, once, or in words that a person wrote for the case.
//!
//! A rule is an automation when it waits (`after`), remembers (`once`), or does what [`crate::decide::decide`] does not:
//! notify, snooze, resolve, send a template. [`automations_for`] says which of them are due for a conversation, which
//! will be judged later, and which must not act although their conditions hold; the shell performs that and remembers it.

mod act;
mod robots;
mod round;
mod stretch;
mod template;
mod wait;

pub use stretch::{Stretch, next_opening, stretch};
pub use template::{Rendered, SHIPPED_TEMPLATES, Template, Templates, Values};

use round::Round;

use crate::action::{Action, Target};
use crate::conversation::Message;
use crate::decide::Snapshot;
use crate::ids::{MessageId, RuleId};
use crate::rulebook::{Group, Rule, Rulebook, Then};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// So many rules may set each other off, one after the other, through the labels they set.
pub const MOST_DEPTH: usize = 4;

/// The rule named behind the notice that a conversation got as many automatic messages as it may.
pub const LIMIT_RULE: &str = "automatic-messages";

/// What a rule waits for before it is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// 1…525 600
    pub minutes: i64,
    /// Only minutes in which the team is open count.
    pub business: bool,
    pub since: Since,
}

/// Where a waiting time begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The first message of the customer that nobody has answered.
    CustomerMessage,
    /// The last public answer of a person, as long as the customer is silent.
    OurReply,
}

/// How often a rule acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Once {
    /// Once in the life of a conversation.
    Conversation,
    /// Once in a conversation until the team next opens or closes.
    Period,
}

/// What only an automation does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    Notify { to: Vec<Target>, text: Option<String> },
    SnoozeUntilOpening,
    SnoozeMinutes(i64),
    Resolve,
    Template(String),
}

/// Why an automation acts, so that it acts once for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// This message.
    Message(MessageId),
    /// The wait that began with this message.
    Wait(MessageId),
    /// The conversation itself.
    Conversation,
    /// The time since the team opened or closed at this instant.
    Period(Timestamp),
    /// The day (UTC) that began at this instant.
    Day(Timestamp),
    /// This kind of matter, in the life of a conversation: `legal`.
    Matter(String),
}

impl std::fmt::Display for Cause {
    /// Short and the same for ever: what is remembered is found by it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message(id) => write!(f, "message:{id}"),
            Self::Wait(id) => write!(f, "wait:{id}"),
            Self::Conversation => f.write_str("conversation"),
            Self::Period(at) => write!(f, "period:{}", at.as_second()),
            Self::Day(at) => write!(f, "day:{}", at.as_second()),
            Self::Matter(kind) => write!(f, "matter:{kind}"),
        }
    }
}

/// What made somebody look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The customer wrote [`Snapshot::message`].
    CustomerMessage,
    /// A person of the desk answered.
    Reply,
    /// Time has passed.
    Alarm,
}

/// An automation that came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    pub rule: RuleId,
    pub cause: Cause,
    /// `false`: it was cancelled, or must not act.
    pub acted: bool,
    pub at: Timestamp,
    /// The last message of the conversation that was known then.
    pub seen: MessageId,
}

/// What is remembered of a conversation, and known around it.
#[derive(Debug, Clone, Copy)]
pub struct Flags<'a> {
    pub trigger: Trigger,
    /// The thread as far as it is known, oldest first: messages, notes, the desk's own lines.
    pub thread: &'a [Message],
    /// Which automations of this conversation are over. Those that wait are not among them.
    pub fired: &'a [Fired],
    /// Automatic messages the customer got in the last 24 hours.
    pub public_in_last_day: usize,
    /// More of them are not sent; 0 = none at all.
    pub most_public_a_day: usize,
    /// The inbox has an out-of-office message of its own.
    pub inbox_says_closed: bool,
    pub templates: &'a Templates,
    /// Who signs.
    pub shop: &'a str,
}

/// One rule's automation in one conversation, for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Automation {
    pub rule: RuleId,
    pub name: String,
    pub cause: Cause,
    pub due: Due,
    /// In the order in which they are to be done; empty unless it is due now.
    pub actions: Vec<Action>,
    /// What it wanted to do as well and must not.
    pub refused: Vec<Refusal>,
    /// One sentence for a person: why.
    pub because: String,
}

/// When an automation acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "due", content = "at")]
pub enum Due {
    Now,
    /// It is judged again at this instant.
    At(Timestamp),
    /// It waited, and will not act: what it waited for came, or its conditions do not hold any more.
    Cancelled,
    /// It would act, but nothing of what it does may be done.
    Refused,
}

/// Why something is not done although a rule wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The action, as rules name it.
    pub action: String,
    pub reason: Reason,
    /// One sentence for a person.
    pub because: String,
}

/// The name of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The conversation got as many automatic messages today as it may.
    DailyLimit,
    /// Too many rules set each other off.
    TooDeep,
    /// A machine wrote.
    Robot,
    /// The message was found too late.
    Late,
    /// The inbox tells by itself that the team is away.
    DeskSaysSo,
    /// Somebody or something answered already.
    Answered,
    /// The contact is blocked.
    Blocked,
    /// A bot has the conversation.
    Bot,
    /// The team is there.
    TeamIsThere,
    /// There is no such template, or nobody knows when the team is back.
    NoText,
    /// The channel takes no answer now, or none so long.
    Channel,
}

impl Rule {
    /// Whether the rule waits, remembers, or does what only automations do.
    pub(crate) fn is_automation(&self) -> bool {
        let is_told = |act: &Act| matches!(act, Act::Notify { .. }) && self.tells_at_once();
        let is_ours = |then: &Then| matches!(then, Then::Automate(act) if !is_told(act));
        self.waits() || self.then.iter().any(is_ours)
    }

    /// Whether nothing of the rule is done at once by [`crate::decide::decide`].
    pub(crate) fn waits(&self) -> bool {
        self.after.is_some() || self.once.is_some()
    }
}

impl Rulebook {
    /// Whether any rule that is switched on is an automation.
    #[must_use]
    pub fn has_automations(&self) -> bool {
        self.automations().next().is_some()
    }

    /// Whether any rule that is switched on waits before it is judged.
    #[must_use]
    pub fn has_waits(&self) -> bool {
        self.automations().any(|rule| rule.after.is_some())
    }

    /// Rules that name a template that is not there: (rule, template).
    #[must_use]
    pub fn missing_templates(&self, templates: &Templates) -> Vec<(RuleId, String)> {
        let named = self.rules.iter().flat_map(|rule| {
            rule.then.iter().filter_map(|then| match then {
                Then::Automate(Act::Template(name)) => Some((rule.id.clone(), name.clone())),
                _ => None,
            })
        });
        named.filter(|(_, name)| templates.get(name).is_none()).collect()
    }

    fn automations(&self) -> impl Iterator<Item = &Rule> {
        self.rules
            .iter()
            .filter(|rule| rule.enabled && rule.group != Group::Assignment && rule.is_automation())
    }
}

/// Which automations are due in a conversation now or later, and why; and which ended or must not act.
///
/// The same arguments always give the same answer; nothing is remembered here. What was done must be told in
/// [`Flags::fired`] the next time. Rules without a part for automations are not looked at: their labels, priorities and
/// notes are [`crate::decide::decide`]'s.
///
/// # Examples
///
/// Nobody answers for two business hours. The customer wrote on Friday at 16:30; the team closes at 17:00 and opens on
/// Monday at 9:00, so the rule is due at 10:30 on Monday.
///
/// ```
/// use hotdash_core::analysis::Analyzer;
/// use hotdash_core::automation::{Due, Flags, Templates, Trigger};
/// use hotdash_core::automations_for;
/// use hotdash_core::conversation::{Conversation, Message};
/// use hotdash_core::decide::Snapshot;
/// use hotdash_core::hours::Hours;
/// use hotdash_core::rulebook::Rulebook;
/// use serde_json::json;
///
/// let (rules, problems) = Rulebook::parse(&[("rules.toml", r#"
///     [[rule]]
///     id = "unanswered"
///     group = "tags"
///     when = { always = true }
///     after = "2 business hours"
///     then = { tag = ["overdue"], notify = "leads" }
/// "#)]);
/// assert!(problems.is_empty());
///
/// let ann = json!({ "id": 9, "name": "Ann", "email": null, "phone": null, "identifier": null,
///                   "blocked": false, "custom_attributes": {} });
/// let conversation: Conversation = serde_json::from_value(json!({
///     "id": 142, "inbox": 3, "channel": "web_widget", "status": "open", "priority": null, "labels": [],
///     "can_reply": true, "contact": ann, "assignee": null, "team": null, "subject": null,
///     "browser_language": null, "custom_attributes": {}, "snoozed_until": null, "first_reply_at": null,
///     "waiting_since": null, "last_activity_at": null, "created_at": "2026-11-20T16:30:00Z", "updated_at": null,
/// }))?;
/// let message: Message = serde_json::from_value(json!({
///     "id": 9001, "conversation": 142, "content": "Where is my order?", "new_text": null, "content_type": "text",
///     "direction": "incoming", "private": false, "author": { "kind": "customer", "id": 9, "name": "Ann" },
///     "created_at": "2026-11-20T16:30:00Z", "attachments": [], "source_id": null, "delivery": null,
///     "marks": { "deleted": false, "auto_reply": false, "in_reply_to": null, "effect": null,
///                "external_error": null, "csat": null },
/// }))?;
///
/// let analysis = Analyzer::shipped().analyze(message.text());
/// let hours = Hours::shipped(); // Monday to Friday, 9 to 17, UTC
/// let snapshot = Snapshot::of(&conversation, &message, &analysis, &hours);
/// let flags = Flags {
///     trigger: Trigger::CustomerMessage,
///     thread: std::slice::from_ref(&message),
///     fired: &[],
///     public_in_last_day: 0,
///     most_public_a_day: 3,
///     inbox_says_closed: false,
///     templates: &Templates::shipped(),
///     shop: "Hot Rodan",
/// };
/// let automations = automations_for(&rules, &snapshot, &flags, "2026-11-20T16:30:05Z".parse()?);
/// assert_eq!(automations.len(), 1);
/// assert_eq!(automations[0].due, Due::At("2026-11-23T10:30:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn automations_for(
    rules: &Rulebook,
    seen: &Snapshot<'_>,
    flags: &Flags<'_>,
    now: Timestamp,
) -> Vec<Automation> {
    let mut round = Round { rules, seen, flags, now, sent: 0, found: Vec::new() };
    if flags.trigger == Trigger::CustomerMessage {
        round.at_once();
    }
    round.later();
    round.found
}

#[cfg(test)]
mod tests;
