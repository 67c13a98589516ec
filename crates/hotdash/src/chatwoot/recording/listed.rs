//! What REST listed of a recorded desk: conversations, messages, survey answers, people and settings.

use crate::chatwoot::wire::people::{Inbox, Label, Team, WireAgent, WireInbox, WireTeam};
use crate::chatwoot::wire::{Unreadable, WireConversation, WireMessage, WireSurveyAnswer};
use crate::chatwoot::wire::{message::Surroundings, read};
use hotdash_core::conversation::{Agent, Conversation, Message, SurveyAnswer};
use hotdash_core::ids::{ConversationId, InboxId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The files of a recorded desk by name, as far as they are there.
#[derive(Debug, Default)]
pub struct Listed {
    pub conversations: Vec<Conversation>,
    pub messages: Vec<Message>,
    pub surveys: Vec<SurveyAnswer>,
    pub agents: Vec<Agent>,
    pub inboxes: Vec<Inbox>,
    pub teams: Vec<Team>,
    pub labels: Vec<Label>,
    /// Inboxes with a bot; `None` where nobody wrote it down.
    pub with_bot: Option<BTreeSet<InboxId>>,
}

/// A list, bare or within `payload` or `data.payload`.
#[derive(Deserialize)]
#[serde(untagged)]
enum List<T> {
    Bare(Vec<T>),
    Payload { payload: Vec<T> },
}

#[derive(Deserialize)]
struct OfConversation {
    conversation_id: i64,
}

/// Read the files; `text` gives one by its name without ending, `None` where it is not there.
///
/// # Errors
/// [`Unreadable`] with file, line and key.
pub fn read_listed(text: impl Fn(&str) -> Option<String>) -> Result<Listed, Unreadable> {
    let mut listed = Listed::default();
    for (line, wire) in lines::<WireConversation>(&text, "conversations")? {
        listed.conversations.push(wire.into_core(&format!("conversations, line {line}: "))?);
    }
    let contacts: BTreeMap<ConversationId, _> =
        listed.conversations.iter().map(|c| (c.id, &c.contact)).collect();
    let messages = lines::<WireMessage>(&text, "messages")?;
    let owners = lines::<OfConversation>(&text, "messages")?;
    for ((_, wire), (_, OfConversation { conversation_id })) in messages.into_iter().zip(owners) {
        let contact = contacts.get(&ConversationId(conversation_id)).copied();
        let conversation = Some(conversation_id);
        listed.messages.push(wire.into_core(Surroundings {
            conversation,
            contact,
            ..Surroundings::default()
        })?);
    }
    for (at, wire) in list::<WireSurveyAnswer>(&text, "csat")?.into_iter().enumerate() {
        listed.surveys.push(wire.into_core(&format!("csat[{at}]."))?);
    }
    listed.agents = list::<WireAgent>(&text, "agents")?.into_iter().map(WireAgent::into_core).collect();
    listed.inboxes = list::<WireInbox>(&text, "inboxes")?.into_iter().map(WireInbox::into_inbox).collect();
    listed.teams = list::<WireTeam>(&text, "teams")?.into_iter().map(WireTeam::into_team).collect();
    listed.labels = list::<Label>(&text, "labels")?;
    if let Some(bots) = text("inbox_agent_bots") {
        let bots: BTreeMap<i64, Value> = read(bots.as_bytes()).map_err(|e| within("inbox_agent_bots", &e))?;
        let has_bot = |answer: &Value| answer.get("agent_bot").is_some_and(|bot| !bot.is_null());
        let with_bot = bots.into_iter().filter(|(_, answer)| has_bot(answer));
        listed.with_bot = Some(with_bot.map(|(inbox, _)| InboxId(inbox)).collect());
    }
    Ok(listed)
}

fn within(file: &str, error: &Unreadable) -> Unreadable {
    Unreadable::at(format!("{file}: {}", error.path), error.reason.clone())
}

fn lines<T: DeserializeOwned>(
    text: impl Fn(&str) -> Option<String>,
    file: &str,
) -> Result<Vec<(usize, T)>, Unreadable> {
    let text = text(file).unwrap_or_default();
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let typed = lines.map(|(number, line)| {
        let wire = read(line.as_bytes()).map_err(|e| within(&format!("{file}, line {number}"), &e))?;
        Ok((number, wire))
    });
    typed.collect()
}

fn list<T: DeserializeOwned>(
    text: impl Fn(&str) -> Option<String>,
    file: &str,
) -> Result<Vec<T>, Unreadable> {
    let Some(text) = text(file) else { return Ok(Vec::new()) };
    let (List::Bare(list) | List::Payload { payload: list }) =
        read(text.as_bytes()).map_err(|e| within(file, &e))?;
    Ok(list)
}
