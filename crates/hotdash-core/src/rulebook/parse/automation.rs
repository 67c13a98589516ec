//! Reading what makes a rule an automation: `after`, `since`, `once`, and the actions that only automations have.

use super::Reader;
use crate::action::Target;
use crate::automation::{Act, After, Once, Since};
use crate::rulebook::vocabulary::{ONCE, SINCE};
use toml::{Table, Value};

/// A year.
const LONGEST_MINUTES: i64 = 525_600;

impl Reader {
    pub(super) fn after(&mut self, table: &Table) -> Option<After> {
        let since = match table.get("since").map(|value| value.as_str().unwrap_or("")) {
            None | Some("customer_message") => Since::CustomerMessage,
            Some("our_reply") => Since::OurReply,
            Some(other) => {
                self.unknown("since", other, &SINCE);
                return None;
            }
        };
        let Some(value) = table.get("after") else {
            if table.contains_key("since") {
                self.problem("since", "says where the time of \"after\" begins, and there is no \"after\"");
            }
            return None;
        };
        match value.as_str().and_then(span) {
            Some((minutes, business)) => Some(After { minutes, business, since }),
            None => self.refuse(
                "after",
                "expected a time from a minute to a year, such as \"30m\", \"4h\", \"3d\", \"30 business minutes\" or \
                 \"2 business hours\"",
            ),
        }
    }

    pub(super) fn once(&mut self, table: &Table) -> Option<Once> {
        match table.get("once")?.as_str().unwrap_or("") {
            "conversation" => Some(Once::Conversation),
            "period" => Some(Once::Period),
            other => {
                self.unknown("once", other, &ONCE);
                None
            }
        }
    }

    /// In the order in which they are done: told first, said to the customer, then closed.
    pub(super) fn automatic(&mut self, table: &Table) -> Vec<Act> {
        let mut acts = Vec::new();
        if let Some(value) = table.get("notify") {
            acts.extend(self.notify(value));
        }
        if let Some(value) = table.get("template") {
            match value.as_str().map(str::trim).filter(|name| !name.is_empty()) {
                Some(name) => acts.push(Act::Template(name.to_owned())),
                None => self.problem("then.template", "expected the name of a template"),
            }
        }
        if let Some(value) = table.get("snooze") {
            acts.extend(self.snooze(value));
        }
        match self.flag(table, "then", "resolve") {
            Some(true) if table.contains_key("snooze") => {
                self.problem("then.resolve", "a conversation cannot be snoozed and resolved at once");
            }
            Some(true) => acts.push(Act::Resolve),
            _ => {}
        }
        acts
    }

    /// `"leads"`, `["leads", "webhook"]`, or `{ to = …, text = "…" }`.
    fn notify(&mut self, value: &Value) -> Option<Act> {
        let (to, text) = match value {
            Value::Table(table) => {
                self.only(table, "then.notify", &["to", "text"]);
                let text = table.get("text").map(|text| text.as_str().map(str::to_owned));
                if text == Some(None) {
                    return self.refuse("then.notify.text", "expected a text");
                }
                (table.get("to"), text.flatten())
            }
            other => (Some(other), None),
        };
        let Some(to) = to else {
            return self
                .refuse("then.notify.to", "expected \"leads\", \"webhook\", a mail address, or a list");
        };
        let mut targets = Vec::new();
        for word in self.words("then.notify", to)? {
            let Some(target) = Target::read(&word) else {
                let message =
                    format!("“{}” is neither \"leads\" nor \"webhook\" nor a mail address", word.trim());
                let nearest = crate::rulebook::nearest(word.trim(), Target::WORDS);
                self.push("then.notify", &message, nearest);
                return None;
            };
            targets.push(target);
        }
        Some(Act::Notify { to: targets, text })
    }

    fn snooze(&mut self, value: &Value) -> Option<Act> {
        match value.as_str().map(str::trim) {
            Some("until next business hour") => Some(Act::SnoozeUntilOpening),
            Some(text) if span(text).is_some_and(|(_, business)| !business) => {
                span(text).map(|(minutes, _)| Act::SnoozeMinutes(minutes))
            }
            _ => self.refuse(
                "then.snooze",
                "expected \"until next business hour\", or a time such as \"4h\" or \"2d\"",
            ),
        }
    }
}

/// `30m`, `2 hours`, `30 business minutes` → minutes, and whether only open ones count.
fn span(text: &str) -> Option<(i64, bool)> {
    let text = text.trim().to_lowercase();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at(digits);
    let count: i64 = count.parse().ok()?;
    let unit = unit.trim();
    let (unit, business) = match unit.strip_prefix("business") {
        Some(rest) => (rest.trim(), true),
        None => (unit, false),
    };
    let minutes = match unit {
        "m" | "min" | "minute" | "minutes" => 1,
        "h" | "hour" | "hours" => 60,
        // A business day is as long as the team makes it: hours say what is meant.
        "d" | "day" | "days" if !business => 24 * 60,
        _ => return None,
    };
    let minutes = count.checked_mul(minutes)?;
    (1..=LONGEST_MINUTES).contains(&minutes).then_some((minutes, business))
}
