//! `hotdash eval`: known input, known truth.

pub(super) mod classify;

use crate::clock::Clock;
use crate::store::Store;
use crate::work::replay::{Report, replay};
use anyhow::Context;
use clap::{Args, Subcommand};
use flate2::read::MultiGzDecoder;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Eval {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Play recorded deliveries into an empty database and compare what is kept with what the desk said afterwards.
    ///
    /// Ends with 0 only when status, assignee, team, labels, priority and the public messages of every conversation
    /// are as the desk says. Needs no settings and touches no database but a temporary one.
    Replay(Replay),
    /// Let hotdash label messages that people labelled, and say how often it is right.
    Classify(classify::Classify),
}

#[derive(Debug, Args)]
struct Replay {
    /// One delivery a line, as JSON with `hook`, `headers` and `body`; plain or gzipped.
    #[arg(long, value_name = "FILE")]
    deliveries: PathBuf,
    /// The signing secrets: `{"hook": "secret"}`, or an object with one `secret`.
    #[arg(long, value_name = "FILE")]
    secrets: PathBuf,
    /// What REST said at the end: one `{"conversation", "messages"}` a line; plain or gzipped.
    #[arg(long = "final", value_name = "FILE")]
    finals: PathBuf,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

impl Eval {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.what {
            What::Replay(asked) => asked.run().await,
            What::Classify(asked) => asked.run(),
        }
    }
}

impl Replay {
    async fn run(&self) -> anyhow::Result<ExitCode> {
        let asked = self;
        let (deliveries, secrets, finals) =
            (read(&asked.deliveries)?, read(&asked.secrets)?, read(&asked.finals)?);
        let folder = tempfile::tempdir().context("no temporary folder can be made")?;
        let store = Store::open(&format!("sqlite:{}", folder.path().join("replay.db").display())).await?;
        let report = replay(&store, &Clock::real(), &deliveries, &secrets, &finals).await?;
        if asked.json {
            writeln!(io::stdout(), "{}", serde_json::to_string(&report)?)?;
        } else {
            print(&report, &mut io::stdout().lock())?;
        }
        Ok(if report.all_equal() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// The text of a file; gzipped ones are known by their first bytes, whatever they are called.
pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        let unpacked = MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain);
        unpacked.with_context(|| format!("{} cannot be unpacked", path.display()))?;
        plain
    } else {
        bytes
    };
    String::from_utf8(bytes).with_context(|| format!("{} is no text", path.display()))
}

fn print(report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:>7}  deliveries", report.deliveries)?;
    for (reason, count) in &report.refused {
        writeln!(out, "{count:>7}    not taken in: {reason}")?;
    }
    writeln!(out, "{:>7}  conversations", report.conversations)?;
    writeln!(out, "{:>7}    equal to the desk", report.equal)?;
    writeln!(out, "{:>7}  undecided by the deliveries alone", report.undecided)?;
    for difference in &report.different {
        writeln!(out, "conversation {}: {}", difference.conversation, difference.what)?;
        writeln!(out, "    ours    {}\n    theirs  {}", difference.ours, difference.theirs)?;
    }
    Ok(())
}
