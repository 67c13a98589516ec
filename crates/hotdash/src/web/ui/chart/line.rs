//! A line over days with the usual range as a band behind it.

use super::{Caption, axis_end, number, percent, short};
use askama::Template;
use askama::filters::HtmlSafe;
use std::fmt::Write;

const HEIGHT: f64 = 130.0;
const HEAD: f64 = 16.0;

/// One point of the line.
#[derive(Debug, Clone)]
pub(in crate::web::ui) struct Point {
    /// Short, below the axis: `16 Nov`.
    pub(in crate::web::ui) label: String,
    /// `Monday 16 November`.
    pub(in crate::web::ui) words: String,
    /// `None`: nothing happened that could be measured; the line has a gap.
    pub(in crate::web::ui) value: Option<f64>,
    /// The value as people read it.
    pub(in crate::web::ui) value_words: String,
    pub(in crate::web::ui) usual: Option<(f64, f64)>,
    pub(in crate::web::ui) usual_words: String,
    /// Outside of what is usual, in words: `above usual`. Empty = not.
    pub(in crate::web::ui) apart: &'static str,
    pub(in crate::web::ui) href: String,
}

#[derive(Template)]
#[template(path = "charts/line.html")]
pub(in crate::web::ui) struct Line {
    caption: Caption,
    of: &'static str,
    unit: &'static str,
    points: Vec<Placed>,
    /// Polygons of the band, each without a gap.
    bands: Vec<String>,
    lines: Vec<String>,
    /// Names of the axis: place and text.
    ticks: Vec<(String, String)>,
    top: String,
    has_usual: bool,
}

struct Placed {
    point: Point,
    x: String,
    y: Option<String>,
}

impl Line {
    /// `top` says a value of the axis in words.
    pub(in crate::web::ui) fn new(
        caption: Caption,
        of: &'static str,
        unit: &'static str,
        points: Vec<Point>,
        top: impl Fn(f64) -> String,
    ) -> Self {
        let values =
            points.iter().flat_map(|point| point.value.into_iter().chain(point.usual.map(|usual| usual.1)));
        let end = axis_end(values.fold(0.0, f64::max));
        let count = points.len();
        let x = |place: usize| match count {
            0 | 1 => 50.0,
            count => 3.0 + number(place) / number(count - 1) * 94.0,
        };
        let y = |value: f64| HEAD + HEIGHT - percent(value, end) / 100.0 * HEIGHT;
        let every = count.div_ceil(7).max(1);
        // Counted from the end: the last day is the one that is looked for.
        let ticks = points.iter().enumerate().filter(|(place, _)| (count - 1 - place).is_multiple_of(every));
        let ticks = ticks.map(|(place, point)| (short(x(place)), point.label.clone())).collect();
        let mut lines = Vec::new();
        let mut bands = Vec::new();
        let (mut line, mut upper, mut lower) = (String::new(), Vec::new(), Vec::new());
        for (place, point) in points.iter().enumerate() {
            match point.value {
                // Writing to a text cannot fail.
                Some(value) => drop(write!(line, "{},{} ", short(x(place)), short(y(value)))),
                None if !line.is_empty() => lines.push(std::mem::take(&mut line)),
                None => {}
            }
            match point.usual {
                Some((from, until)) => {
                    upper.push(format!("{},{}", short(x(place)), short(y(until))));
                    lower.push(format!("{},{}", short(x(place)), short(y(from))));
                }
                None => bands.extend(band(&mut upper, &mut lower)),
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        bands.extend(band(&mut upper, &mut lower));
        let has_usual = points.iter().any(|point| point.usual.is_some());
        let points = points.into_iter().enumerate().map(|(place, point)| {
            let y = point.value.map(|value| short(y(value)));
            Placed { x: short(x(place)), y, point }
        });
        let points = points.collect();
        Self { caption, of, unit, points, bands, lines, ticks, top: top(end), has_usual }
    }
}

/// There and back again; of a single point there is no band.
fn band(upper: &mut Vec<String>, lower: &mut Vec<String>) -> Option<String> {
    let (there, back) = (std::mem::take(upper), std::mem::take(lower));
    (there.len() > 1).then(|| there.into_iter().chain(back.into_iter().rev()).collect::<Vec<_>>().join(" "))
}

impl HtmlSafe for Line {}
