//! `deploy/hotdash.service` and `deploy/hotdash.toml`.

use super::{Environment, Machine, holds_no_secret, recipe, root, said, setting_of, steps};
use crate::support::Database;
use hotdash::config::Config;
use std::fs;
use std::process::Command;

/// How exposed systemd may find the service, in tenths; an ordinary one has 96.
const MOST_EXPOSED: &str = "20";

fn all(key: &str) -> Vec<String> {
    let unit = recipe("hotdash.service");
    let prefix = format!("{key}=");
    unit.lines().filter_map(|line| line.strip_prefix(&prefix).map(str::to_owned)).collect()
}

fn only(key: &str) -> String {
    let all = all(key);
    assert_eq!(all.len(), 1, "{key}: {all:?}");
    all[0].clone()
}

fn environment() -> Environment {
    all("Environment")
        .into_iter()
        .map(|pair| pair.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())).unwrap())
        .collect()
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("SKIPPED: systemd-analyze is not installed");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("hotdash.service");
    let here = recipe("hotdash.service").replace("/usr/local/bin/hotdash", env!("CARGO_BIN_EXE_hotdash"));
    fs::write(&file, here).unwrap();
    let verified = Command::new("systemd-analyze").arg("verify").arg(&file).output().unwrap();
    assert!(verified.status.success() && said(&verified).is_empty(), "{}", said(&verified));
    let exposed = Command::new("systemd-analyze")
        .args(["security", "--offline=true", &format!("--threshold={MOST_EXPOSED}")])
        .arg(&file)
        .output()
        .unwrap();
    assert!(exposed.status.success(), "{}", said(&exposed));
}

#[test]
fn every_credential_is_made_loaded_and_read() {
    let environment = environment();
    holds_no_secret("deploy/hotdash.service", &environment);
    let read: Vec<String> = environment
        .iter()
        .filter(|(variable, _)| setting_of("deploy/hotdash.service", variable).1)
        .map(|(_, value)| value.strip_prefix("%d/").unwrap().to_owned())
        .collect();
    let loaded: Vec<(String, String)> = all("LoadCredential")
        .iter()
        .map(|pair| pair.split_once(':').map(|(n, v)| (n.to_owned(), v.to_owned())).unwrap())
        .collect();
    assert_eq!(read.len(), loaded.len());
    let steps = steps().join("\n");
    for (name, file) in &loaded {
        assert!(read.contains(name), "{name} is loaded, but not read");
        assert_eq!(file, &format!("/etc/hotdash/secrets/{name}"));
        assert!(steps.contains(&format!("_FILE={file}")), "commands by hand do not read {file}");
        let made = format!(
            "for secret in {}; do",
            loaded.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>().join(" ")
        );
        assert!(steps.contains(&made), "deploy/README.md does not make them: {made}");
    }
}

#[test]
fn user_folders_and_files_are_the_ones_of_the_steps() {
    let steps = steps().join("\n");
    let (user, state) = (only("User"), only("StateDirectory"));
    let home = format!("/var/lib/{state}");
    assert!(steps.contains(&format!("useradd --system --user-group --home-dir {home}")));
    assert!(
        steps.contains(&format!("install -d --owner={user} --group={} --mode=700 {home}", only("Group")))
    );
    assert!(steps.contains(&format!("HOTDASH_DATA_DIR={home} ")));
    assert_eq!(environment()["HOTDASH_DATA_DIR"], format!("%S/{state}"));
    let (program, arguments) = command();
    assert!(steps.contains(&format!("target/release/hotdash {program}")));
    assert_eq!(arguments, ["--config", "/etc/hotdash/hotdash.toml", "serve"]);
    assert!(steps.contains("deploy/hotdash.toml /etc/hotdash/hotdash.toml"));
    assert!(steps.contains("deploy/hotdash.service /etc/systemd/system/hotdash.service"));
}

fn command() -> (String, Vec<String>) {
    let line = only("ExecStart");
    let mut words = line.split(' ').map(str::to_owned);
    (words.next().unwrap(), words.collect())
}

#[test]
fn the_settings_file_is_accepted_as_it_stands() {
    let mut environment = environment();
    environment.retain(|name, _| !name.ends_with("_FILE"));
    environment.insert("CHATWOOT_TOKEN".into(), "token".into());
    let config = Config::from_sources(Some(&root().join("deploy/hotdash.toml")), &environment).unwrap();
    assert_eq!(config.desks[0].base_url, "https://desk.example");
    assert!(config.listen.starts_with("127.0.0.1:"), "TLS is spoken by a proxy on the same machine");
}

/// `ExecStart`, with its environment and its settings file.
async fn lives(database: Option<&Database>) {
    let machine = Machine::new().await;
    let here = machine.here(&environment(), database);
    let text = recipe("hotdash.toml")
        .replace("https://desk.example", &machine.server.url())
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{}", machine.port));
    let settings = machine.place.path().join("hotdash.toml");
    fs::write(&settings, text).unwrap();
    let (_, mut arguments) = command();
    arguments[1] = settings.display().to_string();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    machine.lives_and_ends(&here, &arguments, &["/healthz", "/readyz"]).await;
    let database_file = machine.place.path().join("data/hotdash.sqlite");
    assert_eq!(database_file.exists(), database.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_lives_on_sqlite_when_the_secret_is_empty() {
    lives(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_lives_on_postgresql_when_the_secret_says_so() {
    let Some(database) = Database::postgres().await else { return };
    lives(Some(&database)).await;
}
