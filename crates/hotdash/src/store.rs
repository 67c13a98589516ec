//! The store: the only room that holds SQL. Two databases, one set of statements.
//!
//! Writing is always a [`Batch`]: all of it or nothing, committed together with whatever else is waiting.
//! Times are milliseconds since 1970 (UTC), flags are 0 and 1, JSON is text.

pub mod alerts;
pub mod automations;
pub mod backfills;
mod batch;
pub mod conversations;
pub mod decisions;
pub mod deliveries;
pub mod desks;
mod dialect;
pub mod drafts;
pub mod effects;
pub mod facts;
pub mod gaps;
mod heard;
pub mod jobs;
pub mod measured;
pub mod messages;
mod migrate;
mod postgres;
pub mod reports;
pub mod reviews;
pub mod rulebooks;
pub mod sla;
mod sqlite;
pub mod users;
mod value;
pub mod waiting;
pub mod workload;

pub use batch::{Batch, Outcome, Statement};
pub use value::{Row, Value};

use dialect::Dialect;
use std::path::Path;
use std::sync::Arc;

/// What can go wrong here. The caller decides by the variant; the text is for people.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum StoreError {
    /// A condition of a batch did not hold, so nothing of it was written: somebody was faster.
    #[error("somebody else changed this first")]
    Conflict {
        /// Which statement of the batch, from 0.
        step: usize,
    },
    /// Two writers blocked each other; trying again helps.
    #[error("two writers blocked each other: {0}")]
    Contended(String),
    /// The database cannot be used at the moment; nothing was written.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A mistake of ours in a statement.
    #[error("the database refused a statement: {0}")]
    Query(String),
    /// A row does not hold what this version expects.
    #[error("the database holds something unexpected: {0}")]
    Unreadable(String),
}

impl StoreError {
    /// Whether the database's place is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let text = self.to_string().to_lowercase();
        ["disk is full", "no space left", "quota exceeded"].iter().any(|sign| text.contains(sign))
    }

    /// Whether it may be read, and not written.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        let text = self.to_string().to_lowercase();
        ["readonly database", "read-only", "permission denied"].iter().any(|sign| text.contains(sign))
    }

    /// Whether the same batch may succeed when it is simply tried again.
    #[must_use]
    pub fn is_worth_another_try(&self) -> bool {
        matches!(self, Self::Contended(_))
    }
}

fn check_expectation(step: usize, statement: &Statement, outcome: &Outcome) -> Result<(), StoreError> {
    match statement.expect {
        Some(wanted) if wanted != outcome.affected => Err(StoreError::Conflict { step }),
        _ => Ok(()),
    }
}

enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// A handle that can be cloned freely.
#[derive(Clone)]
pub struct Store {
    backend: Arc<Backend>,
}

impl Store {
    /// Open `sqlite:PATH` or `postgres://…`, and bring the schema up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let backend = if let Some(path) = url.strip_prefix("sqlite:") {
            let path = Path::new(path.trim_start_matches("//")).to_owned();
            let opened = tokio::task::spawn_blocking(move || {
                let (database, connection, _lock) = sqlite::Sqlite::open(&path)?;
                migrate::sqlite(connection)?;
                Ok::<_, StoreError>(database)
            });
            Backend::Sqlite(opened.await.map_err(|e| StoreError::Unavailable(e.to_string()))??)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let database = postgres::Postgres::open(url).await?;
            migrate::postgres(&database).await?;
            Backend::Postgres(database)
        } else {
            return Err(StoreError::Unavailable(
                "DATABASE_URL must begin with sqlite: or postgres://".into(),
            ));
        };
        Ok(Self { backend: Arc::new(backend) })
    }

    /// Write all of it or nothing; returns when it is durable.
    pub async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>, StoreError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        match &*self.backend {
            Backend::Sqlite(database) => database.commit(batch).await,
            Backend::Postgres(database) => database.commit(batch).await,
        }
    }

    /// Read rows.
    pub async fn read(&self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let statement = Statement::new(sql, args);
        match &*self.backend {
            Backend::Sqlite(database) => database.read(statement).await,
            Backend::Postgres(database) => database.read(statement).await,
        }
    }

    async fn read_one(&self, sql: &'static str, args: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.read(sql, args).await?.into_iter().next())
    }

    fn dialect(&self) -> Dialect {
        match &*self.backend {
            Backend::Sqlite(_) => Dialect::Sqlite,
            Backend::Postgres(_) => Dialect::Postgres,
        }
    }
}
