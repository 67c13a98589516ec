//! Taking in a delivery: durable before polite, because Chatwoot never sends an account webhook twice.

use crate::app::{App, Desk};
use crate::chatwoot::event::{Malformed, peek};
use crate::chatwoot::signature::Verified;
use crate::clock::Clock;
use crate::store::deliveries::NewDelivery;
use crate::store::{Store, StoreError};
use hotdash_core::ids::{ConversationId, DeliveryId, DeskId, JobId};
use sha2::{Digest, Sha256};

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    Accepted,
    /// It was here before, under the same delivery id or with the same bytes.
    Duplicate,
}

/// Why a proven delivery is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// Kept as rejected, for people to see.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("the delivery is for account {0}, which hotdash does not serve")]
    OtherAccount(i64),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Store a delivery and its job; returns when both are durable.
pub async fn accept(app: &App, desk: &Desk, verified: Verified) -> Result<Taken, NotTaken> {
    let to = Addressee { desk: desk.id, account: desk.settings.account };
    let taken = take_in(&app.store, &app.clock, to, verified).await?;
    if taken == Taken::Accepted {
        app.work.notify_one();
    }
    Ok(taken)
}

/// Whose delivery it is.
#[derive(Debug, Clone, Copy)]
pub struct Addressee {
    pub desk: DeskId,
    /// The desk's account on its Chatwoot.
    pub account: i64,
}

/// The same for a store that no worker looks at.
pub async fn take_in(
    store: &Store,
    clock: &Clock,
    to: Addressee,
    verified: Verified,
) -> Result<Taken, NotTaken> {
    let looked = peek(verified.bytes());
    let proof = verified.proof().code();
    let (bytes, uid) = verified.into_parts();
    let mut delivery = NewDelivery {
        id: DeliveryId(clock.new_id()),
        desk: to.desk,
        uid,
        digest: hex::encode(Sha256::digest(&bytes)),
        proof,
        event: None,
        conversation: None,
        body: bytes.into(),
        received_at: clock.now_ms(),
    };
    let found = match looked {
        Ok(found) => found,
        Err(malformed) => {
            let (uid, digest) = (delivery.uid.clone(), delivery.digest.clone());
            if !store.keep_rejected_delivery(delivery, malformed.to_string()).await? {
                came_again(store, to.desk, uid, digest).await;
            }
            return Err(malformed.into());
        }
    };
    if let Some(account) = found.account.filter(|a| *a != to.account) {
        return Err(NotTaken::OtherAccount(account));
    }
    delivery.event = found.event;
    delivery.conversation = found.conversation.map(ConversationId);
    let (uid, digest) = (delivery.uid.clone(), delivery.digest.clone());
    if store.accept_delivery(delivery, JobId(clock.new_id())).await? {
        return Ok(Taken::Accepted);
    }
    came_again(store, to.desk, uid, digest).await;
    Ok(Taken::Duplicate)
}

/// Only a figure on a page: whether it can be kept or not, the delivery itself is safe.
async fn came_again(store: &Store, desk: DeskId, uid: Option<String>, digest: String) {
    if let Err(error) = store.count_repeat(desk, uid, digest).await {
        tracing::warn!(%error, "a duplicate could not be counted");
    }
}
