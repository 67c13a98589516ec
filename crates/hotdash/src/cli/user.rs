//! `hotdash user`: who may sign in.

use super::desk_named;
use super::serve::print_invitation;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::users::Role;
use crate::work::people::{LINK_HOURS, invite, new_link};
use anyhow::bail;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct UserCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add a person and print a one-time sign-in link.
    Add {
        email: String,
        #[arg(long)]
        name: String,
        /// viewer, reviewer or lead
        #[arg(long, default_value = "reviewer")]
        role: String,
        /// The desk's key in the settings file, where there are several desks.
        #[arg(long)]
        desk: Option<String>,
    },
    /// Print a new one-time sign-in link for somebody.
    Link { email: String },
    /// List everybody.
    List,
}

impl UserCommand {
    pub(super) async fn run(&self, config: Config) -> anyhow::Result<ExitCode> {
        let app = App::build(config, Clock::real()).await?;
        match &self.what {
            What::Add { email, name, role, desk } => {
                let desk = desk_named(&app.desks, |desk| &desk.settings.key, desk.as_deref())?;
                let Some(role) = Role::read(role) else {
                    bail!("{role:?} is no role: take viewer, reviewer or lead");
                };
                if !email.contains('@') {
                    bail!("{email:?} is no e-mail address");
                }
                match invite(&app, desk.id, email, name, role).await? {
                    Some(invitation) => print_invitation(&invitation),
                    None => bail!("{email} is there already: `hotdash user link {email}` prints a new link"),
                }
            }
            What::Link { email } => match app.store.account_by_email(email).await? {
                Some(user) => {
                    let link = new_link(&app, user.id).await?;
                    println!(
                        "This link signs {} in; it works once, for {LINK_HOURS} hours:\n  {link}",
                        user.name
                    );
                }
                None => bail!("nobody has the address {email}: `hotdash user list` shows who is there"),
            },
            What::List => {
                for desk in &app.desks {
                    for user in app.store.users_of(desk.id).await? {
                        let (role, key) = (user.role.as_str(), &desk.settings.key);
                        println!("{key:<12} {role:<10} {:<30} {}", user.email, user.name);
                    }
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
