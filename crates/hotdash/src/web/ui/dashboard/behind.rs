//! The conversations behind a number: the same period and slice, each with what it adds to the figure.

use super::super::error::UiError;
use super::super::layout::{Framed, Nav, Shell, page};
use super::super::words::{self, Moment, Times};
use super::pick::{Asked, Pick};
use super::{numbers, problem, question, read};
use crate::app::App;
use crate::store::StoreError;
use crate::web::auth::{Seat, Viewer};
use crate::work::facts::settings_of;
use crate::work::measures::answer;
use askama::Template;
use axum::extract::{Path, Query, RawQuery, State};
use axum::response::{Redirect, Response};
use futures_util::{StreamExt, TryStreamExt, stream};
use hotdash_core::conversation::Conversation;
use hotdash_core::facts::Settings;
use hotdash_core::figures::definition::{Definition, Unit};
use hotdash_core::figures::product::Clock;
use hotdash_core::ids::ConversationId;
use hotdash_core::topics::{Topic, Topics};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// As many as one reads before narrowing.
const PAGE: usize = 50;
/// Conversations that are read side by side.
const SIDE_BY_SIDE: usize = 8;

/// Which number, and which part of what is behind it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web::ui) struct More {
    figure: String,
    /// Seconds: only what took longer, and at most so long.
    above: String,
    most: String,
    /// 0 = Monday: only what began on that weekday.
    weekday: String,
    rating: String,
    issue: String,
    /// Of what was learned: its number.
    topic: String,
    page: String,
}

#[derive(Template)]
#[template(path = "dashboard/conversations.html")]
struct BehindPage {
    shell: Shell,
    title: String,
    about: String,
    board: String,
    value: String,
    reason: Option<&'static str>,
    problems: Vec<String>,
    rows: Vec<Row>,
    count: usize,
    earlier: Option<String>,
    later: Option<String>,
}

impl Framed for BehindPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// One conversation behind a number.
pub(super) struct Row {
    pub(super) id: ConversationId,
    pub(super) customer: String,
    /// How long it took, where the number is of times; else empty.
    pub(super) measure: String,
    pub(super) inbox: String,
    pub(super) status: &'static str,
    pub(super) assignee: Option<String>,
    pub(super) began: Moment,
    pub(super) desk_link: String,
}

/// `/figures/frt.p50?since=…`: the way that reports have to a number.
pub(in crate::web::ui) async fn show_figure(
    Viewer(_): Viewer,
    Path(figure): Path<String>,
    RawQuery(query): RawQuery,
) -> Redirect {
    let figure = words::escape_query(&figure);
    Redirect::to(&format!("/dashboard/conversations?figure={figure}&{}", query.unwrap_or_default()))
}

pub(in crate::web::ui) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(asked): Query<Asked>,
    Query(more): Query<More>,
) -> Result<Response, UiError> {
    let wanted = if more.figure.is_empty() { "overview.conversations" } else { &more.figure };
    let figure = Definition::find(wanted).ok_or(UiError::NotFound)?;
    let settings = settings_of(&app.store, seat.desk.id).await?;
    let pick = read(&app, &seat, &asked, &settings)?;
    let topic = topic(&app, &seat, &more.topic).await?;
    let of_topic = topic.as_ref().map(|topic| topic.conversations.iter().copied().collect());
    let found = find(&app, &seat, &pick, figure, &more, of_topic).await?;
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let last = found.behind.len().div_ceil(PAGE).max(1);
    let at = more.page.parse::<usize>().unwrap_or(1).clamp(1, last) - 1;
    let shown: Vec<_> = found.behind.iter().skip(at * PAGE).take(PAGE).copied().collect();
    let rows = rows(&app, &seat, &shown, &settings, &times).await?;
    let to = |page: usize| format!("/dashboard/conversations?{}&page={page}", address(&pick, figure, &more));
    let clock = if figure.has_clock() && pick.clock == Clock::Business { " · working time" } else { "" };
    page(&BehindPage {
        shell: Shell::inside(&app, &seat, Nav::Dashboard).await?,
        title: match (more.issue.as_str(), &topic) {
            ("", None) => figure.label.to_owned(),
            ("", Some(topic)) => format!("Conversations about {}", topic.name),
            (issue, _) => format!("Conversations about {issue}"),
        },
        about: format!("{}{}{clock}", pick.words(), narrowed(&pick, &more, &settings)),
        board: format!("/dashboard?{}", pick.query()),
        value: found.value.map_or_else(|_| "–".to_owned(), |value| numbers::value(figure.unit, value)),
        reason: found.value.err().map(|reason| reason.words()),
        problems: pick.problems.clone(),
        count: found.behind.len(),
        earlier: (at > 0).then(|| to(at)),
        later: (found.behind.len() > (at + 1) * PAGE).then(|| to(at + 2)),
        rows,
    })
}

/// The learned topic of a number; none where none is asked for.
async fn topic(app: &App, seat: &Seat, asked: &str) -> Result<Option<Topic>, UiError> {
    if asked.is_empty() {
        return Ok(None);
    }
    let learned = app.store.topics::<Topics>(seat.desk.id).await?;
    let topics = learned.map(|(learned, _)| learned.topics).unwrap_or_default();
    let found = topics.into_iter().find(|topic| topic.id.to_string() == asked);
    found.map(Some).ok_or(UiError::NotFound)
}

struct Found {
    value: hotdash_core::figures::product::Value,
    /// With how long it took, where the figure is of times; the longest first, else the newest.
    behind: Vec<(ConversationId, Option<i64>)>,
}

async fn find(
    app: &App,
    seat: &Seat,
    pick: &Pick,
    figure: &'static Definition,
    more: &More,
    of_topic: Option<BTreeSet<ConversationId>>,
) -> Result<Found, UiError> {
    let number = |text: &str| text.parse::<i64>().ok();
    let (above, most) = (number(&more.above), number(&more.most));
    let weekday = more.weekday.parse::<usize>().ok().filter(|day| *day < 7);
    let (issue, rating) = (more.issue.clone(), more.rating.parse::<u8>().ok());
    let finding = answer(app, &seat.desk, question(app, pick), move |answers| {
        let mut behind: Vec<(ConversationId, Option<i64>)> = if !issue.is_empty() {
            answers.conversations_of_category(&issue).into_iter().map(|id| (id, None)).collect()
        } else if let Some(rating) = rating {
            answers.rated(rating).into_iter().map(|id| (id, None)).collect()
        } else if let Some(lengths) = answers.lengths_of(figure) {
            lengths.into_iter().map(|(id, length)| (id, Some(length))).collect()
        } else if let Some(weekday) = weekday {
            answers.begun_on(weekday).into_iter().map(|id| (id, None)).collect()
        } else {
            answers.conversations(figure).into_iter().map(|id| (id, None)).collect()
        };
        behind.retain(|(id, _)| of_topic.as_ref().is_none_or(|of| of.contains(id)));
        behind.retain(|(_, length)| {
            length.is_none_or(|length| {
                above.is_none_or(|above| length > above) && most.is_none_or(|most| length <= most)
            })
        });
        behind.sort_by_key(|(id, length)| (std::cmp::Reverse(*length), std::cmp::Reverse(*id)));
        Found { value: answers.value(figure), behind }
    });
    finding.await.map_err(problem)
}

pub(super) async fn rows(
    app: &App,
    seat: &Seat,
    shown: &[(ConversationId, Option<i64>)],
    settings: &Settings,
    times: &Times,
) -> Result<Vec<Row>, StoreError> {
    let read = stream::iter(shown.to_vec()).map(async |(id, length)| {
        let conversation = app.store.conversation(seat.desk.id, id).await?;
        Ok::<_, StoreError>(conversation.map(|conversation| (conversation, length)))
    });
    let read: Vec<_> = read.buffered(SIDE_BY_SIDE).try_collect().await?;
    let row = |(c, length): (Conversation, Option<i64>)| Row {
        id: c.id,
        customer: c.contact.name.clone(),
        measure: length.map(|_| numbers::value(Unit::Seconds, length_of(length))).unwrap_or_default(),
        inbox: settings
            .inboxes
            .get(&c.inbox)
            .map_or_else(|| words::channel(&c.channel).0, |inbox| inbox.name.clone()),
        status: words::status(c.status),
        assignee: c.assignee.as_ref().map(|assignee| assignee.name.clone()),
        began: times.at(c.created_at),
        desk_link: seat.desk.link_to(c.id),
    };
    Ok(read.into_iter().flatten().map(row).collect())
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a desk stay far below 2^53")]
fn length_of(length: Option<i64>) -> f64 {
    length.unwrap_or(0) as f64
}

fn address(pick: &Pick, figure: &Definition, more: &More) -> String {
    let mut address = format!("figure={}&{}", figure.id, pick.query());
    let parts = [
        ("above", &more.above),
        ("most", &more.most),
        ("weekday", &more.weekday),
        ("rating", &more.rating),
        ("issue", &more.issue),
        ("topic", &more.topic),
    ];
    for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
        address.push_str(&format!("&{name}={}", words::escape_query(value)));
    }
    address
}

/// Of what part, in words.
fn narrowed(pick: &Pick, more: &More, settings: &Settings) -> String {
    let mut words: Vec<String> = Vec::new();
    let slice = &pick.slice;
    words.extend(
        slice.inbox.and_then(|id| settings.inboxes.get(&id)).map(|inbox| format!("inbox {}", inbox.name)),
    );
    words.extend(slice.channel.as_ref().map(|channel| words::channel(channel).0));
    words.extend(slice.team.and_then(|id| settings.teams.get(&id)).map(|name| format!("team {name}")));
    words.extend(slice.agent.and_then(|id| settings.agents.get(&id)).cloned());
    words.extend(slice.label.as_ref().map(|label| format!("label {label}")));
    words.extend(slice.category.as_ref().map(|category| format!("about {category}")));
    let day = more.weekday.parse::<usize>().ok();
    let days = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];
    words.extend(day.and_then(|day| days.get(day)).map(|day| format!("on {day}")));
    words.extend(slice.hour.map(|hour| format!("between {hour:02}:00 and {:02}:00", hour + 1)));
    let length = |text: &str| text.parse::<i64>().ok().map(|seconds| words::duration(seconds * 1000));
    words.extend(length(&more.above).map(|above| format!("longer than {above}")));
    words.extend(length(&more.most).map(|most| format!("up to {most}")));
    words.extend(more.rating.parse::<u8>().ok().map(|rating| format!("rated {rating}")));
    words.into_iter().map(|word| format!(" · {word}")).collect()
}
