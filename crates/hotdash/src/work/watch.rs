//! Looks every hour whether anything is not as usual: finds it once, tells the leads once, and ends it when it is as
//! usual again.

use super::facts::settings_of;
use super::measures::{Asked, MeasuresError, answer};
use super::tell::notices;
use super::{JobError, Step, job, topics, want_soon};
use crate::app::{App, Desk};
use crate::store::alerts::{KeptAlert, end_alert, keep_alert, renew_alert};
use crate::store::effects::{Change, NewEffect};
use crate::store::jobs::{Job, enqueue_once, forget_dead};
use crate::store::{Batch, StoreError};
use hotdash_core::action::Target;
use hotdash_core::anomaly::{Alert, Budget, Kind, LocalHour, find_anomalies};
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::product::{Clock, Slice};
use hotdash_core::figures::watched::{hour_of, watched};
use hotdash_core::ids::{ConversationId, EffectId, JobId};
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::Duration;

/// So long it must be as usual until it is over; shorter, and one episode would be told twice.
const QUIET_HOURS: i64 = 24;
/// Into the next hour: what happened at the end of the last one is heard by then.
const SETTLE: Duration = Duration::from_secs(3 * 60);

/// Put the job into the queue that looks every hour.
pub async fn begin(app: &App) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    for desk in &app.desks {
        let mut watch =
            job(app, "watch", desk.id, format!("watch:{}", desk.id), String::new(), Duration::ZERO);
        // One for each desk, however many replicas start.
        watch.id = JobId(format!("watch:{}", desk.id));
        batch.push(forget_dead(&watch.id));
        batch.push(enqueue_once(watch));
    }
    app.store.commit(batch).await.map(drop)
}

/// Run that job: look at the last complete hour, then wait for the next.
pub async fn run(app: &App, desk: &Arc<Desk>, _: &Job) -> Result<Step, JobError> {
    look(app, desk).await?;
    topics::learn_daily(app, desk).await?;
    let into_the_hour = app.clock.now_ms().rem_euclid(3_600_000);
    let left = Duration::from_millis(u64::try_from(3_600_000 - into_the_hour).unwrap_or(0));
    Ok(Step::Later(left + SETTLE, "looks once every hour"))
}

/// Look now; answers how many alerts are new.
///
/// # Errors
/// [`StoreError`].
pub async fn look(app: &App, desk: &Arc<Desk>) -> Result<usize, StoreError> {
    let zone = TimeZone::get(&desk.settings.timezone).unwrap_or(TimeZone::UTC);
    let at = LocalHour(hour_of(app.clock.now().as_second(), &zone).0 - 1);
    let settings = settings_of(&app.store, desk.id).await?;
    let now = app.clock.now();
    let asked = Asked {
        key: "watch".to_owned(),
        // The columns are asked and no figure, so no period matters.
        period: Period { since: 0, until: now.as_second() },
        slice: Slice::default(),
        clock: Clock::Wall,
        zone: zone.clone(),
        now,
    };
    let looking = answer(app, desk, asked, move |answers| {
        find_anomalies(&watched(answers.question().columns, &settings, &zone, at), at, Budget::default())
    });
    let found = looking.await.map_err(|error| match error {
        MeasuresError::Store(error) => error,
        other => StoreError::Unavailable(other.to_string()),
    })?;
    let open = app.store.open_alerts(desk.id).await?;
    let mut new = 0;
    for alert in &found {
        match open.iter().find(|kept| alert.continues(&kept.alert)) {
            Some(kept) => app.store.commit(renew_alert(&kept.id, alert)?.into()).await.map(drop)?,
            None => new += usize::from(tell_of(app, desk, alert).await?),
        }
    }
    for kept in open.iter().filter(|kept| is_over(kept, &found, at)) {
        app.store.commit(end_alert(&kept.id, app.clock.now_ms()).into()).await?;
    }
    Ok(new)
}

fn is_over(kept: &KeptAlert, found: &[Alert], at: LocalHour) -> bool {
    at.0 - kept.alert.until.0 >= QUIET_HOURS && !found.iter().any(|alert| alert.continues(&kept.alert))
}

/// Keep it with what tells of it; whether nobody was faster.
async fn tell_of(app: &App, desk: &Desk, alert: &Alert) -> Result<bool, StoreError> {
    let now = app.clock.now_ms();
    let mut batch = Batch::from(keep_alert(desk.id, &app.clock.new_id(), alert, now)?);
    for change in tell_people(app, desk, alert).await? {
        let effect = NewEffect {
            id: EffectId(app.clock.new_id()),
            desk: desk.id,
            // Of all it is about, the one that shows it first.
            conversation: alert.conversations.first().copied().unwrap_or(ConversationId(0)),
            decision: None,
            draft: None,
            change,
            created_at: now,
        };
        batch.append(want_soon(app, &effect, Duration::ZERO)?);
    }
    match app.store.commit(batch).await {
        Err(StoreError::Conflict { .. }) => Ok(false),
        done => {
            app.work.notify_one();
            done.map(|_| true)
        }
    }
}

/// To the leads by mail and to the team's chat, each where it is set up.
async fn tell_people(app: &App, desk: &Desk, alert: &Alert) -> Result<Vec<Change>, StoreError> {
    let subject = format!("{}: not as usual", alert.series);
    let text =
        format!("{}.\n\nIts conversations: {}/dashboard/alerts", alert.sentence, app.config.public_url);
    // What compares people is for leads, and a chat is for everybody.
    let is_for_all = alert.kind != Kind::Agent;
    let leads = app.mail.as_ref().map(|_| Target::Leads);
    let chat = desk.chat.as_ref().filter(|_| is_for_all).map(|_| Target::Webhook);
    let to: Vec<Target> = leads.into_iter().chain(chat).collect();
    notices(app, desk, &to, &subject, &text).await
}
