//! Misbehaviour on demand: what a real desk and its network do on bad days, switched on by a test.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::DATE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::Sandbox;
use crate::api::answer;
use crate::connection::Line;
use crate::refusal::Refusal;

/// What is wrong with the desk. The default is a healthy one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Every interface of the desk, until it is switched off again.
    pub outage: Outage,
    /// Every REST answer comes this much later.
    pub latency_ms: u64,
    /// So many REST calls are answered 429.
    pub rate_limited: u32,
    /// The limits of a real desk also hold for callers on the same machine (127.0.0.1), which are exempt otherwise:
    /// so many calls a minute, then 429 without a word about when to come back.
    pub rate_limits: bool,
    /// A list of conversations takes so much longer for each one in it. A small real desk takes about 25.
    pub list_ms_per_conversation: u64,
    /// So many writing REST calls are carried out, and the connection is cut before their answer.
    pub answers_lost: u32,
    /// Only calls whose path contains this lose their answer; empty means all writing calls.
    pub answers_lost_path: String,
    /// The desk's clock is so many seconds ahead (behind, if negative): in the `Date` of its answers and in what it signs.
    pub clock_ahead_s: i64,
    /// What a proxy in front of the desk takes out of requests, e.g. `api_access_token`.
    pub dropped_headers: Vec<String>,
    /// Every call within the account is refused with this text, e.g. `Account is suspended`.
    pub refused_in_account: String,
    /// With this status; 0 is 401.
    pub refused_status: u16,
    /// Only calls whose path ends with this; empty means all of them.
    pub refused_path: String,
    /// Calls whose path ends with this break with 500; empty means none.
    pub failing_path: String,
    /// So many of these calls still work.
    pub failing_after: u32,
    /// The profile of the token's owner names no account.
    pub belongs_nowhere: bool,
    pub webhooks: WebhookFaults,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    #[default]
    None,
    /// 503 for everything.
    Unavailable,
    /// The connection is closed without an answer, and nothing is carried out.
    Closed,
    /// 404 for everything, in the words of a proxy that has nobody to pass it on to.
    Nowhere,
}

/// What is wrong with deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookFaults {
    /// So many deliveries are never sent.
    pub drop_next: u32,
    /// So many of a hundred deliveries, picked by chance, are never sent.
    pub drop_percent: u32,
    /// No delivery is sent at all.
    pub drop_all: bool,
    /// Every delivery is sent twice, under the same delivery id.
    pub double: bool,
    /// Every delivery leaves this much later.
    pub delay_ms: u64,
    /// The deliveries of one action leave in the opposite order.
    pub reorder: bool,
    /// Bodies are built this much after the event, and show the desk as it is by then.
    pub build_delay_ms: u64,
    /// A delivery that is not accepted is sent again until it is. The real desk does not do this for account
    /// webhooks; tests that restart their receiver may.
    pub retry_until_accepted: bool,
    /// A bot that answered 429 or 500 is tried again after so long. Without it: after 3.8 to 9 seconds, as recorded.
    pub bot_retry_ms: Option<u64>,
    /// Hooks with only private addresses are not called (by versions from 4.14.0 on; older ones never minded).
    pub refuse_private: bool,
}

/// Stands before the desk's interfaces and spoils what it is told to.
pub(crate) async fn spoil(State(sandbox): State<Sandbox>, mut request: Request, next: Next) -> Response {
    let line = request.extensions().get::<ConnectInfo<Line>>().map(|info| info.0.clone());
    let faults = sandbox.faults();
    if faults.outage != Outage::None {
        sandbox.count(|counts| counts.turned_away += 1);
    }
    match faults.outage {
        Outage::None => {}
        Outage::Unavailable => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Outage::Closed => return cut(line),
        Outage::Nowhere => return (StatusCode::NOT_FOUND, "404 page not found\n").into_response(),
    }
    for name in &faults.dropped_headers {
        request.headers_mut().remove(name.as_str());
    }
    let path = request.uri().path();
    let from = line.as_ref().map(|line| line.from);
    let exempt = from.is_none_or(|from| from == Ipv4Addr::LOCALHOST || from == Ipv6Addr::LOCALHOST);
    if (faults.rate_limits || !exempt) && !sandbox.is_within_limits(from, path, request.headers()) {
        sandbox.count(|counts| counts.rate_limited += 1);
        return answer::rate_limited();
    }
    let fails = !faults.failing_path.is_empty() && path.ends_with(&faults.failing_path);
    if fails && !sandbox.take_fault(|faults| &mut faults.failing_after) {
        return Refusal::Broken.into_response();
    }
    if !is_rest(path) {
        return next.run(request).await;
    }
    if faults.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(faults.latency_ms)).await;
    }
    if sandbox.take_fault(|faults| &mut faults.rate_limited) {
        sandbox.count(|counts| counts.rate_limited += 1);
        return answer::rate_limited();
    }
    sandbox.count(|counts| counts.calls += 1);
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let loses = writes
        && path.contains(&faults.answers_lost_path)
        && sandbox.take_fault(|faults| &mut faults.answers_lost);
    let refuses = path.starts_with("/api/v1/accounts/") && path.ends_with(&faults.refused_path);
    if !faults.refused_in_account.is_empty() && refuses {
        let body = json!({"error": faults.refused_in_account});
        let status = StatusCode::from_u16(faults.refused_status).unwrap_or(StatusCode::UNAUTHORIZED);
        return answer::with_status(status, &body);
    }
    let mut response = next.run(request).await;
    if faults.clock_ahead_s != 0 {
        let shown = sandbox.now() + SignedDuration::from_secs(faults.clock_ahead_s);
        if let Ok(date) = HeaderValue::from_str(&shown.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
            response.headers_mut().insert(DATE, date);
        }
    }
    if loses {
        sandbox.count(|counts| counts.answers_lost += 1);
        return cut(line);
    }
    response
}

/// The calls of integrations; a visitor's widget does not use them up.
fn is_rest(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/") && !path.starts_with("/api/v1/widget/")
}

/// Cuts the connection under the answer. Where there is no connection (a router called in process) the answer is
/// a 503, which is as near as one can come.
fn cut(line: Option<Line>) -> Response {
    if let Some(line) = line {
        line.cut();
    }
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// A switch that many can hold and one can throw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switch(Arc<AtomicBool>);

impl Switch {
    pub(crate) fn throw(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_thrown(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
