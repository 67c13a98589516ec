//! How fairly conversations were shared. It compares people, so only leads see it.

use super::super::error::UiError;
use super::super::layout::{Framed, Nav, Shell, page};
use crate::app::App;
use crate::web::auth::Lead;
use crate::work::rules::fairness::{Fairness, since};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

const DAYS: i64 = 30;
const MOST_DAYS: i64 = 400;
const DAY_MS: i64 = 24 * 3_600_000;
/// Of the chart, in its own units: how long the longest bar is, and how high a row with its name is. It is as wide as a
/// phone, so that its words can be read there.
const LONGEST: f64 = 320.0;
const ROW: usize = 50;

#[derive(Template)]
#[template(path = "rules/fairness.html")]
struct FairnessPage {
    shell: Shell,
    days: i64,
    told: Fairness,
    spread: String,
    jain: String,
    deficit: String,
    bars: Vec<Bar>,
    height: usize,
}

impl Framed for FairnessPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// One person in the chart and in the table.
struct Bar {
    name: String,
    /// As it fits above its bar.
    short: String,
    given: usize,
    eligible: usize,
    expected: String,
    deficit: String,
    /// Where things stand in the chart.
    y: usize,
    width: String,
    mark: String,
    after: String,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::web::ui) struct Period {
    days: Option<i64>,
}

pub(in crate::web::ui) async fn show(
    State(app): State<Arc<App>>,
    Lead(seat): Lead,
    Query(period): Query<Period>,
) -> Result<Response, UiError> {
    let days = period.days.unwrap_or(DAYS).clamp(1, MOST_DAYS);
    let told = since(&app.store, seat.desk.id, app.clock.now_ms() - days * DAY_MS).await?;
    page(&FairnessPage {
        shell: Shell::inside(&app, &seat, Nav::Rules).await?,
        days,
        spread: short(told.spread),
        jain: told.jain.map_or("none".to_owned(), |jain| format!("{jain:.3}")),
        deficit: short(told.largest_deficit),
        height: told.agents.len() * ROW + 8,
        bars: bars(&told),
        told,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of conversations")]
fn bars(told: &Fairness) -> Vec<Bar> {
    let most = told.agents.iter().map(|part| part.expected.max(part.given as f64)).fold(1.0, f64::max);
    let long = |count: f64| count / most * LONGEST;
    let bar = |(row, part): (usize, &hotdash_core::fairness::Part)| Bar {
        name: part.name.clone(),
        short: shortened(&part.name),
        given: part.given,
        eligible: part.eligible,
        expected: short(part.expected),
        deficit: short(part.deficit),
        y: row * ROW + 8,
        width: format!("{:.1}", long(part.given as f64)),
        mark: format!("{:.1}", long(part.expected)),
        after: format!("{:.1}", long(part.expected.max(part.given as f64)) + 8.0),
    };
    told.agents.iter().enumerate().map(bar).collect()
}

/// At most one decimal, and no minus before a zero.
fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.replace('-', "−") }
}

fn shortened(name: &str) -> String {
    const LETTERS: usize = 40;
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    let kept: String = name.chars().take(LETTERS - 1).collect();
    format!("{}…", kept.trim_end())
}
