//! A PostgreSQL schema for one test: nothing of another test is in it, and it is dropped at the end.

use tokio_postgres::NoTls;

/// The server, as a `postgres://` address; `./test` sets it.
const VARIABLE: &str = "HOTDASH_TEST_POSTGRES";

pub(crate) struct Schema {
    /// The server's address with the schema as its search path.
    pub(crate) url: String,
    server: String,
    name: String,
}

impl Schema {
    /// `None`, loudly, when no server was given.
    pub(crate) async fn create() -> Option<Self> {
        let Some(server) = server() else {
            eprintln!("SKIPPED on PostgreSQL: {VARIABLE} is not set. `./test` starts a server and sets it.");
            return None;
        };
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        execute(&server, &format!("CREATE SCHEMA {name}")).await;
        let joint = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{joint}options=-csearch_path%3D{name}");
        Some(Self { url, server, name })
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("DROP SCHEMA {} CASCADE", self.name));
        // The test's own runtime cannot wait here; a failing test must clean up as well.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&server, &sql));
        });
        assert!(dropped.join().is_ok() || std::thread::panicking(), "schema {} was not dropped", self.name);
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told of the server by the environment")]
fn server() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|url| !url.is_empty())
}

async fn execute(server: &str, sql: &str) {
    let (client, connection) =
        tokio_postgres::connect(server, NoTls).await.unwrap_or_else(|e| panic!("{VARIABLE}={server}: {e}"));
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    drop(client);
    connection.await.unwrap().unwrap();
}
