//! The database, the queue and the model.

use super::{Patient, named, serve};
use crate::support::Database;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use hotdash::clock::Clock;
use hotdash::store::Batch;
use hotdash::store::jobs::{NewJob, enqueue};
use hotdash::work::doctor::Verdict;
use hotdash_core::ids::{DeskId, JobId};
use serde_json::json;

#[tokio::test]
async fn a_database_that_cannot_be_used_is_named_with_its_place() {
    let patient = Patient::new().await;
    let nowhere = "sqlite:/proc/nowhere/hotdash.sqlite";
    let check = patient.finds(&[("DATABASE_URL", nowhere)], "database_closed").await;
    assert!(check.mend.contains("/proc/nowhere/hotdash.sqlite"), "{check:?}");
    if let Some(database) = Database::postgres().await {
        database.open().await;
        let read_only = format!("{}%20-cdefault_transaction_read_only%3Don", database.url);
        patient.finds(&[("DATABASE_URL", &read_only)], "database_read_only").await;
        let gone = "postgres://hotdash:never-shown@127.0.0.1:9/hotdash";
        let diagnosis = patient.examine(&[("DATABASE_URL", gone)], false).await;
        super::found(&diagnosis, "database_closed");
        assert!(!format!("{diagnosis:?}").contains("never-shown"), "{diagnosis:?}");
    }
}

#[tokio::test]
async fn dead_letters_and_a_standing_queue_are_noticed() {
    let patient = Patient::new().await;
    let store = patient.database.open().await;
    let now = Clock::real().now_ms();
    let job = |id: &str, lane: &str, run_at: i64| {
        enqueue(NewJob {
            id: JobId(id.into()),
            kind: "draft",
            desk: DeskId(1),
            lane: lane.into(),
            payload: "{}".into(),
            run_at,
            created_at: run_at,
        })
    };
    assert_eq!(named(&patient.examine(&[], false).await, "queue").verdict, Verdict::Well);
    store.commit(job("1", "a", now - 600_000).into()).await.unwrap();
    let check = patient.finds(&[], "queue_stuck").await;
    assert!(check.found.contains("10 min") && check.mend.contains("hotdash serve"), "{check:?}");
    let claimed = store.claim_jobs("me", now, now + 1_000, 9).await.unwrap();
    store.bury_job(&claimed[0].id, "me", "the desk is gone", 0, Batch::default()).await.unwrap();
    let check = patient.finds(&[], "queue_dead_letters").await;
    assert!(check.found.contains("1 × draft (the desk is gone)"), "{check:?}");
    assert_eq!(check.verdict, Verdict::Warning);
}

/// A model server with a list of one, which answers each request for words with this.
async fn server(list: StatusCode, status: StatusCode, body: serde_json::Value) -> String {
    let listed =
        move || async move { (list, Json(json!({"data": [{"id": "small"}], "error": {"message": "no"}}))) };
    let asked = move || async move { (status, Json(body)) };
    serve(Router::new().route("/models", get(listed)).route("/chat/completions", post(asked))).await
}

#[tokio::test]
async fn a_models_illnesses_are_told_apart() {
    let patient = Patient::new().await;
    let yes = json!({"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]});
    let no = json!({"error": {"message": "no such model"}});
    let ask = async |url: &str, name: &str, code: &str| {
        patient.finds(&[("OPENAI_BASE_URL", url), ("OPENAI_MODEL", name)], code).await
    };
    ask("http://127.0.0.1:9", "small", "model_unreachable").await;
    let key = server(StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED, no.clone()).await;
    assert!(ask(&key, "small", "model_bad_key").await.mend.contains("OPENAI_API_KEY"));
    let unknown = server(StatusCode::OK, StatusCode::NOT_FOUND, no.clone()).await;
    let check = ask(&unknown, "large", "model_unknown").await;
    assert!(check.mend.contains("one of: small"), "{check:?}");
    let broken = server(StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR, no.clone()).await;
    assert_eq!(ask(&broken, "large", "model_failing").await.verdict, Verdict::Warning);
    for (list, name) in [(StatusCode::OK, "small"), (StatusCode::NOT_FOUND, "large")] {
        let well = server(list, StatusCode::OK, yes.clone()).await;
        let settings = [("OPENAI_BASE_URL", well.as_str()), ("OPENAI_MODEL", name)];
        let diagnosis = patient.examine(&settings, false).await;
        assert_eq!(named(&diagnosis, "model").verdict, Verdict::Well, "{diagnosis:?}");
    }
}
