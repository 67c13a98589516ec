//! What is not as usual is found once, told once, known of by somebody, and over when it is as usual again.

use crate::support::house::House;
use crate::support::mailbox::Mailbox;
use crate::support::{Database, both_databases};
use hotdash::clock::Clock;
use hotdash::store::Batch;
use hotdash::store::facts::{keep_facts, want_facts};
use hotdash::store::users::Role;
use hotdash::work::measures::take_up;
use hotdash::work::watch::look;
use hotdash_core::conversation::{Channel, Status};
use hotdash_core::facts::{ConversationFacts, Fact, FactKind};
use hotdash_core::ids::{ConversationId, InboxId};
use reqwest::StatusCode;

both_databases!(a_flood_is_found_once_and_over_when_it_is_over,);

const HOUR_MS: i64 = 3_600_000;
const WEEKS: i64 = 7;
const FLOOD: i64 = 60;

/// One conversation that began then.
fn began(id: i64, at_ms: i64) -> ConversationFacts {
    let created = Fact {
        kind: FactKind::Created,
        at: at_ms * 1000,
        from: None,
        seconds: None,
        business: None,
        agent: None,
        message: None,
        rating: None,
    };
    ConversationFacts {
        conversation: ConversationId(id),
        inbox: InboxId(1),
        channel: Channel::Email,
        status: Status::Resolved,
        assignee: None,
        team: None,
        labels: Vec::new(),
        created_at: at_ms * 1000,
        waiting_since: None,
        is_answered: true,
        facts: vec![created],
        unknown: Vec::new(),
    }
}

/// One conversation in each hour of the weeks before, and a flood in the last complete one.
async fn flood(house: &House) {
    let desk = house.app.desks[0].id;
    let now = house.app.clock.now_ms();
    let last = now - now.rem_euclid(HOUR_MS) - HOUR_MS;
    let usual = (0..WEEKS * 168).map(|hour| last - hour * HOUR_MS + 60_000);
    let flood = (0..FLOOD).map(|n| last + 120_000 + n * 1000);
    let all: Vec<ConversationFacts> =
        usual.chain(flood).zip(1_000_000..).map(|(at, id)| began(id, at)).collect();
    for some in all.chunks(400) {
        let mut batch = Batch::new();
        for facts in some {
            batch.push(want_facts(desk, facts.conversation));
            batch.push(keep_facts(desk, facts.conversation, 1, Some(facts), now).unwrap());
        }
        house.app.store.commit(batch).await.unwrap();
    }
    take_up(&house.app, &house.app.desks[0]).await.unwrap();
}

async fn a_flood_is_found_once_and_over_when_it_is_over(database: &Database) {
    let mailbox = Mailbox::open().await;
    let clock = Clock::running();
    let mail = mailbox.url();
    let settings = [("SMTP_URL", mail.as_str())];
    let house = House::start_at(database, &settings, clock.clone()).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let vera = house.sign_in("Vera", Role::Viewer).await;
    let rita = house.sign_in("Rita", Role::Reviewer).await;
    flood(&house).await;
    let desk = &house.app.desks[0];
    assert_eq!(look(&house.app, desk).await.unwrap(), 1);
    assert_eq!(look(&house.app, desk).await.unwrap(), 0, "it is known");
    let (one, other) = tokio::join!(look(&house.app, desk), look(&house.app, desk));
    assert_eq!((one.unwrap(), other.unwrap()), (0, 0));
    house.settle().await;
    let letters = mailbox.letters();
    assert_eq!(letters.len(), 1, "the lead is told, once");
    assert!(
        letters[0].text.contains("All conversations") && letters[0].text.contains("/dashboard/alerts"),
        "{:?}",
        letters[0]
    );

    let kept = house.app.store.open_alerts(desk.id).await.unwrap().remove(0);
    assert!(kept.alert.conversations.len() > 60, "{:?}", kept.alert);
    let (_, board) = vera.get("/dashboard").await;
    assert!(board.contains("One thing is off") && board.contains(&kept.alert.sentence), "{board}");
    let path = format!("/dashboard/alerts/{}/seen", kept.id);
    assert_eq!(vera.post(&path, &[]).await, StatusCode::FORBIDDEN);
    assert_eq!(rita.post(&path, &[]).await, StatusCode::SEE_OTHER);
    assert_eq!(ada.post(&path, &[]).await, StatusCode::SEE_OTHER, "to the page that says who knew first");
    let (_, alerts) = ada.get("/dashboard/alerts").await;
    assert!(alerts.contains("Rita knows of it since") && !alerts.contains("Ada knows"), "{alerts}");
    assert_eq!(vera.get(&format!("/dashboard/alerts/{}", kept.id)).await.0, StatusCode::OK);

    // A day and more later nothing of it is left; that nobody writes at all is another matter.
    clock.advance(30 * HOUR_MS);
    look(&house.app, desk).await.unwrap();
    let now = house.app.store.alert(desk.id, &kept.id).await.unwrap().unwrap();
    assert!(now.ended_at.is_some(), "{now:?}");
    house.close().await;
}
