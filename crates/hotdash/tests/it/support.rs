//! What the tests share: a fresh database of either kind, and the macro that runs a test on both.

pub(crate) mod alone;
pub(crate) mod house;
pub(crate) mod mailbox;
pub(crate) mod postgres;
pub(crate) mod scripted;

use hotdash::store::Store;
use postgres::Schema;
use tempfile::TempDir;

/// A fresh, empty database that disappears with this value.
pub(crate) struct Database {
    /// What goes into `DATABASE_URL`.
    pub(crate) url: String,
    _home: Home,
}

/// What must live as long as the database.
enum Home {
    Directory(#[expect(dead_code, reason = "held for its drop")] TempDir),
    Schema(#[expect(dead_code, reason = "held for its drop")] Schema),
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("hotdash.db").display());
        Self { url, _home: Home::Directory(directory) }
    }

    /// `None`, loudly, when no server was given.
    pub(crate) async fn postgres() -> Option<Self> {
        let schema = Schema::create().await?;
        Some(Self { url: schema.url.clone(), _home: Home::Schema(schema) })
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }
}

/// Make `NAME::sqlite` and `NAME::postgres` out of each `async fn NAME(database: &Database)`.
macro_rules! both_databases {
    ($($body:ident),+ $(,)?) => {$(
        mod $body {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let database = $crate::support::Database::sqlite();
                super::$body(&database).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(database) = $crate::support::Database::postgres().await {
                    super::$body(&database).await;
                }
            }
        }
    )+};
}
pub(crate) use both_databases;
