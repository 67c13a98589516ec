//! Everything behind the first screen, section by section.

use super::Writer;
use super::summary::{MAIN, goal, line};
use crate::figures::report::{Group, Issue, Reported};
use crate::report::tree::{Bar, Bars, Number, Part, Row, Section, Sentence, Table, Tone, Unit};
use crate::report::words;

/// Rows of a table; a mail is no data base.
const ROWS: usize = 12;
const SPREAD: [&str; 3] = ["frt.", "reply.", "resolution."];

pub(super) fn all(writer: &Writer<'_>) -> Vec<Section> {
    vec![
        targets(writer),
        times(writer),
        agents(writer),
        channels(writer),
        issues(writer),
        ratings(writer),
        drafts(writer),
    ]
}

pub(super) fn section(id: &str, title: &str, parts: Vec<Part>) -> Section {
    Section { id: id.into(), title: title.into(), for_leads: false, parts }
}

/// What was promised, and what the team aims at.
fn targets(writer: &Writer<'_>) -> Section {
    let kinds = [
        ("first response", "sla.first_response."),
        ("next response", "sla.next_response."),
        ("resolution", "sla.resolution."),
    ];
    let whole = |id: &str| writer.figure(id).map(|figure| writer.number(figure));
    let row = |(name, prefix): (&str, &str)| {
        let number = |part: &str| whole(&format!("{prefix}{part}"));
        let numbers = vec![number("compliance")?, number("met")?, number("breached")?];
        let any = numbers[1].value.unwrap_or(0.0) + numbers[2].value.unwrap_or(0.0) > 0.0;
        any.then(|| Row { name: name.to_owned(), numbers })
    };
    let rows: Vec<Row> = kinds.into_iter().filter_map(row).collect();
    let mut parts = Vec::new();
    if rows.is_empty() {
        parts.push(Part::Sentences(vec![plain("No promise to a customer came to its end.")]));
    } else {
        let columns = ["promise", "kept", "in time", "late"].map(str::to_owned).into();
        parts.push(Part::Table(Table { title: "SLA".into(), columns, rows }));
    }
    let goals: Vec<_> = writer
        .analytics
        .figures()
        .filter(|figure| figure.value.is_some())
        .filter_map(|f| goal(writer, f))
        .collect();
    if !goals.is_empty() {
        parts.push(Part::Numbers(goals));
    }
    section("targets", "Targets", parts)
}

pub(super) fn plain(text: &str) -> Sentence {
    Sentence { tone: Tone::Plain, text: text.to_owned(), link: None }
}

/// How long things took.
fn times(writer: &Writer<'_>) -> Section {
    let wanted = |figure: &&Reported| {
        SPREAD.iter().any(|start| figure.id.starts_with(start))
            && !MAIN.contains(&figure.id)
            && [".p50", ".p90", ".p99", ".open_max"].iter().any(|end| figure.id.ends_with(end))
    };
    let lines: Vec<_> = writer
        .analytics
        .figures()
        .filter(wanted)
        .filter(|figure| figure.value.is_some())
        .map(|figure| line(writer, figure))
        .collect();
    let mut parts = Vec::new();
    if lines.is_empty() {
        parts.push(Part::Sentences(vec![plain("Nobody was answered and nothing was resolved.")]));
    } else {
        parts.push(Part::Numbers(lines));
        parts.push(Part::Bars(first_responses(writer)));
    }
    section("times", "Response times", parts)
}

fn first_responses(writer: &Writer<'_>) -> Bars {
    let spread = &writer.analytics.first_responses;
    #[expect(clippy::cast_precision_loss, reason = "a day at most")]
    let ends: Vec<f64> = spread.ends.iter().map(|second| *second as f64).collect();
    let range = |from: f64, until: f64| words::range(Unit::Seconds, from, until);
    let first = ends.iter().take(1).map(|end| format!("up to {}", words::number(Unit::Seconds, *end)));
    let names = first.chain(ends.windows(2).map(|pair| range(pair[0], pair[1])));
    let mut names: Vec<String> = names.collect();
    names.extend(ends.last().map(|end| format!("more than {}", words::number(Unit::Seconds, *end))));
    let bar = |(name, count): (String, &usize)| Bar { name, number: counted("frt.count", *count) };
    Bars {
        title: "First responses by time".into(),
        bars: names.into_iter().zip(&spread.counts).map(bar).collect(),
    }
}

/// A count that has no page of its own.
fn counted(figure: &str, count: usize) -> Number {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let value = Some(count as f64);
    Number { figure: figure.into(), unit: Unit::Count, value, reason: None, link: None }
}

/// Groups as rows, those with the most first.
fn table(
    writer: &Writer<'_>,
    title: &str,
    dimension: &str,
    groups: &[Group],
    columns: &[(&str, &str)],
) -> Option<Part> {
    let mut rows: Vec<Row> = groups
        .iter()
        .map(|group| Row {
            // The names of channels are words of an address.
            name: if dimension == "channel" { group.label.replace('_', " ") } else { group.label.clone() },
            numbers: columns.iter().map(|(_, id)| writer.of_group(group, dimension, id)).collect(),
        })
        .filter(|row| row.numbers.iter().any(|number| number.value.is_some_and(|value| value > 0.0)))
        .collect();
    let first = |row: &Row| row.numbers.first().and_then(|number| number.value).unwrap_or(0.0);
    rows.sort_by(|a, b| first(b).total_cmp(&first(a)).then_with(|| a.name.cmp(&b.name)));
    rows.truncate(ROWS);
    let heads = std::iter::once(dimension).chain(columns.iter().map(|(head, _)| *head));
    let columns = heads.map(str::to_owned).collect();
    (!rows.is_empty()).then(|| Part::Table(Table { title: title.to_owned(), columns, rows }))
}

const BY_PERSON: [(&str, &str); 5] = [
    ("resolved", "overview.resolutions"),
    ("first replies", "frt.count"),
    ("first reply", "frt.p50"),
    ("reply", "reply.p50"),
    ("satisfied", "csat.positive"),
];
const BY_PLACE: [(&str, &str); 5] = [
    ("began", "overview.conversations"),
    ("resolved", "overview.resolutions"),
    ("first reply", "frt.p50"),
    ("kept", "sla.compliance"),
    ("satisfied", "csat.positive"),
];

fn agents(writer: &Writer<'_>) -> Section {
    let parts = table(writer, "", "agent", &writer.analytics.agents, &BY_PERSON);
    Section { for_leads: true, ..section("agents", "Agents", parts.into_iter().collect()) }
}

fn channels(writer: &Writer<'_>) -> Section {
    let analytics = writer.analytics;
    let tables = [
        ("By channel", "channel", &analytics.channels),
        ("By inbox", "inbox", &analytics.inboxes),
        ("By team", "team", &analytics.teams),
    ];
    let parts =
        tables.into_iter().filter_map(|(title, by, groups)| table(writer, title, by, groups, &BY_PLACE));
    section("channels", "Channels", parts.collect())
}

/// What customers wrote about.
fn issues(writer: &Writer<'_>) -> Section {
    let analytics = writer.analytics;
    let rows: Vec<Row> = analytics.issues.iter().take(ROWS).map(|issue| issue_row(writer, issue)).collect();
    let mut parts = Vec::new();
    if !rows.is_empty() {
        let columns = ["issue", "came up", "share", "before", "usually"].map(str::to_owned).into();
        parts.push(Part::Table(Table { title: "By category".into(), columns, rows }));
    }
    parts.extend(table(writer, "By label", "label", &analytics.labels, &BY_PLACE[..3]));
    section("issues", "Issues", parts)
}

fn issue_row(writer: &Writer<'_>, issue: &Issue) -> Row {
    let mut count = counted("issues.count", issue.count);
    let group = writer.analytics.categories.iter().find(|group| group.name == issue.name);
    let began = group.and_then(|group| group.figures.get("overview.conversations").copied().flatten());
    // The page lists those that began in the period; a category may be seen later in a conversation's life.
    if began == count.value {
        count.link = Some(writer.question("overview.conversations", &[("category", &issue.name)]));
    }
    let number =
        |figure: &str, unit, value| Number { figure: figure.into(), unit, value, reason: None, link: None };
    Row {
        name: issue.name.clone(),
        numbers: vec![
            count,
            number("issues.share", Unit::Share, Some(issue.share)),
            counted("issues.previous", issue.previous),
            number("issues.usual", Unit::Count, issue.usual.map(|usual| usual.median)),
        ],
    }
}

fn ratings(writer: &Writer<'_>) -> Section {
    let lines: Vec<_> = writer.analytics.csat.0.iter().map(|figure| line(writer, figure)).collect();
    if lines.iter().all(|line| line.number.value.unwrap_or(0.0) <= 0.0) {
        return section(
            "csat",
            "Satisfaction",
            vec![Part::Sentences(vec![plain("No survey was sent or answered.")])],
        );
    }
    let names = ["1", "2", "3", "4", "5"];
    let bars = names.iter().zip(&writer.analytics.ratings).rev();
    let bars = bars
        .map(|(name, count)| Bar { name: (*name).to_owned(), number: counted("csat.answers", *count) })
        .collect();
    let bars = Bars { title: "Ratings".into(), bars };
    section("csat", "Satisfaction", vec![Part::Numbers(lines), Part::Bars(bars)])
}

fn drafts(writer: &Writer<'_>) -> Section {
    let all = &writer.analytics.drafts.0;
    let any = all
        .iter()
        .any(|figure| figure.unit != crate::figures::definition::Unit::Share && figure.value > Some(0.0));
    if !any {
        return section(
            "drafts",
            "Drafts",
            vec![Part::Sentences(vec![plain("No draft was written or decided.")])],
        );
    }
    let lines = all.iter().filter(|figure| figure.value.is_some()).map(|figure| line(writer, figure));
    section("drafts", "Drafts", vec![Part::Numbers(lines.collect())])
}
