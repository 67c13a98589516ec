//! Tables as CSV, for spreadsheets and scripts. The only place that writes one.

use serde::Serialize;

/// Rows as CSV (RFC 4180) with a head, of what serialises as flat rows. No rows are an empty text.
///
/// A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and runs it. Names of labels, inboxes
/// and people come from others, so such a cell begins with an apostrophe; numbers stay numbers.
///
/// ```
/// let rows = [("=1+1", -0.5), ("orders, new", 2.0)];
/// #[derive(serde::Serialize)]
/// struct Row { label: &'static str, growth: f64 }
/// let rows = rows.map(|(label, growth)| Row { label, growth });
/// assert_eq!(hotdash_core::sheet::csv(&rows)?, "label,growth\r\n'=1+1,-0.5\r\n\"orders, new\",2.0\r\n");
/// # Ok::<(), csv::Error>(())
/// ```
///
/// # Errors
/// [`csv::Error`] of what is no flat row.
pub fn csv<T: Serialize>(rows: &[T]) -> Result<String, csv::Error> {
    let mut plain = csv::Writer::from_writer(Vec::new());
    for row in rows {
        plain.serialize(row)?;
    }
    let plain = plain.into_inner().map_err(|error| error.into_error())?;
    let mut read = csv::ReaderBuilder::new().has_headers(false).from_reader(plain.as_slice());
    let mut safe = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for record in read.records() {
        safe.write_record(record?.iter().map(harmless))?;
    }
    let bytes = safe.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn harmless(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests;
