//! The whole house in one test: a sandbox desk, hotdash's web doors and worker, a database, people who sign in.
//!
//! Everything talks real HTTP on loopback. Dropping a house that was not left in order fails the test.

use super::Database;
use chatwoot_sandbox::model::{Availability, MessageType};
use chatwoot_sandbox::{Options, Sandbox, Server};
use hotdash::app::{AROUND_THE_CLOCK, App};
use hotdash::chatwoot::api::{Chatwoot, DeskAddress, WebhookChange};
use hotdash::clock::Clock;
use hotdash::config::{Config, KnowledgeSource};
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash::work::doctor::HOOK_PATH;
use hotdash::work::draft::{Draft, DraftBody};
use hotdash::work::people::{invite, link_digest};
use hotdash::{web, worker};
use hotdash_core::ids::{ConversationId, DraftId};
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longer than anything here takes on a busy machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct House {
    pub(crate) desk: Sandbox,
    pub(crate) app: Arc<App>,
    pub(crate) url: String,
    /// The website inbox's number.
    pub(crate) website: i64,
    desk_server: Option<Server>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// Somebody with a session.
#[derive(Clone)]
pub(crate) struct Person {
    http: reqwest::Client,
    cookie: String,
    url: String,
}

impl House {
    pub(crate) async fn start(database: &Database) -> Self {
        Self::start_with(database, &[]).await
    }

    /// With settings of its own.
    pub(crate) async fn start_with(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::start_at(database, settings, Clock::real()).await
    }

    /// With a clock whose hands the test holds.
    pub(crate) async fn start_at(database: &Database, settings: &[(&str, &str)], clock: Clock) -> Self {
        Self::open(database, settings, clock, Options::default()).await
    }

    /// Beside a desk that passes for another version of Chatwoot.
    pub(crate) async fn start_beside(database: &Database, version: &str) -> Self {
        let options = Options { version: version.parse().unwrap(), ..Options::default() };
        Self::open(database, &[], Clock::real(), options).await
    }

    /// Beside a desk of this kind.
    pub(crate) async fn open(
        database: &Database,
        settings: &[(&str, &str)],
        clock: Clock,
        options: Options,
    ) -> Self {
        let desk = Sandbox::new(options);
        let desk_server = desk.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        let website = open_website(&desk, &desk_server.url()).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let token = desk.token(1).unwrap();
        // Where nothing is signed, the address with the token is registered as soon as it is known.
        let signs = desk.version() >= "4.11.2".parse().unwrap();
        let secret = if signs {
            register(&desk_server.url(), &token, &url).await
        } else {
            SecretString::from("no desk uses this")
        };
        let mut environment: BTreeMap<String, String> = [
            ("CHATWOOT_BASE_URL", desk_server.url()),
            ("CHATWOOT_TOKEN", token.clone()),
            ("CHATWOOT_ACCOUNT_ID", "1".into()),
            ("CHATWOOT_WEBHOOK_SECRET", secret.expose_secret().to_owned()),
            ("DATABASE_URL", database.url.clone()),
            ("HOTDASH_PUBLIC_URL", url.clone()),
            ("HOTDASH_SHOP_NAME", "Hot Rodan".into()),
            ("HOTDASH_UNDO_SECONDS", "0".into()),
            ("HOTDASH_DEBOUNCE_MS", "0".into()),
            ("HOTDASH_RETRY_PAUSE_MS", "50".into()),
            ("HOTDASH_UNCLEAR_WAIT_MS", "300".into()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        environment.extend(settings.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let mut config = Config::from_sources(None, &environment).unwrap();
        for desk in &mut config.desks {
            desk.knowledge = KnowledgeSource::DemoShop;
            desk.hours.get_or_insert_with(|| AROUND_THE_CLOCK.to_owned());
        }
        let app = App::build(config, clock).await.unwrap();
        if !signs {
            let (id, url_token) = (app.desks[0].id, &app.desks[0].url_token);
            let hook = WebhookChange::ours(format!("{url}{HOOK_PATH}/{id}/{url_token}"));
            assert!(app.desks[0].chatwoot.create_webhook(&hook).await.unwrap().secret.is_none());
        }
        app.store.begin_work().await.unwrap();
        let stop = CancellationToken::new();
        let working = tokio::spawn({
            let (app, stop) = (Arc::clone(&app), stop.clone());
            async move { worker::run(app, stop).await.unwrap() }
        });
        let serving = tokio::spawn({
            let (app, stop) = (Arc::clone(&app), stop.clone());
            async move {
                web::serve(app, listener, stop).await.unwrap();
            }
        });
        Self { desk, app, url, website, desk_server: Some(desk_server), stop, tasks: vec![working, serving] }
    }

    /// Somebody signs in through the door, by a one-time link.
    pub(crate) async fn sign_in(&self, name: &str, role: Role) -> Person {
        let email = format!("{}@acme.test", name.to_lowercase());
        let invitation = invite(&self.app, self.app.desks[0].id, &email, name, role).await.unwrap().unwrap();
        Person::by_link(&self.url, &invitation.link).await
    }

    /// Wait until nothing is left to do: no delivery under way, no job waiting.
    pub(crate) async fn settle(&self) {
        let started = Instant::now();
        let mut quiet = 0;
        while quiet < 3 {
            assert!(started.elapsed() < PATIENCE, "not settled: {:?}", self.jobs().await);
            self.desk.settled().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            let idle = self.queue().await.living == 0;
            quiet = if idle { quiet + 1 } else { 0 };
        }
    }

    async fn jobs(&self) -> Vec<hotdash::store::Row> {
        let sql = "SELECT kind, lane, state, attempts, last_error FROM jobs ORDER BY id";
        self.app.store.read(sql, vec![]).await.unwrap()
    }

    pub(crate) async fn queue(&self) -> hotdash::store::jobs::QueueCounts {
        self.app.store.queue_counts(self.app.clock.now_ms()).await.unwrap()
    }

    /// The newest draft of a conversation, once it has one in this state.
    pub(crate) async fn draft(&self, conversation: i64, state: DraftState) -> Draft {
        let started = Instant::now();
        loop {
            let drafts = self.drafts(conversation).await;
            if let Some(draft) = drafts.iter().find(|d| d.state == state) {
                return draft.clone();
            }
            let seen: Vec<_> = drafts.iter().map(|d| (d.state, d.reason.clone())).collect();
            let late = started.elapsed() > PATIENCE;
            assert!(!late, "no {state:?} draft for {conversation}: {seen:?}, {:?}", self.jobs().await);
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    pub(crate) async fn drafts(&self, conversation: i64) -> Vec<Draft> {
        let id = ConversationId(conversation);
        self.app.store.drafts_of::<DraftBody>(self.app.desks[0].id, id).await.unwrap()
    }

    /// What the customer can read that a person of the desk (or we in their name) wrote.
    pub(crate) fn public_replies(&self, conversation: i64) -> Vec<String> {
        let messages = self.desk.messages(conversation).unwrap();
        let replies = messages.iter().filter(|m| m.message_type == MessageType::Outgoing && !m.private);
        replies.map(|m| m.content.clone().unwrap_or_default()).collect()
    }

    /// The private notes on the desk.
    pub(crate) fn notes(&self, conversation: i64) -> Vec<String> {
        let messages = self.desk.messages(conversation).unwrap();
        messages.iter().filter(|m| m.private).map(|m| m.content.clone().unwrap_or_default()).collect()
    }

    /// End in order: everything done, no dead letters, and every decision can be made again.
    pub(crate) async fn close(mut self) {
        self.settle().await;
        assert_eq!(self.queue().await.dead, 0, "dead letters are left");
        let again = hotdash::work::rules::explain::replay(&self.app.store, self.app.desks[0].id, 0).await;
        let again = again.unwrap();
        assert_eq!((again.same, again.rules_gone), (again.decisions, 0), "decided again: {again:?}");
        self.stop.cancel();
        for task in self.tasks.drain(..) {
            task.await.unwrap();
        }
        if let Some(server) = self.desk_server.take() {
            server.shut_down().await;
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.cancel();
        assert!(self.tasks.is_empty() || std::thread::panicking(), "end the test with house.close().await");
    }
}

/// A website inbox with everybody in it; Ben and Cleo are online.
pub(crate) async fn open_website(desk: &Sandbox, url: &str) -> i64 {
    let inbox = serde_json::json!({
        "name": "Website",
        "channel": {"type": "web_widget", "website_url": "https://hotrodan.test"},
    });
    let answer = reqwest::Client::new()
        .post(format!("{url}/api/v1/accounts/1/inboxes"))
        .header("api-access-token", desk.token(1).unwrap())
        .json(&inbox)
        .send()
        .await
        .unwrap();
    let inbox: serde_json::Value = answer.json().await.unwrap();
    let id = inbox["id"].as_i64().unwrap();
    desk.add_everybody(id).unwrap();
    for agent in [2, 3] {
        desk.set_availability(agent, Availability::Online).unwrap();
    }
    id
}

pub(crate) async fn register(desk: &str, token: &str, url: &str) -> SecretString {
    let desk = Chatwoot::new(DeskAddress::new(desk, 1, SecretString::from(token))).unwrap();
    let hook = desk.create_webhook(&WebhookChange::ours(format!("{url}{HOOK_PATH}"))).await.unwrap();
    hook.secret.unwrap()
}

impl Person {
    pub(crate) async fn by_link(url: &str, link: &str) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let looked = http.get(link).send().await.unwrap();
        assert_eq!(looked.status(), StatusCode::OK, "the link's page");
        assert!(looked.headers().get("set-cookie").is_none(), "looking at a link must not sign in");
        let used = http.post(link).header("origin", url).send().await.unwrap();
        assert!(used.status().is_redirection(), "using the link: {}", used.status());
        let cookie = used.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { http, cookie, url: url.to_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, String) {
        let answer =
            self.http.get(format!("{}{path}", self.url)).header("cookie", &self.cookie).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// What a request must send to be theirs.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// The whole answer, to a question with one header more.
    pub(crate) async fn ask(&self, path: &str, header: (&str, &str)) -> reqwest::Response {
        let request = self.http.get(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        request.header(header.0, header.1).send().await.unwrap()
    }

    async fn try_post(&self, path: &str, form: &[(&str, &str)]) -> reqwest::Result<StatusCode> {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.header("cookie", &self.cookie).header("origin", &self.url).form(form);
        Ok(request.send().await?.status())
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> StatusCode {
        self.try_post(path, form).await.unwrap()
    }

    /// JSON with any method; with what came back.
    pub(crate) async fn send_json(
        &self,
        method: reqwest::Method,
        path: &str,
        body: &serde_json::Value,
    ) -> (StatusCode, serde_json::Value) {
        let request = self.http.request(method, format!("{}{path}", self.url)).json(body);
        let request = request.header("cookie", &self.cookie).header("origin", &self.url);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or_else(|_| serde_json::Value::String(text)))
    }

    /// With what the answer shows.
    pub(crate) async fn post_for_page(&self, path: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
        let request = self.http.post(format!("{}{path}", self.url)).header("accept", "text/html");
        let request = request.header("cookie", &self.cookie).header("origin", &self.url).form(form);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// Approve what the page shows, with grades; `text` = edited words.
    pub(crate) async fn approve(&self, draft: &Draft, text: Option<&str>) -> StatusCode {
        self.send_approval(draft, text).await.unwrap()
    }

    /// The same where hotdash may be gone at any moment.
    pub(crate) async fn try_approve(&self, draft: &Draft) -> reqwest::Result<StatusCode> {
        self.send_approval(draft, None).await
    }

    async fn send_approval(&self, draft: &Draft, text: Option<&str>) -> reqwest::Result<StatusCode> {
        let (version, answers) = (draft.version.to_string(), draft.answers.to_string());
        let mut form = vec![
            ("version", version.as_str()),
            ("text_hash", draft.text_hash.as_str()),
            ("answers", answers.as_str()),
            ("tone", "5"),
            ("accuracy", "4"),
            ("policy", "5"),
            ("knowingly", "true"),
        ];
        form.extend(text.map(|text| ("text", text)));
        self.try_post(&format!("/drafts/{}/approval", draft.id), &form).await
    }

    pub(crate) async fn reject(&self, draft: &DraftId, version: i64, reason: &str) -> StatusCode {
        let version = version.to_string();
        let form = [("version", version.as_str()), ("reason", reason)];
        self.post(&format!("/drafts/{draft}/rejection"), &form).await
    }

    pub(crate) async fn undo(&self, draft: &DraftId) -> StatusCode {
        self.post(&format!("/drafts/{draft}/approval/undo"), &[]).await
    }
}

/// Kept beside the harness, so that a change of the link's digest is noticed.
#[test]
fn a_links_token_is_kept_as_its_sha256() {
    assert_eq!(link_digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
