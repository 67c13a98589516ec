//! Every number of a report, found once more in another way: counted in the tables, or taken from what the recorded desk
//! measured itself.

use super::{Working, clock, desk_of, instant, replica, set, settled, take_history};
use crate::chatwoot::recordings::history_file;
use crate::support::mailbox::Mailbox;
use crate::support::{Database, both_databases};
use hotdash::app::App;
use hotdash::chatwoot::event::understand;
use hotdash::chatwoot::recording::Recorded;
use hotdash::work::figures::recording::Recording;
use hotdash::work::ingest::{Heard, keep};
use hotdash::work::report::{Format, Rebuilt, ask, kept, make, rebuild, write};
use hotdash_core::conversation::{Conversation, Direction, Message};
use hotdash_core::figures::check::Source;
use hotdash_core::figures::desk::Period;
use hotdash_core::report::{Kind, Number, Placed, Report};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mail_parser::MessageParser;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

both_databases!(every_number_in_the_mail_is_found_again_by_another_way,);

/// Monday 16 November to Sunday 22 November 2026 in Berlin.
const SUNDAY: &str = "2026-11-22T12:00:00Z";
const MONDAY_AT_SEVEN: &str = "2026-11-23T06:00:00Z";

/// Something that the recorded desk measured.
struct Measure {
    name: String,
    seconds: f64,
    conversation: i64,
    agent: Option<i64>,
    at: i64,
}

/// A survey's answer.
struct Answer {
    rating: i64,
    conversation: i64,
    agent: Option<i64>,
    at: i64,
}

/// What is known besides hotdash's own figures.
struct Oracle {
    measures: Vec<Measure>,
    answers: Vec<Answer>,
    messages: Vec<(i64, Message)>,
    conversations: BTreeMap<i64, Conversation>,
    since: i64,
    until: i64,
    zone: TimeZone,
}

impl Oracle {
    async fn look(app: &App, report: &Report) -> Self {
        let second =
            |row: &Value, key: &str| row[key].as_str().unwrap().parse::<Timestamp>().unwrap().as_second();
        let events = history_file("reporting_events.jsonl");
        let measure = |line: &str| {
            let row: Value = serde_json::from_str(line).unwrap();
            Measure {
                name: row["name"].as_str().unwrap().to_owned(),
                seconds: row["value"].as_f64().unwrap(),
                conversation: row["conversation"].as_i64().unwrap(),
                agent: row["user_id"].as_i64(),
                at: second(&row, "event_end_time"),
            }
        };
        let surveys: Vec<Value> = serde_json::from_str(&history_file("csat.json")).unwrap();
        let answer = |row: &Value| Answer {
            rating: row["rating"].as_i64().unwrap(),
            conversation: row["conversation_id"].as_i64().unwrap(),
            agent: row["assigned_agent"]["id"].as_i64(),
            at: row["created_at"].as_i64().unwrap(),
        };
        let rows = app.store.read("SELECT created_at, body FROM messages ORDER BY id", vec![]).await.unwrap();
        let messages = rows.iter().map(|row| (row.int(0).unwrap() / 1000, row.json(1).unwrap())).collect();
        let rows = app.store.read("SELECT id, state FROM conversations", vec![]).await.unwrap();
        Self {
            measures: events.lines().map(measure).collect(),
            answers: surveys.iter().map(answer).collect(),
            messages,
            conversations: rows.iter().map(|row| (row.int(0).unwrap(), row.json(1).unwrap())).collect(),
            since: report.since,
            until: report.until,
            zone: TimeZone::get(&report.zone).unwrap(),
        }
    }

    /// Whether a conversation, an instant and whoever is credited belong to a slice.
    fn fits(&self, slice: &BTreeMap<&str, &str>, conversation: i64, at: i64, agent: Option<i64>) -> bool {
        if !(self.since..self.until).contains(&at) {
            return false;
        }
        let c = &self.conversations[&conversation];
        let local = Timestamp::from_second(at).unwrap().to_zoned(self.zone.clone());
        slice.iter().all(|(name, value)| match *name {
            "agent" => agent.map(|id| id.to_string()).as_deref() == Some(value),
            "inbox" => c.inbox.to_string() == *value,
            "channel" => serde_json::to_value(&c.channel).unwrap() == *value,
            "team" => c.team.as_ref().map(|team| team.id.to_string()).as_deref() == Some(value),
            "label" => c.labels.iter().any(|label| label == value),
            "hour" => local.hour().to_string() == *value,
            "day" => local.date().to_string() == *value,
            other => panic!("a slice by {other}"),
        })
    }

    fn seconds(&self, slice: &BTreeMap<&str, &str>, name: &str) -> Vec<f64> {
        let fits = |m: &&Measure| m.name == name && self.fits(slice, m.conversation, m.at, m.agent);
        self.measures.iter().filter(fits).map(|m| m.seconds).collect()
    }

    fn ratings(&self, slice: &BTreeMap<&str, &str>) -> Vec<i64> {
        let fits = |a: &&Answer| self.fits(slice, a.conversation, a.at, a.agent);
        self.answers.iter().filter(fits).map(|a| a.rating).collect()
    }

    fn messages(&self, slice: &BTreeMap<&str, &str>, wanted: impl Fn(&Message) -> bool) -> usize {
        let fits = |(at, m): &&(i64, Message)| wanted(m) && self.fits(slice, m.conversation.0, *at, None);
        self.messages.iter().filter(fits).count()
    }

    /// The value, `None` for none; panics of what nobody knows another way to.
    fn value(&self, figure: &str, slice: &BTreeMap<&str, &str>) -> Option<f64> {
        let assignee = |c: &Conversation| c.assignee.as_ref().map(|assignee| assignee.id.0);
        let began = |c: &&Conversation| self.fits(slice, c.id.0, c.created_at.as_second(), assignee(c));
        let (kind, part) = figure.split_once('.').unwrap();
        let measured = match kind {
            "frt" => "first_response",
            "reply" => "reply_time",
            "resolution" => "conversation_resolved",
            _ => "",
        };
        match figure {
            "overview.conversations" => whole(self.conversations.values().filter(began).count()),
            "overview.incoming_messages" => {
                whole(self.messages(slice, |m| m.direction == Direction::Incoming))
            }
            "overview.outgoing_messages" => {
                whole(self.messages(slice, |m| m.direction == Direction::Outgoing))
            }
            "overview.resolutions" => whole(self.seconds(slice, "conversation_resolved").len()),
            "overview.reopened" => whole(self.reopened(slice)),
            "overview.open" => whole(self.open_at_the_end()),
            "csat.sent" => whole(self.messages(slice, |m| m.content_type == "input_csat")),
            "csat.answers" => whole(self.ratings(slice).len()),
            "csat.mean" => mean(self.ratings(slice).iter().map(|rating| of(*rating)).collect()),
            "csat.positive" => share(&self.ratings(slice), |rating| rating >= 4),
            "csat.negative" => share(&self.ratings(slice), |rating| rating <= 2),
            "csat.response_rate" => {
                let sent = self.messages(slice, |m| m.content_type == "input_csat");
                (sent > 0).then(|| count(self.ratings(slice).len()) / count(sent))
            }
            _ if !measured.is_empty() => {
                let seconds = self.seconds(slice, measured);
                match part {
                    "count" => whole(seconds.len()),
                    "p50" => percentile(seconds, 0.5),
                    "p90" => percentile(seconds, 0.9),
                    "p99" => percentile(seconds, 0.99),
                    "open_max" => self.longest_open(kind),
                    other => panic!("{kind}.{other}: no other way"),
                }
            }
            // Nothing was promised and nothing was drafted beside this desk.
            _ if kind == "sla" || kind == "drafts" => {
                (part != "compliance").then_some(0.0).filter(|_| kind == "sla")
            }
            other => panic!("{other}: no other way"),
        }
    }

    /// Opened after it was resolved.
    fn reopened(&self, slice: &BTreeMap<&str, &str>) -> usize {
        let resolved = |conversation: i64, at: i64| {
            let before = |m: &&Measure| {
                m.name == "conversation_resolved" && m.conversation == conversation && m.at <= at
            };
            self.measures.iter().find(before).is_some()
        };
        let again = |m: &&Measure| {
            m.name == "conversation_opened"
                && self.fits(slice, m.conversation, m.at, m.agent)
                && resolved(m.conversation, m.at)
        };
        self.measures.iter().filter(again).count()
    }

    /// The recording ends before the period does.
    fn open(&self) -> Vec<&Conversation> {
        let open = |c: &&Conversation| serde_json::to_value(c.status).unwrap() != "resolved";
        self.conversations.values().filter(open).collect()
    }

    fn open_at_the_end(&self) -> usize {
        self.open().len()
    }

    fn longest_open(&self, kind: &str) -> Option<f64> {
        let since = |c: &&Conversation| match kind {
            "frt" => c.first_reply_at.is_none().then(|| c.created_at.as_second()),
            "reply" => c.waiting_since.filter(|_| c.first_reply_at.is_some()).map(Timestamp::as_second),
            _ => Some(c.created_at.as_second()),
        };
        self.open().iter().filter_map(since).map(|since| of(self.until - since)).max_by(f64::total_cmp)
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn of(number: i64) -> f64 {
    number as f64
}

fn count(number: usize) -> f64 {
    of(i64::try_from(number).unwrap())
}

fn whole(number: usize) -> Option<f64> {
    Some(count(number))
}

fn mean(values: Vec<f64>) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / count(values.len()))
}

fn share(ratings: &[i64], wanted: impl Fn(i64) -> bool) -> Option<f64> {
    let some = ratings.iter().filter(|rating| wanted(**rating)).count();
    (!ratings.is_empty()).then(|| count(some) / count(ratings.len()))
}

/// As PostgreSQL's `percentile_cont` defines it, spelt out.
fn percentile(mut values: Vec<f64>, part: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let place = part * (count(values.len()) - 1.0);
    let below = values.iter().enumerate().rfind(|(n, _)| count(*n) <= place)?;
    let above = values.get(below.0 + 1).unwrap_or(below.1);
    Some(below.1 + (above - below.1) * (place - count(below.0)))
}

/// Of which slice a number is.
fn slice_of<'a>(placed: &Placed<'a>) -> BTreeMap<&'a str, &'a str> {
    let mut slice: BTreeMap<&str, &str> = BTreeMap::new();
    if let Some(link) = &placed.number.link {
        slice.extend(link.slice.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    }
    if placed.part == "Conversations by day" {
        slice.insert("day", placed.name);
    }
    slice
}

/// Bars that are parts of a figure have no page of their own; these are counted by their names.
fn of_a_class(oracle: &Oracle, placed: &Placed<'_>) -> Option<Option<f64>> {
    let everything = BTreeMap::new();
    match placed.part {
        "Ratings" => {
            let rating: i64 = placed.name.parse().unwrap();
            Some(whole(oracle.ratings(&everything).into_iter().filter(|r| *r == rating).count()))
        }
        "First responses by time" => {
            let ends = [60, 300, 900, 1800, 3600, 14_400, 28_800, 86_400, i64::MAX];
            let names = [
                "up to 1 min",
                "1 to 5 min",
                "5 to 15 min",
                "15 to 30 min",
                "30 min to 1 h",
                "1 to 4 h",
                "4 to 8 h",
                "8 h to 1 d",
                "more than 1 d",
            ];
            let class = names.iter().position(|name| *name == placed.name).unwrap();
            let from = if class == 0 { 0 } else { ends[class - 1] };
            let within = |s: &f64| *s >= of(from) && *s < of(ends[class]);
            Some(whole(oracle.seconds(&everything, "first_response").iter().filter(|s| within(s)).count()))
        }
        _ => None,
    }
}

fn same(ours: Option<f64>, theirs: Option<f64>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() < 1e-6,
        (ours, theirs) => ours == theirs,
    }
}

/// The text as it stands in HTML.
fn in_html(text: &str) -> String {
    text.replace('&', "&#38;")
}

async fn every_number_in_the_mail_is_found_again_by_another_way(database: &Database) {
    let (mailbox, clock) = (Mailbox::open().await, clock(SUNDAY));
    let settings = [("HOTDASH_REPORT_DAILY", "off"), ("HOTDASH_REPORT_TO", "ada@acme.test")];
    let app = replica(database, &clock, Some(&mailbox), &settings).await;
    take_history(&app).await;
    let working = Working::begin(&app);
    set(&clock, MONDAY_AT_SEVEN);
    let letter = settled(&app, 1).await.remove(0);
    working.end().await;
    let (_, report) = kept(&app, &app.desks[0], &letter.report).await.unwrap().unwrap();
    let oracle = Oracle::look(&app, &report).await;
    let (mut found, mut with_values) = (BTreeSet::new(), 0);
    for placed in report.numbers() {
        let theirs = of_a_class(&oracle, &placed)
            .unwrap_or_else(|| oracle.value(&placed.number.figure, &slice_of(&placed)));
        // Without a value there is no link, so nobody knows the slice: only the whole desk is compared then.
        if placed.number.value.is_some() || placed.column.is_empty() {
            assert!(same(placed.number.value, theirs), "{placed:?}: {theirs:?}");
            found.insert(placed.number.figure.clone());
            with_values += usize::from(placed.number.value.is_some());
        }
    }
    assert!(found.len() >= 15 && with_values > 100, "{} figures, {with_values} values", found.len());

    let [arrived] = &mailbox.letters()[..] else { panic!() };
    let mail = MessageParser::default().parse(arrived.text.as_bytes()).unwrap();
    assert_eq!(mail.subject(), Some("Hot Rodan: Weekly report, 16 November to 22 November 2026"));
    let (html, text) = (mail.body_html(0).unwrap(), mail.body_text(0).unwrap());
    assert_eq!(text.replace("\r\n", "\n").trim_end(), write(&report, Format::Text).unwrap().trim_end());
    for placed in report.numbers() {
        let shown = |number: &Number| match &number.link {
            Some(link) => {
                let address = in_html(&report.address(link));
                html.contains(&format!(
                    "<a href=\"{address}\" style=\"color:#0f6f78;\">{}</a>",
                    number.shown()
                ))
            }
            None => html.contains(&number.shown()),
        };
        assert!(shown(placed.number), "{placed:?} is not in the mail: {}", html.len());
        let name = if placed.name.is_empty() { continue } else { placed.name };
        assert!(text.lines().any(|line| line.contains(name)), "{name} is not in the text");
    }
    assert!(!html.contains("<img") && !html.contains("<script"), "nothing is fetched, nothing is run");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_week_reads_like_this() {
    let (database, clock) = (Database::sqlite(), clock(SUNDAY));
    let app = replica(&database, &clock, None, &[]).await;
    take_history(&app).await;
    let week = Period {
        since: instant("2026-11-08T23:00:00Z").as_second(),
        until: instant("2026-11-15T23:00:00Z").as_second(),
    };
    let report = make(&app, &app.desks[0], Kind::Weekly, week).await.unwrap();
    insta::assert_snapshot!(write(&report, Format::Markdown).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_of_the_past_is_what_it_was_when_the_past_was_all_there_was() {
    let cut = instant("2026-11-09T23:00:00Z");
    let week = Period { since: cut.as_second() - 7 * 86_400, until: cut.as_second() };
    let mut reports = Vec::new();
    for only_the_past in [true, false] {
        let (database, clock) = (Database::sqlite(), clock(SUNDAY));
        let app = replica(&database, &clock, None, &[]).await;
        if only_the_past {
            hear_until(&app, cut).await;
        } else {
            take_history(&app).await;
        }
        reports.push(make(&app, &app.desks[0], Kind::Weekly, week).await.unwrap());
    }
    let (then, later) = (&reports[0], &reports[1]);
    // Assignee, team and labels are those of now, so what is sliced by them may move.
    let whole = |report: &Report| -> Vec<(String, Option<f64>)> {
        let sliced = ["agents", "channels", "issues"];
        let placed = report.numbers().into_iter().filter(|placed| !sliced.contains(&placed.section));
        placed
            .map(|placed| (format!("{} {}", placed.number.figure, placed.name), placed.number.value))
            .collect()
    };
    assert_eq!(whole(then), whole(later));
    assert!(whole(then).len() > 30);
}

/// When the desk sent it.
fn delivered_at(line: &str) -> i64 {
    let delivery: Value = serde_json::from_str(line).unwrap();
    delivery["headers"]["X-Chatwoot-Timestamp"].as_str().unwrap().parse().unwrap()
}

/// Only what was delivered until an instant.
async fn hear_until(app: &App, cut: Timestamp) {
    let text = |name: &str| match name {
        "deliveries" => {
            let all = history_file("deliveries.jsonl.gz");
            let before = |line: &&str| delivered_at(line) < cut.as_second();
            Some(all.lines().filter(before).collect::<Vec<_>>().join("\n"))
        }
        "conversations" | "messages" => Some(history_file(&format!("{name}.jsonl.gz"))),
        other => Some(history_file(&format!("{other}.json"))),
    };
    Recording { text }.take(&app.store, desk_of(app), Source::Deliveries).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn made_once_more_a_report_is_the_same_to_the_byte_until_something_comes_late() {
    let (database, clock) = (Database::sqlite(), clock(SUNDAY));
    let app = replica(&database, &clock, None, &[]).await;
    let all = history_file("deliveries.jsonl.gz");
    let lines: Vec<&str> = all.lines().collect();
    let (late, told): (Vec<&str>, Vec<&str>) =
        lines.iter().partition(|line| line.contains(r#"\"conversation_id\":7,"#));
    assert!(!late.is_empty());
    hear(&app, &told).await;
    let week = Period {
        since: instant("2026-10-25T23:00:00Z").as_second(),
        until: instant("2026-11-01T23:00:00Z").as_second(),
    };
    let working = Working::begin(&app);
    let asked = ask(&app, &app.desks[0], Kind::Period, week, false).await.unwrap();
    super::idle(&app).await;
    assert_eq!(rebuild(&app, &app.desks[0], &asked.report).await.unwrap(), Some(Rebuilt::Same));
    let before = app.store.report_body(desk_of(&app), &asked.report).await.unwrap();

    hear(&app, &late).await;
    let Some(Rebuilt::Different(changes)) = rebuild(&app, &app.desks[0], &asked.report).await.unwrap() else {
        panic!("what came late changes nothing")
    };
    assert!(changes.lines().any(|line| line.starts_with("-| Messages of customers")), "{changes}");
    // Asking again keeps what was kept.
    let again = ask(&app, &app.desks[0], Kind::Period, week, false).await.unwrap();
    super::idle(&app).await;
    assert_eq!(again.report, asked.report);
    assert_eq!(app.store.report_body(desk_of(&app), &asked.report).await.unwrap(), before);
    working.end().await;
}

async fn hear(app: &App, lines: &[&str]) {
    for line in lines {
        if let Ok(event) = understand(Recorded::read(line).unwrap().body()) {
            app.store.commit(keep(desk_of(app), &event, Heard::Told, 0).unwrap()).await.unwrap();
        }
    }
}
