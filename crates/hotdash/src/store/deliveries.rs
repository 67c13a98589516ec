//! Deliveries: every webhook request that proved where it came from, as received.

use super::{Batch, Row, Statement, Store, StoreError, Value};
use hotdash_core::ids::{ConversationId, DeliveryId, DeskId, JobId};

/// A delivery about to be stored.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub desk: DeskId,
    /// Chatwoot's own delivery id, where it sends one.
    pub uid: Option<String>,
    /// Lower-case hex SHA-256 of the body.
    pub digest: String,
    pub proof: &'static str,
    pub event: Option<String>,
    pub conversation: Option<ConversationId>,
    pub body: Vec<u8>,
    pub received_at: i64,
}

/// A stored delivery.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub id: DeliveryId,
    pub desk: DeskId,
    pub uid: Option<String>,
    pub proof: String,
    pub event: Option<String>,
    pub conversation: Option<ConversationId>,
    pub state: String,
    pub reason: Option<String>,
    pub received_at: i64,
    pub settled_at: Option<i64>,
    /// How often the same came again.
    pub repeats: i64,
    /// Empty in lists.
    pub body: Vec<u8>,
}

/// Deliveries by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    pub received: i64,
    pub processed: i64,
    pub rejected: i64,
    pub dead: i64,
    /// What came again, in all these states.
    pub repeats: i64,
}

/// Which deliveries a list shows; `None` = any.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub state: Option<String>,
    pub event: Option<String>,
    pub conversation: Option<ConversationId>,
    /// Only those that came before this one.
    pub before: Option<DeliveryId>,
}

impl Store {
    /// Store a delivery together with the job that will read it. `false` when it was here before.
    pub async fn accept_delivery(&self, delivery: NewDelivery, job: JobId) -> Result<bool, StoreError> {
        let lane = lane(&delivery.id, delivery.desk, delivery.conversation);
        let (id, desk, at) = (delivery.id.0.clone(), delivery.desk.0, delivery.received_at);
        let mut batch = Batch::from(insert(delivery, "received", None));
        batch.push(Statement::new(
            "INSERT INTO jobs (id, kind, desk, lane, payload, state, run_at, attempts, created_at)
             SELECT $1, 'ingest', $2, $3, $4, 'ready', $5, 0, $5
             WHERE EXISTS (SELECT 1 FROM deliveries WHERE id = $4)",
            vec![job.0.into(), desk.into(), lane.into(), id.into(), at.into()],
        ));
        let outcomes = self.commit(batch).await?;
        Ok(outcomes.first().is_some_and(|inserted| inserted.affected == 1))
    }

    /// Keep a delivery that is not JSON, so that a person can see it. `false` when it was here before.
    pub async fn keep_rejected_delivery(
        &self,
        delivery: NewDelivery,
        reason: String,
    ) -> Result<bool, StoreError> {
        let outcomes = self.commit(insert(delivery, "rejected", Some(reason)).into()).await?;
        Ok(outcomes.first().is_some_and(|inserted| inserted.affected == 1))
    }

    /// The same delivery came again: under its own id, or as the same bytes.
    pub async fn count_repeat(
        &self,
        desk: DeskId,
        uid: Option<String>,
        digest: String,
    ) -> Result<(), StoreError> {
        let again = Statement::new(
            "UPDATE deliveries SET repeats = repeats + 1 WHERE id =
               (SELECT id FROM deliveries WHERE desk = $1 AND (uid = $2 OR digest = $3)
                ORDER BY CASE WHEN uid = $2 THEN 0 ELSE 1 END LIMIT 1)",
            vec![desk.0.into(), uid.into(), digest.into()],
        );
        self.commit(again.into()).await.map(drop)
    }

    /// One delivery with its body.
    pub async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let row = self
            .read_one(
                "SELECT id, desk, uid, proof, event, conversation, state, reason, received_at, settled_at, repeats, body
                 FROM deliveries WHERE id = $1",
                vec![id.as_str().into()],
            )
            .await?;
        row.map(|row| Ok(Delivery { body: row.bytes(11)?, ..delivery_of(&row)? })).transpose()
    }

    /// At which desk a delivery arrived.
    pub async fn desk_of_delivery(&self, id: &DeliveryId) -> Result<Option<DeskId>, StoreError> {
        let sql = "SELECT desk FROM deliveries WHERE id = $1";
        self.read_one(sql, vec![id.as_str().into()]).await?.map(|row| row.int(0).map(DeskId)).transpose()
    }

    /// Deliveries of a desk without their bodies, the latest first.
    pub async fn deliveries(
        &self,
        desk: DeskId,
        wanted: &Wanted,
        limit: i64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows = self
            .read(
                "SELECT id, desk, uid, proof, event, conversation, state, reason, received_at, settled_at, repeats
                 FROM deliveries
                 WHERE desk = $1
                   AND (CAST($2 AS TEXT) IS NULL OR state = $2)
                   AND (CAST($3 AS TEXT) IS NULL OR event = $3)
                   AND (CAST($4 AS BIGINT) IS NULL OR conversation = $4)
                   AND (CAST($5 AS TEXT) IS NULL OR id < $5)
                 ORDER BY id DESC LIMIT $6",
                vec![
                    desk.0.into(),
                    wanted.state.clone().into(),
                    wanted.event.clone().into(),
                    wanted.conversation.map(|c| c.0).into(),
                    wanted.before.as_ref().map(|id| id.0.clone()).into(),
                    limit.into(),
                ],
            )
            .await?;
        rows.iter().map(delivery_of).collect()
    }

    /// How many deliveries are in which state.
    pub async fn delivery_counts(&self, desk: DeskId) -> Result<DeliveryCounts, StoreError> {
        self.delivery_counts_from(desk, "").await
    }

    /// The same for deliveries from this id on, because nobody should have to read all that ever came.
    pub async fn delivery_counts_from(
        &self,
        desk: DeskId,
        first: &str,
    ) -> Result<DeliveryCounts, StoreError> {
        let rows = self
            .read(
                "SELECT state, CAST(count(*) AS BIGINT), CAST(sum(repeats) AS BIGINT) FROM deliveries
                 WHERE desk = $1 AND id >= $2 GROUP BY state",
                vec![desk.0.into(), first.into()],
            )
            .await?;
        let mut counts = DeliveryCounts::default();
        for row in rows {
            let count = row.int(1)?;
            counts.repeats += row.int(2)?;
            match row.text(0)?.as_str() {
                "received" => counts.received = count,
                "processed" => counts.processed = count,
                "rejected" => counts.rejected = count,
                "dead" => counts.dead = count,
                other => return Err(StoreError::Unreadable(format!("a delivery in the state {other}"))),
            }
        }
        Ok(counts)
    }
}

/// Deliveries without a conversation need no order among themselves.
fn lane(id: &DeliveryId, desk: DeskId, conversation: Option<ConversationId>) -> String {
    match conversation {
        Some(conversation) => format!("in:{desk}:{conversation}"),
        None => format!("in:{id}"),
    }
}

/// A delivery that was worked off or is dead goes through once more, with this job. Fails with a conflict when it is in
/// another state.
pub fn receive_again(delivery: &Delivery, job: JobId, at: i64) -> Batch {
    let id: Value = delivery.id.as_str().into();
    let lane = lane(&delivery.id, delivery.desk, delivery.conversation);
    let again = "UPDATE deliveries SET state = 'received', reason = NULL, settled_at = NULL
                 WHERE id = $1 AND desk = $2 AND state IN ('processed', 'dead')";
    let mut batch = Batch::from(Statement::new(again, vec![id.clone(), delivery.desk.0.into()]).expect(1));
    batch.push(Statement::new(
        "DELETE FROM jobs WHERE lane = $1 AND kind = 'ingest' AND payload = $2 AND state = 'dead'",
        vec![lane.clone().into(), id.clone()],
    ));
    batch.push(Statement::new(
        "INSERT INTO jobs (id, kind, desk, lane, payload, state, run_at, attempts, created_at)
         VALUES ($1, 'ingest', $2, $3, $4, 'ready', $5, 0, $5)",
        vec![job.0.into(), delivery.desk.0.into(), lane.into(), id, at.into()],
    ));
    batch
}

/// The delivery was worked off, with a word on what came of it.
pub fn settle_delivery(id: &DeliveryId, reason: Option<&str>, at: i64) -> Statement {
    Statement::new(
        "UPDATE deliveries SET state = 'processed', reason = $2, settled_at = $3 WHERE id = $1",
        vec![id.as_str().into(), reason.into(), at.into()],
    )
}

/// The delivery could not be worked off; a person must look.
pub fn bury_delivery(id: &DeliveryId, reason: &str, at: i64) -> Statement {
    Statement::new(
        "UPDATE deliveries SET state = 'dead', reason = $2, settled_at = $3 WHERE id = $1",
        vec![id.as_str().into(), reason.into(), at.into()],
    )
}

fn insert(delivery: NewDelivery, state: &'static str, reason: Option<String>) -> Statement {
    Statement::new(
        "INSERT INTO deliveries
           (id, desk, uid, digest, proof, event, conversation, state, reason, body, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT DO NOTHING",
        vec![
            delivery.id.0.into(),
            delivery.desk.0.into(),
            delivery.uid.into(),
            delivery.digest.into(),
            delivery.proof.into(),
            delivery.event.into(),
            delivery.conversation.map(|c| c.0).into(),
            state.into(),
            reason.into(),
            delivery.body.into(),
            delivery.received_at.into(),
        ],
    )
}

fn delivery_of(row: &Row) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: DeliveryId(row.text(0)?),
        desk: DeskId(row.int(1)?),
        uid: row.opt_text(2)?,
        proof: row.text(3)?,
        event: row.opt_text(4)?,
        conversation: row.opt_int(5)?.map(ConversationId),
        state: row.text(6)?,
        reason: row.opt_text(7)?,
        received_at: row.int(8)?,
        settled_at: row.opt_int(9)?,
        repeats: row.int(10)?,
        body: Vec::new(),
    })
}
