//! A heat map of weekdays and hours: one hue, the strongest where most began. The numbers are in the table.

use super::{Caption, number, percent, short};
use askama::Template;
use askama::filters::HtmlSafe;

const DAYS: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];
/// Of the width, for the names of days.
const MARGIN: f64 = 10.0;
const ROW: f64 = 21.0;
const HEAD: f64 = 18.0;
/// Steps of the hue that the style sheet knows.
const STEPS: f64 = 9.0;

/// One hour of one weekday.
#[derive(Debug, Clone)]
pub(in crate::web::ui) struct HeatCell {
    pub(in crate::web::ui) count: usize,
    pub(in crate::web::ui) href: String,
}

#[derive(Template)]
#[template(path = "charts/heat.html")]
pub(in crate::web::ui) struct Heat {
    caption: Caption,
    rows: Vec<Row>,
    /// Every third hour: its place and name.
    hours: Vec<(String, String)>,
    sums: Vec<usize>,
    all: usize,
    height: String,
    cell_height: String,
    cell_width: String,
}

struct Row {
    short: &'static str,
    name: &'static str,
    y: String,
    text_y: String,
    cells: Vec<Placed>,
    sum: usize,
}

struct Placed {
    x: String,
    /// 0 = none, 1…9 = ever more.
    step: String,
    count: usize,
    hour: String,
    href: String,
}

impl Heat {
    /// Monday first, from 0 to 23 o'clock.
    pub(in crate::web::ui) fn new(caption: Caption, days: Vec<Vec<HeatCell>>) -> Self {
        let most = days.iter().flatten().map(|cell| cell.count).max().unwrap_or(0);
        let column = (100.0 - MARGIN) / 24.0;
        let mut sums = vec![0; 24];
        let mut rows = Vec::new();
        for ((place, (short_name, name)), cells) in (0_usize..).zip(DAYS).zip(days) {
            let y = HEAD + number(place) * ROW;
            let mut sum = 0;
            let mut placed = Vec::new();
            for (hour, cell) in (0_usize..).zip(cells) {
                sum += cell.count;
                if let Some(of_hour) = sums.get_mut(hour) {
                    *of_hour += cell.count;
                }
                let step = (percent(number(cell.count), number(most)) / 100.0 * STEPS).ceil();
                placed.push(Placed {
                    x: short(MARGIN + number(hour) * column),
                    step: short(step),
                    count: cell.count,
                    hour: format!("{hour:02}"),
                    href: cell.href,
                });
            }
            let (y, text_y) = (short(y), short(y + 14.0));
            rows.push(Row { short: short_name, name, y, text_y, cells: placed, sum });
        }
        let hours = (0_usize..24).step_by(3);
        let hours = hours.map(|hour| (short(MARGIN + number(hour) * column), format!("{hour:02}")));
        Self {
            caption,
            all: sums.iter().sum(),
            sums,
            rows,
            hours: hours.collect(),
            height: short(HEAD + 7.0 * ROW),
            cell_height: short(ROW - 3.0),
            cell_width: short(column * 0.88),
        }
    }
}

impl HtmlSafe for Heat {}
