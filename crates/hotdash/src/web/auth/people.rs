//! Extractors that let only the right people in.

use super::session;
use crate::app::App;
use crate::store::users::{Role, User};
use crate::web::ui::error::UiError;
use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use std::sync::Arc;
use tower_sessions::Session;

/// Anybody who signed in.
pub(crate) struct Viewer(pub(crate) User);
/// Somebody who may decide about drafts.
pub(crate) struct Reviewer(pub(crate) User);
impl FromRequestParts<Arc<App>> for Viewer {
    type Rejection = UiError;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, UiError> {
        signed_in(parts, app, Role::Viewer).await.map(Self)
    }
}

impl FromRequestParts<Arc<App>> for Reviewer {
    type Rejection = UiError;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, UiError> {
        signed_in(parts, app, Role::Reviewer).await.map(Self)
    }
}

/// The person of this request, if one signed in; for pages that are open to everybody.
pub(crate) async fn person(session: &Session, app: &App) -> Result<Option<User>, UiError> {
    match session::current(session, app.clock.now_ms()).await? {
        // Read anew each time: a role taken away or a person removed counts at once.
        Some(id) => Ok(app.store.user(id).await?),
        None => Ok(None),
    }
}

async fn signed_in(parts: &mut Parts, app: &Arc<App>, least: Role) -> Result<User, UiError> {
    let session = parts
        .extensions
        .get::<Session>()
        .cloned()
        .ok_or_else(|| UiError::Broken("the session layer is missing".into()))?;
    match person(&session, app).await? {
        Some(user) if user.role >= least => Ok(user),
        Some(_) => Err(UiError::Forbidden(least)),
        None if parts.method == Method::GET => Err(UiError::SignIn {
            back_to: Some(parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned()),
        }),
        // What a form sent is lost at sign-in, so it must not lead back to where only forms go.
        None => Err(UiError::SignIn { back_to: None }),
    }
}
