//! The bag of ports that every use-case gets.

use crate::chatwoot::api::{AddressError, CallError, Chatwoot, DeskAddress};
use crate::chatwoot::signature::Secrets;
use crate::clock::Clock;
use crate::config::{Config, KnowledgeSource};
use crate::knowledge::{Knowledge, KnowledgeError};
use crate::model::{Model, ModelAddress, ModelError};
use crate::store::desks::Desk;
use crate::store::{Store, StoreError};
use arc_swap::ArcSwap;
use hotdash_core::conversation::Agent;
use hotdash_core::hours::{Hours, HoursError};
use hotdash_core::ids::{ConversationId, DraftId};
use hotdash_core::rulebook::Rulebook;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify, broadcast};
use tokio_util::sync::CancellationToken;

/// Agents come and go; asking the desk for every message would cost it 31 ms each time.
const AGENTS_FRESH_MS: i64 = 5_000;
/// A browser that fell further behind reads the page again.
const NOTICES: usize = 256;

/// Everything a use-case may need.
pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub store: Store,
    pub desk: Desk,
    pub secrets: Secrets,
    pub chatwoot: Chatwoot,
    pub model: Option<Model>,
    pub knowledge: Knowledge,
    pub rulebook: ArcSwap<Rulebook>,
    pub hours: Hours,
    /// What changed, for open pages.
    pub notices: broadcast::Sender<Notice>,
    /// There is work to claim.
    pub work: Notify,
    /// The process was asked to stop: what would go on for ever (live news of open pages) ends.
    pub stopping: CancellationToken,
    agents: Mutex<Option<(i64, Arc<Vec<Agent>>)>>,
}

/// Something an open page wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    QueueChanged,
    DraftChanged(DraftId),
    ConversationChanged(ConversationId),
}

/// Why hotdash cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("CHATWOOT_BASE_URL or CHATWOOT_TOKEN: {0}")]
    Desk(#[from] AddressError),
    #[error("HOTDASH_KNOWLEDGE_DIR: {0}")]
    Knowledge(#[from] KnowledgeError),
    #[error("OPENAI_BASE_URL: {0}")]
    Model(#[from] ModelError),
    #[error("HOTDASH_HOURS_FILE: {0}")]
    Hours(#[from] HoursError),
}

impl App {
    /// Open every port. Calls nobody but the database.
    pub async fn build(config: Config, clock: Clock) -> Result<Arc<Self>, StartError> {
        let store = Store::open(&config.database_url).await?;
        let desk = Desk {
            id: config.desk.id,
            base_url: config.desk.base_url.clone(),
            account: config.desk.account,
            name: config.shop_name.clone(),
            url_token: new_url_token(),
        };
        let desk = store.keep_desk(&desk, clock.now_ms()).await?;
        let chatwoot = Chatwoot::new(DeskAddress::new(
            config.desk.base_url.clone(),
            config.desk.account,
            config.desk.token.clone(),
        ))?;
        let model = config.model.as_ref().map(|m| {
            Model::new(ModelAddress {
                base_url: m.base_url.clone(),
                key: m.key.clone(),
                model: m.name.clone(),
                timeout: m.timeout,
            })
        });
        let knowledge = match &config.knowledge {
            KnowledgeSource::Folder(folder) => Knowledge::load(folder)?,
            KnowledgeSource::DemoShop => Knowledge::shipped()?,
            KnowledgeSource::Nothing => Knowledge::empty()?,
        };
        let secrets = Secrets::new(config.desk.webhook_secrets.iter().cloned());
        Ok(Arc::new(Self {
            secrets,
            chatwoot,
            model: model.transpose()?,
            knowledge,
            rulebook: ArcSwap::from_pointee(Rulebook::shipped()),
            hours: match &config.hours {
                Some(text) => Hours::parse(text)?,
                None => Hours::shipped().in_zone(&config.timezone)?,
            },
            notices: broadcast::channel(NOTICES).0,
            work: Notify::new(),
            stopping: CancellationToken::new(),
            agents: Mutex::new(None),
            store,
            desk,
            clock,
            config,
        }))
    }

    /// The desk's people with their availability, at most some seconds old.
    pub async fn agents(&self) -> Result<Arc<Vec<Agent>>, CallError> {
        let mut kept = self.agents.lock().await;
        let now = self.clock.now_ms();
        if let Some((at, agents)) = &*kept
            && (0..AGENTS_FRESH_MS).contains(&(now - at))
        {
            return Ok(Arc::clone(agents));
        }
        let fresh = Arc::new(self.chatwoot.agents().await?);
        *kept = Some((now, Arc::clone(&fresh)));
        Ok(fresh)
    }

    /// Tell open pages. Nobody listening is fine.
    pub fn tell(&self, notice: Notice) {
        let _ = self.notices.send(notice);
    }
}

/// Hours of a team that never closes: whoever tries the demo at night should see a conversation assigned.
pub const AROUND_THE_CLOCK: &str = r#"
zone = "UTC"
holidays = []
[weekdays]
monday = ["00:00-24:00"]
tuesday = ["00:00-24:00"]
wednesday = ["00:00-24:00"]
thursday = ["00:00-24:00"]
friday = ["00:00-24:00"]
saturday = ["00:00-24:00"]
sunday = ["00:00-24:00"]
"#;

/// 128 random bits: nobody guesses the address.
fn new_url_token() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}
