//! A report as Markdown: for files, wikis and chats.

use super::words;
use super::{Advice, Bars, Line, Number, Part, Report, Sentence, Table, Tone};
use std::fmt::Write;

/// How long the longest bar is.
const BAR: usize = 20;

/// Writes a report as Markdown (CommonMark with tables). Every number is a link to its conversations.
///
/// ```
/// use hotdash_core::format_report_as_markdown;
/// use hotdash_core::report::{Kind, Report, Sentence, Tone};
///
/// let report = Report {
///     kind: Kind::Daily,
///     title: "Daily report, Monday 16 November 2026".into(),
///     desk: "Hot Rodan".into(),
///     since: 1_795_392_000,
///     until: 1_795_478_400,
///     zone: "UTC".into(),
///     home: "https://hotdash.example".into(),
///     conversations: "https://desk.example/app/accounts/1/conversations/".into(),
///     said: vec![Sentence { tone: Tone::Good, text: "Nothing is out of its usual range.".into(), link: None }],
///     sections: vec![],
/// };
/// let text = format_report_as_markdown(&report);
/// assert!(text.starts_with("# Daily report, Monday 16 November 2026\n"));
/// assert!(text.contains("- Good: Nothing is out of its usual range."));
/// ```
#[must_use]
pub fn format_report_as_markdown(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# {}\n", escaped(&report.title));
    let _ = writeln!(out, "{}, times in {}\n", escaped(&report.desk), escaped(&report.zone));
    sentences(report, &report.said, &mut out);
    for section in &report.sections {
        let _ = writeln!(out, "## {}\n", escaped(&section.title));
        for part in &section.parts {
            match part {
                Part::Sentences(said) => sentences(report, said, &mut out),
                Part::Numbers(lines) => numbers(report, lines, &mut out),
                Part::Bars(chart) => bars(report, chart, &mut out),
                Part::Table(rows) => table(report, rows, &mut out),
                Part::Advice(all) => advice(report, all, &mut out),
            }
        }
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

fn sentences(report: &Report, said: &[Sentence], out: &mut String) {
    for sentence in said {
        let text = escaped(&sentence.text);
        let text = match &sentence.link {
            Some(question) => format!("{text} [Conversations]({})", report.address(question)),
            None => text,
        };
        let _ = writeln!(out, "- {}{text}", tone(sentence.tone));
    }
    if !said.is_empty() {
        out.push('\n');
    }
}

fn numbers(report: &Report, lines: &[Line], out: &mut String) {
    out.push_str("| figure | value | usually | |\n|---|---:|---:|---|\n");
    for line in lines {
        let note = line.note.as_deref().map(escaped).unwrap_or_default();
        let note = format!("{}{note}", tone(line.tone));
        let usual = usual(line).unwrap_or_default();
        let value = linked(report, &line.number);
        let _ = writeln!(out, "| {} | {value} | {usual} | {} |", escaped(&line.name), note.trim());
    }
    out.push('\n');
}

/// Between which values it usually lies.
pub(super) fn usual(line: &Line) -> Option<String> {
    line.usual.map(|(low, high)| words::range(line.number.unit, low, high))
}

fn bars(report: &Report, chart: &Bars, out: &mut String) {
    let _ = writeln!(out, "| {} | | |\n|---|---:|---|", escaped(&chart.title));
    for bar in &chart.bars {
        let length = usize::from(chart.percent(bar)) * BAR / 100;
        let value = linked(report, &bar.number);
        let _ = writeln!(out, "| {} | {value} | {} |", escaped(&bar.name), "█".repeat(length));
    }
    out.push('\n');
}

fn table(report: &Report, table: &Table, out: &mut String) {
    if !table.title.is_empty() {
        let _ = writeln!(out, "**{}**\n", escaped(&table.title));
    }
    let heads: Vec<String> = table.columns.iter().map(|column| escaped(column)).collect();
    let _ = writeln!(out, "| {} |", heads.join(" | "));
    let _ = writeln!(out, "|---{}|", "|---:".repeat(heads.len().saturating_sub(1)));
    for row in &table.rows {
        let cells: Vec<String> = row.numbers.iter().map(|number| linked(report, number)).collect();
        let _ = writeln!(out, "| {} | {} |", escaped(&row.name), cells.join(" | "));
    }
    out.push('\n');
}

fn advice(report: &Report, all: &[Advice], out: &mut String) {
    for (number, advice) in (1_u32..).zip(all) {
        let _ = writeln!(out, "{number}. **{}** {}", escaped(&advice.title), escaped(&advice.evidence));
        let mut rest: Vec<String> = Vec::new();
        rest.extend(advice.gain.as_ref().map(|gain| format!("Expected: {}", escaped(gain))));
        if !advice.conversations.is_empty() {
            let link = |id: &i64| format!("[{id}]({}{id})", report.conversations);
            let links: Vec<String> = advice.conversations.iter().map(link).collect();
            rest.push(format!("Conversations: {}.", links.join(", ")));
        }
        rest.extend(advice.page.as_ref().map(|page| format!("[All of them]({}{page})", report.home)));
        if !rest.is_empty() {
            let _ = writeln!(out, "   {}", rest.join(" "));
        }
    }
    if !all.is_empty() {
        out.push('\n');
    }
}

fn linked(report: &Report, number: &Number) -> String {
    match &number.link {
        Some(question) => format!("[{}]({})", number.shown(), report.address(question)),
        None => number.shown(),
    }
}

/// Colour says nothing here.
pub(super) fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Good => "Good: ",
        Tone::Bad => "Look: ",
    }
}

/// Names are the desk's: none of their characters may mean anything.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' => out.extend(['\\', c]),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
