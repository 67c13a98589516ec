//! Labels from the terminal: measured with `eval classify`, learned with `learn labels`.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn hotdash(folder: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hotdash"))
        .current_dir(folder)
        .env_clear()
        .args(arguments.split_whitespace())
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Forty messages about two things, as a desk exports them.
fn export() -> String {
    let frames =
        ["where is my {}", "I want to know about the {}", "{} please", "is the {} ok?", "the {}, hello?"];
    let topics = [
        ("parts", ["gasket", "spark plug", "jet", "brake pad"]),
        ("money", ["invoice", "refund", "bill", "receipt"]),
    ];
    let mut lines = String::from("id,said,about\n");
    for (label, things) in topics {
        for (number, (thing, frame)) in things.iter().flat_map(|t| frames.map(|f| (*t, f))).enumerate() {
            lines.push_str(&format!("{number},\"{}, thanks\",{label}\n", frame.replace("{}", thing)));
        }
    }
    lines
}

#[test]
fn shipped_labels_are_measured_from_csv_and_from_json_lines() {
    let folder = tempfile::tempdir().unwrap();
    let csv = "text,label\n\"You lost my bag, worst service ever\",negative\nThank you so much you are great,positive\n\
               What time do you open?,neutral\n";
    fs::write(folder.path().join("moods.csv"), csv).unwrap();
    let lines = "{\"text\":\"You lost my bag, worst service ever\",\"label\":\"negative\"}\n\n\
                 {\"text\":\"Thank you so much you are great\",\"label\":\"positive\"}\n\
                 {\"text\":\"What time do you open?\",\"label\":\"neutral\"}\n";
    fs::write(folder.path().join("moods.jsonl"), lines).unwrap();
    for file in ["moods.csv", "moods.jsonl"] {
        let seen =
            json(&hotdash(folder.path(), &format!("eval classify --task sentiment --data {file} --json")));
        assert_eq!(
            (&seen["n"], &seen["accuracy"], &seen["macro_f1"]),
            (&3.into(), &1.0.into(), &1.0.into()),
            "{seen}"
        );
        assert_eq!(seen["per_class"]["neutral"]["n"], 1);
        assert!(seen["calibration"]["expected_error"].is_number() && seen["abstained"].is_number());
    }
    let table = hotdash(folder.path(), "eval classify --task sentiment --data moods.csv");
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("macro-F1 1.0000") && table.contains("negative"), "{table}");
}

#[test]
fn labels_of_ones_own_are_learned_and_then_measured() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("export.csv"), export()).unwrap();
    let columns = "--data export.csv --text-column said --label-column about";
    let learned =
        json(&hotdash(folder.path(), &format!("learn labels --task intent {columns} --out own.json --json")));
    assert_eq!((&learned["learned_from"], &learned["measured_on"]), (&32.into(), &8.into()), "{learned}");
    assert_eq!(learned["labels"], serde_json::json!(["money", "parts"]));
    assert!(learned["held_out"]["per_class"]["parts"]["f1"].is_number());
    let seen = json(&hotdash(
        folder.path(),
        &format!("eval classify --task intent {columns} --model own.json --json"),
    ));
    assert_eq!(seen["n"], 40);
    assert!(seen["accuracy"].as_f64().unwrap() >= 0.95, "{seen}");
    let other = hotdash(folder.path(), &format!("eval classify --task category {columns} --model own.json"));
    assert!(refusal(&other).contains("the model is for intent"));
}

#[test]
fn what_does_not_fit_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("export.csv"), export()).unwrap();
    let refused = |arguments: &str| refusal(&hotdash(folder.path(), arguments));
    let no_column = refused("eval classify --task sentiment --data export.csv");
    assert!(no_column.contains("no column \"text\"") && no_column.contains("id, said, about"), "{no_column}");
    let label =
        refused("eval classify --task sentiment --data export.csv --text-column said --label-column about");
    assert!(label.contains("line 2") && label.contains("negative, neutral, positive"), "{label}");
    let nowhere =
        refused("learn labels --task intent --data export.csv --text-column said --label-column about");
    assert!(nowhere.contains("--out"), "{nowhere}");
    fs::write(folder.path().join("bad.jsonl"), "{\"text\": \"Hi\"}\n").unwrap();
    let key = refused("eval classify --task sentiment --data bad.jsonl");
    assert!(key.contains("line 1 has no \"label\""), "{key}");
    let task = refused("eval classify --task mood --data export.csv");
    assert!(task.contains("sentiment, intent"), "{task}");
}
