//! Passwords, hashed with argon2id on a blocking thread.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::LazyLock;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Length is what makes a password strong; nothing else is asked of it.
pub const MIN_PASSWORD_CHARACTERS: usize = 12;

/// Each hash takes about 19 MB for a moment: guessing must not be a way to fill the memory.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// What an unknown address is checked against, so that it costs the same time as a known one.
static NOBODYS_HASH: LazyLock<Option<String>> =
    LazyLock::new(|| hash(&uuid::Uuid::new_v4().to_string()).ok());

#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct PasswordError(String);

/// Hash a new password.
pub async fn hash_password(password: &str) -> Result<String, PasswordError> {
    let password = password.to_owned();
    in_turn(move || hash(&password)).await?
}

/// Whether the password fits the hash; takes as long when there is none.
pub(super) async fn fits(password: &str, hash: Option<String>) -> Result<bool, PasswordError> {
    let password = password.to_owned();
    in_turn(move || {
        let nobodys = LazyLock::force(&NOBODYS_HASH);
        let known = hash.is_some();
        let Some(hash) = hash.as_ref().or(nobodys.as_ref()) else { return false };
        let verdict = PasswordHash::new(hash)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        known && verdict
    })
    .await
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|e| PasswordError(e.to_string()))
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
    let _turn = AT_ONCE.acquire().await.map_err(|e| PasswordError(e.to_string()))?;
    spawn_blocking(work).await.map_err(|e| PasswordError(e.to_string()))
}
