//! `hotdash serve`: the web doors and the worker, until somebody stops them.

use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, DeskConfig};
use crate::work::people::{Invitation, LINK_HOURS, invite_first_lead};
use crate::{web, work, worker};
use anyhow::Context;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

pub(super) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let listener = TcpListener::bind(&config.listen)
        .await
        .with_context(|| format!("HOTDASH_LISTEN: cannot listen on {}", config.listen))?;
    let app = App::build(config, Clock::real()).await?;
    if let Some(lead) = invite_first_lead(&app).await? {
        print_invitation(&lead);
    }
    for desk in &app.desks {
        let DeskConfig { key, base_url, account, .. } = &desk.settings;
        if desk.secrets.is_empty() {
            eprintln!(
                "CHATWOOT_WEBHOOK_SECRET is not set for {key}: signed deliveries are refused. A desk before 4.11.2 cannot\n\
                 sign; register this address there instead and keep it secret:\n  {}/api/webhooks/chatwoot/{}/{}",
                app.config.public_url, desk.id, desk.url_token
            );
        }
        println!("hotdash serves {base_url}, account {account}, at {}", app.config.public_url);
    }
    until_stopped(app, listener).await?;
    Ok(ExitCode::SUCCESS)
}

/// Serve and work until the process is asked to stop; then finish what runs.
pub(super) async fn until_stopped(app: Arc<App>, listener: TcpListener) -> anyhow::Result<()> {
    app.store.begin_work().await?;
    work::reconcile::begin(&app).await?;
    work::sla::begin(&app).await?;
    work::watch::begin(&app).await?;
    let stop = app.stopping.clone();
    let working = tokio::spawn(worker::run(Arc::clone(&app), stop.clone()));
    let asked = stop.clone();
    tokio::spawn(async move {
        asked_to_stop().await;
        asked.cancel();
    });
    web::serve(app, listener, stop.clone()).await?;
    stop.cancel();
    working.await??;
    Ok(())
}

pub(super) fn print_invitation(invitation: &Invitation) {
    println!(
        "Sign in as {} ({}) with this link; it works once, for {LINK_HOURS} hours:\n  {}",
        invitation.name, invitation.email, invitation.link
    );
}

async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}
