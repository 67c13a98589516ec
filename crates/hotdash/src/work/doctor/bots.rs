//! Agent bots that stand in front of inboxes.

use super::finding::{Check, Finding};
use super::patient::Patient;
use crate::chatwoot::api::ChannelSettings;

pub(super) async fn examine(patient: &Patient<'_>, channels: &[ChannelSettings]) -> Check {
    let mut answering = Vec::new();
    for inbox in channels {
        match patient.chatwoot.bot_of_inbox(inbox.id).await {
            Ok(Some(bot)) => answering.push(format!("{bot} in {}", inbox.name)),
            Ok(None) => {}
            Err(error) => {
                let mend = "run `hotdash doctor` again when the desk answers";
                return Finding::BotsUnreadable.warning(error.to_string(), mend);
            }
        }
    }
    if answering.is_empty() {
        return Check::well("bots", "no agent bot stands before the inboxes");
    }
    let found = format!(
        "an agent bot answers first: {}; its conversations are pending, and hotdash waits until they are opened",
        answering.join(", ")
    );
    let mend = "let the bot hand over by opening the conversation, or take it off (Settings → Inboxes → the inbox → \
                Bot configuration) if hotdash is to draft at once";
    Finding::BotsAnswerFirst.warning(found, mend)
}
