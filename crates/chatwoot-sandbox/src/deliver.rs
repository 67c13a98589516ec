//! Deliveries on their way: posted in the order they were queued, ten at a time, each for itself.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HOST, USER_AGENT};
use tokio::sync::{Semaphore, mpsc};

use crate::event::{Delivery, Hook};
use crate::model::MessageStatus;
use crate::sandbox::WeakSandbox;
use crate::sign::signature;

/// As many as a Sidekiq process has threads by default.
const WORKERS: usize = 10;
/// Chatwoot's `WEBHOOK_TIMEOUT`.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A quick receiver gets its deliveries in the order of the events; a slow one gets them as they fall.
const HEAD_START: Duration = Duration::from_millis(4);

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
                let _turn = workers.acquire_owned().await;
                post(&desk, &client, queued.delivery).await;
            });
            continue;
        }
        // Waiting for a turn here, not in the task, keeps the order in which deliveries start.
        let Ok(turn) = workers.acquire_owned().await else { return };
        let under_way = tokio::spawn(async move {
            let _turn = turn;
            post(&desk, &client, queued.delivery).await;
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

async fn post(desk: &WeakSandbox, client: &reqwest::Client, delivery: Delivery) {
    let mut pause = Duration::from_millis(20);
    let refused = loop {
        let refused = attempt(desk, client, &delivery).await.err();
        let again = desk.upgrade().is_some_and(|desk| desk.faults().webhooks.retry_until_accepted);
        if refused.is_none() || !again {
            break refused;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(500));
    };
    let Some(desk) = desk.upgrade() else { return };
    if let Some(error) = refused {
        tracing::info!(event = delivery.event, url = delivery.url, error, "a webhook was not accepted");
        // An API inbox that cannot be told of a message has not received it; other hooks lose the event.
        if let (Hook::ApiInbox, Some(message)) = (delivery.hook, delivery.message) {
            let _ = desk.act(|desk| desk.set_message_status(message, MessageStatus::Failed, Some(error)));
        }
    }
    desk.delivery_done();
}

/// One request. The timestamp is taken now, so each attempt is signed anew; the delivery id stays.
async fn attempt(desk: &WeakSandbox, client: &reqwest::Client, delivery: &Delivery) -> Result<(), String> {
    let Some(desk) = desk.upgrade() else { return Ok(()) };
    let timestamp = desk.now().as_second();
    drop(desk);
    let host = delivery.url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let answer = client
        .post(&delivery.url)
        .header(ACCEPT_ENCODING, "gzip;q=1.0,deflate;q=0.6,identity;q=0.3")
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "Ruby")
        .header(HOST, host)
        .header(CONTENT_TYPE, "application/json")
        .header("X-Chatwoot-Delivery", delivery.id.to_string())
        .header("X-Chatwoot-Timestamp", timestamp)
        .header("X-Chatwoot-Signature", signature(&delivery.secret, timestamp, &delivery.body))
        .body(delivery.body.clone())
        .send()
        .await
        .map_err(|error| error.to_string())?;
    let status = answer.status();
    // The body is ignored, but read, so that the connection can be used again.
    let _ = answer.bytes().await;
    if status.is_success() { Ok(()) } else { Err(status.to_string()) }
}
