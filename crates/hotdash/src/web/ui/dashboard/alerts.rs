//! What is not as usual: what, since when, beside what, what to look at, and its conversations.

use super::super::error::UiError;
use super::super::layout::{Framed, Nav, Shell, page};
use super::super::words::{Moment, Times};
use super::behind::{Row, rows};
use crate::app::App;
use crate::store::StoreError;
use crate::store::alerts::{KeptAlert, see_alert};
use crate::store::users::Role;
use crate::web::auth::{Reviewer, Seat, Viewer};
use crate::work::facts::settings_of;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use hotdash_core::anomaly::Kind;
use hotdash_core::ids::{ConversationId, UserId};
use std::collections::HashMap;
use std::sync::Arc;

/// More than anybody reads at once.
const SHOWN: i64 = 60;
/// Of one alert; there are seldom more.
const CONVERSATIONS: usize = 100;

#[derive(Template)]
#[template(path = "dashboard/alerts.html")]
struct AlertsPage {
    shell: Shell,
    open: Vec<AlertView>,
    ended: Vec<AlertView>,
}

impl Framed for AlertsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

#[derive(Template)]
#[template(path = "dashboard/alert.html")]
struct AlertPage {
    shell: Shell,
    alert: AlertView,
    rows: Vec<Row>,
    count: usize,
}

impl Framed for AlertPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// An alert as people read it.
pub(super) struct AlertView {
    pub(super) id: String,
    /// What, how much, since when, and what is usual.
    pub(super) sentence: String,
    pub(super) advice: &'static str,
    pub(super) conversations: usize,
    pub(super) found: Moment,
    pub(super) ended: Option<Moment>,
    /// Who knows of it, since when.
    pub(super) seen: Option<(String, Moment)>,
    /// Whoever looks may say that they know.
    pub(super) can_see: bool,
}

pub(in crate::web::ui) async fn list(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
) -> Result<Response, UiError> {
    let kept = app.store.last_alerts(seat.desk.id, SHOWN).await?;
    let (ended, open) = views(&app, &seat, kept).await?.into_iter().partition(|alert| alert.ended.is_some());
    page(&AlertsPage { shell: Shell::inside(&app, &seat, Nav::Dashboard).await?, open, ended })
}

pub(in crate::web::ui) async fn show_one(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Path(id): Path<String>,
) -> Result<Response, UiError> {
    let kept = find(&app, &seat, &id).await?;
    let shown: Vec<(ConversationId, Option<i64>)> =
        kept.alert.conversations.iter().rev().take(CONVERSATIONS).map(|id| (*id, None)).collect();
    let count = kept.alert.conversations.len();
    let settings = settings_of(&app.store, seat.desk.id).await?;
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let rows = rows(&app, &seat, &shown, &settings, &times).await?;
    let alert = views(&app, &seat, vec![kept]).await?.pop().ok_or(UiError::NotFound)?;
    page(&AlertPage { shell: Shell::inside(&app, &seat, Nav::Dashboard).await?, alert, rows, count })
}

/// Somebody says that they know.
pub(in crate::web::ui) async fn see(
    State(app): State<Arc<App>>,
    Reviewer(seat): Reviewer,
    Path(id): Path<String>,
) -> Result<Response, UiError> {
    let kept = find(&app, &seat, &id).await?;
    match app.store.commit(see_alert(seat.desk.id, &kept.id, seat.user.id, app.clock.now_ms()).into()).await {
        // Somebody knew before: their name is shown.
        Ok(_) | Err(StoreError::Conflict { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Redirect::to("/dashboard/alerts").into_response())
}

/// A form's address, opened as a page.
pub(in crate::web::ui) async fn back() -> Redirect {
    Redirect::to("/dashboard/alerts")
}

async fn find(app: &App, seat: &Seat, id: &str) -> Result<KeptAlert, UiError> {
    let kept = app.store.alert(seat.desk.id, id).await?.ok_or(UiError::NotFound)?;
    if may_know(seat, &kept) { Ok(kept) } else { Err(UiError::Forbidden(Role::Lead)) }
}

/// What compares people is for leads.
fn may_know(seat: &Seat, kept: &KeptAlert) -> bool {
    kept.alert.kind != Kind::Agent || seat.user.role >= Role::Lead
}

/// Those that go on, for the top of the dashboard.
pub(super) async fn open(app: &App, seat: &Seat) -> Result<Vec<AlertView>, StoreError> {
    views(app, seat, app.store.open_alerts(seat.desk.id).await?).await
}

async fn views(app: &App, seat: &Seat, kept: Vec<KeptAlert>) -> Result<Vec<AlertView>, StoreError> {
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let names: HashMap<UserId, String> =
        app.store.users_of(seat.desk.id).await?.into_iter().map(|user| (user.id, user.name)).collect();
    let view = |kept: KeptAlert| {
        let seen = kept.seen.map(|(by, at)| {
            let name = names.get(&by).cloned().unwrap_or_else(|| "somebody who left".to_owned());
            (name, times.at_ms(at))
        });
        AlertView {
            sentence: kept.alert.sentence.clone(),
            advice: advice(kept.alert.kind),
            conversations: kept.alert.conversations.len(),
            found: times.at_ms(kept.found_at),
            ended: kept.ended_at.map(|at| times.at_ms(at)),
            can_see: seen.is_none() && kept.ended_at.is_none() && seat.user.role >= Role::Reviewer,
            seen,
            id: kept.id,
        }
    };
    Ok(kept.into_iter().filter(|kept| may_know(seat, kept)).map(view).collect())
}

/// Where to look first.
fn advice(kind: Kind) -> &'static str {
    match kind {
        Kind::Volume => {
            "Read the newest ones: one cause often makes many. Then see who is there for the next hours."
        }
        Kind::ResponseTime => {
            "See on the SLA board what is due next, and whether somebody more can help now."
        }
        Kind::Issue => {
            "Read three of them. If they have one cause, a notice to customers or an article saves the rest."
        }
        Kind::Agent => {
            "Look at the conversations before you speak with the person: the cases may be the cause."
        }
        Kind::Quality => {
            "Read the reasons that were given: what changed in the knowledge or the rules before?"
        }
    }
}
