//! `hotdash rules explain`: why a conversation is where it is.

use super::live::{Known, known, moment};
use super::sound;
use crate::app::rules::Layers;
use crate::work::rules::edited;
use crate::work::rules::explain::{Again, Explained, explain, replay};
use anyhow::bail;
use clap::Args;
use hotdash_core::ids::ConversationId;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

/// Explain what was decided about a conversation: each decision with what every rule saw.
///
/// Each decision is made again from its record by the rules of then; the answer says whether it came out the same, and
/// what the rules of today would change.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The conversation's number on the desk; `all` makes every decision on record again and counts.
    #[arg(value_name = "CONVERSATION")]
    conversation: String,
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long)]
    desk: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(super) async fn run(&self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let desk = known(config, self.desk.as_deref()).await?;
        if self.conversation == "all" {
            return self.all(&desk).await;
        }
        let Ok(number) = self.conversation.trim_start_matches('#').parse() else {
            bail!("{:?} is no conversation's number; it stands in the desk's address", self.conversation);
        };
        let (text, _) = edited(&desk.store, desk.id).await?;
        let today = sound(Layers::of(&desk.settings).with(&text))?.rulebook;
        let told = explain(&desk.store, desk.id, ConversationId(number), &today).await?;
        if self.json {
            println!("{}", json!({ "conversation": number, "decisions": told }));
        } else if told.is_empty() {
            println!("No rules decided about conversation {number} at {}.", desk.settings.key);
        } else {
            told.iter().for_each(print);
        }
        Ok(if told.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    async fn all(&self, desk: &Known) -> anyhow::Result<ExitCode> {
        let replayed = replay(&desk.store, desk.id, 0).await?;
        if self.json {
            println!("{}", serde_json::to_string(&replayed)?);
        } else {
            println!(
                "{} decisions on record, {} come out the same when they are made again, {} otherwise; of {} the rules \
                 are not kept.",
                replayed.decisions,
                replayed.same,
                replayed.different.len(),
                replayed.rules_gone
            );
        }
        Ok(if replayed.different.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn print(told: &Explained) {
    let version = told.version.map_or(String::new(), |version| format!(", version {version}"));
    println!("{}  {} (rules {}{version})", moment(told.decided_at_ms), told.sentence, told.rulebook);
    for rule in &told.rules {
        let mark = if rule.matched { "✓" } else { "·" };
        println!("  {mark} {} ({}): {}", rule.name, rule.rule, rule.because);
    }
    if let Some(choice) = &told.assignment {
        for candidate in &choice.candidates {
            let mark = if choice.chosen == Some(candidate.agent) { "→" } else { " " };
            let most = candidate.capacity.map_or(String::new(), |most| format!(" of {most}"));
            println!("  {mark} {}: {}{most} conversations", candidate.name, candidate.open);
        }
        choice.excluded.iter().for_each(|one| println!("    {} was left out: {}", one.name, one.why));
    }
    println!("  seen:");
    for (what, value) in &told.saw {
        println!("    {what:<22}{}", value.replace('\n', " "));
    }
    match told.again {
        Again::Same => println!("  Made again by the same rules: the same."),
        Again::Different => {
            println!("  Made again by the same rules: otherwise; hotdash itself has changed since.")
        }
        Again::RulesGone => println!("  The rules of then are not kept, so it cannot be made again."),
    }
    for change in &told.today {
        println!("  The rules of today: {} {} → {}", change.what, change.before, change.after);
    }
    println!();
}
