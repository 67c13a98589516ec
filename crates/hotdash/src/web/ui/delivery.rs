//! One delivery: where it came from, what became of it, and what it said.

use super::deliveries::state_class;
use super::error::UiError;
use super::layout::{Framed, Nav, Shell, page};
use super::words::{self, Moment, Times};
use crate::app::App;
use crate::store::deliveries::Delivery;
use crate::store::users::Role;
use crate::web::auth::{Lead, Viewer};
use crate::work::dead_letters;
use crate::work::draft::DraftBody;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use hotdash_core::ids::{DeliveryId, DraftId};
use serde_json::Value;
use std::sync::Arc;

/// More than anybody reads; a browser shows it without stopping to breathe.
const SHOWN_BYTES: usize = 200_000;

#[derive(Template)]
#[template(path = "deliveries/show.html")]
struct DeliveryPage {
    shell: Shell,
    id: String,
    event: String,
    state: String,
    class: &'static str,
    sentence: String,
    proof: &'static str,
    uid: Option<String>,
    repeats: i64,
    received: Moment,
    settled: Option<Moment>,
    conversation: Option<(i64, String)>,
    drafts: Vec<(DraftId, &'static str, Moment)>,
    body: Body,
    bytes: String,
    /// What the button that replays it says.
    replay: Option<&'static str>,
}

impl Framed for DeliveryPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// What it said, as text to read.
struct Body {
    text: String,
    is_json: bool,
    /// There is more of it.
    is_cut: bool,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Path(id): Path<String>,
) -> Result<Response, UiError> {
    let delivery = app.store.delivery(&DeliveryId(id)).await?.filter(|d| d.desk == seat.desk.id);
    let delivery = delivery.ok_or(UiError::NotFound)?;
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let mut drafts = Vec::new();
    if let Some(conversation) = delivery.conversation {
        for draft in app.store.drafts_of::<DraftBody>(seat.desk.id, conversation).await? {
            drafts.push((draft.id, words::draft_state(draft.state), times.at_ms(draft.created_at)));
        }
    }
    let may_replay = seat.user.role >= Role::Lead;
    page(&DeliveryPage {
        shell: Shell::inside(&app, &seat, Nav::Deliveries).await?,
        sentence: sentence(&delivery),
        class: state_class(&delivery.state),
        proof: proof(&delivery.proof),
        received: times.at_ms(delivery.received_at),
        settled: delivery.settled_at.map(|at| times.at_ms(at)),
        conversation: delivery.conversation.map(|number| (number.0, seat.desk.link_to(number))),
        drafts,
        body: body(&delivery.body),
        bytes: words::file_size(i64::try_from(delivery.body.len()).unwrap_or(i64::MAX)),
        replay: replay_button(&delivery.state).filter(|_| may_replay),
        id: delivery.id.0,
        event: delivery.event.unwrap_or_else(|| "A delivery without an event".to_owned()),
        state: delivery.state,
        uid: delivery.uid,
        repeats: delivery.repeats,
    })
}

/// A reload of an answer to a form: back to the delivery.
pub(super) async fn back(Path(id): Path<String>) -> Redirect {
    Redirect::to(&format!("/deliveries/{}", words::escape_query(&id)))
}

pub(super) async fn replay(
    State(app): State<Arc<App>>,
    Lead(seat): Lead,
    Path(id): Path<String>,
) -> Result<Redirect, UiError> {
    dead_letters::replay(&app, &seat.desk, &id).await?;
    Ok(back(Path(id)).await)
}

fn replay_button(state: &str) -> Option<&'static str> {
    match state {
        "dead" => Some("Replay"),
        "processed" => Some("Process it once more"),
        _ => None,
    }
}

fn sentence(delivery: &Delivery) -> String {
    let reason = delivery.reason.as_deref().unwrap_or("").trim_end_matches('.');
    match (delivery.state.as_str(), reason) {
        ("received", _) => "It waits to be processed.".to_owned(),
        ("processed", "") => "It was processed.".to_owned(),
        ("processed", note) => format!("It was processed: {note}."),
        ("rejected", reason) => format!(
            "It was rejected: {reason}. The desk was told so. It cannot be replayed, because there is nothing in it \
             that could be processed; look at what stands between desk and hotdash."
        ),
        (_, reason) => format!("It could not be processed: {reason}."),
    }
}

fn proof(code: &str) -> &'static str {
    match code {
        "signature" => "signed by the desk",
        "legacy_signature" => "signed by a relay, in the old form",
        "url_token" => "came to the secret address",
        _ => "unknown",
    }
}

/// Customers' words, and whatever else somebody sent: only ever shown as text.
fn body(bytes: &[u8]) -> Body {
    let json = serde_json::from_slice::<Value>(bytes).ok();
    let pretty = json.and_then(|value| serde_json::to_string_pretty(&value).ok());
    let is_json = pretty.is_some();
    let mut text = pretty.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned());
    let end = text.floor_char_boundary(SHOWN_BYTES);
    let is_cut = end < text.len();
    text.truncate(end);
    // What is no letter and no line end would be drawn by each browser as it likes.
    let visible = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
    Body { text: text.chars().map(visible).collect(), is_json, is_cut }
}

#[cfg(test)]
mod tests;
