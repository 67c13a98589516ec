//! `hotdash rules`: check, test, try, explain, and go back.

mod backtest;
mod check;
mod explain;
mod fairness;
mod live;
mod test;

use crate::app::rules::{Layers, Rules};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use hotdash_core::hours::Hours;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct RulesCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Check(check::Check),
    Test(test::Test),
    Backtest(backtest::Backtest),
    Explain(explain::Explain),
    Fairness(fairness::FairnessCommand),
    Versions(live::Versions),
    Return(live::Return),
    Shadow(live::ShadowCommand),
}

impl RulesCommand {
    pub(super) async fn run(&self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        match &self.what {
            What::Check(check) => check.run(),
            What::Test(test) => test.run(),
            What::Backtest(backtest) => backtest.run(config).await,
            What::Explain(explain) => explain.run(config).await,
            What::Fairness(fairness) => fairness.run(config).await,
            What::Versions(versions) => versions.run(config).await,
            What::Return(back) => back.run(config).await,
            What::Shadow(shadow) => shadow.run(config).await,
        }
    }
}

/// Rule files, each also a folder of them, as (name, text); in a folder by name.
fn rule_files(paths: &[PathBuf]) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for path in paths {
        for file in files_in(path, &["toml", "json"])? {
            let text =
                fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            files.push((file.display().to_string(), text));
        }
    }
    Ok(files)
}

/// A file, or the files of a folder with one of these endings.
fn files_in(path: &Path, endings: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry?.path();
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if endings.contains(&ending) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        bail!("{} has no file that ends with .{}", path.display(), endings.join(" or ."));
    }
    Ok(files)
}

/// Layers without problems.
fn sound(layers: Layers) -> anyhow::Result<Rules> {
    layers.parse().map_err(|problems| {
        let told: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
        anyhow::anyhow!("these rules have problems:\n{}", told.join("\n"))
    })
}

/// The hours of a file.
fn hours_of(file: &Path) -> anyhow::Result<Hours> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Hours::parse(&text).with_context(|| file.display().to_string())
}
