//! Measures hotdash beside a limit in the same run; `./bench NAME` builds and runs it. Not shipped.
//!
//! People read the progress on standard error; standard output is one JSON object with `--json`, else a short table.

mod analytics;
mod backfill;
mod backtest;
mod intake;
mod load;
mod postgres;
mod rules;
mod sla;
mod soak;
mod start;

use clap::{Parser, Subcommand};

/// The product's own allocator, so that the figures are the product's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measure hotdash.
#[derive(Debug, Parser)]
#[command(name = "bench", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    measure: Measure,
}

#[derive(Debug, Subcommand)]
enum Measure {
    /// Signed deliveries per second: stored on SQLite, stored on PostgreSQL, and not stored at all.
    Intake(intake::Intake),
    /// From the start of `hotdash serve` to ready; idle memory; size of the binary.
    Start(start::Start),
    /// Half an hour with faults on: customers, agents and reviewers around a killed, cut off and misinformed hotdash.
    /// Ends with code 1 when something was lost, sent twice or sent unapproved.
    Soak(soak::Soak),
    /// The full report of a million conversations, beside DuckDB and Polars. Needs Python.
    Analytics(analytics::Analytics),
    /// How much of the desk's rate limit a backfill uses, alone and beside another client.
    Backfill(backfill::Backfill),
    /// What 200 other rules would have changed in 100,000 conversations on record, read from SQLite and compared.
    Backtest(backtest::Backtest),
    /// One message against a thousand rules, beside json-rules-engine and zen-engine. Needs Node and npm.
    Rules(rules::Rules),
    /// How long after its instant an SLA warning is given, with many running clocks.
    Sla(sla::Sla),
    /// The load of `intake`, in a process of its own.
    #[command(hide = true)]
    Load(load::Load),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().measure {
        Measure::Intake(intake) => many_threads()?.block_on(intake.run()),
        Measure::Start(start) => many_threads()?.block_on(start.run()),
        Measure::Soak(soak) => many_threads()?.block_on(soak.run()),
        Measure::Backfill(backfill) => many_threads()?.block_on(backfill.run()),
        Measure::Backtest(backtest) => many_threads()?.block_on(backtest.run()),
        Measure::Rules(rules) => rules.run(),
        Measure::Analytics(analytics) => analytics.run(),
        Measure::Sla(sla) => many_threads()?.block_on(sla.run()),
        Measure::Load(load) => {
            let one_thread = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            one_thread.block_on(load.run())
        }
    }
}

fn many_threads() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// The middle one; of an even number the lower of the two.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

/// Digits that mean something.
fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
