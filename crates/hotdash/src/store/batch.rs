//! The one way to write: a batch of statements that commits as a whole or not at all.
//!
//! A batch needs no conversation with the database while it runs: conditions are part of the statements
//! (`INSERT … SELECT … WHERE EXISTS …`, compare-and-set updates) and of [`Statement::expect`]. So any number of
//! batches, from anybody, can share one durable commit, and both databases run the same text.

use super::Value;

/// One statement with its arguments (`$1`, `$2`, …).
#[derive(Debug, Clone)]
pub struct Statement {
    pub(super) sql: &'static str,
    pub(super) args: Vec<Value>,
    pub(super) expect: Option<u64>,
    /// It locks a row that everything at a desk shares.
    pub(super) shared: bool,
}

impl Statement {
    #[must_use]
    pub fn new(sql: &'static str, args: Vec<Value>) -> Self {
        Self { sql, args, expect: None, shared: false }
    }

    /// It changes a row that everything at a desk shares: its batch is committed by itself, so that nobody waits for that row
    /// while others wait for them. It belongs to the end of its batch.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// The whole batch is undone, with [`super::StoreError::Conflict`], unless exactly `rows` rows are affected.
    #[must_use]
    pub fn expect(mut self, rows: u64) -> Self {
        self.expect = Some(rows);
        self
    }
}

/// What one statement did.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub affected: u64,
    /// What `RETURNING` gave.
    pub rows: Vec<super::Row>,
}

/// Statements that belong together, in order.
#[derive(Debug, Clone, Default)]
pub struct Batch(pub(super) Vec<Statement>);

impl Batch {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Add a statement at the end.
    pub fn push(&mut self, statement: Statement) -> &mut Self {
        self.0.push(statement);
        self
    }

    /// Add all statements of another batch at the end.
    pub fn append(&mut self, mut other: Self) -> &mut Self {
        self.0.append(&mut other.0);
        self
    }

    /// Whether it changes a row that everything at a desk shares.
    pub(super) fn is_shared(&self) -> bool {
        self.0.iter().any(|statement| statement.shared)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Statement> for Batch {
    fn from(statement: Statement) -> Self {
        Self(vec![statement])
    }
}
