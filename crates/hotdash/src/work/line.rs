//! Conversations for which nobody was available: they stand in line, and each is offered in its turn to whoever can take
//! it by now. One job for each desk walks along the line, so no two replicas offer the same one; that an offer is
//! accepted is one transaction with the end of the wait, so none is lost and none is given twice.

use super::decide::{Seen, is_available, look, look_here, perform};
use super::{JobError, Step, job, nothing};
use crate::app::{App, Desk, Notice};
use crate::chatwoot::api::CallError;
use crate::store::StoreError;
use crate::store::jobs::{enqueue_once, forget_dead};
use crate::store::waiting::{Place, Waits, end_of_wait};
use crate::store::{Batch, decisions::Rotation};
use hotdash_core::action::Action;
use hotdash_core::analysis::Analysis;
use hotdash_core::conversation::{Message, Status};
use hotdash_core::decide::Decision;
use hotdash_core::ids::JobId;
use hotdash_core::record::{Question, Record};
use std::time::Duration;

const PAGE: i64 = 100;

/// Put the job into the queue, for each desk at which somebody waits.
pub async fn look_along(app: &App) -> Result<(), StoreError> {
    for desk in &app.desks {
        if app.store.waiting_count(desk.id).await?.0 == 0 {
            continue;
        }
        let name = format!("hand-out:{}", desk.id);
        let mut walk = job(app, "hand_out", desk.id, name.clone(), String::new(), Duration::ZERO);
        // One for each desk, however many replicas look.
        walk.id = JobId(name);
        let mut batch = Batch::from(forget_dead(&walk.id));
        batch.push(enqueue_once(walk));
        app.store.commit(batch).await?;
        app.work.notify_one();
    }
    Ok(())
}

/// Run the job: walk along the line once.
pub async fn hand_out(app: &App, desk: &Desk) -> Result<Step, JobError> {
    let mut behind = Place::BEGINNING;
    loop {
        let page = app.store.waiting(desk.id, behind, PAGE).await?;
        let Some(last) = page.last() else { return Ok(nothing()) };
        behind = last.place();
        for waits in &page {
            match offer(app, desk, waits).await {
                Ok(Offered::NobodyIsThere) => return Ok(nothing()),
                Ok(Offered::Settled | Offered::StillWaits) => {}
                // Another replica or a newer message was faster; who still waits is asked again soon.
                Err(JobError::Store(StoreError::Conflict { .. })) => {}
                // Deleted on the desk: nobody waits any more.
                Err(JobError::Call(CallError::NoSuchThing { .. })) => {
                    app.store.commit(end_of_wait(desk.id, waits).into()).await?;
                }
                // The next look comes soon enough.
                Err(JobError::Call(error)) => {
                    tracing::info!(%error, "the desk cannot be asked for those who wait");
                    return Ok(nothing());
                }
                Err(error) => return Err(error),
            }
        }
    }
}

enum Offered {
    /// Somebody has it, or it is over.
    Settled,
    StillWaits,
    /// Nobody could take anything: the others need not be asked.
    NobodyIsThere,
}

async fn offer(app: &App, desk: &Desk, waits: &Waits) -> Result<Offered, JobError> {
    let Some(message) = app.store.message(desk.id, waits.message).await? else {
        app.store.commit(end_of_wait(desk.id, waits).into()).await?;
        return Ok(Offered::Settled);
    };
    let analysis = app.analyzer().analyze(message.text());
    // What is known here says whether the desk is worth asking.
    if let Some(known) = app.store.conversation(desk.id, waits.conversation).await?
        && known.status == Status::Open
    {
        let (seen, rotation) = look_here(app, desk, &message, known).await?;
        if !is_available(&seen) {
            return Ok(Offered::NobodyIsThere);
        }
        if still_waits(&judge(app, desk, &message, &analysis, &seen, &rotation).1) {
            return Ok(Offered::StillWaits);
        }
    }
    let (seen, rotation) = look(app, desk, &message).await?;
    if seen.shown.status != Status::Open {
        app.store.commit(end_of_wait(desk.id, waits).into()).await?;
        return Ok(Offered::Settled);
    }
    let (asked, decision) = judge(app, desk, &message, &analysis, &seen, &rotation);
    if still_waits(&decision) {
        return Ok(Offered::StillWaits);
    }
    let mut batch = Batch::from(end_of_wait(desk.id, waits));
    batch.append(perform(app, desk, &asked, &analysis, &decision, &rotation).await?);
    app.store.commit(batch).await?;
    app.work.notify_one();
    app.tell(desk.id, Notice::ConversationChanged(waits.conversation));
    app.tell(desk.id, Notice::SlaChanged);
    Ok(Offered::Settled)
}

fn judge(
    app: &App,
    desk: &Desk,
    message: &Message,
    analysis: &Analysis,
    seen: &Seen,
    rotation: &Rotation,
) -> (Record, Decision) {
    let snapshot = seen.snapshot(desk, message, analysis, rotation);
    let asked = Record::of(&snapshot, Question::Offer, &desk.hours_hash, app.clock.now());
    let decision = asked.decide(&desk.rulebook.load(), analysis, &desk.hours);
    (asked, decision)
}

fn still_waits(decision: &Decision) -> bool {
    decision.actions.iter().any(|reasoned| reasoned.action == Action::AwaitAgent)
}
