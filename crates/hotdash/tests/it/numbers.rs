//! Every number that hotdash tells, found once more in raw tables by code that shares nothing with its figures: those of the
//! mails (as JSON, text and HTML), and those of `/api/support/metrics`. A number that nobody recomputes fails the test.

mod advice;
mod kept;
mod metrics;
mod oracle;
mod past;
mod plant;
mod reports;

use crate::support::{Database, both_databases};
use hotdash::store::reports::LetterState;
use hotdash::work::measures::take_up;
use hotdash::work::report::{ask, kept as kept_report};
use hotdash_core::figures::desk;
use hotdash_core::report::{Kind, Report};
use jiff::Timestamp;
use kept::Kept;
use mail_parser::MessageParser;
use oracle::Period;
use plant::Planted;
use reqwest::StatusCode;
use serde_json::Value;
use std::time::{Duration, Instant};

both_databases!(every_number_of_mails_and_metrics_is_recomputed_from_raw_tables,);

const ANN: (&str, &str) = ("Ann Customer", "ann@example.test");
const BEA: (&str, &str) = ("Bea Customer", "bea@example.test");

fn seconds_of(micros: i64) -> i64 {
    micros.div_euclid(1_000_000)
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn real(number: i64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, reason = "small numbers")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}

fn same(ours: Option<f64>, theirs: Option<f64>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0),
        (ours, theirs) => ours == theirs,
    }
}

async fn every_number_of_mails_and_metrics_is_recomputed_from_raw_tables(database: &Database) {
    let planted = Planted::begin(database).await;
    planted.play().await;
    let app = &planted.house.app;
    take_up(app, &app.desks[0]).await.unwrap();
    let least = f64::from(app.desks[0].rulebook.load().labels_from().unwrap_or(0.0));
    let kept_there = Kept::look(app, least, &planted.answers()).await;

    let monday = kept_there.local(planted.clock.now().as_second()).start_of_day().unwrap();
    let day = |back: i64| monday.checked_sub(jiff::Span::new().days(back)).unwrap().timestamp().as_second();
    for (kind, period) in [
        (Kind::Weekly, Period { since: day(7), until: day(0) }),
        (Kind::Daily, Period { since: day(3), until: day(2) }),
    ] {
        let report = mailed(&planted, kind, period).await;
        let found = reports::check(&report, &kept_there.at(period.until, true), period);
        let letters = planted.mailbox.letters();
        let arrived = MessageParser::default().parse(letters.last().unwrap().text.as_bytes()).unwrap();
        assert!(arrived.subject().unwrap().ends_with(&report.title));
        let (html, text) = (arrived.body_html(0).unwrap(), arrived.body_text(0).unwrap());
        reports::shows(&html, &text, &report, &found);
        the_planted_period_has_everything(&report);
    }

    for (query, since, until) in [
        ("period=7d", None, None),
        ("period=last_week", Some(day(7)), Some(day(0))),
        ("since=2026-11-17&until=2026-11-21", Some(day(6)), Some(day(2))),
    ] {
        let (status, text) = planted.lead.get(&format!("/api/support/metrics?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        let now: Timestamp = answer["data"]["period"]["now"].as_str().unwrap().parse().unwrap();
        assert!(now <= planted.clock.now());
        let week_ago = kept_there.local(now.as_second()).checked_sub(jiff::Span::new().days(7)).unwrap();
        let period = Period {
            since: since.unwrap_or(week_ago.timestamp().as_second()),
            until: until.unwrap_or(now.as_second() + 1),
        };
        let numbers = metrics::check(&answer, &kept_there.at(now.as_second(), false), period);
        assert!(numbers > 3000, "{query}: {numbers}");
    }
    planted.house.close().await;
}

/// Of nothing nothing can be wrong: the week has what reports speak of.
fn the_planted_period_has_everything(report: &Report) {
    if report.kind != Kind::Weekly {
        return;
    }
    let told = report.numbers();
    let value = |figure: &str| {
        let found = told.iter().find(|placed| placed.number.figure == figure);
        found
            .and_then(|placed| placed.number.value)
            .unwrap_or_else(|| panic!("{figure} is not in the report"))
    };
    for figure in [
        "overview.reopened",
        "sla.first_response.met",
        "sla.first_response.breached",
        "sla.next_response.met",
        "sla.next_response.breached",
        "sla.resolution.met",
        "csat.mean",
        "drafts.approved",
        "drafts.edited",
        "drafts.rejected",
        "drafts.superseded",
        "drafts.edit_distance",
        "drafts.policy",
        "drafts.findings",
        "drafts.blocked",
        "drafts.tokens",
        "drafts.cost",
        "drafts.cost_mean",
        "issues.count",
        "issues.usual",
    ] {
        assert!(value(figure) > 0.0, "{figure}");
    }
    assert!(told.iter().filter(|placed| placed.usual.is_some()).count() > 20, "usual ranges");
}

/// Ask for a report, and wait until it is mailed.
async fn mailed(planted: &Planted, kind: Kind, period: Period) -> Report {
    let app = &planted.house.app;
    let Period { since, until } = period;
    let asked = ask(app, &app.desks[0], kind, desk::Period { since, until }, true).await.unwrap();
    let started = Instant::now();
    loop {
        planted.settle().await;
        let letters = app.store.report_letters(app.desks[0].id, &asked.report).await.unwrap();
        if letters.iter().any(|letter| letter.state == LetterState::Sent) {
            return kept_report(app, &app.desks[0], &asked.report).await.unwrap().unwrap().1;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{letters:?}");
    }
}
