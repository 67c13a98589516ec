//! Renderings of a report with everything in it.

use super::*;
use jiff::tz::TimeZone;

fn question(figure: &str, slice: &[(&str, &str)]) -> Question {
    let slice = slice.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Question { figure: figure.into(), since: 1_795_392_000, until: 1_795_478_400, slice }
}

fn number_of(figure: &str, unit: Unit, value: f64, slice: &[(&str, &str)]) -> Number {
    Number {
        figure: figure.into(),
        unit,
        value: Some(value),
        reason: None,
        link: Some(question(figure, slice)),
    }
}

fn nothing(figure: &str, unit: Unit, reason: &str) -> Number {
    Number { figure: figure.into(), unit, value: None, reason: Some(reason.into()), link: None }
}

/// With a name that tries everything.
fn report() -> Report {
    let line = |name: &str, number, tone, usual, note: Option<&str>| Line {
        name: name.into(),
        number,
        tone,
        usual,
        note: note.map(str::to_owned),
    };
    let sentence = |tone, text: &str, link| Sentence { tone, text: text.into(), link };
    let count = |figure: &str, value, slice: &[(&str, &str)]| number_of(figure, Unit::Count, value, slice);
    let numbers = vec![
        line("Conversations", count("conversations", 1204.0, &[]), Tone::Plain, Some((900.0, 1300.0)), None),
        line(
            "First response, median",
            number_of("first_response_time_p50", Unit::Seconds, 11_100.0, &[]),
            Tone::Bad,
            Some((600.0, 2400.0)),
            Some("slower than usual"),
        ),
        line("Satisfied", nothing("csat_positive", Unit::Share, "nothing_happened"), Tone::Plain, None, None),
    ];
    let bars = Bars {
        title: "Arrivals by hour".into(),
        bars: [("09 h", 12.0), ("10 h", 30.0), ("11 h", 0.0)]
            .map(|(name, value)| Bar {
                name: name.into(),
                number: count("peak_hours", value, &[("hour", &name[..2])]),
            })
            .into(),
    };
    let table = Table {
        title: String::new(),
        columns: vec!["agent".into(), "replies".into(), "reply, median".into()],
        rows: vec![Row {
            name: "=Ben | *Boss* <b>".into(),
            numbers: vec![
                count("reply_time", 14.0, &[("agent", "2")]),
                number_of("reply_time_p50", Unit::Seconds, 720.0, &[("agent", "2")]),
            ],
        }],
    };
    let advice = Advice {
        id: "staff:1:10".into(),
        title: "Put one more person on Tuesdays from 10 to 12.".into(),
        evidence: "Arrivals are 12.4 an hour (10.9 to 13.9), one person handles 6.".into(),
        gain: Some("88 % answered in 30 min instead of 61 %.".into()),
        conversations: vec![4711, 4712],
        page: None,
    };
    let section = |id: &str, title: &str, for_leads, parts| Section {
        id: id.into(),
        title: title.into(),
        for_leads,
        parts,
    };
    Report {
        kind: Kind::Daily,
        title: "Daily report, Monday 23 November 2026".into(),
        desk: "Hot Rodan".into(),
        since: 1_795_392_000,
        until: 1_795_478_400,
        zone: "UTC".into(),
        home: "https://hotdash.example".into(),
        conversations: "https://desk.example/app/accounts/1/conversations/".into(),
        said: vec![
            sentence(
                Tone::Bad,
                "First responses took 3 h 05 in the median, usually 10 to 40 min.",
                Some(question("first_response_time_p50", &[("label", "a b&c")])),
            ),
            sentence(Tone::Plain, "1,204 conversations began.", None),
        ],
        sections: vec![
            section("summary", "Summary", false, vec![Part::Numbers(numbers), Part::Bars(bars)]),
            section("agents", "Agents", true, vec![Part::Table(table)]),
            section("advice", "What to do", false, vec![Part::Advice(vec![advice])]),
        ],
    }
}

#[test]
fn a_report_reads_as_markdown() {
    insta::assert_snapshot!(format_report_as_markdown(&report()));
}

#[test]
fn a_report_reads_as_plain_text() {
    let text = format_report_as_text(&report());
    assert!(text.lines().all(|line| line.chars().count() <= 76), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_report_is_a_table_of_its_numbers() {
    let text = format_report_as_csv(&report());
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), report().numbers().len());
    let agent = rows.iter().find(|row| &row[0] == "agents").unwrap();
    assert_eq!(&agent[2], "'=Ben | *Boss* <b>", "no spreadsheet takes a name for a formula");
    assert_eq!((&agent[4], &agent[6]), ("reply_time", "14.0"));
    assert!(
        agent[10].starts_with("https://hotdash.example/dashboard/conversations?figure=reply_time&since=")
    );
}

#[test]
fn names_of_the_desk_mean_nothing_in_markdown() {
    let text = format_report_as_markdown(&report());
    assert!(text.contains(r"=Ben \| \*Boss\* \<b\>"), "{text}");
}

#[test]
fn who_is_no_lead_sees_no_comparison_of_people() {
    let shown = report().for_everybody();
    assert!(!format_report_as_markdown(&shown).contains("Ben"));
    assert_eq!(shown.sections.len(), 2);
}

#[test]
fn a_report_is_the_same_after_it_was_kept() {
    let kept = serde_json::to_string(&report()).unwrap();
    let read: Report = serde_json::from_str(&kept).unwrap();
    assert_eq!(read, report());
    assert_eq!(serde_json::to_string(&read).unwrap(), kept);
}

#[test]
fn numbers_are_written_as_people_read_them() {
    let shown = |unit, value| number(unit, value);
    assert_eq!(shown(Unit::Count, 0.0), "0");
    assert_eq!(shown(Unit::Count, 1_234_567.0), "1,234,567");
    assert_eq!(shown(Unit::Count, 2.5), "2.5");
    assert_eq!(shown(Unit::Seconds, 38.0), "38 s");
    assert_eq!(shown(Unit::Seconds, 759.0), "12 min");
    assert_eq!(shown(Unit::Seconds, 11_100.0), "3 h 05");
    assert_eq!(shown(Unit::Seconds, 187_200.0), "2 d 4 h");
    assert_eq!(shown(Unit::Share, 0.824), "82.4 %");
    assert_eq!(shown(Unit::Share, 1.0), "100 %");
    assert_eq!(shown(Unit::Grade, 4.25), "4.25");
    assert_eq!(shown(Unit::Money, 12.5), "12.50");
    assert_eq!(shown(Unit::Money, 0.004_2), "0.0042");
    assert_eq!(shown(Unit::Money, 0.0), "0.00");
}

#[test]
fn a_period_is_named_by_its_days() {
    let zone = TimeZone::get("Europe/Oslo").unwrap();
    let second = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
    let named = |since, until| days(second(since), second(until), &zone);
    assert_eq!(named("2026-11-15T23:00Z", "2026-11-16T23:00Z"), "Monday 16 November 2026");
    assert_eq!(named("2026-11-15T23:00Z", "2026-11-22T23:00Z"), "16 November to 22 November 2026");
    assert_eq!(named("2026-12-27T23:00Z", "2027-01-03T23:00Z"), "28 December 2026 to 3 January 2027");
    assert_eq!(
        named("2026-11-16T08:00Z", "2026-11-16T09:30Z"),
        "16 November 2026 09:00 to 16 November 2026 10:30"
    );
}
