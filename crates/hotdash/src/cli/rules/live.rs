//! The rules of a desk that is served: versions, one step back, the candidate in the shadow.

use super::super::desk_named;
use crate::app::rules::Layers;
use crate::clock::Clock;
use crate::config::{Config, DeskConfig};
use crate::store::Store;
use crate::store::desks::KeptDesk;
use crate::work::rules::{end_of_shadow, go_back, shadow};
use anyhow::{Context, bail};
use clap::Args;
use hotdash_core::backtest::Change;
use hotdash_core::ids::DeskId;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const AUTHOR: &str = "command line";
const VERSIONS: i64 = 100;
const DIFFERENCES: i64 = 50;

/// A desk as the store knows it. No rules are read for it, so that rules that do not fit can be mended.
pub(super) struct Known {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) settings: DeskConfig,
    pub(super) id: DeskId,
}

pub(super) async fn known(config: Option<&Path>, key: Option<&str>) -> anyhow::Result<Known> {
    let config = Config::load(config)?;
    let settings = desk_named(&config.desks, |desk| &desk.key, key)?.clone();
    let (store, clock) = (Store::open(&config.database_url).await?, Clock::real());
    let desk = KeptDesk {
        key: settings.key.clone(),
        base_url: settings.base_url.clone(),
        account: settings.account,
        url_token: crate::app::new_url_token(),
    };
    let id = store.keep_desk(&desk, clock.now_ms()).await?.id;
    Ok(Known { store, clock, settings, id })
}

/// List the versions of the rules edited in hotdash, newest first.
#[derive(Debug, Args)]
pub(super) struct Versions {
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long)]
    desk: Option<String>,
    /// Print one JSON object, with the texts.
    #[arg(long)]
    json: bool,
}

impl Versions {
    pub(super) async fn run(&self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let desk = known(config, self.desk.as_deref()).await?;
        let versions = desk.store.rule_versions(desk.id, VERSIONS).await?;
        if self.json {
            let told: Vec<Value> = versions
                .iter()
                .map(|v| {
                    json!({
                        "number": v.number, "origin": v.origin, "hash": v.hash, "active": v.active, "author": v.author,
                        "note": v.note, "at": moment(v.created_at), "text": v.text,
                    })
                })
                .collect();
            println!("{}", json!({ "desk": desk.settings.key, "versions": told }));
            return Ok(ExitCode::SUCCESS);
        }
        if versions.is_empty() {
            println!("Nobody has edited the rules in hotdash: the shipped ones and the team's files decide.");
        }
        for version in versions {
            let mark = if version.active { "active" } else { "" };
            let (number, hash, author) = (version.number, version.hash, version.author);
            println!(
                "{number:>4}  {mark:6}  {hash}  {}  {author}: {}",
                moment(version.created_at),
                version.note
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Go one step back: what was active before becomes active again, as a new version.
///
/// A running hotdash decides by it within seconds. Given again, it goes one more step back.
#[derive(Debug, Args)]
pub(super) struct Return {
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long)]
    desk: Option<String>,
}

impl Return {
    pub(super) async fn run(&self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let desk = known(config, self.desk.as_deref()).await?;
        let layers = Layers::of(&desk.settings);
        let number = go_back(&desk.store, &desk.clock, desk.id, &layers, AUTHOR).await?;
        let version = desk.store.rule_version(desk.id, number).await?.context("the version is gone")?;
        println!("Version {number} is active: {}.", version.note);
        Ok(ExitCode::SUCCESS)
    }
}

/// Let a candidate decide beside the active rules. It changes nothing on the desk; what it would have done otherwise is
/// counted and shown.
///
/// Without an argument, tells what the candidate did so far.
#[derive(Debug, Args)]
pub(super) struct ShadowCommand {
    /// Rules that would stand in place of what was edited in hotdash; or `off`.
    #[arg(value_name = "FILE|off")]
    candidate: Option<PathBuf>,
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long)]
    desk: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl ShadowCommand {
    pub(super) async fn run(&self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let desk = known(config, self.desk.as_deref()).await?;
        match &self.candidate {
            None => self.tell(&desk).await?,
            Some(word) if word.as_os_str() == "off" => {
                end_of_shadow(&desk.store, desk.id).await?;
                println!("No candidate decides any more.");
            }
            Some(file) => {
                let text =
                    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
                let layers = Layers::of(&desk.settings);
                let hash = shadow(&desk.store, &desk.clock, desk.id, &layers, &text, AUTHOR).await?;
                println!(
                    "{hash} decides in the shadow from now on. `hotdash rules shadow` tells how it does."
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn tell(&self, desk: &Known) -> anyhow::Result<()> {
        let Some(kept) = desk.store.shadow(desk.id).await? else {
            bail!("no candidate decides: name a file of rules to let one");
        };
        let counts = desk.store.shadow_counts(desk.id, &kept.hash).await?;
        let differences =
            desk.store.shadow_differences::<Vec<Change>>(desk.id, &kept.hash, DIFFERENCES).await?;
        if self.json {
            let told: Vec<Value> = differences
                .iter()
                .map(|d| {
                    let at = moment(d.decided_at);
                    json!({ "conversation": d.conversation, "at": at, "decision": d.decision, "changes": d.changes })
                })
                .collect();
            println!(
                "{}",
                json!({
                    "hash": kept.hash, "since": moment(kept.started_at), "by": kept.author, "decided": counts.decided,
                    "different": counts.different, "differences": told,
                })
            );
            return Ok(());
        }
        println!(
            "{} decides in the shadow since {}: {} decisions, {} of them otherwise.",
            kept.hash,
            moment(kept.started_at),
            counts.decided,
            counts.different
        );
        for difference in differences {
            println!("conversation {}, {}", difference.conversation, moment(difference.decided_at));
            for Change { what, before, after } in difference.changes {
                println!("    {what}: {before} → {after}");
            }
        }
        Ok(())
    }
}

pub(super) fn moment(ms: i64) -> String {
    Timestamp::from_millisecond(ms)
        .map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
        .unwrap_or_default()
}
