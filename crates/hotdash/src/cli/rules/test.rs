//! `hotdash rules test`: cases as files.

use super::{files_in, hours_of, rule_files, sound};
use crate::app::rules::Layers;
use anyhow::Context;
use clap::Args;
use hotdash_core::cases::{Mismatch, read, run};
use hotdash_core::hours::Hours;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

/// What `--help` says of a case; as a documentation comment it would be taken for an example in Rust.
const CASES: &str = r#"A case is a few lines of TOML:

    [[case]]
    name = "a threat needs two people"
    text = "I will sue you"
    online = { Ben = 3, Cleo = 5 }     # name = number of the last turn, 0 = never
    expect = { hold = true, assigned = "Ben" }

Beside these there are: at, busy, offline, assigned_to, labels, attributes, inbox, message_count, rules. To expect: added,
priority, assigned, waits, hold, draft, matched, sentence, because. What is not stated is not compared."#;

/// Try the rules on cases: what a customer writes, who is there, and what must come of it. Ends with 0 only when every
/// case holds.
#[derive(Debug, Args)]
#[command(after_long_help = CASES)]
pub(super) struct Test {
    /// Files of cases, or folders of them; without any, the folder `cases`.
    #[arg(value_name = "FILE", default_value = "cases")]
    cases: Vec<PathBuf>,
    /// Rule files to try, on top of the shipped rules; may be given again.
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    /// The team's opening hours; without them Monday to Friday, 9 to 17, UTC.
    #[arg(long, value_name = "FILE")]
    hours: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// A case that does not hold.
struct Failed {
    file: String,
    name: String,
    mismatches: Vec<Mismatch>,
}

impl Test {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let rules = sound(Layers::of_files(rule_files(&self.rules)?))?;
        let hours = match &self.hours {
            Some(file) => hours_of(file)?,
            None => Hours::shipped(),
        };
        let (mut tried, mut failed) = (0_usize, Vec::new());
        for path in &self.cases {
            for file in files_in(path, &["toml"])? {
                let name = file.display().to_string();
                let text = fs::read_to_string(&file).with_context(|| format!("{name} cannot be read"))?;
                for case in read(&text).with_context(|| name.clone())? {
                    tried += 1;
                    let mismatches = run(&case, &rules.layers.files(), &hours)
                        .with_context(|| format!("{name}, case “{}”", case.name))?;
                    if !mismatches.is_empty() {
                        failed.push(Failed { file: name.clone(), name: case.name, mismatches });
                    }
                }
            }
        }
        self.print(tried, &failed);
        Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn print(&self, tried: usize, failed: &[Failed]) {
        if self.json {
            let told: Vec<Value> = failed
                .iter()
                .map(|case| json!({ "file": case.file, "case": case.name, "mismatches": case.mismatches }))
                .collect();
            println!("{}", json!({ "cases": tried, "failed": told }));
            return;
        }
        for case in failed {
            println!("{}: {}", case.file, case.name);
            for Mismatch { what, expected, found } in &case.mismatches {
                println!("    {what}\n        expected  {expected}\n        found     {found}");
            }
        }
        println!("{tried} cases, {} failed.", failed.len());
    }
}
