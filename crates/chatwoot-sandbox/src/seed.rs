//! Invented history for a desk that should not look empty: a motor-parts shop with four weeks of support behind it.
//!
//! Texts and proportions are data (`seed/texts.toml`); [`history`] makes up what happened from a fixed number, and
//! [`play`] does it all again with the desk's own verbs. Two runs for the same moment are equal, save for secrets,
//! which are new each time. No webhook is sent for the past.

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
    sandbox.act(|desk| {
        // The past is played with a clock of its own, and nobody is told of it.
        let clock = std::mem::take(&mut desk.clock);
        let held = std::mem::replace(&mut desk.building_held, true);
        let filled = fill(desk, now);
        desk.events.clear();
        desk.building_held = held;
        desk.clock = clock;
        filled
    })
}

fn fill(desk: &mut Desk, now: Timestamp) -> anyhow::Result<()> {
    anyhow::ensure!(desk.inboxes.is_empty(), "this desk already has inboxes; seed a new one");
    let texts = texts::Texts::read()?;
    let crew: Vec<(i64, String)> = desk.users.values().map(|user| (user.id, user.name.clone())).collect();
    let names = crew.iter().map(|(_, name)| first_name(name)).collect();
    let history = history::imagine(&texts, &names, now)?;
    desk.clock.set(calendar::start(now));
    let places = setup::set_up(desk, &crew)?;
    play::play(desk, &crew, &places, history)
}

fn first_name(name: &str) -> String {
    name.split(' ').next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests;
