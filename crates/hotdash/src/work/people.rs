//! People who sign in: the first lead, further people, one-time links.

use crate::app::App;
use crate::store::StoreError;
use crate::store::users::Role;
use hotdash_core::ids::UserId;
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

/// On the very first run there is nobody: make a lead who signs in by a one-time link.
pub async fn invite_first_lead(app: &App) -> Result<Option<Invitation>, StoreError> {
    if !app.store.users().await?.is_empty() {
        return Ok(None);
    }
    invite(app, "lead@hotdash.local", "Lead", Role::Lead).await
}

/// Add a person with a one-time link; `None` when the address is taken.
pub async fn invite(
    app: &App,
    email: &str,
    name: &str,
    role: Role,
) -> Result<Option<Invitation>, StoreError> {
    let Some(user) = app.store.add_user(email, name, role, app.clock.now_ms()).await? else {
        return Ok(None);
    };
    let link = new_link(app, user).await?;
    Ok(Some(Invitation { name: name.to_owned(), email: email.to_owned(), link }))
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
