//! What to do, from evidence: each recommendation with its number, how sure it is, its conversations and what it should
//! bring; of what too little is known to say anything; and what became of what was said before.
//!
//! What is about single people is shown to leads only.

use super::dashboard::problem;
use super::error::UiError;
use super::layout::{Framed, Nav, Shell, page};
use super::reports::{AskForm, read_days};
use super::words::{Moment, Times};
use crate::app::App;
use crate::store::users::Role;
use crate::web::auth::{Seat, Viewer};
use crate::work::advice::{Advice as Worked, advice, ninety_days};
use crate::work::report::html::{class, word};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hotdash_core::figures::desk::Period;
use hotdash_core::ids::ConversationId;
use hotdash_core::recommend::{Followed, JudgedHour, Kind, Recommendation, Verdict, hour_words};
use hotdash_core::report::{Advice, Tone, as_advice, days};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::sync::Arc;

/// Conversations that are shown at once; the others unfold.
const SHOWN: usize = 8;
/// More links than this on one recommendation help nobody.
const MOST: usize = 400;
/// Two years in seconds: what a link may ask for.
const LONGEST: i64 = 2 * 366 * 86_400;

#[derive(Template)]
#[template(path = "recommendations.html")]
struct RecommendationsPage {
    shell: Shell,
    /// Of which days.
    days: String,
    from: String,
    to: String,
    problem: Option<&'static str>,
    groups: Vec<Group>,
    hours: Vec<HourRow>,
    followed: Vec<FollowedView>,
}

impl Framed for RecommendationsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// Everything of one kind.
struct Group {
    title: &'static str,
    found: Vec<Item>,
    /// Why nothing is said.
    silent: Option<String>,
}

struct Item {
    advice: Advice,
    conversations: Vec<Link>,
    more: Vec<Link>,
    /// Of all, those without a link included.
    count: usize,
}

struct Link {
    id: ConversationId,
    href: String,
}

/// An hour of the week beside what it needs.
struct HourRow {
    when: String,
    href: String,
    arrivals: String,
    needs: String,
    there: String,
    kept: String,
}

struct FollowedView {
    class: &'static str,
    word: &'static str,
    said: Moment,
    what: String,
    became: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Days of the desk's zone, the last included.
    from: String,
    to: String,
    /// Seconds since 1970, the end excluded: as reports link here.
    since: String,
    until: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(asked): Query<Asked>,
) -> Result<Response, UiError> {
    let usual = ninety_days(&seat.desk, app.clock.now());
    let (period, problem_found) = match read(asked, &seat) {
        Ok(period) => (period.unwrap_or(usual), None),
        Err(why) => (usual, Some(why)),
    };
    let worked = advice(&app, &seat.desk, period).await.map_err(problem)?;
    let zone = TimeZone::get(&seat.desk.settings.timezone).unwrap_or(TimeZone::UTC);
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let day = |second: i64| {
        Timestamp::from_second(second).unwrap_or_default().to_zoned(zone.clone()).date().to_string()
    };
    let is_lead = seat.user.role >= Role::Lead;
    let kinds = Kind::ALL.into_iter().filter(|kind| is_lead || !kind.compares_people());
    let followed = worked.followed.iter().filter(|one| is_lead || !one.recommendation.kind.compares_people());
    page(&RecommendationsPage {
        shell: Shell::inside(&app, &seat, Nav::Dashboard).await?,
        days: days(period.since, period.until, &zone),
        from: day(period.since),
        to: day(period.until - 1),
        problem: problem_found,
        groups: kinds.map(|kind| group(kind, &worked, &seat)).collect(),
        hours: worked.advised.hours.iter().map(|hour| hour_row(hour, period)).collect(),
        followed: followed.map(|followed| followed_view(followed, &times)).collect(),
    })
}

/// `None` where nothing was chosen.
fn read(asked: Asked, seat: &Seat) -> Result<Option<Period>, &'static str> {
    let Asked { from, to, since, until } = asked;
    if !from.is_empty() || !to.is_empty() {
        return read_days(&AskForm { from, to }, &seat.desk.settings.timezone).map(Some);
    }
    if since.is_empty() && until.is_empty() {
        return Ok(None);
    }
    let (Ok(since), Ok(until)) = (since.parse::<i64>(), until.parse::<i64>()) else {
        return Err("That link names no period.");
    };
    let is_readable = |second| Timestamp::from_second(second).is_ok();
    let is_sensible = is_readable(since) && is_readable(until) && (1..=LONGEST).contains(&(until - since));
    if is_sensible {
        Ok(Some(Period { since, until }))
    } else {
        Err("That link names no period of two years.")
    }
}

fn group(kind: Kind, worked: &Worked, seat: &Seat) -> Group {
    let of_kind = worked.advised.recommendations.iter().filter(|one| one.kind == kind);
    let silent = worked.advised.silent.iter().find(|(silent, _)| *silent == kind);
    Group {
        title: kind.words(),
        found: of_kind.map(|one| item(one, seat)).collect(),
        silent: silent.map(|(_, why)| why.clone()),
    }
}

fn item(found: &Recommendation, seat: &Seat) -> Item {
    let link = |id: &ConversationId| Link { id: *id, href: seat.desk.link_to(*id) };
    let mut conversations: Vec<Link> = found.evidence.iter().take(MOST).map(link).collect();
    let more = conversations.split_off(conversations.len().min(SHOWN));
    Item { advice: as_advice(found, 0), conversations, more, count: found.evidence.len() }
}

fn hour_row(judged: &JudgedHour, period: Period) -> HourRow {
    let hour = &judged.advice;
    let (low, high) = hour.interval;
    let range = if low == high { String::new() } else { format!(" ({low}–{high})") };
    HourRow {
        when: hour_words(hour.weekday, hour.hour),
        href: format!(
            "/dashboard/conversations?figure=overview.conversations&since={}&until={}&weekday={}&hour={}",
            period.since, period.until, hour.weekday, hour.hour
        ),
        arrivals: format!("{:.1}", hour.arrivals),
        needs: format!("{}{range}", hour.agents),
        there: hour.on_duty.map_or_else(|| "–".to_owned(), |there| format!("{there:.1}")),
        kept: format!("{} of {}", judged.kept, judged.of),
    }
}

fn followed_view(followed: &Followed, times: &Times) -> FollowedView {
    let tone = match followed.outcome.verdict {
        Verdict::CameTrue => Tone::Good,
        Verdict::DidNot => Tone::Bad,
        Verdict::TooEarly | Verdict::NotFollowed => Tone::Plain,
    };
    FollowedView {
        class: class(tone),
        word: word(tone),
        said: times.at_ms(followed.said_at.saturating_mul(1000)),
        what: followed.recommendation.sentence.clone(),
        became: followed.outcome.sentence.clone(),
    }
}
