//! `bench analytics`: the full report of a million conversations with ten million messages, beside DuckDB and Polars on
//! the same rows in the same run. Where one of the three comes to other numbers, nothing is measured.
//!
//! The peers get every fact with the inbox, channel, team and agent beside it, so that they need no join but for labels;
//! we get what the product has. What counts is the report alone: all figures of the whole, and of each inbox, channel,
//! team, agent, label, hour and day. Beside it: the slowest slice, and how long the kept report takes to be answered.

mod data;
mod served;

use crate::{median, rounded};
use anyhow::{Context, bail, ensure};
use clap::Args;
use data::{Export, PERIOD};
use hotdash_core::conversation::Channel;
use hotdash_core::facts::FactKind;
use hotdash_core::figures::columns::Columns;
use hotdash_core::figures::definition::{Of, Stat};
use hotdash_core::figures::product::{Answers, Dimension, Question, Slice, Totals};
use hotdash_core::ids::{AgentId, InboxId, TeamId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;
use std::time::Instant;

/// The peers in the versions compared.
const PEERS: [&str; 3] = ["duckdb==2.0.0", "polars==2.1.0", "numpy"];
const SCRIPT: &str = include_str!("analytics/peers.py");
const BY: [Option<Dimension>; 8] = [
    None,
    Some(Dimension::Inbox),
    Some(Dimension::Channel),
    Some(Dimension::Team),
    Some(Dimension::Agent),
    Some(Dimension::Label),
    Some(Dimension::Hour),
    Some(Dimension::Day),
];
const COUNTED: [(FactKind, &str); 5] = [
    (FactKind::Created, "created"),
    (FactKind::MessageIn, "message_in"),
    (FactKind::MessageOut, "message_out"),
    (FactKind::Opened, "opened"),
    (FactKind::SurveySent, "survey_sent"),
];
const SPANS: [(FactKind, &str); 3] = [
    (FactKind::FirstResponse, "first_response"),
    (FactKind::ReplyTime, "reply_time"),
    (FactKind::Resolved, "resolved"),
];
const STATS: [Stat; 9] =
    [Stat::Count, Stat::Mean, Stat::Min, Stat::P50, Stat::P75, Stat::P90, Stat::P95, Stat::P99, Stat::Max];
const TURNS: [(FactKind, &str); 2] =
    [(FactKind::WaitedForDesk, "waited_for_desk"), (FactKind::WaitedForCustomer, "waited_for_customer")];

#[derive(Debug, Args)]
pub(crate) struct Analytics {
    /// Print exactly one JSON object.
    #[arg(long)]
    json: bool,
    #[arg(long, default_value_t = 1_000_000)]
    conversations: u32,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// For how long the served report is asked for.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Deliveries that arrive meanwhile.
    #[arg(long, default_value_t = 500)]
    per_second: u32,
    /// Measure hotdash alone; needs no Python.
    #[arg(long)]
    alone: bool,
    /// A Python that has duckdb, polars and numpy; else one is made.
    #[arg(long)]
    python: Option<PathBuf>,
}

/// By dimension, group and figure.
type Numbers = BTreeMap<String, Vec<f64>>;

#[derive(Deserialize)]
struct Peers {
    duckdb: Peer,
    polars: Peer,
}

#[derive(Deserialize)]
struct Peer {
    ms: Vec<f64>,
    numbers: Numbers,
}

impl Analytics {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        eprintln!("{} conversations are made", self.conversations);
        let before = resident_mb();
        let mut columns = Columns::new();
        let mut export = if self.alone { None } else { Some(Export::to(folder.path())?) };
        data::generate(self.conversations, |measured| {
            columns.put(measured);
            export.as_mut().map_or(Ok(()), |export| export.add(measured))
        })?;
        if let Some(export) = export {
            export.finish()?;
        }
        let memory = resident_mb() - before;
        eprintln!(
            "{} facts, {} MB of columns, {memory:.0} MB more in use",
            columns.fact_rows(),
            columns.bytes() >> 20
        );
        let now = Timestamp::from_second(PERIOD.until)?;
        let threads = available_parallelism().map_or(1, usize::from);
        let question = Question { threads, ..Question::new(&columns, PERIOD, TimeZone::UTC, now) };
        let ours = numbers(&question.answers());
        let mut times = Vec::new();
        for _ in 0..self.rounds.max(1) {
            let begin = Instant::now();
            black_box(report(&question.answers()));
            times.push(begin.elapsed().as_secs_f64() * 1000.0);
        }
        let report_ms = median(times);
        eprintln!("our report: {report_ms:.0} ms");
        let slice_ms = slowest_slice(&question);
        eprintln!("the slowest slice: {slice_ms:.0} ms");
        let peers = if self.alone { None } else { Some(self.peers(folder.path(), &ours)?) };
        let best = |of: fn(&Peers) -> &Peer| peers.as_ref().map(|peers| median(of(peers).ms.clone()));
        let (duckdb, polars) = (best(|peers| &peers.duckdb), best(|peers| &peers.polars));
        let ratio = duckdb.zip(polars).map(|(duckdb, polars)| duckdb.min(polars) / report_ms);
        let round = |value: Option<f64>| value.map(|value| rounded(value, 1));
        let (facts, conversations) = (columns.fact_rows(), columns.len());
        let p99 = crate::many_threads()?.block_on(served::p99(columns, self.seconds, self.per_second))?;
        let result = json!({
            "report_ms": rounded(report_ms, 1),
            "duckdb_ms": round(duckdb),
            "polars_ms": round(polars),
            "ratio": ratio.map(|ratio| rounded(ratio, 2)),
            "slice_max_ms": rounded(slice_ms, 1),
            "metrics_p99_ms": rounded(p99, 2),
            "memory_mb": rounded(memory, 0),
            "facts": facts,
            "conversations": conversations,
        });
        match self.json {
            true => println!("{result}"),
            false => println!("{result:#}"),
        }
        Ok(())
    }

    /// The peers' report and its times, once it has the same numbers as ours.
    fn peers(&self, folder: &Path, ours: &Numbers) -> anyhow::Result<Peers> {
        let python = match &self.python {
            Some(python) => python.clone(),
            None => make_python(folder)?,
        };
        let script = folder.join("peers.py");
        std::fs::write(&script, SCRIPT)?;
        let rounds = self.rounds.to_string();
        let mut peers = Command::new(python);
        peers.arg(script).arg(folder).arg(rounds).stderr(std::process::Stdio::inherit());
        let ran = peers.output().context("the peers cannot be run")?;
        ensure!(ran.status.success(), "the peers failed");
        let peers: Peers = serde_json::from_slice(&ran.stdout).context("the peers' answer cannot be read")?;
        for (name, peer) in [("DuckDB", &peers.duckdb), ("Polars", &peers.polars)] {
            compare(name, ours, &peer.numbers)?;
            eprintln!("{name}: {:.0} ms", median(peer.ms.clone()));
        }
        Ok(peers)
    }
}

fn make_python(folder: &Path) -> anyhow::Result<PathBuf> {
    let home = folder.join("python");
    eprintln!("a Python with {} is made", PEERS.join(", "));
    let made =
        Command::new("python3").args(["-m", "venv"]).arg(&home).status().context("python3 is needed")?;
    ensure!(made.success(), "python3 could not make an environment");
    let python = home.join("bin/python");
    let installed = Command::new(&python).args(["-m", "pip", "install", "-q"]).args(PEERS).status()?;
    ensure!(installed.success(), "the peers could not be installed");
    Ok(python)
}

fn compare(name: &str, ours: &Numbers, theirs: &Numbers) -> anyhow::Result<()> {
    for (what, numbers) in ours {
        let Some(other) = theirs.get(what) else { bail!("{name} has no {what}") };
        let same = numbers.len() == other.len()
            && numbers.iter().zip(other).all(|(a, b)| (a - b).abs() <= 1e-9 * a.abs().max(1.0));
        ensure!(same, "{name} says {other:?} of {what}, we say {numbers:?}");
    }
    ensure!(ours.len() == theirs.len(), "{name} has {} numbers, we have {}", theirs.len(), ours.len());
    Ok(())
}

/// Everything of the whole and of every group.
fn report(answers: &Answers<'_>) -> usize {
    let whole = answers.whole().is_touched();
    let groups: usize = BY.into_iter().flatten().map(|dimension| answers.by(dimension).len()).sum();
    usize::from(whole) + groups
}

fn numbers(answers: &Answers<'_>) -> Numbers {
    let mut numbers = Numbers::new();
    for dimension in BY {
        match dimension {
            None => of("whole", answers.whole(), &mut numbers),
            Some(dimension) => {
                for (key, totals) in answers.by(dimension) {
                    of(&format!("{}/{key}", dimension.name()), &totals, &mut numbers);
                }
            }
        }
    }
    numbers
}

/// The numbers of one group, without those that are nothing.
fn of(group: &str, totals: &Totals, numbers: &mut Numbers) {
    let mut keep = |name: &str, values: Vec<f64>| {
        if values.first().is_some_and(|count| *count > 0.0) {
            numbers.insert(format!("{group}/{name}"), values);
        }
    };
    let value = |of| totals.value(of).unwrap_or(0.0);
    for (kind, name) in COUNTED {
        keep(name, vec![value(Of::Count(kind))]);
    }
    for (kind, name) in SPANS {
        keep(name, STATS.map(|stat| value(Of::Time(kind, stat))).to_vec());
    }
    for (kind, name) in TURNS {
        keep(name, vec![value(Of::Turn(kind))]);
    }
    for (rating, count) in (1..).zip(totals.ratings()) {
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        keep(&format!("rating_{rating}"), vec![count as f64]);
    }
}

/// All figures of one slice; the slowest of some of every kind.
fn slowest_slice(question: &Question<'_>) -> f64 {
    let slices = [
        Slice::default(),
        Slice { inbox: Some(InboxId(1)), ..Slice::default() },
        Slice { channel: Some(Channel::Email), ..Slice::default() },
        Slice { team: Some(TeamId(1)), ..Slice::default() },
        Slice { agent: Some(AgentId(3)), ..Slice::default() },
        Slice { label: Some("label-1".into()), ..Slice::default() },
        Slice { hour: Some(10), ..Slice::default() },
        Slice { inbox: Some(InboxId(2)), label: Some("label-2".into()), hour: Some(9), ..Slice::default() },
    ];
    let ask = |slice: Slice| {
        let begin = Instant::now();
        black_box(Question { slice, ..question.clone() }.answers().whole().is_touched());
        begin.elapsed().as_secs_f64() * 1000.0
    };
    slices.into_iter().map(ask).fold(0.0, f64::max)
}

/// What this process has in memory, where the system tells.
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kb.unwrap_or(f64::NAN) / 1024.0
}
