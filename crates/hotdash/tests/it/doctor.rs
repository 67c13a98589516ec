//! The doctor, beside a sandbox desk: each illness has its name and its mend.

use crate::support::Database;
use crate::support::house::open_website;
use chatwoot_sandbox::{Options, Sandbox, Server};
use hotdash::chatwoot::api::{Chatwoot, DeskAddress};
use hotdash::config::Config;
use hotdash::work::doctor::{Check, Diagnosis, Verdict, examine};
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use tokio::net::TcpListener;

struct Patient {
    desk: Sandbox,
    server: Server,
    database: Database,
}

impl Patient {
    async fn new() -> Self {
        let desk = Sandbox::new(Options::default());
        let server = desk.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        open_website(&desk, &server.url()).await;
        Self { desk, server, database: Database::sqlite() }
    }

    async fn examine(&self, settings: &[(&str, &str)], fix: bool) -> Diagnosis {
        let (url, token) = (self.server.url(), self.desk.token(1).unwrap());
        let base = [
            ("CHATWOOT_BASE_URL", url.as_str()),
            ("CHATWOOT_TOKEN", token.as_str()),
            ("CHATWOOT_ACCOUNT_ID", "1"),
            ("DATABASE_URL", self.database.url.as_str()),
            ("HOTDASH_PUBLIC_URL", "https://hotdash.example"),
        ];
        let environment: BTreeMap<String, String> =
            base.iter().chain(settings).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let config = Config::from_sources(None, &environment).unwrap();
        let mut address =
            DeskAddress::new(config.desk.base_url.clone(), config.desk.account, config.desk.token.clone());
        address.deadline = std::time::Duration::from_secs(2);
        examine(&config, &Chatwoot::new(address).unwrap(), fix).await
    }
}

fn find<'a>(diagnosis: &'a Diagnosis, name: &str) -> &'a Check {
    diagnosis.checks.iter().find(|c| c.name == name).unwrap()
}

#[tokio::test]
async fn a_fresh_desk_is_mended_and_then_well() {
    let patient = Patient::new().await;
    let before = patient.examine(&[], false).await;
    assert!(!before.well);
    assert_eq!(find(&before, "webhook").verdict, Verdict::Wrong);
    assert!(find(&before, "webhook").mend.contains("doctor --fix"));

    let mended = patient.examine(&[], true).await;
    assert_eq!(find(&mended, "webhook").verdict, Verdict::Mended);
    let secret = mended.new_secret.unwrap();
    let hooks = patient.desk.read(|desk| desk.webhooks.len());
    assert_eq!(hooks, 1);

    let after = patient.examine(&[("CHATWOOT_WEBHOOK_SECRET", secret.expose_secret())], true).await;
    assert!(after.well, "{:?}", after.checks);
    assert!(after.checks.iter().all(|c| c.verdict == Verdict::Well), "{:?}", after.checks);
    assert_eq!(patient.desk.read(|desk| desk.webhooks.len()), 1, "mending twice registers once");
    let json = serde_json::to_string(&after).unwrap();
    assert!(!json.contains(secret.expose_secret()), "the secret is not in the JSON");
}

#[tokio::test]
async fn a_wrong_secret_is_told_from_a_missing_one() {
    let patient = Patient::new().await;
    patient.examine(&[], true).await;
    let missing = patient.examine(&[], false).await;
    assert!(find(&missing, "secret").found.contains("not set"));
    let wrong = patient.examine(&[("CHATWOOT_WEBHOOK_SECRET", "another")], false).await;
    assert!(find(&wrong, "secret").found.contains("another secret"));
    assert_eq!(find(&wrong, "secret").verdict, Verdict::Wrong);
}

#[tokio::test]
async fn a_wrong_token_is_named() {
    let patient = Patient::new().await;
    let sick = patient.examine(&[("CHATWOOT_TOKEN", "nonsense")], false).await;
    assert_eq!(find(&sick, "desk").verdict, Verdict::Well);
    assert_eq!(find(&sick, "token").verdict, Verdict::Wrong);
    assert!(find(&sick, "token").mend.contains("CHATWOOT_TOKEN"));
    assert_eq!(find(&sick, "webhook").verdict, Verdict::Unknown);
}

#[tokio::test]
async fn an_agents_token_works_but_cannot_register() {
    let patient = Patient::new().await;
    let token = patient.desk.token(2).unwrap();
    let sick = patient.examine(&[("CHATWOOT_TOKEN", &token)], false).await;
    assert_eq!(find(&sick, "token").verdict, Verdict::Warning);
    assert!(find(&sick, "token").mend.contains("administrator"));
}

#[tokio::test]
async fn a_wrong_account_is_named_with_the_right_ones() {
    let patient = Patient::new().await;
    let sick = patient.examine(&[("CHATWOOT_ACCOUNT_ID", "42")], false).await;
    assert_eq!(find(&sick, "token").verdict, Verdict::Wrong);
    assert!(
        find(&sick, "token").mend.contains("CHATWOOT_ACCOUNT_ID to one of: 1"),
        "{:?}",
        find(&sick, "token")
    );
}

#[tokio::test]
async fn a_desk_that_does_not_answer_is_named() {
    let patient = Patient::new().await;
    let sick = patient.examine(&[("CHATWOOT_BASE_URL", "http://127.0.0.1:9")], false).await;
    assert_eq!(find(&sick, "desk").verdict, Verdict::Wrong);
    assert!(find(&sick, "desk").mend.contains("CHATWOOT_BASE_URL"));
}
