//! `hotdash learn`: what people of a desk decided, learned on this machine.

use super::eval::classify::print;
use super::labelled::{Labelled, task};
use crate::app::models_folder;
use crate::config::Config;
use anyhow::Context;
use clap::{Args, Subcommand};
use hotdash_core::analysis::Analyzer;
use hotdash_core::learn::{Learned, Task, check_rows, learn};
use serde_json::json;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

#[derive(Debug, Args)]
pub(super) struct Learn {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Learn labels from messages that people labelled, and say how good what was learned is.
    ///
    /// Part of the messages is kept apart to measure on. `hotdash serve` takes the model from the folder `models` in the
    /// data directory when it starts, and uses it only where it beat what is shipped.
    Labels(Labels),
}

#[derive(Debug, Args)]
struct Labels {
    /// What is told of a message: sentiment, intent, category, urgency or escalation.
    #[arg(long, value_parser = task)]
    task: Task,
    #[command(flatten)]
    labelled: Labelled,
    /// The share of each label's messages to measure on, 0 to 0.5.
    #[arg(long, value_name = "SHARE", default_value_t = 0.2)]
    held_out: f64,
    /// Where to write the model; without it, to where `hotdash serve` with these settings looks for it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

impl Learn {
    pub(super) fn run(&self, config: impl FnOnce() -> anyhow::Result<Config>) -> anyhow::Result<ExitCode> {
        let What::Labels(asked) = &self.what;
        let out = match &asked.out {
            Some(out) => out.clone(),
            None => {
                let config =
                    config().context("without --out the settings must say where the data directory is")?;
                models_folder(&config.data_dir).join(format!("{}.json", asked.task.name()))
            }
        };
        let mut rows = asked.labelled.rows()?;
        // Whoever has labels of their own teaches those; only what is yes or no can be mistyped.
        if matches!(asked.task, Task::Sentiment | Task::Urgency | Task::Escalation) {
            check_rows(asked.task, &mut rows, None)?;
        }
        let analyzer = Analyzer::shipped();
        let begun = Instant::now();
        let learned = learn(analyzer, asked.task, &rows, asked.held_out)?;
        let seconds = begun.elapsed().as_secs_f64();
        write_model(&out, &learned)?;
        say(&learned, &out, seconds, asked.json)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn write_model(out: &Path, learned: &Learned) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be written", out.display());
    if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).with_context(cannot)?;
    }
    // Whoever starts while this writes must find the whole model or the one before.
    let beside = out.with_extension("json.new");
    fs::write(&beside, learned.model.to_json()? + "\n").with_context(cannot)?;
    fs::rename(&beside, out).with_context(cannot)
}

fn say(learned: &Learned, file: &Path, seconds: f64, as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let model = &learned.model;
    if as_json {
        let all = json!({
            "task": model.task,
            "labels": model.labels(),
            "version": model.version(),
            "learned_from": learned.learned_from,
            "measured_on": learned.measured_on,
            "held_out": model.held_out,
            "without_model": model.without,
            "used": model.used,
            "seconds": seconds,
            "file": file,
        });
        writeln!(out, "{all}")?;
        return Ok(());
    }
    writeln!(out, "Learned {} labels of {} in {seconds:.1} s.", model.labels().len(), model.task.name())?;
    if let Some(measured) = &model.held_out {
        writeln!(out, "Measured on messages kept apart (learned from {}):\n", learned.learned_from)?;
        print(measured, &mut out)?;
    }
    let verdict = match (&model.held_out, &model.without) {
        (Some(with), Some(without)) if model.used => {
            format!(
                "Without it the macro-F1 is {:.4}, with it {:.4}: it will be used.",
                without.macro_f1, with.macro_f1
            )
        }
        (Some(with), Some(without)) => format!(
            "Without it the macro-F1 is {:.4}, with it {:.4}: it will not be used. More labelled messages may help.",
            without.macro_f1, with.macro_f1
        ),
        _ => "There is nothing to compare it with: it will be used.".to_owned(),
    };
    writeln!(
        out,
        "\n{verdict}\nWritten to {}; `hotdash serve` reads its models when it starts.",
        file.display()
    )?;
    Ok(())
}
