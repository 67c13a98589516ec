//! `deploy/Containerfile`.

use super::{Environment, Machine, recipe, root, setting_of};
use crate::support::Database;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The instructions, continued lines joined, by stage.
pub(super) struct Containerfile {
    stages: Vec<Vec<(String, String)>>,
}

impl Containerfile {
    pub(super) fn read() -> Self {
        let text = recipe("Containerfile");
        let plain: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let joined = plain.join("\n").replace("\\\n", " ");
        let mut stages: Vec<Vec<(String, String)>> = Vec::new();
        for line in joined.lines().filter(|line| !line.trim().is_empty()) {
            let (word, rest) = line.split_once(' ').unwrap();
            if word == "FROM" {
                stages.push(Vec::new());
            }
            let words: Vec<&str> = rest.split_whitespace().collect();
            stages.last_mut().unwrap().push((word.to_owned(), words.join(" ")));
        }
        assert_eq!(stages.len(), 2, "a stage that builds and one that runs");
        Self { stages }
    }

    fn all(&self, stage: usize, word: &str) -> Vec<&str> {
        self.stages[stage].iter().filter(|(w, _)| w == word).map(|(_, rest)| rest.as_str()).collect()
    }

    fn only(&self, stage: usize, word: &str) -> &str {
        let all = self.all(stage, word);
        assert_eq!(all.len(), 1, "{word}: {all:?}");
        all[0]
    }

    /// The command that compiles, without the options of its layer.
    pub(super) fn cargo_build(&self) -> String {
        let run = self.only(0, "RUN");
        let from = run.find("cargo build").unwrap();
        run[from..].split(" && ").next().unwrap().to_owned()
    }

    /// What the image sets for hotdash.
    pub(super) fn environment(&self) -> Environment {
        self.only(1, "ENV")
            .split(' ')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    pub(super) fn port(&self) -> u16 {
        self.only(1, "EXPOSE").parse().unwrap()
    }

    pub(super) fn volume(&self) -> &str {
        self.only(1, "VOLUME")
    }

    pub(super) fn user(&self) -> u32 {
        self.only(1, "USER").split(':').next().unwrap().parse().unwrap()
    }

    /// A list in JSON, as `CMD` and its like have it.
    fn words(text: &str) -> Vec<String> {
        serde_json::from_str(&text[text.find('[').unwrap()..]).unwrap()
    }
}

fn metadata() -> Value {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    serde_json::from_slice(&cargo.stdout).unwrap()
}

/// The folders and files that reach the builder.
fn copied(file: &Containerfile) -> Vec<String> {
    file.all(0, "COPY")
        .into_iter()
        .flat_map(|copy| copy.split(' ').rev().skip(1).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[test]
fn what_is_copied_exists_and_is_not_ignored() {
    let file = Containerfile::read();
    let ignored = fs::read_to_string(root().join(".dockerignore")).unwrap();
    let rules: Vec<&str> = ignored.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rules[0], "*", "everything is left out that is not let in");
    for source in copied(&file) {
        assert!(root().join(&source).exists(), "{source} is not there");
        assert!(
            rules.contains(&format!("!{source}").as_str()),
            ".dockerignore keeps {source} from the builder"
        );
    }
    let named: Vec<String> = copied(&file);
    assert!(named.contains(&".cargo".to_owned()), "its flags for SQLite belong to the build");
    assert!(!named.contains(&"rust-toolchain.toml".to_owned()), "it would fetch a second compiler");
}

#[test]
fn cargo_accepts_the_build_and_finds_every_source() {
    let file = Containerfile::read();
    let metadata = metadata();
    let words: Vec<String> = file.cargo_build().split(' ').map(str::to_owned).collect();
    let after = |flag: &str| words.iter().skip_while(|word| *word != flag).nth(1).unwrap().clone();
    let (package, binary) = (after("--package"), after("--bin"));
    assert!(words.contains(&"--locked".to_owned()) && words.contains(&"--release".to_owned()), "{words:?}");
    let packages = metadata["packages"].as_array().unwrap();
    let found = packages.iter().find(|p| p["name"] == package.as_str()).unwrap();
    let targets = found["targets"].as_array().unwrap();
    let is_binary = |target: &&Value| target["name"] == binary.as_str() && target["kind"][0] == "bin";
    assert!(targets.iter().any(|target| is_binary(&target)), "{package} has no binary {binary}");

    // Cargo reads the manifests of all members, also of those that are not built.
    let copied = copied(&file);
    let is_copied = |path: &str| {
        let path = Path::new(path).strip_prefix(root()).unwrap();
        copied.iter().any(|source| path.starts_with(source))
    };
    for package in packages {
        let manifest = package["manifest_path"].as_str().unwrap();
        assert!(is_copied(manifest), "{manifest} does not reach the builder");
    }
    assert!(copied.contains(&"Cargo.lock".to_owned()));
    let compiler = file.only(0, "FROM");
    let wanted = found["rust_version"].as_str().unwrap();
    assert!(
        compiler.contains(&format!("rust:{wanted}-")),
        "Cargo.toml wants {wanted}, the image is {compiler}"
    );
}

#[test]
fn nothing_that_is_built_in_lies_outside() {
    let copied = copied(&Containerfile::read());
    let included = regex::Regex::new(r#"include_(?:str|bytes)!\("([^"]+)"\)"#).unwrap();
    let mut seen = 0;
    for member in ["hotdash", "hotdash-core", "chatwoot-sandbox"] {
        for source in sources(&root().join("crates").join(member).join("src")) {
            let text = fs::read_to_string(&source).unwrap();
            for found in included.captures_iter(&text) {
                let path = source.parent().unwrap().join(&found[1]);
                let path = path.canonicalize().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                let inside = path.strip_prefix(root()).unwrap();
                // Unit tests are not built there.
                let is_test = source.ends_with("tests.rs");
                let reaches = copied.iter().any(|source| inside.starts_with(source));
                assert!(reaches || is_test, "{} is built in, but not copied", inside.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "only {seen} files are built in");
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn the_stages_fit_together() {
    let file = Containerfile::read();
    let debian = |from: &str| {
        let tag = from.split(' ').next().unwrap().rsplit(':').next().unwrap().to_owned();
        tag.split('-').find(|part| ["bookworm", "trixie", "forky"].contains(part)).unwrap().to_owned()
    };
    assert_eq!(debian(file.only(0, "FROM")), debian(file.only(1, "FROM")), "one C library for both");

    let installed: Vec<&str> = file.only(0, "RUN").split(" && ").last().unwrap().split(' ').collect();
    let [built, out] = installed[installed.len() - 2..] else { unreachable!("a command has words") };
    assert_eq!(built, "target/release/hotdash", "where cargo puts the binary");
    let target = format!("target={}/target", file.only(0, "WORKDIR"));
    assert!(file.only(0, "RUN").contains(&target), "the cache is where cargo writes");
    let copy: Vec<&str> = file.only(1, "COPY").split(' ').collect();
    let name = file.only(0, "FROM").split(" AS ").nth(1).unwrap();
    assert_eq!(copy, [&format!("--from={name}"), out, "/usr/local/bin/hotdash"]);
    assert_eq!(Containerfile::words(file.only(1, "ENTRYPOINT")), ["hotdash"]);
    assert_eq!(Containerfile::words(file.only(1, "CMD")), ["serve"]);
}

#[test]
fn nobody_is_root_and_the_volume_is_theirs() {
    let file = Containerfile::read();
    let made = file.only(1, "RUN");
    assert!(file.user() > 0);
    assert!(made.contains(&format!("useradd --uid {} --user-group", file.user())), "{made}");
    let folder = format!("install -d --owner=hotdash --group=hotdash --mode=700 {}", file.volume());
    assert!(made.ends_with(&folder), "{made}");
    let environment = file.environment();
    for variable in environment.keys() {
        setting_of("deploy/Containerfile", variable);
    }
    assert_eq!(environment["HOTDASH_DATA_DIR"], file.volume());
    assert_eq!(environment["HOTDASH_LISTEN"], format!("0.0.0.0:{}", file.port()));
    assert_eq!(file.only(1, "STOPSIGNAL"), "SIGTERM");
}

/// The base image has the C library and the compiler's own; nothing else is installed that a binary could need.
#[test]
fn the_binary_needs_no_library_that_the_image_lacks() {
    let Ok(ldd) = Command::new("ldd").arg(env!("CARGO_BIN_EXE_hotdash")).output() else {
        eprintln!("SKIPPED: no ldd on this system");
        return;
    };
    let printed = String::from_utf8(ldd.stdout).unwrap();
    let needed: Vec<&str> = printed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(needed.iter().any(|name| name.starts_with("libc.so")), "{printed}");
    let there = ["linux-vdso", "libc.so", "libm.so", "libgcc_s.so", "libdl.so", "libpthread.so", "librt.so"];
    for name in needed {
        let is_loader = name.contains("/ld-linux");
        assert!(is_loader || there.iter().any(|known| name.starts_with(known)), "{name} is not in the image");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_image_alone_lives_on_sqlite() {
    let file = Containerfile::read();
    let machine = Machine::new().await;
    let mut environment = file.environment();
    // What whoever starts the image has to add.
    let needed = ["CHATWOOT_BASE_URL", "CHATWOOT_TOKEN", "DATABASE_URL"];
    environment.extend(needed.map(|name| (name.to_owned(), String::new())));
    environment.insert("CHATWOOT_ACCOUNT_ID".into(), "1".into());
    let here = machine.here(&environment, None::<&Database>);
    let serve = Containerfile::words(file.only(1, "CMD"));
    let serve: Vec<&str> = serve.iter().map(String::as_str).collect();
    let health = Containerfile::words(file.only(1, "HEALTHCHECK"));
    assert_eq!(health, ["hotdash", "health"]);
    machine.lives_and_ends(&here, &serve, &["/healthz", "/readyz"]).await;
    assert!(machine.place.path().join("data/hotdash.sqlite").exists(), "the database is in the volume");
}
