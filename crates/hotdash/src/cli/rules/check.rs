//! `hotdash rules check`: what is wrong with rule files, before anybody depends on them.

use super::rule_files;
use crate::app::read_model;
use crate::app::rules::Layers;
use anyhow::bail;
use clap::Args;
use hotdash_core::learn::Task;
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
    /// A model learned from intents of your own (`models` in the data directory): rules may ask for its labels.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let layers = Layers::of_files(rule_files(&self.files)?);
        let (rulebook, mut problems) = Rulebook::parse_with(&layers.files(), Some(&self.intents()?));
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

    fn intents(&self) -> anyhow::Result<Vec<String>> {
        let Some(file) = &self.model else { return Ok(Vec::new()) };
        let model = read_model(file)?;
        if model.task != Task::Intent {
            bail!("{} holds a model for {}, not for intents", file.display(), model.task.name());
        }
        Ok(model.labels().to_vec())
    }
}
