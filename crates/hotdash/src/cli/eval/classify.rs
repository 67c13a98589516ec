//! `hotdash eval classify`: how often hotdash labels messages as people did.

use crate::app::read_model;
use crate::cli::labelled::{Labelled, task};
use clap::Args;
use hotdash_core::analysis::Analyzer;
use hotdash_core::learn::{Measured, Model, Task, check_rows, examine};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Classify {
    /// What is told of a message: sentiment, intent, category, urgency, escalation or language.
    #[arg(long, value_parser = task)]
    task: Task,
    #[command(flatten)]
    labelled: Labelled,
    /// Ask this model, which `hotdash learn labels` wrote, whether or not it beat what is shipped.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

impl Classify {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let mut rows = self.labelled.rows()?;
        let model = self.model.as_deref().map(read_model).transpose()?;
        if let Some(model) = model.as_ref().filter(|model| model.task != self.task) {
            anyhow::bail!("the model is for {}, not for {}", model.task.name(), self.task.name());
        }
        check_rows(self.task, &mut rows, model.as_ref().map(Model::labels))?;
        let own = model.map(|mut model| {
            model.used = true;
            Analyzer::with_models([model])
        });
        let analyzer = own.as_ref().unwrap_or_else(|| Analyzer::shipped());
        let measured = examine(analyzer, self.task, &rows);
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(&measured)?)?;
        } else {
            print(&measured, &mut out)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A table for people.
pub(in crate::cli) fn print(measured: &Measured, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} messages", measured.n)?;
    writeln!(out, "accuracy {:.4} · macro-F1 {:.4}", measured.accuracy, measured.macro_f1)?;
    let sure = measured
        .accuracy_when_sure
        .map_or(String::new(), |share| format!(", accuracy of the others {share:.4}"));
    writeln!(out, "too doubtful to act on: {}{sure}", measured.abstained)?;
    writeln!(
        out,
        "confidence and share of right guesses differ by {:.4}",
        measured.calibration.expected_error
    )?;
    let widest = measured.per_class.keys().map(|label| label.chars().count()).max().unwrap_or(0).max(5);
    writeln!(out, "\n{:widest$}  precision  recall      F1       n", "label")?;
    for (label, class) in &measured.per_class {
        writeln!(
            out,
            "{label:widest$}  {:>9.4}  {:>6.4}  {:>6.4}  {:>6}",
            class.precision, class.recall, class.f1, class.n
        )?;
    }
    Ok(())
}
