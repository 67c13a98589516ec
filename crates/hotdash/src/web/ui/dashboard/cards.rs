//! The figures at the top, each beside what is usual and with the way to its conversations.

use super::super::chart::Spark;
use super::numbers;
use super::pick::Pick;
use hotdash_core::figures::definition::{Definition, Unit};
use hotdash_core::figures::product::{Key, Totals};
use hotdash_core::figures::report::{AnalyticsReport, Reported};

/// One figure.
pub(super) struct Card {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) unit: String,
    /// Beside what is usual, or why there is no number.
    pub(super) beside: String,
    pub(super) class: &'static str,
    pub(super) note: String,
    pub(super) href: String,
    pub(super) spark: Spark,
}

/// What stands at the top, in this order, and what it is called where there is little room.
const TOP: [(&str, &str); 8] = [
    ("overview.conversations", "Conversations"),
    ("frt.p50", "First response, median"),
    ("frt.p90", "First response, slowest tenth"),
    ("resolution.p50", "Resolution, median"),
    ("frt.open", "Without a first answer"),
    ("sla.compliance", "Promises kept"),
    ("csat.positive", "Satisfied"),
    ("drafts.approved", "Drafts sent untouched"),
];

/// `history`: whole days, the oldest first.
pub(super) fn cards(report: &AnalyticsReport, pick: &Pick, history: &[(Key, Totals)]) -> Vec<Card> {
    let when = when(pick);
    let card = |(id, name): (&str, &'static str)| {
        let figure = report.figure(id)?;
        let (value, unit) = match figure.value {
            Some(value) => numbers::in_two(figure.unit, value),
            None => ("–".to_owned(), String::new()),
        };
        let (mut beside, class) = numbers::beside(figure, &when);
        if let Some(reason) = figure.reason {
            beside = reason.words().to_owned();
        }
        let of = Definition::find(id)?.of;
        let days: Vec<Option<f64>> = history.iter().map(|(_, totals)| totals.value(of).ok()).collect();
        let last = days.len().saturating_sub(28);
        let spark = if Definition::find(id)?.is_of_the_moment() {
            Spark::default()
        } else {
            Spark::new(&days[last..], None)
        };
        let note = note(report, id);
        Some(Card { id: figure.id, name, value, unit, beside, class, note, href: pick.behind(id), spark })
    };
    TOP.into_iter().filter_map(card).collect()
}

/// Which weekday is compared, where it is one.
fn when(pick: &Pick) -> String {
    if pick.days() == 1 { format!(" for a {}", pick.first().strftime("%A")) } else { String::new() }
}

/// What else belongs to the number.
fn note(report: &AnalyticsReport, id: &str) -> String {
    let of = |id: &str| report.figure(id).and_then(Reported::words).unwrap_or_else(|| "–".to_owned());
    match id {
        "overview.conversations" => format!("{} open now", of("overview.open")),
        "frt.p50" => format!("of {} answered", of("frt.count")),
        "frt.p90" => format!("longest {}", of("frt.max")),
        "resolution.p50" => {
            format!("of {}, {} reopened", of("overview.resolutions"), of("overview.reopened"))
        }
        "frt.open" => format!("longest {}", of("frt.open_max")),
        "sla.compliance" => format!("{} missed, {} running", of("sla.breached"), of("sla.running")),
        "csat.positive" => format!("{} of {} asked answered", of("csat.answers"), of("csat.sent")),
        "drafts.approved" => format!("{} edited, {} rejected", of("drafts.edited"), of("drafts.rejected")),
        _ => String::new(),
    }
}

/// A figure's value in words.
pub(super) trait InWords {
    fn words(&self) -> Option<String>;
}

impl InWords for Reported {
    fn words(&self) -> Option<String> {
        self.value.map(|value| numbers::value(self.unit, value))
    }
}

/// The value of one figure of a group; `–` where there is none.
pub(super) fn cell(unit: Unit, value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| numbers::value(unit, value))
}
