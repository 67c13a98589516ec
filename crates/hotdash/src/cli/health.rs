//! `hotdash health`: what a container asks from within, where there is no other program that could.

use crate::config::Config;
use crate::work::doctor::listening_at;
use anyhow::{Context, bail};
use clap::Args;
use std::process::ExitCode;
use std::time::Duration;

/// Whoever watches gives up after a few seconds himself.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, Args)]
pub(super) struct Health {
    /// Ask whether deliveries can be taken in (the database answers), not only whether the process lives.
    #[arg(long)]
    ready: bool,
}

impl Health {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let listens = listening_at(&config.listen).await;
        let address = listens.with_context(|| format!("HOTDASH_LISTEN: {}", config.listen))?;
        let url = format!("http://{address}{}", if self.ready { "/readyz" } else { "/healthz" });
        // A proxy for the way outside has no business here.
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let answer = client.get(&url).send().await.with_context(|| format!("{url} does not answer"))?;
        if !answer.status().is_success() {
            bail!("{url} answers {}", answer.status());
        }
        println!("{}", answer.text().await?);
        Ok(ExitCode::SUCCESS)
    }
}
