//! `hotdash replay`: deliveries and dead letters once more.

use super::desk_named;
use crate::app::{App, Desk};
use crate::clock::Clock;
use crate::config::Config;
use crate::work::dead_letters::{NotReplayed, list, replay, replay_all};
use anyhow::bail;
use clap::Args;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// The desk's key in the settings file; without it, all desks.
    #[arg(long)]
    desk: Option<String>,
    /// Every dead letter.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// Deliveries (dead or processed) and dead letters, as the list and the Deliveries page call them.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
}

impl Replay {
    pub(super) async fn run(&self, config: Config) -> anyhow::Result<ExitCode> {
        let app = App::build(config, Clock::real()).await?;
        let desks: Vec<&Arc<Desk>> = match &self.desk {
            Some(key) => vec![desk_named(&app.desks, |desk| &desk.settings.key, Some(key))?],
            None => app.desks.iter().collect(),
        };
        if self.all {
            for desk in desks {
                let replayed = replay_all(&app, desk).await?;
                print!("{}: {} begin anew", desk.settings.key, replayed.begun);
                match replayed.left {
                    0 => println!(),
                    left => println!("; {left} left: replies are sent again from their drafts"),
                }
            }
            return Ok(ExitCode::SUCCESS);
        }
        for id in &self.ids {
            once_more(&app, &desks, id).await?;
        }
        if self.ids.is_empty() {
            print_list(&app, &desks).await?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn once_more(app: &App, desks: &[&Arc<Desk>], id: &str) -> anyhow::Result<()> {
    for desk in desks {
        match replay(app, desk, id).await {
            Ok(()) => {
                println!("{id} begins anew");
                return Ok(());
            }
            Err(NotReplayed::NotFound) => {}
            Err(error) => bail!("{id}: {error}"),
        }
    }
    bail!("{id}: {}; `hotdash replay` lists what is dead", NotReplayed::NotFound)
}

async fn print_list(app: &App, desks: &[&Arc<Desk>]) -> anyhow::Result<()> {
    let mut nothing = true;
    for desk in desks {
        for letter in list(app, desk).await? {
            nothing = false;
            let conversation = letter.conversation.map_or(String::new(), |c| format!(", conversation {c}"));
            println!("{}  {}: {}{conversation}", letter.id, desk.settings.key, letter.what);
            println!("{:36}  after {} tries: {}", "", letter.attempts, letter.why);
        }
    }
    if nothing {
        println!("Nothing is dead.");
    }
    Ok(())
}
