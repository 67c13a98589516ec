//! Changing the rules: versions, switches, the candidate in the shadow; and asking what they did.
//!
//! An edit is checked before it is kept, becomes active in one transaction, and decides at once here and within seconds
//! in other processes.

pub mod backtest;
pub mod explain;
pub mod fairness;
pub mod past;
mod switch;

use crate::app::rules::{Layers, Rules};
use crate::app::{App, Desk};
use crate::clock::Clock;
use crate::store::rulebooks::{
    KeptShadow, UNEDITED, Version, activate, begin_shadow, end_shadow, forget_shadow_decisions,
};
use crate::store::{Store, StoreError};
use hotdash_core::ids::DeskId;
use hotdash_core::rulebook::{Problem, Rulebook, Severity};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Within this time a process decides by what another one activated.
const FOLLOW: Duration = Duration::from_secs(1);

/// What JSON that was pasted is called in problems.
const PASTED: &str = "pasted.json";

/// Why rules were not changed.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The live rules stay as they are.
    #[error("the rules have problems: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Problems(Vec<Problem>),
    #[error("somebody else changed the rules meanwhile: version {active} is active now")]
    Moved { active: i64 },
    #[error("there is nothing to go back to: nobody has edited the rules here")]
    NothingToReturnTo,
    #[error("there is no version {0}")]
    NoSuchVersion(i64),
    #[error("there is no rule {0}")]
    NoSuchRule(String),
    #[error("this is what is active already")]
    Unchanged,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A new text for the edited layer.
#[derive(Debug, Clone)]
pub struct Edit {
    pub text: String,
    /// The version it was made from; another one may be active by now.
    pub based_on: i64,
    pub note: String,
    pub author: String,
}

/// Follow what other processes change, until told to stop.
pub async fn follow(app: Arc<App>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        for desk in &app.desks {
            if let Err(error) = desk.take_up_rules(&app.store, app.clock.now_ms()).await {
                // Whoever cannot read the store cannot decide either; that is logged where it happens.
                tracing::debug!(desk = %desk.settings.key, %error, "the rules could not be looked at");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(FOLLOW) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// A text as it is kept: what was pasted in the original guide's JSON becomes the grammar's own.
///
/// # Errors
/// What cannot be translated.
pub fn in_own_words(text: &str) -> Result<String, Vec<Problem>> {
    let text = text.replace("\r\n", "\n");
    // A rule file's first bracket is followed by a name; a list in JSON is not.
    if serde_json::from_str::<serde_json::Value>(&text).is_err() {
        return Ok(text);
    }
    let (translated, problems) = Rulebook::import(PASTED, &text);
    if problems.is_empty() { Ok(translated) } else { Err(problems) }
}

/// Check a text for the edited layer on top of what it will stand on: (the rules, what to look at again).
///
/// # Errors
/// What keeps it from being activated: what cannot be read, and rules that cannot do what they say.
pub fn check(desk: &Desk, text: &str) -> Result<(Rules, Vec<Problem>), Vec<Problem>> {
    let rules = desk.layers.with(text).checked(&desk.intents)?;
    let told = rules.rulebook.check();
    if told.iter().any(|problem| problem.severity == Severity::Error) { Err(told) } else { Ok((rules, told)) }
}

/// The text of the edited layer and its version; empty where nothing was edited.
pub async fn edited(store: &Store, desk: DeskId) -> Result<(String, i64), StoreError> {
    let active = store.active_rule_version(desk).await?;
    Ok(active.map_or((String::new(), UNEDITED), |version| (version.text, version.number)))
}

/// Make a text the edited layer, and decide by it from now on.
pub async fn edit(app: &App, desk: &Desk, edit: &Edit) -> Result<i64, RulesError> {
    check(desk, &edit.text).map_err(RulesError::Problems)?;
    let number = keep_edit(&app.store, &app.clock, desk.id, &desk.layers, edit, None).await?;
    desk.take_up_rules(&app.store, app.clock.now_ms()).await?;
    Ok(number)
}

/// Switch a rule on or off: an edit as any other.
pub async fn switch(
    app: &App,
    desk: &Desk,
    rule: &str,
    on: bool,
    based_on: i64,
    author: &str,
) -> Result<i64, RulesError> {
    let (text, active) = edited(&app.store, desk.id).await?;
    if active != based_on {
        return Err(RulesError::Moved { active });
    }
    let rules = desk.layers.with(&text).parse().map_err(RulesError::Problems)?;
    let known = rules.rulebook.rules().iter().find(|known| known.id.as_str() == rule);
    let known = known.ok_or_else(|| RulesError::NoSuchRule(rule.to_owned()))?;
    if known.enabled == on {
        return Err(RulesError::Unchanged);
    }
    let text = switch::switched(&text, rule, on);
    let note = format!("{} “{}”", if on { "Switched on" } else { "Switched off" }, known.name);
    edit(app, desk, &Edit { text, based_on, note, author: author.to_owned() }).await
}

/// One step back: what was active before the active version, as a new version.
///
/// Needs no running rules, so that it helps where the active ones do not fit.
pub async fn go_back(
    store: &Store,
    clock: &Clock,
    desk: DeskId,
    layers: &Layers,
    author: &str,
) -> Result<i64, RulesError> {
    let Some(active) = store.active_rule_version(desk).await? else {
        return Err(RulesError::NothingToReturnTo);
    };
    if active.origin == UNEDITED {
        return Err(RulesError::NothingToReturnTo);
    }
    go_back_to(store, clock, desk, layers, (active.origin - 1, active.number), author).await
}

/// Back to any earlier version; `(to, instead of)`.
pub async fn go_back_to(
    store: &Store,
    clock: &Clock,
    desk: DeskId,
    layers: &Layers,
    (to, instead_of): (i64, i64),
    author: &str,
) -> Result<i64, RulesError> {
    let (text, origin) = match to {
        UNEDITED => (String::new(), UNEDITED),
        number => {
            let version = store.rule_version(desk, number).await?;
            let version = version.ok_or(RulesError::NoSuchVersion(number))?;
            (version.text, version.origin)
        }
    };
    let note = match origin {
        UNEDITED => "Back to the rules before any edit".to_owned(),
        number => format!("Back to version {number}"),
    };
    let edit = Edit { text, based_on: instead_of, note, author: author.to_owned() };
    keep_edit(store, clock, desk, layers, &edit, Some(origin)).await
}

async fn keep_edit(
    store: &Store,
    clock: &Clock,
    desk: DeskId,
    layers: &Layers,
    edit: &Edit,
    origin: Option<i64>,
) -> Result<i64, RulesError> {
    let rules = layers.with(&edit.text).parse().map_err(RulesError::Problems)?;
    let (before, active) = edited(store, desk).await?;
    if active != edit.based_on {
        return Err(RulesError::Moved { active });
    }
    if before == edit.text {
        return Err(RulesError::Unchanged);
    }
    let number = active + 1;
    let version = Version {
        number,
        origin: origin.unwrap_or(number),
        hash: rules.rulebook.hash().to_owned(),
        text: edit.text.clone(),
        author: edit.author.clone(),
        note: edit.note.clone(),
        active: true,
        created_at: clock.now_ms(),
    };
    match store.commit(activate(desk, &version, edit.based_on)).await {
        Ok(_) => Ok(number),
        Err(StoreError::Conflict { .. }) => {
            Err(RulesError::Moved { active: store.rule_stamp(desk).await?.version })
        }
        Err(error) => Err(error.into()),
    }
}

/// Let a candidate for the edited layer decide beside the active rules; its counts begin anew. The hash it is known by.
pub async fn shadow(
    store: &Store,
    clock: &Clock,
    desk: DeskId,
    layers: &Layers,
    text: &str,
    author: &str,
) -> Result<String, RulesError> {
    let rules = layers.with(text).parse().map_err(RulesError::Problems)?;
    let hash = rules.rulebook.hash().to_owned();
    let kept = KeptShadow {
        hash: hash.clone(),
        text: text.to_owned(),
        author: author.to_owned(),
        started_at: clock.now_ms(),
    };
    let mut batch = crate::store::Batch::from(forget_shadow_decisions(desk, &hash));
    batch.push(begin_shadow(desk, &kept));
    store.commit(batch).await?;
    Ok(hash)
}

/// Let no candidate decide any more.
pub async fn end_of_shadow(store: &Store, desk: DeskId) -> Result<(), StoreError> {
    store.commit(end_shadow(desk).into()).await.map(drop)
}
