//! Reports made of a few weeks of small, invented conversations.

use super::*;
use crate::conversation::{Channel, Status};
use crate::facts::{ConversationFacts, Fact, FactKind, InboxSettings};
use crate::figures::measured::{SlaFact, SlaOutcome};
use crate::ids::{AgentId, ConversationId, InboxId};
use crate::report::tree::{Part, Tone};
use crate::report::{format_report_as_csv, format_report_as_markdown, format_report_as_text};
use crate::sla::Kind as Promise;
use jiff::ToSpan;

const BEN: AgentId = AgentId(2);

fn settings() -> Settings {
    let inbox = InboxSettings {
        name: "Website | <main>".into(),
        channel: Channel::WebWidget,
        channel_type: None,
        hours: None,
        has_bot: Some(false),
    };
    Settings {
        inboxes: [(InboxId(1), inbox)].into(),
        agents: [(BEN, "Ben".to_owned())].into(),
        ..Settings::default()
    }
}

fn micros(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Answered after so many seconds, resolved an hour later.
fn answered(id: i64, at: i64, seconds: i64) -> Measured {
    let fact = |kind, at: i64| Fact {
        kind,
        at,
        from: None,
        seconds: None,
        business: None,
        agent: None,
        message: None,
        rating: None,
    };
    let span = |kind, from: i64, until: i64| Fact {
        from: Some(from),
        seconds: Some((until - from) / 1_000_000),
        agent: Some(BEN),
        ..fact(kind, until)
    };
    let answer = at + seconds * 1_000_000;
    let resolved = answer + 3_600_000_000;
    let facts = ConversationFacts {
        conversation: ConversationId(id),
        inbox: InboxId(1),
        channel: Channel::WebWidget,
        status: Status::Resolved,
        assignee: Some(BEN),
        team: None,
        labels: vec!["orders".into()],
        created_at: at,
        waiting_since: None,
        is_answered: true,
        facts: vec![
            fact(FactKind::Created, at),
            fact(FactKind::MessageIn, at),
            span(FactKind::FirstResponse, at, answer),
            span(FactKind::WaitedForDesk, at, answer),
            span(FactKind::WaitedForCustomer, answer, resolved),
            span(FactKind::Resolved, at, resolved),
        ],
        unknown: vec![],
    };
    let mut measured = Measured::from(facts);
    let outcome = match seconds <= 1800 {
        true => SlaOutcome::Met { at: answer },
        false => SlaOutcome::Breached { at: at + 1_800_000_000 },
    };
    measured.sla.push(SlaFact { kind: Promise::FirstResponse, outcome });
    measured
}

/// Two conversations each Monday, answered within minutes; on the last one it takes hours.
fn mondays() -> Vec<Measured> {
    let mut all = Vec::new();
    for week in 0..7 {
        let first = "2026-10-05T09:00[UTC]".parse::<jiff::Zoned>().unwrap();
        let at = first.checked_add((week * 7).days()).unwrap().timestamp().as_microsecond();
        let slow = if week == 6 { 9000 } else { 600 + week * 10 };
        all.push(answered(week * 2 + 1, at, slow));
        all.push(answered(week * 2 + 2, at + 3_600_000_000, slow + 60));
    }
    all
}

fn sources<'a>(measured: &'a [Measured], settings: &'a Settings) -> Sources<'a> {
    Sources {
        measured,
        settings,
        zone: "UTC",
        desk: "Hot Rodan",
        home: "https://hotdash.example",
        conversations: "https://desk.example/app/accounts/1/conversations/",
        beside: Beside::default(),
    }
}

fn value(report: &Report, figure: &str) -> Option<f64> {
    report.numbers().into_iter().find(|placed| placed.number.figure == figure)?.number.value
}

#[test]
fn the_first_screen_says_what_is_wrong_and_how_it_usually_is() {
    let (measured, settings) = (mondays(), settings());
    let report = generate_daily_report(&sources(&measured, &settings), day("2026-11-16"));
    assert_eq!(report.title, "Daily report, Monday 16 November 2026");
    let said: Vec<(Tone, &str)> = report.said.iter().map(|said| (said.tone, said.text.as_str())).collect();
    assert_eq!(said[0].1, "2 conversations began, 2 resolutions; 0 are open at the end.");
    assert_eq!(said[1], (Tone::Bad, "2 promises were not kept."));
    let slow = said.iter().find(|(_, text)| text.starts_with("First response, median")).unwrap();
    assert_eq!(*slow, (Tone::Bad, "First response, median: 2 h 30, usually 10 to 11 min."));
    insta::assert_snapshot!("daily_markdown", format_report_as_markdown(&report));
    insta::assert_snapshot!("daily_text", format_report_as_text(&report));
}

#[test]
fn a_day_as_usual_is_said_to_be_so() {
    let (measured, settings) = (mondays(), settings());
    let report = generate_daily_report(&sources(&measured, &settings), day("2026-11-09"));
    let said: Vec<&str> = report.said.iter().map(|said| said.text.as_str()).collect();
    assert_eq!(said[1..], ["Nothing that is watched is far from usual."], "a minute more is no news");
    let first = generate_daily_report(&sources(&measured, &settings), day("2026-10-05"));
    assert_eq!(first.said.last().unwrap().text, "There is too little history to say what is usual.");
}

#[test]
fn what_happens_later_changes_nothing() {
    let (mut measured, settings) = (mondays(), settings());
    let open = answered(99, micros("2026-11-16T23:00:00Z"), 7200);
    let early: Vec<Measured> = {
        let mut early = measured.clone();
        // As it stood at midnight: nobody had answered yet.
        let mut waiting = open.clone();
        waiting.facts.status = Status::Open;
        waiting.facts.is_answered = false;
        waiting.facts.waiting_since = Some(waiting.facts.created_at);
        waiting.facts.facts.truncate(2);
        waiting.sla = vec![SlaFact {
            kind: Promise::FirstResponse,
            outcome: SlaOutcome::Open { due: Some(waiting.facts.created_at + 1_800_000_000) },
        }];
        early.push(waiting);
        early
    };
    measured.push(open);
    measured.push(answered(100, micros("2026-11-18T09:00:00Z"), 60));
    let made = generate_daily_report(&sources(&early, &settings), day("2026-11-16"));
    let again = generate_daily_report(&sources(&measured, &settings), day("2026-11-16"));
    assert_eq!(serde_json::to_string(&made).unwrap(), serde_json::to_string(&again).unwrap());
    assert_eq!(value(&again, "overview.open"), Some(1.0));
}

#[test]
fn a_week_is_told_by_its_days_and_a_day_by_its_hours() {
    let (measured, settings) = (mondays(), settings());
    let sources = sources(&measured, &settings);
    let bars = |report: &Report| -> Vec<String> {
        let parts = report.sections.iter().flat_map(|section| &section.parts);
        let charts = parts.filter_map(|part| if let Part::Bars(bars) = part { Some(bars) } else { None });
        let chart = charts.into_iter().find(|bars| bars.title.starts_with("Conversations by")).unwrap();
        chart.bars.iter().map(|bar| bar.name.clone()).collect()
    };
    assert_eq!(bars(&generate_weekly_report(&sources, day("2026-11-18"))), ["2026-11-16"]);
    assert_eq!(bars(&generate_daily_report(&sources, day("2026-11-16"))), ["09:00", "10:00"]);
}

#[test]
fn every_number_with_a_value_of_the_whole_desk_leads_to_its_conversations() {
    let (measured, settings) = (mondays(), settings());
    let report = generate_weekly_report(&sources(&measured, &settings), day("2026-11-16"));
    let numbers = report.numbers();
    assert!(numbers.len() > 40, "{}", numbers.len());
    for placed in numbers {
        let number = placed.number;
        let linked = number.link.as_ref().is_some_and(|link| link.figure == number.figure);
        let has_no_page =
            ["issues.", "frt.count", "csat.answers"].iter().any(|f| number.figure.starts_with(f));
        let by_day = placed.part == "Conversations by day";
        assert!(linked || number.value.is_none() || has_no_page || by_day, "{placed:?}");
        assert!(number.value.is_none_or(f64::is_finite), "{placed:?}");
    }
}

#[test]
fn a_desk_without_conversations_has_a_report_with_reasons() {
    let settings = settings();
    let report = generate_daily_report(&sources(&[], &settings), day("2026-11-16"));
    assert_eq!(report.said[0].text, "0 conversations began, 0 resolutions; 0 are open at the end.");
    let text = format_report_as_text(&report);
    assert!(text.contains("nothing of the kind happened"), "{text}");
    assert!(!format_report_as_csv(&report).contains("NaN"));
}

#[test]
fn agents_stand_in_a_section_for_leads_only() {
    let (measured, settings) = (mondays(), settings());
    let report = generate_daily_report(&sources(&measured, &settings), day("2026-11-16"));
    let with: Vec<&str> = report.sections.iter().filter(|s| s.for_leads).map(|s| s.id.as_str()).collect();
    assert_eq!(with, ["agents"]);
    assert!(!serde_json::to_string(&report.for_everybody()).unwrap().contains("Ben"));
}

#[test]
fn a_day_of_a_clock_change_is_counted_by_the_desks_clock() {
    let settings = settings();
    // 23:30 on the day on which the clock is set back, which has 25 hours.
    let measured = [answered(1, micros("2026-10-25T22:30:00Z"), 60)];
    let berlin = Sources { zone: "Europe/Berlin", ..sources(&measured, &settings) };
    let report = generate_daily_report(&berlin, day("2026-10-25"));
    assert_eq!(report.until - report.since, 25 * 3600);
    assert_eq!(value(&report, "overview.conversations"), Some(1.0));
    assert_eq!(
        value(&generate_daily_report(&berlin, day("2026-10-26")), "overview.conversations"),
        Some(0.0)
    );
}

/// Thirty conversations a day, of which so many are resolved, over so many days until 16 November.
fn growing(days: i64, resolved: impl Fn(i64) -> i64) -> Vec<Measured> {
    let end = micros("2026-11-16T00:00:00Z");
    let mut all = Vec::new();
    for day in 0..days {
        for n in 0..30 {
            let at = end - (days - day) * 86_400_000_000 + n * 600_000_000;
            let mut one = answered(day * 100 + n, at, 60);
            if n >= resolved(day) {
                one.facts.facts.retain(|fact| !matches!(fact.kind, FactKind::Resolved));
                one.facts.status = Status::Open;
            }
            all.push(one);
        }
    }
    all
}

#[test]
fn a_backlog_that_grows_is_said_first_and_two_weeks_later_what_became_of_it() {
    let settings = settings();
    let measured = growing(42, |day| if day < 28 { 24 + day % 3 } else { 29 + day % 2 });
    let then = generate_weekly_report(&sources(&measured, &settings), day("2026-10-28"));
    assert_eq!(
        then.said.last().unwrap().text,
        "First thing to do: Resolve more, or more and more stays open."
    );
    let section = then.sections.iter().find(|section| section.id == "advice").unwrap();
    let [Part::Advice(advice), Part::Sentences(silent)] = &section.parts[..] else { panic!("{section:?}") };
    assert_eq!(
        silent[0].text,
        "Who is there when: too little is known; nothing is promised for a first response."
    );
    assert!(advice[0].evidence.contains("The backlog grows by 5."), "{advice:?}");
    assert!(
        advice[0].gain.as_ref().unwrap().ends_with("conversations a week.")
            && advice[0].conversations.len() == 8,
        "{advice:?}"
    );
    let later = generate_weekly_report(&sources(&measured, &settings), day("2026-11-15"));
    let section = later.sections.iter().find(|section| section.id == "advice").unwrap();
    let said = section
        .parts
        .iter()
        .find_map(|part| if let Part::Sentences(said) = part { Some(said) } else { None });
    let said = &said.unwrap()[0];
    assert_eq!(said.tone, Tone::Good, "{said:?}");
    assert!(said.text.starts_with("Said on 2 November: Resolve more"), "{said:?}");
    assert!(said.text.contains("Came true."), "{said:?}");
}

#[test]
fn a_level_backlog_needs_no_advice() {
    let settings = settings();
    let measured = growing(42, |_| 30);
    let report = generate_weekly_report(&sources(&measured, &settings), day("2026-11-15"));
    let parts = report.sections.iter().flat_map(|section| &section.parts);
    assert!(parts.clone().all(|part| !matches!(part, Part::Advice(_))));
    let daily = generate_daily_report(&sources(&measured, &settings), day("2026-11-15"));
    assert!(daily.sections.iter().all(|section| section.id != "advice" && section.id != "coaching"));
}

#[test]
fn advice_about_a_colleague_stands_with_what_leads_see() {
    let settings = settings();
    let mut measured = growing(28, |_| 30);
    for (n, one) in measured.iter_mut().enumerate().filter(|(n, _)| n % 10 == 0) {
        let low = n % 20 == 0;
        let rating = Some(if low { 2 + u8::from(n % 60 == 0) } else { 5 - u8::from(n % 30 == 10) });
        let agent = Some(if low { BEN } else { AgentId(3) });
        let at = one.facts.facts.last().unwrap().at;
        let answer = Fact { kind: FactKind::SurveyAnswered, at, rating, agent, ..one.facts.facts[0].clone() };
        one.facts.facts.push(answer);
    }
    let report = generate_weekly_report(&sources(&measured, &settings), day("2026-11-15"));
    let section = report.sections.iter().find(|section| section.id == "coaching").unwrap();
    assert!(section.for_leads && format!("{section:?}").contains("together with Ben"), "{section:?}");
    assert!(!format!("{:?}", report.for_everybody()).contains("Ben"));
}

fn found(id: &str, kind: crate::anomaly::Kind, until: (&str, i8), ended: Option<&str>) -> FoundAlert {
    let until = crate::anomaly::LocalHour::of(day(until.0), until.1);
    let alert = Alert {
        kind,
        series: format!("Series {id}"),
        direction: crate::anomaly::Direction::Above,
        since: until,
        until,
        observed: 60.0,
        usual: crate::chance::Interval { lower: 1.0, upper: 3.0 },
        p: 1e-9,
        conversations: (0..20).map(ConversationId).collect(),
        sentence: format!("Series {id}: 60 conversations, usually 1–3"),
    };
    let second = |text: &str| text.parse::<Timestamp>().unwrap().as_second();
    FoundAlert { id: id.into(), alert, found_at: until.0 * 3600, ended_at: ended.map(second) }
}

#[test]
fn alerts_of_the_period_are_told_as_they_were_found() {
    use crate::anomaly::Kind::{Agent, Volume};
    let (settings, measured) = (settings(), mondays());
    let alerts = [
        found("today", Volume, ("2026-11-16", 23), Some("2026-11-17T05:00:00Z")),
        found("goes-on", Volume, ("2026-11-14", 9), None),
        found("over", Volume, ("2026-11-14", 9), Some("2026-11-15T10:00:00Z")),
        found("tomorrow", Volume, ("2026-11-17", 0), None),
        found("person", Agent, ("2026-11-16", 9), None),
    ];
    let beside = Beside { alerts: &alerts, ..Beside::default() };
    let report =
        generate_daily_report(&Sources { beside, ..sources(&measured, &settings) }, day("2026-11-16"));
    let told = |id: &str| {
        let section = report.sections.iter().find(|section| section.id == id).unwrap();
        let [Part::Advice(told)] = &section.parts[..] else { panic!("{section:?}") };
        told.iter().map(|one| one.id.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(told("alerts"), ["today", "goes-on"]);
    assert_eq!(told("alerts_of_agents"), ["person"]);
    let text = format_report_as_markdown(&report.for_everybody());
    assert!(
        text.contains("60 conversations, usually 1–3. Found 16 November 23:00, not over at the end.")
            && text.contains("[All of them](https://hotdash.example/dashboard/alerts/today)")
            && text.contains("Not as usual: Series today")
            && !text.contains("Series person"),
        "{text}"
    );
}
