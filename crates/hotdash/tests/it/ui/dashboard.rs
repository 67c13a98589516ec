//! The dashboard: its numbers are the core's, each leads to as many conversations as it says, and it holds together.

use super::browser::{LOOKS, holds_together};
use super::driver::{Browser, ENTER};
use crate::figures::recording;
use crate::support::Database;
use crate::support::house::{House, Person};
use hotdash::store::users::Role;
use hotdash::work::facts::facts;
use hotdash::work::measures::take_up;
use hotdash::work::people::invite;
use hotdash_core::figures::check::Source;
use hotdash_core::figures::columns::Columns;
use hotdash_core::figures::definition::Definition;
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::measured::Measured;
use hotdash_core::figures::product::{Answers, Question};
use jiff::tz::TimeZone;
use regex::Regex;
use reqwest::StatusCode;
use serde_json::json;
use std::collections::BTreeSet;

const ZONE: &str = "Europe/Berlin";
/// The last of the four recorded weeks, Monday to Sunday; seconds since 1970.
const WEEK: Period = Period { since: 1_794_783_600, until: 1_795_305_600 };
/// All of them.
const ALL: Period = Period { since: 1_792_886_400, until: 1_795_305_600 };

fn address(period: Period) -> String {
    format!("/dashboard?since={}&until={}", period.since, period.until)
}

/// A house that heard four weeks of a desk.
async fn furnished(database: &Database) -> House {
    let house = House::start_with(database, &[("HOTDASH_TIMEZONE", ZONE)]).await;
    recording().take(&house.app.store, house.app.desks[0].id, Source::Deliveries).await.unwrap();
    take_up(&house.app, &house.app.desks[0]).await.unwrap();
    house
}

async fn page(person: &Person, path: &str) -> String {
    let (status, page) = person.get(path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    page
}

fn value(answers: &Answers<'_>, id: &str) -> f64 {
    answers.value(Definition::find(id).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_dashboard_shows_is_what_the_core_computed_and_each_number_leads_to_its_conversations() {
    let database = Database::sqlite();
    let house = furnished(&database).await;
    let vera = house.sign_in("Vera", Role::Viewer).await;
    let board = page(&vera, &address(ALL)).await;
    let facts = facts(&house.app.store, house.app.desks[0].id, 0).await.unwrap();
    let measured: Vec<Measured> = facts.into_iter().map(Measured::from).collect();
    let columns: Columns = measured.iter().collect();
    let zone = TimeZone::get(ZONE).unwrap();
    let question = Question::new(&columns, ALL, zone, house.app.clock.now());
    let answers = question.answers();

    let began = value(&answers, "overview.conversations");
    assert!(began > 200.0 && board.contains(&format!("<span class=\"value\">{began}</span>")), "{began}");
    let classes = sums(&board, "first-responses");
    assert_eq!(classes, answers.distribution().to_vec(), "the table of the chart is its distribution");
    let heat = sums(&board, "arrivals");
    let hours = answers.peak_hours();
    assert_eq!(heat, hours.as_flattened().iter().copied().filter(|count| *count > 0).collect::<Vec<_>>());

    // Every number that is a count leads to a page which says the same.
    let link = Regex::new(r#"<td><a href="(/dashboard/conversations\?[^"]+)">(\d+)</a>"#).unwrap();
    let links: BTreeSet<(String, String)> = link
        .captures_iter(&board)
        .map(|found| (found[1].replace("&#38;", "&"), found[2].to_owned()))
        .collect();
    assert!(links.len() > 60, "{}", links.len());
    let said = Regex::new(r"(\d+) conversations are behind|(One) conversation is").unwrap();
    let mut checked = 0;
    for (path, count) in
        links.iter().filter(|(path, _)| path.contains("weekday=") || path.contains("above=")).step_by(7)
    {
        let behind = page(&vera, path).await;
        let found = said.captures(&behind).unwrap_or_else(|| panic!("{path}: {behind}"));
        let found = found.get(1).map_or("1", |count| count.as_str());
        // A conversation that is in a class twice is listed twice; a conversation begins once.
        assert_eq!(found, count, "{path}");
        checked += 1;
    }
    assert!(checked > 8, "{checked}");
    house.close().await;
}

/// The numbers in the table of a chart, row by row.
fn sums(board: &str, chart: &str) -> Vec<usize> {
    let figure = board.split(&format!("<figure class=\"chart\" id=\"{chart}\">")).nth(1).unwrap();
    let figure = figure.split("</figure>").next().unwrap();
    let table = figure.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    let cell = Regex::new(r#"<td><a href="[^"]+">(\d+)</a></td>"#).unwrap();
    cell.captures_iter(table).map(|found| found[1].parse().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_chart_says_what_it_shows_and_every_link_of_the_dashboard_has_a_name() {
    let database = Database::sqlite();
    let house = furnished(&database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let board = page(&ada, &address(WEEK)).await;
    let charts = board.matches("<figure class=\"chart\"").count();
    assert!(charts >= 5, "{charts}");
    assert_eq!(board.matches("role=\"group\" aria-labelledby=").count(), charts);
    assert_eq!(board.matches("<figcaption").count(), 0);
    let ids: Vec<&str> = board.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id stands once: {ids:?}");
    for named in
        board.split("aria-labelledby=\"").skip(1).flat_map(|rest| rest.split('"').next().unwrap().split(' '))
    {
        assert!(ids.contains(&named), "nothing has the id {named}");
    }
    assert!(!board.contains(" style=") && !board.contains("NaN"));
    let empty = Regex::new(r"<a [^>]*>\s*</a>").unwrap();
    assert!(!empty.is_match(&board), "{:?}", empty.find(&board));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_leads_see_people_side_by_side() {
    let database = Database::sqlite();
    let house = furnished(&database).await;
    let lead = house.sign_in("Ada", Role::Lead).await;
    assert!(page(&lead, &address(ALL)).await.contains("id=\"people\""));
    assert!(page(&lead, &format!("{}&agent=2", address(ALL))).await.contains("Ben Agent"));
    for (name, role) in [("Rita", Role::Reviewer), ("Vera", Role::Viewer)] {
        let person = house.sign_in(name, role).await;
        let board = page(&person, &address(ALL)).await;
        assert!(!board.contains("id=\"people\"") && board.contains("id=\"channels\""), "{name}");
        for path in ["/dashboard?agent=2", "/dashboard/conversations?figure=frt.p50&agent=2"] {
            assert_eq!(person.get(path).await.0, StatusCode::FORBIDDEN, "{name} {path}");
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_cannot_be_read_says_why_and_shows_what_it_can() {
    let database = Database::sqlite();
    let house = furnished(&database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let wrong = page(&ada, "/dashboard?period=custom&from=yesterday&to=&clock=sun&inbox=x").await;
    for words in ["“yesterday” is no day", "“sun” is no clock", "“x” is no inbox", "Last 7 days"]
    {
        assert!(wrong.contains(words), "{words}");
    }
    assert_eq!(ada.get("/dashboard/conversations?figure=nonsense").await.0, StatusCode::NOT_FOUND);
    // Beyond the last page is the last page, however far.
    let far = page(&ada, &format!("/dashboard/conversations?page={}", u64::MAX)).await;
    assert!(far.contains("behind it"), "{far}");
    // Another inbox than there is: an empty part, and no fault.
    let none = page(&ada, &format!("{}&inbox=4711", address(ALL))).await;
    assert!(none.contains("Nobody got a first response in this period"), "{none}");
    let query = format!("since={}&until={}", ALL.since, ALL.until);
    assert_eq!(ada.get(&format!("/figures/frt.p90?{query}")).await.0, StatusCode::SEE_OTHER);
    let behind = page(&ada, &format!("/dashboard/conversations?figure=frt.p90&{query}")).await;
    assert!(
        behind.contains("First response, 90th percentile") && behind.contains("conversations are behind it")
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_without_conversations_is_told_how_to_get_figures() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let board = page(&ada, "/dashboard").await;
    assert!(board.contains("Nothing was measured here yet") && board.contains("hotdash backfill"), "{board}");
    assert!(!board.contains("<figure"), "{board}");
    assert!(page(&ada, "/dashboard/alerts").await.contains("Nothing is unusual"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_dashboard_holds_together_at_every_width_in_a_browser() {
    let Some(first) = Browser::start(LOOKS[4].1).await else { return };
    let database = Database::sqlite();
    let house = furnished(&database).await;
    let invitation = invite(&house.app, house.app.desks[0].id, "ada@acme.test", "Ada", Role::Lead).await;
    first.open(&invitation.unwrap().unwrap().link).await;
    first.press([ENTER]).await;
    first.until("h1", |text| text.contains("password")).await;
    // By keyboard: to the dashboard, into a table, and on to the conversations behind a number.
    first.tab_to(".rail [href='/dashboard']").await;
    first.press([ENTER]).await;
    first.until("#dashboard", |text| text.contains("Last 7 days")).await;
    first.open(&format!("{}{}", house.url, address(ALL))).await;
    first.tab_to("#first-responses summary").await;
    first.press([ENTER]).await;
    first.until("#first-responses .numbers", |text| text.contains("longer than 1 day")).await;
    first.tab_to("#first-responses td a").await;
    first.press([ENTER]).await;
    first.until("#behind", |text| text.contains("behind it")).await;
    let session = first.client.get_named_cookie("hotdash_session").await.unwrap();
    first.close().await;
    for (name, look) in LOOKS {
        let Some(browser) = Browser::start(look).await else { return };
        browser.open(&format!("{}/sign-in", house.url)).await;
        browser.client.add_cookie(session.clone()).await.unwrap();
        for (page, path) in [
            ("dashboard", address(WEEK)),
            ("dashboard-all", address(ALL)),
            ("dashboard-none", "/dashboard?period=today".to_owned()),
            (
                "dashboard-behind",
                format!("/dashboard/conversations?figure=frt.p90&since={}&until={}", WEEK.since, WEEK.until),
            ),
            ("dashboard-alerts", "/dashboard/alerts".to_owned()),
        ] {
            browser.open(&format!("{}{path}", house.url)).await;
            holds_together(&browser, look, &format!("{page}-{name}")).await;
            assert_eq!(
                browser.ask(TOO_SMALL).await,
                json!([]),
                "{page}-{name} has letters too small to read"
            );
        }
        browser.close().await;
    }
    house.close().await;
}

/// Text of charts below ten pixels.
const TOO_SMALL: &str = "
    return [...document.querySelectorAll('svg text')]
        .filter((t) => parseFloat(getComputedStyle(t).fontSize) < 10 || t.getBoundingClientRect().height < 9)
        .map((t) => t.outerHTML.slice(0, 120));
";
