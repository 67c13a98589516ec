//! Recorded history: what the REST interface of a real desk answered, read back into rows, so that the same questions
//! get the same answers again.
//!
//! What no answer tells is made up: access tokens are new (or those of the desk's users with the same ids), everybody
//! is a member of every inbox, and times end at the whole second where the answer's did. No webhook is sent for it.

mod files;
mod rows;
mod shapes;

use std::path::Path;

use anyhow::Context;

use crate::Sandbox;

/// Fills a new desk with the history in `dir`: `conversations.jsonl` and `messages.jsonl` (plain or `.gz`),
/// `csat.json`, `agents.json`, `inboxes.json`, `inbox_agent_bots.json`, `teams.json`, `team_members.json` and
/// `labels.json`, each as a desk answered it.
///
/// Refuses a desk that already has inboxes: ids would clash.
pub fn load(sandbox: &Sandbox, dir: &Path) -> anyhow::Result<()> {
    let recorded = files::read(dir)?;
    sandbox.act(|desk| {
        anyhow::ensure!(
            desk.inboxes.is_empty(),
            "this desk already has inboxes; load history into a new one"
        );
        rows::fill(desk, recorded)
            .with_context(|| format!("the history in {} does not fit together", dir.display()))
    })
}
