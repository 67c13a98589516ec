//! `bench start`: the shipped binary, from its start to ready, beside a sandbox desk; what it needs while nothing happens.

use crate::load::count_as_f64;
use crate::{median, rounded};
use anyhow::{Context, bail};
use bytes::Bytes;
use chatwoot_sandbox::{Options, Sandbox};
use clap::Args;
use http::{Request, StatusCode};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

const IDLE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Args)]
pub(crate) struct Start {
    /// Print exactly one JSON object.
    #[arg(long)]
    json: bool,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The binary; without it the one beside this program.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

impl Start {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let binary = match self.binary {
            Some(binary) => binary,
            None => std::env::current_exe()?.with_file_name("hotdash"),
        };
        let size = std::fs::metadata(&binary).with_context(|| binary.display().to_string())?.len();
        let desk = Sandbox::new(Options::default());
        let token = desk.token(1)?;
        let server = desk.serve(TcpListener::bind("127.0.0.1:0").await?)?;

        let mut ready = Vec::new();
        let mut idle_mb = 0.0;
        for round in 1..=self.rounds {
            let home = tempfile::tempdir()?;
            let address = free_address().await?;
            let begin = Instant::now();
            let mut process = serve(&binary, home.path(), &address, &server.url(), &token)?;
            wait_until_ready(&address, &mut process).await?;
            let took = begin.elapsed().as_secs_f64() * 1000.0;
            eprintln!("round {round} of {}: ready after {took:.0} ms", self.rounds);
            ready.push(took);
            if round == self.rounds {
                tokio::time::sleep(IDLE).await;
                idle_mb = resident_mb(process.id().context("hotdash is gone")?)?;
            }
            process.kill().await?;
        }
        let ready_ms = rounded(median(ready), 1);
        let (idle_mb, binary_mb) = (rounded(idle_mb, 1), rounded(count_as_f64(size) / 1_000_000.0, 1));
        if self.json {
            println!("{}", json!({"ready_ms": ready_ms, "idle_mb": idle_mb, "binary_mb": binary_mb}));
        } else {
            println!("ready after {ready_ms} ms, {idle_mb} MB resident when idle, binary of {binary_mb} MB");
        }
        Ok(())
    }
}

pub(crate) async fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.to_string())
}

fn serve(binary: &Path, home: &Path, address: &str, desk: &str, token: &str) -> anyhow::Result<Child> {
    Ok(Command::new(binary)
        .arg("serve")
        .current_dir(home)
        .env_clear()
        .env("CHATWOOT_BASE_URL", desk)
        .env("CHATWOOT_TOKEN", token)
        .env("CHATWOOT_ACCOUNT_ID", "1")
        .env("CHATWOOT_WEBHOOK_SECRET", "a secret of the bench only")
        .env("HOTDASH_LISTEN", address)
        .env("HOTDASH_DATA_DIR", home.join("data"))
        .env("HOTDASH_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()?)
}

async fn wait_until_ready(address: &str, process: &mut Child) -> anyhow::Result<()> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Ok(StatusCode::OK) = ask(address).await {
            return Ok(());
        }
        if let Some(status) = process.try_wait()? {
            bail!("hotdash ended with {status}");
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    bail!("hotdash was not ready after {PATIENCE:?}")
}

async fn ask(address: &str) -> anyhow::Result<StatusCode> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/readyz").header("host", address).body(Empty::<Bytes>::new())?;
    Ok(sender.send_request(request).await?.status())
}

/// Memory in use that no other process shares the cost of is harder to tell; resident is what `top` shows.
pub(crate) fn resident_mb(id: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(count_as_f64(kilobytes) * 1024.0 / 1_000_000.0)
}
