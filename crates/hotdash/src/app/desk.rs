//! One desk that is served, with everything that belongs to it alone: nothing here is shared with another desk.

use super::StartError;
use super::rules::{HoursText, Layers, Rules, at_start};
use crate::chat_hook::ChatHook;
use crate::chatwoot::api::{AddressError, CallError, Chatwoot, DeskAddress, DeskState, Inbox};
use crate::chatwoot::signature::Secrets;
use crate::clock::Clock;
use crate::config::{DeskConfig, KnowledgeSource};
use crate::knowledge::{Knowledge, KnowledgeError};
use crate::store::Store;
use crate::store::desks::{KeptDesk, KnownDesk};
use crate::store::rulebooks::{Stamp, UNEDITED, keep_rule_text};
use crate::store::{Batch, StoreError};
use crate::work::advice::Advices;
use crate::work::measures::Measures;
use arc_swap::{ArcSwap, ArcSwapOption};
use hotdash_core::automation::{SHIPPED_TEMPLATES, Templates};
use hotdash_core::conversation::Agent;
use hotdash_core::hours::Hours;
use hotdash_core::ids::{AgentId, ConversationId, DeskId, InboxId, TeamId};
use hotdash_core::routing::Assignable;
use hotdash_core::rulebook::Rulebook;
use hotdash_core::sla::{SHIPPED as SHIPPED_TARGETS, SlaPolicy};
use hotdash_core::staff::{SHIPPED as SHIPPED_STAFF, Staff};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// Agents come and go; asking the desk for every message would cost it 31 ms each time.
const AGENTS_FRESH_MS: i64 = 5_000;
/// Inboxes are set up once and then left alone.
const INBOXES_FRESH_MS: i64 = 60_000;
const TEAMS_FRESH_MS: i64 = 60_000;
const MEMBERS_FRESH_MS: i64 = 60_000;

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
    /// Rules that decide beside them and change nothing.
    pub candidate: ArcSwapOption<Candidate>,
    /// What the edited layer of the rules stands on.
    pub layers: Layers,
    /// What a model of our own tells beside the five intents.
    pub intents: Vec<String>,
    pub hours: Hours,
    /// What rules may say to customers.
    pub templates: Templates,
    /// Where the team is told in its chat.
    pub chat: Option<ChatHook>,
    /// What is known of the people beyond what the desk says.
    pub staff: Staff,
    inboxes: Mutex<Option<(i64, Arc<Vec<Inbox>>)>>,
    /// Under which the hours are kept.
    pub hours_hash: String,
    /// Which state of the kept rules these are.
    rules_at: ArcSwap<Stamp>,
    /// Whoever looked first must not overtake whoever looked last.
    taking_up: Mutex<()>,
    pub sla: SlaPolicy,
    /// Changes whenever targets or hours do.
    pub sla_version: String,
    agents: Mutex<Option<Looked<Agent>>>,
    /// Its figures in memory.
    pub measures: Measures,
    /// What its leads were advised lately.
    pub advice: Advices,
    /// It was said that the file names people the desk does not know.
    strangers_told: AtomicBool,
    teams: Mutex<BTreeMap<TeamId, Looked<AgentId>>>,
    assignable: Mutex<BTreeMap<InboxId, (i64, Arc<Assignable>)>>,
}

/// What the desk said, and when it was asked.
type Looked<T> = (i64, Arc<Vec<T>>);

/// Rules in the shadow.
pub struct Candidate {
    pub rulebook: Rulebook,
    pub started_at: i64,
}

impl Desk {
    pub(super) async fn open(
        settings: DeskConfig,
        store: &Store,
        clock: &Clock,
        others: &[Arc<Self>],
        intents: &[String],
    ) -> Result<Self, StartError> {
        let kept = KeptDesk {
            key: settings.key.clone(),
            base_url: settings.base_url.clone(),
            account: settings.account,
            url_token: new_url_token(),
        };
        let chat = settings.notify_webhook.as_ref().map(ChatHook::new).transpose()?;
        let KnownDesk { id, url_token, since } = store.keep_desk(&kept, clock.now_ms()).await?;
        let edited = store.active_rule_version(id).await?;
        let version = edited.as_ref().map_or(UNEDITED, |version| version.number);
        let rules =
            at_start(&settings, version, edited.as_ref().map_or("", |version| &version.text), intents)?;
        let templates = templates(&settings, &rules.rulebook)?;
        let hours = HoursText::of(&settings);
        let mut texts =
            Batch::from(keep_rule_text(id, rules.rulebook.hash(), &rules.layers, clock.now_ms())?);
        texts.push(keep_rule_text(id, &hours.hash(), &hours, clock.now_ms())?);
        store.commit(texts).await?;
        Ok(Self {
            id,
            url_token,
            since,
            secrets: Secrets::new(settings.webhook_secrets.iter().cloned()),
            chatwoot: others.iter().fold(Self::client(&settings)?, |own, other| own.beside(&other.chatwoot)),
            knowledge: knowledge(&settings.knowledge)?,
            templates,
            chat,
            staff: staff(&settings)?,
            rulebook: ArcSwap::from_pointee(rules.rulebook),
            candidate: ArcSwapOption::empty(),
            layers: Layers::of(&settings),
            intents: intents.to_vec(),
            hours: hours.read()?,
            hours_hash: hours.hash(),
            rules_at: ArcSwap::from_pointee(Stamp { version, shadow: None }),
            taking_up: Mutex::new(()),
            sla: sla(&settings)?,
            sla_version: sla_version(&settings)?,
            settings,
            measures: Measures::default(),
            advice: Advices::default(),
            inboxes: Mutex::new(None),
            agents: Mutex::new(None),
            teams: Mutex::new(BTreeMap::new()),
            assignable: Mutex::new(BTreeMap::new()),
            strangers_told: AtomicBool::new(false),
        })
    }

    /// A client for the desk of these settings; calls nothing.
    pub fn client(settings: &DeskConfig) -> Result<Chatwoot, AddressError> {
        Chatwoot::new(DeskAddress {
            calls_per_minute: settings.calls_per_minute,
            ..DeskAddress::new(settings.base_url.clone(), settings.account, settings.token.clone())
        })
    }

    /// Which version of the edited layer decides here; 0 = none.
    #[must_use]
    pub fn rules_version(&self) -> i64 {
        self.rules_at.load().version
    }

    /// Decide by what the store holds, if that is something else by now; whether it was. Nothing that is being decided is
    /// disturbed, and what cannot be used leaves everything as it is.
    pub async fn take_up_rules(&self, store: &Store, now_ms: i64) -> Result<bool, StoreError> {
        let _one_at_a_time = self.taking_up.lock().await;
        let stamp = store.rule_stamp(self.id).await?;
        let here = self.rules_at.load();
        if **here == stamp {
            return Ok(false);
        }
        if here.version != stamp.version {
            let edited = store.active_rule_version(self.id).await?;
            let text = edited.as_ref().map_or("", |version| version.text.as_str());
            match self.layers.with(text).parse() {
                Ok(rules) => self.decide_by(store, rules, now_ms).await?,
                Err(problems) => {
                    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                    tracing::error!(desk = %self.settings.key, version = stamp.version, ?problems, "new rules cannot be used here");
                }
            }
        }
        if here.shadow != stamp.shadow {
            self.candidate.store(self.kept_candidate(store).await?.map(Arc::new));
        }
        self.rules_at.store(Arc::new(stamp));
        Ok(true)
    }

    async fn decide_by(&self, store: &Store, rules: Rules, now_ms: i64) -> Result<(), StoreError> {
        // Kept before the first decision by them.
        store.commit(keep_rule_text(self.id, rules.rulebook.hash(), &rules.layers, now_ms)?.into()).await?;
        self.rulebook.store(Arc::new(rules.rulebook));
        Ok(())
    }

    async fn kept_candidate(&self, store: &Store) -> Result<Option<Candidate>, StoreError> {
        let Some(kept) = store.shadow(self.id).await? else { return Ok(None) };
        let rules = self.layers.with(&kept.text).parse();
        if rules.is_err() {
            tracing::error!(desk = %self.settings.key, "the candidate's rules cannot be used here");
        }
        Ok(rules.ok().map(|rules| Candidate { rulebook: rules.rulebook, started_at: kept.started_at }))
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

    /// Who belongs to a team, at most a minute old; nobody where there is no such team, or we may not ask.
    pub async fn team(&self, team: TeamId, clock: &Clock) -> Result<Arc<Vec<AgentId>>, CallError> {
        let mut kept = self.teams.lock().await;
        let now = clock.now_ms();
        if let Some((at, members)) = kept.get(&team)
            && (0..TEAMS_FRESH_MS).contains(&(now - at))
        {
            return Ok(Arc::clone(members));
        }
        let members = match self.chatwoot.team_members(team).await {
            Err(CallError::NoSuchThing { .. } | CallError::NotPermitted { .. }) => Vec::new(),
            members => members?.into_iter().map(|member| member.id).collect(),
        };
        let fresh = Arc::new(members);
        kept.insert(team, (now, Arc::clone(&fresh)));
        Ok(fresh)
    }

    /// Who may be given an inbox's conversations, at most a minute old; that it does not tell is an answer too.
    pub async fn assignable(&self, inbox: InboxId, clock: &Clock) -> Result<Arc<Assignable>, CallError> {
        let mut kept = self.assignable.lock().await;
        let now = clock.now_ms();
        if let Some((at, known)) = kept.get(&inbox)
            && (0..MEMBERS_FRESH_MS).contains(&(now - at))
        {
            return Ok(Arc::clone(known));
        }
        let told = match self.chatwoot.assignable_agents(inbox).await {
            Ok(agents) => Assignable::Only(agents.into_iter().map(|agent| agent.id).collect()),
            // Older desks do not know the question, and not every token may ask it.
            Err(
                error @ (CallError::NoSuchThing { .. }
                | CallError::NotTheDesk { .. }
                | CallError::DashboardRoute { .. }
                | CallError::NotPermitted { .. }
                | CallError::NotForBots { .. }
                | CallError::Forbidden { .. }),
            ) => {
                tracing::warn!(desk = %self.settings.key, %inbox, %error, "who may be assigned is not told: everybody is asked");
                Assignable::NotTold(error.fact())
            }
            Err(error) => return Err(error),
        };
        let fresh = Arc::new(told);
        kept.insert(inbox, (now, Arc::clone(&fresh)));
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
        let strangers: Vec<&str> = self.staff.strangers(&fresh).iter().map(|stranger| stranger.who).collect();
        if !strangers.is_empty() && !self.strangers_told.swap(true, Ordering::Relaxed) {
            tracing::warn!(desk = %self.settings.key, ?strangers, "HOTDASH_AGENTS_FILE names people the desk does not know");
        }
        *kept = Some((now, Arc::clone(&fresh)));
        Ok(fresh)
    }
}

/// The people of the team's own file, over what holds for all.
pub fn staff(settings: &DeskConfig) -> Result<Staff, StartError> {
    let own = settings.agents.as_ref().map(|(file, text)| (file.as_str(), text.as_str()));
    let files: Vec<(&str, &str)> = [SHIPPED_STAFF].into_iter().chain(own).collect();
    let (staff, problems) = Staff::parse(&files);
    if problems.is_empty() {
        return Ok(staff);
    }
    Err(StartError::Agents { problems: problems.iter().map(ToString::to_string).collect() })
}

fn knowledge(source: &KnowledgeSource) -> Result<Knowledge, KnowledgeError> {
    match source {
        KnowledgeSource::Folder(folder) => Knowledge::load(folder),
        KnowledgeSource::DemoShop => Knowledge::shipped(),
        KnowledgeSource::Nothing => Knowledge::empty(),
    }
}

/// What is promised: the team's own file, or the shipped one.
fn sla(settings: &DeskConfig) -> Result<SlaPolicy, StartError> {
    let (file, text) = match &settings.sla {
        Some((file, text)) => (file.as_str(), text.as_str()),
        None => SHIPPED_TARGETS,
    };
    SlaPolicy::parse(file, text, SignedDuration::from_mins(settings.sla_minutes))
        .map_err(|problems| StartError::Sla { problems: problems.iter().map(ToString::to_string).collect() })
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

fn sla_version(settings: &DeskConfig) -> Result<String, StartError> {
    let hours = settings.hours.as_deref().unwrap_or(&settings.timezone);
    let digest = Sha256::digest(format!("{}\n{}\n{hours}", sla(settings)?.hash(), settings.key));
    Ok(hex::encode(digest).chars().take(12).collect())
}

/// 128 random bits: nobody guesses the address.
pub fn new_url_token() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}
