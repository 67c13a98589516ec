//! Reports that were made, and to whom they were mailed.

use super::conversations::json;
use super::{Row, Statement, Store, StoreError};
use hotdash_core::ids::DeskId;
use hotdash_core::report::{Kind, Report};

/// A report that is wanted.
#[derive(Debug, Clone)]
pub struct NewReport {
    pub id: String,
    pub desk: DeskId,
    pub kind: Kind,
    /// Seconds since 1970.
    pub since: i64,
    pub until: i64,
    /// The instant of the schedule in milliseconds; `None`: a person asks.
    pub run_at: Option<i64>,
    pub mailed: bool,
    pub now: i64,
}

/// A report as kept, without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptReport {
    pub id: String,
    pub desk: DeskId,
    pub kind: Kind,
    pub since: i64,
    pub until: i64,
    pub run_at: Option<i64>,
    pub mailed: bool,
    /// `None`: it is being made.
    pub made_at: Option<i64>,
}

/// Where a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterState {
    Pending,
    /// It may be on its way: from here on it is not simply tried again.
    Sending,
    /// The mail server has taken it.
    Sent,
    /// The mail server does not take it, or there is none.
    Refused,
    /// Nobody knows whether the mail server took it.
    Unclear,
}

impl LetterState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Unclear => "unclear",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        [Self::Pending, Self::Sending, Self::Sent, Self::Refused, Self::Unclear]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::Unreadable(format!("a letter in the state {text}")))
    }
}

/// A report on its way to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLetter {
    pub id: String,
    pub report: String,
    pub recipient: String,
    pub state: LetterState,
    pub outcome: Option<String>,
    pub tried_at: Option<i64>,
    pub settled_at: Option<i64>,
}

/// Want the report of a run of the schedule. One that a person asked for before becomes the schedule's. Fails with a
/// conflict when the run was noticed before.
pub fn want_scheduled(new: &NewReport) -> Statement {
    let mut statement = insert(new);
    statement.sql = "INSERT INTO reports (id, desk, kind, since, until, run_at, mailed, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (desk, kind, since, until) DO UPDATE SET run_at = excluded.run_at, mailed = excluded.mailed
         WHERE reports.run_at IS NULL";
    statement.expect(1)
}

/// Want a report for a person, if it is not there.
pub fn want_report(new: &NewReport) -> Statement {
    let mut statement = insert(new);
    statement.sql = "INSERT INTO reports (id, desk, kind, since, until, run_at, mailed, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (desk, kind, since, until) DO UPDATE SET mailed = 1
         WHERE excluded.mailed = 1 AND reports.mailed = 0";
    statement
}

fn insert(new: &NewReport) -> Statement {
    Statement::new(
        "",
        vec![
            new.id.as_str().into(),
            new.desk.0.into(),
            new.kind.name().into(),
            new.since.into(),
            new.until.into(),
            new.run_at.into(),
            new.mailed.into(),
            new.now.into(),
        ],
    )
}

/// It is made. What was kept first stays.
pub fn keep_report(id: &str, body: &Report, now: i64) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "UPDATE reports SET body = $2, made_at = $3 WHERE id = $1 AND body IS NULL",
        vec![id.into(), json(body)?.into(), now.into()],
    ))
}

/// A letter to one person, unless there is one.
pub fn want_letter(id: &str, desk: DeskId, report: &str, recipient: &str, now: i64) -> Statement {
    Statement::new(
        "INSERT INTO report_letters (id, desk, report, recipient, state, created_at)
         VALUES ($1, $2, $3, $4, 'pending', $5) ON CONFLICT (report, recipient) DO NOTHING",
        vec![id.into(), desk.0.into(), report.into(), recipient.into(), now.into()],
    )
}

/// From here on it may be on its way. Fails with a conflict when it is not waiting any more.
pub fn begin_letter(id: &str, now: i64) -> Statement {
    Statement::new(
        "UPDATE report_letters SET state = 'sending', tried_at = $2 WHERE id = $1 AND state = 'pending'",
        vec![id.into(), now.into()],
    )
    .expect(1)
}

/// The mail server surely did not take it: it waits again.
pub fn unsend_letter(id: &str) -> Statement {
    Statement::new(
        "UPDATE report_letters SET state = 'pending' WHERE id = $1 AND state = 'sending'",
        vec![id.into()],
    )
}

/// The end of a letter.
pub fn settle_letter(id: &str, state: LetterState, outcome: &str, now: i64) -> Statement {
    Statement::new(
        "UPDATE report_letters SET state = $2, outcome = $3, settled_at = $4
         WHERE id = $1 AND state IN ('pending', 'sending')",
        vec![id.into(), state.as_str().into(), outcome.into(), now.into()],
    )
}

/// A person wants a letter sent that was refused, or of which nobody knows. Fails with a conflict when it is neither.
pub fn send_letter_again(id: &str, desk: DeskId) -> Statement {
    Statement::new(
        "UPDATE report_letters SET state = 'pending', outcome = NULL, settled_at = NULL
         WHERE id = $1 AND desk = $2 AND state IN ('refused', 'unclear')",
        vec![id.into(), desk.0.into()],
    )
    .expect(1)
}

impl Store {
    /// The last run of a schedule that was noticed: its instant in milliseconds, and where its period begins.
    pub async fn last_report_run(&self, desk: DeskId, kind: Kind) -> Result<Option<(i64, i64)>, StoreError> {
        let sql = "SELECT run_at, since FROM reports WHERE desk = $1 AND kind = $2 AND run_at IS NOT NULL
                   ORDER BY run_at DESC LIMIT 1";
        let row = self.read_one(sql, vec![desk.0.into(), kind.name().into()]).await?;
        row.map(|row| Ok((row.int(0)?, row.int(1)?))).transpose()
    }

    /// The reports of a desk, the latest period first.
    pub async fn reports(&self, desk: DeskId, limit: i64) -> Result<Vec<KeptReport>, StoreError> {
        let sql = "SELECT id, desk, kind, since, until, run_at, mailed, made_at FROM reports WHERE desk = $1
                   ORDER BY until DESC, since DESC, kind LIMIT $2";
        self.read(sql, vec![desk.0.into(), limit.into()]).await?.iter().map(kept).collect()
    }

    pub async fn report(&self, desk: DeskId, id: &str) -> Result<Option<KeptReport>, StoreError> {
        let sql = "SELECT id, desk, kind, since, until, run_at, mailed, made_at FROM reports
                   WHERE desk = $1 AND id = $2";
        self.read_one(sql, vec![desk.0.into(), id.into()]).await?.as_ref().map(kept).transpose()
    }

    /// The report of a period.
    pub async fn report_of(
        &self,
        desk: DeskId,
        kind: Kind,
        since: i64,
        until: i64,
    ) -> Result<Option<KeptReport>, StoreError> {
        let sql = "SELECT id, desk, kind, since, until, run_at, mailed, made_at FROM reports
                   WHERE desk = $1 AND kind = $2 AND since = $3 AND until = $4";
        let args = vec![desk.0.into(), kind.name().into(), since.into(), until.into()];
        self.read_one(sql, args).await?.as_ref().map(kept).transpose()
    }

    /// What it says, byte by byte as it was kept; `None` while it is being made.
    pub async fn report_body(&self, desk: DeskId, id: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT body FROM reports WHERE desk = $1 AND id = $2 AND body IS NOT NULL";
        self.read_one(sql, vec![desk.0.into(), id.into()]).await?.map(|row| row.text(0)).transpose()
    }

    pub async fn report_letters(&self, desk: DeskId, report: &str) -> Result<Vec<ReportLetter>, StoreError> {
        let sql = "SELECT id, report, recipient, state, outcome, tried_at, settled_at FROM report_letters
                   WHERE desk = $1 AND report = $2 ORDER BY recipient";
        self.read(sql, vec![desk.0.into(), report.into()]).await?.iter().map(letter).collect()
    }

    pub async fn report_letter(&self, desk: DeskId, id: &str) -> Result<Option<ReportLetter>, StoreError> {
        let sql = "SELECT id, report, recipient, state, outcome, tried_at, settled_at FROM report_letters
                   WHERE desk = $1 AND id = $2";
        self.read_one(sql, vec![desk.0.into(), id.into()]).await?.as_ref().map(letter).transpose()
    }
}

fn kept(row: &Row) -> Result<KeptReport, StoreError> {
    let kind = row.text(2)?;
    Ok(KeptReport {
        id: row.text(0)?,
        desk: DeskId(row.int(1)?),
        kind: Kind::named(&kind)
            .ok_or_else(|| StoreError::Unreadable(format!("a report of the kind {kind}")))?,
        since: row.int(3)?,
        until: row.int(4)?,
        run_at: row.opt_int(5)?,
        mailed: row.flag(6)?,
        made_at: row.opt_int(7)?,
    })
}

fn letter(row: &Row) -> Result<ReportLetter, StoreError> {
    Ok(ReportLetter {
        id: row.text(0)?,
        report: row.text(1)?,
        recipient: row.text(2)?,
        state: LetterState::read(&row.text(3)?)?,
        outcome: row.opt_text(4)?,
        tried_at: row.opt_int(5)?,
        settled_at: row.opt_int(6)?,
    })
}
