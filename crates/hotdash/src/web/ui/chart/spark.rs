//! A line as small as a word, with the usual range behind it. It decorates a figure that says the same in words.

use super::{number, percent, short};
use askama::Template;
use askama::filters::HtmlSafe;
use std::fmt::Write;

const WIDTH: f64 = 132.0;
const HEIGHT: f64 = 34.0;

#[derive(Template, Default)]
#[template(path = "charts/spark.html")]
pub(in crate::web::ui) struct Spark {
    lines: Vec<String>,
    /// Top and height.
    band: Option<(String, String)>,
}

impl Spark {
    /// Gaps stay gaps.
    pub(in crate::web::ui) fn new(values: &[Option<f64>], usual: Option<(f64, f64)>) -> Self {
        let known = || {
            values.iter().flatten().copied().chain(usual.into_iter().flat_map(|(from, until)| [from, until]))
        };
        let (least, most) =
            (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        if values.iter().flatten().count() < 2 {
            return Self::default();
        }
        // What never changes is a line in the middle.
        let (least, most) = if most > least { (least, most) } else { (least - 1.0, least + 1.0) };
        let x = |place: usize| 3.0 + number(place) / number(values.len() - 1) * (WIDTH - 6.0);
        let y = |value: f64| HEIGHT - 3.0 - percent(value - least, most - least) / 100.0 * (HEIGHT - 6.0);
        let mut lines = Vec::new();
        let mut line = String::new();
        for (place, value) in values.iter().enumerate() {
            match value {
                // Writing to a text cannot fail.
                Some(value) => drop(write!(line, "{},{} ", short(x(place)), short(y(*value)))),
                None if !line.is_empty() => lines.push(std::mem::take(&mut line)),
                None => {}
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        Self {
            lines,
            band: usual.map(|(from, until)| (short(y(until)), short((y(from) - y(until)).max(2.0)))),
        }
    }
}

impl HtmlSafe for Spark {}
