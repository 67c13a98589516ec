//! The rotation stays fair when many give out turns at the same time.

use super::{DESK, NOW, keep_desk};
use crate::support::{Database, both_databases};
use hotdash::store::decisions::{Rotation, take_turn};
use hotdash::store::desks::{KeptDesk, KnownDesk};
use hotdash::store::{Store, StoreError};
use hotdash_core::ids::AgentId;
use std::collections::BTreeMap;

both_databases!(a_stale_turn_is_refused, eight_takers_stay_fair, a_desk_keeps_its_rotation_and_url_token);

const AGENTS: [AgentId; 5] = [AgentId(11), AgentId(12), AgentId(13), AgentId(14), AgentId(15)];

async fn a_stale_turn_is_refused(database: &Database) {
    let store = database.open().await;
    keep_desk(&store).await;
    let rotation = store.rotation(DESK).await.unwrap();
    assert_eq!(rotation, Rotation::default());
    store.commit(take_turn(DESK, &rotation, AgentId(11))).await.unwrap();
    let stale = store.commit(take_turn(DESK, &rotation, AgentId(12))).await;
    assert_eq!(stale.unwrap_err(), StoreError::Conflict { step: 0 });
    let now = store.rotation(DESK).await.unwrap();
    assert_eq!(now, Rotation { turn: 1, last: BTreeMap::from([(AgentId(11), 1)]) });
}

async fn eight_takers_stay_fair(database: &Database) {
    let store = database.open().await;
    keep_desk(&store).await;
    let takers = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            for _ in 0..25 {
                mine.push(take_one(&store).await);
            }
            mine
        })
    });
    let mut turns = BTreeMap::new();
    for taker in takers.collect::<Vec<_>>() {
        for (turn, agent) in taker.await.unwrap() {
            assert_eq!(turns.insert(turn, agent), None, "turn {turn} was given out twice");
        }
    }
    assert_eq!(turns.keys().copied().collect::<Vec<_>>(), (1..=200).collect::<Vec<i64>>());
    for (turn, agent) in turns {
        let expected = usize::try_from(turn - 1).unwrap() % AGENTS.len();
        assert_eq!(agent, AGENTS[expected], "turn {turn}");
    }
}

/// Whoever had the oldest turn is next; try again when somebody was faster.
async fn take_one(store: &Store) -> (i64, AgentId) {
    loop {
        let rotation = store.rotation(DESK).await.unwrap();
        let next =
            AGENTS.into_iter().min_by_key(|a| (rotation.last.get(a).copied().unwrap_or(0), *a)).unwrap();
        match store.commit(take_turn(DESK, &rotation, next)).await {
            Ok(_) => return (rotation.turn + 1, next),
            Err(StoreError::Conflict { step: 0 }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

async fn a_desk_keeps_its_rotation_and_url_token(database: &Database) {
    let store = database.open().await;
    let desk = keep_desk(&store).await;
    store.commit(take_turn(DESK, &Rotation::default(), AgentId(11))).await.unwrap();
    let moved = KeptDesk { base_url: "http://new.test".into(), url_token: "two".into(), ..desk.clone() };
    let known = KnownDesk { id: DESK, url_token: "one".into(), since: NOW };
    assert_eq!(store.keep_desk(&moved, NOW + 5).await.unwrap(), known);
    let another = KeptDesk { account: 8, url_token: "three".into(), ..desk };
    let known = store.keep_desk(&another, NOW + 6).await.unwrap();
    assert_ne!(known.id, DESK, "another account is another desk");
    assert_eq!((known.url_token.as_str(), known.since), ("three", NOW + 6));
    assert_eq!(store.rotation(DESK).await.unwrap().turn, 1);
}
