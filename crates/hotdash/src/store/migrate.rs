//! Migrations: one numbered list for both databases, run by refinery under a lock (PostgreSQL's advisory one, a file's on
//! SQLite), because several replicas or commands may start at once.

use super::StoreError;
use super::dialect::{Dialect, POSTGRES_MIGRATION_LOCK};
use super::postgres::Postgres;
use refinery::{Migration, Runner};
use std::ops::DerefMut;

/// In order; a released file is never changed, only followed by another.
const MIGRATIONS: &[(&str, &str)] = &[
    ("V1__start", include_str!("../../migrations/V1__start.sql")),
    ("V2__what_reports_need", include_str!("../../migrations/V2__what_reports_need.sql")),
];

pub(super) fn sqlite(mut connection: rusqlite::Connection) -> Result<(), StoreError> {
    runner(Dialect::Sqlite)?.run(&mut connection).map_err(failed)?;
    Ok(())
}

pub(super) async fn postgres(database: &Postgres) -> Result<(), StoreError> {
    let mut connection = database.connection().await?;
    connection.query("SELECT pg_advisory_lock($1)", &[&POSTGRES_MIGRATION_LOCK]).await?;
    let client: &mut tokio_postgres::Client = connection.deref_mut().deref_mut();
    let outcome = runner(Dialect::Postgres)?.run_async(client).await.map_err(failed);
    connection.query("SELECT pg_advisory_unlock($1)", &[&POSTGRES_MIGRATION_LOCK]).await?;
    outcome.map(drop)
}

fn runner(dialect: Dialect) -> Result<Runner, StoreError> {
    let migrations = MIGRATIONS
        .iter()
        .map(|(name, text)| Migration::unapplied(name, &dialect.ddl(text)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    Ok(Runner::new(&migrations))
}

fn failed(error: refinery::Error) -> StoreError {
    // The outer texts say what was tried; only the innermost says why it failed.
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    StoreError::Unavailable(format!("the database could not be brought up to date: {cause}"))
}
