//! The walk through a report: each number of its JSON, each text with a digit in it, and what the mail shows of them.

use super::advice::{article, silent};
use super::metrics::{GOALS, collect, of_issue};
use super::oracle::{Oracle, Period};
use super::{real, same};
use hotdash_core::report::{Kind, Part, Placed, Question, Report, Sentence, Unit, number, range};
use serde_json::Value;
use std::collections::BTreeSet;

/// What was found true: numbers of the JSON, and texts with digits.
#[derive(Default)]
pub(super) struct True {
    numbers: Vec<f64>,
    pub(super) texts: BTreeSet<String>,
}

/// Every number of a report; answers what is true.
pub(super) fn check(report: &Report, oracle: &Oracle<'_>, period: Period) -> True {
    let mut found = True::default();
    assert_eq!((report.since, report.until), (period.since, period.until));
    found.numbers.extend([real(period.since), real(period.until)]);
    let title = match report.kind {
        Kind::Daily => "Daily report, Friday 20 November 2026",
        _ => "Weekly report, 16 November to 22 November 2026",
    };
    assert_eq!(report.title, title);
    found.texts.extend([title.to_owned(), report.home.clone(), report.conversations.clone()]);
    for placed in report.numbers() {
        one(&placed, oracle, period, &mut found);
    }
    said(&report.said, oracle, period, &mut found);
    for section in &report.sections {
        for part in &section.parts {
            match part {
                Part::Sentences(all) => said(all, oracle, period, &mut found),
                Part::Numbers(lines) => lines.iter().for_each(|line| {
                    let goal = GOALS.iter().find(|(figure, _)| *figure == line.number.figure);
                    if let (Some(note), Some((figure, goal))) = (&line.note, goal)
                        && note.starts_with("goal")
                    {
                        let value = oracle.value(figure, period, &[]).unwrap();
                        let is_met =
                            if *figure == "drafts.approved" { value >= *goal } else { value <= *goal };
                        let words = if is_met { "met" } else { "not met" };
                        assert_eq!(*note, format!("goal {}: {words}", number(Unit::Share, *goal)));
                        found.texts.insert(note.clone());
                    }
                }),
                Part::Table(table) => {
                    let rows: BTreeSet<String> = table.rows.iter().map(|row| row.name.clone()).collect();
                    assert_eq!(rows, rows_of(&section.id, &table.title, oracle, period), "{}", table.title);
                }
                Part::Advice(all) => all.iter().for_each(|one| {
                    let (evidence, gain) = article(one, oracle, period);
                    found.numbers.extend(one.conversations.iter().map(|id| real(*id)));
                    found.texts.extend([evidence, gain]);
                }),
                Part::Bars(_) => {}
            }
        }
    }
    nothing_else(report, &found);
    found
}

/// No number and no text with a digit stands in the JSON but those that were found true.
fn nothing_else(report: &Report, found: &True) {
    let json = serde_json::to_value(report).unwrap();
    let mut leaves = Vec::new();
    collect(&json, &mut Vec::new(), &mut leaves);
    let mut told: Vec<f64> = leaves.iter().filter_map(|(_, value)| *value).collect();
    let mut known = found.numbers.clone();
    told.sort_by(f64::total_cmp);
    known.sort_by(f64::total_cmp);
    let strange = told.iter().find(|told| !known.iter().any(|known| same(Some(**told), Some(*known))));
    assert_eq!((told.len(), strange), (known.len(), None), "numbers that nobody recomputed");
    let mut texts = Vec::new();
    words(&json, &mut texts);
    for text in texts.iter().filter(|text| text.contains(|c: char| c.is_ascii_digit())) {
        assert!(found.texts.contains(text), "nobody recomputed {text:?}");
    }
}

fn words(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| words(value, texts)),
        Value::Array(all) => all.iter().for_each(|value| words(value, texts)),
        Value::String(text) => texts.push(text.clone()),
        _ => {}
    }
}

/// By which dimension a table's rows or a chart's bars are.
fn dimension(section: &str, part: &str) -> Option<&'static str> {
    Some(match (section, part) {
        ("agents", _) => "agent",
        (_, "By channel") => "channel",
        (_, "By inbox") => "inbox",
        (_, "By team") => "team",
        (_, "By label") => "label",
        (_, "Conversations by hour") => "hour",
        (_, "Conversations by day") => "day",
        _ => return None,
    })
}

fn key(dimension: &str, name: &str, oracle: &Oracle<'_>, period: Period) -> String {
    let keys = oracle.keys(dimension, period);
    let found: Vec<&String> = keys.iter().filter(|key| oracle.kept.name(dimension, key) == name).collect();
    let [key] = found[..] else { panic!("{dimension} {name:?}: {found:?} of {keys:?}") };
    key.clone()
}

/// The rows that a table must have.
fn rows_of(section: &str, title: &str, oracle: &Oracle<'_>, period: Period) -> BTreeSet<String> {
    if title == "By category" {
        let seen = |category: &String| !oracle.seen(category, period).is_empty();
        return oracle.categories().into_iter().filter(seen).collect();
    }
    if title == "SLA" {
        let over = |kind: &&str| {
            let count = |part: &str| oracle.value(&format!("sla.{kind}.{part}"), period, &[]).unwrap();
            count("met") + count("breached") > 0.0
        };
        let kinds = ["first_response", "next_response", "resolution"].into_iter();
        return kinds.filter(over).map(|kind| kind.replace('_', " ")).collect();
    }
    let by = dimension(section, title).unwrap_or_else(|| panic!("a table {title:?}"));
    let columns: &[&str] = match by {
        "agent" => &["overview.resolutions", "frt.count", "frt.p50", "reply.p50", "csat.positive"],
        "label" => &["overview.conversations", "overview.resolutions", "frt.p50"],
        _ => {
            &["overview.conversations", "overview.resolutions", "frt.p50", "sla.compliance", "csat.positive"]
        }
    };
    let any = |key: &String| {
        let slice = [(by.to_owned(), key.clone())];
        columns.iter().any(|figure| oracle.value(figure, period, &slice).is_some_and(|value| value > 0.0))
    };
    let keys = oracle.keys(by, period).into_iter().filter(any);
    keys.map(|key| oracle.kept.name(by, &key)).collect()
}

fn one(placed: &Placed<'_>, oracle: &Oracle<'_>, period: Period, found: &mut True) {
    let Placed { section, part, name, number: told, usual, .. } = placed;
    let figure = told.figure.as_str();
    let count = |count: usize| Some(real(i64::try_from(count).unwrap()));
    let mut slice = Vec::new();
    let theirs = match (*part, figure) {
        ("Ratings", _) => count(oracle.rated(period, name.parse().unwrap())),
        ("First responses by time", _) => {
            let (from, until) = class(name);
            count(oracle.responses(period, from, until))
        }
        ("By category", "issues.usual") => {
            // Where nothing is usual there is no number; else it is the middle.
            let usual = oracle.usual(period, |earlier| count(oracle.seen(name, earlier).len()));
            usual.map(|usual| usual[1])
        }
        ("By category", _) => of_issue(name, &[figure.strip_prefix("issues.").unwrap()], oracle, period),
        _ => {
            if let Some(by) = dimension(section, part) {
                slice.push((by.to_owned(), key(by, name, oracle, period)));
            }
            oracle.value(figure, period, &slice)
        }
    };
    assert!(same(told.value, theirs), "{placed:?}: recomputed {theirs:?}");
    let usually = oracle.usual_of(figure_of_usual(figure), period).map(|usual| (usual[0], usual[2]));
    if usual.is_some() || *section == "summary" && part.is_empty() {
        let (low, high) = (usual.map(|usual| usual.0), usual.map(|usual| usual.1));
        let theirs = (usually.map(|usual| usual.0), usually.map(|usual| usual.1));
        assert!(same(low, theirs.0) && same(high, theirs.1), "{placed:?}: recomputed {usually:?}");
    }
    found.numbers.extend(told.value);
    found.numbers.extend(usual.iter().flat_map(|(low, high)| [*low, *high]));
    found.texts.insert((*name).to_owned());
    found.texts.extend([figure.to_owned(), told.shown()]);
    found.texts.extend(usual.map(|(low, high)| range(told.unit, low, high)));
    if let Some(link) = &told.link {
        follow(link, period, found);
        if *part != "By category" {
            assert_eq!((link.figure.as_str(), &link.slice), (figure, &slice), "{placed:?}");
        }
    }
}

/// Issues have an own way to what is usual.
fn figure_of_usual(figure: &str) -> &str {
    if figure.starts_with("issues.") { "overview.open" } else { figure }
}

fn follow(link: &Question, period: Period, found: &mut True) {
    assert_eq!((link.since, link.until), (period.since, period.until));
    found.numbers.extend([real(link.since), real(link.until)]);
    found.texts.insert(link.figure.clone());
    found.texts.extend(link.slice.iter().map(|(_, key)| key.clone()));
}

/// From how many seconds up to how many.
fn class(name: &str) -> (f64, f64) {
    let classes = [
        ("up to 1 min", 60.0),
        ("1 to 5 min", 300.0),
        ("5 to 15 min", 900.0),
        ("15 to 30 min", 1800.0),
        ("30 min to 1 h", 3600.0),
        ("1 to 4 h", 14_400.0),
        ("4 to 8 h", 28_800.0),
        ("8 h to 1 d", 86_400.0),
        ("more than 1 d", f64::MAX),
    ];
    let place = classes.iter().position(|(class, _)| *class == name).unwrap();
    (place.checked_sub(1).map_or(f64::MIN, |before| classes[before].1), classes[place].1)
}

/// Sentences that say numbers, said once more.
fn said(all: &[Sentence], oracle: &Oracle<'_>, period: Period, found: &mut True) {
    let value = |figure: &str| oracle.value(figure, period, &[]).unwrap();
    let counted = |count: f64, one: &str, many: &str| match count {
        1.0 => format!("one {one}"),
        count => format!("{} {many}", number(Unit::Count, count)),
    };
    for sentence in all {
        if let Some(link) = &sentence.link {
            follow(link, period, found);
        }
        let text = sentence.text.as_str();
        let expected = match &sentence.link {
            Some(link) if link.figure == "sla.breached" && text.contains("not kept") => {
                format!("{} not kept.", counted(value("sla.breached"), "promise was", "promises were"))
            }
            Some(link) => {
                let (label, _) = text.split_once(": ").unwrap();
                let [low, _, high, _] = oracle.usual_of(&link.figure, period).unwrap();
                let unit = unit(&link.figure);
                let (now, usual) = (number(unit, value(&link.figure)), range(unit, low, high));
                format!("{label}: {now}, usually {usual}.")
            }
            None if text.ends_with("at the end.") => {
                let began = counted(value("overview.conversations"), "conversation", "conversations");
                let resolved = counted(value("overview.resolutions"), "resolution", "resolutions");
                let open = counted(value("overview.open"), "is open at the end", "are open at the end");
                format!("{began} began, {resolved}; {open}.")
            }
            None if text.contains(": too little is known; ") => silent(text, oracle, period),
            None => {
                assert!(!text.contains(|c: char| c.is_ascii_digit()), "nobody recomputes {text:?}");
                continue;
            }
        };
        assert_eq!(text, expected);
        found.texts.insert(expected);
    }
}

fn unit(figure: &str) -> Unit {
    let (section, part) = figure.split_once('.').unwrap();
    match (section, part) {
        ("overview", _) | (_, "open" | "breached" | "met" | "count") => Unit::Count,
        ("frt" | "reply" | "resolution", _) => Unit::Seconds,
        _ => Unit::Share,
    }
}

/// Numbers as they stand in a text.
fn tokens(text: &str) -> BTreeSet<String> {
    let pieces = text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | ':')));
    let bare = pieces.map(|piece| piece.trim_matches(['.', ',', ':']).to_owned());
    bare.filter(|piece| !piece.is_empty()).collect()
}

/// The text of HTML, element by element; what is in the head is not shown.
fn shown(html: &str) -> String {
    let body = html.split_once("<body").unwrap().1.split_once('>').unwrap().1;
    let pieces = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    let text = pieces.collect::<Vec<_>>().join(" ");
    [("&#38;", "&"), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&nbsp;", " ")]
        .into_iter()
        .fold(text, |text, (escaped, plain)| text.replace(escaped, plain))
}

/// A mail shows every number where it belongs, and none that is not true.
pub(super) fn shows(html: &str, text: &str, report: &Report, found: &True) {
    let known: BTreeSet<String> = found.texts.iter().flat_map(|text| tokens(text)).collect();
    for (form, told) in [("HTML", shown(html)), ("text", text.to_owned())] {
        let strange: Vec<String> = tokens(&told).into_iter().filter(|token| !known.contains(token)).collect();
        assert!(strange.is_empty(), "{form} shows numbers that nobody recomputed: {strange:?}");
    }
    let rows: Vec<String> = html.split("<tr").map(|row| shown(&format!("<body><i{row}"))).collect();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for placed in report.numbers() {
        let is_there = |line: &&String| {
            let after = line.split_once(placed.name).map_or("", |(_, after)| after);
            placed.name.is_empty() || after.contains(&placed.number.shown())
        };
        assert!(rows.iter().any(|row| is_there(&row)), "{placed:?} is not in the HTML");
        assert!(lines.iter().any(|line| is_there(&line)), "{placed:?} is not in the text");
    }
}
