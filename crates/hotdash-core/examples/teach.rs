//! Teach the shipped models anew from `defaults/examples` and write them to `defaults/models`.
//!
//! To be run after a change to the examples: `cargo run -p hotdash-core --example teach`.

use hotdash_core::analysis::{Analyzer, examples, shipped_lists};
use hotdash_core::learn::{Task, learn};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("defaults/models");
    let (lists, _) = Analyzer::untaught(shipped_lists());
    for task in [Task::Sentiment, Task::Urgency, Task::Escalation] {
        let rows = examples(task)?;
        let learned = learn(&lists, task, &rows, 0.0)?;
        std::fs::write(models.join(format!("{}.json", task.name())), learned.model.to_json()? + "\n")?;
        println!("{}: learned from {} examples", task.name(), rows.len());
    }
    Ok(())
}
