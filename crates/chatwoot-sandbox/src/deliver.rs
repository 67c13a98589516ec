//! Deliveries on their way: posted in the order they were queued, ten at a time, each for itself.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HOST, USER_AGENT};
use rand::RngExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::Sandbox;
use crate::counts::Counts;
use crate::dialect::since;
use crate::event::{Delivery, Hook, Stamp};
use crate::model::MessageStatus;
use crate::sandbox::WeakSandbox;
use crate::sign::signature;

/// As many as a Sidekiq process has threads by default.
const WORKERS: usize = 10;
/// Chatwoot's `WEBHOOK_TIMEOUT`.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A quick receiver gets its deliveries in the order of the events; a slow one gets them as they fall.
const HEAD_START: Duration = Duration::from_millis(4);

/// How often a bot is tried in all.
const BOT_ATTEMPTS: u32 = 3;
/// The pauses between these attempts that were seen.
const RECORDED_BOT_RETRY_MS: std::ops::Range<u64> = 3800..8900;

/// A delivery and how long it is held back.
#[derive(Debug)]
pub(crate) struct Queued {
    pub delivery: Delivery,
    pub hold_back: Duration,
}

/// Posts what comes out of the queue until the desk is gone.
pub(crate) async fn run(desk: WeakSandbox, mut queue: mpsc::UnboundedReceiver<Queued>) {
    let workers = Arc::new(Semaphore::new(WORKERS));
    // Made when it is first needed: reading the machine's certificates takes longer than starting a desk.
    let mut made: Option<reqwest::Client> = None;
    while let Some(queued) = queue.recv().await {
        let Some(client) = made.clone().or_else(client) else { return };
        made = Some(client.clone());
        let (desk, workers) = (desk.clone(), Arc::clone(&workers));
        if !queued.hold_back.is_zero() {
            tokio::spawn(async move {
                tokio::time::sleep(queued.hold_back).await;
                post(&desk, &client, &workers, queued.delivery).await;
            });
            continue;
        }
        // Waiting for a turn here, not in the task, keeps the order in which deliveries start.
        let Ok(turn) = Arc::clone(&workers).acquire_owned().await else { return };
        let under_way = tokio::spawn(async move {
            post_in_turn(&desk, &client, &workers, turn, queued.delivery).await;
        });
        let _ = tokio::time::timeout(HEAD_START, under_way).await;
    }
}

fn client() -> Option<reqwest::Client> {
    let built = reqwest::Client::builder()
        .timeout(TIMEOUT)
        .no_proxy()
        .http1_only()
        .http1_title_case_headers()
        .redirect(reqwest::redirect::Policy::limited(10))
        .build();
    match built {
        Ok(client) => Some(client),
        Err(error) => {
            tracing::error!(%error, "no HTTP client could be made, so no webhook will be sent");
            None
        }
    }
}

async fn post(desk: &WeakSandbox, client: &reqwest::Client, workers: &Arc<Semaphore>, delivery: Delivery) {
    let Ok(turn) = Arc::clone(workers).acquire_owned().await else { return };
    post_in_turn(desk, client, workers, turn, delivery).await;
}

/// Sends a delivery until it is accepted or given up. While it waits for another attempt others have its turn.
async fn post_in_turn(
    desk: &WeakSandbox,
    client: &reqwest::Client,
    workers: &Arc<Semaphore>,
    turn: OwnedSemaphorePermit,
    delivery: Delivery,
) {
    let mut turn = Some(turn);
    let mut attempts = 0;
    let failure = loop {
        let failure = attempt(desk, client, &delivery).await.err();
        attempts += 1;
        let pause =
            failure.as_ref().and_then(|failure| pause(&desk.upgrade()?, &delivery, failure, attempts));
        let Some(pause) = pause else { break failure };
        drop(turn.take());
        tokio::time::sleep(pause).await;
        turn = Arc::clone(workers).acquire_owned().await.ok();
    };
    drop(turn);
    let Some(desk) = desk.upgrade() else { return };
    if let Some(failure) = failure {
        tracing::info!(event = delivery.event, url = delivery.url, %failure, "a webhook was not accepted");
        give_up(&desk, &delivery, &failure);
    }
    desk.delivery_done();
}

/// How long to wait before the next attempt; `None` if there is none.
///
/// Only bots get another, after an answer that sounds like a passing trouble. It is planned soon, but waits for a
/// poller that comes by every few seconds.
fn pause(desk: &Sandbox, delivery: &Delivery, failure: &Failure, attempts: u32) -> Option<Duration> {
    let faults = desk.faults().webhooks;
    if faults.retry_until_accepted {
        return Some(Duration::from_millis(20 << attempts.min(5)).min(Duration::from_millis(500)));
    }
    let passing = matches!(failure, Failure::Status(429 | 500, _)) && desk.version() >= since::BOT_RETRIES;
    if delivery.hook != Hook::AgentBot || !passing || attempts >= BOT_ATTEMPTS {
        return None;
    }
    let recorded = || rand::rng().random_range(RECORDED_BOT_RETRY_MS);
    Some(Duration::from_millis(faults.bot_retry_ms.unwrap_or_else(recorded)))
}

/// What the desk does when nobody took a delivery. An account webhook's event is lost.
fn give_up(desk: &Sandbox, delivery: &Delivery, failure: &Failure) {
    let Some(message) = delivery.message else { return };
    let done = match delivery.hook {
        Hook::Account => Ok(()),
        // An API inbox that cannot be told of a message has not received it.
        Hook::ApiInbox => desk
            .act(|desk| desk.set_message_status(message, MessageStatus::Failed, Some(failure.to_string()))),
        Hook::AgentBot if desk.version() < since::FAILING_BOT_LOSES_CONVERSATION => Ok(()),
        Hook::AgentBot => desk.act(|desk| desk.take_from_failing_bot(message)),
    };
    if let Err(refusal) = done {
        // The message was deleted with its conversation meanwhile.
        tracing::debug!(%refusal, "nothing is left of what a failed webhook was about");
    }
}

/// Why a request was not accepted.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{1}")]
    Status(u16, String),
    #[error("{0}")]
    NoAnswer(String),
    #[error("Hostname '{0}' has no public ip addresses")]
    Private(String),
}

/// Whether a host has only addresses that are nobody's on the internet. Newer desks do not call those.
async fn is_private(url: &str) -> Option<String> {
    let url = reqwest::Url::parse(url).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    let addresses: Vec<_> = tokio::net::lookup_host((host.as_str(), 80)).await.ok()?.collect();
    let private = addresses.iter().all(|address| match address.ip() {
        IpAddr::V4(ip) => {
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_documentation()
        }
        IpAddr::V6(ip) => {
            ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
    });
    private.then_some(host)
}

/// One request. The timestamp is taken now, so each attempt is signed anew; the delivery id stays.
async fn attempt(weak: &WeakSandbox, client: &reqwest::Client, delivery: &Delivery) -> Result<(), Failure> {
    let Some(desk) = weak.upgrade() else { return Ok(()) };
    let timestamp = desk.now().as_second() + desk.faults().clock_ahead_s;
    let refuses = desk.faults().webhooks.refuse_private && desk.version() >= since::PRIVATE_TARGETS_REFUSED;
    drop(desk);
    if refuses && let Some(host) = is_private(&delivery.url).await {
        return Err(Failure::Private(host));
    }
    let host = delivery.url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let mut request = client
        .post(&delivery.url)
        .header(ACCEPT_ENCODING, "gzip;q=1.0,deflate;q=0.6,identity;q=0.3")
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "Ruby")
        .header(HOST, host)
        .header(CONTENT_TYPE, "application/json");
    if delivery.stamp != Stamp::None {
        request = request.header("X-Chatwoot-Delivery", delivery.id.to_string());
    }
    if delivery.stamp == Stamp::Signed {
        request = request
            .header("X-Chatwoot-Timestamp", timestamp)
            .header("X-Chatwoot-Signature", signature(&delivery.secret, timestamp, &delivery.body));
    }
    count(weak, |counts| counts.posted += 1);
    let sent = request.body(delivery.body.clone()).send().await;
    let answer = sent.map_err(|error| Failure::NoAnswer(error.to_string()))?;
    let status = answer.status();
    // The body is ignored, but read, so that the connection can be used again.
    let _ = answer.bytes().await;
    if !status.is_success() {
        return Err(Failure::Status(status.as_u16(), status.to_string()));
    }
    count(weak, |counts| counts.accepted += 1);
    Ok(())
}

/// While a delivery is on its way the desk may go, and with it who counts.
fn count(desk: &WeakSandbox, change: impl FnOnce(&mut Counts)) {
    if let Some(desk) = desk.upgrade() {
        desk.count(change);
    }
}
