//! Walking the chain from the desk to us, and saying what is wrong and how to mend it.
//!
//! Every finding has a code of its own ([`Finding`]), described in the guide for administrators. What a call to the desk
//! ended with is told in the call's own words; what to do about it is told here, with the setting or the command.

mod address;
mod agents;
mod bots;
mod chat;
mod delivery;
mod desk;
mod finding;
mod house;
mod mail;
mod patient;
mod secret;
mod token;
mod webhook;
mod widget;

pub use address::listening_at;
pub use delivery::examine_delivery;
pub use finding::{Check, Finding, Verdict};

use crate::app::new_url_token;
use crate::chatwoot::api::{Chatwoot, DeskAddress, Version};
use crate::clock::Clock;
use crate::config::{Config, DeskConfig};
use crate::store::desks::KeptDesk;
use crate::store::{Store, StoreError};
use address::Whereabouts;
use patient::Patient;
use secrecy::SecretString;
use serde::Serialize;
use std::time::Duration;

/// Where the desk is to send its deliveries, below the public address.
pub const HOOK_PATH: &str = "/api/webhooks/chatwoot";

/// A person waits for what we find.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything that was found.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// Nothing is wrong; there may be warnings.
    pub well: bool,
    /// What all desks share.
    pub checks: Vec<Check>,
    pub desks: Vec<DeskDiagnosis>,
}

/// What was found of one desk.
#[derive(Debug, Clone, Serialize)]
pub struct DeskDiagnosis {
    pub key: String,
    pub url: String,
    pub account: i64,
    pub well: bool,
    pub checks: Vec<Check>,
    /// After `--fix`: the secret of our webhook that is not known here yet, and the setting to put it into.
    #[serde(skip)]
    pub new_secret: Option<(String, SecretString)>,
}

impl Diagnosis {
    /// What was found of a captured delivery.
    #[must_use]
    pub fn of_delivery(checks: Vec<Check>) -> Self {
        Self { well: are_well(&checks), checks, desks: Vec::new() }
    }
}

fn are_well(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.verdict != Verdict::Wrong)
}

/// Examine everything; with `fix`, mend what an API call can mend.
pub async fn examine(config: &Config, clock: &Clock, fix: bool) -> Diagnosis {
    let (store, mut checks) = house::open(config).await;
    let mut desks = Vec::new();
    for settings in &config.desks {
        let kept = match &store {
            Some(store) => keep(store, settings, clock).await.map(Some),
            None => Ok(None),
        };
        let kept = kept.unwrap_or_else(|error| {
            checks.push(house::broken(config, &error));
            None
        });
        let mut found = match client(settings) {
            Ok(chatwoot) => {
                let (secret_path, deliveries) = kept.unzip();
                examine_desk(Patient { config, settings, clock, chatwoot, secret_path, deliveries, fix })
                    .await
            }
            Err(check) => (vec![check], None),
        };
        found.0.push(chat::examine(config, settings).await);
        let well = are_well(&found.0);
        let new_secret = found
            .1
            .take()
            .map(|secret| (patient::variable(config, settings, "CHATWOOT_WEBHOOK_SECRET"), secret));
        let DeskConfig { key, base_url, account, .. } = settings.clone();
        desks.push(DeskDiagnosis { key, url: base_url, account, well, checks: found.0, new_secret });
    }
    if checks.is_empty() {
        checks.push(Check::well("database", "it opens, can be written, and is up to date"));
    }
    if let Some(store) = &store {
        checks.extend(house::queue(config, store, clock).await);
    }
    checks.push(house::model(config).await);
    checks.push(mail::examine(config).await);
    checks.push(address::examine(config).await);
    Diagnosis { well: are_well(&checks) && desks.iter().all(|desk| desk.well), checks, desks }
}

/// The desk's row is written, so the database can be; it holds the secret address.
async fn keep(store: &Store, settings: &DeskConfig, clock: &Clock) -> Result<(String, i64), StoreError> {
    let row = KeptDesk {
        key: settings.key.clone(),
        base_url: settings.base_url.clone(),
        account: settings.account,
        url_token: new_url_token(),
    };
    let known = store.keep_desk(&row, clock.now_ms()).await?;
    let counts = store.delivery_counts(known.id).await?;
    Ok((format!("{HOOK_PATH}/{}/{}", known.id, known.url_token), counts.received + counts.processed))
}

fn client(settings: &DeskConfig) -> Result<Chatwoot, Check> {
    let address = DeskAddress {
        deadline: PATIENCE,
        calls_per_minute: settings.calls_per_minute,
        ..DeskAddress::new(settings.base_url.clone(), settings.account, settings.token.clone())
    };
    Chatwoot::new(address).map_err(|error| {
        let mend = "correct CHATWOOT_BASE_URL or CHATWOOT_TOKEN as the text says";
        Finding::DeskAddressUnusable.wrong(error.to_string(), mend)
    })
}

async fn examine_desk(patient: Patient<'_>) -> (Vec<Check>, Option<SecretString>) {
    let (sighting, mut checks) = match desk::reach(&patient).await {
        Ok(reached) => reached,
        Err(check) => {
            return (
                vec![check].into_iter().chain(later(&["token"], "reach the desk first")).collect(),
                None,
            );
        }
    };
    let access = match token::examine(&patient).await {
        Ok((access, check)) => {
            checks.push(check);
            access
        }
        Err(check) => {
            checks.push(check);
            checks.extend(later(&[], "the token must work first"));
            return (checks, None);
        }
    };
    let mut new_secret = None;
    if access.is_administrator {
        let (found, secret) = webhook::examine(&patient, &sighting.version, &access.channels).await;
        checks.extend(found);
        new_secret = secret;
    } else {
        checks.extend(later(&[], "only an administrator's token may read webhooks"));
    }
    checks.extend(reachable_by_desk(&patient, &sighting.version).await);
    let named = patient.settings.widget.website_token.as_deref();
    let inbox = access.channels.iter().find(|inbox| inbox.website_token.as_deref() == named);
    let page = inbox.filter(|_| named.is_some()).and_then(|inbox| inbox.website_url.as_deref());
    checks.extend(widget::examine(&patient, page).await);
    checks.push(bots::examine(&patient, &access.channels).await);
    checks.push(agents::examine(&patient).await);
    (checks, new_secret)
}

fn later(also: &[&'static str], why: &str) -> Vec<Check> {
    also.iter().chain(&["webhook", "secret"]).map(|name| Check::not_tried(name, why)).collect()
}

/// From 4.14.0 on Chatwoot calls no private addresses, and tells nobody.
async fn reachable_by_desk(patient: &Patient<'_>, version: &Version) -> Option<Check> {
    let here = Whereabouts::of(&patient.config.public_url).await;
    let desk = Whereabouts::of(&patient.settings.base_url).await;
    if patient.deliveries.is_some_and(|count| count > 0) || !here.is_private() {
        return None;
    }
    let place = here.shown();
    if here.is_loopback() && !desk.is_loopback() {
        return Some(Finding::WebhookLoopbackAddress.wrong(
            format!("{place} is this machine's own address; to the desk, which is elsewhere, it means the desk itself"),
            "set HOTDASH_PUBLIC_URL to an address under which the desk reaches this machine, then `hotdash doctor --fix`",
        ));
    }
    let refused = format!("{place} is a private address, which Chatwoot {} refuses to call", version.version);
    if version.is_at_least((4, 14, 1)) {
        let mend = "nothing has arrived yet. Set this for Chatwoot's web and worker processes and restart both, if it is \
                    not set there, or give hotdash a public address:\n  SAFE_FETCH_ALLOW_PRIVATE_NETWORK=true";
        return Some(
            Finding::WebhookPrivateAddress.warning(format!("{refused} unless it is allowed to"), mend),
        );
    }
    version.is_at_least((4, 14, 0)).then(|| {
        let mend =
            "upgrade Chatwoot to 4.14.1 or newer, where it can be allowed, or give hotdash a public address";
        Finding::WebhookPrivateAddress.wrong(format!("{refused}; this version has no switch for it"), mend)
    })
}
