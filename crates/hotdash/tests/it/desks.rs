//! Several desks in one hotdash: each with its own rules, knowledge and people, and nothing of one at another.

use crate::support::house::{Person, open_website, register};
use crate::support::{Database, both_databases};
use chatwoot_sandbox::model::MessageType;
use chatwoot_sandbox::{Options, Sandbox, Server};
use hotdash::app::{AROUND_THE_CLOCK, App};
use hotdash::clock::Clock;
use hotdash::config::Config;
use hotdash::store::deliveries::Wanted;
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash::work::draft::{Draft, DraftBody};
use hotdash::work::people::invite;
use hotdash::{web, worker};
use hotdash_core::ids::ConversationId;
use jiff::SignedDuration;
use reqwest::StatusCode;
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

both_databases!(
    each_desk_answers_its_own_customers_from_its_own_knowledge,
    nobody_sees_the_drafts_of_a_desk_where_they_do_not_work,
    nobody_sees_or_replays_the_deliveries_of_another_desk,
    a_person_of_two_desks_chooses_where_to_work,
    a_delivery_belongs_to_the_desk_whose_secret_signed_it,
    each_desk_keeps_its_own_promises,
);

const RULE: &str = r#"
[[rule]]
id = "southern"
name = "South tags everything"
priority = 10
why = "to tell it apart"
group = "tags"
when = { type = "keyword", any_of = ["shipping"] }
then = { tag = ["southern"] }
"#;

/// Two desks of which each thinks it is account 1, with conversations of the same numbers.
struct Street {
    app: Arc<App>,
    url: String,
    desks: [Sandbox; 2],
    websites: [i64; 2],
    secrets: [String; 2],
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    servers: Vec<Server>,
    _folder: tempfile::TempDir,
}

impl Street {
    async fn open(database: &Database) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let mut text = String::new();
        let (mut desks, mut websites, mut secrets, mut servers) = (vec![], vec![], vec![], vec![]);
        for (key, days, minutes) in [("north", "three", 30), ("south", "nine", 60)] {
            let desk = Sandbox::new(Options::default());
            let server = desk.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
            websites.push(open_website(&desk, &server.url()).await);
            let secret = register(&server.url(), &desk.token(1).unwrap(), &url).await;
            secrets.push(secret.expose_secret().to_owned());
            let knowledge = folder.path().join(key);
            std::fs::create_dir(&knowledge).unwrap();
            let article = format!("# Shipping\n\nShipping to Norway takes {days} days.\n");
            std::fs::write(knowledge.join("shipping.md"), article).unwrap();
            text += &format!(
                "[desks.{key}]\ndesk_url = \"{}\"\ndesk_account = 1\nknowledge_dir = \"{}\"\nshop_name = \"{key}\"\nsla_minutes = {minutes}\n",
                server.url(),
                knowledge.display()
            );
            desks.push(desk);
            servers.push(server);
        }
        let rules = folder.path().join("rules.toml");
        std::fs::write(&rules, RULE).unwrap();
        text += &format!("rules_file = \"{}\"\n", rules.display());
        let file = folder.path().join("hotdash.toml");
        std::fs::write(&file, text).unwrap();
        let environment: BTreeMap<String, String> = [
            ("CHATWOOT_TOKEN_NORTH", desks[0].token(1).unwrap()),
            ("CHATWOOT_TOKEN_SOUTH", desks[1].token(1).unwrap()),
            ("CHATWOOT_WEBHOOK_SECRET_NORTH", secrets[0].clone()),
            ("CHATWOOT_WEBHOOK_SECRET_SOUTH", secrets[1].clone()),
            ("DATABASE_URL", database.url.clone()),
            ("HOTDASH_PUBLIC_URL", url.clone()),
            ("HOTDASH_UNDO_SECONDS", "0".to_owned()),
            ("HOTDASH_DEBOUNCE_MS", "0".to_owned()),
            ("HOTDASH_RETRY_PAUSE_MS", "50".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let mut config = Config::from_sources(Some(&file), &environment).unwrap();
        for desk in &mut config.desks {
            desk.hours = Some(AROUND_THE_CLOCK.to_owned());
        }
        let app = App::build(config, Clock::running()).await.unwrap();
        app.store.begin_work().await.unwrap();
        let stop = CancellationToken::new();
        let working = tokio::spawn({
            let (app, stop) = (Arc::clone(&app), stop.clone());
            async move { worker::run(app, stop).await.unwrap() }
        });
        let serving = tokio::spawn({
            let (app, stop) = (Arc::clone(&app), stop.clone());
            async move { web::serve(app, listener, stop).await.unwrap() }
        });
        Self {
            app,
            url,
            desks: desks.try_into().unwrap_or_else(|_| panic!("two desks")),
            websites: websites.try_into().unwrap(),
            secrets: secrets.try_into().unwrap(),
            stop,
            tasks: vec![working, serving],
            servers,
            _folder: folder,
        }
    }

    /// A customer asks at each desk; answers the two conversations.
    async fn both_ask(&self) -> [i64; 2] {
        let ask = |at: usize| {
            let text = "How long does shipping to Norway take?";
            self.desks[at].customer_says(self.websites[at], ("Mia Torres", "mia@example.test"), text).unwrap()
        };
        [ask(0), ask(1)]
    }

    async fn draft(&self, at: usize, conversation: i64, state: DraftState) -> Draft {
        let started = Instant::now();
        loop {
            let desk = self.app.desks[at].id;
            let drafts =
                self.app.store.drafts_of::<DraftBody>(desk, ConversationId(conversation)).await.unwrap();
            if let Some(draft) = drafts.into_iter().find(|draft| draft.state == state) {
                return draft;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "no {state:?} draft at desk {at}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    async fn invite(&self, places: &[usize], name: &str, role: Role) -> Person {
        let email = format!("{}@acme.test", name.to_lowercase());
        let mut link = String::new();
        for at in places {
            link = invite(&self.app, self.app.desks[*at].id, &email, name, role).await.unwrap().unwrap().link;
        }
        Person::by_link(&self.url, &link).await
    }

    fn replies(&self, at: usize, conversation: i64) -> Vec<String> {
        let messages = self.desks[at].messages(conversation).unwrap();
        let public = messages.into_iter().filter(|m| !m.private && m.message_type == MessageType::Outgoing);
        public.map(|m| m.content.unwrap_or_default()).collect()
    }

    async fn close(self) {
        self.stop.cancel();
        for task in self.tasks {
            task.await.unwrap();
        }
        for server in self.servers {
            server.shut_down().await;
        }
    }
}

async fn each_desk_answers_its_own_customers_from_its_own_knowledge(database: &Database) {
    let street = Street::open(database).await;
    let asked = street.both_ask().await;
    assert_eq!(asked[0], asked[1], "the same number at both desks makes the test worth something");
    let reviewers =
        [street.invite(&[0], "Nora", Role::Reviewer).await, street.invite(&[1], "Sam", Role::Reviewer).await];
    for (at, (right, wrong)) in [("three", "nine"), ("nine", "three")].into_iter().enumerate() {
        let draft = street.draft(at, asked[at], DraftState::Ready).await;
        assert!(draft.text.contains(right) && !draft.text.contains(wrong), "{}", draft.text);
        assert!(reviewers[at].approve(&draft, None).await.is_redirection());
        street.draft(at, asked[at], DraftState::Sent).await;
        let replies = street.replies(at, asked[at]);
        assert_eq!(replies.len(), 1, "{replies:?}");
        assert!(replies[0].contains(right), "{replies:?}");
    }
    let labels = |at: usize| street.desks[at].conversation(asked[at]).unwrap().labels;
    let started = Instant::now();
    while !labels(1).contains(&"southern".to_owned()) {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "the southern rule did not act: {:?}",
            labels(1)
        );
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert!(!labels(0).contains(&"southern".to_owned()), "{:?}", labels(0));
    street.close().await;
}

async fn nobody_sees_the_drafts_of_a_desk_where_they_do_not_work(database: &Database) {
    let street = Street::open(database).await;
    let asked = street.both_ask().await;
    let mine = street.draft(0, asked[0], DraftState::Ready).await;
    let theirs = street.draft(1, asked[1], DraftState::Ready).await;
    let nora = street.invite(&[0], "Nora", Role::Lead).await;
    let (status, queue) = nora.get("/drafts").await;
    assert_eq!(status, StatusCode::OK);
    assert!(queue.contains(mine.id.as_str()) && !queue.contains(theirs.id.as_str()));
    let own = format!("/drafts/{}", theirs.id);
    assert_eq!(nora.get(&own).await.0, StatusCode::NOT_FOUND);
    assert_eq!(nora.get(&format!("/drafts/{}?after={}", mine.id, theirs.id)).await.0, StatusCode::OK);
    assert_eq!(nora.approve(&theirs, None).await, StatusCode::NOT_FOUND);
    assert_eq!(nora.approve(&theirs, Some("Something else.")).await, StatusCode::NOT_FOUND);
    assert_eq!(nora.reject(&theirs.id, theirs.version, "not mine").await, StatusCode::NOT_FOUND);
    assert_eq!(nora.undo(&theirs.id).await, StatusCode::NOT_FOUND);
    for form in ["claim", "retry", "changes"] {
        let status = nora.post(&format!("{own}/{form}"), &[("on", "1"), ("text", "x")]).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{form}");
    }
    let now = street.draft(1, asked[1], DraftState::Ready).await;
    assert_eq!((now.version, now.claimed_by), (theirs.version, None));
    street.close().await;
}

async fn nobody_sees_or_replays_the_deliveries_of_another_desk(database: &Database) {
    let street = Street::open(database).await;
    let asked = street.both_ask().await;
    for at in [0, 1] {
        street.draft(at, asked[at], DraftState::Ready).await;
    }
    let south = &street.app.desks[1];
    let hook = format!("{}/api/webhooks/chatwoot/{}/{}", street.url, south.id, south.url_token);
    let unreadable = r#"{"event":"message_created","account":{"id":1}}"#;
    assert!(reqwest::Client::new().post(hook).body(unreadable).send().await.unwrap().status().is_success());
    let started = Instant::now();
    while street.app.store.dead_count(south.id).await.unwrap() == 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "it does not die");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let theirs = street.app.store.deliveries(south.id, &Wanted::default(), 100).await.unwrap();
    let dead = theirs.iter().find(|delivery| delivery.state == "dead").unwrap();
    let nora = street.invite(&[0], "Nora", Role::Lead).await;
    let sam = street.invite(&[1], "Sam", Role::Lead).await;
    let (_, shown) = nora.get("/deliveries").await;
    assert!(theirs.iter().all(|delivery| !shown.contains(delivery.id.as_str())), "{shown}");
    assert!(!shown.contains("Dead letters") && shown.contains("data-trouble=\"false\""));
    let (_, shown) = sam.get("/deliveries").await;
    assert!(shown.contains("Dead letters") && shown.contains("data-trouble=\"true\""));
    assert_eq!(nora.get(&format!("/deliveries/{}", dead.id)).await.0, StatusCode::NOT_FOUND);
    for form in ["deliveries/ID/replay", "dead-letters/ID/replay", "dead-letters/ID/put-away"] {
        let path = format!("/{}", form.replace("ID", dead.id.as_str()));
        assert_eq!(nora.post(&path, &[]).await, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(nora.post("/dead-letters/replay", &[]).await.is_redirection());
    assert_eq!(street.app.store.dead_count(south.id).await.unwrap(), 1, "what is dead elsewhere stays so");
    // Somebody of both desks is led to the right one.
    let lea = street.invite(&[0, 1], "Lea", Role::Lead).await;
    assert_eq!(lea.get(&format!("/deliveries/{}", dead.id)).await.0, StatusCode::OK);
    street.close().await;
}

async fn a_person_of_two_desks_chooses_where_to_work(database: &Database) {
    let street = Street::open(database).await;
    let asked = street.both_ask().await;
    let north = street.draft(0, asked[0], DraftState::Ready).await;
    let south = street.draft(1, asked[1], DraftState::Ready).await;
    let lea = street.invite(&[0, 1], "Lea", Role::Lead).await;
    let nora = street.invite(&[0], "Nora", Role::Lead).await;
    let (_, queue) = lea.get("/drafts").await;
    assert!(queue.contains(north.id.as_str()) && !queue.contains(south.id.as_str()), "the first desk first");
    let (_, account) = lea.get("/account").await;
    assert!(account.contains("Your desks") && account.contains("Work here"), "{account}");
    let southern = street.app.desks[1].id.to_string();
    assert!(lea.post("/account/desk", &[("desk", &southern)]).await.is_redirection());
    let (_, queue) = lea.get("/drafts").await;
    assert!(queue.contains(south.id.as_str()) && !queue.contains(north.id.as_str()));
    // A link in a note leads to the draft, wherever one works at the moment.
    assert_eq!(lea.get(&format!("/drafts/{}", north.id)).await.0, StatusCode::OK);
    assert!(!nora.get("/account").await.1.contains("Your desks"));
    assert_eq!(nora.post("/account/desk", &[("desk", &southern)]).await, StatusCode::NOT_FOUND);
    street.close().await;
}

async fn a_delivery_belongs_to_the_desk_whose_secret_signed_it(database: &Database) {
    use hmac::{Hmac, KeyInit, Mac};
    let street = Street::open(database).await;
    let http = reqwest::Client::new();
    let send = async |path: &str, secret: &str, body: &str| {
        let now = street.app.clock.now_ms() / 1000;
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{now}.{body}").as_bytes());
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        let request = http.post(format!("{}/api/webhooks/chatwoot{path}", street.url));
        let request = request.header("x-chatwoot-signature", signature).header("x-chatwoot-timestamp", now);
        request.body(body.to_owned()).send().await.unwrap().status()
    };
    let stored = async |at: usize| {
        let desk = street.app.desks[at].id;
        let counts = street.app.store.delivery_counts(desk).await.unwrap();
        counts.received + counts.processed
    };
    let [north, south] = &street.secrets;
    let body =
        |n: u32| format!(r#"{{"event":"contact_created","account":{{"id":1}},"id":{n},"name":"Mia"}}"#);
    assert_eq!(send("", north, &body(1)).await, StatusCode::OK);
    assert_eq!((stored(0).await, stored(1).await), (1, 0));
    assert_eq!(send("", south, &body(1)).await, StatusCode::OK);
    assert_eq!((stored(0).await, stored(1).await), (1, 1), "the same bytes are no duplicate at another desk");
    assert_eq!(send("", "somebody else's", &body(2)).await, StatusCode::UNAUTHORIZED);
    let of_south = format!("/{}/{}", street.app.desks[1].id, street.app.desks[1].url_token);
    assert_eq!(send(&of_south, north, &body(3)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&of_south, south, &body(3)).await, StatusCode::OK);
    let mixed = format!("/{}/{}", street.app.desks[0].id, street.app.desks[1].url_token);
    assert_eq!(send(&mixed, north, &body(4)).await, StatusCode::UNAUTHORIZED);
    assert_eq!((stored(0).await, stored(1).await), (1, 2));
    street.close().await;
}

async fn each_desk_keeps_its_own_promises(database: &Database) {
    let street = Street::open(database).await;
    let asked = street.both_ask().await;
    for (at, conversation) in asked.into_iter().enumerate() {
        street.draft(at, conversation, DraftState::Ready).await;
    }
    let later = SignedDuration::from_mins(31);
    street.desks.iter().for_each(|desk| desk.clock().set_forward(later));
    street.app.clock.advance(31 * 60_000);
    let shares = async |at: usize| -> Vec<u16> {
        let (desk, id) = (street.app.desks[at].id, ConversationId(asked[at]));
        let warnings = street.app.store.sla_warnings(desk, id).await.unwrap();
        warnings.iter().map(|warning| warning.id.share).collect()
    };
    let started = Instant::now();
    while shares(0).await != [50, 75, 90, 100] || shares(1).await != [50] {
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}, {:?}", shares(0).await, shares(1).await);
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let nora = street.invite(&[0], "Nora", Role::Lead).await;
    let (status, board) = nora.get("/sla").await;
    assert_eq!(status, StatusCode::OK);
    assert!(board.contains("30 min (standard)") && !board.contains("1 h (standard)"), "one desk's clocks");
    let sam = street.invite(&[1], "Sam", Role::Viewer).await;
    assert!(sam.get(&format!("/sla/{}", asked[1])).await.1.contains("1 h (standard)"));
    street.close().await;
}
