//! Deliveries: every webhook request that proved where it came from, as received.

use super::{Batch, Statement, Store, StoreError};
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
    pub event: Option<String>,
    pub conversation: Option<ConversationId>,
    pub state: String,
    pub reason: Option<String>,
    pub body: Vec<u8>,
    pub received_at: i64,
}

/// Deliveries by state, for health and tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    pub received: i64,
    pub processed: i64,
    pub rejected: i64,
    pub dead: i64,
}

impl Store {
    /// Store a delivery together with the job that will read it. `false` when it was here before.
    pub async fn accept_delivery(&self, delivery: NewDelivery, job: JobId) -> Result<bool, StoreError> {
        // Deliveries without a conversation need no order among themselves.
        let lane = match delivery.conversation {
            Some(conversation) => format!("in:{}:{conversation}", delivery.desk),
            None => format!("in:{}", delivery.id),
        };
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

    /// Keep a delivery that is not JSON, so that a person can see it.
    pub async fn keep_rejected_delivery(
        &self,
        delivery: NewDelivery,
        reason: String,
    ) -> Result<(), StoreError> {
        self.commit(insert(delivery, "rejected", Some(reason)).into()).await.map(drop)
    }

    /// One delivery with its body.
    pub async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let row = self
            .read_one(
                "SELECT id, desk, event, conversation, state, reason, body, received_at
                 FROM deliveries WHERE id = $1",
                vec![id.as_str().into()],
            )
            .await?;
        row.map(|row| {
            Ok(Delivery {
                id: DeliveryId(row.text(0)?),
                desk: DeskId(row.int(1)?),
                event: row.opt_text(2)?,
                conversation: row.opt_int(3)?.map(ConversationId),
                state: row.text(4)?,
                reason: row.opt_text(5)?,
                body: row.bytes(6)?,
                received_at: row.int(7)?,
            })
        })
        .transpose()
    }

    /// How many deliveries are in which state.
    pub async fn delivery_counts(&self, desk: DeskId) -> Result<DeliveryCounts, StoreError> {
        let rows = self
            .read(
                "SELECT state, CAST(count(*) AS BIGINT) FROM deliveries WHERE desk = $1 GROUP BY state",
                vec![desk.0.into()],
            )
            .await?;
        let mut counts = DeliveryCounts::default();
        for row in rows {
            let count = row.int(1)?;
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
