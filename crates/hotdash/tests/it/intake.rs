//! The door for webhooks: every recorded delivery goes in and comes out again unharmed; nothing hostile does harm.

use crate::support::alone::app_alone;
use crate::support::{Database, both_databases};
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use flate2::read::GzDecoder;
use hmac::{Hmac, KeyInit, Mac};
use hotdash::app::App;
use hotdash::chatwoot::event::understand;
use hotdash::clock::Clock;
use hotdash::store::jobs::Job;
use hotdash::{web, work};
use hotdash_core::ids::{DeskId, JobId};
use jiff::Timestamp;
use serde_json::Value;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tower::ServiceExt;

both_databases!(
    every_recorded_delivery_is_accepted_and_read_back,
    deliveries_of_older_desks_are_accepted_and_read_back,
    what_is_not_believed_is_refused_with_a_reason,
    hostile_bodies_harm_nobody,
    the_address_with_a_token_is_a_proof_for_unsigned_deliveries,
);

const SECRET: &str = "planted-secret";
const HOOK: &str = "/api/webhooks/chatwoot";

#[derive(Clone)]
struct Recorded {
    hook: String,
    headers: BTreeMap<String, String>,
    body: String,
}

fn fixtures(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/chatwoot").join(version)
}

fn read_lines(path: &Path) -> Vec<Recorded> {
    let file = std::fs::File::open(path).unwrap();
    let reader: Box<dyn Read> = if path.extension().is_some_and(|e| e == "gz") {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    BufReader::new(reader)
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            let headers = line["headers"].as_object().unwrap().iter();
            Recorded {
                hook: line["hook"].as_str().unwrap_or("account").to_owned(),
                headers: headers
                    .map(|(k, v)| (k.to_lowercase(), v.as_str().unwrap_or_default().to_owned()))
                    .collect(),
                body: line["body"].as_str().unwrap().to_owned(),
            }
        })
        .collect()
}

fn scenes(root: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root.join("webhooks")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

/// Everything that was ever recorded, and all the secrets it was signed with.
fn everything() -> (Vec<Recorded>, String) {
    let root = fixtures("4.15.1");
    let mut files = scenes(&root);
    files.extend([root.join("busy/deliveries.jsonl"), root.join("history/deliveries.jsonl.gz")]);
    let deliveries = files.iter().flat_map(|file| read_lines(file)).collect();
    let hooks: Value = serde_json::from_slice(&std::fs::read(root.join("secrets.json")).unwrap()).unwrap();
    let about: Value =
        serde_json::from_slice(&std::fs::read(root.join("history/about.json")).unwrap()).unwrap();
    let mut secrets: Vec<String> =
        hooks.as_object().unwrap().values().filter_map(|s| s.as_str().map(str::to_owned)).collect();
    let history = about.as_object().unwrap().iter().find(|(name, _)| name.contains("secret")).unwrap();
    secrets.push(history.1.as_str().unwrap().to_owned());
    (deliveries, secrets.join(","))
}

async fn post(
    app: &Arc<App>,
    path: &str,
    headers: &BTreeMap<String, String>,
    body: Vec<u8>,
) -> (StatusCode, Value) {
    let mut request = Request::post(path).header("content-type", "application/json");
    for (name, value) in headers.iter().filter(|(name, _)| name.starts_with("x-chatwoot")) {
        request = request.header(name, value);
    }
    let answer: Response<Body> =
        web::router(Arc::clone(app)).oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let status = answer.status();
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn signed(body: &[u8], at_s: i64) -> BTreeMap<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{at_s}.").as_bytes());
    mac.update(body);
    [
        ("x-chatwoot-timestamp".to_owned(), at_s.to_string()),
        ("x-chatwoot-signature".to_owned(), format!("sha256={}", hex::encode(mac.finalize().into_bytes()))),
    ]
    .into()
}

async fn every_recorded_delivery_is_accepted_and_read_back(database: &Database) {
    let (deliveries, secrets) = everything();
    assert!(deliveries.len() > 5_000, "{} deliveries", deliveries.len());
    all_are_accepted_and_read_back(database, &deliveries, &secrets).await;
}

/// 4.6.0 signs nothing, 4.12.0 the account's deliveries: the rest comes to the address with the token.
async fn deliveries_of_older_desks_are_accepted_and_read_back(database: &Database) {
    let of =
        |version| scenes(&fixtures(version)).iter().flat_map(|file| read_lines(file)).collect::<Vec<_>>();
    let deliveries = [of("4.6.0"), of("4.12.0")].concat();
    assert!(deliveries.len() > 350, "{} deliveries", deliveries.len());
    let secrets = std::fs::read(fixtures("4.12.0").join("secrets.json")).unwrap();
    let secrets: Value = serde_json::from_slice(&secrets).unwrap();
    all_are_accepted_and_read_back(database, &deliveries, secrets["account"].as_str().unwrap()).await;
}

/// By the proof that each of them has.
async fn all_are_accepted_and_read_back(database: &Database, deliveries: &[Recorded], secrets: &str) {
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    let app = app_alone(database, &[("CHATWOOT_WEBHOOK_SECRET", secrets)], clock.clone()).await;
    let unsigned = format!("{HOOK}/1/{}", app.desks[0].url_token);
    let mut accepted = Vec::new();
    for delivery in deliveries {
        let stamp = delivery.headers.get("x-chatwoot-timestamp").and_then(|t| t.parse::<i64>().ok());
        if let Some(at) = stamp {
            clock.advance(at * 1000 - clock.now_ms());
        }
        let path = if stamp.is_some() { HOOK } else { unsigned.as_str() };
        let (status, answer) = post(&app, path, &delivery.headers, delivery.body.clone().into_bytes()).await;
        assert_eq!(status, StatusCode::OK, "{} {answer}", delivery.hook);
        if answer["status"] == "accepted" {
            accepted.push(&delivery.body);
        }
    }
    // Only twins were taken for duplicates: the API inbox's hook brings the account's bytes again, and so do retries.
    let distinct: std::collections::BTreeSet<&String> = deliveries.iter().map(|d| &d.body).collect();
    assert_eq!(accepted.len(), distinct.len());
    let mut read = 0;
    for job in every_job(&app).await {
        let kept =
            app.store.delivery(&hotdash_core::ids::DeliveryId(job.payload.clone())).await.unwrap().unwrap();
        assert!(distinct.contains(&String::from_utf8(kept.body.clone()).unwrap()), "the bytes are the same");
        understand(&kept.body).unwrap();
        read += 1;
    }
    assert_eq!(read, distinct.len(), "each is stored and read once");
}

/// Work the queue off in the order of its lanes; gives every ingest job that there was.
async fn every_job(app: &App) -> Vec<Job> {
    // The recorded clocks went back between one recording and the next: everything is due at the end of time.
    let end = i64::MAX / 2;
    let mut all = Vec::new();
    loop {
        let claimed = app.store.claim_jobs("reader", end, i64::MAX, 1_000_000).await.unwrap();
        if claimed.is_empty() {
            return all;
        }
        let mut batch = hotdash::store::Batch::new();
        for job in &claimed {
            batch.push(hotdash::store::jobs::finish(&job.id, "reader"));
        }
        app.store.commit(batch).await.unwrap();
        all.extend(claimed);
    }
}

async fn what_is_not_believed_is_refused_with_a_reason(database: &Database) {
    let app = app_alone(database, &[("CHATWOOT_WEBHOOK_SECRET", SECRET)], Clock::real()).await;
    let now = app.clock.now_ms() / 1000;
    let body = br#"{"event":"message_created","account":{"id":1},"conversation":{"id":1}}"#;
    let other = br#"{"event":"message_created","account":{"id":7},"conversation":{"id":1}}"#;
    let mut altered = signed(body, now);
    altered.insert("x-chatwoot-signature".into(), format!("sha256={}", "0".repeat(64)));
    for (headers, body, reason) in [
        (BTreeMap::new(), &body[..], "missing_signature"),
        (altered, &body[..], "bad_signature"),
        (signed(body, now), &other[..], "bad_signature"),
        (signed(body, now - 3600), &body[..], "stale_timestamp"),
        (signed(body, now + 3600), &body[..], "stale_timestamp"),
        (signed(other, now), &other[..], "unknown_desk"),
    ] {
        let (status, answer) = post(&app, HOOK, &headers, body.to_vec()).await;
        assert_eq!((status, answer["reason"].as_str()), (StatusCode::UNAUTHORIZED, Some(reason)));
        assert!(!answer.to_string().contains(SECRET));
    }
    let counts = app.store.delivery_counts(DeskId(1)).await.unwrap();
    assert_eq!(counts, hotdash::store::deliveries::DeliveryCounts::default(), "nothing of it was stored");
    let (status, answer) = post(&app, HOOK, &signed(body, now), body.to_vec()).await;
    assert_eq!((status, answer["status"].as_str()), (StatusCode::OK, Some("accepted")));
    let (_, again) = post(&app, HOOK, &signed(body, now), body.to_vec()).await;
    assert_eq!(again["status"], "duplicate");
}

async fn hostile_bodies_harm_nobody(database: &Database) {
    let app = app_alone(database, &[("CHATWOOT_WEBHOOK_SECRET", SECRET)], Clock::real()).await;
    let now = app.clock.now_ms() / 1000;
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let refused: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"{".to_vec(),
        b"[]".to_vec(),
        b"null".to_vec(),
        b"\xff\xfe{}".to_vec(),
        br#"{"event":"message_created","x":"\ud800"#.to_vec(),
        nested.clone().into_bytes(),
    ];
    for body in refused {
        let (status, answer) = post(&app, HOOK, &signed(&body, now), body.clone()).await;
        let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        assert_eq!(
            (status, answer["reason"].as_str()),
            (StatusCode::BAD_REQUEST, Some("malformed_json")),
            "{start}"
        );
    }
    let huge = vec![b' '; 9 << 20];
    let (status, answer) = post(&app, HOOK, &signed(&huge, now), huge).await;
    assert_eq!((status, answer["reason"].as_str()), (StatusCode::PAYLOAD_TOO_LARGE, Some("too_large")));
    let deep = format!(r#"{{"event":"message_created","x":{nested}}}"#);
    let accepted = [
        deep.as_str(),
        r#"{}"#,
        r#"{"event":7}"#,
        r#"{"event":"something_new","id":1}"#,
        r#"{"event":"message_created","id":"no number","conversation":[]}"#,
        r#"{"event":"message_created","id":1,"conversation":{"id":1e300}}"#,
        r#"{"event":"conversation_updated","id":-5,"labels":{}}"#,
    ];
    for body in accepted {
        let (status, _) = post(&app, HOOK, &signed(body.as_bytes(), now), body.as_bytes().to_vec()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }
    // A good neighbour gets through, before and after.
    let good = read_lines(&fixtures("4.15.1").join("webhooks/02-chat-first-message.jsonl"));
    let good = good.iter().find(|d| d.body.contains("\"event\":\"message_created\"")).unwrap();
    let (status, _) =
        post(&app, HOOK, &signed(good.body.as_bytes(), now), good.body.clone().into_bytes()).await;
    assert_eq!(status, StatusCode::OK);
    let later = app.clock.now_ms() + 1;
    for job in app.store.claim_jobs("w", later, i64::MAX, 100).await.unwrap() {
        match work::ingest::run(&app, &job).await {
            Ok(work::Step::Done(mut batch, _)) => {
                batch.push(hotdash::store::jobs::finish(&JobId(job.id.0.clone()), "w"));
                app.store.commit(batch).await.unwrap();
            }
            Err(work::JobError::Hopeless { why }) => {
                let buried = work::ingest::give_up(&app, &job, &why);
                app.store.bury_job(&job.id, "w", &why, later, buried).await.unwrap();
            }
            _ => panic!("{} waits", job.id),
        }
    }
    let counts = app.store.delivery_counts(DeskId(1)).await.unwrap();
    assert_eq!(app.store.dead_count(DeskId(1)).await.unwrap(), 6, "each is a dead letter");
    assert_eq!(counts.rejected, 7, "malformed ones are kept for people to see");
    assert_eq!(counts.received, 0, "everything accepted was worked off");
    assert_eq!(counts.dead, 6, "no event name, or wrong types in a known event: dead letters");
    assert_eq!(counts.processed, 2, "the unknown event and the good neighbour");
}

async fn the_address_with_a_token_is_a_proof_for_unsigned_deliveries(database: &Database) {
    let app = app_alone(database, &[("CHATWOOT_WEBHOOK_SECRET", SECRET)], Clock::real()).await;
    let body = br#"{"event":"macro.executed","id":3}"#;
    let right = format!("{HOOK}/1/{}", app.desks[0].url_token);
    let (status, _) = post(&app, &right, &BTreeMap::new(), body.to_vec()).await;
    assert_eq!(status, StatusCode::OK);
    for wrong in [format!("{HOOK}/1/0000"), format!("{HOOK}/2/{}", app.desks[0].url_token)] {
        let (status, answer) = post(&app, &wrong, &BTreeMap::new(), body.to_vec()).await;
        assert_eq!((status, answer["reason"].as_str()), (StatusCode::UNAUTHORIZED, Some("unknown_desk")));
    }
    let mut wrong_signature = BTreeMap::new();
    wrong_signature.insert("x-chatwoot-timestamp".to_owned(), (app.clock.now_ms() / 1000).to_string());
    wrong_signature.insert("x-chatwoot-signature".to_owned(), format!("sha256={}", "0".repeat(64)));
    let (status, _) = post(&app, &right, &wrong_signature, body.to_vec()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "a wrong signature is worse than none");
}
