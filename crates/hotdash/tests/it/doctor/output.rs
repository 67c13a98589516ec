//! What people and machines read: eighty columns, JSON, an exit status, several desks.

use super::Patient;
use crate::support::house::open_website;
use chatwoot_sandbox::{Options, Sandbox};
use std::process::{Command, Output};
use tokio::net::TcpListener;

fn hotdash(patient: &Patient, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    let (url, token) = (patient.server.url(), patient.desk.token(1).unwrap());
    Command::new(env!("CARGO_BIN_EXE_hotdash"))
        .args(arguments)
        .env_clear()
        .envs([
            ("CHATWOOT_BASE_URL", url.as_str()),
            ("CHATWOOT_TOKEN", &token),
            ("CHATWOOT_ACCOUNT_ID", "1"),
            ("DATABASE_URL", &patient.database.url),
            ("HOTDASH_PUBLIC_URL", &patient.public),
            ("HOTDASH_LISTEN", "127.0.0.1:9"),
        ])
        .envs(settings.iter().copied())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_fit_a_terminal_and_the_status_tells_whether_it_is_well() {
    let patient = Patient::of_version("4.11.1").await;
    patient.registered().await;
    let sick = hotdash(&patient, &[("HOTDASH_PUBLIC_URL", &patient.public)], &["doctor"]);
    assert_eq!(sick.status.code(), Some(1), "{}", said(&sick));
    let text = said(&sick);
    // What is to be copied may be longer: a line of its own with nothing else in it.
    let too_long = |line: &&str| line.chars().count() > 80 && line.trim().contains(' ');
    assert_eq!(text.lines().filter(too_long).count(), 0, "{text}");
    assert!(text.contains("[secret_not_signing]"), "{text}");
    let mended = hotdash(&patient, &[], &["doctor", "--fix"]);
    assert_eq!(
        mended.status.code(),
        Some(1),
        "the registered address is the person's to change: {}",
        said(&mended)
    );
    patient.desk.act(|desk| desk.webhooks.clear());
    let mended = hotdash(&patient, &[], &["doctor", "--fix"]);
    assert_eq!(mended.status.code(), Some(0), "{}", said(&mended));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_json_is_one_object_with_every_desk() {
    let patient = Patient::new().await;
    let other = Sandbox::new(Options::default());
    let server = other.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
    open_website(&other, &server.url()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hotdash.toml");
    std::fs::write(&file, "[desks.eu]\n[desks.us]\n").unwrap();
    let (url, token) = (server.url(), other.token(1).unwrap());
    let settings = [
        ("CHATWOOT_BASE_URL_US", url.as_str()),
        ("CHATWOOT_TOKEN_US", &token),
        ("CHATWOOT_TOKEN_EU", "wrong"),
    ];
    let arguments = ["--config", file.to_str().unwrap(), "doctor", "--json"];
    let sick = hotdash(&patient, &settings, &arguments);
    let json: serde_json::Value = serde_json::from_slice(&sick.stdout).unwrap();
    assert_eq!((json["well"].as_bool(), sick.status.code()), (Some(false), Some(1)));
    let desks = json["desks"].as_array().unwrap();
    let keys: Vec<&str> = desks.iter().filter_map(|desk| desk["key"].as_str()).collect();
    assert_eq!(keys, ["eu", "us"]);
    let bad =
        desks[0]["checks"].as_array().unwrap().iter().find(|check| check["code"] == "token_bad").unwrap();
    assert!(bad["mend"].as_str().unwrap().contains("CHATWOOT_TOKEN_EU"), "{bad}");
    assert!(json["checks"].as_array().unwrap().iter().any(|check| check["name"] == "database"));
    let text = said(&hotdash(&patient, &settings, &arguments[..3]));
    assert!(text.contains(&format!("\nus ({url}, account 1):\n")), "{text}");
}
