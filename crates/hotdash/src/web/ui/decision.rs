//! What a person decides: approve, edit, reject, take back, claim. The next draft is there afterwards.

use super::diff::diff;
use super::draft::{self, Footer, Problem};
use super::error::UiError;
use super::queue::{Filter, filtered};
use crate::app::App;
use crate::store::StoreError;
use crate::web::auth::{Reviewer, Seat};
use crate::work::review::{self, Approval, ReviewError};
use crate::work::view;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hotdash_core::ids::{DraftId, MessageId};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Deserialize)]
pub(super) struct ApprovalForm {
    version: i64,
    text_hash: String,
    answers: i64,
    /// Only where it was edited.
    text: Option<String>,
    /// A person read what blocks and sends all the same.
    #[serde(default)]
    knowingly: String,
    tone: Option<u8>,
    accuracy: Option<u8>,
    policy: Option<u8>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RejectionForm {
    version: i64,
    #[serde(default)]
    choice: String,
    #[serde(default)]
    reason: String,
    tone: Option<u8>,
    accuracy: Option<u8>,
    policy: Option<u8>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChangesForm {
    text: String,
    tone: Option<u8>,
    accuracy: Option<u8>,
    policy: Option<u8>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ClaimForm {
    on: u8,
}

pub(super) async fn approve(
    State(app): State<Arc<App>>,
    Reviewer(seat): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
    Form(form): Form<ApprovalForm>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let text = form.text.as_deref().map(tidy);
    let grades = all_of(form.tone, form.accuracy, form.policy);
    let next = next(&app, &seat, &id, &filter).await?;
    let approval = Approval {
        version: form.version,
        text_hash: form.text_hash,
        answers: MessageId(form.answers),
        grades,
        text: text.clone(),
        knowingly: !form.knowingly.is_empty(),
    };
    match review::approve(&app, &seat.user, &id, approval).await {
        Ok(_) => Ok(onwards(next, &id, &filter)),
        Err(error) => refused(&app, &seat, &id, &filter, error, text).await,
    }
}

pub(super) async fn reject(
    State(app): State<Arc<App>>,
    Reviewer(seat): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
    Form(form): Form<RejectionForm>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let own = tidy(&form.reason);
    let reason = match (form.choice.trim(), own.as_str()) {
        ("", own) => own.to_owned(),
        (choice, "") => choice.to_owned(),
        (choice, own) => format!("{choice}: {own}"),
    };
    let next = next(&app, &seat, &id, &filter).await?;
    match review::reject(
        &app,
        &seat.user,
        &id,
        form.version,
        &reason,
        all_of(form.tone, form.accuracy, form.policy),
    )
    .await
    {
        Ok(()) => Ok(onwards(next, &id, &filter)),
        Err(error) => refused(&app, &seat, &id, &filter, error, None).await,
    }
}

/// Show what an edit changes, before it is sent.
pub(super) async fn changes(
    State(app): State<Arc<App>>,
    Reviewer(seat): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
    Form(form): Form<ChangesForm>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let text = tidy(&form.text);
    let mut view = draft::load(&app, &seat, &id, &filter).await?.ok_or(UiError::NotFound)?;
    view.axes = draft::axes([form.tone, form.accuracy, form.policy]);
    let mut status = StatusCode::OK;
    if !matches!(view.footer, Footer::Decide | Footer::Edit { .. }) {
        // It moved while the person typed.
        let why = "This draft can no longer be sent. Your text is kept here.".to_owned();
        view.problem = Some(Problem { text: why, typed: Some(text) });
        status = StatusCode::CONFLICT;
    } else if let Some(problem) =
        text.is_empty().then(|| "The reply is empty: write something, or reject the draft.".to_owned())
    {
        view.problem = Some(Problem { text: problem, typed: None });
        view.footer = Footer::Edit { text };
        status = StatusCode::UNPROCESSABLE_ENTITY;
    } else if filter.mode == "edit" {
        view.footer = Footer::Edit { text };
    } else if text == view.text {
        view.footer = Footer::Decide;
    } else {
        show_changes(&app, &seat, &id, &mut view, text).await?;
    }
    let mut answer = draft::render(&app, &seat, view, &filter).await?;
    *answer.status_mut() = status;
    Ok(answer)
}

/// What the edit changes, and what the checks find in the new words.
async fn show_changes(
    app: &App,
    seat: &Seat,
    id: &DraftId,
    view: &mut draft::DraftView,
    text: String,
) -> Result<(), UiError> {
    let (conversation, findings) = review::look_at(app, &seat.user, id, &text).await?;
    view.judged(&conversation, &text, &findings);
    let diff = diff(&view.text, &text);
    view.footer = Footer::Changes { text, diff };
    Ok(())
}

pub(super) async fn undo(
    State(app): State<Arc<App>>,
    Reviewer(seat): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let done = review::undo(&app, &seat.user, &id).await;
    stay(&app, &seat, &id, &filter, done).await
}

pub(super) async fn claim(
    State(app): State<Arc<App>>,
    Reviewer(seat): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
    Form(form): Form<ClaimForm>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let done = review::claim(&app, &seat.user, &id, form.on == 1).await;
    stay(&app, &seat, &id, &filter, done).await
}

pub(super) async fn retry(
    State(app): State<Arc<App>>,
    Reviewer(seat): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let done = review::try_again(&app, &seat.user, &id).await;
    stay(&app, &seat, &id, &filter, done).await
}

async fn stay(
    app: &App,
    seat: &Seat,
    id: &DraftId,
    filter: &Filter,
    done: Result<(), ReviewError>,
) -> Result<Response, UiError> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/drafts/{id}{}", filter.suffix())).into_response()),
        Err(error) => refused(app, seat, id, filter, error, None).await,
    }
}

fn onwards(next: Option<DraftId>, decided: &DraftId, filter: &Filter) -> Response {
    let suffix = filter.suffix_after(decided);
    match next {
        Some(next) => Redirect::to(&format!("/drafts/{next}{suffix}")),
        None => Redirect::to(&format!("/drafts{suffix}")),
    }
    .into_response()
}

/// The one below in the list that the person looks at, else its first.
async fn next(app: &App, seat: &Seat, id: &DraftId, filter: &Filter) -> Result<Option<DraftId>, UiError> {
    let items = view::queue(app, &seat.desk).await?;
    let shown = filtered(&items, filter, seat, app);
    let at = shown.iter().position(|item| item.draft == *id);
    let below = at.and_then(|at| shown.get(at + 1));
    let next = below.or_else(|| shown.iter().find(|item| item.draft != *id));
    Ok(next.map(|item| item.draft.clone()))
}

/// Somebody or something was faster, or it may not be done: the page says so, with what was typed.
async fn refused(
    app: &App,
    seat: &Seat,
    id: &DraftId,
    filter: &Filter,
    error: ReviewError,
    typed: Option<String>,
) -> Result<Response, UiError> {
    let stopped = matches!(error, ReviewError::Checks { .. });
    let (status, text) = match error {
        ReviewError::Checks { why, may_overrule } => {
            let way = if may_overrule {
                "Change it, or say that you send it knowingly."
            } else {
                "Nobody can send it so."
            };
            (StatusCode::UNPROCESSABLE_ENTITY, format!("Not sent. {why} {way}"))
        }
        ReviewError::Moved(why) => (StatusCode::CONFLICT, format!("Nothing was done: {why}.")),
        ReviewError::SamePerson => (StatusCode::CONFLICT, sentence(&error.to_string())),
        ReviewError::Invalid(why) => (StatusCode::UNPROCESSABLE_ENTITY, sentence(&why)),
        ReviewError::Store(StoreError::Conflict { .. }) => (
            StatusCode::CONFLICT,
            "Nothing was done: somebody else was faster. This is how it stands now.".into(),
        ),
        other => return Err(other.into()),
    };
    if let (true, Some(typed)) = (stopped, &typed) {
        let mut view = draft::load(app, seat, id, filter).await?.ok_or(UiError::NotFound)?;
        show_changes(app, seat, id, &mut view, typed.clone()).await?;
        view.problem = Some(Problem { text, typed: None });
        let mut answer = draft::render(app, seat, view, filter).await?;
        *answer.status_mut() = status;
        return Ok(answer);
    }
    draft::render_problem(app, seat, id, filter, status, Problem { text, typed }).await
}

/// All three grades, or none.
fn all_of(tone: Option<u8>, accuracy: Option<u8>, policy: Option<u8>) -> Option<[u8; 3]> {
    Some([tone?, accuracy?, policy?])
}

/// Forms send line ends as CR LF.
fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// The words of an error, as a sentence.
fn sentence(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map(|first| format!("{}{}.", first.to_uppercase(), rest.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests;
