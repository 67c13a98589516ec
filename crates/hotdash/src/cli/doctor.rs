//! `hotdash doctor`.

use crate::chatwoot::api::{Chatwoot, DeskAddress};
use crate::config::Config;
use crate::work::doctor::{Diagnosis, Verdict, examine};
use clap::Args;
use secrecy::ExposeSecret;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Register the webhook on the desk, or complete its events, and print its secret's variable.
    #[arg(long)]
    fix: bool,
    /// Print one JSON object instead of lines. Secrets are left out.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let address =
            DeskAddress::new(config.desk.base_url.clone(), config.desk.account, config.desk.token.clone());
        let diagnosis = examine(config, &Chatwoot::new(address)?, self.fix).await;
        if self.json {
            println!("{}", serde_json::to_string(&diagnosis)?);
        } else {
            print(&diagnosis);
        }
        Ok(if diagnosis.well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn print(diagnosis: &Diagnosis) {
    for check in &diagnosis.checks {
        let word = match check.verdict {
            Verdict::Well => "well",
            Verdict::Mended => "mended",
            Verdict::Warning => "note",
            Verdict::Wrong => "wrong",
            Verdict::Unknown => "unknown",
        };
        println!("{word:>8}  {:<9} {}", check.name, check.found);
        if !check.mend.is_empty() {
            println!("{:>8}  {:<9} → {}", "", "", check.mend);
        }
    }
    if let Some(secret) = &diagnosis.new_secret {
        println!(
            "\nSet this where hotdash is started:\n  CHATWOOT_WEBHOOK_SECRET={}",
            secret.expose_secret()
        );
    }
}
