//! SLA clocks: what they are computed from, how they stand, and which warnings were given.

use super::conversations::json;
use super::{Row, Statement, Store, StoreError};
use hotdash_core::action::Reasoned;
use hotdash_core::conversation::Conversation;
use hotdash_core::ids::{ConversationId, DeskId};
use hotdash_core::sla::{Clock, ClockState, History, Kind, Mark};
use jiff::Timestamp;

/// The facts of a conversation, as kept.
#[derive(Debug, Clone)]
pub struct KeptHistory {
    pub history: History,
    pub policy: String,
    /// Given back to [`keep_history`], so that nobody overwrites what they have not seen.
    pub version: i64,
}

/// A clock as kept.
#[derive(Debug, Clone)]
pub struct KeptClock {
    pub conversation: ConversationId,
    pub clock: Clock,
    /// The next warning: its share and its instant.
    pub next: Option<(u16, i64)>,
}

/// A clock that runs or stands still, with its conversation.
#[derive(Debug, Clone)]
pub struct OpenClock {
    pub clock: Clock,
    pub conversation: Conversation,
}

/// Which warning of which clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WarningId {
    pub desk: DeskId,
    pub conversation: ConversationId,
    pub kind: Kind,
    pub start: Timestamp,
    pub share: u16,
}

/// A warning as given.
#[derive(Debug, Clone)]
pub struct GivenWarning {
    pub id: WarningId,
    pub due_at: i64,
    pub given_at: i64,
    pub late: bool,
    pub because: String,
    pub actions: Vec<Reasoned>,
}

/// Keep the facts. Fails with a conflict when somebody else kept newer ones since they were read; `before` is the
/// version that was read, 0 for none.
pub fn keep_history(
    desk: DeskId,
    conversation: ConversationId,
    history: &History,
    policy: &str,
    before: i64,
) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO sla_histories (desk, conversation, history, policy, version) VALUES ($1, $2, $3, $4, 1)
         ON CONFLICT (desk, conversation) DO UPDATE SET
           history = excluded.history, policy = excluded.policy, version = sla_histories.version + 1
         WHERE sla_histories.version = $5",
        vec![desk.0.into(), conversation.0.into(), json(history)?.into(), policy.into(), before.into()],
    )
    .expect(1))
}

/// Keep a clock with its next warning. Belongs behind [`keep_history`], whose condition holds for it too.
pub fn keep_clock(
    desk: DeskId,
    conversation: ConversationId,
    clock: &Clock,
    next: Option<Mark>,
) -> Result<Statement, StoreError> {
    let at = next.and_then(|mark| mark.at);
    Ok(Statement::new(
        "INSERT INTO sla_clocks (desk, conversation, kind, start, state, due_at, next_at, next_share, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (desk, conversation, kind) DO UPDATE SET
           start = excluded.start, state = excluded.state, due_at = excluded.due_at, next_at = excluded.next_at,
           next_share = excluded.next_share, body = excluded.body",
        vec![
            desk.0.into(),
            conversation.0.into(),
            clock.kind.name().into(),
            clock.start.as_millisecond().into(),
            state(clock).into(),
            clock.due().map(Timestamp::as_millisecond).into(),
            at.map(Timestamp::as_millisecond).into(),
            next.filter(|_| at.is_some()).map(|mark| i64::from(mark.share)).into(),
            json(clock)?.into(),
        ],
    ))
}

/// Running, or how it ended. Whether a running one is over its time is a question of when it is asked.
fn state(clock: &Clock) -> &'static str {
    let Some(end) = clock.end else {
        let still = clock.spans.last().is_some_and(|span| span.pause.is_some());
        return if still { "paused" } else { "running" };
    };
    match clock.at(end.at) {
        ClockState::Met => "met",
        ClockState::Breached => "breached",
        _ => "stopped",
    }
}

/// A clock is no more: no target asks for it, or it has not begun after all.
pub fn drop_clock(desk: DeskId, conversation: ConversationId, kind: Kind) -> Statement {
    Statement::new(
        "DELETE FROM sla_clocks WHERE desk = $1 AND conversation = $2 AND kind = $3",
        vec![desk.0.into(), conversation.0.into(), kind.name().into()],
    )
}

/// Give a warning; fails with a conflict when it was given before.
pub fn give_warning(warning: &GivenWarning) -> Result<Statement, StoreError> {
    let WarningId { desk, conversation, kind, start, share } = warning.id;
    Ok(Statement::new(
        "INSERT INTO sla_warnings
           (desk, conversation, kind, start, share, due_at, given_at, late, because, actions)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        vec![
            desk.0.into(),
            conversation.0.into(),
            kind.name().into(),
            start.as_millisecond().into(),
            i64::from(share).into(),
            warning.due_at.into(),
            warning.given_at.into(),
            warning.late.into(),
            warning.because.as_str().into(),
            json(&warning.actions)?.into(),
        ],
    )
    .expect(1))
}

/// The clock's next warning is another one. Fails with a conflict when the clock is not as it was read.
pub fn advance_clock(desk: DeskId, kept: &KeptClock, next: Option<Mark>) -> Statement {
    let at = next.and_then(|mark| mark.at);
    Statement::new(
        "UPDATE sla_clocks SET next_at = $7, next_share = $8
         WHERE desk = $1 AND conversation = $2 AND kind = $3 AND start = $4 AND next_at = $5 AND next_share = $6",
        vec![
            desk.0.into(),
            kept.conversation.0.into(),
            kept.clock.kind.name().into(),
            kept.clock.start.as_millisecond().into(),
            kept.next.map(|(_, at)| at).into(),
            kept.next.map(|(share, _)| i64::from(share)).into(),
            at.map(Timestamp::as_millisecond).into(),
            next.filter(|_| at.is_some()).map(|mark| i64::from(mark.share)).into(),
        ],
    )
    .expect(1)
}

impl Store {
    pub async fn sla_history(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Option<KeptHistory>, StoreError> {
        let sql = "SELECT history, policy, version FROM sla_histories WHERE desk = $1 AND conversation = $2";
        let row = self.read_one(sql, vec![desk.0.into(), conversation.0.into()]).await?;
        row.map(|row| Ok(KeptHistory { history: row.json(0)?, policy: row.text(1)?, version: row.int(2)? }))
            .transpose()
    }

    /// The clocks of a conversation, those that are over too.
    pub async fn sla_clocks(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Vec<KeptClock>, StoreError> {
        let sql = "SELECT conversation, body, next_share, next_at FROM sla_clocks
                   WHERE desk = $1 AND conversation = $2";
        let rows = self.read(sql, vec![desk.0.into(), conversation.0.into()]).await?;
        let mut clocks = rows.iter().map(kept_clock).collect::<Result<Vec<_>, _>>()?;
        clocks.sort_by_key(|kept| kept.clock.kind);
        Ok(clocks)
    }

    /// Clocks with a warning that is due, the longest due first.
    pub async fn sla_clocks_due(
        &self,
        desk: DeskId,
        now: i64,
        limit: i64,
    ) -> Result<Vec<KeptClock>, StoreError> {
        let sql = "SELECT conversation, body, next_share, next_at FROM sla_clocks
                   WHERE desk = $1 AND next_at IS NOT NULL AND next_at <= $2 ORDER BY next_at LIMIT $3";
        let rows = self.read(sql, vec![desk.0.into(), now.into(), limit.into()]).await?;
        rows.iter().map(kept_clock).collect()
    }

    /// When the next warning of a desk is due.
    pub async fn next_sla_warning_at(&self, desk: DeskId) -> Result<Option<i64>, StoreError> {
        let sql =
            "SELECT next_at FROM sla_clocks WHERE desk = $1 AND next_at IS NOT NULL ORDER BY next_at LIMIT 1";
        self.read_one(sql, vec![desk.0.into()]).await?.map(|row| row.int(0)).transpose()
    }

    /// The clocks that are not over, the next deadline first and those that stand still last.
    pub async fn open_sla_clocks(&self, desk: DeskId, limit: i64) -> Result<Vec<OpenClock>, StoreError> {
        let sql = "SELECT k.body, c.state FROM sla_clocks k
                   JOIN conversations c ON c.desk = k.desk AND c.id = k.conversation
                   WHERE k.desk = $1 AND k.state IN ('running', 'paused')
                   ORDER BY CASE WHEN k.due_at IS NULL THEN 1 ELSE 0 END, k.due_at, k.conversation, k.kind LIMIT $2";
        let rows = self.read(sql, vec![desk.0.into(), limit.into()]).await?;
        rows.iter().map(|row| Ok(OpenClock { clock: row.json(0)?, conversation: row.json(1)? })).collect()
    }

    /// When the reply that a conversation waits for is due, where a clock runs for it.
    pub async fn reply_due_at(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT CAST(min(due_at) AS BIGINT) FROM sla_clocks WHERE desk = $1 AND conversation = $2
                   AND kind IN ('first_response', 'next_response') AND state = 'running'";
        let row = self.read_one(sql, vec![desk.0.into(), conversation.0.into()]).await?;
        row.map_or(Ok(None), |row| row.opt_int(0))
    }

    /// How many clocks are not over, how many of them are over their time, and how many stand still.
    pub async fn sla_counts(&self, desk: DeskId, now: i64) -> Result<(i64, i64, i64), StoreError> {
        let sql = "SELECT CAST(count(*) AS BIGINT),
                     CAST(coalesce(sum(CASE WHEN due_at <= $2 THEN 1 ELSE 0 END), 0) AS BIGINT),
                     CAST(coalesce(sum(CASE WHEN state = 'paused' THEN 1 ELSE 0 END), 0) AS BIGINT)
                   FROM sla_clocks WHERE desk = $1 AND state IN ('running', 'paused')";
        let row = self.read_one(sql, vec![desk.0.into(), now.into()]).await?;
        row.map_or(Ok((0, 0, 0)), |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)))
    }

    /// The warnings of a conversation, oldest first.
    pub async fn sla_warnings(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Vec<GivenWarning>, StoreError> {
        let sql = "SELECT conversation, kind, start, share, due_at, given_at, late, because, actions
                   FROM sla_warnings WHERE desk = $1 AND conversation = $2 ORDER BY due_at, kind, share";
        let rows = self.read(sql, vec![desk.0.into(), conversation.0.into()]).await?;
        rows.iter().map(|row| given_warning(desk, row)).collect()
    }

    /// The last warnings of a desk, newest first.
    pub async fn last_sla_warnings(&self, desk: DeskId, limit: i64) -> Result<Vec<GivenWarning>, StoreError> {
        let sql = "SELECT conversation, kind, start, share, due_at, given_at, late, because, actions
                   FROM sla_warnings WHERE desk = $1 ORDER BY given_at DESC, due_at DESC, share DESC LIMIT $2";
        let rows = self.read(sql, vec![desk.0.into(), limit.into()]).await?;
        rows.iter().map(|row| given_warning(desk, row)).collect()
    }

    /// Conversations that go on and whose clocks were computed with other targets or not at all, from a number on.
    pub async fn stale_sla(
        &self,
        desk: DeskId,
        policy: &str,
        after: ConversationId,
        limit: i64,
    ) -> Result<Vec<Conversation>, StoreError> {
        let sql = "SELECT c.state FROM conversations c
                   LEFT JOIN sla_histories h ON h.desk = c.desk AND h.conversation = c.id
                   WHERE c.desk = $1 AND c.id > $3 AND c.status <> 'resolved'
                     AND (h.policy IS NULL OR h.policy <> $2)
                   ORDER BY c.id LIMIT $4";
        let args = vec![desk.0.into(), policy.into(), after.0.into(), limit.into()];
        self.read(sql, args).await?.iter().map(|row| row.json(0)).collect()
    }
}

fn kept_clock(row: &Row) -> Result<KeptClock, StoreError> {
    let (share, at) = (row.opt_int(2)?, row.opt_int(3)?);
    let share = share.map(percent).transpose()?;
    Ok(KeptClock { conversation: ConversationId(row.int(0)?), clock: row.json(1)?, next: share.zip(at) })
}

fn given_warning(desk: DeskId, row: &Row) -> Result<GivenWarning, StoreError> {
    let kind = row.text(1)?;
    let kind =
        Kind::read(&kind).ok_or_else(|| StoreError::Unreadable(format!("a clock of the kind {kind}")))?;
    let start = Timestamp::from_millisecond(row.int(2)?)
        .map_err(|e| StoreError::Unreadable(format!("a clock's start: {e}")))?;
    let id = WarningId {
        desk,
        conversation: ConversationId(row.int(0)?),
        kind,
        start,
        share: percent(row.int(3)?)?,
    };
    Ok(GivenWarning {
        id,
        due_at: row.int(4)?,
        given_at: row.int(5)?,
        late: row.int(6)? == 1,
        because: row.text(7)?,
        actions: row.json(8)?,
    })
}

fn percent(share: i64) -> Result<u16, StoreError> {
    u16::try_from(share).map_err(|_| StoreError::Unreadable(format!("a share of {share} %")))
}
