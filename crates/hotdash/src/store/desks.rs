//! The desks that hotdash serves.

use super::{Statement, Store, StoreError};
use hotdash_core::ids::{DeskId, DraftId};

/// A desk as it is kept; its tokens and secrets are in the configuration only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDesk {
    pub key: String,
    pub base_url: String,
    pub account: i64,
    /// Kept only when the desk is new.
    pub url_token: String,
}

/// What the database knows of a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDesk {
    pub id: DeskId,
    pub url_token: String,
    /// Since when it is served.
    pub since: i64,
}

impl Store {
    /// The desk as it stands in the database; a new one gets the next number. A desk may move to another address, but another
    /// account is another desk: its conversations have the same numbers.
    pub async fn keep_desk(&self, desk: &KeptDesk, at: i64) -> Result<KnownDesk, StoreError> {
        let upsert = Statement::new(
            "INSERT INTO desks (key, base_url, account, url_token, turn, created_at)
             VALUES ($1, $2, $3, $4, 0, $5)
             ON CONFLICT (key, account) DO UPDATE SET base_url = excluded.base_url
             RETURNING id, url_token, created_at",
            vec![
                desk.key.as_str().into(),
                desk.base_url.as_str().into(),
                desk.account.into(),
                desk.url_token.as_str().into(),
                at.into(),
            ],
        );
        let outcomes = self.commit(upsert.into()).await?;
        let row = outcomes.iter().flat_map(|o| &o.rows).next();
        let row = row.ok_or_else(|| StoreError::Unreadable("a desk was kept without a number".into()))?;
        Ok(KnownDesk { id: DeskId(row.int(0)?), url_token: row.text(1)?, since: row.int(2)? })
    }

    /// Whose draft it is.
    pub async fn desk_of_draft(&self, id: &DraftId) -> Result<Option<DeskId>, StoreError> {
        let row = self.read_one("SELECT desk FROM drafts WHERE id = $1", vec![id.as_str().into()]).await?;
        row.map(|row| Ok(DeskId(row.int(0)?))).transpose()
    }
}
