//! The slim bar: what became of the draft that was decided before this one. Read from the draft's state, so it is
//! true whenever the page is loaded.

use super::words::first_name;
use crate::store::drafts::DraftState;
use crate::work::view::DraftPage;

pub(super) struct Outcome {
    pub(super) draft: String,
    pub(super) text: String,
    /// Counts down to this instant.
    pub(super) leaves_at_ms: Option<i64>,
    pub(super) may_undo: bool,
    /// ok, warn
    pub(super) class: &'static str,
}

pub(super) fn outcome(page: &DraftPage, now_ms: i64) -> Outcome {
    let name = first_name(&page.item.customer);
    let reason = page.draft.reason.as_deref().unwrap_or("no reason was kept");
    let (text, class, may_undo) = match page.draft.state {
        DraftState::Approved => match page.leaves_at_ms.filter(|at| *at > now_ms) {
            Some(at) => (format!("Reply to {name} leaves in {} s", (at - now_ms + 999) / 1000), "ok", true),
            None => (format!("Reply to {name} is leaving"), "ok", false),
        },
        DraftState::Sending => (format!("Reply to {name} is being sent"), "ok", false),
        DraftState::Sent => (format!("Reply to {name} was sent"), "ok", false),
        DraftState::Rejected => (format!("Draft for {name} rejected: {reason}"), "ok", false),
        DraftState::Held => {
            (format!("Your approval for {name} is kept; a second person must agree"), "ok", true)
        }
        DraftState::Superseded | DraftState::Expired => {
            (format!("Reply to {name} was not sent: {reason}"), "warn", false)
        }
        DraftState::Failed => (format!("Reply to {name} could not be sent: {reason}"), "warn", false),
        DraftState::Ready => (format!("Taken back: the draft for {name} waits again"), "ok", false),
        DraftState::Queued | DraftState::Drafting => {
            (format!("The draft for {name} is being written"), "ok", false)
        }
    };
    Outcome {
        draft: page.draft.id.to_string(),
        text,
        leaves_at_ms: page.leaves_at_ms.filter(|at| may_undo && *at > now_ms),
        may_undo,
        class,
    }
}
