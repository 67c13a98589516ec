//! `bench backfill`: `hotdash backfill` beside a desk that holds its real rate limit, alone and beside another client
//! of the same address; how much of the limit is used, and whether anything is missing afterwards.

use crate::load::count_as_f64;
use crate::rounded;
use anyhow::{Context, bail};
use chatwoot_sandbox::act::{NewChannel, NewContact, NewConversation, NewInbox, NewMessage};
use chatwoot_sandbox::model::{MessageType, Sender};
use chatwoot_sandbox::{Faults, Options, Refusal, Sandbox, Server};
use clap::Args;
use hotdash::store::Store;
use hotdash_core::conversation::Direction;
use hotdash_core::ids::{ConversationId, DeskId};
use reqwest::StatusCode;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::time::Instant;

/// What a Chatwoot allows one address.
const ALLOWED: u32 = 3000;
/// The start, where calls may run ahead of their pace, and the end, where they run out, are not the steady state.
const EDGE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub(crate) struct Backfill {
    /// Print exactly one JSON object.
    #[arg(long)]
    json: bool,
    /// Conversations to read alone; each takes one call, and each 25 one more for their list.
    #[arg(long, default_value_t = 6_000)]
    conversations: u32,
    /// Conversations to read beside another client.
    #[arg(long, default_value_t = 3_600)]
    shared: u32,
    /// How many calls a minute that client makes, for as long as the first minute lasts.
    #[arg(long, default_value_t = 900)]
    other: u32,
    /// The binary; without it the one beside this program.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// What came of one backfill.
struct Walked {
    per_minute: f64,
    /// Its calls that were answered 429.
    refused: u64,
    lost: u64,
    seconds: f64,
}

impl Backfill {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let binary = match &self.binary {
            Some(binary) => binary.clone(),
            None => std::env::current_exe()?.with_file_name("hotdash"),
        };
        eprintln!("alone: {} conversations", self.conversations);
        let alone = walk(&binary, self.conversations, None).await?;
        eprintln!("beside a client that makes {} calls a minute: {} conversations", self.other, self.shared);
        let beside = walk(&binary, self.shared, Some(self.other)).await?;
        let ratio = rounded(alone.per_minute / f64::from(ALLOWED), 3);
        let report = json!({
            "allowed_per_minute": ALLOWED,
            "reached_per_minute": rounded(alone.per_minute, 0),
            "ratio": ratio,
            "refused": alone.refused,
            "lost": alone.lost,
            "seconds": rounded(alone.seconds, 0),
            "shared": {
                "other_per_minute": self.other,
                "refused": beside.refused,
                "lost": beside.lost,
                "seconds": rounded(beside.seconds, 0),
            },
        });
        if self.json {
            println!("{report}");
        } else {
            println!(
                "alone  {} of {ALLOWED} calls a minute ({ratio}), {} refused, {} lost",
                report["reached_per_minute"], alone.refused, alone.lost
            );
            println!(
                "beside {} others  {} refused, {} lost, {:.0} s",
                self.other, beside.refused, beside.lost, beside.seconds
            );
        }
        if alone.lost + beside.lost > 0 {
            bail!("conversations or messages are missing");
        }
        if beside.refused == 0 {
            bail!("nothing was refused, so nothing is shown by the second backfill");
        }
        Ok(())
    }
}

async fn walk(binary: &Path, conversations: u32, other: Option<u32>) -> anyhow::Result<Walked> {
    let desk = filled(conversations)?;
    let server = desk.serve(TcpListener::bind("127.0.0.1:0").await?)?;
    desk.set_faults(Faults { rate_limits: true, ..Faults::default() });
    let home = tempfile::tempdir()?;
    let database = format!("sqlite:{}", home.path().join("hotdash.sqlite").display());
    let begin = Instant::now();
    let mut process = Command::new(binary)
        .args(["backfill", "--since", "7d", "--json"])
        .env_clear()
        .env("CHATWOOT_BASE_URL", server.url())
        .env("CHATWOOT_TOKEN", desk.token(1)?)
        .env("CHATWOOT_ACCOUNT_ID", "1")
        .env("DATABASE_URL", &database)
        .env("HOTDASH_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| binary.display().to_string())?;
    let others_refused = Arc::new(AtomicU64::new(0));
    let eating = other.map(|per_minute| {
        tokio::spawn(eat(server.url(), desk.token(1), per_minute, Arc::clone(&others_refused)))
    });
    // When how many calls were let in.
    let mut seen: Vec<(Instant, u64)> = Vec::new();
    let status = loop {
        seen.push((Instant::now(), desk.counts().calls));
        tokio::time::sleep(LOOK).await;
        if let Some(status) = process.try_wait()? {
            break status;
        }
    };
    let seconds = begin.elapsed().as_secs_f64();
    if let Some(eating) = eating {
        eating.abort();
    }
    if !status.success() {
        bail!("hotdash backfill ended with {status}");
    }
    let lost = missing(&desk, &Store::open(&database).await?).await?;
    let refused = desk.counts().rate_limited - others_refused.load(Ordering::Relaxed);
    drop::<Server>(server);
    Ok(Walked { per_minute: steady(&seen)?, refused, lost, seconds })
}

/// Calls a minute between the first and the last of them, without both edges.
fn steady(seen: &[(Instant, u64)]) -> anyhow::Result<f64> {
    let last = seen.last().map_or(0, |(_, calls)| *calls);
    let begins = seen.iter().find(|(_, calls)| *calls > 0).context("nothing was called")?.0 + EDGE;
    let ends = seen.iter().find(|(_, calls)| *calls == last).context("nothing was called")?.0 - EDGE;
    let mut within = seen.iter().filter(|(at, _)| (begins..=ends).contains(at));
    let (Some(first), Some(last)) = (within.next(), within.next_back()) else {
        bail!("it was over too soon to have a steady state: ask for more conversations");
    };
    Ok(count_as_f64(last.1 - first.1) / (last.0 - first.0).as_secs_f64() * 60.0)
}

/// Another client of the same address, for a minute.
async fn eat(
    url: String,
    token: Result<String, Refusal>,
    per_minute: u32,
    refused: Arc<AtomicU64>,
) -> anyhow::Result<()> {
    let (http, token) = (reqwest::Client::new(), token?);
    for _ in 0..per_minute {
        tokio::time::sleep(Duration::from_secs(60) / per_minute).await;
        let call = http.get(format!("{url}/api/v1/accounts/1/labels")).header("api-access-token", &token);
        let answer = call.send().await?;
        refused.fetch_add(u64::from(answer.status() == StatusCode::TOO_MANY_REQUESTS), Ordering::Relaxed);
        drop(answer.bytes().await?);
    }
    Ok(())
}

/// A desk with so many conversations of three messages.
fn filled(conversations: u32) -> anyhow::Result<Sandbox> {
    let desk = Sandbox::new(Options::default());
    desk.act(|desk| {
        let inbox = desk.create_inbox(NewInbox::new("App", NewChannel::Api { webhook_url: None }));
        for number in 0..conversations {
            let (name, identifier) = (Some(format!("Customer {number}")), Some(format!("c{number}")));
            let contact = desk.create_contact(NewContact { name, identifier, ..NewContact::default() });
            let address = desk.address_in(contact, inbox, Some(format!("s{number}")))?;
            let id = desk.create_conversation(NewConversation::of(address))?;
            desk.create_message(
                id,
                NewMessage::text(Sender::Contact(contact), "How long does shipping take?"),
            )?;
            desk.create_message(id, NewMessage::text(Sender::User(2), "Three days."))?;
            desk.create_message(id, NewMessage::text(Sender::Contact(contact), "Thank you!"))?;
        }
        Ok::<_, Refusal>(())
    })?;
    Ok(desk)
}

/// How many conversations and messages of the desk are not here.
async fn missing(desk: &Sandbox, store: &Store) -> anyhow::Result<u64> {
    let mut lost = 0;
    for id in desk.read(|desk| desk.conversations.keys().copied().collect::<Vec<_>>()) {
        if store.conversation(DeskId(1), ConversationId(id)).await?.is_none() {
            lost += 1;
        }
        let kept = store.thread(DeskId(1), ConversationId(id), 10_000).await?;
        let kept: BTreeSet<i64> =
            kept.iter().filter(|m| m.direction != Direction::Activity).map(|m| m.id.0).collect();
        let told = desk.messages(id)?.into_iter().filter(|m| m.message_type != MessageType::Activity);
        lost += count(told.filter(|message| !kept.contains(&message.id)).count());
    }
    Ok(lost)
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
