//! The worker: claim, run, settle. Every door that makes work wakes it; otherwise it looks around once a moment.

mod clocks;
mod line;
mod reports;

use crate::app::{App, Notice};
use crate::chatwoot::api::CallError;
use crate::store::jobs::{Job, finish, still_leased};
use crate::store::{Batch, StoreError};
use crate::work::{self, JobError, Step};
use futures_util::FutureExt;
use hotdash_core::ids::JobId;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Jobs that run side by side: they mostly wait for the desk.
const SLOTS: usize = 16;
/// Another replica's jobs, and retries, are found within this time.
const LOOK_AROUND: Duration = Duration::from_millis(250);
/// Work of a desk that was taken out of the settings waits until it is put back.
const NOT_SERVED: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What happens to a job that keeps failing.
struct Patience {
    /// From the job's creation; afterwards it is a dead letter.
    total_ms: i64,
}

const HOUR_MS: i64 = 3_600_000;

fn patience(kind: &str) -> Patience {
    match kind {
        // A reply that could not leave for an hour should be looked at by a person again.
        "deliver" => Patience { total_ms: HOUR_MS },
        // It looks for what is missing, and never ends.
        "poll" | "watch" => Patience { total_ms: i64::MAX },
        // Nothing that the desk sent may be lost to a long outage.
        _ => Patience { total_ms: 72 * HOUR_MS },
    }
}

/// Works until it is told to stop; running jobs are finished first.
pub async fn run(app: Arc<App>, stop: CancellationToken) -> Result<(), StoreError> {
    let ((), (), (), worked) = tokio::join!(
        clocks::run(&app, &stop),
        line::run(&app, &stop),
        reports::run(&app, &stop),
        work_off(Arc::clone(&app), stop.clone())
    );
    worked
}

/// Jobs, as they come.
async fn work_off(app: Arc<App>, stop: CancellationToken) -> Result<(), StoreError> {
    let worker = app.clock.new_id();
    let slots = Arc::new(Semaphore::new(SLOTS));
    let running = Arc::new(Running::default());
    tokio::spawn(work::rules::follow(Arc::clone(&app), stop.clone()));
    tokio::spawn(work::measures::follow(Arc::clone(&app), stop.clone()));
    while !stop.is_cancelled() {
        let free = slots.available_permits();
        let claimed = if free == 0 { Vec::new() } else { claim(&app, &worker, free).await };
        if claimed.is_empty() {
            tokio::select! {
                () = app.work.notified() => {}
                () = tokio::time::sleep(LOOK_AROUND) => {}
                () = stop.cancelled() => {}
            }
            continue;
        }
        for job in claimed {
            // A clock set forward ends our own leases: what runs here already must not begin a second time.
            if !running.begin(&job.id) {
                continue;
            }
            let Ok(permit) = Arc::clone(&slots).acquire_owned().await else { return Ok(()) };
            let (app, worker, running) = (Arc::clone(&app), worker.clone(), Arc::clone(&running));
            tokio::spawn(async move {
                let outcome = run_one(&app, &job).await;
                // Before it is settled: what is put off may be claimed again at once, and a claim that finds it running here
                // would leave it until the lease runs out.
                running.end(&job.id);
                settle(&app, &worker, &job, outcome).await;
                drop(permit);
                // The next job of this lane may be due now.
                app.work.notify_one();
            });
        }
    }
    // All slots free means: nobody is working any more.
    let _ = slots.acquire_many(u32::try_from(SLOTS).unwrap_or(u32::MAX)).await;
    Ok(())
}

/// What runs in this process.
#[derive(Default)]
struct Running(Mutex<HashSet<JobId>>);

impl Running {
    fn begin(&self, id: &JobId) -> bool {
        self.ids().insert(id.clone())
    }

    fn end(&self, id: &JobId) {
        self.ids().remove(id);
    }

    fn ids(&self) -> MutexGuard<'_, HashSet<JobId>> {
        // A set of names cannot be left half-changed by a panic elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Run one job that nobody else runs, if it is there to be run; the way of a command where no server works.
pub async fn run_this(app: &App, id: &JobId) -> Result<bool, StoreError> {
    let worker = app.clock.new_id();
    let now = app.clock.now_ms();
    let Some(job) = app.store.claim_job(id, &worker, now, now + ms(app.config.lease)).await? else {
        return Ok(false);
    };
    let outcome = run_one(app, &job).await;
    settle(app, &worker, &job, outcome).await;
    Ok(true)
}

async fn claim(app: &App, worker: &str, free: usize) -> Vec<Job> {
    let now = app.clock.now_ms();
    let until = now + ms(app.config.lease);
    match app.store.claim_jobs(worker, now, until, i64::try_from(free).unwrap_or(1)).await {
        Ok(jobs) => jobs,
        Err(error) => {
            tracing::warn!(%error, "no work can be claimed");
            Vec::new()
        }
    }
}

async fn run_one(app: &App, job: &Job) -> Result<Step, JobError> {
    // A fault of ours in one job must not keep it going round for ever, nor take others down.
    let running = AssertUnwindSafe(perform(app, job)).catch_unwind();
    leased(app, job, running).await.unwrap_or_else(|_| {
        Err(JobError::Hopeless { why: "a fault of hotdash itself; its log shows where".into() })
    })
}

async fn settle(app: &App, worker: &str, job: &Job, outcome: Result<Step, JobError>) {
    let settled = match outcome {
        Ok(Step::Done(batch, notices)) => done(app, worker, job, batch, notices).await,
        Ok(Step::Later(pause, why)) => later(app, worker, job, pause, why).await,
        Err(error) => failed(app, worker, job, error).await,
    };
    if let Err(error) = settled {
        // The lease runs out and the job is tried again: nothing is lost.
        tracing::warn!(job = %job.id, kind = job.kind, %error, "a job could not be settled");
    }
}

async fn perform(app: &App, job: &Job) -> Result<Step, JobError> {
    match verb(app, job).await {
        // Deleted on the desk: nothing is left to decide.
        Err(JobError::Call(CallError::NoSuchThing { call })) if is_about_one(&job.kind) => {
            tracing::info!(job = %job.id, kind = job.kind, %call, "the desk has this no more");
            Ok(Step::Done(Batch::new(), Vec::new()))
        }
        other => other,
    }
}

/// Only of a conversation it is no trouble that the desk has it no more; of a whole account it is.
fn is_about_one(kind: &str) -> bool {
    kind == "decide"
}

async fn verb(app: &App, job: &Job) -> Result<Step, JobError> {
    let Some(desk) = app.desk(job.desk) else {
        return Ok(Step::Later(NOT_SERVED, "its desk is not among the settings"));
    };
    match job.kind.as_str() {
        "ingest" => work::ingest::run(app, job).await,
        "decide" => work::decide::run(app, desk, job).await,
        "hand_out" => work::line::hand_out(app, desk).await,
        "draft" => work::draft::run(app, desk, job).await,
        "deliver" => work::deliver::run(app, desk, job).await,
        "poll" => work::reconcile::poll(app, desk, job).await,
        "backfill" => work::backfill::run(app, desk, job).await,
        "repair" => work::ingest::repair(app, job).await,
        "clocks" => work::sla::compute_anew(app, desk, job).await,
        "automate" => work::automate::run(app, desk, job).await,
        "alarm" => work::automate::alarm(app, job),
        "watch" => work::watch::run(app, desk, job).await,
        "tell" => work::tell::run(app, desk, job).await,
        "report" => work::report::run(app, desk, job).await,
        "report_letter" => work::report::letter::run(app, desk, job).await,
        other => Err(JobError::Hopeless { why: format!("no such kind of job: {other}") }),
    }
}

/// Run something while its lease is renewed.
async fn leased<T>(app: &App, job: &Job, running: impl Future<Output = T>) -> T {
    tokio::pin!(running);
    loop {
        tokio::select! {
            outcome = &mut running => return outcome,
            () = tokio::time::sleep(app.config.lease / 3) => {
                let until = app.clock.now_ms() + ms(app.config.lease);
                if let Err(error) = app.store.commit(still_leased(job, until).into()).await {
                    tracing::warn!(job = %job.id, %error, "a lease could not be renewed");
                }
            }
        }
    }
}

async fn done(
    app: &App,
    worker: &str,
    job: &Job,
    mut batch: Batch,
    notices: Vec<Notice>,
) -> Result<(), StoreError> {
    batch.push(finish(&job.id, worker));
    match app.store.commit(batch).await {
        Ok(_) => {
            if notices.contains(&Notice::SlaChanged) {
                app.clocks.notify_one();
            }
            notices.into_iter().for_each(|notice| app.tell(job.desk, notice));
            Ok(())
        }
        // Somebody was faster (a newer message, a lost turn of the rotation): look again at once.
        Err(StoreError::Conflict { .. } | StoreError::Contended(_)) => {
            later(app, worker, job, Duration::from_millis(20), "somebody was faster").await
        }
        Err(error) => Err(error),
    }
}

async fn later(app: &App, worker: &str, job: &Job, pause: Duration, why: &str) -> Result<(), StoreError> {
    app.store.postpone_job(&job.id, worker, app.clock.now_ms() + ms(pause), why).await
}

async fn failed(app: &App, worker: &str, job: &Job, error: JobError) -> Result<(), StoreError> {
    if let JobError::Store(StoreError::Conflict { .. }) = error {
        return later(app, worker, job, Duration::from_millis(20), "somebody was faster").await;
    }
    let age = app.clock.now_ms() - job.created_at;
    // Whoever only looks goes on looking, whatever the desk says.
    let goes_on = job.kind == "poll" && matches!(error, JobError::Call(_));
    if (goes_on || error.is_worth_retrying()) && age < patience(&job.kind).total_ms {
        let pause = error.retry_after().unwrap_or_else(|| pause_after(app.config.retry_pause, job.attempts));
        tracing::info!(job = %job.id, kind = job.kind, attempts = job.attempts, %error, "trying again later");
        return later(app, worker, job, pause, &error.to_string()).await;
    }
    tracing::error!(job = %job.id, kind = job.kind, attempts = job.attempts, %error, "a job ended as a dead letter");
    let why = error.to_string();
    let (consequences, mut notices) = match job.kind.as_str() {
        "deliver" | "tell" => work::deliver::give_up(app, job, &why).await?,
        "ingest" => (work::ingest::give_up(app, job, &why), Vec::new()),
        "report_letter" => (work::report::letter::give_up(app, job, &why), Vec::new()),
        _ => (Batch::new(), Vec::new()),
    };
    notices.push(Notice::TroubleChanged);
    app.store.bury_job(&job.id, worker, &why, app.clock.now_ms(), consequences).await?;
    notices.into_iter().for_each(|notice| app.tell(job.desk, notice));
    Ok(())
}

/// Doubling, with jitter so that a crowd does not come back together.
fn pause_after(first: Duration, attempts: i64) -> Duration {
    let doublings = u32::try_from((attempts - 1).clamp(0, 16)).unwrap_or(16);
    let pause = first.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_PAUSE);
    pause.mul_f64(0.75 + 0.5 * rand::random::<f64>())
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}
