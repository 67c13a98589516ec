//! `hotdash rules fairness`: how conversations were shared among people.

use super::super::since::read_since;
use super::live::{known, moment};
use crate::work::rules::fairness::{Fairness, since};
use clap::Args;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

/// Tell how fairly the rules shared conversations: how many each person was given, and how many would have been fair.
///
/// Counted are choices among people; a fair share of a choice is one part in as many as could have been taken. The largest
/// deficit is what one person missed most. Jain's index is 1 where everybody got exactly their part.
#[derive(Debug, Args)]
pub(super) struct FairnessCommand {
    /// How far back: a span such as 30d or 12h, or a day such as 2026-08-01.
    #[arg(long, default_value = "30d")]
    since: String,
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long)]
    desk: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl FairnessCommand {
    pub(super) async fn run(&self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let desk = known(config, self.desk.as_deref()).await?;
        let from = read_since(&self.since, desk.clock.now())?.as_millisecond();
        let told = since(&desk.store, desk.id, from).await?;
        if self.json {
            println!("{}", json!({ "desk": desk.settings.key, "since": moment(from), "fairness": told }));
        } else {
            print(&told, from);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(told: &Fairness, from: i64) {
    if told.assignments == 0 {
        println!("No rule gave a conversation to anybody since {}.", moment(from));
        return;
    }
    println!("{} conversations given since {}.", told.assignments, moment(from));
    println!("{:<24}{:>8}{:>10}{:>10}{:>10}", "", "given", "eligible", "expected", "deficit");
    for part in &told.agents {
        println!(
            "{:<24}{:>8}{:>10}{:>10.2}{:>10.2}",
            part.name, part.given, part.eligible, part.expected, part.deficit
        );
    }
    let jain = told.jain.map_or(String::new(), |jain| format!(", Jain's index {jain:.3}"));
    println!("Spread {:.2}, largest deficit {:.2}{jain}.", told.spread, told.largest_deficit);
}
