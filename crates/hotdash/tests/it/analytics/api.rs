//! The addresses: what they answer, in which forms, to whom, and what they refuse.

use crate::support::house::{House, Person};
use crate::support::{Database, both_databases};
use hotdash::clock::Clock;
use hotdash::store::Statement;
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash::work::backfill;
use hotdash::work::measures::take_up;
use hotdash_core::conversation::{Channel, Status};
use hotdash_core::facts::{ConversationFacts, Fact, FactKind};
use hotdash_core::figures::columns::Columns;
use hotdash_core::figures::definition::Definition;
use hotdash_core::figures::measured::Measured;
use hotdash_core::ids::{ConversationId, InboxId};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Read;

both_databases!(
    every_number_of_the_metrics_leads_to_its_conversations,
    an_answer_that_cannot_be_made_anew_says_that_it_is_stale,
);

const ANN: (&str, &str) = ("Ann Customer", "ann@example.test");
const BEA: (&str, &str) = ("Bea Customer", "bea@example.test");

async fn json(person: &Person, path: &str) -> Value {
    let (status, text) = person.get(path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

async fn every_number_of_the_metrics_leads_to_its_conversations(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let first = house.desk.customer_says(house.website, ANN, "Do you ship to Norway?").unwrap();
    let second = house.desk.customer_says(house.website, BEA, "Where is my order? It is broken!").unwrap();
    let draft = house.draft(first, DraftState::Ready).await;
    assert!(ada.approve(&draft, None).await.is_redirection());
    house.draft(first, DraftState::Sent).await;
    let draft = house.draft(second, DraftState::Ready).await;
    assert!(ada.reject(&draft.id, draft.version, "We do not know that").await.is_redirection());
    house.settle().await;
    take_up(&house.app, &house.app.desks[0]).await.unwrap();
    let metrics = json(&ada, "/api/support/metrics?period=24h").await;
    assert_eq!((&metrics["success"], &metrics["stale"]), (&Value::Bool(true), &Value::Bool(false)));
    // Nothing of it is no zero.
    let nothing = &metrics["data"]["csat"]["positive"];
    assert_eq!((&nothing["value"], nothing["reason"].as_str()), (&Value::Null, Some("nothing_happened")));
    leads_to_its_conversations(&ada, second).await;
    house.close().await;
}

async fn leads_to_its_conversations(ada: &Person, second: i64) {
    let behind = json(ada, "/api/analytics/figures/drafts.rejected/conversations?period=24h").await;
    assert_eq!(behind["conversations"][0]["conversation"], second);
    assert!(
        behind["conversations"][0]["url"].as_str().unwrap().ends_with(&format!("/conversations/{second}"))
    );
    assert_eq!(behind["total"], 1);
    let groups = json(ada, "/api/analytics/figures/overview.conversations?period=24h&by=inbox").await;
    assert_eq!(groups["groups"][0]["value"], 2.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_rows_come_as_json_csv_and_lines_and_only_once() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let vic = house.sign_in("Vic", Role::Viewer).await;
    house.desk.customer_says(house.website, ANN, "Do you ship to Norway?").unwrap();
    house.settle().await;
    take_up(&house.app, &house.app.desks[0]).await.unwrap();
    let path = "/api/analytics/figures?period=24h";
    let as_json = json(&vic, path).await;
    let figures = as_json["figures"].as_array().unwrap();
    assert_eq!(figures.len(), Definition::all().count());
    let (_, lines) = vic.get(&format!("{path}&format=jsonl")).await;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&lines, figures);
    let answer = vic.ask(path, ("accept", "text/csv")).await;
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
    let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
    let text = answer.text().await.unwrap();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(table.headers().unwrap().get(0), Some("id"));
    for (row, figure) in table.records().zip(figures) {
        let row = row.unwrap();
        assert_eq!(row.get(0), figure["id"].as_str());
        assert_eq!(row.get(4).unwrap().parse::<f64>().ok(), figure["value"].as_f64());
    }
    let again = vic.ask(&format!("{path}&format=csv"), ("if-none-match", &tag)).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(again.text().await.unwrap(), "");

    let metrics = vic.ask("/api/support/metrics", ("accept", "application/json")).await;
    assert!(metrics.headers()["cache-control"].to_str().unwrap().contains("max-age=300"));
    let tag = metrics.headers()["etag"].to_str().unwrap().to_owned();
    let again = vic.ask("/api/support/metrics", ("if-none-match", &tag)).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_named_and_single_agents_are_for_leads() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let vic = house.sign_in("Vic", Role::Viewer).await;
    let lea = house.sign_in("Lea", Role::Lead).await;
    for (query, parameter, says) in [
        ("period=7w", "period", "none of today"),
        ("period=7d&since=2026-01-01", "period", "not both"),
        ("since=June", "since", "2026-11-02"),
        ("since=2026-02-01&until=2026-01-01", "until", "not after since"),
        ("until=2026-01-01", "until", "needs since"),
        ("clock=moon", "clock", "wall nor business"),
        ("inbox=first", "inbox", "first"),
        ("hour=24", "hour", "0 to 23"),
        ("format=xml", "format", "json, csv, jsonl"),
        ("limit=3", "limit", "says nothing"),
        ("perod=7d", "query", "period"),
    ] {
        let (status, text) = vic.get(&format!("/api/analytics/figures?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}: {text}");
        let refusal: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&refusal["success"], &refusal["error"]["parameter"]),
            (&Value::Bool(false), &parameter.into())
        );
        assert!(refusal["error"]["message"].as_str().unwrap().contains(says), "{query}: {text}");
    }
    let (status, text) = vic.get("/api/analytics/figures/frt.p51").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(text.contains("/api/analytics/figures lists"), "{text}");
    let by_agent = "/api/analytics/figures/frt.p50?by=agent";
    assert_eq!(vic.get(by_agent).await.0, StatusCode::FORBIDDEN);
    assert_eq!(vic.get("/api/support/metrics?agent=2").await.0, StatusCode::FORBIDDEN);
    assert_eq!(lea.get(by_agent).await.0, StatusCode::OK);
    let nobody = reqwest::get(format!("{}/api/support/metrics", house.url)).await.unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    assert!(nobody.text().await.unwrap().contains("/sign-in"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_that_is_older_than_it_promises_is_computed_anew() {
    let database = Database::sqlite();
    let clock = Clock::running();
    let house = House::start_at(&database, &[], clock.clone()).await;
    let vic = house.sign_in("Vic", Role::Viewer).await;
    let first = json(&vic, "/api/support/metrics").await;
    let kept = json(&vic, "/api/support/metrics").await;
    assert_eq!(first["as_of"], kept["as_of"]);
    clock.advance(600_000);
    let fresh = json(&vic, "/api/support/metrics").await;
    assert!(fresh["as_of"].as_str() > first["as_of"].as_str());
    assert_eq!(fresh["stale"], false);
    house.close().await;
}

/// A conversation on each of so many days before today.
fn days_of_conversations(days: i64, now_ms: i64) -> Columns {
    let conversation = |day: i64| ConversationFacts {
        conversation: ConversationId(day),
        inbox: InboxId(1),
        channel: Channel::Email,
        status: Status::Open,
        assignee: None,
        team: None,
        labels: Vec::new(),
        created_at: (now_ms - day * 86_400_000) * 1000,
        waiting_since: None,
        is_answered: false,
        facts: vec![Fact {
            kind: FactKind::Created,
            at: (now_ms - day * 86_400_000) * 1000,
            from: None,
            seconds: None,
            business: None,
            agent: None,
            message: None,
            rating: None,
        }],
        unknown: Vec::new(),
    };
    let all: Vec<Measured> = (1..=days).map(|day| conversation(day).into()).collect();
    all.iter().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_is_sent_as_it_was_made_compressed_to_whoever_takes_that_with_the_last_days() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let lea = house.sign_in("Lea", Role::Lead).await;
    let now = house.app.clock.now_ms();
    house.app.desks[0].measures.begin_with(days_of_conversations(40, now), now).await;
    let path = "/api/support/metrics?period=60d";
    let plain = lea.ask(path, ("accept-encoding", "identity")).await;
    assert!(plain.headers().get("content-encoding").is_none());
    let tag = plain.headers()["etag"].clone();
    let text = plain.text().await.unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["data"]["overview"]["conversations"]["value"], 40.0);
    let every = json(&lea, "/api/analytics/figures/overview.conversations?period=60d&by=day").await;
    let keys = |groups: &Value| -> Vec<Value> {
        groups.as_array().unwrap().iter().map(|group| group["key"].clone()).collect()
    };
    let (last, every) = (keys(&report["data"]["days"]), keys(&every["groups"]));
    assert!(every.len() > 31);
    assert_eq!(last, every[every.len() - 31..]);

    let client = reqwest::Client::builder().no_gzip().build().unwrap();
    let ask = |accepts: &'static str| {
        let asked = client.get(format!("{}{path}", house.url)).header("cookie", lea.cookie());
        asked.header("accept-encoding", accepts).send()
    };
    for accepts in ["gzip", "br, GZIP;q=0.5", "deflate, gzip; q=1.0"] {
        let packed = ask(accepts).await.unwrap();
        assert_eq!(
            (&packed.headers()["content-encoding"], &packed.headers()["etag"]),
            (&"gzip".parse().unwrap(), &tag)
        );
        let mut unpacked = String::new();
        let bytes = packed.bytes().await.unwrap();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, text, "{accepts}");
    }
    assert_eq!(ask("br, gzip;q=0").await.unwrap().text().await.unwrap(), text);
    let known = lea.ask(path, ("if-none-match", tag.to_str().unwrap())).await;
    assert_eq!((known.status(), known.headers().get("content-encoding")), (StatusCode::NOT_MODIFIED, None));
    house.close().await;
}

async fn an_answer_that_cannot_be_made_anew_says_that_it_is_stale(database: &Database) {
    let clock = Clock::running();
    let house = House::start_at(database, &[], clock.clone()).await;
    let vic = house.sign_in("Vic", Role::Viewer).await;
    let first = json(&vic, "/api/support/metrics").await;
    let alter =
        async |sql: &'static str| house.app.store.commit(Statement::new(sql, vec![]).into()).await.unwrap();
    // The figures are in memory; names of people and inboxes are asked of the database.
    alter("ALTER TABLE roster RENAME TO away").await;
    clock.advance(299_000);
    assert_eq!(json(&vic, "/api/support/metrics").await["stale"], false, "max-age promises five minutes");
    clock.advance(2_000);
    let answer = vic.ask("/api/support/metrics", ("accept", "application/json")).await;
    let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
    let old: Value = answer.json().await.unwrap();
    assert_eq!((&old["stale"], &old["as_of"]), (&Value::Bool(true), &first["as_of"]));
    assert!(old["timestamp"].as_str() > old["as_of"].as_str());
    alter("ALTER TABLE away RENAME TO roster").await;
    let answer = vic.ask("/api/support/metrics", ("if-none-match", &tag)).await;
    assert_eq!(answer.status(), StatusCode::OK, "what was stale is no match for what is fresh");
    let fresh: Value = answer.json().await.unwrap();
    assert_eq!(fresh["stale"], false);
    assert!(fresh["as_of"].as_str() > first["as_of"].as_str());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inbox_named_like_a_formula_is_a_name_to_a_spreadsheet() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let lea = house.sign_in("Lea", Role::Lead).await;
    let name = "=HYPERLINK(\"https://evil.test\",\"Support\")";
    house.desk.act(|desk| desk.inboxes.get_mut(&house.website).unwrap().name = name.to_owned());
    backfill::ask(&house.app, &house.app.desks[0], Timestamp::UNIX_EPOCH).await.unwrap();
    house.desk.customer_says(house.website, ANN, "Do you ship to Norway?").unwrap();
    house.settle().await;
    take_up(&house.app, &house.app.desks[0]).await.unwrap();
    let path = "/api/analytics/figures/overview.conversations?period=24h&by=inbox";
    assert_eq!(json(&lea, path).await["groups"][0]["label"], name, "programs get it as it is");
    let (_, text) = lea.get(&format!("{path}&format=csv")).await;
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let row = table.records().next().unwrap().unwrap();
    assert_eq!((&row[1], &row[2]), (format!("'{name}").as_str(), "1.0"));
    let (_, report) = lea.get("/reports").await;
    assert!(!report.contains("<a href=\"https://evil.test"), "{report}");
    house.close().await;
}

/// Every reference of a description, wherever it stands.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_str() {
                    Some(to) if key == "$ref" => drop(found.insert(to.to_owned())),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_for_programs_is_described_and_served() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let lea = house.sign_in("Lea", Role::Lead).await;
    let described = json(&lea, "/openapi.json").await;
    assert!(described["openapi"].as_str().unwrap().starts_with("3."));
    let paths = described["paths"].as_object().unwrap();
    let names: Vec<&str> = paths.keys().map(String::as_str).collect();
    for name in [
        "/api/support/metrics",
        "/api/analytics/figures",
        "/api/analytics/figures/{id}",
        "/api/analytics/figures/{id}/conversations",
        "/api/analytics/issues",
        "/api/analytics/peak-hours",
        "/api/rules",
        "/api/rules/check",
        "/api/webhooks/chatwoot",
        "/api/webhooks/chatwoot/{desk}/{url_token}",
    ] {
        assert!(names.contains(&name), "{name} is not described: {names:?}");
    }
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            assert!(!operation["responses"].as_object().unwrap().is_empty(), "{method} {path}");
            if method == "get" {
                let (status, text) = lea.get(&path.replace("{id}", "frt.p90")).await;
                assert_eq!(status, StatusCode::OK, "{path}: {text}");
            }
        }
    }
    let table = &described["paths"]["/api/analytics/figures/{id}/conversations"]["get"]["responses"];
    let keys = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    let named =
        |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    let forms = named(&["application/json", "text/csv", "application/jsonl"]);
    assert_eq!(keys(&table["200"]["content"]), forms);
    let rows = "/200/content/application~1json/schema/properties/conversations/items/$ref";
    assert_eq!(table.pointer(rows).unwrap(), "#/components/schemas/ConversationRow");
    assert_eq!(keys(table), named(&["200", "400", "401", "403", "404", "503"]));
    let mut to = BTreeSet::new();
    references(&described, &mut to);
    assert!(!to.is_empty());
    for to in to {
        assert!(described.pointer(to.trim_start_matches('#')).is_some(), "{to} leads nowhere");
    }
    house.close().await;
}

#[test]
fn no_address_for_programs_is_routed_without_a_description() {
    let doors = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web");
    let mut folders = vec![std::path::PathBuf::from(doors)];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            read += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains(".route(\"/api/"), "{}: use routes!", path.display());
        }
    }
    assert!(read > 20);
}
