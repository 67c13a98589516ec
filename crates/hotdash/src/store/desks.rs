//! The desks that hotdash serves.

use super::{Statement, Store, StoreError};
use hotdash_core::ids::DeskId;

/// A desk as it is kept; its tokens and secrets are in the configuration only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    pub id: DeskId,
    pub base_url: String,
    pub account: i64,
    pub name: String,
    pub url_token: String,
}

impl Store {
    /// Keep the desk under its number; an existing one keeps its URL token and rotation.
    pub async fn keep_desk(&self, desk: &Desk, at: i64) -> Result<Desk, StoreError> {
        let upsert = Statement::new(
            "INSERT INTO desks (id, base_url, account, name, url_token, turn, created_at)
             VALUES ($1, $2, $3, $4, $5, 0, $6)
             ON CONFLICT (id) DO UPDATE SET base_url = excluded.base_url, account = excluded.account,
               name = excluded.name
             RETURNING url_token",
            vec![
                desk.id.0.into(),
                desk.base_url.as_str().into(),
                desk.account.into(),
                desk.name.as_str().into(),
                desk.url_token.as_str().into(),
                at.into(),
            ],
        );
        let outcomes = self.commit(upsert.into()).await?;
        let row = outcomes.iter().flat_map(|o| &o.rows).next();
        let url_token = row.map_or(Ok(desk.url_token.clone()), |row| row.text(0))?;
        Ok(Desk { url_token, ..desk.clone() })
    }
}
