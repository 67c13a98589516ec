//! The queue: order within a lane, lanes side by side, leases that run out, letters that die.

use super::{DESK, NOW};
use crate::support::{Database, both_databases};
use hotdash::store::jobs::{Job, NewJob, enqueue, finish, still_leased};
use hotdash::store::{Batch, Statement, Store, StoreError};
use hotdash_core::ids::JobId;
use std::collections::BTreeMap;

both_databases!(
    a_lane_runs_one_at_a_time_in_order,
    lanes_run_side_by_side,
    a_job_waits_until_it_is_due,
    a_lease_runs_out_and_then_belongs_to_another,
    a_renewed_lease_does_not_run_out,
    a_postponed_job_keeps_its_place,
    a_dead_letter_makes_way,
    a_restart_takes_the_leases_back_where_nobody_else_can_hold_them,
    many_workers_do_each_job_once_and_in_order,
);

const LEASE: i64 = 30_000;

fn job(id: &str, lane: &str) -> NewJob {
    NewJob {
        id: JobId(id.into()),
        kind: "test",
        desk: DESK,
        lane: lane.into(),
        payload: format!("payload of {id}"),
        run_at: NOW,
        created_at: NOW,
    }
}

async fn put(store: &Store, jobs: impl IntoIterator<Item = NewJob>) {
    let mut batch = Batch::new();
    for job in jobs {
        batch.push(enqueue(job));
    }
    store.commit(batch).await.unwrap();
}

async fn claim(store: &Store, worker: &str, now: i64) -> Vec<Job> {
    store.claim_jobs(worker, now, now + LEASE, 10).await.unwrap()
}

fn ids(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.id.as_str()).collect()
}

async fn done(store: &Store, id: &str, worker: &str) -> Result<(), StoreError> {
    store.commit(finish(&JobId(id.into()), worker).into()).await.map(drop)
}

async fn a_lane_runs_one_at_a_time_in_order(database: &Database) {
    let store = database.open().await;
    // Stored out of order, as two replicas may do.
    put(&store, [job("a2", "a"), job("a1", "a"), job("a3", "a")]).await;
    for id in ["a1", "a2", "a3"] {
        let claimed = claim(&store, "w", NOW).await;
        assert_eq!(ids(&claimed), [id]);
        assert_eq!(claimed[0].payload, format!("payload of {id}"));
        assert_eq!(claimed[0].attempts, 1);
        assert!(claim(&store, "other", NOW).await.is_empty(), "the lane is busy");
        done(&store, id, "w").await.unwrap();
    }
    assert!(claim(&store, "w", NOW).await.is_empty());
}

async fn lanes_run_side_by_side(database: &Database) {
    let store = database.open().await;
    put(&store, [job("1", "a"), job("2", "a"), job("3", "b"), job("4", "c"), job("5", "c")]).await;
    assert_eq!(ids(&claim(&store, "w", NOW).await), ["1", "3", "4"]);
    done(&store, "4", "w").await.unwrap();
    assert_eq!(ids(&claim(&store, "other", NOW).await), ["5"]);
    let limited = store.claim_jobs("third", NOW, NOW + LEASE, 0).await.unwrap();
    assert!(limited.is_empty());
}

async fn a_job_waits_until_it_is_due(database: &Database) {
    let store = database.open().await;
    assert_eq!(store.next_job_at().await.unwrap(), None);
    put(
        &store,
        [NewJob { run_at: NOW + 500, ..job("1", "a") }, NewJob { run_at: NOW + 200, ..job("2", "b") }],
    )
    .await;
    assert_eq!(store.next_job_at().await.unwrap(), Some(NOW + 200));
    let counts = store.queue_counts(NOW + 300).await.unwrap();
    assert_eq!((counts.living, counts.due, counts.dead), (2, 1, 0));
    assert!(claim(&store, "w", NOW + 199).await.is_empty());
    assert_eq!(ids(&claim(&store, "w", NOW + 200).await), ["2"]);
    assert_eq!(ids(&claim(&store, "w", NOW + 500).await), ["1"]);
}

async fn a_lease_runs_out_and_then_belongs_to_another(database: &Database) {
    let store = database.open().await;
    put(&store, [job("1", "a")]).await;
    claim(&store, "first", NOW).await;
    assert!(claim(&store, "second", NOW + LEASE).await.is_empty(), "not over yet");
    let again = claim(&store, "second", NOW + LEASE + 1).await;
    assert_eq!((ids(&again), again[0].attempts), (vec!["1"], 2));

    // The first worker comes back late: what it did must not be written.
    let mut late = Batch::from(Statement::new(
        "INSERT INTO sessions (id, data, expires_at) VALUES ($1, '', 0)",
        vec!["late".into()],
    ));
    late.push(finish(&JobId("1".into()), "first"));
    assert_eq!(store.commit(late).await.unwrap_err(), StoreError::Conflict { step: 1 });
    assert_eq!(store.session("late", -1).await.unwrap(), None);
    store.postpone_job(&JobId("1".into()), "first", NOW, "late").await.unwrap();
    store.bury_job(&JobId("1".into()), "first", "late", NOW, Batch::new()).await.unwrap();
    assert!(claim(&store, "third", NOW + LEASE + 2).await.is_empty(), "still the second worker's");
    done(&store, "1", "second").await.unwrap();
}

async fn a_renewed_lease_does_not_run_out(database: &Database) {
    let store = database.open().await;
    put(&store, [job("1", "a")]).await;
    let mine = claim(&store, "w", NOW).await.remove(0);
    store.commit(still_leased(&mine, NOW + 3 * LEASE).into()).await.unwrap();
    let strangers = Job { worker: "stranger".into(), ..mine };
    let refused = store.commit(still_leased(&strangers, NOW).into()).await;
    assert_eq!(refused.unwrap_err(), StoreError::Conflict { step: 0 });
    assert!(claim(&store, "other", NOW + 2 * LEASE).await.is_empty());
    done(&store, "1", "w").await.unwrap();
}

async fn a_postponed_job_keeps_its_place(database: &Database) {
    let store = database.open().await;
    put(&store, [job("1", "a"), job("2", "a"), job("3", "b")]).await;
    assert_eq!(ids(&claim(&store, "w", NOW).await), ["1", "3"]);
    store.postpone_job(&JobId("1".into()), "w", NOW + 60_000, "desk down").await.unwrap();
    assert!(claim(&store, "w", NOW + 1).await.is_empty(), "the next of the lane waits with it");
    assert_eq!(store.next_job_at().await.unwrap(), Some(NOW), "job 2 is due, though its turn has not come");
    let again = claim(&store, "w", NOW + 60_000).await;
    assert_eq!(again.iter().find(|job| job.id.as_str() == "1").map(|job| job.attempts), Some(2));
    done(&store, "1", "w").await.unwrap();
    assert_eq!(ids(&claim(&store, "w", NOW + 60_000).await), ["2"]);
}

async fn a_dead_letter_makes_way(database: &Database) {
    let store = database.open().await;
    put(&store, [job("1", "a"), job("2", "a")]).await;
    claim(&store, "w", NOW).await;
    let consequence = Statement::new(
        "INSERT INTO sessions (id, data, expires_at) VALUES ($1, 'seen', 9)",
        vec!["told".into()],
    );
    store.bury_job(&JobId("1".into()), "w", "it never works", NOW, consequence.into()).await.unwrap();
    assert_eq!(store.session("told", 0).await.unwrap().as_deref(), Some("seen"));
    let counts = store.queue_counts(NOW).await.unwrap();
    assert_eq!((counts.living, counts.due, counts.dead), (1, 1, 1));
    assert_eq!(ids(&claim(&store, "w", NOW).await), ["2"]);
}

/// The embedded database belongs to one worker, so after a restart nobody needs to wait. On a server, another replica may
/// hold the lease and be alive.
async fn a_restart_takes_the_leases_back_where_nobody_else_can_hold_them(database: &Database) {
    let store = database.open().await;
    put(&store, [job("1", "a"), job("2", "b")]).await;
    assert_eq!(claim(&store, "before the crash", NOW).await.len(), 2);
    drop(store);
    let store = database.open().await;
    store.begin_work().await.unwrap();
    let again = claim(&store, "after it", NOW).await;
    if database.url.starts_with("sqlite:") {
        assert_eq!(ids(&again), ["1", "2"]);
        assert_eq!(again[0].attempts, 2, "a try that crashed is counted");
    } else {
        assert!(again.is_empty());
        assert_eq!(claim(&store, "after it", NOW + LEASE + 1).await.len(), 2);
    }
}

/// 1,000 jobs in 50 lanes, 8 workers; each lane's jobs are noted in the transaction that ends them.
async fn many_workers_do_each_job_once_and_in_order(database: &Database) {
    let store = database.open().await;
    put(&store, (0..1000).map(|n| job(&format!("{n:04}"), &format!("lane {}", n % 50)))).await;
    let workers = (0..8).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { work_off(&store, &format!("worker {n}")).await })
    });
    let mut finished: BTreeMap<String, usize> = BTreeMap::new();
    for worker in workers.collect::<Vec<_>>() {
        for id in worker.await.unwrap() {
            *finished.entry(id).or_default() += 1;
        }
    }
    assert_eq!(finished.len(), 1000);
    assert!(finished.values().all(|times| *times == 1));
    assert_eq!(store.queue_counts(NOW).await.unwrap().living, 0);

    let rows = store.read("SELECT id, data FROM sessions ORDER BY expires_at", vec![]).await.unwrap();
    let mut last: BTreeMap<String, String> = BTreeMap::new();
    for row in rows {
        let (id, lane) = (row.text(0).unwrap(), row.text(1).unwrap());
        if let Some(before) = last.insert(lane.clone(), id.clone()) {
            assert!(before < id, "{lane}: {id} ran after {before}");
        }
    }
}

async fn work_off(store: &Store, worker: &str) -> Vec<String> {
    let mut finished = Vec::new();
    loop {
        let jobs = store.claim_jobs(worker, NOW, NOW + LEASE, 5).await.unwrap();
        if jobs.is_empty() && store.queue_counts(NOW).await.unwrap().living == 0 {
            return finished;
        }
        for job in jobs {
            // The order of commits is what counts, so the database numbers them.
            let mut batch = Batch::from(Statement::new(
                "INSERT INTO sessions (id, data, expires_at)
                 SELECT $1, $2, (SELECT CAST(1000 - count(*) AS BIGINT) FROM jobs)",
                vec![job.id.as_str().into(), job.lane.into()],
            ));
            batch.push(finish(&job.id, worker));
            store.commit(batch).await.unwrap();
            finished.push(job.id.0);
        }
    }
}
