//! `hotdash rules check`: what is wrong with rule files, before anybody depends on them.

use super::rule_files;
use crate::app::rules::Layers;
use clap::Args;
use hotdash_core::rulebook::{Rulebook, SHIPPED, Severity};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// Check rule files: grammar first, then sense (rules that can never be reached, that contradict each other, that go in
/// circles).
///
/// The files are layered in the order given, on top of the shipped rules. Needs no settings, no database and no desk. Ends
/// with 0 when there is nothing to mend.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Rule files, or folders of them; without any, the shipped rules.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let layers = Layers::of_files(rule_files(&self.files)?);
        let (rulebook, mut problems) = Rulebook::parse(&layers.files());
        for doubtful in rulebook.check() {
            if !problems.contains(&doubtful) {
                problems.push(doubtful);
            }
        }
        let is_sound = problems.iter().all(|problem| problem.severity == Severity::Warning);
        if self.json {
            println!(
                "{}",
                json!({ "rules": rulebook.rules().len(), "hash": rulebook.hash(), "problems": problems })
            );
        } else {
            for problem in &problems {
                let how_bad = if problem.severity == Severity::Warning { "worth a look: " } else { "" };
                println!("{how_bad}{problem}");
            }
            if is_sound {
                let shipped = Rulebook::parse(&[SHIPPED]).0.rules().len();
                println!(
                    "{} rules ({shipped} shipped ones among them or replaced), nothing to mend. Known as {}.",
                    rulebook.rules().len(),
                    rulebook.hash()
                );
            }
        }
        Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
