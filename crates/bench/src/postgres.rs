//! A schema of our own in somebody's PostgreSQL server.

use anyhow::{Context, bail};
use tokio_postgres::NoTls;

pub(crate) struct Schema {
    server: String,
    name: String,
    pub(crate) url: String,
}

impl Schema {
    pub(crate) async fn create(server: &str) -> anyhow::Result<Self> {
        let (client, connection) =
            tokio_postgres::connect(server, NoTls).await.context("HOTDASH_BENCH_POSTGRES")?;
        tokio::spawn(connection);
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value: String = client.query_one(&format!("SHOW {setting}"), &[]).await?.get(0);
            if value != "on" {
                bail!(
                    "{setting} is {value} on the PostgreSQL server: the figures would not be those of a durable one"
                );
            }
        }
        let name = format!("bench_{}", uuid::Uuid::new_v4().simple());
        client.batch_execute(&format!("CREATE SCHEMA {name}")).await?;
        let joint = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{joint}options=-csearch_path%3D{name}");
        Ok(Self { server: server.to_owned(), name, url })
    }

    /// What its tables and their indexes take.
    pub(crate) async fn bytes(&self) -> anyhow::Result<u64> {
        let (client, connection) = tokio_postgres::connect(&self.server, NoTls).await?;
        tokio::spawn(connection);
        let sql = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
                   JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'";
        let bytes: i64 = client.query_one(sql, &[&self.name]).await?.get(0);
        Ok(u64::try_from(bytes)?)
    }

    pub(crate) async fn drop(self) -> anyhow::Result<()> {
        let (client, connection) = tokio_postgres::connect(&self.server, NoTls).await?;
        tokio::spawn(connection);
        client.batch_execute(&format!("DROP SCHEMA {} CASCADE", self.name)).await?;
        Ok(())
    }
}
