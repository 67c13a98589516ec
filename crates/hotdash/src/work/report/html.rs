//! A report as an HTML mail: one column of 600 px, system fonts, styles in the elements, charts made of table cells, so
//! that it reads the same where pictures and style sheets are kept out. Colours of the dark theme stand in the head, for
//! programs that take them.

use askama::Template;
use hotdash_core::report::{Bar, Bars, Line, Number, Part, Report, Tone, range};

#[derive(Template)]
#[template(path = "reports/mail.html")]
struct Mail<'a> {
    report: &'a Report,
}

impl Mail<'_> {
    /// The class of a tone; the word stands beside it.
    fn class(&self, tone: &Tone) -> &'static str {
        class(*tone)
    }

    fn word(&self, tone: &Tone) -> &'static str {
        word(*tone)
    }

    fn usual(&self, line: &Line) -> Option<String> {
        usual(line)
    }

    fn link(&self, number: &Number) -> Option<String> {
        number.link.as_ref().map(|question| self.report.address(question))
    }

    /// Where both are in percent: the bar, and what is left of its cell.
    fn widths(&self, bars: &Bars, bar: &Bar) -> (u8, u8) {
        let percent = bars.percent(bar);
        (percent, 100 - percent)
    }
}

pub(crate) fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Bad => "bad",
    }
}

pub(crate) fn word(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Good => "Good",
        Tone::Bad => "Look",
    }
}

/// Between which values it usually lies.
pub(crate) fn usual(line: &Line) -> Option<String> {
    line.usual.map(|(low, high)| range(line.number.unit, low, high))
}

/// The HTML part of a report's mail.
#[must_use]
pub fn letter(report: &Report) -> String {
    Mail { report }.render().unwrap_or_default()
}
