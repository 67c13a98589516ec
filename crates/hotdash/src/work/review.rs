//! What a person decides about a draft: approve (perhaps with other words), reject, take back, take on.
//!
//! Each decision is one compare-and-set on exactly what the person saw, together with everything that follows from
//! it, in one transaction.

use super::draft::{Draft, DraftBody, text_hash};
use super::{decide, recheck, want_soon};
use crate::app::{App, Notice};
use crate::store::drafts::{DraftState, Expected, approve_draft, claim_draft, decide_draft, move_draft};
use crate::store::effects::{Change, NewEffect, drop_pending_of_draft};
use crate::store::facts::touch_of_draft;
use crate::store::jobs::forget_dead_reply;
use crate::store::reviews::{Review, keep_review, undo_reviews};
use crate::store::users::{Role, User};
use crate::store::{Batch, StoreError};
use hotdash_core::conversation::Conversation;
use hotdash_core::draft::{Finding, Severity};
use hotdash_core::grade::Grades;
use hotdash_core::ids::{DeskId, DraftId, EffectId, MessageId};
use similar::TextDiff;
use std::time::Duration;

/// Longest reply Chatwoot takes.
const LONGEST_TEXT: usize = 150_000;

/// Why a decision is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no such draft")]
    NotFound,
    /// The draft is not what the person saw any more.
    #[error("{0}")]
    Moved(String),
    #[error("you approved this one already; a different person must approve it too")]
    SamePerson,
    #[error("your role may read, but not decide; ask a lead")]
    NotAllowed,
    #[error("{0}")]
    Invalid(String),
    /// A check stops this text.
    #[error("{why}")]
    Checks { why: String, may_overrule: bool },
}

/// An approval as the person gave it.
#[derive(Debug, Clone)]
pub struct Approval {
    pub version: i64,
    pub text_hash: String,
    pub answers: MessageId,
    /// tone, accuracy, policy; 1…5
    pub grades: Option<[u8; 3]>,
    /// `Some` = these words instead of the draft's.
    pub text: Option<String>,
    /// The person saw the findings that block and sends it all the same.
    pub knowingly: bool,
}

/// What follows from an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// When the reply leaves; `None` while a second person is awaited.
    pub leaves_at_ms: Option<i64>,
    pub needs_second: bool,
}

/// Approve a draft, with the person's own words where they gave some.
pub async fn approve(app: &App, by: &User, id: &DraftId, a: Approval) -> Result<Approved, ReviewError> {
    let draft = decidable(app, by, id).await?;
    let grades = checked_grades(app, a.grades)?;
    let text = checked_text(&draft, a.text.as_deref())?;
    let now = app.clock.now_ms();
    let conversation = app.store.conversation(draft.desk, draft.conversation).await?;
    let conversation = conversation.ok_or(ReviewError::NotFound)?;
    let desk = app.desk(draft.desk).ok_or(ReviewError::NotFound)?;
    passes(&recheck::findings(app, desk, &draft, &conversation, &text).await?, a.knowingly)?;
    let copies = draft.body.as_ref().map(|body| body.copies.clone()).unwrap_or_default();
    let hash = text_hash(&text, &conversation, &copies, draft.answers.0);
    let needs_second = draft.hold && !is_second(app, by, &draft, &hash).await?;
    let to = if needs_second { DraftState::Held } else { DraftState::Approved };
    let seen = Expected { draft: id, version: a.version, text_hash: &a.text_hash, answers: a.answers };
    let mut batch = Batch::from(approve_draft(&seen, draft.state, to, &text, &hash, now));
    batch.push(keep_review(&review(app, by, &draft, &text, &hash, grades, None)));
    let leaves_at_ms = if needs_second {
        None
    } else {
        let undo = Duration::from_secs(app.config.undo_seconds.unsigned_abs());
        let effect = NewEffect {
            id: EffectId(app.clock.new_id()),
            desk: draft.desk,
            conversation: draft.conversation,
            decision: None,
            draft: Some(id.clone()),
            change: Change::Reply { text, copies, answers: draft.answers, approver: by.id },
            created_at: now,
        };
        batch.append(want_soon(app, &effect, undo)?);
        Some(now + app.config.undo_seconds * 1000)
    };
    commit(app, by.desk, id, batch).await?;
    app.work.notify_one();
    Ok(Approved { leaves_at_ms, needs_second })
}

/// What the checks find in a text that somebody may want to send instead.
pub async fn look_at(
    app: &App,
    by: &User,
    id: &DraftId,
    text: &str,
) -> Result<(Conversation, Vec<Finding>), ReviewError> {
    let draft = found(app, by, id).await?;
    let conversation = app.store.conversation(draft.desk, draft.conversation).await?;
    let conversation = conversation.ok_or(ReviewError::NotFound)?;
    let desk = app.desk(draft.desk).ok_or(ReviewError::NotFound)?;
    let findings = recheck::findings(app, desk, &draft, &conversation, text).await?;
    Ok((conversation, findings))
}

/// Reject a draft; the reason reaches the next one.
pub async fn reject(
    app: &App,
    by: &User,
    id: &DraftId,
    version: i64,
    reason: &str,
    grades: Option<[u8; 3]>,
) -> Result<(), ReviewError> {
    let draft = decidable(app, by, id).await?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(ReviewError::Invalid("say why: the reason reaches the next draft".into()));
    }
    let grades = grades.map(known_grades).transpose()?;
    let now = app.clock.now_ms();
    let seen = Expected { draft: id, version, text_hash: &draft.text_hash, answers: draft.answers };
    let mut batch = Batch::from(decide_draft(&seen, draft.state, DraftState::Rejected, Some(reason), now));
    let hash = draft.text_hash.clone();
    batch.push(keep_review(&review(app, by, &draft, "", &hash, grades, Some(reason))));
    commit(app, by.desk, id, batch).await
}

/// Take an approval back, as long as the reply has not begun to leave.
pub async fn undo(app: &App, by: &User, id: &DraftId) -> Result<(), ReviewError> {
    let draft = found(app, by, id).await?;
    let now = app.clock.now_ms();
    if !matches!(draft.state, DraftState::Approved | DraftState::Held) {
        return Err(ReviewError::Moved(match draft.state {
            DraftState::Sending | DraftState::Sent => "too late: the reply has left".into(),
            _ => why_not(&draft),
        }));
    }
    let mut batch = Batch::from(move_draft(id, draft.state, DraftState::Ready, None, now));
    batch.push(drop_pending_of_draft(id, "taken back", now));
    batch.push(undo_reviews(id, now));
    commit(app, by.desk, id, batch).await
}

/// Say that one looks at it, or that one does not any more.
pub async fn claim(app: &App, by: &User, id: &DraftId, on: bool) -> Result<(), ReviewError> {
    decidable(app, by, id).await?;
    commit(app, by.desk, id, claim_draft(id, on.then_some(by.id)).into()).await
}

/// A failed reply waits for a decision again; nothing is sent by itself.
pub async fn try_again(app: &App, by: &User, id: &DraftId) -> Result<(), ReviewError> {
    let draft = found(app, by, id).await?;
    let now = app.clock.now_ms();
    let batch = match draft.state {
        DraftState::Failed => {
            let mut batch = Batch::from(move_draft(id, DraftState::Failed, DraftState::Ready, None, now));
            batch.push(forget_dead_reply(id));
            batch
        }
        DraftState::Rejected => {
            decide::ask_for_draft(app, draft.desk, draft.conversation, draft.answers, draft.hold)
        }
        _ => return Err(ReviewError::Moved(why_not(&draft))),
    };
    commit(app, by.desk, id, batch).await?;
    app.work.notify_one();
    Ok(())
}

async fn found(app: &App, by: &User, id: &DraftId) -> Result<Draft, ReviewError> {
    if by.role < Role::Reviewer {
        return Err(ReviewError::NotAllowed);
    }
    // A draft of another desk is none of theirs, and they do not even learn that there is one.
    let draft = app.store.draft::<DraftBody>(id).await?.filter(|draft| draft.desk == by.desk);
    draft.ok_or(ReviewError::NotFound)
}

async fn decidable(app: &App, by: &User, id: &DraftId) -> Result<Draft, ReviewError> {
    let draft = found(app, by, id).await?;
    if draft.state.awaits_person() { Ok(draft) } else { Err(ReviewError::Moved(why_not(&draft))) }
}

async fn commit(app: &App, desk: DeskId, id: &DraftId, mut batch: Batch) -> Result<(), ReviewError> {
    batch.push(touch_of_draft(id, app.clock.now_ms()));
    match app.store.commit(batch).await {
        Ok(_) => {
            app.tell(desk, Notice::QueueChanged);
            app.tell(desk, Notice::DraftChanged(id.clone()));
            Ok(())
        }
        Err(StoreError::Conflict { .. }) => {
            let now = app.store.draft::<DraftBody>(id).await?;
            Err(ReviewError::Moved(now.map_or_else(|| "the draft is gone".into(), |draft| why_not(&draft))))
        }
        Err(error) => Err(error.into()),
    }
}

/// Why nothing can be decided about a draft, in words.
fn why_not(draft: &Draft) -> String {
    let reason = draft.reason.as_deref().unwrap_or("");
    match draft.state {
        DraftState::Queued | DraftState::Drafting => "the draft is still being written".into(),
        DraftState::Ready | DraftState::Held => {
            "the draft changed while you read it: look at it again, then decide".into()
        }
        DraftState::Approved => "somebody approved it already".into(),
        DraftState::Sending => "it is being sent".into(),
        DraftState::Sent => "it was sent already".into(),
        DraftState::Rejected => format!("somebody rejected it: {reason}"),
        DraftState::Superseded => format!("this draft is outdated: {reason}"),
        DraftState::Expired => format!("this draft came too late: {reason}"),
        DraftState::Failed => format!("sending failed: {reason}"),
    }
}

/// Nobody sends what the channel would refuse; what a check stops is sent by whoever read that and says so.
fn passes(findings: &[Finding], knowingly: bool) -> Result<(), ReviewError> {
    let of = |severity: Severity| {
        let messages = findings.iter().filter(|f| f.severity == severity).map(|f| f.message.as_str());
        messages.collect::<Vec<_>>().join(" ")
    };
    let (forbidden, blocking) = (of(Severity::Forbids), of(Severity::Blocks));
    if !forbidden.is_empty() {
        return Err(ReviewError::Checks { why: forbidden, may_overrule: false });
    }
    if !blocking.is_empty() && !knowingly {
        return Err(ReviewError::Checks { why: blocking, may_overrule: true });
    }
    Ok(())
}

/// Whether somebody else approved exactly this text already.
async fn is_second(app: &App, by: &User, draft: &Draft, hash: &str) -> Result<bool, ReviewError> {
    let reviews = app.store.reviews(&draft.id).await?;
    let first = reviews.iter().rev().find(|r| r.undone_at.is_none() && r.verdict != "reject");
    match first {
        Some(first) if draft.state == DraftState::Held && first.text_hash == hash => {
            if first.reviewer == by.id { Err(ReviewError::SamePerson) } else { Ok(true) }
        }
        // Other words than the first person approved: they need a second person again.
        _ => Ok(false),
    }
}

fn checked_grades(app: &App, grades: Option<[u8; 3]>) -> Result<Option<[u8; 3]>, ReviewError> {
    match grades {
        None if app.config.grades_required => {
            Err(ReviewError::Invalid("grade tone, accuracy and policy first (1 to 5 each)".into()))
        }
        grades => grades.map(known_grades).transpose(),
    }
}

fn known_grades(grades: [u8; 3]) -> Result<[u8; 3], ReviewError> {
    let [tone, accuracy, policy] = grades;
    Grades::new(tone, accuracy, policy).map(|_| grades).map_err(|e| ReviewError::Invalid(e.to_string()))
}

fn checked_text(draft: &Draft, edited: Option<&str>) -> Result<String, ReviewError> {
    // Forms send line ends as CR LF.
    let text = edited.map_or_else(|| draft.text.clone(), |t| t.replace("\r\n", "\n").trim().to_owned());
    if text.trim().is_empty() {
        return Err(ReviewError::Invalid("the reply is empty: write something or reject the draft".into()));
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(ReviewError::Invalid(format!("the reply is longer than {LONGEST_TEXT} characters")));
    }
    Ok(text)
}

fn review(
    app: &App,
    by: &User,
    draft: &Draft,
    text: &str,
    hash: &str,
    grades: Option<[u8; 3]>,
    reason: Option<&str>,
) -> Review {
    let (verdict, changed_permille) = if reason.is_some() {
        ("reject", 0)
    } else if text == draft.drafted {
        ("approve", 0)
    } else {
        ("edit", changed_permille(&draft.drafted, text))
    };
    Review {
        id: app.clock.new_id(),
        draft: draft.id.clone(),
        desk: draft.desk,
        reviewer: by.id,
        verdict: verdict.into(),
        version: draft.version,
        text_hash: hash.into(),
        drafted_text: draft.drafted.clone(),
        final_text: text.into(),
        changed_permille,
        grades,
        reason: reason.map(str::to_owned),
        reviewed_at: app.clock.now_ms(),
        undone_at: None,
    }
}

/// How much of the words a person changed: 0 (nothing) … 1000 (everything).
fn changed_permille(before: &str, after: &str) -> i64 {
    let ratio = f64::from(TextDiff::from_words(before, after).ratio());
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1000")]
    let permille = ((1.0 - ratio) * 1000.0).round() as i64;
    permille
}
