//! Killed again and again while the line of those who wait is full, people come, and it drains: each conversation is given to
//! somebody once, nobody gets more than fits, and none is forgotten.

use super::{DESK, Run, wait_until_ready};
use crate::support::{Database, both_databases};
use chatwoot_sandbox::model::{Assignee, Availability, MessageType};
use hotdash::store::effects::Change;
use hotdash::store::waiting::Place;
use hotdash_core::ids::ConversationId;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

both_databases!(killed_while_the_line_is_full);

const PEOPLE: [(i64, &str); 3] = [(1, "Ada Admin"), (2, "Ben Agent"), (3, "Cleo Agent")];
const CAPACITY: usize = 3;
/// Twice as many as fit: the second half only after somebody has finished.
const CONVERSATIONS: usize = 18;
/// While people come, and as many while they finish.
const KILLS: usize = 12;
const LEAST_BETWEEN: usize = 4;
const MOST_KILLS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(120);

async fn killed_while_the_line_is_full(database: &Database) {
    let mut run = Run::prepare(database, &format!("[default]\ncapacity = {CAPACITY}\n")).await;
    for (user, _) in PEOPLE {
        run.desk.set_availability(user, Availability::Offline).unwrap();
    }
    for number in 0..CONVERSATIONS {
        let who = format!("c{number}@example.test");
        run.desk.customer_says(run.website, ("Customer", who.as_str()), "Where is it?").unwrap();
    }
    run.until("all stand in line", async |run| run.line().await == CONVERSATIONS).await;

    let mut chance = StdRng::seed_from_u64(0x6c69_6e65);
    // While people come: until several kills met a line that had begun to drain.
    let mut kills_between = 0;
    for kill in 0.. {
        if let Some((user, _)) = PEOPLE.get(kill / 4) {
            run.desk.set_availability(*user, Availability::Online).unwrap();
        }
        run.dies_at_work(&mut chance).await;
        kills_between += usize::from(!run.given().is_empty());
        if kill >= KILLS && kills_between >= LEAST_BETWEEN {
            break;
        }
        assert!(kill < MOST_KILLS, "the line does not drain: {:?}", run.given());
    }
    // While they finish, and others come in their turn.
    for _ in 0..KILLS {
        run.somebody_finishes();
        run.dies_at_work(&mut chance).await;
    }
    run.until("the line is empty", async |run| {
        run.somebody_finishes();
        run.line().await == 0
    })
    .await;
    run.settle().await;
    run.until("all were given", async |run| run.given().len() == CONVERSATIONS).await;
    run.everybody_was_given_once().await;
    run.nothing_is_lost().await;
    run.kill();
}

impl Run {
    /// Killed some time after it came up and began to look along the line.
    async fn dies_at_work(&mut self, chance: &mut StdRng) {
        wait_until_ready(&self.url).await;
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..700))).await;
        self.kill();
        self.spawn();
    }

    async fn until(&self, what: &str, mut holds: impl AsyncFnMut(&Self) -> bool) {
        let started = Instant::now();
        while !holds(self).await {
            assert!(started.elapsed() < PATIENCE, "not in time: {what}; {} wait", self.line().await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn line(&self) -> usize {
        self.store.waiting(DESK, Place::BEGINNING, 1_000).await.unwrap().len()
    }

    /// Whoever has as much as fits closes what they got first.
    fn somebody_finishes(&self) {
        for (user, _) in PEOPLE {
            let open = self.desk.read(|desk| {
                let theirs = desk.conversations.iter().filter(|(_, row)| {
                    row.assignee == Some(Assignee::User(user)) && row.status.as_str() == "open"
                });
                theirs.map(|(id, _)| *id).collect::<Vec<i64>>()
            });
            if open.len() == CAPACITY {
                self.desk.resolve(open[0], user).unwrap();
            }
        }
    }

    /// How often each conversation was given to somebody, as the desk noted it down.
    fn given(&self) -> BTreeMap<i64, usize> {
        let mut given = BTreeMap::new();
        for (conversation, _, is_given) in self.noted() {
            if is_given {
                *given.entry(conversation).or_default() += 1;
            }
        }
        given
    }

    /// Who got which conversation (true) and who finished it (false), in the order of the desk's own notes.
    fn noted(&self) -> Vec<(i64, i64, bool)> {
        let ids = self.desk.read(|desk| desk.conversations.keys().copied().collect::<Vec<_>>());
        let mut noted = BTreeMap::new();
        for id in ids {
            for message in self.desk.messages(id).unwrap() {
                let text = message.content.unwrap_or_default();
                if message.message_type != MessageType::Activity {
                    continue;
                }
                for (user, name) in PEOPLE {
                    // The token we use is Ada's.
                    let is_given = text.starts_with(&format!("Assigned to {name} by"))
                        || text == format!("{name} self-assigned this conversation");
                    let is_done = text == format!("Conversation was marked resolved by {name}");
                    if is_given || is_done {
                        noted.insert(message.id, (id, user, is_given));
                    }
                }
            }
        }
        noted.into_values().collect()
    }

    async fn everybody_was_given_once(&self) {
        let given = self.given();
        assert!(given.len() == CONVERSATIONS && given.values().all(|times| *times == 1), "{given:?}");
        let mut open: BTreeMap<i64, usize> = BTreeMap::new();
        for (conversation, user, is_given) in self.noted() {
            let open = open.entry(user).or_default();
            *open = if is_given { *open + 1 } else { *open - 1 };
            assert!(*open <= CAPACITY, "{conversation} was one too many for {user}");
        }
        for conversation in given.keys() {
            let effects = self.store.effects(DESK, ConversationId(*conversation)).await.unwrap();
            let wanted = effects.iter().filter(|effect| matches!(effect.change, Change::AssignAgent { .. }));
            assert_eq!(wanted.count(), 1, "conversation {conversation}: {effects:?}");
        }
    }
}
