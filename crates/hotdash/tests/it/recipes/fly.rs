//! `deploy/fly.toml` and `deploy/fly-postgres.toml`.

use super::{Environment, Machine, holds_no_secret, recipe, root, setting_of, steps};
use crate::recipes::container::Containerfile;
use crate::support::Database;
use toml::{Table, Value};

const WITH_SQLITE: &str = "fly.toml";
const WITH_POSTGRES: &str = "fly-postgres.toml";

fn fly(name: &str) -> Table {
    recipe(name).parse().unwrap()
}

fn environment(file: &Table) -> Environment {
    let pairs = file["env"].as_table().unwrap();
    pairs.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

/// What the steps set as secrets beside the file.
fn secrets(name: &str) -> Vec<String> {
    let config = format!("--config deploy/{name} ");
    let set =
        steps().into_iter().filter(|step| step.starts_with("fly secrets set") && step.contains(&config));
    let named = regex::Regex::new(r"\b([A-Z_]+)='").unwrap();
    let names: Vec<String> = set
        .flat_map(|step| named.captures_iter(&step).map(|n| n[1].to_owned()).collect::<Vec<_>>())
        .collect();
    assert!(names.contains(&"CHATWOOT_TOKEN".to_owned()), "{names:?}");
    names
}

/// Both files, as far as they must agree with the image.
fn fits_the_image(name: &str) {
    let (file, image) = (fly(name), Containerfile::read());
    let dockerfile = file["build"]["dockerfile"].as_str().unwrap();
    assert!(
        root().join("deploy").join(dockerfile).exists(),
        "{name}: {dockerfile}, from the file's own folder"
    );
    assert_eq!(file["http_service"]["internal_port"].as_integer(), Some(i64::from(image.port())));
    assert_eq!(file["http_service"]["auto_stop_machines"].as_str(), Some("off"));
    assert_eq!(file["kill_signal"].as_str(), Some("SIGTERM"));
    holds_no_secret(name, &environment(&file));
    let app = file["app"].as_str().unwrap();
    assert_eq!(environment(&file)["HOTDASH_PUBLIC_URL"], format!("https://{app}.fly.dev"));
    assert!(steps().contains(&format!("fly apps create {app}")));
    for secret in secrets(name) {
        setting_of(name, &secret);
    }
}

fn check_paths(file: &Table) -> Vec<String> {
    let checks = file["http_service"]["checks"].as_array().unwrap();
    checks.iter().map(|check| check["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn with_sqlite_there_is_one_machine_with_one_volume() {
    fits_the_image(WITH_SQLITE);
    let file = fly(WITH_SQLITE);
    let volume = file["mounts"]["source"].as_str().unwrap();
    assert_eq!(file["mounts"]["destination"].as_str(), Some(Containerfile::read().volume()));
    assert_eq!(file["http_service"]["min_machines_running"].as_integer(), Some(1));
    let made = format!("fly volumes create {volume} --config deploy/{WITH_SQLITE} --size 1 --count 1");
    assert!(steps().contains(&made), "{made}");
    assert!(steps().contains(&format!("fly deploy . --config deploy/{WITH_SQLITE} --ha=false")));
    assert!(!steps().iter().any(|s| s.starts_with("fly scale") && s.ends_with(WITH_SQLITE)));
}

#[test]
fn with_postgresql_there_are_several_and_no_volume() {
    fits_the_image(WITH_POSTGRES);
    let file = fly(WITH_POSTGRES);
    assert!(!file.contains_key("mounts"));
    let least = file["http_service"]["min_machines_running"].as_integer().unwrap();
    assert!(least > 1);
    assert!(steps().contains(&format!("fly scale count {least} --config deploy/{WITH_POSTGRES}")));
    assert!(secrets(WITH_POSTGRES).contains(&"DATABASE_URL".to_owned()));
}

/// The two files differ only in what the database makes different.
#[test]
fn what_need_not_differ_is_the_same() {
    let strip = |name: &str| {
        let mut file = fly(name);
        file.remove("mounts");
        file["http_service"].as_table_mut().unwrap().remove("min_machines_running");
        Value::Table(file)
    };
    assert_eq!(strip(WITH_SQLITE), strip(WITH_POSTGRES));
}

async fn lives(name: &str, database: Option<&Database>) {
    let file = fly(name);
    let machine = Machine::new().await;
    let mut all = Containerfile::read().environment();
    all.extend(environment(&file));
    all.extend(secrets(name).into_iter().map(|secret| (secret, String::new())));
    let here = machine.here(&all, database);
    let paths = check_paths(&file);
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    machine.lives_and_ends(&here, &["serve"], &paths).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_machine_lives_on_its_volume() {
    lives(WITH_SQLITE, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_live_on_one_postgresql() {
    let Some(database) = Database::postgres().await else { return };
    tokio::join!(lives(WITH_POSTGRES, Some(&database)), lives(WITH_POSTGRES, Some(&database)));
}
