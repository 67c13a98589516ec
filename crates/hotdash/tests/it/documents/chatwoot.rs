//! `docs/integrations/chatwoot.md`: its blocks marked `sh run` are run one after the other, as a reader would, against a
//! desk; the block of text behind one is what must be printed (`…` stands for anything).

use super::{blocks, read, root, section, table};
use crate::recipes::{Environment, Machine, Serving, said};
use crate::support::{Database, both_databases};
use chatwoot_sandbox::model::MessageType;
use hotdash::chatwoot::api::{Chatwoot, DeskAddress, Webhook, WebhookChange};
use hotdash::chatwoot::signature::Refusal;
use hotdash::config::SETTINGS;
use hotdash::work::doctor::{Finding, HOOK_PATH};
use hotdash_core::ids::DeskId;
use secrecy::{ExposeSecret, SecretString};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

pub(super) const DOCUMENT: &str = "docs/integrations/chatwoot.md";

const MARK: &str = "@@@ block ";

/// The blocks to run as one script; what each must print, by its number.
fn script(document: &str) -> (String, BTreeMap<usize, String>) {
    let blocks = blocks(document);
    let mut script = String::from("exec 2>&1\ntrap '[ -z \"${SERVING:-}\" ] || kill $SERVING' EXIT\n");
    let mut printed = BTreeMap::new();
    for (number, block) in blocks.iter().enumerate() {
        match block.info.as_str() {
            "sh run" => script.push_str(&format!("echo '{MARK}{number}'\n{}echo\n", block.text)),
            "sh run background" => script.push_str(&format!(
                "{} > serve.txt 2>&1 &\nSERVING=$!\n\
                 for _ in $(seq 300); do curl -sf $HOTDASH_PUBLIC_URL/readyz >/dev/null && break; sleep 0.1; done\n",
                block.text.trim()
            )),
            "text" if number > 0 && blocks[number - 1].info == "sh run" => {
                printed.insert(number - 1, block.text.clone());
            }
            _ => {}
        }
    }
    (script, printed)
}

/// Runs of blanks are one: the doctor sets its lines in columns.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_printed(expected: &str, output: &str) -> bool {
    let escaped = regex::escape(&squeezed(expected)).replace('…', ".*");
    let pattern = regex::Regex::new(&escaped).unwrap();
    output.lines().any(|line| pattern.is_match(&squeezed(line)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_does_every_step_gets_what_is_promised() {
    let machine = Machine::new().await;
    let document = read(DOCUMENT)
        .replace("https://desk.example", &machine.server.url())
        .replace("https://hotdash.example", &format!("http://127.0.0.1:{}", machine.port))
        .replace("paste the token here", &machine.desk.token(1).unwrap());
    let (script, expected) = script(&document);
    let programs = Path::new(env!("CARGO_BIN_EXE_hotdash")).parent().unwrap().display();
    let ran = tokio::process::Command::new("bash")
        .args(["-uc", &script])
        .env_clear()
        .env("PATH", format!("{programs}:/usr/local/bin:/usr/bin:/bin"))
        .env("HOTDASH_LISTEN", format!("127.0.0.1:{}", machine.port))
        .current_dir(machine.place.path())
        .output()
        .await
        .unwrap();
    let output = said(&ran);
    let parts: BTreeMap<usize, &str> = output
        .split(MARK)
        .skip(1)
        .map(|part| part.split_once('\n').unwrap_or((part, "")))
        .map(|(number, rest)| (number.trim().parse().unwrap(), rest))
        .collect();
    assert!(expected.len() >= 7, "only {} blocks say what is printed", expected.len());
    for (number, lines) in expected {
        let part = parts.get(&number).unwrap_or_else(|| panic!("block {number} did not run:\n{output}"));
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            assert!(is_printed(line, part), "not printed: {line}\nbut:\n{part}\nin all:\n{output}");
        }
    }
    let printed = fs::read_to_string(machine.place.path().join("serve.txt")).unwrap();
    assert!(
        is_printed("Sign in as Lead … with this link; it works once, for 24 hours:", &printed),
        "{printed}"
    );
    for secret in ["chatwoot_token", "webhook_secret"] {
        let file = fs::metadata(machine.place.path().join(secret)).unwrap();
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o77,
            0,
            "{secret} is private"
        );
    }
}

both_databases!(a_secret_replaced_as_described_loses_nothing);

/// The four steps under "A new webhook secret".
async fn a_secret_replaced_as_described_loses_nothing(database: &Database) {
    let machine = Machine::new().await;
    let address =
        DeskAddress::new(machine.server.url(), 1, SecretString::from(machine.desk.token(1).unwrap()));
    let desk = Chatwoot::new(address).unwrap();
    let public_url = format!("http://127.0.0.1:{}", machine.port);
    let old = desk.create_webhook(&WebhookChange::ours(format!("{public_url}{HOOK_PATH}"))).await.unwrap();
    let new = desk.create_webhook(&WebhookChange::ours(format!("{public_url}{HOOK_PATH}?2"))).await.unwrap();
    let secret = |hook: &Webhook| hook.secret.as_ref().unwrap().expose_secret().to_owned();

    let both = format!("{},{}", secret(&old), secret(&new));
    let twice = customer_writes(&machine, database, &public_url, &both, "Where is order A-17?").await;
    assert_eq!(twice.0, 0, "with both secrets nothing is refused");
    desk.delete_webhook(old.id).await.unwrap();
    let once = customer_writes(&machine, database, &public_url, &secret(&new), "Hello? Order A-17!").await;
    assert_eq!(once.0, 0, "with the new secret alone nothing is refused");
    assert_eq!((twice.1, once.1), (1, 1), "each message has one draft's note");
}

/// Serve with these secrets while a customer writes: deliveries refused, and notes on the desk.
async fn customer_writes(
    machine: &Machine,
    database: &Database,
    public_url: &str,
    secrets: &str,
    text: &str,
) -> (usize, usize) {
    let environment: Environment = [
        ("CHATWOOT_BASE_URL", machine.server.url()),
        ("CHATWOOT_TOKEN", machine.desk.token(1).unwrap()),
        ("CHATWOOT_ACCOUNT_ID", "1".into()),
        ("CHATWOOT_WEBHOOK_SECRET", secrets.to_owned()),
        ("DATABASE_URL", database.url.clone()),
        ("HOTDASH_PUBLIC_URL", public_url.to_owned()),
        ("HOTDASH_LISTEN", format!("127.0.0.1:{}", machine.port)),
        ("HOTDASH_DEBOUNCE_MS", "0".into()),
        ("HOTDASH_LOG", "warn".into()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let log = machine.place.path().join("log");
    let mut command = machine.command(&environment, &["serve"]);
    command.stderr(fs::File::create(&log).unwrap());
    let mut serving = Serving::start(command);
    serving.until_answers(&format!("{public_url}/readyz")).await;
    let inbox = machine.desk.read(|desk| *desk.inboxes.keys().next().unwrap());
    let said = machine.desk.customer_says(inbox, ("Ann", "ann@example.test"), text).unwrap();
    let notes = || {
        let messages = machine.desk.messages(said).unwrap();
        let asked = messages.iter().rposition(|m| m.message_type == MessageType::Incoming).unwrap();
        messages[asked..].iter().filter(|m| m.private).count()
    };
    let store = database.open().await;
    let started = Instant::now();
    loop {
        machine.desk.settled().await;
        let waiting = store.delivery_counts(DeskId(1)).await.unwrap().received;
        if notes() > 0 && waiting == 0 {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "no note, {waiting} deliveries wait");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    serving.ends_when_asked();
    let refused = fs::read_to_string(log).unwrap().matches("was not believed").count();
    (refused, notes())
}

#[test]
fn every_route_is_described_and_no_other() {
    // Those that programs use stand in their own descriptions.
    let route = regex::Regex::new(r#"(?:\.route\(\s*|\bpath = )"(/[^"]*)""#).unwrap();
    let mut there = BTreeSet::new();
    let mut folders = vec![root().join("crates/hotdash/src/web")];
    let mut files = vec![root().join("crates/hotdash/src/web.rs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("tests.rs") {
                files.push(path);
            }
        }
    }
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        there.extend(route.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    assert!(there.len() > 15, "{there:?}");
    let document = read(DOCUMENT);
    let told = regex::Regex::new("`(?:GET|POST|PUT|PATCH|DELETE) ([^`]+)`").unwrap();
    let described: BTreeSet<String> =
        told.captures_iter(section(&document, "## Every route")).map(|found| found[1].to_owned()).collect();
    assert_eq!(described, there, "{DOCUMENT}, \"Every route\" (left) and crates/hotdash/src/web (right)");
}

#[test]
fn every_setting_is_described_and_no_other() {
    let document = read(DOCUMENT);
    let rows: BTreeSet<String> = section(&document, "## Every setting")
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(str::to_owned)
        .collect();
    let expected: BTreeSet<String> = SETTINGS
        .iter()
        .map(|setting| {
            let default = setting.default.map_or("–".to_owned(), |default| format!("`{default}`"));
            let desk = if setting.per_desk { "desk" } else { "" };
            format!("| `{}` | {default} | {desk} | {} |", setting.variable, setting.meaning)
        })
        .collect();
    let missing: Vec<_> = expected.difference(&rows).collect();
    let untrue: Vec<_> = rows.difference(&expected).collect();
    assert!(
        missing.is_empty() && untrue.is_empty(),
        "{DOCUMENT}\nmissing: {missing:#?}\nuntrue: {untrue:#?}"
    );
    let secrets = table(section(&document, "## Secrets, and replacing them"));
    let named: BTreeSet<&str> = secrets.iter().map(|row| row[0].trim_matches(&['|', ' ', '`'][..])).collect();
    let there: BTreeSet<&str> = SETTINGS.iter().filter(|s| s.secret).map(|s| s.variable).collect();
    assert_eq!(named, there, "the table of secrets");
}

#[test]
fn every_reason_for_a_refusal_is_described() {
    let document = read(DOCUMENT);
    let part = section(&document, "## Every route");
    let door = read("crates/hotdash/src/web/hook.rs");
    let code = regex::Regex::new(r#"StatusCode::[A-Z_]+, "([a-z_]+)""#).unwrap();
    let mut codes: BTreeSet<String> = code.captures_iter(&door).map(|found| found[1].to_owned()).collect();
    assert!(codes.len() >= 5, "{codes:?}");
    codes.extend(
        [Refusal::MissingSignature, Refusal::BadSignature, Refusal::StaleTimestamp]
            .map(|r| r.code().to_owned()),
    );
    for code in codes {
        assert!(part.contains(&format!("| `{code}` |")), "{DOCUMENT} does not describe {code}");
    }
}

#[test]
fn every_401_of_the_desk_is_described() {
    let document = read(DOCUMENT);
    let part = section(&document, "### The API returns 401");
    let answers = read("crates/hotdash/src/chatwoot/api/answer.rs");
    let from = answers.find("fn unauthorized").unwrap();
    let told = &answers[from..from + answers[from..].find("\n}\n").unwrap()];
    let text = regex::Regex::new(r#""([A-Z][^"]+)""#).unwrap();
    let texts: Vec<&str> = text.captures_iter(told).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(texts.len() >= 6, "{texts:?}");
    for text in texts {
        assert!(part.contains(text), "{DOCUMENT} does not describe: {text}");
    }
}

/// Each link of the chain has a heading, so that it can be linked to, and each finding its line below.
#[test]
fn every_finding_of_the_doctor_has_its_place() {
    let document = read(DOCUMENT);
    let line = regex::Regex::new("(?m)^- `([a-z_]+)`: ").unwrap();
    let mut told = BTreeSet::new();
    for finding in Finding::ALL {
        let part = section(&document, &format!("#### doctor: {}", finding.link()));
        let lines: BTreeSet<String> = line.captures_iter(part).map(|found| found[1].to_owned()).collect();
        assert!(lines.contains(finding.code()), "{DOCUMENT} does not describe {}", finding.code());
        told.extend(lines);
    }
    let known: BTreeSet<String> = Finding::ALL.iter().map(|finding| finding.code().to_owned()).collect();
    assert_eq!(told, known, "{DOCUMENT} describes findings that there are not");
}

/// What is called "tried" was recorded from that version.
#[test]
fn the_versions_called_tried_were_recorded() {
    let document = read(DOCUMENT);
    let tried = regex::Regex::new(r"tried \((\d+\.\d+\.\d+)\)").unwrap();
    let mut seen = 0;
    for version in tried.captures_iter(section(&document, "## What works with which version")) {
        let folder = root().join("fixtures/chatwoot").join(&version[1]);
        assert!(folder.exists(), "nothing is recorded of {}", &version[1]);
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn curl_is_there_for_the_steps() {
    let curl = Command::new("curl").arg("--version").output();
    assert!(curl.is_ok(), "the steps of {DOCUMENT} are tried with curl; install it");
}
