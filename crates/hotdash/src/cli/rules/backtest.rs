//! `hotdash rules backtest`: what rules would have changed.

use super::super::{desk_named, eval::read, since::read_since};
use super::{hours_of, rule_files, sound};
use crate::app::App;
use crate::app::rules::Layers;
use crate::clock::Clock;
use crate::config::Config;
use crate::work::rules::backtest::{HANDLING_S, run};
use crate::work::rules::past::{Files, History};
use crate::work::rules::{edited, past};
use anyhow::{Context, bail};
use clap::Args;
use hotdash_core::analysis::Analyzer;
use hotdash_core::backtest::{Change, Count, Model, Pair, Past, Report};
use hotdash_core::hours::Hours;
use hotdash_core::rulebook::Rulebook;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Conversations that are listed unless all are asked for.
const LISTED: usize = 20;

/// Say what rules would have changed: who would have got what, with which labels and priority, who would have had how much
/// to do, and what would have been answered late.
///
/// On a desk, the decisions on record are compared with what the rules of today, or those of --rules, make of what was
/// seen then. Conversations from before hotdash count with their first message, once `hotdash backfill` has read them.
///
/// With --history it needs no desk and no database: it reads a folder in which a desk was written down
/// (deliveries.jsonl, and where they are there conversations.jsonl, agents.json, inboxes.json; plain or gzipped) and
/// compares the shipped rules with what people did there, or the rules of --rules with the shipped ones.
///
/// Late answers are an estimate, the same for both sides: each person answers one conversation after the other, in opening
/// hours. Of a recording nobody knows who was there: in opening hours everybody.
#[derive(Debug, Args)]
pub(super) struct Backtest {
    /// How far back: a time like 30d or 12h, or a day like 2026-08-01 (UTC).
    #[arg(long, value_name = "TIME", default_value = "30d", conflicts_with = "history")]
    since: String,
    /// Rule files to try; on a desk in place of what was edited in hotdash. May be given again.
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    /// A folder in which a desk was written down.
    #[arg(long, value_name = "DIR")]
    history: Option<PathBuf>,
    /// Opening hours for --history; without them those of the desk's first inbox that has some.
    #[arg(long, value_name = "FILE", requires = "history")]
    hours: Option<PathBuf>,
    /// Within how many minutes a first answer is due; on a desk, CHATWOOT_SLA_MINUTES without it, else 30.
    #[arg(long, value_name = "MINUTES")]
    target: Option<i64>,
    /// How many minutes one first answer takes a person.
    #[arg(long, value_name = "MINUTES", default_value_t = HANDLING_S / 60)]
    handling: i64,
    /// List every conversation that would have been different, not only the first 20.
    #[arg(long)]
    all: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long, conflicts_with = "history")]
    desk: Option<String>,
}

/// What is compared with what.
struct Comparison {
    past: Vec<Past>,
    before: Option<Rulebook>,
    after: Rulebook,
    target_minutes: i64,
    /// In words: (left, right).
    sides: (String, String),
}

impl Backtest {
    pub(super) async fn run(&self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let Comparison { past, before, after, target_minutes, sides } = match &self.history {
            Some(folder) => self.on_history(folder)?,
            None => self.on_desk(config).await?,
        };
        if past.is_empty() {
            bail!("there is nothing to try the rules on: no customer wrote in that time");
        }
        let model = Model { handling_s: self.handling.max(1) * 60, target_s: target_minutes.max(1) * 60 };
        let report = run(Arc::new(past), before.map(Arc::new), Arc::new(after), model).await?;
        if self.json {
            let (left, right) = sides;
            println!(
                "{}",
                json!({ "before": left, "after": right, "target_minutes": target_minutes, "report": report })
            );
        } else {
            self.print(&report, &sides, target_minutes);
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn on_desk(&self, config: Option<&Path>) -> anyhow::Result<Comparison> {
        let since = read_since(&self.since, Clock::real().now())?;
        let app = App::build(Config::load(config)?, Clock::real()).await?;
        let desk = desk_named(&app.desks, |desk| &desk.settings.key, self.desk.as_deref())?;
        let (text, version) = edited(&app.store, desk.id).await?;
        let (layers, right) = if self.rules.is_empty() {
            (desk.layers.with(&text), format!("the active rules (version {version})"))
        } else {
            let files = rule_files(&self.rules)?;
            let right = names(&files);
            (Layers::of_files(desk.settings.rules.clone().into_iter().chain(files)), right)
        };
        let after = sound(layers)?;
        let (hours, since_ms) = (Arc::new(desk.hours.clone()), since.as_millisecond());
        Ok(Comparison {
            past: past::on_record(&app.store, desk.id, app.analyzer(), &hours, since_ms).await?,
            before: Some(Rulebook::clone(&desk.rulebook.load())),
            after: after.rulebook,
            target_minutes: self.target.unwrap_or(desk.settings.sla_minutes),
            sides: ("the decisions on record".to_owned(), right),
        })
    }

    fn on_history(&self, folder: &Path) -> anyhow::Result<Comparison> {
        let history = History::read(&Files {
            deliveries: one_of(folder, "deliveries.jsonl")?.with_context(|| {
                format!("{} has no deliveries.jsonl or deliveries.jsonl.gz", folder.display())
            })?,
            conversations: one_of(folder, "conversations.jsonl")?,
            agents: one_of(folder, "agents.json")?,
            inboxes: one_of(folder, "inboxes.json")?,
        })?;
        let hours = match (&self.hours, &history.hours) {
            (Some(file), _) => hours_of(file)?,
            (None, Some(text)) => Hours::parse(text).context("the inbox's opening hours")?,
            (None, None) => Hours::shipped(),
        };
        let with_people = self.rules.is_empty();
        let past = past::in_history(&history, Analyzer::shipped(), &Arc::new(hours), with_people);
        let shipped = sound(Layers::of_files([]))?.rulebook;
        let target_minutes = self.target.unwrap_or(30);
        if with_people {
            let sides = ("what people did".to_owned(), "the shipped rules".to_owned());
            return Ok(Comparison { past, before: None, after: shipped, target_minutes, sides });
        }
        let files = rule_files(&self.rules)?;
        let sides = ("the shipped rules".to_owned(), format!("with {}", names(&files)));
        let after = sound(Layers::of_files(files))?.rulebook;
        Ok(Comparison { past, before: Some(shipped), after, target_minutes, sides })
    }

    fn print(&self, report: &Report, (left, right): &(String, String), target_minutes: i64) {
        println!("{} decisions in {} conversations", report.decisions, report.conversations);
        if let Some((since, until)) = report.since.zip(report.until) {
            println!("from {} to {}", since.strftime("%Y-%m-%d %H:%M"), until.strftime("%Y-%m-%d %H:%M UTC"));
        }
        println!("before  {left}\nafter   {right}\n");
        println!("{} conversations would have been different.\n", report.changed);
        println!("{:<34}{:>8}{:>8}", "", "before", "after");
        let table = |title: &str, counts: &[Count]| {
            if counts.iter().any(|count| count.before + count.after > 0) {
                println!("{title}");
            }
            for Count { name, before, after } in counts.iter().filter(|c| c.before + c.after > 0) {
                println!("  {name:<32}{before:>8}{after:>8}");
            }
        };
        table("rules that matched", &report.rules);
        table("labels", &report.labels);
        table("priorities", &report.priorities);
        let load: Vec<Count> = report
            .load
            .iter()
            .map(|load| Count { name: load.name.clone(), before: load.before, after: load.after })
            .collect();
        table("given to", &load);
        for (name, Pair { before, after }) in [
            ("escalated", report.escalated),
            ("needing two people", report.held),
            ("waiting for somebody", report.waiting),
            ("with a draft", report.drafts),
            ("late first answers, estimated", report.breaches),
        ] {
            println!("{name:<34}{before:>8}{after:>8}");
        }
        println!(
            "{:<34}{:>8}   (later than {target_minutes} min, by the clock, or never)",
            "late first answers, on record", report.breaches_recorded
        );
        let listed = if self.all { usize::MAX } else { LISTED };
        for difference in report.differences.iter().take(listed) {
            println!(
                "\nconversation {}, {}",
                difference.conversation,
                difference.at.strftime("%Y-%m-%d %H:%M")
            );
            for Change { what, before, after } in &difference.changes {
                println!("    {what}: {before} → {after}");
            }
        }
        if report.differences.len() > listed {
            println!("\n… and {} more: --all lists them.", report.differences.len() - listed);
        }
    }
}

fn names(files: &[(String, String)]) -> String {
    files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// A file, plain or gzipped; `None` where there is neither.
fn one_of(folder: &Path, name: &str) -> anyhow::Result<Option<String>> {
    for name in [name.to_owned(), format!("{name}.gz")] {
        let path = folder.join(name);
        if path.exists() {
            return read(&path).map(Some);
        }
    }
    Ok(None)
}
