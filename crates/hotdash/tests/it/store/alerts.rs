//! Alerts are found once, end once, and are known of by the first who says so.

use crate::support::{Database, both_databases};
use hotdash::store::alerts::{end_alert, keep_alert, keep_topics, renew_alert, see_alert};
use hotdash::store::{Statement, Store, StoreError};
use hotdash_core::anomaly::{Alert, Direction, Kind, LocalHour};
use hotdash_core::chance::Interval;
use hotdash_core::ids::{ConversationId, DeskId, UserId};

both_databases!(an_alert_is_found_once_and_ends_once, what_was_learned_is_replaced,);

const DESK: DeskId = DeskId(1);

fn alert(series: &str, direction: Direction, until: i64) -> Alert {
    Alert {
        kind: Kind::Volume,
        series: series.into(),
        direction,
        since: LocalHour(until - 1),
        until: LocalHour(until),
        observed: 60.0,
        usual: Interval { lower: 4.0, upper: 9.0 },
        p: 1e-9,
        conversations: vec![ConversationId(7)],
        sentence: format!("{series}: 60 conversations, usually 4–9"),
    }
}

async fn commit(store: &Store, statement: Statement) -> Result<(), StoreError> {
    store.commit(statement.into()).await.map(drop)
}

async fn an_alert_is_found_once_and_ends_once(database: &Database) {
    let store = database.open().await;
    let above = alert("All conversations", Direction::Above, 100);
    commit(&store, keep_alert(DESK, "a", &above, 1).unwrap()).await.unwrap();
    let again = commit(&store, keep_alert(DESK, "b", &above, 2).unwrap()).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })), "another replica found the same: {again:?}");
    let below = alert("All conversations", Direction::Below, 100);
    commit(&store, keep_alert(DESK, "c", &below, 3).unwrap()).await.unwrap();
    commit(&store, keep_alert(DeskId(2), "d", &above, 4).unwrap()).await.unwrap();

    commit(&store, renew_alert("a", &alert("All conversations", Direction::Above, 103)).unwrap())
        .await
        .unwrap();
    commit(&store, renew_alert("a", &alert("All conversations", Direction::Above, 102)).unwrap())
        .await
        .unwrap();
    let open = store.open_alerts(DESK).await.unwrap();
    assert_eq!(
        open.iter().map(|kept| (kept.id.as_str(), kept.alert.until.0)).collect::<Vec<_>>(),
        [("c", 100), ("a", 103)]
    );
    // As a replica of the version before would keep one.
    commit(&store, Statement::new("UPDATE alerts SET found = '' WHERE id = 'c'", vec![])).await.unwrap();
    let found = store.alerts_since(DESK, 0).await.unwrap();
    assert_eq!(
        found.iter().map(|one| (one.id.as_str(), one.alert.until.0)).collect::<Vec<_>>(),
        [("a", 100), ("c", 100)],
        "as they were found"
    );

    commit(&store, see_alert(DESK, "a", UserId(5), 10)).await.unwrap();
    let late = commit(&store, see_alert(DESK, "a", UserId(6), 11)).await;
    assert!(matches!(late, Err(StoreError::Conflict { .. })), "{late:?}");
    let foreign = commit(&store, see_alert(DeskId(2), "c", UserId(6), 11)).await;
    assert!(matches!(foreign, Err(StoreError::Conflict { .. })), "{foreign:?}");
    assert_eq!(store.alert(DESK, "a").await.unwrap().unwrap().seen, Some((UserId(5), 10)));
    assert!(store.alert(DeskId(2), "a").await.unwrap().is_none(), "each desk has its own");

    commit(&store, end_alert("a", 20)).await.unwrap();
    commit(&store, end_alert("a", 30)).await.unwrap();
    commit(&store, renew_alert("a", &alert("All conversations", Direction::Above, 110)).unwrap())
        .await
        .unwrap();
    let ended = store.alert(DESK, "a").await.unwrap().unwrap();
    assert_eq!((ended.ended_at, ended.alert.until.0), (Some(20), 103));
    // What ended may come again.
    commit(&store, keep_alert(DESK, "e", &above, 40).unwrap()).await.unwrap();
    let all: Vec<String> =
        store.last_alerts(DESK, 10).await.unwrap().into_iter().map(|kept| kept.id).collect();
    assert_eq!(all, ["e", "c", "a"]);
}

async fn what_was_learned_is_replaced(database: &Database) {
    let store = database.open().await;
    assert_eq!(store.topics::<Vec<String>>(DESK).await.unwrap(), None);
    commit(&store, keep_topics(DESK, &vec!["parcel"], 1).unwrap()).await.unwrap();
    commit(&store, keep_topics(DESK, &vec!["parcel", "refund"], 2).unwrap()).await.unwrap();
    let kept = store.topics::<Vec<String>>(DESK).await.unwrap();
    assert_eq!(kept, Some((vec!["parcel".to_owned(), "refund".to_owned()], 2)));
    assert_eq!(store.topics::<Vec<String>>(DeskId(2)).await.unwrap(), None);
}
