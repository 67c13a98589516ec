//! A recording: what its deliveries alone give, what its REST answers alone give, and what the desk reported.

use crate::chatwoot::event::understand;
use crate::chatwoot::recording::{Listed, Recorded, read_listed};
use crate::chatwoot::wire::Unreadable;
use crate::store::backfills::{keep_roster, keep_survey};
use crate::store::conversations::keep_conversation;
use crate::store::desks::KeptDesk;
use crate::store::facts::want_facts;
use crate::store::messages::{Sight, keep_message};
use crate::store::{Batch, Store, StoreError};
use crate::work::facts::{facts, settings_of};
use crate::work::ingest::{Heard, keep};
use hotdash_core::conversation::Conversation;
use hotdash_core::facts::{ConversationFacts, Settings};
use hotdash_core::figures::check::{Check, Source, Surroundings};
use hotdash_core::figures::desk::{Ask, Desk};
use hotdash_core::ids::{ConversationId, DeskId};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Deliveries that are written together.
const TOGETHER: usize = 256;

/// Why a recording cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum NotCompared {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Unreadable(#[from] Unreadable),
    #[error("{file} is not there: it is needed for this")]
    Missing { file: &'static str },
}

/// A recording that was taken in one way.
pub struct Played {
    pub source: Source,
    pub facts: Vec<ConversationFacts>,
    pub settings: Settings,
}

/// A recorded desk. `text` gives a file by its name without ending, `None` where it is not there.
pub struct Recording<F> {
    pub text: F,
}

impl<F: Fn(&str) -> Option<String>> Recording<F> {
    /// Take it in one way, and nothing of the other, into a desk of its own; only people and settings come from the
    /// lists both times, because no delivery carries them.
    ///
    /// # Errors
    /// [`NotCompared`].
    pub async fn play(&self, store: &Store, source: Source) -> Result<Played, NotCompared> {
        let key = format!("{source:?}").to_lowercase();
        let kept = KeptDesk { base_url: key.clone(), key, account: 1, url_token: String::new() };
        let desk = store.keep_desk(&kept, 0).await?.id;
        self.take(store, desk, source).await?;
        Ok(Played { source, facts: facts(store, desk, 0).await?, settings: settings_of(store, desk).await? })
    }

    /// The same into a desk that is there.
    ///
    /// # Errors
    /// [`NotCompared`].
    pub async fn take(&self, store: &Store, desk: DeskId, source: Source) -> Result<(), NotCompared> {
        let listed = read_listed(&self.text)?;
        store.commit(roster(desk, &listed)?).await?;
        if source != Source::Backfill {
            self.hear(store, desk).await?;
        }
        if source != Source::Deliveries {
            read_all(store, desk, listed).await?;
        }
        Ok(())
    }

    async fn hear(&self, store: &Store, desk: DeskId) -> Result<(), NotCompared> {
        let deliveries = (self.text)("deliveries").ok_or(NotCompared::Missing { file: "deliveries" })?;
        let mut batch = Batch::new();
        let lines = deliveries.lines().filter(|line| !line.trim().is_empty());
        for (number, line) in (1..).zip(lines) {
            let recorded = Recorded::read(line)?;
            match understand(recorded.body()) {
                Ok(event) => drop(batch.append(keep(desk, &event, Heard::Told, 0)?)),
                Err(error) => tracing::warn!(number, %error, "a delivery is not understood"),
            }
            if number % TOGETHER == 0 {
                store.commit(std::mem::take(&mut batch)).await?;
            }
        }
        store.commit(batch).await?;
        Ok(())
    }

    /// The desk's own reports: name, path and answer.
    ///
    /// # Errors
    /// [`NotCompared::Missing`] without `reports.json`.
    pub fn reports(&self) -> Result<Vec<(String, String, Value)>, NotCompared> {
        let text = (self.text)("reports").ok_or(NotCompared::Missing { file: "reports" })?;
        let reports: Map<String, Value> = crate::chatwoot::wire::read(text.as_bytes())?;
        let typed = reports.into_iter().filter_map(|(name, report)| {
            let path = report.get("path")?.as_str()?.to_owned();
            Some((name, path, report.get("answer")?.clone()))
        });
        Ok(typed.collect())
    }

    /// Put what was played beside the desk's own reports.
    ///
    /// # Errors
    /// [`NotCompared`].
    pub fn check(&self, played: &[Played]) -> Result<Check, NotCompared> {
        let reports = self.reports()?;
        // Nobody wrote down when they were asked for: at the end of what they are of.
        let ends = reports.iter().filter_map(|(_, path, _)| Some(Ask::read(path).ok()?.period().ok()?.until));
        let today =
            ends.max().and_then(|end| Timestamp::from_second(end).ok()).unwrap_or(Timestamp::UNIX_EPOCH);
        let listed = read_listed(&self.text)?.conversations;
        let listed = (!listed.is_empty()).then(|| listed.iter().map(|c| c.id).collect());
        let around = Surroundings { listed };
        let mut check = Check::default();
        for Played { source, facts, settings } in played {
            let desk = Desk { facts, settings, today };
            for (name, path, theirs) in &reports {
                check.compare(*source, name, path, theirs, desk, &around);
            }
        }
        Ok(check)
    }
}

fn roster(desk: DeskId, listed: &Listed) -> Result<Batch, StoreError> {
    let inboxes: Vec<(i64, Value)> = listed
        .inboxes
        .iter()
        .map(|inbox| {
            let mut shown = json!(inbox);
            shown["has_bot"] = json!(listed.with_bot.as_ref().map(|with_bot| with_bot.contains(&inbox.id)));
            (inbox.id.0, shown)
        })
        .collect();
    let agents: Vec<_> = listed.agents.iter().map(|agent| (agent.id.0, agent)).collect();
    let teams: Vec<_> = listed.teams.iter().map(|team| (team.id.0, team)).collect();
    let labels: Vec<_> = listed.labels.iter().map(|label| (label.id, label)).collect();
    let mut batch = keep_roster(desk, "inbox", &inboxes, 0)?;
    batch.append(keep_roster(desk, "agent", &agents, 0)?);
    batch.append(keep_roster(desk, "team", &teams, 0)?);
    batch.append(keep_roster(desk, "label", &labels, 0)?);
    Ok(batch)
}

/// As a backfill keeps what it reads.
async fn read_all(store: &Store, desk: DeskId, listed: Listed) -> Result<(), StoreError> {
    let conversations: BTreeMap<ConversationId, &Conversation> =
        listed.conversations.iter().map(|c| (c.id, c)).collect();
    let mut batch = Batch::new();
    for conversation in conversations.values() {
        batch.push(keep_conversation(desk, conversation)?);
        batch.push(want_facts(desk, conversation.id));
    }
    for message in &listed.messages {
        if let Some(conversation) = conversations.get(&message.conversation) {
            batch.append(keep_message(desk, message, Sight::read(conversation, i64::MAX / 2000))?);
        }
    }
    for answer in &listed.surveys {
        batch.push(keep_survey(desk, answer)?);
    }
    store.commit(batch).await.map(drop)
}
