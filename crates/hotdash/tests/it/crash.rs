//! Killed 200 times at random instants of a scripted run: nothing is lost, nothing is sent twice.
//!
//! hotdash runs as the real binary and dies by SIGKILL; the sandbox desk and the customers live in the test.

mod line;

use crate::support::house::{Person, open_website, register};
use crate::support::{Database, both_databases};
use chatwoot_sandbox::model::{Message, MessageType};
use chatwoot_sandbox::{Faults, Options, Sandbox, WebhookFaults};
use hotdash::app::AROUND_THE_CLOCK;
use hotdash::clock::Clock;
use hotdash::store::Store;
use hotdash::store::drafts::DraftState;
use hotdash::work::draft::{Draft, DraftBody};
use hotdash_core::ids::{ConversationId, DeskId};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;

both_databases!(killed_two_hundred_times);

const KILLS: usize = 200;
const CONVERSATIONS: usize = 40;
const DESK: DeskId = DeskId(1);
/// A rule speaks too, and also dies in the middle of it.
const WELCOME: &str = r#"
[[rule]]
id = "welcome"
group = "tags"
when = { always = true }
once = "conversation"
then = { template = "welcome" }
"#;

async fn killed_two_hundred_times(database: &Database) {
    let mut run = Run::prepare(database, "").await;
    let kills = Arc::new(AtomicUsize::new(0));
    let script = tokio::spawn(run.script(Arc::clone(&kills)));
    let mut chance = StdRng::seed_from_u64(0x0068_6f74);
    for kill in 0..KILLS {
        kills.store(kill, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(chance.random_range(5..260))).await;
        run.kill();
        run.spawn();
    }
    let approved = script.await.unwrap();
    run.settle().await;
    run.nothing_is_lost().await;
    run.everything_once(&approved).await;
    run.kill();
}

struct Run {
    desk: Sandbox,
    _server: chatwoot_sandbox::Server,
    website: i64,
    environment: BTreeMap<String, String>,
    url: String,
    store: Store,
    person: Person,
    child: Option<Child>,
    _files: TempDir,
}

impl Run {
    /// `agents`: what is known of the people.
    async fn prepare(database: &Database, agents: &str) -> Self {
        let desk = Sandbox::new(Options::default());
        let server = desk.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        let website = open_website(&desk, &server.url()).await;
        // A port that was free a moment ago: the binary takes the same one at every start.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let token = desk.token(1).unwrap();
        let secret = register(&server.url(), &token, &url).await;
        // A real desk sends account webhooks once; here every one has to arrive, to see whether any is lost inside.
        desk.set_faults(Faults {
            webhooks: WebhookFaults { retry_until_accepted: true, ..WebhookFaults::default() },
            ..Faults::default()
        });
        let files = tempfile::tempdir().unwrap();
        let hours = files.path().join("hours.toml");
        std::fs::write(&hours, AROUND_THE_CLOCK).unwrap();
        let (rules, templates) = (files.path().join("rules.toml"), files.path().join("templates.toml"));
        let people = files.path().join("agents.toml");
        std::fs::write(&people, agents).unwrap();
        std::fs::write(&rules, WELCOME).unwrap();
        std::fs::write(&templates, "[template.welcome.text]\nen = \"Welcome!\"").unwrap();
        let environment: BTreeMap<String, String> = [
            ("HOTDASH_HOURS_FILE", hours.display().to_string()),
            ("HOTDASH_AGENTS_FILE", people.display().to_string()),
            ("HOTDASH_RULES_FILE", rules.display().to_string()),
            ("HOTDASH_TEMPLATES_FILE", templates.display().to_string()),
            ("CHATWOOT_BASE_URL", server.url()),
            ("CHATWOOT_TOKEN", token),
            ("CHATWOOT_ACCOUNT_ID", "1".to_owned()),
            ("CHATWOOT_WEBHOOK_SECRET", secret.expose_secret().to_owned()),
            ("DATABASE_URL", database.url.clone()),
            ("HOTDASH_LISTEN", format!("127.0.0.1:{port}")),
            ("HOTDASH_PUBLIC_URL", url.clone()),
            ("HOTDASH_UNDO_SECONDS", "0".to_owned()),
            ("HOTDASH_DEBOUNCE_MS", "0".to_owned()),
            ("HOTDASH_RETRY_PAUSE_MS", "20".to_owned()),
            ("HOTDASH_UNCLEAR_WAIT_MS", "250".to_owned()),
            ("HOTDASH_LEASE_MS", "1500".to_owned()),
            ("HOTDASH_LOG", "off".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let store = database.open().await;
        let added =
            command(&environment, &["user", "add", "ada@acme.test", "--name", "Ada", "--role", "lead"])
                .stderr(Stdio::inherit())
                .output()
                .unwrap();
        let printed = String::from_utf8(added.stdout).unwrap();
        let link = printed.lines().find_map(|line| line.trim().strip_prefix("http")).unwrap().to_owned();
        let child = Some(command(&environment, &["serve"]).spawn().unwrap());
        wait_until_ready(&url).await;
        let person = Person::by_link(&url, &format!("http{link}")).await;
        Self { desk, _server: server, website, environment, url, store, person, child, _files: files }
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn spawn(&mut self) {
        self.child = Some(command(&self.environment, &["serve"]).spawn().unwrap());
    }

    /// Customers write, the reviewer approves everything as it becomes ready. Gives what was approved.
    /// A new customer every few kills, so that something is going on at each of them.
    fn script(&self, kills: Arc<AtomicUsize>) -> impl Future<Output = BTreeMap<i64, Draft>> + use<> {
        let (desk, store, website) = (self.desk.clone(), self.store.clone(), self.website);
        let person = self.person.clone();
        async move {
            let mut conversations = Vec::new();
            let mut approved = BTreeMap::new();
            let started = Instant::now();
            while approved.len() < CONVERSATIONS {
                assert!(
                    started.elapsed() < Duration::from_secs(600),
                    "only {} were approved",
                    approved.len()
                );
                let due = 1 + kills.load(Ordering::Relaxed) * CONVERSATIONS / KILLS;
                if conversations.len() < due.min(CONVERSATIONS) {
                    let who = format!("c{}@example.test", conversations.len());
                    let text = "How long does shipping to Norway take?";
                    let said = desk.customer_says(website, ("Customer", who.as_str()), text).unwrap();
                    conversations.push(said);
                }
                for id in &conversations {
                    let Some(draft) = newest(&store, *id).await else { continue };
                    if draft.state == DraftState::Ready {
                        // The process may die before, during or after this.
                        let _ = person.try_approve(&draft).await;
                    } else if !matches!(draft.state, DraftState::Queued | DraftState::Drafting) {
                        approved.entry(*id).or_insert(draft);
                    }
                }
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
            approved
        }
    }

    async fn settle(&self) {
        let started = Instant::now();
        loop {
            self.desk.settled().await;
            let queue = self.store.queue_counts(Clock::real().now_ms()).await.unwrap();
            if queue.living == 0 {
                assert_eq!(queue.dead, 0, "dead letters");
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "not settled: {queue:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Every delivery that was answered 200 (which here is every one) was stored and worked off.
    async fn nothing_is_lost(&self) {
        let counts = self.store.delivery_counts(DESK).await.unwrap();
        assert_eq!((counts.received, counts.rejected, counts.dead), (0, 0, 0));
        for id in self.desk.read(|desk| desk.conversations.keys().copied().collect::<Vec<_>>()) {
            let kept = self.store.thread(DESK, ConversationId(id), 1000).await.unwrap();
            for message in self.desk.messages(id).unwrap().iter().filter(|m| is_sent_as_delivery(m)) {
                assert!(kept.iter().any(|k| k.id.0 == message.id), "message {} of {id} is lost", message.id);
            }
        }
    }

    /// Each approved reply is on the desk once, and so is each draft's note, and what a rule says at most once: an answer
    /// that was faster makes it needless.
    async fn everything_once(&self, approved: &BTreeMap<i64, Draft>) {
        assert_eq!(approved.len(), CONVERSATIONS);
        let mut welcomed = 0;
        for (id, draft) in approved {
            let messages = self.desk.messages(*id).unwrap();
            let public = messages.iter().filter(|m| m.message_type == MessageType::Outgoing && !m.private);
            let is_automatic = |m: &&Message| m.content_attributes.contains_key("automation_rule_id");
            let (automatic, replies): (Vec<_>, Vec<_>) = public.partition(is_automatic);
            assert!(automatic.len() <= 1, "conversation {id}: {automatic:?}");
            welcomed += automatic.len();
            let replies: Vec<_> = replies.into_iter().filter_map(|m| m.content.as_deref()).collect();
            assert_eq!(replies, [draft.text.as_str()], "conversation {id}");
            let notes = messages.iter().filter(|m| m.private).count();
            assert_eq!(notes, 1, "notes of conversation {id}");
            let state = newest(&self.store, *id).await.map(|d| d.state);
            assert_eq!(state, Some(DraftState::Sent), "conversation {id} at {}", self.url);
        }
        assert!(welcomed > CONVERSATIONS / 2, "only {welcomed} were welcomed");
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.kill();
    }
}

fn is_sent_as_delivery(message: &Message) -> bool {
    message.message_type != MessageType::Activity
}

async fn newest(store: &Store, conversation: i64) -> Option<Draft> {
    let id = ConversationId(conversation);
    store.drafts_of::<DraftBody>(DESK, id).await.unwrap().into_iter().next()
}

fn command(environment: &BTreeMap<String, String>, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hotdash"));
    command.args(arguments).env_clear().envs(environment).stdout(Stdio::null());
    if arguments.first() != Some(&"serve") {
        command.stdout(Stdio::piped());
    }
    command
}

pub(crate) async fn wait_until_ready(url: &str) {
    let started = Instant::now();
    while reqwest::get(format!("{url}/readyz")).await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(20), "hotdash did not start");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
