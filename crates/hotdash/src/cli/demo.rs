//! `hotdash demo`: the whole loop on this machine, with a desk of its own.

use super::serve::until_stopped;
use super::start_logging;
use crate::app::{AROUND_THE_CLOCK, App};
use crate::chatwoot::api::{Chatwoot, DeskAddress, WebhookChange};
use crate::clock::Clock;
use crate::config::{Config, KnowledgeSource};
use crate::store::users::Role;
use crate::work::backfill::ask;
use crate::work::doctor::HOOK_PATH;
use crate::work::people::{Invitation, invite};
use anyhow::{Context, anyhow};
use chatwoot_sandbox::{Options, Sandbox, seed::seed};
use clap::Args;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::net::TcpListener;

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Where hotdash listens; a free port is taken when this one is in use.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where the sandbox desk listens.
    #[arg(long, default_value = "127.0.0.1:3000")]
    desk_listen: String,
    /// Keep everything in this folder instead of one that is removed at the end.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Seconds in which an approval can be taken back.
    #[arg(long, default_value_t = 10)]
    undo_seconds: u32,
    /// Let nobody but you write, and leave the desk's past unread: without it a few customers write at the start.
    #[arg(long)]
    quiet_desk: bool,
}

/// Ada is the lead and the desk's administrator, Ben the second person for what needs two.
const LEAD: (&str, &str) = ("Ada Admin", "ada@acme.test");
const REVIEWER: (&str, &str) = ("Ben Agent", "ben@acme.test");

/// How much of the desk's past is read: all that was invented.
const PAST: SignedDuration = SignedDuration::from_hours(35 * 24);

/// What a few customers of the invented shop write when the demo starts.
const OPENING: [(&str, &str, &str); 4] = [
    ("Mia Torres", "mia@example.test", "Hi! How long does shipping to Norway take, and what does it cost?"),
    (
        "Jörg Müller",
        "joerg@example.test",
        "Guten Tag, meine Bestellung C-9 ist nicht angekommen. Wo ist sie?",
    ),
    (
        "Tom Baker",
        "tom@example.test",
        "You sent the wrong jets in order B-204. Can I return them and who pays for it?",
    ),
    (
        "Lena Frost",
        "lena@example.test",
        "This is the third time I write! Refund me today or you will hear from my lawyer.",
    ),
];

impl Demo {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        start_logging(&Config::log_filter("warn"), false);
        let folder = Folder::take(self.data_dir.as_deref())?;
        let desk_listener = bind(&self.desk_listen).await?;
        let listener = bind(&self.listen).await?;
        let (desk, token) = start_desk()?;
        let desk_server = desk.serve(desk_listener)?;
        let public_url = format!("http://{}", listener.local_addr()?);
        let secret = register(&desk_server.url(), &token, &public_url).await?;
        let app = self.app(&desk_server.url(), &token, &secret, &public_url, &folder.path).await?;
        let place = app.desks.first().context("the demo has no desk")?.id;
        let lead = invite(&app, place, LEAD.1, LEAD.0, Role::Lead).await?;
        let second = invite(&app, place, REVIEWER.1, REVIEWER.0, Role::Reviewer).await?;
        greet(&desk_server.url(), lead.as_ref(), second.as_ref());
        if !self.quiet_desk {
            // The dashboard has something to show.
            for place in &app.desks {
                ask(&app, place, app.clock.now().saturating_sub(PAST)?).await?;
            }
            tokio::spawn(open_the_shop(desk));
        }
        until_stopped(app, listener).await?;
        desk_server.shut_down().await;
        Ok(ExitCode::SUCCESS)
    }

    async fn app(
        &self,
        desk: &str,
        token: &str,
        secret: &SecretString,
        public_url: &str,
        data_dir: &Path,
    ) -> anyhow::Result<std::sync::Arc<App>> {
        let mut config = Config::overruled(&[
            ("CHATWOOT_BASE_URL", desk.to_owned()),
            ("CHATWOOT_TOKEN", token.to_owned()),
            ("CHATWOOT_ACCOUNT_ID", "1".to_owned()),
            ("CHATWOOT_WEBHOOK_SECRET", secret.expose_secret().to_owned()),
            ("DATABASE_URL", format!("sqlite:{}", data_dir.join("hotdash.sqlite").display())),
            ("HOTDASH_DATA_DIR", data_dir.display().to_string()),
            ("HOTDASH_PUBLIC_URL", public_url.to_owned()),
            ("HOTDASH_SHOP_NAME", "Hot Rodan".to_owned()),
            ("HOTDASH_TIMEZONE", "Europe/Berlin".to_owned()),
            ("HOTDASH_UNDO_SECONDS", self.undo_seconds.to_string()),
            ("HOTDASH_DEBOUNCE_MS", "1200".to_owned()),
            // Nobody else needs this desk.
            ("HOTDASH_DESK_CALLS_PER_MINUTE", "6000".to_owned()),
        ])?;
        for desk in &mut config.desks {
            desk.hours.get_or_insert_with(|| AROUND_THE_CLOCK.to_owned());
            if desk.knowledge == KnowledgeSource::Nothing {
                desk.knowledge = KnowledgeSource::DemoShop;
            }
        }
        Ok(App::build(config, Clock::real()).await?)
    }
}

/// A desk with four weeks behind it, and its administrator's token.
fn start_desk() -> anyhow::Result<(Sandbox, String)> {
    let desk = Sandbox::new(Options::default());
    seed(&desk, desk.now())?;
    let token = desk.token(1).map_err(|e| anyhow!("the sandbox desk has no administrator: {e:?}"))?;
    Ok((desk, token))
}

/// Register our webhook as an administrator would, and learn its secret.
async fn register(desk: &str, token: &str, public_url: &str) -> anyhow::Result<SecretString> {
    let desk = Chatwoot::new(DeskAddress::new(desk, 1, SecretString::from(token)))?;
    let hook = desk.create_webhook(&WebhookChange::ours(format!("{public_url}{HOOK_PATH}"))).await?;
    hook.secret.context("the sandbox desk gave no webhook secret")
}

/// A few customers write, so that the queue is not empty.
async fn open_the_shop(desk: Sandbox) {
    let Some(website) = desk.read(|desk| desk.inboxes.keys().next().copied()) else { return };
    for (name, email, text) in OPENING {
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        if let Err(error) = desk.customer_says(website, (name, email), text) {
            tracing::warn!(?error, "a customer of the demo could not write");
        }
    }
}

fn greet(desk: &str, lead: Option<&Invitation>, second: Option<&Invitation>) {
    let link = |invitation: Option<&Invitation>| match invitation {
        Some(invitation) => invitation.link.clone(),
        None => "signed in before: use your password, or `hotdash user link`".to_owned(),
    };
    println!(
        "hotdash demo. Everything stays on this machine; Ctrl-C ends it.\n\n\
         \x20 Be the customer        {desk}/chat\n\
         \x20 Review drafts          {}\n\
         \x20 See what agents see    {desk}/desk\n\n\
         The review link signs you in as {}, the lead, and works once. Some drafts need a second person:\n\
         \x20 as {}           {}\n",
        link(lead),
        LEAD.0,
        REVIEWER.0,
        link(second),
    );
}

/// The wanted port, or a free one when that is taken.
async fn bind(wanted: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(wanted).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let host = wanted.rsplit_once(':').map_or("127.0.0.1", |(host, _)| host);
            Ok(TcpListener::bind((host, 0)).await?)
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {wanted}")),
    }
}

/// Where the demo keeps its database; a folder of its own is removed at the end.
struct Folder {
    path: PathBuf,
    own: bool,
}

impl Folder {
    fn take(given: Option<&Path>) -> anyhow::Result<Self> {
        let own = given.is_none();
        let path = given.map_or_else(
            || std::env::temp_dir().join(format!("hotdash-demo-{}", Clock::real().new_id())),
            Path::to_owned,
        );
        std::fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self { path, own })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.own {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
