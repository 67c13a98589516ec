//! Long lists, page by page: what was touched lately, all conversations, all survey answers.
//!
//! They are dear for a desk (about 25 ms for every conversation in a list): ask for little and not often. One row that cannot be
//! read does not spoil the others: it is left out, and the log says which.

use super::answer::Answer;
use super::{As, Call, CallError, Chatwoot};
use crate::chatwoot::wire::{Unreadable, WireConversation, WireSurveyAnswer, read_row};
use hotdash_core::conversation::{Conversation, SurveyAnswer};
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

const CONVERSATIONS: &str = "/api/v1/accounts/{account}/conversations";
const SURVEYS: &str = "/api/v1/accounts/{account}/csat_survey_responses";

/// The first version that knows `updated_within`; older ones ignore it and answer the first page.
const KNOWS_UPDATED_WITHIN: (u64, u64, u64) = (3, 6, 0);

/// A page of conversations.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationPage {
    /// Of any status. **Empty: the list is at its end.** How many fit on a page is the desk's own setting, so a page
    /// with few is no sign of it.
    pub conversations: Vec<Conversation>,
    /// How many conversations there are in all, as the token's user sees them.
    pub total: u64,
}

impl Chatwoot {
    /// Every conversation that was changed or written in within so much time, in one answer. The desk does not count
    /// edited, deleted or refused messages, survey answers and seen-marks as changes.
    ///
    /// Desks before 3.6 cannot be asked this. There the pages by last activity are read back to `now` less the window:
    /// then a conversation that only changed its labels may be missing.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn conversations_touched_within(
        &self,
        window: Duration,
        now: Timestamp,
    ) -> Result<Vec<Conversation>, CallError> {
        if self.knows_updated_within().await? {
            // Rounded up: a second too many costs less than one that is missed.
            let seconds = window.as_secs() + u64::from(window.subsec_nanos() > 0);
            let call = self.conversations_of_any_status().asking("updated_within", seconds);
            return Ok(self.listed(&call).await?.conversations);
        }
        self.conversations_active_since(now.saturating_sub(window).unwrap_or(Timestamp::MIN)).await
    }

    /// Every conversation with a message of any kind since then, the desk's own lines included. Page by page: right for
    /// long times, where one answer with everything takes a desk longer than it allows itself.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn conversations_active_since(&self, since: Timestamp) -> Result<Vec<Conversation>, CallError> {
        let (mut touched, mut seen) = (Vec::new(), BTreeSet::new());
        for number in 1.. {
            let page = self.conversations_by_activity(number).await?.conversations;
            let active = |conversation: &Conversation| conversation.last_activity_at >= Some(since);
            let read_on = page.last().is_some_and(active);
            // A conversation that is written in meanwhile moves up and is listed again.
            touched.extend(page.into_iter().filter(|listed| active(listed) && seen.insert(listed.id)));
            if !read_on {
                break;
            }
        }
        Ok(touched)
    }

    /// A page of all conversations, oldest first, from page 1. New ones are appended, so nothing moves between pages
    /// while they are read; a conversation that is deleted meanwhile moves its followers up by one.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn conversation_page(&self, page: u64) -> Result<ConversationPage, CallError> {
        let call =
            self.conversations_of_any_status().asking("sort_by", "created_at_asc").asking("page", page);
        self.listed(&call).await
    }

    /// A page of all conversations, latest activity first, from page 1. Whatever is written in moves to the front.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn conversations_by_activity(&self, page: u64) -> Result<ConversationPage, CallError> {
        // The desk's own order: the names of orders are younger than the oldest desks.
        self.listed(&self.conversations_of_any_status().asking("page", page)).await
    }

    /// A page of survey answers, newest first, from page 1; an empty one is the end. New answers push older ones back,
    /// so one may be read twice, but none is missed. Needs the token of an administrator.
    ///
    /// # Errors
    /// [`CallError`]; `NotPermitted` for the token of an agent.
    pub async fn csat_page(&self, page: u64) -> Result<Vec<SurveyAnswer>, CallError> {
        let call = self.in_account(Method::GET, SURVEYS).asking("page", page);
        let answer = self.repeated(&call, None, As::Ourselves).await?;
        let into_core = |wire: WireSurveyAnswer, at: &str| wire.into_core(&format!("{at}."));
        readable(&answer, answer.parse()?, "", into_core)
    }

    /// Asked until the desk is new enough, which it then remains.
    async fn knows_updated_within(&self) -> Result<bool, CallError> {
        let known = &self.desk.knows_updated_within;
        if !known.load(Ordering::Relaxed) {
            known.store(self.version().await?.is_at_least(KNOWS_UPDATED_WITHIN), Ordering::Relaxed);
        }
        Ok(known.load(Ordering::Relaxed))
    }

    fn conversations_of_any_status(&self) -> Call {
        // Without it the desk lists the open ones only.
        self.in_account(Method::GET, CONVERSATIONS).asking("status", "all")
    }

    async fn listed(&self, call: &Call) -> Result<ConversationPage, CallError> {
        let answer = self.repeated(call, None, As::Ourselves).await?;
        let Listed { data } = answer.parse()?;
        let into_core = |wire: WireConversation, at: &str| wire.into_core(&format!("{at}."));
        let conversations = readable(&answer, data.payload, "data.payload", into_core)?;
        Ok(ConversationPage { conversations, total: data.meta.all_count })
    }
}

/// The rows that can be read. Where none can, it is not the rows: an empty list would be taken for its end.
fn readable<W: DeserializeOwned, T>(
    answer: &Answer,
    rows: Vec<Value>,
    list: &str,
    into_core: impl Fn(W, &str) -> Result<T, Unreadable>,
) -> Result<Vec<T>, CallError> {
    let (mut read, mut left_out) = (Vec::with_capacity(rows.len()), Vec::new());
    for (number, row) in rows.into_iter().enumerate() {
        let (id, at) = (row.get("id").and_then(Value::as_i64), format!("{list}[{number}]"));
        match read_row(row, &at).and_then(|wire| into_core(wire, &at)) {
            Ok(one) => read.push(one),
            Err(unreadable) => left_out.push((id, answer.unreadable(unreadable))),
        }
    }
    if read.is_empty()
        && let Some((_, error)) = left_out.pop()
    {
        return Err(error);
    }
    for (id, error) in left_out {
        tracing::warn!(id, %error, "a row of the desk's list cannot be read and is left out");
    }
    Ok(read)
}

#[derive(Deserialize)]
struct Listed {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    meta: Counts,
    payload: Vec<Value>,
}

#[derive(Deserialize)]
struct Counts {
    all_count: u64,
}
