//! The doors for the terminal.

mod backfill;
mod demo;
mod doctor;
mod eval;
mod figures;
mod health;
mod labelled;
mod learn;
mod replay;
mod report;
mod rules;
mod serve;
mod since;
mod user;
mod widget;

use crate::config::Config;
use anyhow::bail;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// The service beside a Chatwoot desk: it routes and tags what customers write, drafts replies with evidence, lets a
/// person decide, and sends exactly once.
///
/// Start with `hotdash demo`: the whole loop in a browser, with a desk of its own and no account anywhere.
/// Beside a real desk: set CHATWOOT_BASE_URL, CHATWOOT_TOKEN and CHATWOOT_ACCOUNT_ID, run `hotdash doctor --fix`,
/// then `hotdash serve`.
#[derive(Debug, Parser)]
#[command(name = "hotdash", version, about, long_about, max_term_width = 100)]
struct Cli {
    /// Settings file; the environment overrules it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole loop on this machine: a sandbox desk, a chat page, the review pages.
    Demo(demo::Demo),
    /// Serve the configured desk.
    Serve,
    /// Walk the chain from the desk to here and say what is wrong and how to mend it.
    Doctor(doctor::Doctor),
    /// Ask the hotdash that serves with these settings whether it lives. Ends with 0 only when it does.
    ///
    /// For containers and supervisors; needs no other program.
    Health(health::Health),
    /// Send dead letters and deliveries through once more; without arguments, list what is dead.
    Replay(replay::Replay),
    Backfill(backfill::BackfillCommand),
    /// Compare what hotdash makes of recorded input with what is known to be true.
    Eval(eval::Eval),
    /// Learn from what people of yours decided.
    Learn(learn::Learn),
    /// What hotdash measures, beside what the desk reports.
    Figures(figures::Figures),
    Report(report::ReportCommand),
    /// Try, explain and change the rules that route and tag.
    ///
    /// Rules stand in three layers: those that are shipped, the team's files (HOTDASH_RULES_FILE), and what a lead edited
    /// on the page Rules. A rule of a later layer replaces the one with the same id in an earlier one.
    Rules(rules::RulesCommand),
    /// People who sign in.
    User(user::UserCommand),
    /// The desk's live chat on your own pages: snippet, policy, identity, colour.
    Widget(widget::Widget),
}

/// Parse the command line and run one command.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("hotdash: the runtime cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hotdash: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    let file = cli.config.as_deref();
    match cli.command {
        Command::Demo(demo) => demo.run().await,
        Command::Serve => {
            let config = Config::load(file)?;
            start_logging(&config.log, config.log_json);
            serve::run(config).await
        }
        Command::Doctor(doctor) => doctor.run(&Config::load(file)?).await,
        Command::Health(health) => health.run(&Config::load(file)?).await,
        Command::Replay(replay) => replay.run(Config::load(file)?).await,
        Command::Backfill(backfill) => {
            let config = Config::load(file)?;
            start_logging(&Config::log_filter("warn"), config.log_json);
            backfill.run(config).await
        }
        Command::Eval(eval) => eval.run().await,
        Command::Learn(learn) => learn.run(|| Ok(Config::load(file)?)),
        Command::Figures(figures) => figures.run(|| Ok(Config::load(file)?)).await,
        Command::Report(report) => report.run(Config::load(file)?).await,
        Command::Rules(rules) => rules.run(file).await,
        Command::User(user) => user.run(Config::load(file)?).await,
        Command::Widget(widget) => widget.run(&Config::load(file)?).await,
    }
}

/// The desk that is meant; without a name, the only one.
fn desk_named<'a, D>(
    desks: &'a [D],
    key_of: impl Fn(&D) -> &str,
    key: Option<&str>,
) -> anyhow::Result<&'a D> {
    let keys = || desks.iter().map(&key_of).collect::<Vec<_>>().join(", ");
    match (key, desks) {
        (None, [only]) => Ok(only),
        (None, _) => bail!("there are several desks: say which with --desk ({})", keys()),
        (Some(key), desks) => match desks.iter().find(|desk| key_of(desk) == key) {
            Some(desk) => Ok(desk),
            None => bail!("there is no desk {key:?}: take one of {}", keys()),
        },
    }
}

/// What was asked for of hotdash; of the libraries under it never more than `info`. Below that some of them log what they
/// handle: statements with customers' words in them, addresses with sign-in tokens.
fn start_logging(filter: &str, json: bool) {
    let asked = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let harmless = filter_fn(|line| line.target().starts_with("hotdash") || *line.level() <= Level::INFO);
    let filter = asked.and(harmless);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if json {
        tracing_subscriber::registry().with(lines.json().with_filter(filter)).init();
    } else {
        tracing_subscriber::registry().with(lines.with_target(false).with_filter(filter)).init();
    }
}
