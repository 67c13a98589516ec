//! Sessions, kept in our database so that they survive restarts and are shared by replicas.

use crate::app::App;
use crate::clock::Clock;
use crate::store::Store;
use async_trait::async_trait;
use hotdash_core::ids::{DeskId, UserId};
use std::fmt;
use time::{Duration, OffsetDateTime};
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};
use tower_sessions::{Expiry, Session, SessionManagerLayer};

const COOKIE: &str = "hotdash_session";
const IDLE: Duration = Duration::hours(12);
/// Reading alone would not count as being there, and a write for each page would be wasteful.
const TOUCH_AFTER_MS: i64 = 10 * 60_000;

const USER: &str = "user";
const SEEN: &str = "seen";
const DESK: &str = "desk";

/// Finds the session of a request. It reads our own cookie and no other.
#[must_use]
pub fn session_layer(app: &App) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions { store: app.store.clone(), clock: app.clock.clone() })
        .with_name(COOKIE)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(app.config.public_url.starts_with("https://"))
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// Begin a session for this person under a new id, so that an id planted before is worth nothing.
pub(super) async fn begin(
    session: &Session,
    user: UserId,
    now: i64,
) -> std::result::Result<(), tower_sessions::session::Error> {
    session.clear().await;
    session.cycle_id().await?;
    session.insert(USER, user.0).await?;
    session.insert(SEEN, now).await
}

/// Who signed in, if anybody did. Keeps the session alive.
pub(super) async fn current(
    session: &Session,
    now: i64,
) -> std::result::Result<Option<UserId>, tower_sessions::session::Error> {
    let Some(user) = session.get::<i64>(USER).await? else { return Ok(None) };
    let seen = session.get::<i64>(SEEN).await?.unwrap_or(0);
    if now - seen > TOUCH_AFTER_MS {
        session.insert(SEEN, now).await?;
    }
    Ok(Some(UserId(user)))
}

/// At which desk the person chose to work.
pub(super) async fn desk(
    session: &Session,
) -> std::result::Result<Option<DeskId>, tower_sessions::session::Error> {
    Ok(session.get::<i64>(DESK).await?.map(DeskId))
}

/// Work at this desk from now on.
pub(super) async fn choose_desk(
    session: &Session,
    desk: DeskId,
) -> std::result::Result<(), tower_sessions::session::Error> {
    session.insert(DESK, desk.0).await
}

/// Our tables as tower-sessions wants them.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    clock: Clock,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits do not collide; saving is an upsert.
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = serde_json::to_string(&record.data).map_err(|e| Error::Encode(e.to_string()))?;
        let expires_at = record.expiry_date.unix_timestamp().saturating_mul(1000);
        self.store.keep_session(&record.id.to_string(), &data, expires_at).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.clock.now_ms();
        let Some(data) = self.store.session(&id.to_string(), now).await.map_err(backend)? else {
            return Ok(None);
        };
        let data = serde_json::from_str(&data).map_err(|e| Error::Decode(e.to_string()))?;
        // The layer computes a new expiry whenever it saves; this one only has to lie ahead.
        let expiry_date = OffsetDateTime::from_unix_timestamp(now / 1000).map_err(backend)? + IDLE;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.end_session(&id.to_string()).await.map_err(backend)
    }
}

fn backend(error: impl fmt::Display) -> Error {
    Error::Backend(error.to_string())
}
