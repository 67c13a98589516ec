//! People who sign in: the first lead, further people, one-time links.

use crate::app::App;
use crate::store::StoreError;
use crate::store::users::Role;
use hotdash_core::ids::{DeskId, UserId};
use sha2::{Digest, Sha256};

/// A one-time link lives this long.
pub const LINK_HOURS: i64 = 24;

/// A person was invited: the link is shown once and only its digest is kept.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub name: String,
    pub email: String,
    pub link: String,
}

/// On the very first run there is nobody: make a lead of all desks who signs in by a one-time link.
pub async fn invite_first_lead(app: &App) -> Result<Option<Invitation>, StoreError> {
    if app.store.has_accounts().await? {
        return Ok(None);
    }
    let mut first = None;
    for desk in &app.desks {
        let invitation = invite(app, desk.id, "lead@hotdash.local", "Lead", Role::Lead).await?;
        first = first.or(invitation);
    }
    Ok(first)
}

/// Let a person work at a desk, with a one-time link; `None` when they do already.
pub async fn invite(
    app: &App,
    desk: DeskId,
    email: &str,
    name: &str,
    role: Role,
) -> Result<Option<Invitation>, StoreError> {
    let now = app.clock.now_ms();
    app.store.add_account(email, name, now).await?;
    let Some(account) = app.store.account_by_email(email).await? else { return Ok(None) };
    if !app.store.add_member(account.id, desk, role, now).await? {
        return Ok(None);
    }
    let link = new_link(app, account.id).await?;
    Ok(Some(Invitation { name: account.name, email: account.email, link }))
}

/// A new one-time link for somebody who is known.
pub async fn new_link(app: &App, user: UserId) -> Result<String, StoreError> {
    let token = hex::encode(rand::random::<[u8; 24]>());
    let expires = app.clock.now_ms() + LINK_HOURS * 3_600_000;
    app.store.keep_sign_in_link(&link_digest(&token), user, expires).await?;
    Ok(format!("{}/sign-in/link/{token}", app.config.public_url))
}

/// Under which a link's token is kept.
#[must_use]
pub fn link_digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}
