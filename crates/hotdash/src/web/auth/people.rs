//! Extractors that let only the right people in, each at one of their desks.

use super::session;
use crate::app::{App, Desk};
use crate::store::users::{Role, User};
use crate::web::ui::error::UiError;
use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use hotdash_core::ids::{DeliveryId, DraftId, UserId};
use std::sync::Arc;
use tower_sessions::Session;

/// Somebody at one of the desks where they work.
pub(crate) struct Seat {
    pub(crate) user: User,
    pub(crate) desk: Arc<Desk>,
    /// All desks where they work, in order; with what they may do there.
    pub(crate) places: Vec<(Arc<Desk>, Role)>,
}

/// Anybody who signed in.
pub(crate) struct Viewer(pub(crate) Seat);
/// Somebody who may decide about drafts.
pub(crate) struct Reviewer(pub(crate) Seat);
/// Somebody who may decide what hotdash does.
pub(crate) struct Lead(pub(crate) Seat);

impl FromRequestParts<Arc<App>> for Viewer {
    type Rejection = UiError;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, UiError> {
        seated(parts, app, Role::Viewer).await.map(Self)
    }
}

impl FromRequestParts<Arc<App>> for Reviewer {
    type Rejection = UiError;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, UiError> {
        seated(parts, app, Role::Reviewer).await.map(Self)
    }
}

impl FromRequestParts<Arc<App>> for Lead {
    type Rejection = UiError;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, UiError> {
        seated(parts, app, Role::Lead).await.map(Self)
    }
}

/// Who sent this request, if anybody signed in; for pages that are open to everybody.
pub(crate) async fn person(session: &Session, app: &App) -> Result<Option<UserId>, UiError> {
    let Some(id) = session::current(session, app.clock.now_ms()).await? else { return Ok(None) };
    // Read anew each time: a person who was removed is out at once.
    Ok(app.store.account(id).await?.map(|account| account.id))
}

async fn seated(parts: &mut Parts, app: &Arc<App>, least: Role) -> Result<Seat, UiError> {
    let session = parts
        .extensions
        .get::<Session>()
        .cloned()
        .ok_or_else(|| UiError::Broken("the session layer is missing".into()))?;
    let Some(id) = person(&session, app).await? else {
        return Err(if parts.method == Method::GET {
            let back_to = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
            UiError::SignIn { back_to: Some(back_to) }
        } else {
            // What a form sent is lost at sign-in, so it must not lead back to where only forms go.
            UiError::SignIn { back_to: None }
        });
    };
    let all: Vec<(Arc<Desk>, User)> = app
        .store
        .places_of(id)
        .await?
        .into_iter()
        .filter_map(|user| Some((Arc::clone(app.desk(user.desk)?), user)))
        .collect();
    let places = all.iter().map(|(desk, user)| (Arc::clone(desk), user.role)).collect();
    let path = parts.uri.path();
    // A link to a draft or a delivery leads to its desk. Of what another desk has, nobody learns anything.
    let linked = if let Some(draft) = named(path, "/drafts/") {
        Some(app.store.desk_of_draft(&DraftId(draft)).await?)
    } else if let Some(delivery) = named(path, "/deliveries/") {
        Some(app.store.desk_of_delivery(&DeliveryId(delivery)).await?)
    } else {
        None
    };
    let wanted = match linked {
        Some(desk) => Some(desk.ok_or(UiError::NotFound)?),
        None => session::desk(&session).await?.filter(|desk| all.iter().any(|(_, user)| user.desk == *desk)),
    };
    let mut all = all.into_iter();
    let seat = match wanted {
        Some(desk) => all.find(|(_, user)| user.desk == desk).ok_or(UiError::NotFound)?,
        None => all.next().ok_or(UiError::NoDesk)?,
    };
    let (desk, user) = seat;
    if user.role >= least { Ok(Seat { user, desk, places }) } else { Err(UiError::Forbidden(least)) }
}

/// What an address below this one is about.
fn named(path: &str, below: &str) -> Option<String> {
    let id = path.strip_prefix(below)?.split('/').next()?;
    (!id.is_empty()).then(|| id.to_owned())
}
