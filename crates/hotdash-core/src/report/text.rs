//! A report as plain text, as mail programs without HTML and people on a terminal read it: 76 columns, no markup.

use super::markdown::{tone, usual};
use super::{Advice, Bars, Line, Part, Report, Sentence, Table};
use std::fmt::Write;
use textwrap::core::display_width;
use textwrap::{Options, fill};

const WIDTH: usize = 76;
const BAR: usize = 24;

/// Writes a report as plain text. Numbers have no links here; the end says where the whole report is.
#[must_use]
pub fn format_report_as_text(report: &Report) -> String {
    let mut out = String::new();
    heading(&report.title, '=', &mut out);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}, times in {}\n", report.desk, report.zone);
    sentences(&report.said, &mut out);
    for section in &report.sections {
        out.push('\n');
        heading(&section.title, '-', &mut out);
        for part in &section.parts {
            match part {
                Part::Sentences(said) => sentences(said, &mut out),
                Part::Numbers(lines) => numbers(lines, &mut out),
                Part::Bars(chart) => bars(chart, &mut out),
                Part::Table(rows) => table(rows, &mut out),
                Part::Advice(all) => advice(all, &mut out),
            }
        }
    }
    let _ = writeln!(out, "\nEvery number with its conversations:\n{}/reports", report.home);
    out
}

fn heading(text: &str, under: char, out: &mut String) {
    let _ = writeln!(out, "{text}\n{}", under.to_string().repeat(display_width(text).min(WIDTH)));
}

fn sentences(said: &[Sentence], out: &mut String) {
    for sentence in said {
        item("* ", &format!("{}{}", tone(sentence.tone), sentence.text), out);
    }
}

fn item(mark: &str, text: &str, out: &mut String) {
    let indent = " ".repeat(mark.len());
    let options = Options::new(WIDTH).initial_indent(mark).subsequent_indent(&indent);
    let _ = writeln!(out, "{}", fill(text, options));
}

fn numbers(lines: &[Line], out: &mut String) {
    let usual = |line: &Line| usual(line).map(|usual| format!("usually {usual}")).unwrap_or_default();
    let said = |line: &Line| {
        let note = line.note.as_deref().unwrap_or_default();
        format!("{}{note}", if note.is_empty() { "" } else { tone(line.tone) })
    };
    let cells = |line: &Line| vec![line.name.clone(), line.number.shown(), usual(line), said(line)];
    let mut rows: Vec<Vec<String>> = lines.iter().map(cells).collect();
    let widest = |column: usize| rows.iter().map(|row| display_width(&row[column])).max().unwrap_or(0);
    if (0..4).map(widest).sum::<usize>() + 8 <= WIDTH {
        return aligned(&rows, &[1], out);
    }
    // Too wide: what is said of a number stands below it.
    let notes: Vec<String> = rows.iter_mut().filter_map(Vec::pop).collect();
    let mut numbers = String::new();
    aligned(&rows, &[1], &mut numbers);
    for (line, note) in numbers.lines().zip(&notes) {
        let _ = writeln!(out, "{line}");
        if !note.is_empty() {
            item("      ", note, out);
        }
    }
}

fn bars(chart: &Bars, out: &mut String) {
    let _ = writeln!(out, "\n{}", chart.title);
    let row = |bar: &super::Bar| {
        let length = usize::from(chart.percent(bar)) * BAR / 100;
        vec![bar.name.clone(), bar.number.shown(), "#".repeat(length)]
    };
    aligned(&chart.bars.iter().map(row).collect::<Vec<_>>(), &[1], out);
}

fn table(table: &Table, out: &mut String) {
    if !table.title.is_empty() {
        let _ = writeln!(out, "\n{}", table.title);
    }
    let mut rows = vec![table.columns.clone()];
    rows.extend(table.rows.iter().map(|row| {
        let cells = row.numbers.iter().map(super::Number::shown);
        std::iter::once(row.name.clone()).chain(cells).collect()
    }));
    let right: Vec<usize> = (1..table.columns.len()).collect();
    aligned(&rows, &right, out);
}

/// Columns side by side; those named are set to the right.
fn aligned(rows: &[Vec<String>], right: &[usize], out: &mut String) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| display_width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::from(" ");
        for (column, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[column].saturating_sub(display_width(cell)));
            let (before, after) =
                if right.contains(&column) { (pad.as_str(), "") } else { ("", pad.as_str()) };
            let _ = write!(line, " {before}{cell}{after} ");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn advice(all: &[Advice], out: &mut String) {
    for (number, advice) in (1_u32..).zip(all) {
        let gain = advice.gain.as_ref().map_or_else(String::new, |gain| format!(" Expected: {gain}"));
        let text = format!("{} {}{gain}", advice.title, advice.evidence);
        item(&format!("{number}. "), &text, out);
    }
}
