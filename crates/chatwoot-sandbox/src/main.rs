//! The sandbox desk as a program.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chatwoot_sandbox::{Faults, Options, Sandbox, UserOptions, Version, WebhookFaults};
use clap::{Parser, Subcommand};
use serde::Deserialize;
use tokio::net::TcpListener;

/// Scenes are played faster than a desk's job queue polls.
const QUICK_BOT_RETRY_MS: u64 = 300;

/// A small stand-in for Chatwoot 4.15.1, for demos and tests.
///
/// It keeps one account in memory, answers the REST, widget and public client interfaces, and sends signed
/// webhooks. It forgets everything when it stops.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a new desk until it is told to stop
    ///
    /// Without --kit the desk has the account "Hot Rodan" with four users, an administrator and three agents,
    /// whose access tokens are printed.
    ///
    /// Pages: /chat to be the customer, /desk to see what agents see. For tests: POST /_sandbox/faults switches
    /// misbehaviour on (GET shows what there is, DELETE ends it), GET /_sandbox/state shows all conversations with
    /// their private notes. A mail server hands mails over at POST /rails/action_mailbox/relay/inbound_emails, as
    /// "actionmailbox" with the password "inbound".
    Serve {
        /// Address to listen on; port 0 takes a free one
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
        listen: SocketAddr,
        /// Account, users and their tokens: {"account":1,"users":[{"id","name","email","token"},…],"platform":…};
        /// the first user is the administrator. Who brings a kit plays scenes: bots are tried again after 300 ms
        #[arg(long, value_name = "TOKENS.json")]
        kit: Option<PathBuf>,
        /// Begin with four weeks of history: inboxes, teams, labels, customers and their conversations
        #[arg(long)]
        seed: bool,
        /// Begin with recorded history: a folder with what a real desk's REST interface answered
        /// (conversations.jsonl.gz, messages.jsonl.gz, csat.json, agents.json, inboxes.json, inbox_agent_bots.json,
        /// teams.json, team_members.json, labels.json). Its people replace those of the desk; who has the same id
        /// keeps the token
        #[arg(long, value_name = "FOLDER", conflicts_with = "seed")]
        history: Option<PathBuf>,
        /// The version of Chatwoot to pass for, from 4.6.0 to 4.15.1
        #[arg(long = "as", value_name = "VERSION", default_value_t = Version::NEWEST)]
        version: Version,
        /// Try a bot that answered 429 or 500 again after so many milliseconds; without it after 3.8 to 9 seconds
        #[arg(long, value_name = "MILLISECONDS")]
        bot_retry_ms: Option<u64>,
    },
}

/// The file given with `--kit`.
#[derive(Deserialize)]
struct Kit {
    account: i64,
    users: Vec<KitUser>,
    platform: Option<String>,
}

#[derive(Deserialize)]
struct KitUser {
    id: i64,
    name: String,
    email: String,
    token: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let Command::Serve { listen, kit, seed, history, version, bot_retry_ms } = Arguments::parse().command;
    let plays = kit.is_some();
    let users = match kit {
        Some(path) => read_kit(&path)?,
        None => Options::default(),
    };
    let options = Options { version, auto_assignment: true, ..users };
    let sandbox = Sandbox::new(options);
    let bot_retry_ms = bot_retry_ms.or(plays.then_some(QUICK_BOT_RETRY_MS));
    let webhooks = WebhookFaults { bot_retry_ms, ..WebhookFaults::default() };
    sandbox.set_faults(Faults { webhooks, ..Faults::default() });
    if seed {
        chatwoot_sandbox::seed::seed(&sandbox, sandbox.now())?;
    }
    if let Some(dir) = history {
        chatwoot_sandbox::history::load(&sandbox, &dir)?;
    }
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}; choose another address with --listen"))?;
    let server = sandbox.serve(listener)?;
    println!("Desk at {}", server.url());
    sandbox.read(|desk| {
        for user in desk.users.values() {
            println!("  {} ({}), access token {}", user.name, user.role, user.token);
        }
    });
    told_to_stop().await.context("cannot wait for a signal to stop")?;
    server.shut_down().await;
    Ok(())
}

/// Ctrl-C, or the SIGTERM of a supervisor.
async fn told_to_stop() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

fn read_kit(path: &Path) -> anyhow::Result<Options> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let kit: Kit = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a kit file; `serve --help` shows its form", path.display()))?;
    anyhow::ensure!(
        !kit.users.is_empty(),
        "{} names no user; the desk needs an administrator",
        path.display()
    );
    let users = kit.users.into_iter().map(|user| UserOptions {
        id: user.id,
        name: user.name,
        email: user.email,
        token: Some(user.token),
    });
    Ok(Options {
        account_id: kit.account,
        users: users.collect(),
        platform_token: kit.platform,
        ..Options::default()
    })
}
