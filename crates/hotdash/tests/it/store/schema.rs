//! One list of migrations makes the same schema on both databases, however often and by however many it is run.

use crate::support::{Database, both_databases};
use hotdash::store::Store;

both_databases!(migrations_run_once, whoever_starts_at_once_migrates_once);

const SQLITE: &str = "
    SELECT m.name || '.' || p.name || CASE WHEN p.\"notnull\" = 1 OR p.pk > 0 THEN ' not null' ELSE '' END
        || CASE WHEN p.pk > 0 THEN ' key' ELSE '' END
    FROM sqlite_master m JOIN pragma_table_info(m.name) p
    WHERE m.type = 'table' AND m.name NOT LIKE 'refinery%' ORDER BY 1";
const POSTGRES: &str = "
    SELECT CAST(c.table_name || '.' || c.column_name || CASE WHEN c.is_nullable = 'NO' THEN ' not null' ELSE '' END
        || CASE WHEN k.column_name IS NOT NULL THEN ' key' ELSE '' END AS TEXT)
    FROM information_schema.columns c
    LEFT JOIN information_schema.key_column_usage k
      ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
    WHERE c.table_schema = current_schema AND c.table_name NOT LIKE 'refinery%' ORDER BY 1";

const SQLITE_INDEXES: &str = "
    SELECT m.name || CASE WHEN i.\"unique\" = 1 THEN ' unique' ELSE '' END
        || CASE WHEN i.partial = 1 THEN ' partial' ELSE '' END
    FROM sqlite_master t JOIN pragma_index_list(t.name) i JOIN sqlite_master m ON m.name = i.name
    WHERE t.type = 'table' AND m.sql IS NOT NULL AND t.name NOT LIKE 'refinery%' ORDER BY 1";
const POSTGRES_INDEXES: &str = "
    SELECT CAST(c.relname || CASE WHEN i.indisunique THEN ' unique' ELSE '' END
        || CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END AS TEXT)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = current_schema::regnamespace AND NOT i.indisprimary ORDER BY 1";

async fn lines(store: &Store, sql: &'static str) -> Vec<String> {
    let rows = store.read(sql, vec![]).await.unwrap();
    let mut lines: Vec<String> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn both_databases_have_the_same_schema() {
    let here = Database::sqlite();
    let Some(there) = Database::postgres().await else { return };
    let (sqlite, postgres) = (here.open().await, there.open().await);
    let columns = lines(&sqlite, SQLITE).await;
    assert!(columns.len() > 50 && columns.contains(&"jobs.id not null key".to_owned()), "{columns:?}");
    assert_eq!(columns, lines(&postgres, POSTGRES).await);
    let indexes = lines(&sqlite, SQLITE_INDEXES).await;
    assert!(indexes.contains(&"drafts_living unique partial".to_owned()), "{indexes:?}");
    assert_eq!(indexes, lines(&postgres, POSTGRES_INDEXES).await);
}

async fn migrations_run_once(database: &Database) {
    let sql = "SELECT CAST(count(*) AS BIGINT) FROM refinery_schema_history";
    let first = database.open().await.read(sql, vec![]).await.unwrap()[0].int(0).unwrap();
    let second = database.open().await.read(sql, vec![]).await.unwrap()[0].int(0).unwrap();
    assert!(first >= 1);
    assert_eq!(first, second);
}

async fn whoever_starts_at_once_migrates_once(database: &Database) {
    let starts: Vec<_> = (0..5)
        .map(|_| {
            let url = database.url.clone();
            tokio::spawn(async move { Store::open(&url).await })
        })
        .collect();
    for start in starts {
        let store = start.await.unwrap().unwrap();
        store.keep_session("s", "data", 1).await.unwrap();
    }
}
