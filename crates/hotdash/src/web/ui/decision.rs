//! What a person decides: approve, edit, reject, take back, claim. The next draft is there afterwards.

use super::diff::diff;
use super::draft::{self, Footer, Problem};
use super::error::UiError;
use super::queue::{Filter, filtered};
use crate::app::App;
use crate::store::StoreError;
use crate::store::users::User;
use crate::web::auth::Reviewer;
use crate::work::review::{self, Approval, WorkError};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hotdash_core::ids::{DraftId, MessageId};
use serde::Deserialize;
use std::sync::Arc;

/// Longer than any reply a customer would read.
const MAX_REPLY_CHARACTERS: usize = 20_000;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Grades {
    #[serde(default)]
    tone: String,
    #[serde(default)]
    accuracy: String,
    #[serde(default)]
    policy: String,
}

impl Grades {
    fn each(&self) -> [Option<u8>; 3] {
        [&self.tone, &self.accuracy, &self.policy]
            .map(|grade| grade.parse().ok().filter(|grade| (1..=5).contains(grade)))
    }

    /// All three, or none.
    fn all(&self) -> Option<[u8; 3]> {
        match self.each() {
            [Some(tone), Some(accuracy), Some(policy)] => Some([tone, accuracy, policy]),
            _ => None,
        }
    }
}

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
    #[serde(flatten)]
    grades: Grades,
}

#[derive(Debug, Deserialize)]
pub(super) struct RejectionForm {
    version: i64,
    #[serde(default)]
    choice: String,
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    grades: Grades,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChangesForm {
    text: String,
    #[serde(flatten)]
    grades: Grades,
}

#[derive(Debug, Deserialize)]
pub(super) struct ClaimForm {
    on: u8,
}

pub(super) async fn approve(
    State(app): State<Arc<App>>,
    Reviewer(user): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
    Form(form): Form<ApprovalForm>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let text = form.text.as_deref().map(tidy);
    let grades = form.grades.all();
    let unfit = if app.config.grades_required && grades.is_none() {
        Some("Grade tone, accuracy and policy first.".to_owned())
    } else if text.is_none() && form.knowingly.is_empty() && blocks(&app, &id).await? {
        Some("A check blocks this draft. Edit it, or say that you send it knowingly.".to_owned())
    } else {
        text.as_deref().and_then(unfit_text)
    };
    if let Some(problem) = unfit {
        let problem = Problem { text: problem, typed: text };
        return draft::render_problem(&app, &user, &id, &filter, StatusCode::UNPROCESSABLE_ENTITY, problem).await;
    }
    let next = next(&app, &user, &id, &filter).await?;
    let approval = Approval {
        version: form.version,
        text_hash: form.text_hash,
        answers: MessageId(form.answers),
        grades,
        text: text.clone(),
    };
    match review::approve(&app, &user, &id, approval).await {
        Ok(_) => Ok(onwards(next, &id, &filter)),
        Err(error) => refused(&app, &user, &id, &filter, error, text).await,
    }
}

pub(super) async fn reject(
    State(app): State<Arc<App>>,
    Reviewer(user): Reviewer,
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
    if reason.is_empty() {
        let problem = Problem { text: "Say why: the next draft is told.".to_owned(), typed: None };
        return draft::render_problem(&app, &user, &id, &filter, StatusCode::UNPROCESSABLE_ENTITY, problem).await;
    }
    let next = next(&app, &user, &id, &filter).await?;
    match review::reject(&app, &user, &id, form.version, &reason, form.grades.all()).await {
        Ok(()) => Ok(onwards(next, &id, &filter)),
        Err(error) => refused(&app, &user, &id, &filter, error, None).await,
    }
}

/// Show what an edit changes, before it is sent.
pub(super) async fn changes(
    State(app): State<Arc<App>>,
    Reviewer(user): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
    Form(form): Form<ChangesForm>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let text = tidy(&form.text);
    let mut view = draft::load(&app, &user, &id, &filter).await?.ok_or(UiError::NotFound)?;
    view.grades = form.grades.each();
    let mut status = StatusCode::OK;
    if !matches!(view.footer, Footer::Decide | Footer::Edit { .. }) {
        // It moved while the person typed.
        let why = "This draft can no longer be sent. Your text is kept here.".to_owned();
        view.problem = Some(Problem { text: why, typed: Some(text) });
        status = StatusCode::CONFLICT;
    } else if let Some(problem) = unfit_text(&text) {
        view.problem = Some(Problem { text: problem, typed: None });
        view.footer = Footer::Edit { text };
        status = StatusCode::UNPROCESSABLE_ENTITY;
    } else if text == view.text {
        view.footer = Footer::Decide;
    } else {
        let diff = diff(&view.text, &text);
        view.footer = Footer::Changes { text, diff };
    }
    let mut answer = draft::render(&app, &user, view, &filter).await?;
    *answer.status_mut() = status;
    Ok(answer)
}

pub(super) async fn undo(
    State(app): State<Arc<App>>,
    Reviewer(user): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let done = review::undo(&app, &user, &id).await;
    stay(&app, &user, &id, &filter, done).await
}

pub(super) async fn claim(
    State(app): State<Arc<App>>,
    Reviewer(user): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
    Form(form): Form<ClaimForm>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let done = review::claim(&app, &user, &id, form.on == 1).await;
    stay(&app, &user, &id, &filter, done).await
}

pub(super) async fn retry(
    State(app): State<Arc<App>>,
    Reviewer(user): Reviewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let id = DraftId(id);
    let done = review::try_again(&app, &user, &id).await;
    stay(&app, &user, &id, &filter, done).await
}

async fn stay(
    app: &App,
    user: &User,
    id: &DraftId,
    filter: &Filter,
    done: Result<(), WorkError>,
) -> Result<Response, UiError> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/drafts/{id}{}", filter.suffix())).into_response()),
        Err(error) => refused(app, user, id, filter, error, None).await,
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
async fn next(app: &App, user: &User, id: &DraftId, filter: &Filter) -> Result<Option<DraftId>, UiError> {
    let items = review::queue(app, app.config.desk.id).await?;
    let shown = filtered(&items, filter, user, app);
    let at = shown.iter().position(|item| item.draft == *id);
    let below = at.and_then(|at| shown.get(at + 1));
    let next = below.or_else(|| shown.iter().find(|item| item.draft != *id));
    Ok(next.map(|item| item.draft.clone()))
}

async fn blocks(app: &App, id: &DraftId) -> Result<bool, UiError> {
    Ok(review::draft_page(app, id).await?.is_some_and(|page| page.item.blocking > 0))
}

/// Somebody or something was faster, or it may not be done: the page says so, with what was typed.
async fn refused(
    app: &App,
    user: &User,
    id: &DraftId,
    filter: &Filter,
    error: WorkError,
    typed: Option<String>,
) -> Result<Response, UiError> {
    let (status, text) = match error {
        WorkError::Moved(why) => (StatusCode::CONFLICT, format!("Nothing was sent: {why}.")),
        WorkError::SamePerson => {
            (StatusCode::CONFLICT, "Two different people must agree, and you were the first.".to_owned())
        }
        WorkError::Invalid(why) => (StatusCode::UNPROCESSABLE_ENTITY, why),
        WorkError::Store(StoreError::Conflict { .. }) => {
            (StatusCode::CONFLICT, "Nothing was done: somebody else was faster. This is how it stands now.".into())
        }
        other => return Err(other.into()),
    };
    draft::render_problem(app, user, id, filter, status, Problem { text, typed }).await
}

/// Forms send line ends as CR LF.
fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

fn unfit_text(text: &str) -> Option<String> {
    let length = text.chars().count();
    if length == 0 {
        Some("The reply is empty.".to_owned())
    } else if length > MAX_REPLY_CHARACTERS {
        Some(format!("The reply has {length} characters; {MAX_REPLY_CHARACTERS} is the most."))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
