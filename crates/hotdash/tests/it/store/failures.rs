//! What a person reads when the database cannot be used.

use crate::support::Database;
use hotdash::store::{Store, StoreError};

async fn refused(url: &str) -> String {
    match Store::open(url).await {
        Err(StoreError::Unavailable(text)) => text,
        Err(other) => panic!("{url}: {other:?}"),
        Ok(_) => panic!("{url} was opened"),
    }
}

#[tokio::test]
async fn an_unknown_kind_of_database_is_refused() {
    assert!(refused("mysql://localhost/desk").await.contains("sqlite: or postgres://"));
}

#[tokio::test]
async fn a_directory_that_cannot_be_made_is_named() {
    let home = tempfile::tempdir().unwrap();
    // A file where a directory should be: fails for root as well, whom no permission stops.
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let text = refused(&format!("sqlite:{}/data/hotdash.db", file.display())).await;
    assert!(text.contains("cannot create") && text.contains("data"), "{text}");
    let text = refused(&format!("sqlite:{}", home.path().display())).await;
    assert!(text.contains("open") || text.contains("directory"), "{text}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("letter.db");
    std::fs::write(&file, "Dear all, this is no database, however long the letter may be. ".repeat(100))
        .unwrap();
    let error = Store::open(&format!("sqlite:{}", file.display())).await.err().unwrap();
    assert!(error.to_string().contains("not a database"), "{error}");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("Dear all"), "the letter is untouched");
}

#[tokio::test]
async fn a_second_worker_on_the_same_file_is_refused_until_the_first_is_gone() {
    let database = Database::sqlite();
    let (first, second) = (database.open().await, database.open().await);
    first.begin_work().await.unwrap();
    first.begin_work().await.unwrap();
    // A command beside the running service may read and write, e.g. add a person.
    second.keep_session("s", "data", 1).await.unwrap();
    match second.begin_work().await.unwrap_err() {
        StoreError::Unavailable(text) => assert!(text.contains("in use by another hotdash"), "{text}"),
        other => panic!("{other:?}"),
    }
    drop(first);
    second.begin_work().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    // Bound and dropped: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = refused(&format!("postgres://hotdash:secret-word@127.0.0.1:{port}/desk")).await;
    assert!(text.contains("cannot reach PostgreSQL"), "{text}");
    assert!(!text.contains("secret-word"), "{text}");
}

#[tokio::test]
async fn an_address_that_cannot_be_read_does_not_show_its_password() {
    let text = refused("postgres://hotdash:secret-word@127.0.0.1:port/desk").await;
    assert!(!text.contains("secret-word"), "{text}");
}
