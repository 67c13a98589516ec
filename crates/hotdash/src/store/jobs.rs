//! The queue: leased rows with retries, backoff and dead letters, in order within a lane.

use super::{Batch, Row, Statement, Store, StoreError};
use hotdash_core::ids::{DeskId, DraftId, JobId};

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

/// A job that was given up.
#[derive(Debug, Clone)]
pub struct DeadJob {
    pub id: JobId,
    pub kind: String,
    pub desk: DeskId,
    pub payload: String,
    pub attempts: i64,
    pub why: Option<String>,
    pub created_at: i64,
    pub died_at: i64,
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

/// Put a job into the queue unless one of its id is there.
pub fn enqueue_once(job: NewJob) -> Statement {
    let mut once = enqueue(job);
    once.sql = "INSERT INTO jobs (id, kind, desk, lane, payload, state, run_at, attempts, created_at)
         VALUES ($1, $2, $3, $4, $5, 'ready', $6, 0, $7) ON CONFLICT DO NOTHING";
    once
}

/// A dead letter of this id is no more.
pub fn forget_dead(id: &JobId) -> Statement {
    Statement::new("DELETE FROM jobs WHERE id = $1 AND state = 'dead'", vec![id.as_str().into()])
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

/// A dead job begins anew, under an id that puts it behind whatever its lane does by now. Fails with a conflict when it
/// is dead no more.
pub fn revive(dead: &DeadJob, id: &JobId, at: i64) -> Statement {
    Statement::new(
        "UPDATE jobs SET id = $3, state = 'ready', attempts = 0, last_error = NULL, run_at = $4, created_at = $4
         WHERE id = $1 AND desk = $2 AND state = 'dead'",
        vec![dead.id.as_str().into(), dead.desk.0.into(), id.as_str().into(), at.into()],
    )
    .expect(1)
}

/// Nothing more is wanted of a dead job. Fails with a conflict when it is dead no more.
pub fn put_away(dead: &DeadJob) -> Statement {
    Statement::new(
        "DELETE FROM jobs WHERE id = $1 AND desk = $2 AND state = 'dead'",
        vec![dead.id.as_str().into(), dead.desk.0.into()],
    )
    .expect(1)
}

/// A draft whose reply could not be sent is offered again: the dead job has its successor.
pub fn forget_dead_reply(draft: &DraftId) -> Statement {
    Statement::new(
        "DELETE FROM jobs WHERE kind = 'deliver' AND state = 'dead'
           AND payload IN (SELECT id FROM effects WHERE draft = $1 AND kind = 'reply')",
        vec![draft.as_str().into()],
    )
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
        let rows = outcome.iter().flat_map(|o| &o.rows);
        let mut jobs = rows.map(|row| job_of(row, worker)).collect::<Result<Vec<_>, StoreError>>()?;
        jobs.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(jobs)
    }

    /// Lease this job, when it is due and nobody runs it.
    pub async fn claim_job(
        &self,
        id: &JobId,
        worker: &str,
        now: i64,
        lease_until: i64,
    ) -> Result<Option<Job>, StoreError> {
        let claim = Statement::new(
            "UPDATE jobs SET state = 'leased', leased_until = $2, leased_by = $3, attempts = attempts + 1
             WHERE id = $4 AND run_at <= $1 AND (state = 'ready' OR (state = 'leased' AND leased_until < $1))
             RETURNING id, kind, desk, lane, payload, attempts, created_at",
            vec![now.into(), lease_until.into(), worker.into(), id.as_str().into()],
        );
        let outcome = self.commit(claim.into()).await?;
        outcome.iter().flat_map(|o| &o.rows).next().map(|row| job_of(row, worker)).transpose()
    }

    /// Why a job ended as a dead letter, if it did.
    pub async fn why_dead(&self, id: &JobId) -> Result<Option<String>, StoreError> {
        let sql = "SELECT coalesce(last_error, '') FROM jobs WHERE id = $1 AND state = 'dead'";
        self.read_one(sql, vec![id.as_str().into()]).await?.map(|row| row.text(0)).transpose()
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
        at: i64,
        consequences: Batch,
    ) -> Result<(), StoreError> {
        let mut batch = Batch::from(Statement::new(
            "UPDATE jobs SET state = 'dead', last_error = $3, run_at = $4, leased_by = NULL, leased_until = NULL
             WHERE id = $1 AND leased_by = $2 AND state = 'leased'",
            vec![id.as_str().into(), worker.into(), why.into(), at.into()],
        ));
        batch.append(consequences);
        self.commit(batch).await.map(drop)
    }

    /// The dead jobs of a desk, the latest first.
    pub async fn dead_jobs(&self, desk: DeskId, limit: i64) -> Result<Vec<DeadJob>, StoreError> {
        let rows = self
            .read(
                "SELECT id, kind, desk, payload, attempts, last_error, created_at, run_at FROM jobs
                 WHERE desk = $1 AND state = 'dead' ORDER BY run_at DESC, id DESC LIMIT $2",
                vec![desk.0.into(), limit.into()],
            )
            .await?;
        rows.iter().map(dead_job_of).collect()
    }

    /// One dead job of a desk.
    pub async fn dead_job(&self, desk: DeskId, id: &JobId) -> Result<Option<DeadJob>, StoreError> {
        let row = self
            .read_one(
                "SELECT id, kind, desk, payload, attempts, last_error, created_at, run_at FROM jobs
                 WHERE id = $1 AND desk = $2 AND state = 'dead'",
                vec![id.as_str().into(), desk.0.into()],
            )
            .await?;
        row.as_ref().map(dead_job_of).transpose()
    }

    /// The dead job of a desk that has this payload.
    pub async fn dead_job_of(
        &self,
        desk: DeskId,
        kind: &'static str,
        payload: &str,
    ) -> Result<Option<DeadJob>, StoreError> {
        let row = self
            .read_one(
                "SELECT id, kind, desk, payload, attempts, last_error, created_at, run_at FROM jobs
                 WHERE desk = $1 AND kind = $2 AND payload = $3 AND state = 'dead'",
                vec![desk.0.into(), kind.into(), payload.into()],
            )
            .await?;
        row.as_ref().map(dead_job_of).transpose()
    }

    /// How many jobs of a desk are dead.
    pub async fn dead_count(&self, desk: DeskId) -> Result<i64, StoreError> {
        let sql = "SELECT CAST(count(*) AS BIGINT) FROM jobs WHERE desk = $1 AND state = 'dead'";
        self.read_one(sql, vec![desk.0.into()]).await?.map_or(Ok(0), |row| row.int(0))
    }

    /// Whether a person should look: something is dead, or a gap is open. Asked for every page, and quick: a job that is
    /// done leaves the table, and open gaps have an index of their own.
    pub async fn has_trouble(&self, desk: DeskId) -> Result<bool, StoreError> {
        let sql =
            "SELECT CAST(1 AS BIGINT) WHERE EXISTS (SELECT 1 FROM jobs WHERE desk = $1 AND state = 'dead')
                   OR EXISTS (SELECT 1 FROM gaps WHERE desk = $1 AND repaired_at IS NULL)";
        Ok(self.read_one(sql, vec![desk.0.into()]).await?.is_some())
    }

    /// When a job that repeats itself is due; `None` when it is not in the queue or was given up.
    pub async fn due_at(&self, id: &JobId) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT run_at FROM jobs WHERE id = $1 AND state <> 'dead'";
        self.read_one(sql, vec![id.as_str().into()]).await?.map(|row| row.int(0)).transpose()
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

    /// Since when the first job waits that is due. Polling, watching and backfill are left out, as in the counts.
    pub async fn due_since(&self, now: i64) -> Result<Option<i64>, StoreError> {
        let row = self
            .read_one(
                "SELECT CAST(min(run_at) AS BIGINT) FROM jobs
                 WHERE state = 'ready' AND kind NOT IN ('poll', 'backfill', 'watch') AND run_at <= $1",
                vec![now.into()],
            )
            .await?;
        row.map_or(Ok(None), |row| row.opt_int(0))
    }

    /// What was given up, by kind: how many, and what one of them ended with.
    pub async fn dead_by_kind(&self) -> Result<Vec<(String, i64, String)>, StoreError> {
        let rows = self
            .read(
                "SELECT kind, CAST(count(*) AS BIGINT), coalesce(max(last_error), '')
                 FROM jobs WHERE state = 'dead' GROUP BY kind ORDER BY kind",
                vec![],
            )
            .await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?, row.text(2)?))).collect()
    }

    /// Polling and watching never end and a backfill takes hours: they are left out, and so are alarms that are not due.
    pub async fn queue_counts(&self, now: i64) -> Result<QueueCounts, StoreError> {
        let rows = self
            .read(
                "SELECT state, CAST(count(*) AS BIGINT),
                        CAST(coalesce(sum(CASE WHEN run_at <= $1 THEN 1 ELSE 0 END), 0) AS BIGINT)
                 FROM jobs WHERE kind NOT IN ('poll', 'backfill', 'watch')
                   AND (kind <> 'alarm' OR run_at <= $1 OR state = 'dead') GROUP BY state",
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

fn dead_job_of(row: &Row) -> Result<DeadJob, StoreError> {
    Ok(DeadJob {
        id: JobId(row.text(0)?),
        kind: row.text(1)?,
        desk: DeskId(row.int(2)?),
        payload: row.text(3)?,
        attempts: row.int(4)?,
        why: row.opt_text(5)?,
        created_at: row.int(6)?,
        died_at: row.int(7)?,
    })
}

fn job_of(row: &Row, worker: &str) -> Result<Job, StoreError> {
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
}
