//! `deploy/compose.yaml`.

use super::{Environment, Machine, holds_no_secret, recipe, root, setting_of, steps};
use crate::recipes::container::Containerfile;
use crate::support::Database;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What of a Compose file is looked at; an unknown word is a mistake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Compose {
    name: String,
    services: Services,
    secrets: BTreeMap<String, SecretFile>,
    volumes: BTreeMap<String, Option<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Services {
    hotdash: Service,
    postgres: Service,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretFile {
    file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    build: Option<Build>,
    image: String,
    #[serde(default)]
    depends_on: BTreeMap<String, Dependency>,
    environment: Environment,
    secrets: Vec<String>,
    volumes: Vec<String>,
    #[serde(default)]
    ports: Vec<String>,
    healthcheck: Option<HealthCheck>,
    #[serde(default)]
    init: bool,
    restart: String,
    stop_grace_period: String,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    tmpfs: Vec<String>,
    #[serde(default)]
    cap_drop: Vec<String>,
    #[serde(default)]
    security_opt: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    context: String,
    dockerfile: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dependency {
    condition: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HealthCheck {
    test: Vec<String>,
    interval: String,
    timeout: String,
    retries: u32,
}

fn compose() -> Compose {
    serde_saphyr::from_str(&recipe("compose.yaml")).unwrap()
}

#[test]
fn it_builds_the_image_of_the_containerfile() {
    let compose = compose();
    let (service, file) = (&compose.services.hotdash, Containerfile::read());
    let build = service.build.as_ref().unwrap();
    let context = root().join("deploy").join(&build.context).canonicalize().unwrap();
    assert_eq!(context, root());
    assert!(context.join(&build.dockerfile).exists());
    assert_eq!(service.image, compose.name);
    let ends = format!(":{}", file.port());
    assert!(service.ports.iter().all(|port| port.ends_with(&ends)), "{:?}", service.ports);
    assert!(service.healthcheck.is_none(), "the image has its own");
    assert!(service.init && service.read_only && service.tmpfs == ["/tmp"]);
    assert_eq!(
        (service.cap_drop.as_slice(), service.restart.as_str()),
        (&["ALL".to_owned()][..], "unless-stopped")
    );
    assert_eq!(service.security_opt, ["no-new-privileges:true"]);
    assert!(service.stop_grace_period.ends_with('s'));
}

#[test]
fn every_secret_is_a_file_that_hotdash_is_told_of() {
    let compose = compose();
    let service = &compose.services.hotdash;
    holds_no_secret("deploy/compose.yaml", &service.environment);
    let made: Vec<String> =
        steps().into_iter().filter(|step| step.contains("> ") || step.starts_with("sudo")).collect();
    let mut told = Vec::new();
    for (variable, value) in &service.environment {
        if !setting_of("deploy/compose.yaml", variable).1 {
            continue;
        }
        let name = value.strip_prefix("/run/secrets/").unwrap();
        assert!(service.secrets.iter().any(|s| s == name), "{variable}: {name} is not given to the service");
        told.push(name.to_owned());
        let owned = made.iter().any(|step| step.starts_with("sudo chown 10001") && step.contains(name));
        assert!(owned, "deploy/README.md does not let hotdash read {name}");
    }
    assert_eq!(Containerfile::read().user(), 10001, "the owner in deploy/README.md");
    assert_eq!(told.len(), service.secrets.len(), "a secret that nobody reads: {:?}", service.secrets);
    for (name, secret) in &compose.secrets {
        assert_eq!(secret.file, format!("secrets/{name}"), "below what .gitignore leaves out");
        assert!(
            made.iter().any(|step| step.contains(&format!("> {name}"))),
            "deploy/README.md does not make {name}"
        );
    }
}

#[test]
fn postgresql_is_waited_for_and_reached_by_its_name() {
    let compose = compose();
    let database = &compose.services.postgres;
    assert_eq!(compose.services.hotdash.depends_on["postgres"].condition, "service_healthy");
    let health = database.healthcheck.as_ref().unwrap();
    let (user, name) = (&database.environment["POSTGRES_USER"], &database.environment["POSTGRES_DB"]);
    assert_eq!(health.test[1], format!("pg_isready --username {user} --dbname {name}"));
    assert!(health.retries > 0 && health.interval.ends_with('s') && health.timeout.ends_with('s'));
    assert_eq!(database.environment["POSTGRES_PASSWORD_FILE"], "/run/secrets/postgres_password");
    assert_eq!(database.secrets, ["postgres_password"]);
    let url = format!("postgres://{user}:%s@postgres:5432/{name}?sslmode=disable");
    assert!(steps().iter().any(|step| step.contains(&url) && step.ends_with("> database_url")), "{url}");
    assert!(database.ports.is_empty(), "nobody outside needs the database");
    assert!(database.volumes.iter().all(|v| compose.volumes.contains_key(v.split(':').next().unwrap())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_lives_on_postgresql_with_this_environment() {
    let Some(database) = Database::postgres().await else { return };
    let machine = Machine::new().await;
    let mut environment = Containerfile::read().environment();
    environment.extend(compose().services.hotdash.environment);
    let here = machine.here(&environment, Some(&database));
    machine.lives_and_ends(&here, &["serve"], &["/healthz", "/readyz"]).await;
    let left = std::fs::read_dir(machine.place.path().join("data")).unwrap().count();
    assert_eq!(left, 0, "the file system is read-only there, but something was written");
}

/// The steps that need no container engine, word by word, in a folder of their own.
#[test]
fn the_secrets_are_made_as_described() {
    let steps: Vec<String> = steps();
    let from = steps.iter().position(|s| s.starts_with("mkdir -p deploy/secrets")).unwrap();
    let to = steps.iter().skip(from).position(|s| s.starts_with("cd ../..")).unwrap() + from;
    let script: Vec<&str> =
        steps[from..=to].iter().map(String::as_str).filter(|s| !s.starts_with("sudo ")).collect();
    let place = tempfile::tempdir().unwrap();
    let ran = std::process::Command::new("bash")
        .args(["-euc", &script.join("\n")])
        .current_dir(place.path())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", super::said(&ran));
    let secrets = place.path().join("deploy/secrets");
    let url = std::fs::read_to_string(secrets.join("database_url")).unwrap();
    let password = std::fs::read_to_string(secrets.join("postgres_password")).unwrap();
    assert_eq!(password.len(), 48);
    assert_eq!(url, format!("postgres://hotdash:{password}@postgres:5432/hotdash?sslmode=disable"));
    for name in compose().secrets.keys() {
        assert!(secrets.join(name).exists(), "{name} is not made");
    }
}
