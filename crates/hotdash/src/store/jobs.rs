//! The queue: leased rows with retries, backoff and dead letters, in order within a lane.

use super::{Batch, Statement, Store, StoreError};
use hotdash_core::ids::{DeskId, JobId};

/// A job to be stored.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub id: JobId,
    pub kind: &'static str,
    pub desk: DeskId,
    /// Jobs of one lane run one at a time, in the order of their ids.
    pub lane: String,
    pub payload: String,
    pub run_at: i64,
    pub created_at: i64,
}

/// A job leased to a worker.
#[derive(Debug, Clone)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub desk: DeskId,
    pub lane: String,
    pub payload: String,
    /// 1 on the first try. Counted when the job is leased, so a try that crashed is counted too.
    pub attempts: i64,
    pub created_at: i64,
    /// Who holds the lease.
    pub worker: String,
}

/// How full the queue is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// Waiting or running.
    pub living: i64,
    pub dead: i64,
    /// Waiting although due.
    pub due: i64,
}

/// Put a job into the queue.
pub fn enqueue(job: NewJob) -> Statement {
    Statement::new(
        "INSERT INTO jobs (id, kind, desk, lane, payload, state, run_at, attempts, created_at)
         VALUES ($1, $2, $3, $4, $5, 'ready', $6, 0, $7)",
        vec![
            job.id.0.into(),
            job.kind.into(),
            job.desk.0.into(),
            job.lane.into(),
            job.payload.into(),
            job.run_at.into(),
            job.created_at.into(),
        ],
    )
}

/// The job is done. Belongs into the batch of what the job did; fails when the lease was lost meanwhile.
pub fn finish(id: &JobId, worker: &str) -> Statement {
    Statement::new(
        "DELETE FROM jobs WHERE id = $1 AND leased_by = $2 AND state = 'leased'",
        vec![id.as_str().into(), worker.into()],
    )
    .expect(1)
}

/// Go on only as long as nobody else took the job over: a process that was suspended, or a clock that was set forward,
/// can outlast a lease without noticing. Renews the lease as well.
pub fn still_leased(job: &Job, until: i64) -> Statement {
    Statement::new(
        "UPDATE jobs SET leased_until = $3 WHERE id = $1 AND leased_by = $2 AND state = 'leased'",
        vec![job.id.as_str().into(), job.worker.as_str().into(), until.into()],
    )
    .expect(1)
}

impl Store {
    /// Lease up to `limit` due jobs, the head of each lane only.
    pub async fn claim_jobs(
        &self,
        worker: &str,
        now: i64,
        lease_until: i64,
        limit: i64,
    ) -> Result<Vec<Job>, StoreError> {
        let claim = self.dialect().claim(vec![now.into(), lease_until.into(), worker.into(), limit.into()]);
        let outcome = self.commit(claim.into()).await?;
        let mut jobs = outcome
            .iter()
            .flat_map(|o| &o.rows)
            .map(|row| {
                Ok(Job {
                    id: JobId(row.text(0)?),
                    kind: row.text(1)?,
                    desk: DeskId(row.int(2)?),
                    lane: row.text(3)?,
                    payload: row.text(4)?,
                    attempts: row.int(5)?,
                    created_at: row.int(6)?,
                    worker: worker.to_owned(),
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        jobs.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(jobs)
    }

    /// Try again at `run_at`.
    pub async fn postpone_job(
        &self,
        id: &JobId,
        worker: &str,
        run_at: i64,
        why: &str,
    ) -> Result<(), StoreError> {
        let postpone = Statement::new(
            "UPDATE jobs SET state = 'ready', run_at = $3, last_error = $4, leased_by = NULL, leased_until = NULL
             WHERE id = $1 AND leased_by = $2 AND state = 'leased'",
            vec![id.as_str().into(), worker.into(), run_at.into(), why.into()],
        );
        self.commit(postpone.into()).await.map(drop)
    }

    /// Give up: the job becomes a dead letter, together with what its end means elsewhere.
    pub async fn bury_job(
        &self,
        id: &JobId,
        worker: &str,
        why: &str,
        consequences: Batch,
    ) -> Result<(), StoreError> {
        let mut batch = Batch::from(Statement::new(
            "UPDATE jobs SET state = 'dead', last_error = $3, leased_by = NULL, leased_until = NULL
             WHERE id = $1 AND leased_by = $2 AND state = 'leased'",
            vec![id.as_str().into(), worker.into(), why.into()],
        ));
        batch.append(consequences);
        self.commit(batch).await.map(drop)
    }

    /// Before working off the queue. The embedded database then belongs to this process alone, so whoever held a
    /// lease is gone. On PostgreSQL other replicas may be working, and their leases run out by themselves.
    pub async fn begin_work(&self) -> Result<(), StoreError> {
        let super::Backend::Sqlite(database) = &*self.backend else { return Ok(()) };
        database.work_alone()?;
        let release = Statement::new(
            "UPDATE jobs SET state = 'ready', leased_by = NULL, leased_until = NULL WHERE state = 'leased'",
            vec![],
        );
        self.commit(release.into()).await.map(drop)
    }

    /// When the next job is due, if any waits.
    pub async fn next_job_at(&self) -> Result<Option<i64>, StoreError> {
        let row = self
            .read_one("SELECT CAST(min(run_at) AS BIGINT) FROM jobs WHERE state = 'ready'", vec![])
            .await?;
        row.map_or(Ok(None), |row| row.opt_int(0))
    }

    pub async fn queue_counts(&self, now: i64) -> Result<QueueCounts, StoreError> {
        let rows = self
            .read(
                "SELECT state, CAST(count(*) AS BIGINT),
                        CAST(coalesce(sum(CASE WHEN run_at <= $1 THEN 1 ELSE 0 END), 0) AS BIGINT)
                 FROM jobs GROUP BY state",
                vec![now.into()],
            )
            .await?;
        let mut counts = QueueCounts::default();
        for row in rows {
            if row.text(0)? == "dead" {
                counts.dead += row.int(1)?;
            } else {
                counts.living += row.int(1)?;
                counts.due += row.int(2)?;
            }
        }
        Ok(counts)
    }
}
