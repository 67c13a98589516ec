//! Dead letters, deliveries that go through again, and how the page finds both.

use super::deliveries::delivery;
use super::{DESK, NOW};
use crate::support::{Database, both_databases};
use hotdash::clock::{Clock, first_id_at};
use hotdash::store::deliveries::{
    DeliveryCounts, NewDelivery, Wanted, bury_delivery, receive_again, settle_delivery,
};
use hotdash::store::drafts::queue_draft;
use hotdash::store::effects::{
    Change, EffectState, NewEffect, begin_sending, settle_effect, want, want_again,
};
use hotdash::store::gaps::{NewGap, keep_gap, repair_gap};
use hotdash::store::jobs::{forget_dead_reply, put_away, revive};
use hotdash::store::{Batch, Store, StoreError};
use hotdash_core::event::Event;
use hotdash_core::ids::{ConversationId, DeliveryId, DeskId, DraftId, EffectId, JobId, MessageId, UserId};

both_databases!(
    a_repeat_is_counted_where_the_first_one_is,
    a_list_shows_what_is_wanted_page_by_page,
    figures_begin_where_they_are_told_to,
    a_delivery_goes_through_again_once,
    a_dead_job_begins_anew_behind_its_lane,
    an_effect_that_was_given_up_is_looked_for_before_it_is_tried_again,
    trouble_is_what_a_person_should_look_at,
    a_dead_reply_goes_when_its_draft_is_tried_again,
);

fn id(id: &str) -> DeliveryId {
    DeliveryId(id.into())
}

async fn accept(store: &Store, delivery: NewDelivery) {
    let job = JobId(format!("job-{}", delivery.id));
    assert!(store.accept_delivery(delivery, job).await.unwrap());
}

async fn repeats(store: &Store, of: &str) -> i64 {
    store.delivery(&id(of)).await.unwrap().unwrap().repeats
}

/// The job that is leased dies.
async fn bury(store: &Store, job: &str) {
    store.claim_jobs("w", NOW, NOW + 1000, 10).await.unwrap();
    store.bury_job(&JobId(job.into()), "w", "it never works", NOW + 5, Batch::new()).await.unwrap();
}

async fn a_repeat_is_counted_where_the_first_one_is(database: &Database) {
    let store = database.open().await;
    accept(&store, delivery("d1", Some("u1"), "x1")).await;
    accept(&store, delivery("d2", None, "x2")).await;
    accept(&store, NewDelivery { desk: DeskId(2), ..delivery("d3", Some("u1"), "x1") }).await;
    let again = async |uid: Option<&str>, digest: &str| {
        store.count_repeat(DESK, uid.map(Into::into), digest.into()).await.unwrap();
    };
    again(Some("u1"), "changed on its way").await;
    again(Some("other"), "x1").await;
    again(None, "x2").await;
    // Its own id says more than its bytes.
    again(Some("u1"), "x2").await;
    again(None, "never seen").await;
    assert_eq!(
        [repeats(&store, "d1").await, repeats(&store, "d2").await, repeats(&store, "d3").await],
        [3, 1, 0]
    );
    assert_eq!(store.delivery_counts(DESK).await.unwrap().repeats, 4);
}

async fn a_list_shows_what_is_wanted_page_by_page(database: &Database) {
    let store = database.open().await;
    for n in 1..=5 {
        accept(&store, delivery(&format!("d{n}"), None, &n.to_string())).await;
    }
    let other = NewDelivery {
        event: Some("contact_created".into()),
        conversation: None,
        ..delivery("d6", None, "6")
    };
    accept(&store, other).await;
    accept(&store, NewDelivery { desk: DeskId(2), ..delivery("d7", None, "7") }).await;
    store.commit(settle_delivery(&id("d2"), Some("our own message"), NOW + 9).into()).await.unwrap();
    let list = async |wanted: Wanted, limit: i64| {
        let found = store.deliveries(DESK, &wanted, limit).await.unwrap();
        assert!(found.iter().all(|delivery| delivery.body.is_empty()), "bodies are not read for a list");
        found.into_iter().map(|delivery| delivery.id.0).collect::<Vec<_>>()
    };
    assert_eq!(list(Wanted::default(), 3).await, ["d6", "d5", "d4"]);
    assert_eq!(list(Wanted { before: Some(id("d4")), ..Wanted::default() }, 3).await, ["d3", "d2", "d1"]);
    assert_eq!(list(Wanted { state: Some("processed".into()), ..Wanted::default() }, 9).await, ["d2"]);
    assert_eq!(list(Wanted { event: Some("contact_created".into()), ..Wanted::default() }, 9).await, ["d6"]);
    let twelve = Wanted {
        conversation: Some(ConversationId(12)),
        state: Some("received".into()),
        ..Wanted::default()
    };
    assert_eq!(list(twelve, 9).await, ["d5", "d4", "d3", "d1"]);
    assert_eq!(store.desk_of_delivery(&id("d7")).await.unwrap(), Some(DeskId(2)));
    assert_eq!(store.desk_of_delivery(&id("d8")).await.unwrap(), None);
}

async fn figures_begin_where_they_are_told_to(database: &Database) {
    let store = database.open().await;
    let at = |ms: i64| Clock::manual(jiff::Timestamp::from_millisecond(ms).unwrap()).new_id();
    for (n, ms) in [NOW - 1, NOW, NOW + 1].into_iter().enumerate() {
        accept(&store, delivery(&at(ms), None, &n.to_string())).await;
    }
    let counts = store.delivery_counts_from(DESK, &first_id_at(NOW)).await.unwrap();
    assert_eq!(counts, DeliveryCounts { received: 2, ..DeliveryCounts::default() });
    assert_eq!(store.delivery_counts(DESK).await.unwrap().received, 3);
}

async fn a_delivery_goes_through_again_once(database: &Database) {
    let store = database.open().await;
    accept(&store, delivery("d1", None, "x1")).await;
    let kept = async || store.delivery(&id("d1")).await.unwrap().unwrap();
    let again = async |job: &str| {
        store.commit(receive_again(&kept().await, JobId(job.into()), NOW + 10)).await.map(drop)
    };
    assert!(matches!(again("2").await, Err(StoreError::Conflict { .. })), "it waits already");
    bury(&store, "job-d1").await;
    store.commit(bury_delivery(&id("d1"), "unreadable", NOW).into()).await.unwrap();
    assert_eq!(store.dead_job_of(DESK, "ingest", "d1").await.unwrap().unwrap().id.as_str(), "job-d1");
    again("3").await.unwrap();
    assert!(matches!(again("4").await, Err(StoreError::Conflict { .. })), "twice at once is once");
    let now = kept().await;
    assert_eq!((now.state.as_str(), now.reason, now.settled_at), ("received", None, None));
    assert_eq!(store.dead_count(DESK).await.unwrap(), 0, "the dead job went");
    let jobs = store.claim_jobs("w", NOW + 10, NOW + 2000, 10).await.unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!((jobs[0].id.as_str(), jobs[0].lane.as_str(), jobs[0].created_at), ("3", "in:1:12", NOW + 10));
    store.commit(settle_delivery(&id("d1"), None, NOW).into()).await.unwrap();
    again("5").await.unwrap();
    let elsewhere = hotdash::store::deliveries::Delivery { desk: DeskId(2), ..kept().await };
    assert!(store.commit(receive_again(&elsewhere, JobId("6".into()), NOW)).await.is_err());
}

async fn a_dead_job_begins_anew_behind_its_lane(database: &Database) {
    let store = database.open().await;
    accept(&store, delivery("d1", None, "x1")).await;
    accept(&store, delivery("d2", None, "x2")).await;
    bury(&store, "job-d1").await;
    let dead = store.dead_jobs(DESK, 9).await.unwrap().remove(0);
    assert_eq!((dead.payload.as_str(), dead.attempts, dead.died_at), ("d1", 1, NOW + 5));
    assert_eq!(dead.why.as_deref(), Some("it never works"));
    assert!(store.dead_job(DeskId(2), &dead.id).await.unwrap().is_none(), "another desk's is none of theirs");
    assert_eq!(store.due_at(&dead.id).await.unwrap(), None);
    let running = store.claim_jobs("w", NOW, NOW + 1000, 10).await.unwrap();
    assert_eq!(running[0].payload, "d2");
    store.commit(revive(&dead, &JobId("job-d3".into()), NOW + 7).into()).await.unwrap();
    assert_eq!(store.due_at(&JobId("job-d3".into())).await.unwrap(), Some(NOW + 7));
    assert!(store.claim_jobs("v", NOW + 8, NOW + 1000, 10).await.unwrap().is_empty(), "d2 still runs");
    for late in [revive(&dead, &dead.id, NOW), put_away(&dead)] {
        assert!(matches!(store.commit(late.into()).await, Err(StoreError::Conflict { .. })));
    }
    store.commit(hotdash::store::jobs::finish(&running[0].id, "w").into()).await.unwrap();
    let again = store.claim_jobs("w", NOW + 8, NOW + 1000, 10).await.unwrap();
    assert_eq!((again[0].payload.as_str(), again[0].attempts, again[0].created_at), ("d1", 1, NOW + 7));
}

fn effect(name: &str, change: Change) -> NewEffect {
    NewEffect {
        id: EffectId(name.into()),
        desk: DESK,
        conversation: ConversationId(12),
        decision: None,
        draft: Some(DraftId("draft".into())),
        change,
        created_at: NOW,
    }
}

async fn an_effect_that_was_given_up_is_looked_for_before_it_is_tried_again(database: &Database) {
    let store = database.open().await;
    for name in ["tried", "untried", "done"] {
        store.commit(want(&effect(name, Change::Note { text: "x".into() })).unwrap().into()).await.unwrap();
    }
    let tried = EffectId("tried".into());
    store.commit(begin_sending(&tried, NOW).into()).await.unwrap();
    for (name, end) in
        [("tried", EffectState::Refused), ("untried", EffectState::Refused), ("done", EffectState::Done)]
    {
        let id = EffectId(name.into());
        store.commit(settle_effect(&id, end, "end", None, NOW).into()).await.unwrap();
        store.commit(want_again(&id).into()).await.unwrap();
    }
    let state = async |name: &str| store.effect(&EffectId(name.into())).await.unwrap().unwrap().state;
    assert_eq!(state("tried").await, EffectState::Sending);
    assert_eq!(state("untried").await, EffectState::Pending);
    assert_eq!(state("done").await, EffectState::Done, "what was done is not done again");
}

async fn trouble_is_what_a_person_should_look_at(database: &Database) {
    let store = database.open().await;
    assert!(!store.has_trouble(DESK).await.unwrap());
    let event = Event::Other { name: "x".into() };
    let conversation = ConversationId(12);
    let gap =
        NewGap { id: "g1".into(), desk: DESK, conversation, message: None, event: &event, found_at: NOW };
    store.commit(keep_gap(&gap).unwrap().into()).await.unwrap();
    assert!(store.has_trouble(DESK).await.unwrap());
    assert!(!store.has_trouble(DeskId(2)).await.unwrap());
    store.commit(repair_gap("g1", NOW).into()).await.unwrap();
    assert!(!store.has_trouble(DESK).await.unwrap());
    accept(&store, delivery("d1", None, "x1")).await;
    assert!(!store.has_trouble(DESK).await.unwrap(), "what waits is no trouble");
    bury(&store, "job-d1").await;
    assert!(store.has_trouble(DESK).await.unwrap());
    assert!(!store.has_trouble(DeskId(2)).await.unwrap());
    let dead = store.dead_job(DESK, &JobId("job-d1".into())).await.unwrap().unwrap();
    store.commit(put_away(&dead).into()).await.unwrap();
    assert!(!store.has_trouble(DESK).await.unwrap());
}

async fn a_dead_reply_goes_when_its_draft_is_tried_again(database: &Database) {
    let store = database.open().await;
    let draft = DraftId("draft".into());
    let about = (ConversationId(12), MessageId(1));
    store.commit(queue_draft(&draft, DESK, about.0, about.1, false, NOW).into()).await.unwrap();
    let reply = Change::Reply { text: "x".into(), copies: Vec::new(), answers: about.1, approver: UserId(1) };
    for (name, change) in [("reply", reply), ("note", Change::Note { text: "x".into() })] {
        store.commit(want(&effect(name, change)).unwrap().into()).await.unwrap();
        let job = hotdash::store::jobs::NewJob {
            id: JobId(name.into()),
            kind: "deliver",
            desk: DESK,
            lane: name.into(),
            payload: name.into(),
            run_at: NOW,
            created_at: NOW,
        };
        store.commit(hotdash::store::jobs::enqueue(job).into()).await.unwrap();
        bury(&store, name).await;
    }
    store.commit(forget_dead_reply(&draft).into()).await.unwrap();
    let left: Vec<String> =
        store.dead_jobs(DESK, 9).await.unwrap().into_iter().map(|job| job.payload).collect();
    assert_eq!(left, ["note"]);
}
