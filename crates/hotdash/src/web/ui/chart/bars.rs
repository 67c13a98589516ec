//! A histogram: how many there are in each class, beside what is usual, with percentiles marked between the bars.

use super::{Caption, axis_end, number, percent, short};
use askama::Template;
use askama::filters::HtmlSafe;

/// Pixels above the axis.
const HEIGHT: f64 = 150.0;
/// Room above the bars for the names of percentiles.
const HEAD: f64 = 30.0;

/// One class.
#[derive(Debug, Clone)]
pub(in crate::web::ui) struct Bar {
    /// As short as it can be: it stands below the bar.
    pub(in crate::web::ui) label: String,
    /// The class in words, for the table and for readers.
    pub(in crate::web::ui) words: String,
    pub(in crate::web::ui) count: usize,
    pub(in crate::web::ui) href: String,
    /// It matters: said in words too, by whoever sets it.
    pub(in crate::web::ui) hot: bool,
}

/// A percentile, marked where it falls.
#[derive(Debug, Clone)]
pub(in crate::web::ui) struct Quantile {
    pub(in crate::web::ui) name: &'static str,
    pub(in crate::web::ui) words: String,
    /// Into which class it falls, counted from 0, with how much of the class lies before it.
    pub(in crate::web::ui) at: f64,
}

#[derive(Template)]
#[template(path = "charts/bars.html")]
pub(in crate::web::ui) struct Bars {
    caption: Caption,
    /// What the classes are of: the head of the table.
    of: &'static str,
    /// What is counted: `conversations`.
    unit: &'static str,
    placed: Vec<Placed>,
    marks: Vec<PlacedMark>,
    height: String,
    foot: String,
    floor: String,
}

struct Placed {
    bar: Bar,
    x: String,
    width: String,
    middle: String,
    y: String,
    height: String,
    above: String,
}

struct PlacedMark {
    quantile: Quantile,
    x: String,
    /// Names of neighbours stand in two lines, so that they do not cover each other.
    y: &'static str,
    anchor: &'static str,
}

impl Bars {
    pub(in crate::web::ui) fn new(
        caption: Caption,
        of: &'static str,
        unit: &'static str,
        bars: Vec<Bar>,
        quantiles: Vec<Quantile>,
    ) -> Self {
        let end = axis_end(bars.iter().map(|bar| number(bar.count)).fold(0.0, f64::max));
        let column = 100.0 / number(bars.len().max(1));
        let placed = (0_usize..).zip(bars).map(|(place, bar)| {
            let high = percent(number(bar.count), end) / 100.0 * HEIGHT;
            let left = number(place) * column;
            Placed {
                x: short(left + column * 0.14),
                width: short(column * 0.72),
                middle: short(left + column / 2.0),
                y: short(HEAD + HEIGHT - high),
                height: short(high),
                above: short(HEAD + HEIGHT - high - 4.0),
                bar,
            }
        });
        let placed = placed.collect();
        let marks = (0_usize..).zip(quantiles).map(|(place, quantile)| {
            let x = (quantile.at * column).clamp(0.0, 100.0);
            let anchor = if x > 70.0 { "end" } else { "start" };
            PlacedMark { x: short(x), y: if place % 2 == 0 { "10" } else { "23" }, anchor, quantile }
        });
        Self {
            caption,
            of,
            unit,
            placed,
            marks: marks.collect(),
            height: short(HEAD + HEIGHT + 22.0),
            foot: short(HEAD + HEIGHT + 16.0),
            floor: short(HEAD + HEIGHT),
        }
    }
}

impl HtmlSafe for Bars {}
