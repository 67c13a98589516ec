//! People who sign in, their one-time links and sessions.

use super::{Batch, Row, Statement, Store, StoreError};
use hotdash_core::ids::UserId;

/// What a person may do. Each role includes the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Reviewer,
    Lead,
}

impl Role {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reviewer => "reviewer",
            Self::Lead => "lead",
        }
    }

    /// By its name; `None` for any other word.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        [Self::Viewer, Self::Reviewer, Self::Lead].into_iter().find(|role| role.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password_hash: Option<String>,
}

impl Store {
    /// Add a person; `None` when the address is taken.
    pub async fn add_user(
        &self,
        email: &str,
        name: &str,
        role: Role,
        at: i64,
    ) -> Result<Option<UserId>, StoreError> {
        let insert = Statement::new(
            "INSERT INTO users (email, name, role, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING RETURNING id",
            vec![email.to_lowercase().into(), name.into(), role.as_str().into(), at.into()],
        );
        let outcomes = self.commit(insert.into()).await?;
        let row = outcomes.iter().flat_map(|o| &o.rows).next();
        row.map(|row| Ok(UserId(row.int(0)?))).transpose()
    }

    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let row = self
            .read_one(
                "SELECT id, email, name, role, password_hash FROM users WHERE id = $1",
                vec![id.0.into()],
            )
            .await?;
        row.map(|row| user_of(&row)).transpose()
    }

    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let row = self
            .read_one(
                "SELECT id, email, name, role, password_hash FROM users WHERE email = $1",
                vec![email.to_lowercase().into()],
            )
            .await?;
        row.map(|row| user_of(&row)).transpose()
    }

    /// Everybody, by name.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows =
            self.read("SELECT id, email, name, role, password_hash FROM users ORDER BY name", vec![]).await?;
        rows.iter().map(user_of).collect()
    }

    pub async fn set_password_hash(&self, id: UserId, hash: &str) -> Result<(), StoreError> {
        let update = Statement::new(
            "UPDATE users SET password_hash = $2 WHERE id = $1",
            vec![id.0.into(), hash.into()],
        );
        self.commit(update.into()).await.map(drop)
    }

    /// Keep a one-time link by its digest.
    pub async fn keep_sign_in_link(
        &self,
        digest: &str,
        user: UserId,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let insert = Statement::new(
            "INSERT INTO sign_in_links (digest, user_id, expires_at) VALUES ($1, $2, $3)",
            vec![digest.into(), user.0.into(), expires_at.into()],
        );
        self.commit(insert.into()).await.map(drop)
    }

    /// Use a link up; `None` when it is unknown, used or too old.
    pub async fn use_sign_in_link(&self, digest: &str, now: i64) -> Result<Option<UserId>, StoreError> {
        let update = Statement::new(
            "UPDATE sign_in_links SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2
             RETURNING user_id",
            vec![digest.into(), now.into()],
        );
        let outcomes = self.commit(update.into()).await?;
        let row = outcomes.iter().flat_map(|o| &o.rows).next();
        row.map(|row| Ok(UserId(row.int(0)?))).transpose()
    }

    pub async fn keep_session(&self, id: &str, data: &str, expires_at: i64) -> Result<(), StoreError> {
        let upsert = Statement::new(
            "INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at",
            vec![id.into(), data.into(), expires_at.into()],
        );
        self.commit(upsert.into()).await.map(drop)
    }

    /// A session's data, unless it has expired.
    pub async fn session(&self, id: &str, now: i64) -> Result<Option<String>, StoreError> {
        let row = self
            .read_one(
                "SELECT data FROM sessions WHERE id = $1 AND expires_at > $2",
                vec![id.into(), now.into()],
            )
            .await?;
        row.map(|row| row.text(0)).transpose()
    }

    pub async fn end_session(&self, id: &str) -> Result<(), StoreError> {
        self.commit(Statement::new("DELETE FROM sessions WHERE id = $1", vec![id.into()]).into())
            .await
            .map(drop)
    }

    /// Remove what has expired.
    pub async fn sweep_sign_ins(&self, now: i64) -> Result<(), StoreError> {
        let mut batch =
            Batch::from(Statement::new("DELETE FROM sessions WHERE expires_at <= $1", vec![now.into()]));
        batch.push(Statement::new("DELETE FROM sign_in_links WHERE expires_at <= $1", vec![now.into()]));
        self.commit(batch).await.map(drop)
    }
}

fn user_of(row: &Row) -> Result<User, StoreError> {
    let role = row.text(3)?;
    Ok(User {
        id: UserId(row.int(0)?),
        email: row.text(1)?,
        name: row.text(2)?,
        role: Role::read(&role)
            .ok_or_else(|| StoreError::Unreadable(format!("a user with the role {role}")))?,
        password_hash: row.opt_text(4)?,
    })
}
