//! What a lead is advised: gathered from the store, worked out once for whoever looks within some minutes.
//!
//! Nothing of it is kept. It is made of what was known at the end of a period, so it comes out the same whenever it is
//! made, and what became of it can be told later.

use super::facts::{refresh, settings_of};
use super::measures::{MeasuresError, counting};
use crate::app::{App, Desk};
use crate::store::StoreError;
use hotdash_core::facts::Settings;
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::measured::Measured;
use hotdash_core::ids::ConversationId;
use hotdash_core::recommend::{Advised, Followed, HEARD_DAYS, Heard, Kind, Known, Plan, advise, followed_up};
use hotdash_core::sla::{About, Kind as Promise};
use hotdash_core::staffing::Target;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Conversations that are read at once.
const PAGE: i64 = 2_000;
/// Advice this old is worked out anew: something may have come late.
const FRESH_MS: i64 = 600_000;
/// Periods that somebody picked once must not fill the memory.
const MOST_KEPT: usize = 16;
const DAY: i64 = 86_400;

/// Hours are staffed so that nine of ten promises are kept; the last tenth costs more than all others.
const SHARE: f64 = 0.9;

/// Everything that advice is made of.
pub struct Gathered {
    pub measured: Vec<Measured>,
    pub heard: Vec<Heard>,
    pub settings: Settings,
}

/// Gather what is needed for advice on a period (seconds since 1970), and on what became of earlier advice.
///
/// # Errors
/// [`StoreError`].
pub async fn gather(app: &App, desk: &Desk, period: Period) -> Result<Gathered, StoreError> {
    let since = period.since.min(period.until - HEARD_DAYS * DAY);
    Ok(Gathered {
        measured: measured(app, desk).await?,
        heard: app.store.heard(desk.id, since.saturating_mul(1000)).await?,
        settings: settings_of(&app.store, desk.id).await?,
    })
}

/// Everything measured of a desk.
async fn measured(app: &App, desk: &Desk) -> Result<Vec<Measured>, StoreError> {
    refresh(&app.store, desk.id, app.clock.now_ms()).await?;
    let counting = counting(app, desk);
    let mut all: Vec<Measured> = Vec::new();
    loop {
        let after = all.last().map_or(ConversationId(i64::MIN), |last| last.facts.conversation);
        let page = app.store.measured_after(desk.id, after, PAGE, counting).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// What hours are staffed for: the first response as it is promised to everybody.
#[must_use]
pub fn plan(desk: &Desk) -> Option<Plan<'_>> {
    let about = About { desk: desk.settings.key.clone(), ..About::default() };
    let promise = desk.sla.promise(Promise::FirstResponse, &about)?;
    let target = Target { share: SHARE, seconds: SignedDuration::as_secs_f64(&promise.allowed) };
    Some(Plan { target, hours: &desk.hours })
}

/// What is advised at the end of a period, and what became of what was advised before.
#[derive(Debug)]
pub struct Advice {
    pub advised: Advised,
    pub followed: Vec<Followed>,
    computed_at: i64,
}

/// What was worked out lately, by its period.
#[derive(Default)]
pub struct Advices(Mutex<HashMap<(i64, i64), Arc<Advice>>>);

/// The ninety days before the last midnight.
#[must_use]
pub fn ninety_days(desk: &Desk, now: Timestamp) -> Period {
    let zone = TimeZone::get(&desk.settings.timezone).unwrap_or(TimeZone::UTC);
    let now = now.to_zoned(zone);
    // Days of the calendar: a summer may end between them.
    let midnight = |days: i64| {
        let day = now.checked_sub(days.days()).and_then(|day| day.start_of_day());
        day.map_or(now.timestamp().as_second() - days * DAY, |midnight| midnight.timestamp().as_second())
    };
    Period { since: midnight(90), until: midnight(0) }
}

/// Advice on a period (seconds since 1970). Whoever comes second waits for what the first works out.
///
/// # Errors
/// [`MeasuresError`].
pub async fn advice(app: &App, desk: &Arc<Desk>, period: Period) -> Result<Arc<Advice>, MeasuresError> {
    let mut kept = desk.advice.0.lock().await;
    let now = app.clock.now_ms();
    kept.retain(|_, advice| (0..=FRESH_MS).contains(&(now - advice.computed_at)));
    if let Some(advice) = kept.get(&(period.since, period.until)) {
        return Ok(Arc::clone(advice));
    }
    let gathered = gather(app, desk, period).await?;
    let working = tokio::task::spawn_blocking({
        let desk = Arc::clone(desk);
        move || {
            let known = Known {
                measured: &gathered.measured,
                heard: &gathered.heard,
                settings: &gathered.settings,
                zone: TimeZone::get(&desk.settings.timezone).unwrap_or(TimeZone::UTC),
                plan: plan(&desk),
            };
            let advised = advise(&known, period, &Kind::ALL);
            Advice { advised, followed: followed_up(&known, period.until), computed_at: now }
        }
    });
    let advice = Arc::new(working.await.map_err(|error| MeasuresError::Broken(error.to_string()))?);
    if kept.len() < MOST_KEPT {
        kept.insert((period.since, period.until), Arc::clone(&advice));
    }
    Ok(advice)
}
