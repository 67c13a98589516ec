//! The mail door: where a mail server hands over what was written to an e-mail inbox.

mod parse;
pub(crate) mod text;

use axum::Router;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;

use crate::Sandbox;
use crate::api::answer;
use crate::refusal::Refusal;

/// Name and password of the door. A real desk's administrator chooses the password; nothing here is worth guarding.
const CREDENTIALS: &str = "actionmailbox:inbound";

pub(crate) fn router() -> Router<Sandbox> {
    Router::new().route("/rails/action_mailbox/relay/inbound_emails", post(receive))
}

async fn receive(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    if !may_deliver(&headers) {
        let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"Application\"")];
        return Ok((StatusCode::UNAUTHORIZED, challenge, "HTTP Basic: Access denied.\n").into_response());
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("message/rfc822") {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    sandbox.mail_arrives(&body)?;
    Ok(answer::no_content())
}

fn may_deliver(headers: &HeaderMap) -> bool {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let encoded = given.and_then(|value| value.strip_prefix("Basic "));
    encoded
        .and_then(|text| BASE64_STANDARD.decode(text).ok())
        .is_some_and(|text| text == CREDENTIALS.as_bytes())
}

impl Sandbox {
    /// A mail arrives, as it was sent over the wire. Gives the conversation it was filed under; `None` if it is for no
    /// inbox of this desk, or is no mail.
    pub fn mail_arrives(&self, raw: &[u8]) -> Result<Option<i64>, Refusal> {
        let Some(mail) = parse::mail(raw) else { return Ok(None) };
        self.act(|desk| desk.receive_mail(mail))
    }
}
