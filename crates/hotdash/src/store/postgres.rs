//! PostgreSQL: a pool, statements prepared once per connection, and writers that commit what is waiting as one group.

use super::batch::{Batch, Outcome, Statement};
use super::{Row, StoreError, Value};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use futures_util::future::join_all;
use futures_util::{TryStreamExt, pin_mut};
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

const GROUP: usize = 256;
/// Two groups in flight: one is being written while the other waits for the disk.
const WRITERS: usize = 2;
const CONNECTIONS: usize = 12;
/// `join_all` polls up to this many in order; statements of a batch must reach the server in order.
const PIPELINE: usize = 30;

type Reply = Result<Vec<Outcome>, StoreError>;

struct Request {
    batch: Batch,
    reply: oneshot::Sender<Reply>,
}

/// A PostgreSQL server.
pub(super) struct Postgres {
    pool: Pool,
    writer: mpsc::Sender<Request>,
}

impl Postgres {
    /// Build the pool and try one connection.
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let config = Config::from_str(url)
            .map_err(|e| StoreError::Unavailable(format!("DATABASE_URL is not a PostgreSQL address: {e}")))?;
        let recycle = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = if goes_without_tls(&config) {
            Manager::from_config(config, NoTls, recycle)
        } else {
            let (tls, _) = MakeRustlsConnect::with_native_certs().map_err(|e| {
                StoreError::Unavailable(format!("no certificates for TLS to PostgreSQL: {e:?}"))
            })?;
            Manager::from_config(config, tls, recycle)
        };
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .build()
            .map_err(|e| StoreError::Unavailable(e.to_string()))?;
        drop(pool.get().await?);
        let (writer, requests) = mpsc::channel(4 * GROUP);
        let requests = Arc::new(Mutex::new(requests));
        for _ in 0..WRITERS {
            tokio::spawn(write_groups(pool.clone(), Arc::clone(&requests)));
        }
        Ok(Self { pool, writer })
    }

    pub(super) async fn connection(&self) -> Result<Object, StoreError> {
        Ok(self.pool.get().await?)
    }

    pub(super) async fn commit(&self, batch: Batch) -> Reply {
        let (reply, answer) = oneshot::channel();
        self.writer.send(Request { batch, reply }).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    pub(super) async fn read(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let client = self.pool.get().await?;
        Ok(run(&client, &statement).await?.rows)
    }
}

/// A server on this very machine often has a certificate that nobody issued for it (Debian's installs one), and nobody
/// listens in between; `sslmode=require` insists on TLS there too.
fn goes_without_tls(config: &Config) -> bool {
    let is_here = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        Host::Unix(_) => true,
    };
    match config.get_ssl_mode() {
        SslMode::Disable => true,
        SslMode::Prefer => config.get_hosts().iter().all(is_here),
        _ => false,
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the database's writer has stopped".into())
}

async fn write_groups(pool: Pool, requests: Arc<Mutex<mpsc::Receiver<Request>>>) {
    loop {
        let mut group = Vec::new();
        // Only one writer waits at a time; the other one is committing.
        if requests.lock().await.recv_many(&mut group, GROUP).await == 0 {
            return;
        }
        match pool.get().await {
            Ok(client) => commit_group(&client, group).await,
            Err(error) => {
                let error = StoreError::from(error);
                for request in group {
                    // A caller that went away has lost interest in the answer.
                    let _ = request.reply.send(Err(error.clone()));
                }
            }
        }
    }
}

/// All of the group in one transaction; if anything in it fails, each batch in a transaction of its own.
async fn commit_group(client: &Object, group: Vec<Request>) {
    let (shared, group): (Vec<_>, Vec<_>) = group.into_iter().partition(|request| request.batch.is_shared());
    if !group.is_empty() {
        commit_together(client, group).await;
    }
    for request in shared {
        let _ = request.reply.send(alone(client, &request.batch).await);
    }
}

async fn commit_together(client: &Object, group: Vec<Request>) {
    let batches: Vec<&Batch> = group.iter().map(|request| &request.batch).collect();
    match transaction(client, &batches).await {
        Ok(outcomes) => {
            for (request, outcome) in group.into_iter().zip(outcomes) {
                let _ = request.reply.send(Ok(outcome));
            }
        }
        Err(error) if group.len() == 1 && !error.is_worth_another_try() => {
            for request in group {
                let _ = request.reply.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for request in group {
                let _ = request.reply.send(alone(client, &request.batch).await);
            }
        }
    }
}

/// One batch in its own transaction; a deadlock with another replica is tried again.
async fn alone(client: &Object, batch: &Batch) -> Reply {
    for _ in 0..3 {
        match transaction(client, &[batch]).await {
            Err(error) if error.is_worth_another_try() => {}
            other => return other.map(|mut outcomes| outcomes.pop().unwrap_or_default()),
        }
    }
    transaction(client, &[batch]).await.map(|mut outcomes| outcomes.pop().unwrap_or_default())
}

async fn transaction(client: &Object, batches: &[&Batch]) -> Result<Vec<Vec<Outcome>>, StoreError> {
    client.batch_execute("BEGIN").await?;
    let worked = async {
        let outcomes = run_all(client, batches).await?;
        client.batch_execute("COMMIT").await?;
        Ok(outcomes)
    }
    .await;
    if worked.is_err() {
        client.batch_execute("ROLLBACK").await?;
    }
    worked
}

async fn run_all(client: &Object, batches: &[&Batch]) -> Result<Vec<Vec<Outcome>>, StoreError> {
    let statements: Vec<&Statement> = batches.iter().flat_map(|batch| &batch.0).collect();
    let mut flat = Vec::with_capacity(statements.len());
    for chunk in statements.chunks(PIPELINE) {
        // Preparing first keeps the pipeline free of round trips.
        for statement in chunk {
            prepare(client, statement).await?;
        }
        for outcome in join_all(chunk.iter().map(|statement| run(client, statement))).await {
            flat.push(outcome?);
        }
    }
    let mut flat = flat.into_iter();
    batches
        .iter()
        .map(|batch| {
            let outcomes: Vec<Outcome> = flat.by_ref().take(batch.0.len()).collect();
            for (step, (statement, outcome)) in batch.0.iter().zip(&outcomes).enumerate() {
                super::check_expectation(step, statement, outcome)?;
            }
            Ok(outcomes)
        })
        .collect()
}

async fn prepare(client: &Object, statement: &Statement) -> Result<tokio_postgres::Statement, StoreError> {
    Ok(client.prepare_cached(statement.sql).await?)
}

async fn run(client: &Object, statement: &Statement) -> Result<Outcome, StoreError> {
    let prepared = prepare(client, statement).await?;
    let client: &Client = client;
    let stream = client.query_raw(&prepared, &statement.args).await?;
    pin_mut!(stream);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        rows.push(read_row(&row)?);
    }
    Ok(Outcome { affected: stream.rows_affected().unwrap_or(0), rows })
}

fn read_row(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let values = row.columns().iter().enumerate().map(|(i, column)| {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(i)?.into(),
            Type::INT4 => row.try_get::<_, Option<i32>>(i)?.map(i64::from).into(),
            Type::FLOAT8 => row.try_get::<_, Option<f64>>(i)?.into(),
            Type::TEXT => row.try_get::<_, Option<String>>(i)?.into(),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(i)?.into(),
            ref other => {
                return Err(StoreError::Unreadable(format!(
                    "column {} has the type {other}, which is not portable",
                    column.name()
                )));
            }
        })
    });
    Ok(Row(values.collect::<Result<Vec<Value>, StoreError>>()?))
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        let Some(db) = error.as_db_error() else {
            return Self::Unavailable(format!("PostgreSQL: {}", with_causes(&error)));
        };
        match *db.code() {
            SqlState::UNIQUE_VIOLATION => Self::Conflict { step: 0 },
            SqlState::T_R_DEADLOCK_DETECTED | SqlState::T_R_SERIALIZATION_FAILURE => {
                Self::Contended(db.message().to_owned())
            }
            SqlState::DISK_FULL
            | SqlState::ADMIN_SHUTDOWN
            | SqlState::CANNOT_CONNECT_NOW
            | SqlState::TOO_MANY_CONNECTIONS
            | SqlState::READ_ONLY_SQL_TRANSACTION => Self::Unavailable(db.message().to_owned()),
            _ => Self::Query(format!("{} ({})", db.message(), db.code().code())),
        }
    }
}

impl From<deadpool_postgres::PoolError> for StoreError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Unavailable(format!("cannot reach PostgreSQL: {}", with_causes(&error)))
    }
}

/// The driver's own text names only the kind; what a person needs is further down.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
