//! Topics that are learned from what customers write: found, kept by name, shown with their growth and examples.

use crate::support::house::{House, Person};
use crate::support::{Database, both_databases};
use hotdash::clock::Clock;
use hotdash::store::users::Role;
use hotdash::work::measures::take_up;
use hotdash::work::topics::learn_daily;
use hotdash_core::topics::{Topic, Topics};
use jiff::SignedDuration;

both_databases!(topics_are_learned_keep_their_names_and_show_what_grows,);

const PARCELS: [&str; 6] = [
    "Where is my parcel, the tracking has not moved since Monday",
    "The tracking of my parcel says nothing and it is late",
    "My parcel is late and the tracking page shows nothing",
    "I have waited for my parcel and the tracking does not work",
    "Is the parcel lost? The tracking has stopped",
    "The tracking says that the parcel was lost on the way",
];
const PASSWORDS: [&str; 6] = [
    "I cannot login because my password does not work",
    "The login fails with my new password and I am locked out",
    "My password was refused at the login",
    "How do I change the password for the login",
    "The login does not know my password any more",
    "I have lost my password and the login sends no mail",
];
const SIZES: [&str; 6] = [
    "Which size of the shirt should I take",
    "The shirt is too small in this size",
    "Is the shirt small in that size",
    "I need the shirt in another size",
    "What size is the shirt in the picture",
    "The size of the shirt does not fit me",
];
const NO_REPORTS: [(&str, &str); 2] = [("HOTDASH_REPORT_DAILY", "off"), ("HOTDASH_REPORT_WEEKLY", "off")];

struct Told {
    house: House,
    clock: Clock,
    written: usize,
}

impl Told {
    async fn begin(database: &Database) -> Self {
        let clock = Clock::manual("2026-11-02T09:00:00Z".parse().unwrap());
        let house = House::start_at(database, &NO_REPORTS, clock.clone()).await;
        house.desk.clock().set(clock.now());
        Self { house, clock, written: 0 }
    }

    /// So many customers write about one thing, each in a conversation of their own; their numbers.
    async fn write(&mut self, about: &[&str], count: usize) -> Vec<i64> {
        let mut conversations = Vec::new();
        for (place, text) in about.iter().cycle().take(count).enumerate() {
            self.written += 1;
            let email = format!("customer{}@example.test", self.written);
            let who = ("A Customer", email.as_str());
            conversations.push(self.house.desk.customer_says(self.house.website, who, text).unwrap());
            // A crowd that comes in one moment would compete for whose turn it is.
            if place % 4 == 3 {
                self.pass(SignedDuration::from_secs(1)).await;
            }
        }
        self.pass(SignedDuration::from_secs(10)).await;
        conversations
    }

    async fn pass(&self, length: SignedDuration) {
        self.clock.advance(i64::try_from(length.as_millis()).unwrap());
        self.house.desk.clock().set(self.clock.now());
        let time = async {
            loop {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                self.clock.advance(500);
                self.house.desk.clock().set(self.clock.now());
            }
        };
        tokio::select! { () = self.house.settle() => {}, () = time => {} }
    }

    /// Learned, unless that was done within a day; and when it was.
    async fn learned(&self) -> (Topics, i64) {
        let (app, desk) = (&self.house.app, &self.house.app.desks[0]);
        take_up(app, desk).await.unwrap();
        learn_daily(app, desk).await.unwrap();
        app.store.topics(desk.id).await.unwrap().unwrap()
    }
}

/// The row of a topic on the dashboard, without its markup.
async fn row(person: &Person, name: &str) -> String {
    let (_, board) = person.get("/dashboard?period=7d").await;
    let table = board.split_once("<table id=\"topics\"").expect("topics are shown").1;
    let table = table.split_once("</table>").unwrap().0;
    let row = table.split("<tr>").find(|row| row.contains(name)).unwrap_or_else(|| panic!("{name}: {table}"));
    row.to_owned()
}

/// The topic to which most of these conversations belong.
fn of<'a>(topics: &'a Topics, conversations: &[i64]) -> &'a Topic {
    let common = |topic: &&Topic| common(topic, conversations);
    topics.topics.iter().max_by_key(common).unwrap_or_else(|| panic!("nothing was learned: {topics:?}"))
}

fn common(topic: &Topic, conversations: &[i64]) -> usize {
    topic.conversations.iter().filter(|id| conversations.contains(&id.0)).count()
}

async fn topics_are_learned_keep_their_names_and_show_what_grows(database: &Database) {
    let mut told = Told::begin(database).await;
    let early = told.write(&PARCELS, 3).await;
    let mut passwords = told.write(&PASSWORDS, 6).await;
    told.write(&SIZES, 6).await;
    told.pass(SignedDuration::from_hours(8 * 24)).await;
    let fresh = told.write(&PARCELS, 15).await;
    let parcels = [early.clone(), fresh.clone()].concat();
    let later = told.write(&PASSWORDS, 6).await;
    passwords.extend(&later);
    told.write(&SIZES, 6).await;

    let (first, at) = told.learned().await;
    assert_eq!(first.texts, 42, "the first words of every conversation");
    let (parcel, password) = (of(&first, &parcels).clone(), of(&first, &passwords).clone());
    for (topic, conversations, words) in
        [(&parcel, &parcels, ["parcel", "tracking"]), (&password, &passwords, ["password", "login"])]
    {
        assert!(words.iter().any(|word| topic.name.contains(word)), "{}", topic.name);
        let found = common(topic, conversations);
        assert_eq!(found, topic.conversations.len(), "nobody who wrote of something else: {first:?}");
        assert!(found * 2 > conversations.len(), "most who wrote of it: {first:?}");
        assert!(!topic.examples.is_empty() && topic.examples.iter().all(|id| conversations.contains(&id.0)));
    }

    let vic = told.house.sign_in("Vic", Role::Viewer).await;
    let shown = row(&vic, &parcel.name).await;
    let (now, before) = (common(&parcel, &fresh), common(&parcel, &early));
    let times = f64::from(u32::try_from(now).unwrap()) / f64::from(u32::try_from(before).unwrap());
    assert!(
        shown.contains(&format!("grows: {times:.1} times as many as before")),
        "{now}, {before}: {shown}"
    );
    assert!(shown.contains(&format!(">{now}</a>")), "{now}: {shown}");
    let examples: Vec<&str> = shown.split("/conversations/").skip(1).collect();
    let examples = examples.iter().filter_map(|link| link.split('"').next()?.parse::<i64>().ok());
    let examples: Vec<i64> = examples.collect();
    assert!(
        !examples.is_empty() && examples.iter().all(|id| fresh.contains(id)),
        "{examples:?} of {fresh:?}"
    );
    let shown = row(&vic, &password.name).await;
    let now = common(&password, &later);
    assert!(shown.contains(&format!(">{now}</a>")) && !shown.contains("grows"), "{now}: {shown}");

    // Within a day nothing is learned anew; after it what came since is, under the names that people know.
    told.pass(SignedDuration::from_hours(20)).await;
    assert_eq!(told.learned().await.1, at);
    told.write(&["The parcel came broken and the tracking says delivered"], 3).await;
    told.pass(SignedDuration::from_hours(5)).await;
    let (second, later) = told.learned().await;
    assert!(later > at && second.texts == 45);
    for (before, conversations) in [(&parcel, &parcels), (&password, &passwords)] {
        let again = of(&second, conversations);
        assert_eq!((again.id, &again.name), (before.id, &before.name));
    }
    assert!(of(&second, &parcels).conversations.len() > parcel.conversations.len());
    told.house.close().await;
}
