//! Charts as SVG, drawn here and not in the browser: no script, colours of the theme, a table of the same numbers behind
//! each. What a number means and where it leads is the caller's; this room only places it.
//!
//! Widths are shares of whatever place there is, heights are pixels, so letters stay as large on a phone. Marks are links
//! for whoever points at them; by keyboard one takes the same links in the table, without walking over 168 cells.

mod bars;
mod heat;
mod line;
mod shares;
mod spark;

pub(super) use bars::{Bar, Bars, Quantile};
pub(super) use heat::{Heat, HeatCell};
pub(super) use line::{Line, Point};
pub(super) use shares::{Share, Shares};
pub(super) use spark::Spark;

/// What every chart says of itself.
#[derive(Debug, Clone)]
pub(super) struct Caption {
    /// Unique on its page: other elements point to it.
    pub(super) id: &'static str,
    pub(super) title: String,
    /// What one would see, in a sentence.
    pub(super) desc: String,
}

/// A number as the templates print it: two places are a fiftieth of a pixel.
fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    match text.trim_end_matches('0').trim_end_matches('.') {
        "-0" => "0".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

/// The part of `whole` that a value is, 0…100.
fn percent(value: f64, whole: f64) -> f64 {
    if whole > 0.0 { (value / whole * 100.0).clamp(0.0, 100.0) } else { 0.0 }
}

/// A round number at or above the greatest value, at which an axis may end: 1, 2, 5, 10, 20, 50 …
fn axis_end(greatest: f64) -> f64 {
    if greatest <= 1.0 {
        return 1.0;
    }
    let ten = 10_f64.powf(greatest.log10().floor());
    [1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 10.0]
        .into_iter()
        .map(|step| step * ten)
        .find(|end| *end >= greatest)
        .unwrap_or(greatest)
}

#[expect(clippy::cast_precision_loss, reason = "counts of marks and of conversations stay far below 2^53")]
fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
