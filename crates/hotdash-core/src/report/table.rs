//! A report as CSV: one row for each number, for spreadsheets and scripts.

use super::{Placed, Report, Unit};
use crate::sheet;
use serde::Serialize;

#[derive(Serialize)]
struct Row<'a> {
    section: &'a str,
    part: &'a str,
    name: &'a str,
    column: &'a str,
    figure: &'a str,
    unit: Unit,
    value: Option<f64>,
    reason: Option<&'a str>,
    usually_from: Option<f64>,
    usually_to: Option<f64>,
    link: Option<String>,
}

/// Writes every number of a report as a row of CSV, with a head. Values have all their digits, times are seconds, shares
/// lie between 0 and 1.
#[must_use]
pub fn format_report_as_csv(report: &Report) -> String {
    let rows: Vec<Row<'_>> = report.numbers().into_iter().map(|placed| row(report, placed)).collect();
    // Rows are flat, and writing into memory cannot fail.
    sheet::csv(&rows).unwrap_or_default()
}

fn row<'a>(report: &Report, placed: Placed<'a>) -> Row<'a> {
    let Placed { section, part, name, column, number, usual } = placed;
    Row {
        section,
        part,
        name,
        column,
        figure: &number.figure,
        unit: number.unit,
        value: number.value,
        reason: number.reason.as_deref(),
        usually_from: usual.map(|(low, _)| low),
        usually_to: usual.map(|(_, high)| high),
        link: number.link.as_ref().map(|question| report.address(question)),
    }
}
