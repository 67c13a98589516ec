//! The doctor, beside a sandbox desk: each illness has its name and its mend.

mod address;
mod agents;
mod chat;
mod delivery;
mod desk;
mod house;
mod mail;
mod output;
mod secret;
mod token;
mod webhook;
mod widget;

use crate::support::Database;
use crate::support::house::open_website;
use axum::Router;
use axum::routing::get;
use chatwoot_sandbox::{Options, Sandbox, Server, Version};
use hotdash::chatwoot::api::{Chatwoot, DeskAddress, Webhook, WebhookChange};
use hotdash::clock::Clock;
use hotdash::config::Config;
use hotdash::work::doctor::{Check, Diagnosis, Finding, HOOK_PATH, Verdict, examine};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tokio::net::TcpListener;

/// A desk, a database, and something that answers as hotdash does.
struct Patient {
    desk: Sandbox,
    server: Server,
    database: Database,
    public: String,
}

impl Patient {
    /// Beside a desk that signs and does not mind private addresses.
    async fn new() -> Self {
        Self::of_version("4.13.0").await
    }

    async fn of_version(version: &str) -> Self {
        let version: Version = version.parse().unwrap();
        let platform_token = Some("platform".to_owned());
        Self::of(Options { version, platform_token, ..Options::default() }).await
    }

    async fn of(options: Options) -> Self {
        let desk = Sandbox::new(options);
        let server = desk.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        open_website(&desk, &server.url()).await;
        let alive = r#"{"status":"alive","version":"0"}"#;
        let public = serve(Router::new().route("/healthz", get(move || async move { alive }))).await;
        Self { desk, server, database: Database::sqlite(), public }
    }

    fn config(&self, settings: &[(&str, &str)]) -> Config {
        let (url, token) = (self.server.url(), self.desk.token(1).unwrap());
        let base = [
            ("CHATWOOT_BASE_URL", url.as_str()),
            ("CHATWOOT_TOKEN", token.as_str()),
            ("CHATWOOT_ACCOUNT_ID", "1"),
            ("DATABASE_URL", self.database.url.as_str()),
            ("HOTDASH_PUBLIC_URL", self.public.as_str()),
            // Nobody listens there.
            ("HOTDASH_LISTEN", "127.0.0.1:9"),
        ];
        let environment: BTreeMap<String, String> =
            base.iter().chain(settings).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Config::from_sources(None, &environment).unwrap()
    }

    async fn examine(&self, settings: &[(&str, &str)], fix: bool) -> Diagnosis {
        examine(&self.config(settings), &Clock::real(), fix).await
    }

    /// What is found without mending anything.
    async fn finds(&self, settings: &[(&str, &str)], code: &str) -> Check {
        found(&self.examine(settings, false).await, code)
    }

    fn chatwoot(&self) -> Chatwoot {
        let token = SecretString::from(self.desk.token(1).unwrap());
        Chatwoot::new(DeskAddress::new(self.server.url(), 1, token)).unwrap()
    }

    /// Our webhook.
    async fn registered(&self) -> Webhook {
        self.register(&format!("{}{HOOK_PATH}", self.public)).await
    }

    async fn register(&self, url: &str) -> Webhook {
        self.chatwoot().create_webhook(&WebhookChange::ours(url)).await.unwrap()
    }

    /// The registered addresses.
    fn hooks(&self) -> Vec<String> {
        self.desk.read(|desk| desk.webhooks.values().map(|hook| hook.url.clone()).collect())
    }
}

/// A server that answers what it is told to.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

fn all(diagnosis: &Diagnosis) -> impl Iterator<Item = &Check> {
    diagnosis.checks.iter().chain(diagnosis.desks.iter().flat_map(|desk| &desk.checks))
}

/// The finding with this code, which must be there, and must say what to do.
fn found(diagnosis: &Diagnosis, code: &str) -> Check {
    let check = all(diagnosis).find(|check| check.code == code);
    let check = check.unwrap_or_else(|| panic!("no {code} in {:#?}", all(diagnosis).collect::<Vec<_>>()));
    assert!(check.mend.len() > 10 || check.verdict == Verdict::Mended, "what to do about {code}? {check:?}");
    let wrong = all(diagnosis).any(|check| check.verdict == Verdict::Wrong);
    assert_eq!(diagnosis.well, !wrong, "what is wrong makes it unwell, and nothing else does");
    check.clone()
}

fn named<'a>(diagnosis: &'a Diagnosis, name: &str) -> &'a Check {
    all(diagnosis).find(|check| check.name == name).unwrap()
}

fn exposed(hook: &Webhook) -> String {
    hook.secret.as_ref().unwrap().expose_secret().to_owned()
}

#[tokio::test]
async fn a_fresh_desk_is_mended_and_then_well() {
    let patient = Patient::new().await;
    let before = patient.examine(&[], false).await;
    let missing = found(&before, "webhook_missing");
    assert_eq!(missing.verdict, Verdict::Wrong);
    assert!(missing.mend.contains("doctor --fix"));

    let mended = patient.examine(&[], true).await;
    assert_eq!(found(&mended, "webhook_missing").verdict, Verdict::Mended);
    let (variable, secret) = mended.desks[0].new_secret.clone().unwrap();
    assert_eq!((variable.as_str(), patient.hooks().len()), ("CHATWOOT_WEBHOOK_SECRET", 1));

    let after = patient.examine(&[("CHATWOOT_WEBHOOK_SECRET", secret.expose_secret())], true).await;
    assert!(after.well && all(&after).all(|c| c.verdict == Verdict::Well), "{after:#?}");
    assert_eq!(patient.hooks().len(), 1, "mending twice registers once");
    let json = serde_json::to_string(&after).unwrap();
    assert!(!json.contains(secret.expose_secret()), "the secret is not in the JSON");
}

/// Whoever adds a finding shows here how it comes about.
#[test]
fn every_finding_has_a_test() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/doctor");
    let mut tests = fs::read_to_string(here.with_extension("rs")).unwrap();
    for file in fs::read_dir(&here).unwrap() {
        tests.push_str(&fs::read_to_string(file.unwrap().path()).unwrap());
    }
    // A disk that is full cannot be had here: its texts are tested where they are read.
    let texts = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join("work").join("doctor/house/tests.rs");
    tests.push_str(&fs::read_to_string(texts).unwrap());
    let untested: Vec<&str> = Finding::ALL
        .iter()
        .map(|finding| finding.code())
        .filter(|code| !tests.contains(&format!("\"{code}\"")))
        .collect();
    assert!(untested.is_empty(), "no test finds {untested:?}");
    let codes: std::collections::BTreeSet<&str> = Finding::ALL.iter().map(|f| f.code()).collect();
    assert_eq!(codes.len(), Finding::ALL.len(), "a code stands for one finding");
    assert!(Finding::ALL.iter().all(|f| f.code().starts_with(&format!("{}_", f.link()))));
}
