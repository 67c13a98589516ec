//! What rules would have changed, on a page.

use super::super::error::UiError;
use super::super::layout::{Framed, Nav, Shell, page};
use super::super::words::{Moment, Times};
use crate::app::App;
use crate::web::auth::{Seat, Viewer};
use crate::work::rules::backtest::{HANDLING_S, run};
use crate::work::rules::{edited, past};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hotdash_core::backtest::{Change, Count, Load, Model, Pair, Report};
use hotdash_core::rulebook::Rulebook;
use serde::Deserialize;
use std::sync::Arc;

const DAYS: i64 = 30;
const MOST_DAYS: i64 = 400;
const DAY_MS: i64 = 24 * 3_600_000;
/// More than anybody reads.
const LISTED: usize = 200;

#[derive(Template)]
#[template(path = "rules/backtest.html")]
struct BacktestPage {
    shell: Shell,
    days: i64,
    /// The edit that was tried: (text, the version it was made from). `None` = the active rules.
    candidate: Option<(String, i64)>,
    report: Report,
    target_minutes: i64,
    handling_minutes: i64,
    tables: Vec<Table>,
    differences: Vec<Row>,
    not_listed: usize,
}

impl Framed for BacktestPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// A table of the page: what, before, after.
struct Table {
    title: &'static str,
    rows: Vec<Count>,
}

struct Row {
    conversation: i64,
    at: Moment,
    changes: Vec<Change>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::web::ui) struct Period {
    days: Option<i64>,
}

pub(in crate::web::ui) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(period): Query<Period>,
) -> Result<Response, UiError> {
    let days = period.days.unwrap_or(DAYS).clamp(1, MOST_DAYS);
    let (text, _) = edited(&app.store, seat.desk.id).await?;
    let rules = seat.desk.layers.with(&text).parse();
    let rules = rules.map_err(|_| UiError::Invalid("The active rules have problems.".to_owned()))?;
    render(&app, &seat, rules.rulebook, None, days).await
}

/// Try an edit that is not active.
pub(super) async fn of_candidate(
    app: &App,
    seat: &Seat,
    rules: Rulebook,
    text: String,
    based_on: i64,
) -> Result<Response, UiError> {
    render(app, seat, rules, Some((text, based_on)), DAYS).await
}

async fn render(
    app: &App,
    seat: &Seat,
    after: Rulebook,
    candidate: Option<(String, i64)>,
    days: i64,
) -> Result<Response, UiError> {
    let desk = &seat.desk;
    let times = Times::new(&desk.settings.timezone, app.clock.now_ms());
    let hours = Arc::new(desk.hours.clone());
    let since_ms = times.now_ms - days * DAY_MS;
    let past = past::on_record(&app.store, desk.id, app.analyzer(), &hours, since_ms).await?;
    let target_minutes = desk.settings.sla_minutes;
    let model = Model { handling_s: HANDLING_S, target_s: target_minutes * 60 };
    let before = Arc::clone(&desk.rulebook.load());
    let report = run(Arc::new(past), Some(before), Arc::new(after), model).await;
    let report = report.map_err(|error| UiError::Broken(error.to_string()))?;
    let row = |difference: &hotdash_core::backtest::Difference| Row {
        conversation: difference.conversation.0,
        at: times.at(difference.at),
        changes: difference.changes.clone(),
    };
    page(&BacktestPage {
        shell: Shell::inside(app, seat, Nav::Rules).await?,
        days,
        candidate,
        target_minutes,
        handling_minutes: HANDLING_S / 60,
        tables: tables(&report),
        differences: report.differences.iter().take(LISTED).map(row).collect(),
        not_listed: report.differences.len().saturating_sub(LISTED),
        report,
    })
}

fn tables(report: &Report) -> Vec<Table> {
    let pair = |name: &str, Pair { before, after }: Pair| Count { name: name.to_owned(), before, after };
    let load = |Load { name, before, after, .. }: &Load| Count {
        name: name.clone(),
        before: *before,
        after: *after,
    };
    let tables = [
        Table {
            title: "In all",
            rows: vec![
                pair("escalated", report.escalated),
                pair("needing two people", report.held),
                pair("waiting for somebody", report.waiting),
                pair("with a draft", report.drafts),
                pair("late first answers, estimated", report.breaches),
            ],
        },
        Table { title: "Given to", rows: report.load.iter().map(load).collect() },
        Table { title: "Rules that matched", rows: report.rules.clone() },
        Table { title: "Labels", rows: report.labels.clone() },
        Table { title: "Priorities", rows: report.priorities.clone() },
    ];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}
