//! What Chatwoot's webhooks lose is found by looking, and goes the way of what they tell.

use crate::support::house::House;
use crate::support::{Database, both_databases};
use chatwoot_sandbox::model::MessageType;
use chatwoot_sandbox::{Faults, WebhookFaults};
use hotdash::clock::Clock;
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash::work::reconcile;
use hotdash_core::conversation::{Conversation, Direction, Message};
use hotdash_core::ids::ConversationId;
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

both_databases!(
    a_day_with_lost_deliveries_ends_like_one_without,
    what_an_outage_swallowed_is_drafted_where_somebody_still_waits,
    a_lost_deletion_is_found_by_a_second_look,
    a_gap_is_shown_to_people_without_a_word_of_the_customer,
    what_was_written_before_hotdash_came_is_history,
    a_threat_that_only_the_drafter_read_is_decided_about,
    looking_costs_the_desk_one_part_in_fifty,
    a_desk_that_knows_no_such_account_is_looked_at_again,
    a_wait_for_our_own_turn_is_no_work_of_the_desk,
);

const SETTINGS: [(&str, &str); 2] = [("HOTDASH_POLL_MS", "1000"), ("HOTDASH_GAP_AFTER_MS", "60000")];

/// A house that compares itself with its desk; both clocks can be set forward together.
struct Watchful {
    house: House,
    clock: Clock,
}

impl Watchful {
    async fn start(database: &Database) -> Self {
        Self::start_with(database, ("HOTDASH_DEBOUNCE_MS", "0")).await
    }

    async fn start_with(database: &Database, setting: (&str, &str)) -> Self {
        let clock = Clock::running();
        let [pause, missing] = SETTINGS;
        let house = House::start_at(database, &[pause, missing, setting], clock.clone()).await;
        reconcile::begin(&house.app).await.unwrap();
        Self { house, clock }
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(seconds * 1000);
        self.house.desk.clock().set_forward(SignedDuration::from_secs(seconds));
    }

    fn lose(&self, webhooks: WebhookFaults) {
        self.house.desk.set_faults(Faults { webhooks, ..Faults::default() });
    }

    /// Time passes until nothing is found missing any more.
    async fn catch_up(&self) {
        self.lose(WebhookFaults::default());
        for _ in 0..6 {
            let before = self.house.app.store.poll(self.desk()).await.unwrap().map(|poll| poll.polled_at);
            self.pass(120);
            let started = std::time::Instant::now();
            while self.house.app.store.poll(self.desk()).await.unwrap().map(|poll| poll.polled_at) == before {
                assert!(started.elapsed() < Duration::from_secs(30), "the desk is not compared");
                self.house.app.work.notify_one();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            self.house.settle().await;
        }
    }

    fn desk(&self) -> hotdash_core::ids::DeskId {
        self.house.app.desks[0].id
    }

    async fn gaps(&self) -> (i64, i64) {
        self.house.app.store.gap_counts(self.desk()).await.unwrap()
    }

    /// What we hold of every conversation, and what the desk itself says.
    async fn both_truths(&self) -> (Vec<Value>, Vec<Value>) {
        let desk = &self.house.app.desks[0];
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let all = self.house.desk.read(|desk| desk.conversations.keys().copied().collect::<Vec<i64>>());
        for id in all.into_iter().map(ConversationId) {
            let held = self.house.app.store.conversation(desk.id, id).await.unwrap();
            let thread = self.house.app.store.thread(desk.id, id, 1000).await.unwrap();
            ours.push(shown(&held.unwrap_or_else(|| panic!("conversation {id} is unknown")), &thread));
            let shows = desk.chatwoot.conversation(id).await.unwrap();
            theirs.push(shown(&shows, &desk.chatwoot.thread_since(id, None).await.unwrap()));
        }
        (ours, theirs)
    }

    /// Which customers' messages have a draft that waits for a person.
    async fn waiting(&self) -> BTreeSet<(i64, String)> {
        let mut waiting = BTreeSet::new();
        let all = self.house.desk.read(|desk| desk.conversations.keys().copied().collect::<Vec<i64>>());
        for id in all {
            for draft in self.house.drafts(id).await {
                if draft.state.awaits_person() {
                    let answers = self.house.app.store.message(self.desk(), draft.answers).await.unwrap();
                    waiting.insert((id, answers.unwrap().content.unwrap()));
                }
            }
        }
        waiting
    }
}

/// The facts of a conversation that both sides must agree about.
fn shown(c: &Conversation, thread: &[Message]) -> Value {
    let mut labels = c.labels.clone();
    labels.sort();
    let told = thread.iter().filter(|m| m.direction != Direction::Activity);
    let messages: Vec<Value> =
        told.map(|m| json!([m.id, m.content, m.private, m.direction, m.marks.deleted])).collect();
    let assignee = c.assignee.as_ref().map(|a| a.id);
    json!([c.id, c.status, assignee, c.team.as_ref().map(|t| t.id), labels, c.priority, messages])
}

/// The same day for the same seed: customers and agents who do whatever comes to their minds.
async fn a_day(watchful: &Watchful, seed: u64, lost: WebhookFaults) {
    let mut chance = StdRng::seed_from_u64(seed);
    let (house, desk) = (&watchful.house, &watchful.house.desk);
    let mut open: Vec<i64> = Vec::new();
    for hour in 0..3 {
        // The second hour is the outage: nothing arrives at all.
        let drop_all = hour == 1 && lost.drop_percent > 0;
        watchful.lose(WebhookFaults { drop_all, ..lost.clone() });
        for step in 0..16 {
            let text = format!("Question {hour}.{step}: how long does shipping to Norway take?");
            let pick = open.get(chance.random_range(0..open.len().max(1))).copied();
            match (chance.random_range(0..8), pick) {
                (0..=2, _) | (_, None) => {
                    let mail = format!("customer{hour}-{step}@example.test");
                    open.push(
                        desk.customer_says(house.website, ("Mia Torres", mail.as_str()), &text).unwrap(),
                    );
                }
                (3, Some(id)) => drop(desk.customer_replies(id, &text).unwrap()),
                (4 | 5, Some(id)) => drop(desk.agent_replies(id, 2, "Three days.").unwrap()),
                (6, Some(id)) => desk.resolve(id, 2).unwrap(),
                (_, Some(id)) => desk.assign(id, Some(3), 1).unwrap(),
            }
            // A delivery that is on its way while minutes pass would count as missing.
            house.settle().await;
            watchful.pass(225);
        }
    }
}

async fn a_day_with_lost_deliveries_ends_like_one_without(database: &Database) {
    let watchful = Watchful::start(database).await;
    let lost = WebhookFaults { drop_percent: 30, ..WebhookFaults::default() };
    a_day(&watchful, 11, lost).await;
    watchful.catch_up().await;
    let (found, open) = watchful.gaps().await;
    assert!(found > 10, "{found} gaps are too few to show anything");
    assert_eq!(open, 0, "gaps that were not repaired");
    let (ours, theirs) = watchful.both_truths().await;
    assert_eq!(ours, theirs);
    let waiting = watchful.waiting().await;
    watchful.house.close().await;

    let other = Database::sqlite();
    let whole = Watchful::start(&other).await;
    a_day(&whole, 11, WebhookFaults::default()).await;
    whole.catch_up().await;
    assert_eq!(whole.gaps().await, (0, 0), "nothing was lost, so nothing may be missed");
    assert_eq!(waiting, whole.waiting().await);
    assert!(waiting.len() > 3, "{waiting:?}");
    whole.house.close().await;
}

async fn what_an_outage_swallowed_is_drafted_where_somebody_still_waits(database: &Database) {
    let watchful = Watchful::start(database).await;
    let (house, desk) = (&watchful.house, &watchful.house.desk);
    let text = "How long does shipping to Norway take?";
    let says = |mail: &str| desk.customer_says(house.website, ("Mia Torres", mail), text).unwrap();
    let known = says("known@example.test");
    house.draft(known, DraftState::Ready).await;
    watchful.lose(WebhookFaults { drop_all: true, ..WebhookFaults::default() });
    let waits = says("waits@example.test");
    let answered = says("answered@example.test");
    let resolved = says("resolved@example.test");
    watchful.pass(600);
    desk.agent_replies(answered, 2, "Three days.").unwrap();
    desk.resolve(resolved, 2).unwrap();
    desk.agent_replies(known, 2, "Three days.").unwrap();
    watchful.pass(3000);
    watchful.catch_up().await;
    house.draft(waits, DraftState::Ready).await;
    assert_eq!(house.notes(waits).len(), 1);
    for quiet in [answered, resolved] {
        assert_eq!(house.drafts(quiet).await.len(), 0, "nobody waits there any more");
        assert_eq!(house.notes(quiet).len(), 0);
    }
    house.draft(known, DraftState::Superseded).await;
    let (found, open) = watchful.gaps().await;
    assert!(found >= 5 && open == 0, "{found} found, {open} open");
    watchful.house.close().await;
}

async fn a_lost_deletion_is_found_by_a_second_look(database: &Database) {
    let watchful = Watchful::start(database).await;
    let desk = &watchful.house.desk;
    let id = desk.customer_says(watchful.house.website, ("Mia", "mia@example.test"), "Secret: 1234").unwrap();
    watchful.house.draft(id, DraftState::Ready).await;
    watchful.house.settle().await;
    let message =
        desk.messages(id).unwrap().iter().find(|m| m.message_type == MessageType::Incoming).unwrap().id;
    watchful.lose(WebhookFaults { drop_all: true, ..WebhookFaults::default() });
    desk.delete_message(message).unwrap();
    watchful.catch_up().await;
    let (ours, theirs) = watchful.both_truths().await;
    assert_eq!(ours, theirs);
    assert_eq!(watchful.gaps().await, (1, 0));
    watchful.house.close().await;
}

async fn a_desk_that_knows_no_such_account_is_looked_at_again(database: &Database) {
    let watchful = Watchful::start(database).await;
    watchful.catch_up().await;
    let refused_in_account = "Resource could not be found".to_owned();
    let gone = Faults { refused_in_account, refused_status: 404, ..Faults::default() };
    watchful.house.desk.set_faults(gone);
    let sql = "SELECT CAST(count(*) AS BIGINT) FROM jobs
               WHERE kind = 'poll' AND state = 'ready' AND last_error LIKE '%no such thing%'";
    let started = std::time::Instant::now();
    watchful.pass(120);
    while watchful.house.app.store.read(sql, vec![]).await.unwrap()[0].int(0).unwrap() == 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "it is not tried again");
        watchful.pass(1);
        watchful.house.app.work.notify_one();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    watchful.catch_up().await;
    watchful.house.close().await;
}

async fn a_gap_is_shown_to_people_without_a_word_of_the_customer(database: &Database) {
    let watchful = Watchful::start(database).await;
    let (house, desk) = (&watchful.house, &watchful.house.desk);
    let ada = house.sign_in("Ada", Role::Viewer).await;
    let (_, before) = ada.get("/deliveries").await;
    assert!(before.contains("Nothing was missed"), "{before}");
    watchful.lose(WebhookFaults { drop_all: true, ..WebhookFaults::default() });
    let id = desk.customer_says(house.website, ("Mia", "mia@example.test"), "My secret is 1234").unwrap();
    watchful.catch_up().await;
    let (_, shown) = ada.get("/deliveries").await;
    let words =
        ["message was written, and no delivery told of it", "repaired", "The desk was compared", "Next at"];
    for words in words {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(shown.contains(&format!("conversations/{id}\"")), "a link to the desk");
    assert!(!shown.contains("1234") && !shown.contains("Mia"), "{shown}");
    watchful.house.close().await;
}

async fn what_was_written_before_hotdash_came_is_history(database: &Database) {
    let clock = Clock::running();
    let house = House::start_at(database, &SETTINGS, clock.clone()).await;
    let watchful = Watchful { house, clock };
    let (house, desk) = (&watchful.house, &watchful.house.desk);
    // Written a day before hotdash was there, as its own clock says.
    watchful.lose(WebhookFaults { drop_all: true, ..WebhookFaults::default() });
    desk.clock().set(Clock::real().now() - SignedDuration::from_hours(24));
    let id = desk.customer_says(house.website, ("Mia", "mia@example.test"), "Long ago").unwrap();
    desk.clock().follow_real_time();
    watchful.lose(WebhookFaults::default());
    reconcile::begin(&house.app).await.unwrap();
    desk.agent_notes(id, 2, "Look at this").unwrap();
    house.settle().await;
    watchful.catch_up().await;
    assert_eq!(watchful.gaps().await, (0, 0));
    assert_eq!(house.drafts(id).await.len(), 0, "old questions are not answered unasked");
    let (ours, theirs) = watchful.both_truths().await;
    assert_eq!(ours, theirs, "but they are known");
    watchful.house.close().await;
}

async fn a_threat_that_only_the_drafter_read_is_decided_about(database: &Database) {
    let watchful = Watchful::start_with(database, ("HOTDASH_DEBOUNCE_MS", "1500")).await;
    let (house, desk) = (&watchful.house, &watchful.house.desk);
    // The first question waits for its draft while the threat is written and its delivery lost.
    let id = desk.customer_says(house.website, ("Mia", "mia@example.test"), "Where is my order?").unwrap();
    house.draft(id, DraftState::Queued).await;
    watchful.lose(WebhookFaults { drop_all: true, ..WebhookFaults::default() });
    desk.customer_replies(id, "You will hear from my lawyer, I am going to sue you!").unwrap();
    let draft = house.draft(id, DraftState::Ready).await;
    assert!(draft.hold, "a legal threat needs two people");
    assert!(desk.conversation(id).unwrap().labels.contains(&"escalated".to_owned()));
    watchful.catch_up().await;
    assert_eq!(watchful.gaps().await.1, 0);
    watchful.house.close().await;
}

async fn looking_costs_the_desk_one_part_in_fifty(database: &Database) {
    let watchful = Watchful::start(database).await;
    let (house, desk) = (&watchful.house, &watchful.house.desk);
    // What was measured on a small real desk: 25 ms for each conversation in a list, 20 ms for any other call.
    let webhooks = WebhookFaults { drop_all: true, ..WebhookFaults::default() };
    desk.set_faults(Faults { list_ms_per_conversation: 25, latency_ms: 20, webhooks, ..Faults::default() });
    for n in 0..12 {
        let mail = format!("customer{n}@example.test");
        desk.customer_says(house.website, ("Mia", mail.as_str()), "Hello?").unwrap();
    }
    watchful.pass(5);
    let next_look = async || {
        let sql = "SELECT run_at FROM jobs WHERE kind = 'poll' AND state = 'ready'";
        house.app.store.read(sql, vec![]).await.unwrap().first().map(|row| row.int(0).unwrap())
    };
    let started = std::time::Instant::now();
    loop {
        assert!(started.elapsed() < Duration::from_secs(30), "the list was not read");
        let poll = house.app.store.poll(watchful.desk()).await.unwrap().filter(|poll| poll.listed >= 6);
        if let (Some(poll), Some(next)) = (poll, next_look().await)
            && next > watchful.clock.now_ms()
        {
            assert!(poll.took_ms >= poll.listed * 25, "{poll:?}");
            let ended = poll.polled_at + poll.took_ms;
            let share = poll.took_ms as f64 / (next - poll.polled_at) as f64;
            assert!(next - ended >= 49 * poll.took_ms - 50, "{poll:?}, next at {next}: {share}");
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    desk.set_faults(Faults::default());
    watchful.house.close().await;
}

async fn a_wait_for_our_own_turn_is_no_work_of_the_desk(database: &Database) {
    // Six calls a second: a look at a dozen conversations waits two seconds for its turns, and the desk none.
    let watchful = Watchful::start_with(database, ("HOTDASH_DESK_CALLS_PER_MINUTE", "360")).await;
    let (house, desk) = (&watchful.house, &watchful.house.desk);
    let webhooks = WebhookFaults { drop_all: true, ..WebhookFaults::default() };
    desk.set_faults(Faults { webhooks, ..Faults::default() });
    for n in 0..12 {
        let mail = format!("customer{n}@example.test");
        desk.customer_says(house.website, ("Mia", mail.as_str()), "Hello?").unwrap();
    }
    let (began, started) = (watchful.clock.now_ms(), std::time::Instant::now());
    watchful.pass(5);
    let poll = loop {
        assert!(started.elapsed() < Duration::from_secs(30), "the list was not read");
        if let Some(poll) = house.app.store.poll(watchful.desk()).await.unwrap()
            && poll.listed >= 6
        {
            break poll;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let waited = watchful.clock.now_ms() - began - 5000;
    assert!(waited > 500, "no turn was waited for: {waited} ms");
    assert!(poll.took_ms * 2 < waited, "{poll:?} in {waited} ms");
    watchful.lose(WebhookFaults::default());
    watchful.house.close().await;
}
