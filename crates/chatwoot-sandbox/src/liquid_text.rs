//! Liquid in what agents and bots write: evaluated before it is stored, as Chatwoot does.
//!
//! Text in backticks is exempt. Liquid that does not parse leaves the whole text as it was. A name nobody knows
//! becomes nothing.

use std::fmt;
use std::sync::LazyLock;

use liquid::model::{DisplayCow, KStringCow, State, Value, ValueView};
use liquid::{ObjectView, Parser, ParserBuilder};

use crate::model::{Account, Contact, Conversation, Inbox, Map, User};

static PARSER: LazyLock<Option<Parser>> = LazyLock::new(|| ParserBuilder::with_stdlib().build().ok());

/// The text with its Liquid evaluated.
pub(crate) fn evaluate(text: &str, values: &Values) -> String {
    if !text.contains("{{") && !text.contains("{%") {
        return text.to_owned();
    }
    let rendered = PARSER.as_ref().and_then(|parser| {
        let template = parser.parse(&without_code(text)).ok()?;
        template.render(&values.0).ok()
    });
    rendered.unwrap_or_else(|| text.to_owned())
}

/// Wraps what stands between backticks in `raw`.
fn without_code(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        let Some(length) = rest[start + 1..].find('`') else { break };
        let end = start + length + 2;
        guarded.push_str(&rest[..start]);
        guarded.push_str("{% raw %}");
        guarded.push_str(&rest[start..end]);
        guarded.push_str("{% endraw %}");
        rest = &rest[end..];
    }
    guarded.push_str(rest);
    guarded
}

/// What a message may name: `contact`, `agent`, `conversation`, `inbox`, `account`.
#[derive(Clone, Debug)]
pub(crate) struct Values(Lenient);

impl Values {
    pub(crate) fn new(
        account: &Account,
        conversation: Option<&Conversation>,
        contact: Option<&Contact>,
        inbox: Option<&Inbox>,
        agent: Option<&User>,
    ) -> Self {
        let contact = contact.map(|contact| {
            let name = capitalised(&contact.name);
            Lenient::of([
                ("first_name", text(first_word(&name))),
                ("last_name", text(last_word(&name))),
                ("name", text(&name)),
                ("email", optional(contact.email.as_deref())),
                ("phone_number", optional(contact.phone_number.as_deref())),
                ("custom_attribute", Entry::Object(Lenient::of_json(&contact.custom_attributes))),
            ])
        });
        let agent = agent.map(|agent| {
            Lenient::of([
                ("name", text(&agent.name)),
                ("first_name", text(first_word(&agent.name))),
                ("last_name", text(last_word(&agent.name))),
                ("available_name", text(&agent.name)),
                ("email", text(&agent.email)),
            ])
        });
        let conversation = conversation.map(|row| {
            Lenient::of([
                ("display_id", Entry::Value(Value::scalar(row.id))),
                ("custom_attribute", Entry::Object(Lenient::of_json(&row.custom_attributes))),
            ])
        });
        let inbox = inbox.map(|inbox| Lenient::of([("name", text(&inbox.name))]));
        let or_empty = |object: Option<Lenient>| Entry::Object(object.unwrap_or_default());
        Self(Lenient::of([
            ("contact", or_empty(contact)),
            ("agent", or_empty(agent)),
            ("conversation", or_empty(conversation)),
            ("inbox", or_empty(inbox)),
            ("account", Entry::Object(Lenient::of([("name", text(&account.name))]))),
        ]))
    }
}

fn text(value: &str) -> Entry {
    Entry::Value(Value::scalar(value.to_owned()))
}

fn optional(value: Option<&str>) -> Entry {
    value.map_or(Entry::Value(Value::Nil), text)
}

fn first_word(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or_default()
}

fn last_word(name: &str) -> &str {
    if name.split_whitespace().count() > 1 {
        name.split_whitespace().next_back().unwrap_or_default()
    } else {
        ""
    }
}

fn capitalised(name: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
        first + &chars.as_str().to_lowercase()
    };
    name.split_whitespace().map(capital).collect::<Vec<_>>().join(" ")
}

/// An object in which every name exists: the library refuses unknown ones, Chatwoot's evaluates them to nothing.
#[derive(Clone, Debug, Default)]
struct Lenient(Vec<(String, Entry)>);

/// What an unknown name stands for, however far it is followed.
static NOTHING: Lenient = Lenient(Vec::new());

#[derive(Clone, Debug)]
enum Entry {
    Value(Value),
    Object(Lenient),
}

impl Lenient {
    fn of<const N: usize>(entries: [(&str, Entry); N]) -> Self {
        Self(entries.into_iter().map(|(name, entry)| (name.to_owned(), entry)).collect())
    }

    fn of_json(map: &Map) -> Self {
        let entry = |value: &serde_json::Value| match value {
            serde_json::Value::String(s) => text(s),
            serde_json::Value::Null => Entry::Value(Value::Nil),
            other => text(&other.to_string()),
        };
        Self(map.iter().map(|(key, value)| (key.clone(), entry(value))).collect())
    }
}

impl Entry {
    fn view(&self) -> &dyn ValueView {
        match self {
            Self::Value(value) => value,
            Self::Object(object) => object,
        }
    }
}

impl ValueView for Lenient {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }

    fn render(&self) -> DisplayCow<'_> {
        DisplayCow::Owned(Box::new(""))
    }

    fn source(&self) -> DisplayCow<'_> {
        DisplayCow::Owned(Box::new(""))
    }

    fn type_name(&self) -> &'static str {
        "object"
    }

    fn query_state(&self, state: State) -> bool {
        match state {
            State::Truthy => !self.0.is_empty(),
            State::DefaultValue | State::Empty | State::Blank => self.0.is_empty(),
        }
    }

    fn to_kstr(&self) -> KStringCow<'_> {
        KStringCow::from_static("")
    }

    fn to_value(&self) -> Value {
        let members = self.0.iter().map(|(name, entry)| (name.clone().into(), entry.view().to_value()));
        Value::Object(members.collect())
    }

    fn as_object(&self) -> Option<&dyn ObjectView> {
        Some(self)
    }
}

impl ObjectView for Lenient {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    fn keys<'k>(&'k self) -> Box<dyn Iterator<Item = KStringCow<'k>> + 'k> {
        Box::new(self.0.iter().map(|(name, _)| name.as_str().into()))
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        Box::new(self.0.iter().map(|(_, entry)| entry.view()))
    }

    fn iter<'k>(&'k self) -> Box<dyn Iterator<Item = (KStringCow<'k>, &'k dyn ValueView)> + 'k> {
        Box::new(self.0.iter().map(|(name, entry)| (name.as_str().into(), entry.view())))
    }

    fn contains_key(&self, _: &str) -> bool {
        true
    }

    fn get<'s>(&'s self, index: &str) -> Option<&'s dyn ValueView> {
        let known = self.0.iter().find(|(name, _)| name == index);
        Some(known.map_or(&NOTHING as &dyn ValueView, |(_, entry)| entry.view()))
    }
}

#[cfg(test)]
mod tests;
