//! The first screen: is anything wrong, where, and what to do; then the main numbers.

use super::Writer;
use crate::figures::definition::Good;
use crate::figures::report::Reported;
use crate::figures::usual::Standing;
use crate::report::tree::{Advice, Bar, Bars, Kind, Line, Part, Section, Sentence, Tone};
use crate::report::words;

/// What the first screen speaks about, the most important first.
pub(super) const MAIN: [&str; 11] = [
    "overview.conversations",
    "overview.incoming_messages",
    "overview.resolutions",
    "overview.reopened",
    "overview.open",
    "frt.p50",
    "frt.p90",
    "reply.p50",
    "resolution.p50",
    "sla.compliance",
    "csat.positive",
];
/// What may be called wrong in a sentence.
const WATCHED: [&str; 8] = [
    "sla.compliance",
    "frt.p50",
    "reply.p50",
    "resolution.p50",
    "csat.positive",
    "overview.reopened",
    "frt.open",
    "drafts.rejected",
];
/// More good news than this hides what is wrong.
const PRAISED: usize = 2;

pub(super) fn said(writer: &Writer<'_>, alerts: &[Advice], advice: Option<&Advice>) -> Vec<Sentence> {
    let mut said = vec![Sentence { tone: Tone::Plain, text: happened(writer), link: None }];
    let watched: Vec<&Reported> = WATCHED.iter().filter_map(|id| writer.figure(id)).collect();
    said.extend(broken(writer));
    said.extend(alerted(alerts));
    let stands = |standing| move |figure: &&&Reported| figure.standing == Some(standing);
    let worse = watched.iter().filter(stands(Standing::Worse));
    said.extend(worse.filter_map(|figure| compared(writer, figure, Tone::Bad)));
    let better = watched.iter().filter(stands(Standing::Better)).take(PRAISED);
    said.extend(better.filter_map(|figure| compared(writer, figure, Tone::Good)));
    if said.len() == 1 {
        let compared = watched.iter().any(|figure| figure.standing.is_some());
        let (tone, text) = if compared {
            (Tone::Good, "Nothing that is watched is far from usual.")
        } else {
            (Tone::Plain, "There is too little history to say what is usual.")
        };
        said.push(Sentence { tone, text: text.to_owned(), link: None });
    }
    if let Some(first) = advice {
        said.push(Sentence {
            tone: Tone::Plain,
            text: format!("First thing to do: {}", first.title),
            link: None,
        });
    }
    said
}

/// `41 conversations began, 38 were resolved; 12 are open at the end.`
fn happened(writer: &Writer<'_>) -> String {
    let value = |id: &str| writer.figure(id).and_then(|figure| figure.value).unwrap_or(0.0);
    let began = words::counted(value("overview.conversations"), "conversation", "conversations");
    let resolved = words::counted(value("overview.resolutions"), "resolution", "resolutions");
    let open = words::counted(value("overview.open"), "is open at the end", "are open at the end");
    format!("{began} began, {resolved}; {open}.")
}

fn broken(writer: &Writer<'_>) -> Option<Sentence> {
    let figure = writer.figure("sla.breached")?;
    let missed = figure.value.filter(|missed| *missed > 0.0)?;
    let text = format!("{} not kept.", words::counted(missed, "promise was", "promises were"));
    Some(Sentence { tone: Tone::Bad, text, link: Some(writer.question(figure.id, &[])) })
}

/// The first alert in words, the rest by their number.
fn alerted(alerts: &[Advice]) -> Option<Sentence> {
    let (first, rest) = alerts.split_first()?;
    let more = if rest.is_empty() { String::new() } else { format!(" And {} more.", rest.len()) };
    Some(Sentence { tone: Tone::Bad, text: format!("Not as usual: {}{more}", first.evidence), link: None })
}

fn compared(writer: &Writer<'_>, figure: &Reported, tone: Tone) -> Option<Sentence> {
    let usual = figure.usual?;
    let number = writer.number(figure);
    let usual = words::range(number.unit, usual.low, usual.high);
    let text = format!("{}: {}, usually {usual}.", figure.label, number.shown());
    Some(Sentence { tone, text, link: number.link })
}

pub(super) fn summary(writer: &Writer<'_>, kind: Kind) -> Section {
    let lines = MAIN.iter().filter_map(|id| writer.figure(id)).map(|figure| line(writer, figure));
    let mut parts = vec![Part::Numbers(lines.collect())];
    parts.extend(arrivals(writer, kind).map(Part::Bars));
    Section { id: "summary".into(), title: "Summary".into(), for_leads: false, parts }
}

pub(super) fn line(writer: &Writer<'_>, figure: &Reported) -> Line {
    let (tone, note) = match figure.standing {
        Some(Standing::Better) => (Tone::Good, Some("better than usual")),
        Some(Standing::Worse) => (Tone::Bad, Some("worse than usual")),
        Some(Standing::Higher) => (Tone::Plain, Some("more than usual")),
        Some(Standing::Lower) => (Tone::Plain, Some("less than usual")),
        Some(Standing::Usual) | None => (Tone::Plain, None),
    };
    let reason = figure.reason.map(|reason| reason.words().to_owned());
    Line {
        name: figure.label.to_owned(),
        number: writer.number(figure),
        tone,
        usual: figure.usual.map(|usual| (usual.low, usual.high)),
        note: note.map(str::to_owned).or(reason),
    }
}

/// A figure beside its goal.
pub(super) fn goal(writer: &Writer<'_>, figure: &Reported) -> Option<Line> {
    let goal = figure.goal?;
    let number = writer.number(figure);
    let is_met = number.value.map(|value| match figure.good {
        Good::Up => value >= goal,
        Good::Down | Good::Neither => value <= goal,
    });
    let (tone, words) = match is_met {
        Some(true) => (Tone::Good, "met"),
        Some(false) => (Tone::Bad, "not met"),
        None => (Tone::Plain, "nothing to compare"),
    };
    let note = format!("goal {}: {words}", words::number(number.unit, goal));
    Some(Line { name: figure.label.to_owned(), number, tone, usual: None, note: Some(note) })
}

/// When customers came: by the hour of one day, else by days.
fn arrivals(writer: &Writer<'_>, kind: Kind) -> Option<Bars> {
    let (title, dimension, groups) = match kind {
        Kind::Daily => ("Conversations by hour", "hour", &writer.analytics.hours),
        Kind::Weekly | Kind::Period => ("Conversations by day", "day", &writer.analytics.days),
    };
    let bars: Vec<Bar> = groups
        .iter()
        .map(|group| {
            let mut number = writer.of_group(group, dimension, "overview.conversations");
            if dimension == "day" {
                number.link = None;
            }
            Bar { name: group.label.clone(), number }
        })
        .filter(|bar| bar.number.value.is_some_and(|value| value > 0.0))
        .collect();
    (!bars.is_empty()).then(|| Bars { title: title.to_owned(), bars })
}
