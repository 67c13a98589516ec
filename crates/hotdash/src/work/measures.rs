//! Figures in memory: the columns of a desk, kept up with what changes, and reports that were computed lately.
//!
//! Nothing here matters when it is lost: it is filled from the store at the start. Whatever changes a conversation's
//! figures counts its row up and says when (`store/facts.rs`); [`Measures::refresh`] reads what changed since it last
//! looked, whoever wrote it. Clocks of replicas may differ, so it looks back a little each time, and passes over what it
//! has seen.

mod told;

pub use told::{Metrics, Told};

use crate::app::{App, Desk};
use crate::store::measured::{Changed, Counting};
use crate::store::{Store, StoreError};
use crate::work::facts;
use futures_util::{StreamExt, TryStreamExt, stream};
use hotdash_core::figures::columns::Columns;
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::product::{Answers, Clock, Question, Slice};
use hotdash_core::figures::report::AnalyticsReport;
use hotdash_core::generate_analytics_report;
use hotdash_core::ids::{ConversationId, DeskId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError, RwLock};
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// Conversations that are read at once at the start.
const PAGE: i64 = 2_000;
/// How many changes are taken up at once.
const CHANGES: i64 = 1_000;
/// Conversations that are read side by side.
const SIDE_BY_SIDE: usize = 8;
/// How far clocks of replicas may be apart.
const LOOK_BACK_MS: i64 = 60_000;
/// How often changes are looked for.
const FOLLOW: Duration = Duration::from_secs(2);
/// A report this old is computed anew, behind the back of whoever asks.
const FRESH_MS: i64 = 60_000;
/// What answers promise with `max-age`: an older report says that it is stale.
pub const MAX_AGE_MS: i64 = 300_000;
/// How long somebody who asks waits for a fresh report rather than get a stale one.
const PATIENCE: Duration = Duration::from_secs(2);
/// More facts than this are counted on all processors.
const MANY_FACTS: usize = 500_000;
/// Reports that are kept; periods that somebody picked once must not fill the memory.
const MOST_REPORTS: usize = 64;

/// The figures of one desk.
#[derive(Default)]
pub struct Measures {
    columns: RwLock<Columns>,
    looked: Mutex<Looked>,
    is_filled: AtomicBool,
    reports: StdMutex<HashMap<String, Arc<Report>>>,
    computing: Mutex<()>,
}

/// How far changes were taken up.
#[derive(Default)]
struct Looked {
    is_filled: bool,
    until: i64,
    /// Versions of what changed lately.
    seen: HashMap<ConversationId, (i64, i64)>,
}

/// What a report is of.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What tells this question from others, a moving period by its name.
    pub key: String,
    pub period: Period,
    pub slice: Slice,
    pub clock: Clock,
    pub zone: TimeZone,
    pub now: Timestamp,
}

/// A report with what it was computed from.
pub struct Report {
    pub report: AnalyticsReport,
    /// Milliseconds since 1970.
    pub computed_at: i64,
    /// Ready for programs.
    for_leads: Told,
    for_others: Told,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum MeasuresError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the figures are still being read; try again in a moment")]
    Filling,
    #[error("a figure could not be computed: {0}")]
    Broken(String),
}

impl Report {
    /// For programs; with what compares people or without.
    #[must_use]
    pub fn told(&self, with_people: bool) -> &Told {
        if with_people { &self.for_leads } else { &self.for_others }
    }

    /// The same of a report that is older than it promises: that happens seldom, so it is not kept.
    ///
    /// # Errors
    /// [`MeasuresError::Broken`].
    pub fn told_late(&self, with_people: bool, now_ms: i64) -> Result<String, MeasuresError> {
        told::text(&told::part(&self.report, with_people), self.computed_at, now_ms, true)
    }
}

impl Asked {
    fn question<'a>(&self, columns: &'a Columns) -> Question<'a> {
        let Self { period, slice, clock, zone, now, .. } = self.clone();
        let threads = match columns.fact_rows() {
            ..MANY_FACTS => 1,
            _ => available_parallelism().map_or(1, usize::from),
        };
        Question { columns, slice, period, clock, zone, now, threads }
    }
}

impl Measures {
    /// Take up whatever changed, the first time everything. Answers how many conversations.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refresh(
        &self,
        store: &Store,
        desk: DeskId,
        counting: Counting,
        now_ms: i64,
    ) -> Result<usize, StoreError> {
        let mut looked = self.looked.lock().await;
        let mut taken = 0;
        if !looked.is_filled {
            taken += self.fill(store, desk, counting).await?;
            looked.until = now_ms;
            looked.is_filled = true;
            self.is_filled.store(true, Ordering::SeqCst);
        }
        let mut from = (looked.until - LOOK_BACK_MS, ConversationId(i64::MIN));
        loop {
            let page = store.changed_figures(desk, from.0, from.1, CHANGES).await?;
            let Some(last) = page.last() else { break };
            from = (last.changed_at, last.conversation);
            let is_new = |changed: &&Changed| {
                looked.seen.get(&changed.conversation).is_none_or(|(version, _)| *version < changed.version)
            };
            let changed: Vec<Changed> = page.iter().filter(is_new).copied().collect();
            let measured = stream::iter(changed.iter().copied()).map(async |changed| {
                let measured = store.measured(desk, changed.conversation, counting).await?;
                Ok::<_, StoreError>((changed.conversation, measured))
            });
            let measured: Vec<_> = measured.buffered(SIDE_BY_SIDE).try_collect().await?;
            taken += measured.len();
            {
                let mut columns = self.columns.write().unwrap_or_else(PoisonError::into_inner);
                for (conversation, measured) in &measured {
                    match measured {
                        Some(measured) => columns.put(measured),
                        None => columns.remove(*conversation),
                    }
                }
            }
            for changed in &changed {
                looked.seen.insert(changed.conversation, (changed.version, changed.changed_at));
            }
            looked.until = looked.until.max(last.changed_at);
        }
        let oldest = looked.until - LOOK_BACK_MS;
        looked.seen.retain(|_, (_, changed_at)| *changed_at >= oldest);
        Ok(taken)
    }

    /// Begin with columns that were made elsewhere, as of now.
    pub async fn begin_with(&self, columns: Columns, now_ms: i64) {
        let mut looked = self.looked.lock().await;
        *self.columns.write().unwrap_or_else(PoisonError::into_inner) = columns;
        (looked.until, looked.is_filled) = (now_ms, true);
        self.is_filled.store(true, Ordering::SeqCst);
    }

    async fn fill(&self, store: &Store, desk: DeskId, counting: Counting) -> Result<usize, StoreError> {
        let mut after = ConversationId(i64::MIN);
        let mut taken = 0;
        loop {
            let page = store.measured_after(desk, after, PAGE, counting).await?;
            let Some(last) = page.last() else { return Ok(taken) };
            after = last.facts.conversation;
            taken += page.len();
            let mut columns = self.columns.write().unwrap_or_else(PoisonError::into_inner);
            page.iter().for_each(|measured| columns.put(measured));
        }
    }

    /// Ask something of the columns as they are. Takes as long as the question does: not for the threads that serve.
    pub fn answer<T>(&self, asked: &Asked, ask: impl FnOnce(&Answers<'_>) -> T) -> T {
        let columns = self.columns.read().unwrap_or_else(PoisonError::into_inner);
        ask(&asked.question(&columns).answers())
    }

    fn kept(&self, key: &str) -> Option<Arc<Report>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: &str, report: Arc<Report>) {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        if reports.len() >= MOST_REPORTS && !reports.contains_key(key) {
            let oldest =
                reports.iter().min_by_key(|(_, report)| report.computed_at).map(|(key, _)| key.clone());
            oldest.map(|key| reports.remove(&key));
        }
        reports.insert(key.to_owned(), report);
    }
}

/// Keep the columns of every desk up with its store, until told to stop.
pub async fn follow(app: Arc<App>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        for desk in &app.desks {
            if let Err(error) = take_up(&app, desk).await {
                // The next look takes up what this one could not.
                tracing::debug!(desk = %desk.settings.key, %error, "changed figures could not be read");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(FOLLOW) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Measure what changed, and take it up.
///
/// # Errors
/// [`StoreError`].
pub async fn take_up(app: &App, desk: &Desk) -> Result<usize, StoreError> {
    let now = app.clock.now_ms();
    facts::refresh(&app.store, desk.id, now).await?;
    desk.measures.refresh(&app.store, desk.id, counting(app, desk), now).await
}

/// What figures take from the settings.
pub(super) fn counting(app: &App, desk: &Desk) -> Counting {
    let least = desk.rulebook.load().labels_from().unwrap_or(0.0);
    Counting { least, price: app.config.model_price }
}

/// Ask something of a desk's figures, away from the threads that serve.
///
/// # Errors
/// [`MeasuresError`].
pub async fn answer<T: Send + 'static>(
    app: &App,
    desk: &Arc<Desk>,
    asked: Asked,
    ask: impl FnOnce(&Answers<'_>) -> T + Send + 'static,
) -> Result<T, MeasuresError> {
    filled(app, desk).await?;
    let desk = Arc::clone(desk);
    let asked = tokio::task::spawn_blocking(move || desk.measures.answer(&asked, ask));
    asked.await.map_err(|error| MeasuresError::Broken(error.to_string()))
}

/// Whoever asks first reads everything; others wait a little.
async fn filled(app: &App, desk: &Arc<Desk>) -> Result<(), MeasuresError> {
    if desk.measures.is_filled.load(Ordering::SeqCst) {
        return Ok(());
    }
    match tokio::time::timeout(PATIENCE, take_up(app, desk)).await {
        Ok(taken) => Ok(taken.map(drop)?),
        Err(_) => Err(MeasuresError::Filling),
    }
}

/// The full report of a question: as it was computed lately, or computed now.
///
/// A kept one is computed anew after a minute, behind the back of whoever asks. Only whoever asks for one that is older
/// than its `max-age` waits, and not long: then they get the old one, and can see that from its age.
///
/// # Errors
/// [`MeasuresError`].
pub async fn report(app: &Arc<App>, desk: &Arc<Desk>, asked: Asked) -> Result<Arc<Report>, MeasuresError> {
    let Some(kept) = desk.measures.kept(&asked.key) else { return compute(app, desk, asked).await };
    let age = app.clock.now_ms() - kept.computed_at;
    let is_computing = || desk.measures.computing.try_lock().is_err();
    if age <= FRESH_MS || (age <= MAX_AGE_MS && is_computing()) {
        return Ok(kept);
    }
    let (app, desk) = (Arc::clone(app), Arc::clone(desk));
    let computing = tokio::spawn(async move { compute(&app, &desk, asked).await });
    if age <= MAX_AGE_MS {
        return Ok(kept);
    }
    match tokio::time::timeout(PATIENCE, computing).await {
        Ok(Ok(Ok(report))) => Ok(report),
        Ok(Ok(Err(error))) => {
            tracing::warn!(%error, "a report could not be computed; an older one is shown");
            Ok(kept)
        }
        Ok(Err(_)) | Err(_) => Ok(kept),
    }
}

async fn compute(app: &App, desk: &Arc<Desk>, asked: Asked) -> Result<Arc<Report>, MeasuresError> {
    // Whoever comes second finds what the first computed.
    let _one_at_a_time = desk.measures.computing.lock().await;
    let now = app.clock.now_ms();
    if let Some(kept) = desk.measures.kept(&asked.key).filter(|kept| now - kept.computed_at <= FRESH_MS) {
        return Ok(kept);
    }
    let settings = facts::settings_of(&app.store, desk.id).await?;
    let key = asked.key.clone();
    let report = answer(app, desk, asked, move |answers| {
        let report = generate_analytics_report(answers.question(), &settings);
        let told = |with_people| Told::of(&told::part(&report, with_people), now);
        let (for_leads, for_others) = (told(true)?, told(false)?);
        Ok::<_, MeasuresError>(Report { for_leads, for_others, report, computed_at: now })
    });
    let report = Arc::new(report.await??);
    desk.measures.keep(&key, Arc::clone(&report));
    Ok(report)
}

/// What tells one text from another, short enough for a header.
#[must_use]
pub fn digest(text: &str) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(&Sha256::digest(text.as_bytes())[..12])
}
