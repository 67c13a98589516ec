//! What people decided about drafts.

use super::{Row, Statement, Store, StoreError};
use hotdash_core::ids::{ConversationId, DeskId, DraftId, UserId};

/// One person's decision about exactly one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub id: String,
    pub draft: DraftId,
    pub desk: DeskId,
    pub reviewer: UserId,
    /// approve, edit, reject
    pub verdict: String,
    pub version: i64,
    pub text_hash: String,
    pub drafted_text: String,
    pub final_text: String,
    pub changed_permille: i64,
    /// tone, accuracy, policy; 1…5
    pub grades: Option<[u8; 3]>,
    pub reason: Option<String>,
    pub reviewed_at: i64,
    pub undone_at: Option<i64>,
}

/// Keep a review.
pub fn keep_review(r: &Review) -> Statement {
    let grade = |axis: usize| r.grades.map(|g| i64::from(g[axis]));
    Statement::new(
        "INSERT INTO reviews (id, draft, desk, reviewer, verdict, version, text_hash, drafted_text, final_text,
           changed_permille, tone, accuracy, policy, reason, reviewed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        vec![
            r.id.as_str().into(),
            r.draft.as_str().into(),
            r.desk.0.into(),
            r.reviewer.0.into(),
            r.verdict.as_str().into(),
            r.version.into(),
            r.text_hash.as_str().into(),
            r.drafted_text.as_str().into(),
            r.final_text.as_str().into(),
            r.changed_permille.into(),
            grade(0).into(),
            grade(1).into(),
            grade(2).into(),
            r.reason.as_deref().into(),
            r.reviewed_at.into(),
        ],
    )
}

/// The reviewer took the decision back.
pub fn undo_reviews(draft: &DraftId, at: i64) -> Statement {
    Statement::new(
        "UPDATE reviews SET undone_at = $2 WHERE draft = $1 AND undone_at IS NULL",
        vec![draft.as_str().into(), at.into()],
    )
}

impl Store {
    /// What people decided about a draft, oldest first; decisions taken back are marked.
    pub async fn reviews(&self, draft: &DraftId) -> Result<Vec<Review>, StoreError> {
        let rows = self
            .read(
                "SELECT id, draft, desk, reviewer, verdict, version, text_hash, drafted_text, final_text,
                   changed_permille, tone, accuracy, policy, reason, reviewed_at, undone_at
                 FROM reviews WHERE draft = $1 ORDER BY id",
                vec![draft.as_str().into()],
            )
            .await?;
        rows.iter().map(review_of).collect()
    }

    /// Why earlier drafts of a conversation were rejected, newest first.
    pub async fn rejection_reasons(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Vec<String>, StoreError> {
        let rows = self
            .read(
                "SELECT r.reason FROM reviews r JOIN drafts d ON d.id = r.draft
                 WHERE d.desk = $1 AND d.conversation = $2 AND r.verdict = 'reject' AND r.reason IS NOT NULL
                 ORDER BY r.id DESC LIMIT 5",
                vec![desk.0.into(), conversation.0.into()],
            )
            .await?;
        rows.iter().map(|row| row.text(0)).collect()
    }
}

fn review_of(row: &Row) -> Result<Review, StoreError> {
    let grade = |column| -> Result<Option<u8>, StoreError> {
        row.opt_int(column)?
            .map(|g| u8::try_from(g).map_err(|_| StoreError::Unreadable(format!("a grade of {g}"))))
            .transpose()
    };
    let grades = match (grade(10)?, grade(11)?, grade(12)?) {
        (Some(tone), Some(accuracy), Some(policy)) => Some([tone, accuracy, policy]),
        _ => None,
    };
    Ok(Review {
        id: row.text(0)?,
        draft: DraftId(row.text(1)?),
        desk: DeskId(row.int(2)?),
        reviewer: UserId(row.int(3)?),
        verdict: row.text(4)?,
        version: row.int(5)?,
        text_hash: row.text(6)?,
        drafted_text: row.text(7)?,
        final_text: row.text(8)?,
        changed_permille: row.int(9)?,
        grades,
        reason: row.opt_text(13)?,
        reviewed_at: row.int(14)?,
        undone_at: row.opt_int(15)?,
    })
}
