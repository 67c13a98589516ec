//! `bench rules`: one message against a thousand rules, beside json-rules-engine and zen-engine, on the same rules and
//! messages in the same run. Where one of the three comes to other rules than ours, nothing is measured.
//!
//! What counts as our time is the whole of `decide` for a message that was analysed: splitting it into words, all
//! keywords, all rules, the actions with their reasons. What counts as the peers' time is evaluating the rules on words
//! that were split for them beforehand; so they are asked for less.
//!
//! Of several rounds the quickest is told, of ours and of the peers' alike: what else the machine does makes a round
//! slower, never quicker.

mod data;

use crate::load::count_as_f64;
use crate::rounded;
use anyhow::{Context, bail, ensure};
use clap::Args;
use data::{Rule, Said};
use hotdash_core::analysis::{Analysis, Analyzer};
use hotdash_core::cases::ordinary;
use hotdash_core::conversation::{Conversation, Message};
use hotdash_core::decide::{Snapshot, decide};
use hotdash_core::hours::Hours;
use hotdash_core::ids::InboxId;
use hotdash_core::rulebook::Rulebook;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The peers in the versions compared.
const PEERS: [&str; 2] = ["json-rules-engine@7.3.1", "@gorules/zen-engine@0.54.0"];
/// They take long.
const PEERS_ROUNDS: usize = 3;
const SCRIPT: &str = include_str!("rules/peers.mjs");

#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// Print exactly one JSON object.
    #[arg(long)]
    json: bool,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    #[arg(long, default_value_t = 1000)]
    rules: usize,
    #[arg(long, default_value_t = 5000)]
    messages: usize,
    /// Measure hotdash alone; needs no Node.
    #[arg(long)]
    alone: bool,
}

/// A message with everything a decision looks at.
struct Case {
    conversation: Conversation,
    message: Message,
    analysis: Analysis,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Peers {
    json_rules_engine: Peer,
    zen: Peer,
}

#[derive(Deserialize)]
struct Peer {
    /// Mean for one message in the quickest round.
    us: f64,
    /// For each message of the sample the ids of the rules that matched, sorted.
    matched: Vec<Vec<String>>,
}

impl Rules {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (rules, messages) = data::generate(self.rules, self.messages.max(1));
        let text = data::toml(&rules);
        let begin = Instant::now();
        let (book, problems) = Rulebook::parse(&[("bench.toml", &text)]);
        let built = begin.elapsed();
        ensure!(problems.is_empty(), "the bench's own rules are wrong: {}", problems[0]);
        let hours = Hours::shipped();
        let cases = messages.iter().map(case).collect::<anyhow::Result<Vec<Case>>>()?;
        let expected: Vec<Vec<String>> = cases.iter().map(|case| matched(&book, case, &hours)).collect();
        let matches: usize = expected.iter().map(Vec::len).sum();
        eprintln!(
            "{} rules read and indexed in {:.0} ms; {:.2} match a message on average",
            rules.len(),
            built.as_secs_f64() * 1000.0,
            matches_per(matches, cases.len()),
        );

        let mut rounds = Vec::new();
        let mut with_analysis = Vec::new();
        for round in 1..=self.rounds.max(1) {
            rounds.push(us_per(&cases, |case| {
                black_box(decide(&book, &snapshot(case, &case.analysis, &hours), case.at));
            }));
            with_analysis.push(us_per(&cases, |case| {
                let analysis = Analyzer::shipped().analyze(case.message.text());
                black_box(decide(&book, &snapshot(case, &analysis, &hours), case.at));
            }));
            eprintln!(
                "round {round}: {:.1} µs a decision, {:.1} µs with the analysis",
                rounds.last().copied().unwrap_or_default(),
                with_analysis.last().copied().unwrap_or_default(),
            );
        }
        let us = rounded(quickest(&rounds), 2);
        let analysed = rounded(quickest(&with_analysis), 1);
        if self.alone {
            println!("{}", json!({"us_per_decision": us, "us_with_analysis": analysed}));
            return Ok(());
        }
        let peers = peers(&rules, &messages, &cases, self.rounds.clamp(1, PEERS_ROUNDS))?;
        compare("zen-engine", &peers.zen, &expected)?;
        compare("json-rules-engine", &peers.json_rules_engine, &expected)?;
        let (zen, json_rules) = (rounded(peers.zen.us, 0), rounded(peers.json_rules_engine.us, 0));
        let ratio = rounded(peers.zen.us.min(peers.json_rules_engine.us) / us, 0);
        if self.json {
            println!(
                "{}",
                json!({
                    "us_per_decision": us,
                    "zen_us": zen,
                    "json_rules_engine_us": json_rules,
                    "ratio": ratio,
                    "us_with_analysis": analysed,
                })
            );
        } else {
            println!("hotdash            {us:>9} µs a decision, {analysed} µs with the analysis before it");
            println!("zen-engine         {zen:>9} µs");
            println!("json-rules-engine  {json_rules:>9} µs");
            println!("{ratio} times faster than the better of the two; all agree on what matches");
        }
        Ok(())
    }
}

fn quickest(rounds: &[f64]) -> f64 {
    rounds.iter().copied().fold(f64::INFINITY, f64::min)
}

fn matches_per(matches: usize, messages: usize) -> f64 {
    count_as_f64(matches as u64) / count_as_f64(messages as u64)
}

/// Microseconds for one of them, on average.
fn us_per(cases: &[Case], mut run: impl FnMut(&Case)) -> f64 {
    let begin = Instant::now();
    for case in cases {
        run(case);
    }
    begin.elapsed().as_secs_f64() * 1_000_000.0 / count_as_f64(cases.len() as u64)
}

fn matched(book: &Rulebook, case: &Case, hours: &Hours) -> Vec<String> {
    let decision = decide(book, &snapshot(case, &case.analysis, hours), case.at);
    let mut ids: Vec<String> = decision.trace.iter().map(|trace| trace.rule.to_string()).collect();
    ids.sort();
    ids
}

fn snapshot<'a>(case: &'a Case, analysis: &'a Analysis, hours: &'a Hours) -> Snapshot<'a> {
    Snapshot::of(&case.conversation, &case.message, analysis, hours)
}

/// Install the peers below the build directory and let them decide.
fn peers(rules: &[Rule], messages: &[Said], cases: &[Case], rounds: usize) -> anyhow::Result<Peers> {
    let folder = folder()?;
    std::fs::create_dir_all(&folder)?;
    let messages: Vec<serde_json::Value> = messages
        .iter()
        .zip(cases)
        .map(|(said, case)| {
            json!({
                "text": said.text,
                "words": data::prepared(&said.text),
                "inbox": said.inbox,
                "open": said.open,
                "language": case.analysis.language.code,
            })
        })
        .collect();
    let data =
        json!({"rules": rules, "messages": messages, "rounds": rounds, "sample_json": 60, "sample_zen": 400});
    std::fs::write(folder.join("data.json"), data.to_string())?;
    std::fs::write(folder.join("peers.mjs"), SCRIPT)?;
    std::fs::write(folder.join("package.json"), r#"{"private": true}"#)?;
    let installed = ["json-rules-engine", "@gorules/zen-engine"]
        .iter()
        .all(|peer| folder.join("node_modules").join(peer).exists());
    if !installed {
        eprintln!("installing {} into {}", PEERS.join(" and "), folder.display());
        let mut install = Command::new("npm");
        install.args(["install", "--no-audit", "--no-fund", "--silent"]).args(PEERS).current_dir(&folder);
        run("npm", &mut install)?;
    }
    let output = run("node", Command::new("node").arg("peers.mjs").current_dir(&folder))?;
    serde_json::from_slice(&output).context("the peers' answer cannot be read")
}

/// Beside the program that was built: `target/bench-rules`.
fn folder() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target =
        program.parent().and_then(Path::parent).context("the program stands in no build directory")?;
    Ok(target.join("bench-rules"))
}

fn run(name: &str, command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command.stderr(std::process::Stdio::inherit()).output().with_context(|| {
        format!("{name} cannot be started; install Node 18 or newer with npm, or use --alone")
    })?;
    if !output.status.success() {
        bail!("{name} ended with {}; the peers are installed by npm, or use --alone", output.status);
    }
    Ok(output.stdout)
}

fn compare(name: &str, peer: &Peer, expected: &[Vec<String>]) -> anyhow::Result<()> {
    ensure!(!peer.matched.is_empty(), "{name} decided nothing");
    for (at, (theirs, ours)) in peer.matched.iter().zip(expected).enumerate() {
        ensure!(theirs == ours, "message {at}: {name} says {theirs:?}, hotdash says {ours:?}");
    }
    let found: usize = peer.matched.iter().map(Vec::len).sum();
    eprintln!("{name} agrees on {} messages with {found} matches", peer.matched.len());
    Ok(())
}

/// A Monday in the shipped hours, or its night.
fn case(said: &Said) -> anyhow::Result<Case> {
    let at = if said.open { "2026-11-23T12:00:00Z" } else { "2026-11-23T22:00:00Z" };
    let (conversation, message) = ordinary(&said.text, Timestamp::UNIX_EPOCH);
    Ok(Case {
        analysis: Analyzer::shipped().analyze(&said.text),
        conversation: Conversation { inbox: InboxId(said.inbox), ..conversation },
        message,
        at: at.parse()?,
    })
}
