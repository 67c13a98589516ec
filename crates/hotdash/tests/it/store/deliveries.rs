//! Deliveries: kept once, however often and under whichever name they come.

use super::{DESK, NOW};
use crate::support::{Database, both_databases};
use hotdash::store::deliveries::{DeliveryCounts, NewDelivery, bury_delivery, settle_delivery};
use hotdash_core::ids::{ConversationId, DeliveryId, DeskId, JobId};

both_databases!(
    a_delivery_is_kept_as_received_with_its_job,
    the_same_uid_or_the_same_bytes_are_kept_once,
    simultaneous_duplicates_are_kept_once,
    a_rejected_delivery_is_kept_without_a_job,
    a_settled_delivery_is_counted_where_it_ended,
);

pub(super) fn delivery(id: &str, uid: Option<&str>, digest: &str) -> NewDelivery {
    NewDelivery {
        id: DeliveryId(id.into()),
        desk: DESK,
        uid: uid.map(Into::into),
        digest: digest.into(),
        proof: "signature",
        event: Some("message_created".into()),
        conversation: Some(ConversationId(12)),
        body: b"{\"bytes\":\"\xff\x00 kept as they are\"}".to_vec(),
        received_at: NOW,
    }
}

fn job(id: &str) -> JobId {
    JobId(format!("job-{id}"))
}

async fn a_delivery_is_kept_as_received_with_its_job(database: &Database) {
    let store = database.open().await;
    assert!(store.accept_delivery(delivery("d1", Some("u1"), "x1"), job("1")).await.unwrap());

    let kept = store.delivery(&DeliveryId("d1".into())).await.unwrap().unwrap();
    assert_eq!(kept.body, b"{\"bytes\":\"\xff\x00 kept as they are\"}");
    assert_eq!(kept.event.as_deref(), Some("message_created"));
    assert_eq!((kept.desk, kept.conversation), (DESK, Some(ConversationId(12))));
    assert_eq!((kept.state.as_str(), kept.reason, kept.received_at), ("received", None, NOW));

    let jobs = store.claim_jobs("w", NOW, NOW + 1000, 10).await.unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!((jobs[0].kind.as_str(), jobs[0].payload.as_str()), ("ingest", "d1"));
    assert_eq!(jobs[0].lane, "in:1:12");
    assert!(store.delivery(&DeliveryId("d2".into())).await.unwrap().is_none());
}

async fn the_same_uid_or_the_same_bytes_are_kept_once(database: &Database) {
    let store = database.open().await;
    assert!(store.accept_delivery(delivery("d1", Some("u1"), "x1"), job("1")).await.unwrap());
    assert!(!store.accept_delivery(delivery("d2", Some("u1"), "x2"), job("2")).await.unwrap());
    assert!(!store.accept_delivery(delivery("d3", Some("u3"), "x1"), job("3")).await.unwrap());
    assert!(!store.accept_delivery(delivery("d4", None, "x1"), job("4")).await.unwrap());
    // Without a uid only the bytes tell them apart.
    assert!(store.accept_delivery(delivery("d5", None, "x5"), job("5")).await.unwrap());
    assert!(store.accept_delivery(delivery("d6", None, "x6"), job("6")).await.unwrap());
    // Another desk's deliveries are its own.
    let other = NewDelivery { desk: DeskId(2), ..delivery("d7", Some("u1"), "x1") };
    assert!(store.accept_delivery(other, job("7")).await.unwrap());

    assert_eq!(store.delivery_counts(DESK).await.unwrap().received, 3);
    assert_eq!(store.delivery_counts(DeskId(2)).await.unwrap().received, 1);
    assert_eq!(store.queue_counts(NOW).await.unwrap().living, 4);
}

async fn simultaneous_duplicates_are_kept_once(database: &Database) {
    let store = database.open().await;
    let tries = (0..40).map(|n| {
        let store = store.clone();
        let digest = format!("x{}", n % 5);
        tokio::spawn(async move {
            store.accept_delivery(delivery(&format!("d{n}"), None, &digest), job(&n.to_string())).await
        })
    });
    let mut kept = 0;
    for one in tries.collect::<Vec<_>>() {
        kept += usize::from(one.await.unwrap().unwrap());
    }
    assert_eq!(kept, 5);
    assert_eq!(store.delivery_counts(DESK).await.unwrap().received, 5);
    assert_eq!(store.queue_counts(NOW).await.unwrap().living, 5);
}

async fn a_rejected_delivery_is_kept_without_a_job(database: &Database) {
    let store = database.open().await;
    let rejected = NewDelivery { event: None, conversation: None, ..delivery("d1", None, "x1") };
    assert!(store.keep_rejected_delivery(rejected.clone(), "not JSON".into()).await.unwrap());
    // Again, as Chatwoot may send it again: no error, no second row.
    let again = NewDelivery { id: DeliveryId("d2".into()), ..rejected };
    assert!(!store.keep_rejected_delivery(again, "not JSON".into()).await.unwrap());

    let kept = store.delivery(&DeliveryId("d1".into())).await.unwrap().unwrap();
    assert_eq!((kept.state.as_str(), kept.reason.as_deref()), ("rejected", Some("not JSON")));
    assert_eq!(
        store.delivery_counts(DESK).await.unwrap(),
        DeliveryCounts { rejected: 1, ..DeliveryCounts::default() }
    );
    assert_eq!(store.queue_counts(NOW).await.unwrap().living, 0);
}

async fn a_settled_delivery_is_counted_where_it_ended(database: &Database) {
    let store = database.open().await;
    for n in ["1", "2", "3"] {
        store.accept_delivery(delivery(&format!("d{n}"), None, n), job(n)).await.unwrap();
    }
    store.commit(settle_delivery(&DeliveryId("d1".into()), Some("echo"), NOW).into()).await.unwrap();
    store.commit(bury_delivery(&DeliveryId("d2".into()), "unreadable", NOW).into()).await.unwrap();
    assert_eq!(
        store.delivery_counts(DESK).await.unwrap(),
        DeliveryCounts { received: 1, processed: 1, dead: 1, ..DeliveryCounts::default() }
    );
    let kept = store.delivery(&DeliveryId("d1".into())).await.unwrap().unwrap();
    assert_eq!((kept.state.as_str(), kept.reason.as_deref()), ("processed", Some("echo")));
}
