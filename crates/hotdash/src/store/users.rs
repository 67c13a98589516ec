//! People who sign in, the desks where they work, their one-time links and sessions.

use super::{Batch, Row, Statement, Store, StoreError};
use hotdash_core::ids::{DeskId, UserId};

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

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub password_hash: Option<String>,
}

/// Somebody at one of the desks where they work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub desk: DeskId,
    /// At this desk.
    pub role: Role,
}

impl Store {
    /// Add a person; `None` when the address is taken. They work nowhere yet.
    pub async fn add_account(&self, email: &str, name: &str, at: i64) -> Result<Option<UserId>, StoreError> {
        let insert = Statement::new(
            "INSERT INTO users (email, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id",
            vec![email.to_lowercase().into(), name.into(), at.into()],
        );
        let outcomes = self.commit(insert.into()).await?;
        let row = outcomes.iter().flat_map(|o| &o.rows).next();
        row.map(|row| Ok(UserId(row.int(0)?))).transpose()
    }

    /// Let a person work at a desk; `false` when they do already.
    pub async fn add_member(
        &self,
        user: UserId,
        desk: DeskId,
        role: Role,
        at: i64,
    ) -> Result<bool, StoreError> {
        let insert = Statement::new(
            "INSERT INTO members (user_id, desk, role, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            vec![user.0.into(), desk.0.into(), role.as_str().into(), at.into()],
        );
        let outcomes = self.commit(insert.into()).await?;
        Ok(outcomes.first().is_some_and(|inserted| inserted.affected == 1))
    }

    pub async fn account(&self, id: UserId) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT id, email, name, password_hash FROM users WHERE id = $1";
        self.read_one(sql, vec![id.0.into()]).await?.map(|row| account_of(&row)).transpose()
    }

    pub async fn account_by_email(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT id, email, name, password_hash FROM users WHERE email = $1";
        self.read_one(sql, vec![email.to_lowercase().into()]).await?.map(|row| account_of(&row)).transpose()
    }

    /// Whether anybody can sign in.
    pub async fn has_accounts(&self) -> Result<bool, StoreError> {
        Ok(self.read_one("SELECT id FROM users LIMIT 1", vec![]).await?.is_some())
    }

    /// A person at each desk where they work, in the order of the desks.
    pub async fn places_of(&self, user: UserId) -> Result<Vec<User>, StoreError> {
        let rows = self
            .read(
                "SELECT u.id, u.email, u.name, m.desk, m.role FROM users u JOIN members m ON m.user_id = u.id
                 WHERE u.id = $1 ORDER BY m.desk",
                vec![user.0.into()],
            )
            .await?;
        rows.iter().map(user_of).collect()
    }

    /// Everybody who works at a desk, by name.
    pub async fn users_of(&self, desk: DeskId) -> Result<Vec<User>, StoreError> {
        let rows = self
            .read(
                "SELECT u.id, u.email, u.name, m.desk, m.role FROM users u JOIN members m ON m.user_id = u.id
                 WHERE m.desk = $1 ORDER BY u.name, u.id",
                vec![desk.0.into()],
            )
            .await?;
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

fn account_of(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: UserId(row.int(0)?),
        email: row.text(1)?,
        name: row.text(2)?,
        password_hash: row.opt_text(3)?,
    })
}

fn user_of(row: &Row) -> Result<User, StoreError> {
    let role = row.text(4)?;
    let unknown = || StoreError::Unreadable(format!("a user with the role {role}"));
    Ok(User {
        id: UserId(row.int(0)?),
        email: row.text(1)?,
        name: row.text(2)?,
        desk: DeskId(row.int(3)?),
        role: Role::read(&role).ok_or_else(unknown)?,
    })
}
