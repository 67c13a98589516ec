//! `hotdash rules …` as people type it.

use super::{ANN, NORWAY};
use crate::support::Database;
use crate::support::house::House;
use hotdash::store::drafts::DraftState;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn hotdash(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hotdash"));
    command.args(arguments).env_clear().envs(environment.iter().copied()).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn history() -> String {
    root().join("fixtures/chatwoot/4.15.1/history").display().to_string()
}

#[test]
fn check_reads_files_without_any_server() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("10-good.toml"), folder.path().join("20-bad.toml"));
    fs::write(&good, NORWAY).unwrap();
    let checked = hotdash(&["rules", "check", good.to_str().unwrap()], &[]);
    assert!(checked.status.success() && said(&checked).contains("nothing to mend"), "{}", said(&checked));
    fs::write(&bad, NORWAY.replace("norway", "n").replace("tag =", "tga =")).unwrap();
    let checked = hotdash(&["rules", "check", folder.path().to_str().unwrap()], &[]);
    let words = said(&checked);
    assert_eq!(checked.status.code(), Some(1));
    assert!(
        words.contains("20-bad.toml, rule n, then.tga") && words.contains("did you mean “tag”?"),
        "{words}"
    );
    let checked = hotdash(&["rules", "check", "--json", bad.to_str().unwrap()], &[]);
    let told: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(told["problems"][0]["nearest"], "tag");
    let missing = hotdash(&["rules", "check", "nowhere.toml"], &[]);
    assert!(!missing.status.success() && said(&missing).contains("nowhere.toml cannot be read"));
}

#[test]
fn test_tells_what_was_expected_and_what_was_found() {
    let cases = root().join("crates/hotdash-core/tests/cases/routing").display().to_string();
    let tested = hotdash(&["rules", "test", &cases], &[]);
    assert!(tested.status.success() && said(&tested).contains(" 0 failed."), "{}", said(&tested));
    let folder = tempfile::tempdir().unwrap();
    let (rules, case) = (folder.path().join("rules.toml"), folder.path().join("case.toml"));
    fs::write(&rules, NORWAY).unwrap();
    fs::write(
        &case,
        "[[case]]\nname = \"abroad is abroad\"\ntext = \"To Norway?\"\nexpect = { added = [\"far\"] }\n",
    )
    .unwrap();
    let arguments = ["rules", "test", case.to_str().unwrap(), "--rules", rules.to_str().unwrap()];
    let tested = hotdash(&arguments, &[]);
    let words = said(&tested);
    assert_eq!(tested.status.code(), Some(1));
    assert!(words.contains("abroad is abroad") && words.contains("expected  far"), "{words}");
    assert!(words.contains("found     abroad"), "{words}");
}

#[test]
fn a_recording_can_be_backtested_without_a_desk() {
    let tried = hotdash(&["rules", "backtest", "--history", &history()], &[]);
    let words = said(&tried);
    assert!(tried.status.success() && words.contains("220 decisions in 220 conversations"), "{words}");
    assert!(words.contains("before  what people did") && words.contains("Ben Agent"), "{words}");
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    fs::write(&rules, NORWAY.replace("contains = \"norway\"", "any_of = [\"refund\"]")).unwrap();
    let arguments =
        ["rules", "backtest", "--history", &history(), "--rules", rules.to_str().unwrap(), "--json"];
    let tried = hotdash(&arguments, &[]);
    let told: Value = serde_json::from_slice(&tried.stdout).unwrap_or_else(|_| panic!("{}", said(&tried)));
    let report = &told["report"];
    let norway = report["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == "norway").unwrap();
    assert!(norway["before"] == 0 && norway["after"].as_u64() > Some(0), "{norway}");
    let changes =
        report["differences"].as_array().unwrap().iter().flat_map(|d| d["changes"].as_array().unwrap());
    let changed: std::collections::BTreeSet<&str> = changes.map(|c| c["what"].as_str().unwrap()).collect();
    assert_eq!(
        changed.into_iter().collect::<Vec<_>>(),
        ["labels"],
        "a tag rule changes labels and nothing else"
    );
    assert_eq!(report["differences"].as_array().unwrap().len() as u64, norway["after"].as_u64().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_served_desk_is_explained_backtested_shadowed_and_returned() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let conversation = house.desk.customer_says(house.website, ANN, "Do you ship to Norway?").unwrap();
    house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    let base = house.app.desks[0].settings.base_url.clone();
    let environment = [
        ("CHATWOOT_BASE_URL", base.as_str()),
        ("CHATWOOT_TOKEN", "unused"),
        ("CHATWOOT_ACCOUNT_ID", "1"),
        ("DATABASE_URL", database.url.as_str()),
    ];
    let run = |arguments: &[&str]| hotdash(arguments, &environment);
    let number = conversation.to_string();
    let explained = run(&["rules", "explain", &number]);
    let words = said(&explained);
    assert!(
        explained.status.success() && words.contains("Made again by the same rules: the same."),
        "{words}"
    );
    assert!(
        words.contains("✓ Assign in business hours (assign)") && words.contains("· VIP (vip)"),
        "{words}"
    );
    assert!(words.contains("Do you ship to Norway?"), "the values seen: {words}");
    let all = run(&["rules", "explain", "all", "--json"]);
    let told: Value = serde_json::from_slice(&all.stdout).unwrap();
    assert_eq!((&told["decisions"], &told["same"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(run(&["rules", "explain", "4711"]).status.code(), Some(1));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("norway.toml");
    fs::write(&file, NORWAY).unwrap();
    let file = file.to_str().unwrap();
    let tried = run(&["rules", "backtest", "--since", "1d", "--rules", file]);
    let words = said(&tried);
    assert!(words.contains("1 conversations would have been different"), "{words}");
    assert!(words.contains("labels: shipping → abroad, shipping"), "{words}");
    let tried = run(&["rules", "backtest", "--since", "12h", "--json"]);
    let told: Value = serde_json::from_slice(&tried.stdout).unwrap_or_else(|_| panic!("{}", said(&tried)));
    assert_eq!(
        (&told["report"]["decisions"], &told["report"]["changed"]),
        (&Value::from(1), &Value::from(0))
    );

    assert!(said(&run(&["rules", "shadow", file])).contains("decides in the shadow"));
    assert!(said(&run(&["rules", "shadow"])).contains("0 decisions, 0 of them otherwise"));
    assert!(said(&run(&["rules", "shadow", "off"])).contains("No candidate"));
    assert!(said(&run(&["rules", "versions"])).contains("Nobody has edited"));
    assert!(said(&run(&["rules", "return"])).contains("nothing to go back to"));
    house.close().await;
}
