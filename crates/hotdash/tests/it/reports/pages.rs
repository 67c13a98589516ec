//! Reports on the pages and on the terminal: who sees what, in which form.

use super::take_history;
use crate::support::Database;
use crate::support::house::House;
use hotdash::store::users::Role;
use reqwest::StatusCode;
use std::process::Command;

/// Make the report of two recorded weeks on the page; answers its address.
async fn asked(house: &House) -> String {
    take_history(&house.app).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let days = [("from", "2026-11-02"), ("to", "2026-11-15")];
    assert_eq!(ada.post("/reports", &days).await, StatusCode::SEE_OTHER);
    house.settle().await;
    let (status, page) = ada.get("/reports").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("2 November to 15 November 2026"), "{page}");
    let id = page.split("href=\"/reports/").nth(1).unwrap().split('"').next().unwrap();
    format!("/reports/{id}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_leads_see_people_compared_whatever_the_form() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let address = asked(&house).await;
    let (lead, viewer) = (house.sign_in("Cleo", Role::Lead).await, house.sign_in("Vera", Role::Viewer).await);
    for path in ["", "/again", "/files/markdown", "/files/html", "/files/text", "/files/json", "/files/csv"] {
        let (status, seen) = lead.get(&format!("{address}{path}")).await;
        assert_eq!((status, seen.contains("Ben Agent")), (StatusCode::OK, true), "{path}");
        let (status, seen) = viewer.get(&format!("{address}{path}")).await;
        assert_eq!((status, seen.contains("Ben Agent")), (StatusCode::OK, false), "{path}");
    }
    assert_eq!(viewer.get(&format!("{address}/files/pdf")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(viewer.get("/reports/0").await.0, StatusCode::NOT_FOUND);
    let days = [("from", "2026-11-02"), ("to", "2026-11-15")];
    assert_eq!(viewer.post("/reports", &days).await, StatusCode::FORBIDDEN);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_on_the_page_links_its_numbers_and_can_be_made_once_more() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let address = asked(&house).await;
    let ada = house.sign_in("Cleo", Role::Lead).await;
    let (_, page) = ada.get(&address).await;
    assert!(page.contains("/dashboard/conversations?figure=overview.conversations"), "{page}");
    assert!(page.contains("Nobody got it."), "nobody is named in the settings");
    let (_, page) = ada.get(&format!("{address}/again")).await;
    assert!(page.contains("byte by byte"), "{page}");
    assert!(!page.contains(" style="), "the pages' policy allows no style of an element");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_that_make_no_sense_are_explained() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    for (from, to, says) in [
        ("soon", "2026-11-15", "Write both days like 2026-11-16."),
        ("2026-11-16", "2026-11-15", "The last day is before the first."),
        ("2020-11-16", "2026-11-15", "more than a year"),
    ] {
        let (status, page) = ada.post_for_page("/reports", &[("from", from), ("to", to)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains(says), "{page}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_prints_a_report_in_every_form() {
    let database = Database::sqlite();
    let clock = super::clock("2026-11-22T12:00:00Z");
    let app = super::replica(&database, &clock, None, &[]).await;
    take_history(&app).await;
    drop(app);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hotdash"));
        command.env_clear().arg("report").args(arguments);
        command.env("CHATWOOT_BASE_URL", "http://desk.test").env("CHATWOOT_TOKEN", "token");
        command.env("CHATWOOT_ACCOUNT_ID", "1").env("DATABASE_URL", &database.url);
        command.env("HOTDASH_TIMEZONE", "Europe/Berlin");
        let ran = command.output().unwrap();
        (ran.status.success(), String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap())
    };
    let (_, text, error) = run(&["daily", "--on", "2026-11-16"]);
    assert!(text.starts_with("# Daily report, Monday 16 November 2026\n"), "{text} {error}");
    let (_, text, _) = run(&["weekly", "--on", "2026-11-18", "--format", "text"]);
    assert!(text.starts_with("Weekly report, 16 November to 22 November 2026\n====="), "{text}");
    let (_, text, _) = run(&["--since", "2026-11-02", "--until", "2026-11-16", "--format", "csv"]);
    assert!(text.starts_with("section,part,name,column,figure,unit,value"), "{text}");
    let (_, text, _) = run(&["--since", "2026-11-02", "--until", "2026-11-16", "--format", "json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["kind"], "period");
    let (_, text, _) = run(&["daily", "--on", "2026-11-16", "--format", "html"]);
    assert!(text.starts_with("<!doctype html>"), "{text}");
    for (arguments, says) in [
        (&["daily", "--send"][..], "HOTDASH_REPORT_TO"),
        (&["daily", "--on", "2126-11-16"], "not over yet"),
        (&["--since", "whenever"], "neither a time ago"),
        (&["weekly", "--again", "--on", "2026-11-18"], "no report of this period is in the archive"),
    ] {
        let (worked, _, error) = run(arguments);
        assert!(!worked && error.contains(says), "{arguments:?}: {error}");
    }
}
