//! No secret gets anywhere but where it is needed: a whole journey with planted secrets, logged as finely as can be,
//! in text and in JSON, while a desk on the same host sends its own cookies along. Then everything that hotdash logged,
//! showed and kept is searched for each of them.

mod model;

use crate::crash::wait_until_ready;
use crate::support::house::{open_website, register};
use crate::support::{Database, both_databases};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chatwoot_sandbox::sign::signature;
use chatwoot_sandbox::{Options, Sandbox, Server};
use hotdash::clock::Clock;
use hotdash::store::Store;
use hotdash::work::doctor::HOOK_PATH;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

both_databases!(no_secret_is_logged_shown_or_kept);

const MODEL_KEY: &str = "sk-planted-model-key-4711";
const NEW_SECRET: &str = "planted-second-webhook-secret-4711";
const DESK_COOKIE: &str = "planted-session-of-the-desk-4711";
const AUTHORIZATION: &str = "planted-authorization-4711";
const DESK_HEADER: &str = "planted-api-access-token-4711";
const MAIL_PASSWORD: &str = "planted-mail-password-4711";
const CHAT_ADDRESS: &str = "planted-chat-address-4711";
const TELL: &str = r#"
[[rule]]
id = "tell"
group = "tags"
when = { always = true }
then = { notify = ["webhook", "lead@acme.test"] }
"#;
const PASSWORD: &str = "planted password 4711 of ada";
const WRONG_PASSWORD: &str = "planted wrong password 4711";
const WORDS: &str = "planted-words-of-a-customer-4711";

/// What hotdash is told, where it runs, and everything it said.
struct Run {
    environment: BTreeMap<String, String>,
    url: String,
    http: Client,
    cookie: Option<String>,
    pages: String,
    logs: String,
    secrets: BTreeMap<&'static str, String>,
    files: tempfile::TempDir,
}

async fn no_secret_is_logged_shown_or_kept(database: &Database) {
    let desk = Sandbox::new(Options::default());
    let server = desk.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
    let website = open_website(&desk, &server.url()).await;
    let mut run = Run::prepare(database, &desk, &server).await;
    let store = database.open().await;

    // First with the first secret, logged as text.
    let hotdash = run.start(&[("HOTDASH_LOG_JSON", "false")]).await;
    run.sign_in().await;
    let question = format!("How long does shipping to Norway take? {WORDS}");
    let first = desk.customer_says(website, ("Ann", "ann@example.test"), &question).unwrap();
    let draft = drafted(&store, first).await;
    run.look_around(&draft).await;
    run.knock(&store).await;
    run.stop(hotdash).await;

    // The secret is replaced while both are valid, logged as JSON. The desk signs with the old one until it is told.
    let both = format!("{},{NEW_SECRET}", run.secrets["first webhook secret"]);
    let hotdash = run.start(&[("HOTDASH_LOG_JSON", "true"), ("CHATWOOT_WEBHOOK_SECRET", &both)]).await;
    let old = desk.customer_says(website, ("Bob", "bob@example.test"), &question).unwrap();
    let draft = drafted(&store, old).await;
    desk.settled().await;
    desk.act(|desk| desk.webhooks.values_mut().for_each(|hook| NEW_SECRET.clone_into(&mut hook.secret)));
    let new = desk.customer_says(website, ("Cleo", "cleo@example.test"), &question).unwrap();
    drafted(&store, new).await;
    run.approve(&store, &draft).await;
    run.look_around(&draft).await;
    run.stop(hotdash).await;
    let refused = "SELECT count(*) FROM deliveries WHERE state <> 'processed'";
    assert_eq!(store.read(refused, vec![]).await.unwrap()[0].int(0).unwrap(), 0, "nothing was lost or left");
    for arguments in [&["doctor"][..], &["doctor", "--json"], &["user", "list"], &["--help"]] {
        let said = run.command(arguments);
        write!(run.pages, "{}{}", text(&said.stdout), text(&said.stderr)).unwrap();
    }
    run.nothing_is_found(&store).await;
    server.shut_down().await;
}

/// The newest draft of a conversation, once it waits for a person.
async fn drafted(store: &Store, conversation: i64) -> String {
    let started = Instant::now();
    loop {
        let sql = "SELECT id FROM drafts WHERE conversation = $1 AND state = 'ready'";
        if let Some(row) = store.read(sql, vec![conversation.into()]).await.unwrap().pop() {
            return row.text(0).unwrap();
        }
        assert!(started.elapsed() < Duration::from_secs(40), "no draft for {conversation}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Run {
    async fn prepare(database: &Database, desk: &Sandbox, server: &Server) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let token = desk.token(1).unwrap();
        let secret = register(&server.url(), &token, &url).await.expose_secret().to_owned();
        let files = tempfile::tempdir().unwrap();
        let rules = files.path().join("rules.toml");
        fs::write(&rules, TELL).unwrap();
        let environment: BTreeMap<String, String> = [
            // Nobody is there: what failed is told.
            ("SMTP_URL", format!("smtp://ada:{MAIL_PASSWORD}@127.0.0.1:9")),
            ("HOTDASH_NOTIFY_WEBHOOK", format!("http://127.0.0.1:9/{CHAT_ADDRESS}")),
            ("HOTDASH_RULES_FILE", rules.display().to_string()),
            ("CHATWOOT_BASE_URL", server.url()),
            ("CHATWOOT_TOKEN", token.clone()),
            ("CHATWOOT_ACCOUNT_ID", "1".to_owned()),
            ("CHATWOOT_WEBHOOK_SECRET", secret.clone()),
            ("DATABASE_URL", database.url.clone()),
            ("HOTDASH_LISTEN", format!("127.0.0.1:{port}")),
            ("HOTDASH_PUBLIC_URL", url.clone()),
            ("HOTDASH_UNDO_SECONDS", "0".to_owned()),
            ("HOTDASH_DEBOUNCE_MS", "0".to_owned()),
            ("HOTDASH_LOG", "trace".to_owned()),
            ("OPENAI_BASE_URL", model::open().await),
            ("OPENAI_API_KEY", MODEL_KEY.to_owned()),
            ("OPENAI_MODEL", "m".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let secrets = [
            ("desk token", token),
            ("first webhook secret", secret),
            ("second webhook secret", NEW_SECRET.to_owned()),
            ("model key", MODEL_KEY.to_owned()),
            ("mail password", MAIL_PASSWORD.to_owned()),
            ("chat address", CHAT_ADDRESS.to_owned()),
            ("cookie of the desk", DESK_COOKIE.to_owned()),
            ("authorization header", AUTHORIZATION.to_owned()),
            ("token header", DESK_HEADER.to_owned()),
            ("password", PASSWORD.to_owned()),
            ("wrong password", WRONG_PASSWORD.to_owned()),
        ];
        Self {
            environment,
            url,
            http: Client::builder().redirect(Policy::none()).build().unwrap(),
            cookie: None,
            pages: String::new(),
            logs: String::new(),
            secrets: secrets.into(),
            files,
        }
    }

    fn log_file(&self) -> std::path::PathBuf {
        self.files.path().join("log")
    }

    async fn start(&mut self, settings: &[(&str, &str)]) -> std::process::Child {
        self.environment.extend(settings.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let file =
            || Stdio::from(fs::OpenOptions::new().create(true).append(true).open(self.log_file()).unwrap());
        let child = Command::new(env!("CARGO_BIN_EXE_hotdash"))
            .arg("serve")
            .env_clear()
            .envs(&self.environment)
            .stdout(file())
            .stderr(file())
            .spawn()
            .unwrap();
        wait_until_ready(&self.url).await;
        child
    }

    async fn stop(&mut self, mut hotdash: std::process::Child) {
        let asked = Command::new("kill").args(["-TERM", &hotdash.id().to_string()]).status().unwrap();
        assert!(asked.success());
        tokio::task::block_in_place(|| hotdash.wait().unwrap());
        self.logs.push_str(&fs::read_to_string(self.log_file()).unwrap());
        fs::remove_file(self.log_file()).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hotdash"));
        tokio::task::block_in_place(|| {
            command.args(arguments).env_clear().envs(&self.environment).output().unwrap()
        })
    }

    /// A request as a browser sends it that also has the desk open on this host, and is careless with headers.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let own = self.cookie.as_ref().map(|cookie| format!("; {cookie}")).unwrap_or_default();
        self.http
            .request(method, format!("{}{path}", self.url))
            .header("accept", "text/html")
            .header("origin", &self.url)
            .header(
                "cookie",
                format!("_chatwoot_session={DESK_COOKIE}; cw_d_session_info={DESK_COOKIE}{own}"),
            )
            .header("authorization", format!("Bearer {AUTHORIZATION}"))
            .header("api-access-token", DESK_HEADER)
    }

    /// Send it, and keep the answer with its headers.
    async fn send(&mut self, request: RequestBuilder) -> (StatusCode, HeaderMap) {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut shown = headers.clone();
        shown.remove("set-cookie");
        write!(self.pages, "{status} {shown:?} {}", answer.text().await.unwrap()).unwrap();
        (status, headers)
    }

    /// By a link, then with a password; once with a wrong one.
    async fn sign_in(&mut self) {
        let added = self.command(&["user", "add", "ada@acme.test", "--name", "Ada", "--role", "lead"]);
        let printed = text(&added.stdout);
        let link = printed.split_whitespace().find(|word| word.contains("/sign-in/link/")).unwrap();
        let path = link.strip_prefix(&self.url).unwrap().to_owned();
        self.secrets.insert("sign-in token", path.rsplit('/').next().unwrap().to_owned());
        // The page of a link has its token in the form's address; nobody else gets to see it.
        self.request(Method::GET, &path).send().await.unwrap();
        let (status, headers) = self.send(self.request(Method::POST, &path)).await;
        assert!(status.is_redirection());
        self.remember("first session", &headers);
        let password = [("password", PASSWORD), ("again", PASSWORD)];
        let set = self.request(Method::POST, "/account/password").form(&password);
        assert!(self.send(set).await.0.is_redirection());
        self.cookie = None;
        for (password, status) in [(WRONG_PASSWORD, 422), (PASSWORD, 303)] {
            let form = [("email", "ada@acme.test"), ("password", password)];
            let (answered, headers) = self.send(self.request(Method::POST, "/sign-in").form(&form)).await;
            assert_eq!(answered.as_u16(), status);
            if status == 303 {
                self.remember("second session", &headers);
            }
        }
    }

    fn remember(&mut self, name: &'static str, headers: &HeaderMap) {
        let cookie = headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        self.secrets.insert(name, cookie.split_once('=').unwrap().1.to_owned());
        self.cookie = Some(cookie);
    }

    /// Every page and every kind of error.
    async fn look_around(&mut self, draft: &str) {
        for path in [
            "/healthz",
            "/readyz",
            "/",
            "/drafts",
            "/queue",
            "/account",
            "/sign-in",
            "/nothing-here",
            "/drafts/nothing",
            "/sign-in/link/nothing",
            HOOK_PATH,
        ] {
            self.send(self.request(Method::GET, path)).await;
        }
        for path in [format!("/drafts/{draft}"), format!("/drafts/{draft}?mode=edit")] {
            let (status, _) = self.send(self.request(Method::GET, &path)).await;
            assert_eq!(status, StatusCode::OK);
        }
        for path in ["approval", "rejection", "changes", "claim", "retry", "approval/undo"] {
            let form = [("text", "Hello"), ("version", "7"), ("text_hash", "x"), ("answers", "1")];
            self.send(self.request(Method::POST, &format!("/drafts/{draft}/{path}")).form(&form)).await;
        }
        let foreign = self
            .request(Method::POST, &format!("/drafts/{draft}/claim"))
            .header("origin", "https://evil.test");
        self.send(foreign).await;
    }

    /// Deliveries with a right and with wrong proofs, and with headers that are none of ours.
    async fn knock(&mut self, store: &Store) {
        let url_token = store.read("SELECT url_token FROM desks", vec![]).await.unwrap()[0].text(0).unwrap();
        let now = Clock::real().now_ms() / 1000;
        let body = json!({"event": "planted", "account": {"id": 1}}).to_string();
        let signed = signature(&self.secrets["first webhook secret"], now, body.as_bytes());
        let wrong = signature("another secret", now, body.as_bytes());
        for (path, signature, status) in [
            (HOOK_PATH.to_owned(), &wrong, 401),
            (HOOK_PATH.to_owned(), &signed, 200),
            (format!("{HOOK_PATH}/1/{url_token}"), &signed, 200),
            (format!("{HOOK_PATH}/1/{AUTHORIZATION}"), &signed, 401),
        ] {
            let request = self.request(Method::POST, &path).body(body.clone());
            let request = request.header("x-chatwoot-timestamp", now.to_string());
            let (answered, _) = self.send(request.header("x-chatwoot-signature", signature)).await;
            assert_eq!(answered.as_u16(), status, "{path}");
        }
        let hmac = |signature: &str| signature.trim_start_matches("sha256=").to_owned();
        self.secrets.insert("signature", hmac(&signed));
        self.secrets.insert("wrong signature", hmac(&wrong));
        self.secrets.insert("secret address", url_token);
    }

    async fn approve(&mut self, store: &Store, draft: &str) {
        let sql = "SELECT version, text_hash, answers FROM drafts WHERE id = $1";
        let row = store.read(sql, vec![draft.into()]).await.unwrap().remove(0);
        let (version, answers) = (row.int(0).unwrap().to_string(), row.int(2).unwrap().to_string());
        let hash = row.text(1).unwrap();
        let form = [
            ("version", version.as_str()),
            ("text_hash", &hash),
            ("answers", &answers),
            ("tone", "5"),
            ("accuracy", "5"),
            ("policy", "5"),
            ("knowingly", "yes"),
        ];
        let (status, _) =
            self.send(self.request(Method::POST, &format!("/drafts/{draft}/approval")).form(&form)).await;
        assert!(status.is_redirection(), "{status}");
        let started = Instant::now();
        let state = "SELECT state FROM drafts WHERE id = $1";
        while store.read(state, vec![draft.into()]).await.unwrap()[0].text(0).unwrap() != "sent" {
            assert!(started.elapsed() < Duration::from_secs(30), "never sent");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn nothing_is_found(&self, store: &Store) {
        assert!(self.logs.contains("WARN") && self.logs.contains("not believed"), "text was logged");
        assert!(self.logs.contains("\"level\":\"WARN\""), "and JSON");
        assert!(
            self.pages.contains("not believed") || self.pages.contains("bad_signature"),
            "errors were seen"
        );
        assert!(self.pages.contains("\"checks\""), "the doctor spoke JSON");
        let tables = tables(store).await;
        assert!(tables["deliveries"].contains(WORDS), "deliveries are kept as they came");
        let told = self.logs.lines().find(|line| line.contains(WORDS));
        assert_eq!(told, None, "what customers write is not logged");
        let mut found = Vec::new();
        for (name, secret) in &self.secrets {
            let places = [("the log", &self.logs), ("an answer", &self.pages)].into_iter();
            let kept = tables.iter().map(|(table, text)| (table.as_str(), text));
            let may_be = |place: &str| match *name {
                // The address for desks that cannot sign is shown to whoever may set one up, at every start.
                "secret address" => place == "desks",
                // The session table is where a session is found by its id.
                "first session" | "second session" => place == "sessions",
                _ => false,
            };
            let at = places.chain(kept).filter(|(place, text)| has(text, secret) && !may_be(place));
            let line = |text: &str| {
                text.lines().find(|line| has(line, secret)).map(|line| line.chars().take(300).collect())
            };
            found.extend(at.map(|(place, text)| {
                format!("{name} in {place}: {}", line(text).unwrap_or_else(String::new))
            }));
        }
        assert_eq!(found, [""; 0]);
        let tokens = pubsub_tokens(&tables["deliveries"]);
        assert!(!tokens.is_empty(), "deliveries carry the keys of customers' sockets");
        assert!(tokens.iter().all(|token| !self.logs.contains(token) && !self.pages.contains(token)));
    }
}

/// As it is, as hexadecimal digits, or anywhere within something in base64.
fn has(text: &str, secret: &str) -> bool {
    let in_base64 = (0..3).any(|shift| {
        let mut padded = vec![0; shift];
        padded.extend(secret.as_bytes());
        // The first and the last characters depend on what is around.
        let encoded = STANDARD_NO_PAD.encode(&padded);
        text.contains(encoded.get(4..encoded.len() - 4).unwrap_or(&encoded))
    });
    text.contains(secret) || text.contains(&hex::encode(secret)) || in_base64
}

/// Every table of the migrations, as text.
async fn tables(store: &Store) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut tables = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let sql = fs::read_to_string(file.unwrap().path()).unwrap();
        for name in
            sql.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split_whitespace().next())
        {
            let all: &'static str = Box::leak(format!("SELECT * FROM {name}").into_boxed_str());
            let mut text = String::new();
            for row in store.read(all, vec![]).await.unwrap() {
                write!(text, "{row:?}").unwrap();
                let bytes = (0..40).filter_map(|column| row.bytes(column).ok());
                bytes.for_each(|bytes| text.push_str(&String::from_utf8_lossy(&bytes)));
            }
            tables.insert(name.to_owned(), text);
        }
    }
    assert!(tables.len() >= 12 && tables.values().filter(|text| !text.is_empty()).count() >= 10);
    tables
}

fn pubsub_tokens(bodies: &str) -> Vec<String> {
    let after = bodies.split("\"pubsub_token\":\"").skip(1);
    let mut tokens: Vec<String> = after.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect();
    tokens.retain(|token| token.len() > 8);
    tokens.dedup();
    tokens
}

/// A check that could not find anything would pass always.
#[test]
fn the_search_finds_what_is_there() {
    let plant = |text: &str| format!("… {text} …");
    assert!(has(&plant(MODEL_KEY), MODEL_KEY) && has(&plant(&hex::encode(MODEL_KEY)), MODEL_KEY));
    for around in ["", "a", "ab"] {
        let encoded = STANDARD_NO_PAD.encode(format!("{around}{MODEL_KEY} and more"));
        assert!(has(&encoded, MODEL_KEY), "{around}");
    }
    assert!(!has(&plant("nothing"), MODEL_KEY));
    let unused: Value = json!({"pubsub_token": "0123456789"});
    assert_eq!(pubsub_tokens(&unused.to_string()), ["0123456789"]);
}
