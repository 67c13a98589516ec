//! What a request asks: period, slice, clock, form. Whatever cannot be understood is refused by name.

use super::answer::Problem;
use crate::app::App;
use crate::web::auth::Seat;
use crate::work::measures::Asked;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use hotdash_core::conversation::Channel;
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::product::{Clock, Dimension, Slice};
use hotdash_core::ids::{AgentId, InboxId, TeamId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::Deserialize;
use std::str::FromStr;
use utoipa::IntoParams;

/// What figures are asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asking {
    /// `today`, `yesterday`, `this_week`, `last_week`, `this_month`, `last_month`, or the last hours or days until now as
    /// `24h`, `7d` (the default), `28d` …; in the desk's zone.
    period: Option<String>,
    /// In place of `period`: from this day (`2026-11-02`, in the desk's zone) or instant (`2026-11-02T09:00:00Z`) on.
    since: Option<String>,
    /// With `since`: until then, itself excluded. Without it until now.
    until: Option<String>,
    /// `wall` (the default), or `business` for the inboxes' working hours.
    clock: Option<String>,
    /// The number of an inbox.
    inbox: Option<String>,
    /// A kind of inbox: `web_widget`, `email`, `api`, `sms`, `whatsapp` …
    channel: Option<String>,
    /// The number of a team.
    team: Option<String>,
    /// The number of an agent. Only for leads.
    agent: Option<String>,
    /// A label that conversations carry now.
    label: Option<String>,
    /// What conversations were about.
    category: Option<String>,
    /// 0…23 in the desk's zone.
    hour: Option<String>,
    /// Of one figure: its groups by `inbox`, `channel`, `team`, `agent` (only for leads), `label`, `category`, `hour`, `day`.
    pub(super) by: Option<String>,
    /// Of conversations: so many at most, 1…10000; 100 is the default.
    pub(super) limit: Option<String>,
    /// Of conversations: those with greater numbers than this.
    pub(super) after: Option<String>,
    /// `json` (the default), `csv`, or `jsonl`. The `Accept` header may say the same.
    format: Option<String>,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Csv,
    Lines,
}

/// What was asked, and in which form.
pub(super) struct Request {
    pub(super) asking: Asking,
    pub(super) form: Form,
}

impl FromRequestParts<std::sync::Arc<App>> for Request {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &std::sync::Arc<App>) -> Result<Self, Problem> {
        let query: Result<Query<Asking>, QueryRejection> = Query::from_request_parts(parts, app).await;
        let Query(asking) = query.map_err(|refused| Problem::bad("query", &refused.body_text()))?;
        let accept = parts.headers.get(axum::http::header::ACCEPT).and_then(|accept| accept.to_str().ok());
        let form = form(asking.format.as_deref(), accept)?;
        Ok(Self { asking, form })
    }
}

impl Request {
    /// For what is no table.
    pub(super) fn json_only(&self) -> Result<(), Problem> {
        match self.form {
            Form::Json => Ok(()),
            Form::Csv | Form::Lines => Err(Problem::bad(
                "format",
                "this is no table; /api/analytics/figures has the figures as csv and jsonl",
            )),
        }
    }
}

fn form(named: Option<&str>, accept: Option<&str>) -> Result<Form, Problem> {
    match named {
        Some("json") => Ok(Form::Json),
        Some("csv") => Ok(Form::Csv),
        Some("jsonl") => Ok(Form::Lines),
        Some(other) => Err(Problem::bad("format", &format!("{other:?} is none of json, csv, jsonl"))),
        None => {
            let accepts = |kind: &str| accept.is_some_and(|accept| accept.contains(kind));
            Ok(if accepts("text/csv") {
                Form::Csv
            } else if accepts("application/jsonl") || accepts("application/x-ndjson") {
                Form::Lines
            } else {
                Form::Json
            })
        }
    }
}

impl Asking {
    /// The question, for somebody at a desk.
    pub(super) fn read(&self, app: &App, seat: &Seat) -> Result<Asked, Problem> {
        let zone = seat.desk.settings.timezone.as_str();
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let now = app.clock.now();
        let clock = match self.clock.as_deref() {
            None | Some("wall") => Clock::Wall,
            Some("business") => Clock::Business,
            Some(other) => {
                return Err(Problem::bad("clock", &format!("{other:?} is neither wall nor business")));
            }
        };
        if self.agent.is_some() {
            Problem::unless_lead(seat, "agent")?;
        }
        let slice = self.slice()?;
        let (named, period) = self.period(now, &zone)?;
        let key = format!("{named}|{clock:?}|{slice:?}");
        Ok(Asked { key, period, slice, clock, zone, now })
    }

    fn slice(&self) -> Result<Slice, Problem> {
        let hour: Option<i8> = number("hour", self.hour.as_deref())?;
        if hour.is_some_and(|hour| !(0..24).contains(&hour)) {
            return Err(Problem::bad("hour", "it is none of 0 to 23"));
        }
        Ok(Slice {
            inbox: number("inbox", self.inbox.as_deref())?.map(InboxId),
            channel: self.channel.as_deref().map(channel),
            team: number("team", self.team.as_deref())?.map(TeamId),
            agent: number("agent", self.agent.as_deref())?.map(AgentId),
            label: self.label.clone(),
            category: self.category.clone(),
            hour,
        })
    }

    /// The period, and what tells it from others.
    fn period(&self, now: Timestamp, zone: &TimeZone) -> Result<(String, Period), Problem> {
        let now = now.to_zoned(zone.clone());
        match (&self.period, &self.since) {
            (Some(_), Some(_)) => Err(Problem::bad("period", "give either period or since, not both")),
            (None, Some(since)) => {
                let since = instant("since", since, zone)?;
                let until = self.until.as_deref().map(|until| instant("until", until, zone)).transpose()?;
                let named = format!("{since}-{until:?}");
                let until = until.unwrap_or_else(|| end_of(&now));
                match since < until {
                    true => Ok((named, Period { since, until })),
                    false => Err(Problem::bad("until", "it is not after since")),
                }
            }
            (named, None) => {
                if self.until.is_some() {
                    return Err(Problem::bad("until", "it needs since"));
                }
                let named = named.as_deref().unwrap_or("7d");
                let period = preset(named, &now).ok_or_else(|| {
                    let text = format!(
                        "{named:?} is none of today, yesterday, this_week, last_week, this_month, last_month, nor \
                         hours or days like 24h or 28d (at most 3660d)"
                    );
                    Problem::bad("period", &text)
                })?;
                Ok((named.to_owned(), period))
            }
        }
    }

    /// The dimension that groups are asked by.
    pub(super) fn dimension(&self, seat: &Seat) -> Result<Option<Dimension>, Problem> {
        let Some(name) = self.by.as_deref() else { return Ok(None) };
        let Some(dimension) = Dimension::read(name) else {
            let possible = Dimension::ALL.map(Dimension::name).join(", ");
            return Err(Problem::bad("by", &format!("{name:?} is none of {possible}")));
        };
        if dimension == Dimension::Agent {
            Problem::unless_lead(seat, "by")?;
        }
        Ok(Some(dimension))
    }

    /// Which conversations of a list: (greater than, how many).
    pub(super) fn page(&self) -> Result<(i64, usize), Problem> {
        let limit = number("limit", self.limit.as_deref())?.unwrap_or(100);
        if !(1..=10_000).contains(&limit) {
            return Err(Problem::bad("limit", "it is none of 1 to 10000"));
        }
        Ok((number("after", self.after.as_deref())?.unwrap_or(i64::MIN), limit))
    }

    /// Refuse what says nothing here.
    pub(super) fn without(&self, unused: &[&str]) -> Result<(), Problem> {
        let given = [("by", &self.by), ("limit", &self.limit), ("after", &self.after)];
        match given.into_iter().find(|(name, value)| value.is_some() && unused.contains(name)) {
            Some((name, _)) => Err(Problem::bad(name, "it says nothing at this address")),
            None => Ok(()),
        }
    }
}

fn number<T: FromStr>(name: &'static str, given: Option<&str>) -> Result<Option<T>, Problem> {
    let read = |text: &str| {
        text.parse().map_err(|_| Problem::bad(name, &format!("{text:?} is no number that it could have")))
    };
    given.map(read).transpose()
}

fn channel(name: &str) -> Channel {
    let known = serde_json::from_value(serde_json::Value::String(name.to_owned()));
    known.unwrap_or_else(|_| Channel::Other(name.to_owned()))
}

/// A day's beginning in the zone, or an instant, in seconds.
fn instant(name: &'static str, text: &str, zone: &TimeZone) -> Result<i64, Problem> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_second());
    }
    let day = text.parse::<Date>().ok().and_then(|day| day.to_zoned(zone.clone()).ok());
    day.map(|day| day.timestamp().as_second()).ok_or_else(|| {
        Problem::bad(
            name,
            &format!("{text:?} is neither a day like 2026-11-02 nor an instant like 2026-11-02T09:00:00Z"),
        )
    })
}

/// The end of a period that has not ended: what happened in the running second belongs to it.
fn end_of(now: &Zoned) -> i64 {
    now.timestamp().as_second() + 1
}

/// A period by its name; what has not ended goes until now.
fn preset(name: &str, now: &Zoned) -> Option<Period> {
    let today = now.start_of_day().ok()?;
    let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
    let month = today.first_of_month().ok()?;
    let whole = |since: &Zoned, until: &Zoned| Period {
        since: since.timestamp().as_second(),
        until: until.timestamp().as_second(),
    };
    let running = |since: &Zoned| Period { since: since.timestamp().as_second(), until: end_of(now) };
    Some(match name {
        "today" => running(&today),
        "yesterday" => whole(&today.checked_sub(1.day()).ok()?, &today),
        "this_week" => running(&monday),
        "last_week" => whole(&monday.checked_sub(1.week()).ok()?, &monday),
        "this_month" => running(&month),
        "last_month" => whole(&month.checked_sub(1.month()).ok()?, &month),
        _ => {
            let (count, span) = name.split_at_checked(name.len().checked_sub(1)?)?;
            let count: i64 = count.parse().ok().filter(|count| (1..=87_840).contains(count))?;
            let back = match span {
                "h" => count.hours(),
                "d" if count <= 3660 => count.days(),
                _ => return None,
            };
            running(&now.checked_sub(back).ok()?)
        }
    })
}

#[cfg(test)]
mod tests;
