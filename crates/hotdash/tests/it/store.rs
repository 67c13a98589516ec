//! The store on both databases.

mod alerts;
mod commits;
mod conversations;
mod dead_letters;
mod deliveries;
mod drafts;
mod failures;
mod jobs;
mod messages;
mod people;
mod rotation;
mod schema;

use hotdash::store::Store;
use hotdash::store::desks::KeptDesk;
use hotdash_core::ids::DeskId;

/// The desk of these tests.
const DESK: DeskId = DeskId(1);

/// Any moment; what matters is how times compare.
const NOW: i64 = 1_750_000_000_000;

async fn keep_desk(store: &Store) -> KeptDesk {
    let desk = KeptDesk {
        key: "kitchen".into(),
        base_url: "http://desk.test".into(),
        account: 7,
        url_token: "one".into(),
    };
    assert_eq!(store.keep_desk(&desk, NOW).await.unwrap().id, DESK);
    desk
}
