//! How long the kept report takes to be answered over HTTP while signed deliveries arrive.

use crate::load::PATH;
use anyhow::{Context, ensure};
use hdrhistogram::Histogram;
use hotdash::app::App;
use hotdash::clock::Clock;
use hotdash::config::Config;
use hotdash::work::people::invite_first_lead;
use hotdash::{web, worker};
use hotdash_core::figures::columns::Columns;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::process::Command;

const SECRET: &str = "the bench's own secret";
/// Two years, as the data has them: the heaviest report.
const REPORT: &str = "/api/support/metrics?since=2024-01-01&until=2026-01-01";

/// The 99th percentile in milliseconds.
pub(super) async fn p99(columns: Columns, seconds: u64, per_second: u32) -> anyhow::Result<f64> {
    let home = tempfile::tempdir()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let to = listener.local_addr()?.to_string();
    let url = format!("http://{to}");
    let database = format!("sqlite:{}", home.path().join("hotdash.sqlite").display());
    let environment: BTreeMap<String, String> = [
        ("CHATWOOT_BASE_URL", "http://127.0.0.1:9"),
        ("CHATWOOT_TOKEN", "nobody"),
        ("CHATWOOT_ACCOUNT_ID", "1"),
        ("CHATWOOT_WEBHOOK_SECRET", SECRET),
        ("DATABASE_URL", &database),
        ("HOTDASH_PUBLIC_URL", &url),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let app = App::build(Config::from_sources(None, &environment)?, Clock::real()).await?;
    app.desks[0].measures.begin_with(columns, app.clock.now_ms()).await;
    app.store.begin_work().await?;
    let lead = invite_first_lead(&app).await?.context("somebody is here already")?;
    let stop = app.stopping.clone();
    let working = tokio::spawn(worker::run(Arc::clone(&app), stop.clone()));
    let serving = tokio::spawn(web::serve(Arc::clone(&app), listener, stop.clone()));
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let entered = http.post(&lead.link).header("origin", &url).send().await?;
    let cookie = entered.headers().get("set-cookie").context("nobody was let in")?.to_str()?;
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let ask = async || {
        let answer = http.get(format!("{url}{REPORT}")).header("cookie", &cookie).send().await?;
        ensure!(answer.status().is_success(), "{REPORT} was answered {}", answer.status());
        Ok(answer.bytes().await?.len())
    };
    let size = ask().await?;
    eprintln!(
        "the report of {} kB is asked for while {per_second} deliveries a second go to {PATH}",
        size / 1024
    );
    let mut load = Command::new(std::env::current_exe()?)
        .args(["load", "--to", &to, "--secret", SECRET, "--connections", "4", "--first", "1"])
        .args(["--seconds", &seconds.to_string(), "--per-second", &per_second.to_string()])
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut took = Histogram::<u64>::new(3)?;
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        let begin = Instant::now();
        ask().await?;
        took.record(u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX).max(1))?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ensure!(load.wait().await?.success(), "the load failed");
    stop.cancel();
    working.await??;
    serving.await??;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let p99 = took.value_at_quantile(0.99) as f64 / 1000.0;
    Ok(p99)
}
