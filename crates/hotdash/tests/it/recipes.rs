//! The recipes in `deploy/`, held against the project: whatever they name exists, and the real binary, started with
//! exactly the environment a recipe gives it (addresses and places apart), answers its health check and ends on SIGTERM.

mod compose;
mod container;
mod fly;
mod systemd;

use crate::support::Database;
use crate::support::house::open_website;
use chatwoot_sandbox::{Options, Sandbox, Server};
use container::Containerfile;
use hotdash::config::SETTINGS;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) type Environment = BTreeMap<String, String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn recipe(name: &str) -> String {
    fs::read_to_string(root().join("deploy").join(name)).unwrap()
}

/// The setting behind a variable, also behind `…_FILE` of a secret. Says which recipe names one that is none.
fn setting_of(recipe: &str, variable: &str) -> (&'static str, bool) {
    let is_file = |s: &&hotdash::config::Setting| s.secret && variable == format!("{}_FILE", s.variable);
    let plain = SETTINGS.iter().find(|s| s.variable == variable);
    let file = SETTINGS.iter().find(is_file);
    let found = plain.or(file).unwrap_or_else(|| panic!("{recipe}: {variable} is no setting of hotdash"));
    (found.variable, file.is_some())
}

/// No recipe has a secret in the open.
fn holds_no_secret(recipe: &str, environment: &Environment) {
    for variable in environment.keys() {
        let (name, is_file) = setting_of(recipe, variable);
        let is_secret = SETTINGS.iter().any(|s| s.variable == name && s.secret);
        assert!(!is_secret || is_file, "{recipe}: {variable} is a secret; name a file instead");
    }
}

/// A desk on this machine, and places for what the recipe puts into a container or below `/etc`.
pub(crate) struct Machine {
    pub(crate) desk: Sandbox,
    pub(crate) server: Server,
    pub(crate) place: TempDir,
    pub(crate) port: u16,
}

impl Machine {
    pub(crate) async fn new() -> Self {
        let desk = Sandbox::new(Options::default());
        let server = desk.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        open_website(&desk, &server.url()).await;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { desk, server, place: tempfile::tempdir().unwrap(), port }
    }

    /// What each secret of the recipes holds here.
    fn secret(&self, variable: &str, database: Option<&Database>) -> String {
        match variable {
            "CHATWOOT_TOKEN" => self.desk.token(1).unwrap(),
            "DATABASE_URL" => database.map(|d| d.url.clone()).unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// The recipe's environment with this machine's addresses and places; nothing is added and nothing left out.
    fn here(&self, recipe: &Environment, database: Option<&Database>) -> Environment {
        let mut here = recipe.clone();
        for (variable, value) in &mut here {
            let (name, is_file) = setting_of("here", variable);
            if is_file {
                let file = self.place.path().join(name.to_lowercase());
                // Files written by hand end with a line break.
                fs::write(&file, format!("{}\n", self.secret(name, database))).unwrap();
                *value = file.display().to_string();
                continue;
            }
            match variable.as_str() {
                "CHATWOOT_BASE_URL" => *value = self.server.url(),
                "HOTDASH_LISTEN" => *value = format!("127.0.0.1:{}", self.port),
                "HOTDASH_DATA_DIR" => *value = self.folder("data"),
                "HOTDASH_KNOWLEDGE_DIR" => *value = self.folder("knowledge"),
                "CHATWOOT_TOKEN" | "DATABASE_URL" => *value = self.secret(name, database),
                _ => {}
            }
        }
        here
    }

    fn folder(&self, name: &str) -> String {
        let folder = self.place.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        folder.display().to_string()
    }

    pub(crate) fn command(&self, environment: &Environment, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hotdash"));
        command.args(arguments).env_clear().envs(environment).current_dir(self.place.path());
        command
    }

    /// Serve as the recipe says, answer at every path, be well from within, end when asked.
    async fn lives_and_ends(&self, environment: &Environment, serve: &[&str], paths: &[&str]) {
        let mut serving = Serving::start(self.command(environment, serve));
        for path in paths {
            serving.until_answers(&format!("http://127.0.0.1:{}{path}", self.port)).await;
        }
        let (commanded, _) = serve.split_at(serve.len() - 1);
        let health: Vec<&str> = commanded.iter().copied().chain(["health", "--ready"]).collect();
        let well = self.command(environment, &health).output().unwrap();
        assert!(well.status.success(), "{}", said(&well));
        assert!(said(&well).contains("\"status\":\"ready\""), "{}", said(&well));
        serving.ends_when_asked();
        let gone = self.command(environment, &health).output().unwrap();
        assert!(!gone.status.success(), "nobody is there, but: {}", said(&gone));
    }
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A running hotdash that is killed when the test gives up.
pub(crate) struct Serving(Option<Child>);

impl Serving {
    pub(crate) fn start(mut command: Command) -> Self {
        Self(Some(command.stdout(Stdio::null()).spawn().unwrap()))
    }

    pub(crate) async fn until_answers(&mut self, url: &str) {
        let started = Instant::now();
        loop {
            if let Ok(answer) = reqwest::get(url).await {
                assert_eq!(answer.status(), 200, "{url}");
                return;
            }
            let ended = self.0.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "hotdash ended at once: {ended:?}");
            assert!(started.elapsed() < PATIENCE, "{url} does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn ends_when_asked(&mut self) {
        let mut child = self.0.take().unwrap();
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("SIGTERM does not end it");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        assert!(status.success(), "asked to end, it ended with {status}");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a shell block of `deploy/README.md` does, line by line with continued lines joined.
fn steps() -> Vec<String> {
    let text = recipe("README.md");
    let mut steps = Vec::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("```") {
            inside = line == "```sh";
            continue;
        }
        if inside {
            steps.push(line.to_owned());
        }
    }
    let joined = steps.join("\n").replace("\\\n", "");
    joined.lines().map(str::to_owned).collect()
}

#[test]
fn every_file_that_a_step_names_exists() {
    let mut seen = 0;
    let made = ["deploy/secrets", "deploy/knowledge"];
    for step in steps() {
        for word in step.split([' ', '=']).filter(|word| word.starts_with("deploy/")) {
            let path = word.trim_end_matches('/');
            if !made.contains(&path) {
                assert!(root().join(path).exists(), "deploy/README.md: {step}: {path} is not there");
            }
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} files are named");
    let ignored = fs::read_to_string(root().join(".gitignore")).unwrap();
    for folder in made {
        assert!(ignored.lines().any(|line| line == format!("/{folder}")), "{folder} could be committed");
    }
}

#[test]
fn the_builds_of_all_recipes_are_one() {
    let container = Containerfile::read().cargo_build();
    let by_hand = steps().into_iter().find(|step| step.starts_with("cargo build")).unwrap();
    assert_eq!(container, by_hand, "deploy/README.md builds something else than deploy/Containerfile");
}
