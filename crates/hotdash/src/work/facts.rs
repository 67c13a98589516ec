//! Keeping facts up to date: each conversation that changed is measured anew.
//!
//! Whatever changes something that facts are made of says so in the same batch (`store/facts.rs`); whoever needs
//! facts calls [`refresh`] first, and the worker does from time to time. Several may do it at once: the one that knew
//! most wins. Nothing but the store and the settings of the desk goes into facts, so [`rebuild`] gives the same bytes.

use crate::store::facts::{keep_facts, want_all_facts};
use crate::store::{Batch, Store, StoreError};
use futures_util::{StreamExt, TryStreamExt, stream};
use hotdash_core::conversation::Channel;
use hotdash_core::facts::desk_hours::{DeskDay, DeskHours};
use hotdash_core::facts::{ConversationFacts, InboxSettings, Settings, measure};
use hotdash_core::ids::{AgentId, DeskId, InboxId, TeamId};
use serde::Deserialize;

/// Conversations that are measured and written together.
const TOGETHER: i64 = 200;
/// Histories that are read side by side.
const SIDE_BY_SIDE: usize = 8;

/// Measure whatever changed since; answers how many conversations. `at` is now, in milliseconds since 1970.
///
/// # Errors
/// [`StoreError`].
pub async fn refresh(store: &Store, desk: DeskId, at: i64) -> Result<usize, StoreError> {
    let mut measured = 0;
    let mut settings = None;
    loop {
        let outdated = store.outdated_facts(desk, TOGETHER).await?;
        if outdated.is_empty() {
            return Ok(measured);
        }
        measured += outdated.len();
        if settings.is_none() {
            settings = Some(settings_of(store, desk).await?);
        }
        let Some(settings) = &settings else { continue };
        let made = stream::iter(outdated).map(async |(id, wanted)| {
            let history = store.history(desk, id).await?;
            let facts = history.map(|history| measure(&history, settings));
            keep_facts(desk, id, wanted, facts.as_ref(), at)
        });
        let statements: Vec<_> = made.buffered(SIDE_BY_SIDE).try_collect().await?;
        let mut batch = Batch::new();
        for statement in statements {
            batch.push(statement);
        }
        store.commit(batch).await?;
    }
}

/// Measure every conversation of a desk anew; answers how many.
///
/// # Errors
/// [`StoreError`].
pub async fn rebuild(store: &Store, desk: DeskId, at: i64) -> Result<usize, StoreError> {
    store.commit(want_all_facts(desk).into()).await?;
    refresh(store, desk, at).await
}

/// The facts as they are now.
///
/// # Errors
/// [`StoreError`].
pub async fn facts(store: &Store, desk: DeskId, at: i64) -> Result<Vec<ConversationFacts>, StoreError> {
    refresh(store, desk, at).await?;
    store.facts(desk).await
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Titled {
    title: String,
}

#[derive(Deserialize)]
struct KeptInbox {
    name: String,
    channel: Channel,
    #[serde(default)]
    channel_type: Option<String>,
    #[serde(default)]
    timezone: Option<String>,
    #[serde(default)]
    working_hours_enabled: bool,
    #[serde(default)]
    working_hours: Option<Vec<DeskDay>>,
    #[serde(default)]
    has_bot: Option<bool>,
}

impl KeptInbox {
    fn into_settings(self) -> InboxSettings {
        let zone = self.timezone.as_deref().unwrap_or("UTC");
        let hours = self.working_hours.map(|days| match self.working_hours_enabled {
            true => DeskHours::new(zone, &days),
            false => DeskHours::none(),
        });
        let (name, channel, channel_type) = (self.name, self.channel, self.channel_type);
        InboxSettings { name, channel, channel_type, hours, has_bot: self.has_bot }
    }
}

/// What the desk's people set up, as it was last listed; empty where it never was.
///
/// # Errors
/// [`StoreError`].
pub async fn settings_of(store: &Store, desk: DeskId) -> Result<Settings, StoreError> {
    let inboxes: Vec<(i64, KeptInbox)> = store.numbered_roster(desk, "inbox").await?;
    let agents: Vec<(i64, Named)> = store.numbered_roster(desk, "agent").await?;
    let teams: Vec<(i64, Named)> = store.numbered_roster(desk, "team").await?;
    let labels: Vec<(i64, Titled)> = store.numbered_roster(desk, "label").await?;
    Ok(Settings {
        inboxes: inboxes.into_iter().map(|(id, inbox)| (InboxId(id), inbox.into_settings())).collect(),
        agents: agents.into_iter().map(|(id, agent)| (AgentId(id), agent.name)).collect(),
        teams: teams.into_iter().map(|(id, team)| (TeamId(id), team.name)).collect(),
        labels: labels.into_iter().map(|(id, label)| (id, label.title)).collect(),
    })
}
