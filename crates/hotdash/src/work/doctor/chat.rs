//! Whether notices can reach the team's chat: its server is asked for its root, nothing is posted.

use super::finding::{Check, Finding};
use super::patient::variable;
use crate::chat_hook::{ChatError, ChatHook};
use crate::config::{Config, DeskConfig};

pub(super) async fn examine(config: &Config, settings: &DeskConfig) -> Check {
    let variable = variable(config, settings, "HOTDASH_NOTIFY_WEBHOOK");
    let Some(address) = &settings.notify_webhook else {
        return Check::well("chat", format!("none is set ({variable}): rules tell nobody in a chat"));
    };
    let asked = match ChatHook::new(address) {
        Ok(hook) => hook.knock().await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(()) => {
            Check::well("chat", "the chat's server answers; whether it takes a notice shows with the first")
        }
        Err(error @ (ChatError::NotAnAddress | ChatError::Client { .. })) => {
            let mend = format!(
                "set {variable} to the address that the chat showed for its incoming webhook; hotdash does not start with \
                 this one"
            );
            Finding::ChatNotAnAddress.wrong(format!("{variable}: {error}"), mend)
        }
        Err(error) => {
            let mend = format!(
                "check the host in {variable}, and whether this machine may speak to it; notices wait meanwhile"
            );
            Finding::ChatUnreachable.wrong(error.to_string(), mend)
        }
    }
}
