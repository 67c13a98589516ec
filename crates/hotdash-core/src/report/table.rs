//! A report as CSV: one row for each number, for spreadsheets and scripts.

use super::Report;

const COLUMNS: [&str; 11] = [
    "section",
    "part",
    "name",
    "column",
    "figure",
    "unit",
    "value",
    "reason",
    "usually_from",
    "usually_to",
    "link",
];

/// Writes every number of a report as a row of CSV (RFC 4180), with a head. Values have all their digits, times are
/// seconds, shares lie between 0 and 1.
#[must_use]
pub fn format_report_as_csv(report: &Report) -> String {
    let mut rows = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory cannot fail.
    let _ = rows.write_record(COLUMNS);
    for placed in report.numbers() {
        let number = placed.number;
        let unit = serde_json::to_value(number.unit).unwrap_or_default();
        let digits = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let _ = rows.write_record([
            harmless(placed.section),
            harmless(placed.part),
            harmless(placed.name),
            harmless(placed.column),
            number.figure.clone(),
            unit.as_str().unwrap_or_default().to_owned(),
            digits(number.value),
            number.reason.clone().unwrap_or_default(),
            digits(placed.usual.map(|(low, _)| low)),
            digits(placed.usual.map(|(_, high)| high)),
            number.link.as_ref().map(|question| report.address(question)).unwrap_or_default(),
        ]);
    }
    String::from_utf8(rows.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A spreadsheet takes a text that begins like this for a formula; names are the desk's.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
