//! What all desks share: the database, the queue, the model.

use super::finding::{Check, Finding};
use crate::clock::Clock;
use crate::config::{Config, ModelConfig};
use crate::model::{Model, ModelAddress, ModelError, Role};
use crate::store::{Store, StoreError};

/// A job that is due so long and still waits has nobody who takes it.
const STUCK_AFTER_S: i64 = 300;

/// Opening is not enough: each desk's row is written once more by the examination of the desk.
pub(super) async fn open(config: &Config) -> (Option<Store>, Vec<Check>) {
    match Store::open(&config.database_url).await {
        Ok(store) => (Some(store), Vec::new()),
        Err(error) => (None, vec![broken(config, &error)]),
    }
}

pub(super) fn broken(config: &Config, error: &StoreError) -> Check {
    let place = place(config);
    if error.is_full() {
        let mend = format!("free space where the database is ({place}); deliveries are refused until then");
        return Finding::DatabaseFull.wrong(error.to_string(), mend);
    }
    if error.is_read_only() {
        let mend = format!("let the user that runs hotdash write {place} and the folder it is in");
        return Finding::DatabaseReadOnly.wrong(error.to_string(), mend);
    }
    let mend = match config.database_url.starts_with("sqlite:") {
        true => format!(
            "check DATABASE_URL and HOTDASH_DATA_DIR: the folder of {place} must exist or be creatable, and belong to \
             the user that runs hotdash"
        ),
        false => "start the database server, and check host, user, password and name in DATABASE_URL".into(),
    };
    Finding::DatabaseClosed.wrong(error.to_string(), mend)
}

/// Where it is, without a password.
fn place(config: &Config) -> String {
    config.database_url.strip_prefix("sqlite:").unwrap_or("the database server").to_owned()
}

/// Whether work is done.
pub(super) async fn queue(config: &Config, store: &Store, clock: &Clock) -> Vec<Check> {
    match look_at_queue(store, clock).await {
        Ok(checks) => checks,
        Err(error) => vec![broken(config, &error)],
    }
}

async fn look_at_queue(store: &Store, clock: &Clock) -> Result<Vec<Check>, StoreError> {
    let now = clock.now_ms();
    let (counts, dead) = (store.queue_counts(now).await?, store.dead_by_kind().await?);
    let mut checks = Vec::new();
    if counts.dead > 0 {
        let kinds: Vec<String> =
            dead.iter().map(|(kind, count, error)| format!("{count} × {kind} ({error})")).collect();
        let found = format!("{} dead letters: {}", counts.dead, kinds.join("; "));
        let mend = "mend what their errors name, then `hotdash replay --all`; a person should look into their \
                    conversations meanwhile";
        checks.push(Finding::QueueDeadLetters.warning(found, mend));
    }
    let waits_s = store.due_since(now).await?.map_or(0, |at| (now - at) / 1000);
    if waits_s >= STUCK_AFTER_S {
        let found =
            format!("nobody takes what is due ({}, the first since {})", jobs(counts.due), span(waits_s));
        let mend = "start `hotdash serve`; if it runs, look into its log and restart it";
        checks.push(Finding::QueueStuck.warning(found, mend));
    }
    if checks.is_empty() {
        checks.push(Check::well("queue", format!("{} waiting, none dead or late", jobs(counts.living))));
    }
    Ok(checks)
}

fn jobs(count: i64) -> String {
    if count == 1 { "1 job".into() } else { format!("{count} jobs") }
}

/// `90` → `1 min 30 s`.
pub(super) fn span(seconds: i64) -> String {
    match seconds.abs() {
        s if s < 60 => format!("{s} s"),
        s if s < 3_600 && s % 60 != 0 && s < 600 => format!("{} min {} s", s / 60, s % 60),
        s if s < 3_600 => format!("{} min", s / 60),
        s if s < 172_800 => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
        s => format!("{} days", s / 86_400),
    }
}

/// Whether the model answers. Asks for its list first, which costs nothing.
pub(super) async fn model(config: &Config) -> Check {
    let Some(settings) = &config.model else {
        return Check::well("model", "none is set: drafts come from the knowledge alone");
    };
    let address = ModelAddress {
        base_url: settings.base_url.clone(),
        key: settings.key.clone(),
        model: settings.name.clone(),
        timeout: settings.timeout,
    };
    let model = match Model::new(address) {
        Ok(model) => model,
        Err(error) => return sick(settings, &error, &[]),
    };
    let listed = match model.list().await {
        Ok(listed) => listed,
        // Not every server has a list; what counts is whether it answers.
        Err(ModelError::Refused { .. } | ModelError::Unreadable { .. }) => Vec::new(),
        Err(error) => return sick(settings, &error, &[]),
    };
    if listed.contains(&settings.name) {
        return Check::well("model", format!("{} has {}", settings.base_url, settings.name));
    }
    // Servers leave names out of their lists, or lengthen them.
    match model.complete(&[(Role::User, "Answer with the word yes.")]).await {
        Ok(_) | Err(ModelError::Empty { .. }) => {
            Check::well("model", format!("{} answers as {}", settings.base_url, settings.name))
        }
        Err(error) => sick(settings, &error, &listed),
    }
}

fn sick(settings: &ModelConfig, error: &ModelError, listed: &[String]) -> Check {
    let found = error.to_string();
    match error {
        ModelError::BadKey { .. } => {
            let mend = "set OPENAI_API_KEY to a valid key of this server; drafts come from the knowledge alone until then";
            Finding::ModelBadKey.wrong(found, mend)
        }
        ModelError::NotAnAddress { .. } | ModelError::Unreachable { .. } | ModelError::TimedOut { .. } => {
            let mend =
                format!("start the server at {}, or set OPENAI_BASE_URL to where it is", settings.base_url);
            Finding::ModelUnreachable.wrong(found, mend)
        }
        ModelError::Refused { .. } => {
            let found = format!("{} with `{}`: {found}", settings.base_url, settings.name);
            let mend = match listed {
                [] => "set OPENAI_BASE_URL to what stands in front of /chat/completions, and OPENAI_MODEL to a model of \
                       that server"
                    .to_owned(),
                names => format!("set OPENAI_MODEL to one of: {}", names[..names.len().min(8)].join(", ")),
            };
            Finding::ModelUnknown.wrong(found, mend)
        }
        _ => Finding::ModelFailing
            .warning(found, "look at the model server; drafts come from the knowledge alone while it fails"),
    }
}

#[cfg(test)]
mod tests;
