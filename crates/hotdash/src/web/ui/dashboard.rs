//! The dashboard: is anything wrong, where, and which conversations are behind it. It shows what the core computed and
//! computes nothing; every number leads to its conversations.

mod alerts;
mod behind;
mod cards;
mod charts;
mod numbers;
mod pick;
mod tables;

pub(super) use alerts::{
    back as back_to_alerts, list as list_alerts, see as see_alert, show_one as show_alert,
};
pub(super) use behind::{show as show_behind, show_figure};

use super::chart::{Bars, Heat, Line, Shares};
use super::error::UiError;
use super::layout::{Framed, Nav, Shell, page};
use super::words::{self, Moment, Times};
use crate::app::App;
use crate::store::users::Role;
use crate::web::auth::{Seat, Viewer};
use crate::work::facts::settings_of;
use crate::work::measures::{Asked as Question, MeasuresError, answer};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use cards::{Card, InWords};
use hotdash_core::facts::Settings;
use hotdash_core::figures::definition::Definition;
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::product::{Answers, Clock, Dimension, Key, Totals};
use hotdash_core::figures::report::{AnalyticsReport, Reported};
use hotdash_core::figures::usual::{BEFORE, Standing, previous};
use hotdash_core::generate_analytics_report;
use hotdash_core::ids::ConversationId;
use hotdash_core::topics::Topics;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use pick::{Asked, Named, Pick};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tables::{IssueView, Table, TopicView};

/// Issues beyond these are rare.
const ISSUES: usize = 8;

/// The small figures beside the charts: what they are called there, and their ids.
const RUNNING: [(&str, &str); 2] =
    [("Still running", "sla.running"), ("First answers kept", "sla.first_response.compliance")];
const CSAT: [(&str, &str); 4] = [
    ("Average", "csat.mean"),
    ("Dissatisfied", "csat.negative"),
    ("Asked", "csat.sent"),
    ("Answered", "csat.response_rate"),
];
const QUALITY: [(&str, &str); 6] = [
    ("Given up before a decision", "drafts.superseded"),
    ("Tone", "drafts.tone"),
    ("Accuracy", "drafts.accuracy"),
    ("Policy", "drafts.policy"),
    ("Until ready, median", "drafts.ready_p50"),
    ("Changed by reviewers", "drafts.edit_distance"),
];

#[derive(Template)]
#[template(path = "dashboard/index.html")]
struct BoardPage {
    shell: Shell,
    picker: Picker,
    /// Nothing was ever measured here.
    is_empty: bool,
    /// From when on conversations are known, where the period begins before.
    known_since: Option<String>,
    alerts: Vec<alerts::AlertView>,
    off: Vec<Off>,
    /// What is said where nothing is off.
    calm: String,
    cards: Vec<Card>,
    first_responses: Option<Bars>,
    arrivals: Option<(Heat, String)>,
    lines: Vec<(&'static str, Line)>,
    promises: Option<Shares>,
    running: Facts,
    ratings: Option<Shares>,
    csat: Facts,
    issues: Vec<IssueView>,
    topics: Vec<TopicView>,
    /// When topics were learned.
    learned: Option<Moment>,
    drafts: Option<Shares>,
    quality: Facts,
    turns: Option<Shares>,
    tables: Vec<Table>,
}

impl Framed for BoardPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// A few small figures: name, value, way.
type Facts = Vec<(&'static str, String, String)>;

/// Something that is not as usual: what, how much beside what, and the way to it.
struct Off {
    what: String,
    why: String,
    href: String,
}

/// What the page is about, and the form to change it.
struct Picker {
    title: String,
    about: String,
    /// Address, name, whether it is this.
    offered: Vec<(String, &'static str, bool)>,
    from: String,
    to: String,
    is_business: bool,
    is_open: bool,
    fields: Vec<Field>,
    problems: Vec<String>,
}

struct Field {
    name: &'static str,
    label: &'static str,
    /// Value, name, whether it is chosen.
    options: Vec<(String, String, bool)>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(asked): Query<Asked>,
) -> Result<Response, UiError> {
    let settings = settings_of(&app.store, seat.desk.id).await?;
    let pick = read(&app, &seat, &asked, &settings)?;
    let computed = compute(&app, &seat, &pick, settings.clone()).await?;
    let Computed { report, history, .. } = &computed;
    let is_lead = seat.user.role >= Role::Lead;
    let link = |id| seat.desk.link_to(id);
    let known_since = computed.known_since.filter(|known| *known > pick.period.since);
    let mut tables = vec![tables::channels(&report.channels, &pick), tables::inboxes(&report.inboxes, &pick)];
    tables.extend(is_lead.then(|| tables::people(&report.agents, &pick)));
    tables.retain(|table| !table.rows.is_empty());
    let learned = app.store.topics::<Topics>(seat.desk.id).await?;
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let (off, alerts) = (off(report, &pick), alerts::open(&app, &seat).await?);
    page(&BoardPage {
        shell: Shell::inside(&app, &seat, Nav::Dashboard).await?,
        is_empty: computed.known_since.is_none(),
        known_since: known_since.map(|second| day(second, &pick.zone)),
        calm: calm(report, computed.known_since, &pick.zone),
        cards: cards::cards(report, &pick, history),
        first_responses: charts::first_responses(report, &pick),
        arrivals: charts::arrivals(report, &pick),
        lines: lines(&pick, history),
        promises: charts::promises(report, &pick),
        running: facts(report, &pick, &RUNNING),
        ratings: charts::ratings(report, &pick),
        csat: facts(report, &pick, &CSAT),
        issues: report.issues.iter().take(ISSUES).map(|issue| tables::issue(issue, &pick, link)).collect(),
        topics: learned.as_ref().map_or_else(Vec::new, |(topics, _)| {
            tables::topics(topics, &computed.now, &computed.before, &pick, link)
        }),
        learned: learned.as_ref().map(|(_, at)| times.at_ms(*at)),
        drafts: charts::drafts(report, &pick),
        quality: facts(report, &pick, &QUALITY),
        turns: charts::turns(report, &pick),
        tables,
        off,
        alerts,
        picker: picker(report, &pick, &settings),
    })
}

/// What the address asks for. Comparing people is for leads.
fn read(app: &App, seat: &Seat, asked: &Asked, settings: &Settings) -> Result<Pick, UiError> {
    if !asked.agent.is_empty() && seat.user.role < Role::Lead {
        return Err(UiError::Forbidden(Role::Lead));
    }
    let zone = TimeZone::get(&seat.desk.settings.timezone).unwrap_or(TimeZone::UTC);
    Ok(Pick::read(asked, settings, zone, app.clock.now()))
}

struct Computed {
    report: AnalyticsReport,
    /// Day by day, from eight weeks before the period on.
    history: Vec<(Key, Totals)>,
    /// Conversations that began in the period, and in the one before.
    now: BTreeSet<ConversationId>,
    before: BTreeSet<ConversationId>,
    known_since: Option<i64>,
}

fn question(app: &App, pick: &Pick) -> Question {
    let Pick { period, slice, clock, zone, .. } = pick.clone();
    Question { key: pick.query(), period, slice, clock, zone, now: app.clock.now() }
}

/// What is still being read is there in a moment.
pub(super) fn problem(error: MeasuresError) -> UiError {
    match error {
        MeasuresError::Store(error) => error.into(),
        other => UiError::Away(other.to_string()),
    }
}

async fn compute(app: &App, seat: &Seat, pick: &Pick, settings: Settings) -> Result<Computed, UiError> {
    let before = pick.first().start_of_day().and_then(|day| day.checked_sub((BEFORE * 7).days()));
    let since = before.map_or(pick.period.since, |day| day.timestamp().as_second());
    let until = pick.period.until;
    let computing = answer(app, &seat.desk, question(app, pick), move |answers| {
        let question = answers.question();
        let known_since = question.columns.known_since();
        // Days before anything was known are no days without conversations.
        let since = since.max(known_since.unwrap_or(since)).min(question.period.since);
        let earlier = question.over(previous(question.period, &question.zone));
        Computed {
            report: generate_analytics_report(question, &settings),
            history: question.over(Period { since, until }).answers().by(Dimension::Day),
            now: begun(answers),
            before: begun(&earlier.answers()),
            known_since,
        }
    });
    computing.await.map_err(problem)
}

fn begun(answers: &Answers<'_>) -> BTreeSet<ConversationId> {
    let figure = Definition::find("overview.conversations");
    figure.map_or_else(BTreeSet::new, |figure| answers.conversations(figure).into_iter().collect())
}

fn lines(pick: &Pick, history: &[(Key, Totals)]) -> Vec<(&'static str, Line)> {
    if pick.days() < 2 {
        return Vec::new();
    }
    let line = |(id, figure, title): (&'static str, &str, &'static str)| {
        Some((title, charts::by_day(id, title, Definition::find(figure)?, pick, history)))
    };
    [
        ("per-day", "overview.conversations", "Conversations per day"),
        ("response-per-day", "frt.p50", "First response per day, median"),
    ]
    .into_iter()
    .filter_map(line)
    .collect()
}

/// Figures worse than usual that a person can do something about, the most important first.
fn off(report: &AnalyticsReport, pick: &Pick) -> Vec<Off> {
    let watched = [
        "frt.p90",
        "frt.p50",
        "reply.p90",
        "resolution.p50",
        "sla.compliance",
        "csat.positive",
        "drafts.approved",
        "overview.reopened",
    ];
    let worse = watched
        .into_iter()
        .filter_map(|id| report.figure(id))
        .filter(|figure| figure.standing == Some(Standing::Worse));
    let one = |figure: &Reported| {
        let usual = figure.usual?;
        let side = if figure.good == hotdash_core::figures::definition::Good::Up { "below" } else { "above" };
        Some(Off {
            what: format!("{}: {}", figure.label, figure.words()?),
            why: format!(
                "This is {side} the usual {}, as it was in {} earlier periods.",
                numbers::range(figure.unit, &usual),
                usual.periods
            ),
            href: pick.behind(figure.id),
        })
    };
    worse.filter_map(one).collect()
}

fn calm(report: &AnalyticsReport, known_since: Option<i64>, zone: &TimeZone) -> String {
    let compared = report.period.compared_with;
    if report.figures().any(|figure| figure.usual.is_some()) {
        return format!(
            "Nothing is worse than usual. Compared with the same days and hours of {compared} earlier periods."
        );
    }
    let since = known_since
        .map(|second| format!(" Conversations are known since {}.", day(second, zone)))
        .unwrap_or_default();
    format!(
        "What is usual is not known yet: it takes four earlier periods like this one, and {compared} are known.{since}"
    )
}

fn day(second: i64, zone: &TimeZone) -> String {
    Timestamp::from_second(second)
        .unwrap_or_default()
        .to_zoned(zone.clone())
        .strftime("%-d %B %Y")
        .to_string()
}

fn facts(report: &AnalyticsReport, pick: &Pick, wanted: &[(&'static str, &str)]) -> Facts {
    let one = |(name, id): &(&'static str, &str)| {
        let figure = report.figure(id)?;
        Some((*name, figure.words()?, pick.behind(figure.id)))
    };
    wanted.iter().filter_map(one).collect()
}

fn picker(report: &AnalyticsReport, pick: &Pick, settings: &Settings) -> Picker {
    let count = |id: &str| report.figure(id).and_then(Reported::words).unwrap_or_default();
    let offered = Named::OFFERED.into_iter();
    let offered = offered
        .map(|(named, key, name)| (format!("/dashboard?{}", pick.query_of(key)), name, named == pick.named));
    let fields = fields(pick, settings);
    let narrowed = fields.iter().filter_map(|field| {
        let (_, name, _) = field.options.iter().find(|(value, _, chosen)| *chosen && !value.is_empty())?;
        Some(format!("{} {name}", field.label.to_lowercase()))
    });
    let narrowed: Vec<String> = narrowed.collect();
    let of = if narrowed.is_empty() { "all inboxes".to_owned() } else { narrowed.join(", ") };
    let clock = if pick.clock == Clock::Business { "working time" } else { "wall clock" };
    Picker {
        title: pick.title(),
        about: format!(
            "{} · {of} · {} conversations, {} open now · {clock}, {}",
            pick.words(),
            count("overview.conversations"),
            count("overview.open"),
            pick.zone.iana_name().unwrap_or("UTC"),
        ),
        offered: offered.collect(),
        from: pick.first().strftime("%F").to_string(),
        to: pick.last().strftime("%F").to_string(),
        is_business: pick.clock == Clock::Business,
        is_open: pick.named == Named::Other || !narrowed.is_empty() || !pick.problems.is_empty(),
        fields,
        problems: pick.problems.clone(),
    }
}

/// What the figures can be narrowed to; what is chosen is offered even where nobody knows it any more.
fn fields(pick: &Pick, settings: &Settings) -> Vec<Field> {
    let inboxes = settings.inboxes.iter().map(|(id, inbox)| (id.to_string(), inbox.name.clone()));
    let channels: BTreeMap<String, String> = settings
        .inboxes
        .values()
        .map(|inbox| (inbox.channel.name().to_owned(), words::channel(&inbox.channel).0))
        .collect();
    let teams = settings.teams.iter().map(|(id, name)| (id.to_string(), name.clone()));
    let labels = settings.labels.values().map(|title| (title.clone(), title.clone()));
    let field = |name: &'static str, label: &'static str, known: Vec<(String, String)>| {
        let chosen = pick.value_of(name);
        let mut options = vec![(String::new(), "any".to_owned(), chosen.is_empty())];
        if !chosen.is_empty() && known.iter().all(|(value, _)| *value != chosen) {
            options.push((chosen.clone(), chosen.clone(), true));
        }
        options.extend(known.into_iter().map(|(value, name)| (value.clone(), name, value == chosen)));
        Field { name, label, options }
    };
    let all = [
        field("inbox", "Inbox", inboxes.collect()),
        field("channel", "Channel", channels.into_iter().collect()),
        field("team", "Team", teams.collect()),
        field("label", "Label", labels.collect()),
    ];
    all.into_iter().filter(|field| field.options.len() > 1).collect()
}
