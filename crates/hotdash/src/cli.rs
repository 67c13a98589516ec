//! The doors for the terminal.

mod demo;
mod doctor;
mod eval;
mod serve;
mod user;

use crate::config::Config;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

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
    /// Compare what hotdash makes of recorded input with what is known to be true.
    Eval(eval::Eval),
    /// People who sign in.
    User(user::UserCommand),
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
        Command::Eval(eval) => eval.run().await,
        Command::User(user) => user.run(Config::load(file)?).await,
    }
}

fn start_logging(filter: &str, json: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        lines.json().init();
    } else {
        lines.with_target(false).init();
    }
}
