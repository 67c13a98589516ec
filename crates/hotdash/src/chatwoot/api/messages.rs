//! Reading a thread, writing into it.

use super::answer::Answer;
use super::{As, CallError, Chatwoot};
use crate::chatwoot::wire::message::{AUTOMATIC, Surroundings};
use crate::chatwoot::wire::{WireContact, WireMessage};
use hotdash_core::conversation::Message;
use hotdash_core::ids::{ConversationId, EffectId, MessageId};
use http::Method;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

const MESSAGES: &str = "/api/v1/accounts/{account}/conversations/{conversation}/messages";
const MESSAGE: &str = "/api/v1/accounts/{account}/conversations/{conversation}/messages/{message}";

/// Chatwoot's page size with `after`; a shorter page is the last one.
const PAGE_AFTER: usize = 100;

/// Which part of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The last 20.
    Latest,
    /// The 20 before a message.
    Before(MessageId),
    /// Up to 100 after a message; after number 0 is the beginning.
    After(MessageId),
}

/// A message to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Markdown source. Chatwoot evaluates Liquid in it.
    pub content: String,
    /// A private note for the team.
    pub private: bool,
    /// Who gets a copy, in e-mail inboxes; Chatwoot itself writes to the customer only.
    pub copies: Vec<String>,
    /// Our mark, by which the message is recognised when it comes back.
    pub effect: EffectId,
    /// Nobody wrote it for this conversation: no figure of the desk counts it as an answer.
    pub automatic: bool,
}

impl Chatwoot {
    /// One page of a thread, oldest first, with private notes and Chatwoot's own activity lines.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn messages(&self, id: ConversationId, page: Page) -> Result<Vec<Message>, CallError> {
        let call = self.of(Method::GET, MESSAGES, id);
        let call = match page {
            Page::Latest => call,
            Page::Before(message) => call.asking("before", message),
            Page::After(message) => call.asking("after", message),
        };
        let answer = self.repeated(&call, None, As::Ourselves).await?;
        let thread: Thread = answer.parse()?;
        let contact = thread.meta.contact.map(WireContact::into_core);
        let around =
            Surroundings { conversation: Some(id.0), contact: contact.as_ref(), ..Surroundings::default() };
        let messages = thread.payload.into_iter().map(|message| message.into_core(around));
        messages.collect::<Result<_, _>>().map_err(|unreadable| answer.unreadable(unreadable))
    }

    /// Everything after a message (`None`: from the beginning), page by page.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn thread_since(
        &self,
        id: ConversationId,
        after: Option<MessageId>,
    ) -> Result<Vec<Message>, CallError> {
        let mut after = after.unwrap_or(MessageId(0));
        let mut thread = Vec::new();
        loop {
            let page = self.messages(id, Page::After(after)).await?;
            let read = page.len();
            // Pages are ordered by time, but the cursor is the number.
            let newest = page.iter().map(|message| message.id).max();
            thread.extend(page);
            match newest {
                Some(newest) if read >= PAGE_AFTER && newest > after => after = newest,
                _ => return Ok(thread),
            }
        }
    }

    /// Writes a message, exactly one attempt. `token` posts it in another person's name: the approver's.
    ///
    /// # Errors
    /// [`CallError`]; when [`CallError::is_unclear`], read the thread and look for the effect before trying again.
    pub async fn create_message(
        &self,
        id: ConversationId,
        message: &NewMessage,
        token: Option<&SecretString>,
    ) -> Result<Message, CallError> {
        let call = self.of(Method::POST, MESSAGES, id);
        if message.content.trim().is_empty() {
            return Err(CallError::NothingToSay { call });
        }
        // The customer can read these attributes of public messages: our id and nothing else.
        // The mark of an automation drives every other attribute out, so it carries our id itself.
        let mark = match message.automatic {
            true => json!({ "automation_rule_id": format!("{AUTOMATIC}{}", message.effect) }),
            false => json!({ "hotdash": { "id": message.effect } }),
        };
        let mut body = json!({
            "content": message.content,
            "message_type": "outgoing",
            "private": message.private,
            "content_attributes": mark,
        });
        if !message.copies.is_empty() {
            body["cc_emails"] = json!(message.copies.join(","));
        }
        let who = token.map_or(As::Ourselves, As::Token);
        let answer = self.for_sending().once(&call, Some(&body), who).await?;
        message_from(&answer, id)
    }

    /// Deletes a message or note; the desk keeps a placeholder. Answers the placeholder.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn delete_message(&self, id: ConversationId, message: MessageId) -> Result<Message, CallError> {
        let call = self.of(Method::DELETE, MESSAGE, id).with("message", message.0);
        let answer = self.repeated(&call, None, As::Ourselves).await?;
        message_from(&answer, id)
    }
}

#[derive(Deserialize)]
struct Thread {
    #[serde(default)]
    meta: ThreadMeta,
    payload: Vec<WireMessage>,
}

#[derive(Default, Deserialize)]
struct ThreadMeta {
    #[serde(default)]
    contact: Option<WireContact>,
}

fn message_from(answer: &Answer, id: ConversationId) -> Result<Message, CallError> {
    let around = Surroundings { conversation: Some(id.0), ..Surroundings::default() };
    answer.parse::<WireMessage>()?.into_core(around).map_err(|unreadable| answer.unreadable(unreadable))
}
