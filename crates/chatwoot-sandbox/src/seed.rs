//! History for a desk that should not look empty: a motor-parts shop with four weeks of support behind it.
//!
//! Texts and proportions are data (`seed/texts.toml`); [`history`] makes up what happened from a fixed number, and
//! [`play`] writes it into the desk's tables by the desk's own rules. Two runs for the same moment are equal, save
//! for secrets, which are new each time. Rows are written directly, so no webhook is ever sent.

mod calendar;
mod dice;
mod history;
mod people;
mod play;
mod setup;
mod story;
mod texts;
mod words;

use jiff::Timestamp;

use crate::{Desk, Sandbox};

/// Fills a new desk with four weeks of history that end at `now`.
///
/// Refuses a desk that already has inboxes: its people and their figures would get mixed up with invented ones.
pub fn seed(sandbox: &Sandbox, now: Timestamp) -> anyhow::Result<()> {
    sandbox.act(|desk| fill(desk, now))
}

fn fill(desk: &mut Desk, now: Timestamp) -> anyhow::Result<()> {
    anyhow::ensure!(desk.inboxes.is_empty(), "this desk already has inboxes; seed a new one");
    let texts = texts::Texts::read()?;
    let crew: Vec<(i64, String)> = desk.users.values().map(|user| (user.id, user.name.clone())).collect();
    let names = crew.iter().map(|(_, name)| first_name(name)).collect();
    let history = history::imagine(&texts, &names, now)?;
    let places = setup::set_up(desk, &crew, calendar::start(now))?;
    play::play(desk, &crew, &places, history)
}

fn first_name(name: &str) -> String {
    name.split(' ').next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests;
