//! One desk that is served, with everything that belongs to it alone: nothing here is shared with another desk.

use super::StartError;
use crate::chat_hook::ChatHook;
use crate::chatwoot::api::{AddressError, CallError, Chatwoot, DeskAddress, DeskState, Inbox};
use crate::chatwoot::signature::Secrets;
use crate::clock::Clock;
use crate::config::{DeskConfig, KnowledgeSource};
use crate::knowledge::{Knowledge, KnowledgeError};
use crate::store::Store;
use crate::store::desks::{KeptDesk, KnownDesk};
use arc_swap::ArcSwap;
use hotdash_core::automation::{SHIPPED_TEMPLATES, Templates};
use hotdash_core::conversation::Agent;
use hotdash_core::hours::{Hours, HoursError};
use hotdash_core::ids::{ConversationId, DeskId};
use hotdash_core::rulebook::{Rulebook, SHIPPED};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Agents come and go; asking the desk for every message would cost it 31 ms each time.
const AGENTS_FRESH_MS: i64 = 5_000;
/// Inboxes are set up once and then left alone.
const INBOXES_FRESH_MS: i64 = 60_000;

/// A desk with its ports and its team's wishes.
pub struct Desk {
    pub id: DeskId,
    /// The unguessable part of the address for hooks that cannot sign.
    pub url_token: String,
    /// Since when it is served; what was written before is history.
    pub since: i64,
    pub settings: DeskConfig,
    pub secrets: Secrets,
    pub chatwoot: Chatwoot,
    pub knowledge: Knowledge,
    pub rulebook: ArcSwap<Rulebook>,
    pub hours: Hours,
    /// What rules may say to customers.
    pub templates: Templates,
    /// Where the team is told in its chat.
    pub chat: Option<ChatHook>,
    inboxes: Mutex<Option<(i64, Arc<Vec<Inbox>>)>>,
    agents: Mutex<Option<(i64, Arc<Vec<Agent>>)>>,
}

impl Desk {
    pub(super) async fn open(
        settings: DeskConfig,
        store: &Store,
        clock: &Clock,
        others: &[Arc<Self>],
    ) -> Result<Self, StartError> {
        let kept = KeptDesk {
            key: settings.key.clone(),
            base_url: settings.base_url.clone(),
            account: settings.account,
            url_token: new_url_token(),
        };
        let rulebook = rulebook(&settings)?;
        let templates = templates(&settings, &rulebook)?;
        let chat = settings.notify_webhook.as_ref().map(ChatHook::new).transpose()?;
        let KnownDesk { id, url_token, since } = store.keep_desk(&kept, clock.now_ms()).await?;
        Ok(Self {
            id,
            url_token,
            since,
            secrets: Secrets::new(settings.webhook_secrets.iter().cloned()),
            chatwoot: others.iter().fold(Self::client(&settings)?, |own, other| own.beside(&other.chatwoot)),
            knowledge: knowledge(&settings.knowledge)?,
            rulebook: ArcSwap::from_pointee(rulebook),
            hours: hours(&settings)?,
            templates,
            chat,
            settings,
            inboxes: Mutex::new(None),
            agents: Mutex::new(None),
        })
    }

    /// A client for the desk of these settings; calls nothing.
    pub fn client(settings: &DeskConfig) -> Result<Chatwoot, AddressError> {
        Chatwoot::new(DeskAddress {
            calls_per_minute: settings.calls_per_minute,
            ..DeskAddress::new(settings.base_url.clone(), settings.account, settings.token.clone())
        })
    }

    /// For how long the desk has not answered, as far as our last calls tell; `None`: it answers.
    pub fn away_for(&self) -> Option<Duration> {
        match self.chatwoot.desk_state() {
            DeskState::Reachable => None,
            DeskState::Down { down_for, .. } | DeskState::Probing { down_for } => Some(down_for),
        }
    }

    /// Where people open a conversation on the desk.
    #[must_use]
    pub fn link_to(&self, conversation: ConversationId) -> String {
        self.chatwoot.link_to(conversation)
    }

    /// The desk's inboxes, at most a minute old.
    pub async fn inboxes(&self, clock: &Clock) -> Result<Arc<Vec<Inbox>>, CallError> {
        let mut kept = self.inboxes.lock().await;
        let now = clock.now_ms();
        if let Some((at, inboxes)) = &*kept
            && (0..INBOXES_FRESH_MS).contains(&(now - at))
        {
            return Ok(Arc::clone(inboxes));
        }
        let fresh = Arc::new(self.chatwoot.inboxes().await?);
        *kept = Some((now, Arc::clone(&fresh)));
        Ok(fresh)
    }

    /// The desk's people with their availability, at most some seconds old.
    pub async fn agents(&self, clock: &Clock) -> Result<Arc<Vec<Agent>>, CallError> {
        let mut kept = self.agents.lock().await;
        let now = clock.now_ms();
        if let Some((at, agents)) = &*kept
            && (0..AGENTS_FRESH_MS).contains(&(now - at))
        {
            return Ok(Arc::clone(agents));
        }
        let fresh = Arc::new(self.chatwoot.agents().await?);
        *kept = Some((now, Arc::clone(&fresh)));
        Ok(fresh)
    }
}

fn knowledge(source: &KnowledgeSource) -> Result<Knowledge, KnowledgeError> {
    match source {
        KnowledgeSource::Folder(folder) => Knowledge::load(folder),
        KnowledgeSource::DemoShop => Knowledge::shipped(),
        KnowledgeSource::Nothing => Knowledge::empty(),
    }
}

/// The shipped rules, and the team's own after them: one with the same id replaces the shipped one.
fn rulebook(settings: &DeskConfig) -> Result<Rulebook, StartError> {
    let Some((file, text)) = &settings.rules else { return Ok(Rulebook::shipped()) };
    let (rulebook, problems) = Rulebook::parse(&[SHIPPED, (file, text)]);
    if problems.is_empty() {
        return Ok(rulebook);
    }
    Err(StartError::Rules { problems: problems.iter().map(ToString::to_string).collect() })
}

/// The shipped templates, and the team's own after them; every template that a rule names must be there.
fn templates(settings: &DeskConfig, rulebook: &Rulebook) -> Result<Templates, StartError> {
    let own = settings.templates.as_ref().map(|(file, text)| (file.as_str(), text.as_str()));
    let files: Vec<(&str, &str)> = [SHIPPED_TEMPLATES].into_iter().chain(own).collect();
    let (templates, problems) = Templates::parse(&files);
    if !problems.is_empty() {
        return Err(StartError::Templates { problems: problems.iter().map(ToString::to_string).collect() });
    }
    let missing = rulebook.missing_templates(&templates);
    if missing.is_empty() {
        return Ok(templates);
    }
    let told = missing.into_iter().map(|(rule, name)| {
        let nearest = templates.nearest(&name).map(|name| format!("; did you mean “{name}”?"));
        format!("rule {rule}, then.template: there is no template “{name}”{}", nearest.unwrap_or_default())
    });
    Err(StartError::Rules { problems: told.collect() })
}

fn hours(settings: &DeskConfig) -> Result<Hours, HoursError> {
    match &settings.hours {
        Some(text) => Hours::parse(text),
        None => Hours::shipped().in_zone(&settings.timezone),
    }
}

/// 128 random bits: nobody guesses the address.
pub fn new_url_token() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}
