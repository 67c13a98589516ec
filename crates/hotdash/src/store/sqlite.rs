//! SQLite: one writer thread that commits whatever is waiting as one group, and a few readers. Another thread moves what
//! was committed from the log into the file, so that no commit waits for that.

use super::batch::{Batch, Outcome, Statement};
use super::dialect::SQLITE_PRAGMAS;
use super::{Row, StoreError, Value};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, params_from_iter};
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// A larger group would only make the first of it wait longer.
const GROUP: usize = 256;
const READERS: usize = 4;
/// How long the log collects before it is moved: pages written several times meanwhile are moved once.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(500);
/// The log, in pages of 4 kB, beyond which writing stops for a moment so that the log can begin anew.
const LONGEST_LOG: i64 = 32_768;

type Reply = Result<Vec<Outcome>, StoreError>;

struct Request {
    batch: Batch,
    reply: oneshot::Sender<Reply>,
}

/// The embedded database.
pub(super) struct Sqlite {
    writer: mpsc::Sender<Request>,
    readers: Arc<Mutex<Vec<Reader>>>,
    permits: Semaphore,
    path: PathBuf,
    /// Held by whoever works off the queue, as long as the store lives.
    alone: Mutex<Option<File>>,
}

impl Sqlite {
    /// Open or create the file; the directory is created too. Nobody else opens it as long as the lock is held that comes
    /// with it: turning a new file into one with a write-ahead log does not wait for others, and neither do migrations.
    pub(super) fn open(path: &Path) -> Result<(Self, Connection, File), StoreError> {
        if let Some(dir) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
            std::fs::create_dir_all(dir)
                .map_err(|e| StoreError::Unavailable(format!("cannot create {}: {e}", dir.display())))?;
        }
        let lock = lock_for_migration(path)?;
        let connection = connect(path)?;
        let (writer, requests) = mpsc::channel();
        let (own, mover) = (connect(path)?, connect(path)?);
        own.execute_batch("PRAGMA wal_autocheckpoint = 0")?;
        let (written, news) = mpsc::sync_channel(1);
        start_thread("store-writer", move || write_groups(own, &requests, &written))?;
        start_thread("store-checkpoint", move || checkpoint(&mover, &news))?;
        let readers = Arc::new(Mutex::new(Vec::new()));
        let permits = Semaphore::new(READERS);
        let store = Self { writer, readers, permits, path: path.to_owned(), alone: Mutex::new(None) };
        Ok((store, connection, lock))
    }

    /// Make sure that no other process works off this queue: each would believe that all leases are its own.
    pub(super) fn work_alone(&self) -> Result<(), StoreError> {
        let mut alone = self.alone.lock().map_err(|_| gone())?;
        if alone.is_none() {
            *alone = Some(lock_for_work(&self.path)?);
        }
        Ok(())
    }

    pub(super) async fn commit(&self, batch: Batch) -> Reply {
        let (reply, answer) = oneshot::channel();
        self.writer.send(Request { batch, reply }).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    pub(super) async fn read(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let _permit = self.permits.acquire().await.map_err(|_| gone())?;
        let pooled = self.readers.lock().map_err(|_| gone())?.pop();
        let (path, readers) = (self.path.clone(), Arc::clone(&self.readers));
        tokio::task::spawn_blocking(move || {
            let mut reader = match pooled {
                Some(reader) => reader,
                None => Reader::new(connect(&path)?),
            };
            let outcome = reader.run(&statement);
            if let Ok(mut pool) = readers.lock() {
                pool.push(reader);
            }
            Ok(outcome?.rows)
        })
        .await
        .map_err(|e| StoreError::Unavailable(format!("a read was cut off: {e}")))?
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the database's writer has stopped".into())
}

/// Held while the schema is brought up to date: whoever opens the file meanwhile waits and finds it done.
fn lock_for_migration(path: &Path) -> Result<File, StoreError> {
    let file = open_beside(path, ".migration.lock")?;
    file.lock().map_err(|e| StoreError::Unavailable(format!("cannot lock {}: {e}", path.display())))?;
    Ok(file)
}

fn lock_for_work(path: &Path) -> Result<File, StoreError> {
    let file = open_beside(path, ".lock")?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Unavailable(format!(
            "{} is in use by another hotdash: stop that one, or set DATABASE_URL to another database",
            path.display()
        ))),
        Err(TryLockError::Error(e)) => {
            Err(StoreError::Unavailable(format!("cannot lock {}: {e}", path.display())))
        }
    }
}

fn open_beside(path: &Path, ending: &str) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(|e| StoreError::Unavailable(format!("cannot write beside {}: {e}", path.display())))
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(SQLITE_PRAGMAS)?;
    Ok(connection)
}

/// A connection with the rewritten text of each statement it has seen.
struct Reader {
    connection: Connection,
    /// Keyed by place and length of the `'static` text, which is quicker than by the text.
    texts: HashMap<(usize, usize), String>,
}

impl Reader {
    fn new(connection: Connection) -> Self {
        Self { connection, texts: HashMap::new() }
    }

    fn run(&mut self, statement: &Statement) -> Result<Outcome, StoreError> {
        let text = self
            .texts
            .entry((statement.sql.as_ptr() as usize, statement.sql.len()))
            // rusqlite binds `$1` by first appearance, `?1` by number: the portable text means the number.
            .or_insert_with(|| statement.sql.replace('$', "?"));
        let mut prepared = self.connection.prepare_cached(text)?;
        let columns = prepared.column_count();
        if columns == 0 {
            let affected = prepared.execute(params_from_iter(&statement.args))?;
            return Ok(Outcome { affected: affected as u64, rows: Vec::new() });
        }
        let mut cursor = prepared.query(params_from_iter(&statement.args))?;
        let mut rows = Vec::new();
        while let Some(row) = cursor.next()? {
            let values = (0..columns)
                .map(|i| Ok(value_of(row.get_ref(i)?)))
                .collect::<Result<Vec<_>, rusqlite::Error>>()?;
            rows.push(Row(values));
        }
        Ok(Outcome { affected: rows.len() as u64, rows })
    }

    fn run_all(&mut self, batch: &Batch) -> Reply {
        batch
            .0
            .iter()
            .enumerate()
            .map(|(step, statement)| {
                let outcome = self.run(statement)?;
                super::check_expectation(step, statement, &outcome)?;
                Ok(outcome)
            })
            .collect()
    }
}

fn value_of(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(v) => Value::Int(v),
        ValueRef::Real(v) => Value::Real(v),
        ValueRef::Text(v) => Value::Text(String::from_utf8_lossy(v).into_owned()),
        ValueRef::Blob(v) => Value::Bytes(v.to_vec()),
    }
}

fn start_thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    let started = std::thread::Builder::new().name(name.into()).spawn(run);
    started.map(drop).map_err(|e| StoreError::Unavailable(format!("cannot start the thread {name}: {e}")))
}

/// Moves the log into the file while others write; a log that grew too long is emptied while they wait, which is short,
/// because most of it was just moved.
fn checkpoint(connection: &Connection, news: &mpsc::Receiver<()>) {
    while news.recv().is_ok() {
        std::thread::sleep(CHECKPOINT_PAUSE);
        let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(1));
        // One that fails (a full disk, a long read) is done by the next.
        if moved.is_ok_and(|pages| pages > LONGEST_LOG) {
            let _ = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()));
        }
    }
}

fn write_groups(connection: Connection, requests: &mpsc::Receiver<Request>, written: &mpsc::SyncSender<()>) {
    let mut writer = Reader::new(connection);
    let mut group = Vec::with_capacity(GROUP);
    while let Ok(first) = requests.recv() {
        group.push(first);
        while group.len() < GROUP {
            let Ok(next) = requests.try_recv() else { break };
            group.push(next);
        }
        commit_group(&mut writer, &mut group);
        // Full means that the news is on its way already.
        let _ = written.try_send(());
    }
}

/// All of the group in one transaction; if anything in it fails, each batch in a transaction of its own.
fn commit_group(writer: &mut Reader, group: &mut Vec<Request>) {
    let together: Result<Vec<Vec<Outcome>>, StoreError> =
        transaction(writer, |w| group.iter().map(|request| w.run_all(&request.batch)).collect());
    match together {
        Ok(outcomes) => {
            for (request, outcome) in group.drain(..).zip(outcomes) {
                // A caller that went away has lost interest in the answer, not in the write.
                let _ = request.reply.send(Ok(outcome));
            }
        }
        Err(error) if group.len() == 1 => {
            for request in group.drain(..) {
                let _ = request.reply.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for request in group.drain(..) {
                let outcome = transaction(writer, |w| w.run_all(&request.batch));
                let _ = request.reply.send(outcome);
            }
        }
    }
}

fn transaction<T>(
    writer: &mut Reader,
    work: impl FnOnce(&mut Reader) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    writer.connection.execute_batch("BEGIN IMMEDIATE")?;
    match work(writer).and_then(|value| {
        writer.connection.execute_batch("COMMIT")?;
        Ok(value)
    }) {
        Ok(value) => Ok(value),
        Err(error) => {
            // SQLite may have rolled back by itself (a full disk does that): then there is nothing left to undo.
            if !writer.connection.is_autocommit() {
                writer.connection.execute_batch("ROLLBACK")?;
            }
            Err(error)
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            // Of all constraints only the unique ones can be met by a correct statement: somebody was faster.
            Some(ErrorCode::ConstraintViolation) if is_taken(&error) => Self::Conflict { step: 0 },
            Some(ErrorCode::DiskFull) => {
                Self::Unavailable("the disk is full: free some space, nothing was lost".into())
            }
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied,
            ) => Self::Unavailable(error.to_string()),
            _ => Self::Query(error.to_string()),
        }
    }
}

fn is_taken(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    let code = error.sqlite_error().map(|e| e.extended_code);
    matches!(code, Some(SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_UNIQUE))
}
