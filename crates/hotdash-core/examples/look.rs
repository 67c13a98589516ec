//! What the shipped analysis makes of sentences it has not learned from, by language, with each mistake.
//!
//! `cargo run -p hotdash-core --example look -- crates/hotdash-core/tests/cases/fresh`

use hotdash_core::analysis::Analyzer;
use hotdash_core::learn::{Row, Task, examine};
use std::collections::BTreeMap;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder =
        std::env::args().nth(1).ok_or("name a folder with sentiment.toml, urgency.toml, escalation.toml")?;
    let analyzer = Analyzer::shipped();
    for task in [Task::Sentiment, Task::Urgency, Task::Escalation] {
        let path = Path::new(&folder).join(format!("{}.toml", task.name()));
        if !path.exists() {
            continue;
        }
        let sentences: BTreeMap<String, BTreeMap<String, Vec<String>>> =
            toml::from_str(&std::fs::read_to_string(path)?)?;
        let mut all = Vec::new();
        for (language, labels) in &sentences {
            let mut rows = Vec::new();
            for (label, texts) in labels {
                for text in texts {
                    let (guess, confidence) = analyzer.label(task, true, text);
                    if guess != *label {
                        println!("  {language} {label} → {guess} {confidence:.2}: {text}");
                    }
                    let label = match task {
                        Task::Escalation => (label != "none").to_string(),
                        _ => label.clone(),
                    };
                    rows.push(Row { line: 0, text: text.clone(), label });
                }
            }
            println!("{} {language}: {}", task.name(), line(analyzer, task, &rows));
            all.extend(rows);
        }
        println!("{}: {}", task.name(), line(analyzer, task, &all));
    }
    Ok(())
}

fn line(analyzer: &Analyzer, task: Task, rows: &[Row]) -> String {
    let measured = examine(analyzer, task, rows);
    let each: Vec<String> = measured
        .per_class
        .iter()
        .map(|(label, c)| format!("{label} {:.2}/{:.2}", c.precision, c.recall))
        .collect();
    format!(
        "n {} accuracy {:.3} macro-F1 {:.3} F1(true) {:.3} calibration error {:.3} abstained {} · {}",
        measured.n,
        measured.accuracy,
        measured.macro_f1,
        measured.per_class.get("true").map_or(0.0, |c| c.f1),
        measured.calibration.expected_error,
        measured.abstained,
        each.join(", ")
    )
}
