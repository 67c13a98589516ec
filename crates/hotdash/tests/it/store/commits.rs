//! A batch is written whole or not at all, whoever shares its commit.

use crate::support::{Database, both_databases};
use hotdash::store::{Batch, Statement, Store, StoreError};

both_databases!(
    a_batch_is_written_whole,
    a_failed_expectation_undoes_its_whole_batch,
    a_broken_statement_undoes_its_whole_batch,
    neighbours_in_a_group_commit_do_not_suffer,
    what_was_committed_is_there_after_reopening,
    a_caller_that_goes_away_does_not_stop_its_write,
    every_kind_of_value_comes_back,
);

fn put(id: &str) -> Statement {
    Statement::new("INSERT INTO sessions (id, data, expires_at) VALUES ($1, 'x', 1)", vec![id.into()])
}

/// Affects no row, although one is expected.
fn impossible() -> Statement {
    Statement::new("UPDATE sessions SET data = 'y' WHERE id = $1", vec!["nobody".into()]).expect(1)
}

async fn count(store: &Store) -> i64 {
    let rows = store.read("SELECT CAST(count(*) AS BIGINT) FROM sessions", vec![]).await.unwrap();
    rows[0].int(0).unwrap()
}

async fn a_batch_is_written_whole(database: &Database) {
    let store = database.open().await;
    let mut batch = Batch::new();
    batch.push(put("a").expect(1)).push(put("b"));
    batch.push(Statement::new(
        "UPDATE sessions SET expires_at = 2 WHERE data = $1 RETURNING id, expires_at",
        vec!["x".into()],
    ));
    let outcomes = store.commit(batch).await.unwrap();
    assert_eq!(outcomes.iter().map(|o| o.affected).collect::<Vec<_>>(), [1, 1, 2]);
    assert_eq!(outcomes[2].rows.len(), 2);
    assert_eq!(outcomes[2].rows[0].int(1).unwrap(), 2);
    assert!(store.commit(Batch::new()).await.unwrap().is_empty());
}

async fn a_failed_expectation_undoes_its_whole_batch(database: &Database) {
    let store = database.open().await;
    let mut batch = Batch::from(put("a"));
    batch.push(put("b")).push(impossible()).push(put("c"));
    assert_eq!(store.commit(batch).await.unwrap_err(), StoreError::Conflict { step: 2 });
    assert_eq!(count(&store).await, 0);
    store.commit(put("a").into()).await.unwrap();
    assert_eq!(count(&store).await, 1);
}

async fn a_broken_statement_undoes_its_whole_batch(database: &Database) {
    let store = database.open().await;
    store.commit(put("a").into()).await.unwrap();
    let mut batch = Batch::from(put("b"));
    batch.push(put("a"));
    let error = store.commit(batch).await.unwrap_err();
    assert_eq!(error, StoreError::Conflict { step: 0 }, "the key was taken");
    assert!(!error.is_worth_another_try());
    assert_eq!(count(&store).await, 1);
}

async fn neighbours_in_a_group_commit_do_not_suffer(database: &Database) {
    let store = database.open().await;
    let tries = (0..300).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut batch = Batch::from(put(&format!("{n}")));
            match n % 10 {
                3 => batch.push(impossible()),
                7 => batch.push(put(&format!("{n}"))),
                _ => batch.push(put(&format!("{n} too"))),
            };
            (n, store.commit(batch).await)
        })
    });
    for one in tries.collect::<Vec<_>>() {
        let (n, outcome) = one.await.unwrap();
        match n % 10 {
            3 => assert_eq!(outcome.unwrap_err(), StoreError::Conflict { step: 1 }),
            7 => assert_eq!(outcome.unwrap_err(), StoreError::Conflict { step: 0 }),
            _ => assert_eq!(outcome.unwrap().len(), 2),
        }
    }
    assert_eq!(count(&store).await, 2 * 240);
    let odd = "SELECT id FROM sessions WHERE id LIKE '%3' OR id LIKE '%7'";
    assert!(store.read(odd, vec![]).await.unwrap().is_empty());
}

async fn what_was_committed_is_there_after_reopening(database: &Database) {
    let store = database.open().await;
    store.commit(put("a").into()).await.unwrap();
    drop(store);
    assert_eq!(count(&database.open().await).await, 1);
}

async fn a_caller_that_goes_away_does_not_stop_its_write(database: &Database) {
    let store = database.open().await;
    {
        // Polled once, which hands the batch over, and dropped: an HTTP client that hung up looks like this.
        let write = store.commit(put("a").into());
        tokio::select! {
            biased;
            done = write => drop(done),
            () = std::future::ready(()) => {}
        }
    }
    store.commit(put("b").into()).await.unwrap();
    for _ in 0..200 {
        if count(&store).await == 2 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the write was lost");
}

async fn every_kind_of_value_comes_back(database: &Database) {
    let store = database.open().await;
    let text = "Größe 🙂 'quoted' $1 ?1 \\ \n";
    store.keep_session("s", text, i64::MAX).await.unwrap();
    assert_eq!(store.session("s", 0).await.unwrap().as_deref(), Some(text));
    let rows = store
        .read(
            "SELECT expires_at, CAST(0.25 AS DOUBLE PRECISION), NULLIF(id, $1), data, $2 FROM sessions",
            vec!["s".into(), "an argument".into()],
        )
        .await
        .unwrap();
    let row = &rows[0];
    assert_eq!(row.int(0).unwrap(), i64::MAX);
    assert_eq!(row.opt_text(2).unwrap(), None);
    assert_eq!(row.opt_int(2).unwrap(), None);
    assert_eq!(row.text(4).unwrap(), "an argument");
    for misread in [
        row.text(0).map(drop),
        row.int(1).map(drop),
        row.text(2).map(drop),
        row.bytes(3).map(drop),
        row.int(9).map(drop),
    ] {
        assert!(matches!(misread.unwrap_err(), StoreError::Unreadable(_)));
    }
}
